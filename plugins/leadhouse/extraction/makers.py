"""Who made the site, as its own credit line links to: mailboxes and profiles of that name are the maker's."""

from __future__ import annotations

from leadhouse.extraction import hosts, vocabulary
from leadhouse.extraction.context import around_link, role_of
from leadhouse.extraction.page import Link, Mark, Page, safe_host

_MAKERS = frozenset(["designer", "hosting"])
_MIN_LABEL = 5  # letters; shorter labels stand in other names by chance
_MAX_LINKS = 200  # outward ones looked at


class Makers:
    """The domains that a page credits with its design or hosting; found when first asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._domains: frozenset[str] | None = None

    @property
    def domains(self) -> frozenset[str]:
        """Registrable domains of the makers."""
        if self._domains is None:
            own = hosts.registrable(self.page.host)
            outward = [
                (hosts.registrable(host), link)
                for link in self.page.links
                if (host := safe_host(link.url)) and host != self.page.host
            ]
            self._domains = frozenset(
                domain for domain, link in outward[:_MAX_LINKS] if domain != own and _is_credit(self.page, link)
            )
        return self._domains

    def has_profile(self, handle: str) -> bool:
        """Whether a profile's handle bears a maker's name."""
        folded = hosts.fold(handle)
        labels = [hosts.fold(hosts.brand_label(domain)) for domain in self.domains]
        return any(len(label) >= _MIN_LABEL and label in folded for label in labels)


def _is_credit(page: Page, link: Link) -> bool:
    if link.marks & Mark.CREDIT or vocabulary.DESIGNER.search(link.text):
        return True
    spot = around_link(page, link)
    return role_of((spot.before.strip() or spot.above)[-60:]) in _MAKERS
