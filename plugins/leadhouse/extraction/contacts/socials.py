"""Profiles of the company on social networks; share links, posts and persons' profiles are told apart."""

from __future__ import annotations

import re

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import Findings, SiteContext, around_link, third_party
from leadhouse.extraction.attribution.makers import Makers
from leadhouse.extraction.contacts.social_profiles import is_person, is_theme_handle, network_of, profile
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Link, Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.records import Value

_FOLLOW = guarded(
    r"follow|folge|social media|soziale[nr]? |suivez|retrouvez[- ]nous|síguenos|siguenos|redes sociales|seguici"
    r"|seguiteci|segui "
    r"|volg ons|følg oss|følg os|följ|seuraa|śledź|obserwuj|sledujte|connect with us|find us on|join us|like us"
    r"|stay (?:connected"
    r"|in touch)|unsere kanäle|besuchen sie uns|visit us on|siga|acompanhe",
    re.I,
)

_NETWORK_LABEL = re.compile(  # a line of its own before a profile: ``Instagram: @name``
    r"\W*(?:facebook|instagram|insta|twitter|x|linkedin|youtube|tiktok|pinterest|xing|telegram|threads)\s*:?\s*$", re.I
)


def extract_socials(page: Page, site: SiteContext, names: tuple[str, ...], findings: Findings) -> None:
    """Put profiles into `findings`; links of persons go to the people's extractor, not here."""
    for url in _declared(page):
        found = profile(url)
        if isinstance(found, tuple):
            findings.accept("social_url", Value(value=found[0], confidence=0.9, raw=url[:300], locator="json-ld"))
        elif found:
            findings.reject("social_url", url, found, "json-ld")
    makers = Makers(page)
    for link in page.links:
        if network_of(link.url):
            _judge(page, link, site, names, findings, makers)


def _declared(page: Page) -> list[str]:
    urls: list[str] = []
    for item, key, _ in structured.nested(page.json_ld + page.microdata):
        kinds = structured.types_of(item)
        if "person" in kinds or key in {"author", "review", "founder", "employee", "member"}:
            continue
        urls.extend(url for url in structured.texts_of(item.get("sameAs")) if url.startswith("http"))
    return urls


def _judge(
    page: Page, link: Link, site: SiteContext, names: tuple[str, ...], findings: Findings, makers: Makers
) -> None:
    found = profile(link.url)
    spot = around_link(page, link)
    in_header = link.marks & (Mark.HEADER | Mark.NAV)
    locator = "link:footer" if link.marks & Mark.FOOTER else "link:header" if in_header else "link:main"
    if not isinstance(found, tuple):
        if found:
            findings.reject("social_url", link.url, found, locator)
        return
    url, handle = found
    reason = _reason(link, handle, third_party(spot), url)
    relation = _relation(handle, site, names)
    if reason is None and relation < 0.8:
        reason = "designer" if makers.has_profile(handle) else _of_heading(link, handle, spot.outline)
    is_brand = relation >= 1.0 and len(hosts.fold(handle)) >= 5 and reason not in _SURE_REASONS
    if reason and not is_brand and not (relation >= 0.8 and reason in {"partner", "testimonial"}):
        findings.reject("social_url", url, reason, locator)
        return
    score = 0.45 + 0.35 * relation
    if link.marks & (Mark.FOOTER | Mark.HEADER | Mark.NAV | Mark.CONTACT | Mark.ADDRESS):
        score += 0.2
    if link.marks & (Mark.ARTICLE | Mark.PARTNER | Mark.PORTFOLIO | Mark.TEAM):
        score -= 0.2
    if _FOLLOW.search(f"{spot.before} {spot.above} {spot.heading}") or _NETWORK_LABEL.match(spot.label):
        score += 0.2
    elif len(link.text.split()) > 4 or _inside_sentence(link, spot.block_text):
        score -= 0.25
    if relation == 1.0 and hosts.fold(handle) in {hosts.fold(name) for name in (hosts.brand_label(site.host), *names)}:
        score = max(score, 0.86)  # the very name: wherever on the page it stands
    score = min(0.97, max(0.05, score))
    if score < 0.4:
        findings.reject("social_url", url, "third_party", locator)
        return
    findings.accept("social_url", Value(value=url, confidence=round(score, 3), raw=link.url[:300], locator=locator))


_SURE_REASONS = frozenset(["hidden", "theme_leftover", "person"])  # whatever the handle says
_SITE_WIDE = Mark.FOOTER | Mark.HEADER
_MIN_NAME = 5  # letters


def _inside_sentence(link: Link, text: str) -> bool:
    return bool(link.text) and len(text) > len(link.text) + 60


def _reason(link: Link, handle: str, outsider: str | None, url: str) -> str | None:
    if link.marks & Mark.HIDDEN:
        return "hidden"
    if is_theme_handle(handle):
        return "theme_leftover"
    if is_person(url) and not link.marks & _SITE_WIDE:
        return "person"  # in header or footer it is the owner's, who then is the company
    if outsider:
        return outsider
    if vocabulary.DESIGNER.search(f"{link.text} {link.label}"):
        return "designer"
    if link.marks & Mark.TEAM and not link.marks & (Mark.FOOTER | Mark.HEADER):
        return "person"
    return None


def _of_heading(link: Link, handle: str, outline: tuple[str, ...]) -> str | None:
    """A profile in the text that bears the name of its own heading (``Our sister club`` and hers) is that one's."""
    if link.marks & (_SITE_WIDE | Mark.NAV) or not outline:
        return None
    name = hosts.fold(outline[-1])
    return "third_party" if len(name) >= _MIN_NAME and name in hosts.fold(handle) else None


def _relation(handle: str, site: SiteContext, names: tuple[str, ...]) -> float:
    """How much a handle looks like the site's name, 0..1."""
    folded = hosts.fold(handle)
    best = 0.0
    for name in (hosts.brand_label(site.host), *names):
        other = hosts.fold(name)
        if len(other) < 3 or len(folded) < 3:
            continue
        if other in folded or folded in other:
            best = max(best, 1.0)
        else:
            shared = _longest_common(other, folded)
            best = max(best, min(0.9, shared / max(5, min(len(other), len(folded)))))
    return best


def _longest_common(left: str, right: str) -> int:
    left, right = left[:40], right[:40]
    for size in range(min(len(left), len(right)), 3, -1):
        if any(left[start : start + size] in right for start in range(len(left) - size + 1)):
            return size
    return 0
