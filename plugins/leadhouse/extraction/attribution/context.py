"""What surrounds a candidate on the page, and the verdict on it. The rules that several kinds of candidates share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.markup.page import Block, Link, Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import AnyOf
from leadhouse.records import Rejection, Value


@dataclass(frozen=True, slots=True)
class SiteContext:
    """What is known of the site before its page is read. `country_hint` is ISO 3166-1 alpha-2."""

    host: str
    source_key: str = "web"
    country_hint: str | None = None
    name_hint: str | None = None


@dataclass(slots=True)
class Surroundings:
    """Place and words around one candidate: the same line before it, the line above, headings, marks."""

    before: str
    after: str
    above: str
    heading: str
    outline: tuple[str, ...]
    marks: int
    block_text: str = ""
    start: int = -1  # offset in the page's text; -1 where the candidate stands in no text

    @property
    def label(self) -> str:
        """The words that most likely name the candidate."""
        return self.before.strip() or self.above

    @property
    def region(self) -> str:
        """``footer``, ``header``, ``nav``, ``address``, ``main`` or ``hidden``."""
        for mark, name in _REGIONS:
            if self.marks & mark:
                return name
        return "main"


_REGIONS = (
    (Mark.HIDDEN, "hidden"),
    (Mark.FOOTER, "footer"),
    (Mark.ADDRESS, "address"),
    (Mark.NAV, "nav"),
    (Mark.HEADER, "header"),
)


MAX_CANDIDATES = 500  # of one kind and place on one page: more are a directory's, not a company's
_MAX_FOUND = 400  # of one attribute on one page, and rejections; an extraction keeps a tenth


@dataclass(slots=True)
class Findings:
    """What the extractors of one page gather."""

    values: dict[str, list[Value]] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    _rejected: set[tuple[str, str, str, str | None]] = field(default_factory=set)

    def accept(self, attribute: str, value: Value) -> None:
        """Keep a fact; a second sighting keeps the higher confidence."""
        known = self.values.setdefault(attribute, [])
        for index, other in enumerate(known):
            if other.value == value.value and other.locator == value.locator:
                if value.confidence > other.confidence:
                    known[index] = value
                return
        if len(known) < _MAX_FOUND:
            known.append(value)

    def reject(self, attribute: str, value: str, reason: str, locator: str | None = None) -> None:
        """Keep the reason why a candidate is no fact."""
        key = (attribute, value[:500], reason, locator)
        if key not in self._rejected and len(self.rejections) < _MAX_FOUND:
            self._rejected.add(key)
            self.rejections.append(Rejection(attribute=attribute, value=key[1], reason=reason, locator=locator))

    def of(self, attribute: str) -> list[Value]:
        """Facts of one attribute, best first."""
        return sorted(self.values.get(attribute, ()), key=lambda value: -value.confidence)


def _line_before(text: str, start: int) -> str:
    end = max(0, start - 1)
    return text[text.rfind("\n", 0, end) + 1 : end]


def around(page: Page, start: int, end: int) -> Surroundings:
    """Surroundings of `page.text[start:end]`."""
    block = page.block_at(start)
    line_start, line_end = page.line_at(start)
    above = _line_before(page.text, line_start)
    if len(above) <= 2 and not above.strip(" :."):  # the colon of a table has a cell of its own
        above = _line_before(page.text, max(0, line_start - len(above) - 1))
    return Surroundings(
        before=page.text[max(line_start, start - 80) : start],
        after=page.text[end : min(line_end, end + 60)],
        above=above if len(above) <= 90 else "",
        heading=block.heading,
        outline=block.outline,
        marks=block.marks,
        block_text=block.text,
        start=start,
    )


def around_block(page: Page, index: int, text: str = "") -> Surroundings:
    """Surroundings of a link in block `index` whose visible text is `text`."""
    if not page.blocks:
        return Surroundings("", "", "", "", (), 0)
    block: Block = page.blocks[min(index, len(page.blocks) - 1)]
    offset = block.text.find(text) if text else -1
    if offset >= 0:
        return around(page, block.start + offset, block.start + offset + len(text))
    return around(page, block.start, block.start)


def around_link(page: Page, link: Link) -> Surroundings:
    """Surroundings of a link. A picture's or icon's in an element of its own stands before the block that follows."""
    index = link.block
    if not link.text and page.blocks and (index >= len(page.blocks) or page.blocks[index].marks & ~link.marks):
        before = page.blocks[index - 1] if index else None
        if before is None or before.marks & ~link.marks:
            return Surroundings("", "", "", "", (), link.marks)
        leads = before.is_label or before.tag in _HEADINGS
        outline = (*before.outline, before.text[:90]) if leads else before.outline
        return Surroundings("", "", "", outline[-1] if outline else "", outline, link.marks)
    return around_block(page, link.block, link.text)


_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_TIGHT_ROLES = (
    (vocabulary.DESIGNER, "designer"),
    (vocabulary.PROTECTION_OFFICER, "data_protection_officer"),
    (vocabulary.AUTHORITY, "authority"),
    (vocabulary.HOSTING, "hosting"),
    (vocabulary.PROCESSOR, "processor"),
    (vocabulary.CREDITS, "third_party"),
)
_ANY_ROLE = AnyOf(*(pattern for pattern, _ in _TIGHT_ROLES))
_CONTACT = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+")  # its words name a domain, not a role
_SENTENCE = re.compile(r"[.!?]\s+(?=\S)")


@lru_cache(maxsize=20_000)
def role_of(text: str) -> str | None:
    """Which third party a line or heading names; remembered, as menus and footers repeat over pages."""
    if _ANY_ROLE.may_match(text):
        for pattern, reason in _TIGHT_ROLES:
            if pattern.search(text):
                return reason
    return None


@lru_cache(maxsize=20_000)
def is_about_staff(heading: str) -> bool:
    """Whether a heading opens a list of the company's own people."""
    return bool(vocabulary.LEADERSHIP.search(heading))


