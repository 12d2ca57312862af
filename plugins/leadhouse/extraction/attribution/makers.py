"""Who made the site, as its own credit line links to: mailboxes and profiles of that name are the maker's."""

from __future__ import annotations

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import around_link, role_of
from leadhouse.extraction.markup.page import Link, Mark, Page, safe_host
from leadhouse.extraction.patterns import vocabulary

_MAKERS = frozenset(["designer", "hosting"])
_MIN_LABEL = 5  # letters; shorter labels stand in other names by chance
_MAX_LINKS = 200  # outward ones looked at


class Makers:
    """The sites that a page credits with its design or hosting; a link is looked at when its name is asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._outward: dict[str, list[Link]] | None = None

    def has_mail_at(self, domain: str) -> bool:
        """Whether a mailbox's domain is a maker's."""
        domain = hosts.registrable(domain)
        is_linked = domain not in hosts.FREE_MAIL and any(domain in link.url for link in self.page.links)
        return is_linked and self._is_maker(domain)

    def has_profile(self, handle: str) -> bool:
        """Whether a profile's handle bears a maker's name."""
        folded = hosts.fold(handle)
        for domain in self._links():
            label = hosts.fold(hosts.brand_label(domain))
            if len(label) >= _MIN_LABEL and label in folded and self._is_maker(domain):
                return True
        return False

    def _is_maker(self, domain: str) -> bool:
        return any(_is_credit(self.page, link) for link in self._links().get(domain, ()))

    def _links(self) -> dict[str, list[Link]]:
        """The page's links to other sites, by domain."""
        if self._outward is None:
            self._outward = {}
            own, outward = hosts.registrable(self.page.host), 0
            inward = "/".join(self.page.url.split("/", 3)[:3]) + "/"
            for link in self.page.links:
                host = "" if link.url.startswith(inward) else safe_host(link.url)
                if not host or host == self.page.host or outward >= _MAX_LINKS:
                    continue
                outward += 1
                if (domain := hosts.registrable(host)) != own:
                    self._outward.setdefault(domain, []).append(link)
        return self._outward


def _is_credit(page: Page, link: Link) -> bool:
    if link.marks & Mark.CREDIT or vocabulary.DESIGNER.search(link.text):
        return True
    spot = around_link(page, link)
    return role_of((spot.before.strip() or spot.above)[-60:]) in _MAKERS