def third_party(spot: Surroundings) -> str | None:
    """Whose contact this is when it is not the site's: the reason, or None. Looks at the line, then headings."""
    if spot.marks & Mark.CREDIT:
        return "designer"
    line = _CONTACT.sub("", _SENTENCE.split(spot.before)[-1][-60:])
    is_staff = spot.marks & Mark.TEAM or any(is_about_staff(text) for text in spot.outline)
    above = "" if spot.before.strip() or is_staff or len(spot.above) > 60 else _CONTACT.sub("", spot.above)
    if reason := role_of(line) or role_of(above):
        return reason
    for heading in reversed(spot.outline[-2:]):
        if reason := role_of(heading):
            return reason
        if is_about_staff(heading):
            break
    if spot.marks & Mark.TESTIMONIAL:
        return "testimonial"
    return _guests_of(spot.outline[-2:])


@lru_cache(maxsize=20_000)
def _guests_of(headings: tuple[str, ...]) -> str | None:
    """Whether headings open what customers say, or a list of partners."""
    if any(vocabulary.TESTIMONIAL.search(text) for text in headings):
        return "testimonial"
    return "partner" if any(vocabulary.PARTNER.search(text) for text in headings) else None


@lru_cache(maxsize=20_000)
def affinity(domain: str, site_host: str, names: tuple[str, ...] = ()) -> float:
    """How surely an e-mail domain belongs to the site, 0..1: same domain 1, same brand .9, related .7, free mail .5."""
    domain, site = hosts.registrable(domain), hosts.registrable(site_host)
    if domain == site:
        return 1.0
    brand, other = hosts.fold(hosts.brand_label(site)), hosts.fold(hosts.brand_label(domain))
    if brand == other and len(brand) >= 3:
        return 0.9
    if domain in hosts.FREE_MAIL:
        return 0.5
    if len(other) >= 4 and len(brand) >= 4 and (other in brand or brand in other or _shared_start(brand, other) >= 5):
        return 0.75
    if any(_resembles(other, name) for name in names):
        return 0.75
    return 0.2


def _shared_start(left: str, right: str) -> int:
    count = 0
    for one, two in zip(left, right, strict=False):
        if one != two:
            break
        count += 1
    return count


def _resembles(label: str, name: str) -> bool:
    folded = hosts.fold(name)
    if (
        len(label) >= 4
        and len(folded) >= 4
        and (label in folded or folded in label or _shared_start(label, folded) >= 6)
    ):
        return True
    words = [hosts.fold(word) for word in re.split(r"[\s&.\-]+", name) if word]
    initials = "".join(word[0] for word in words if word)
    return (len(initials) >= 3 and label.startswith(initials)) or (
        len(words) >= 2 and len(words[0]) >= 3 and label.startswith(words[0]) and len(label) >= 5
    )
