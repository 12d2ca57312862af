"""Which place of a page an element makes: by tag, role, class and id."""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadhouse.extraction.page import Mark
from leadhouse.extraction.vocabulary import words

BLOCK_TAGS = words(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol option p pre section summary table tbody "
    "td tfoot th thead "
    "tr ul noscript iframe select textarea button"
)
SKIPPED_TAGS = words("style svg template object embed canvas math audio video select option textarea map")
SECTIONING_TAGS = words("section article aside footer header nav main td li form dialog")
HEADING_LEVELS = {f"h{level}": level for level in range(1, 7)}
LABEL_TAGS = words("strong b dt th legend caption")

_TAG_MARKS = {
    "header": Mark.HEADER,
    "nav": Mark.NAV,
    "footer": Mark.FOOTER,
    "main": Mark.MAIN,
    "article": Mark.INNER_ARTICLE,
    "address": Mark.ADDRESS,
    "form": Mark.FORM,
    "pre": Mark.CODE,
    "code": Mark.CODE,
    "samp": Mark.CODE,
    "kbd": Mark.CODE,
    "blockquote": Mark.TESTIMONIAL,
}
_ROLE_MARKS = {
    "banner": Mark.HEADER,
    "navigation": Mark.NAV,
    "contentinfo": Mark.FOOTER,
    "main": Mark.MAIN,
    "menu": Mark.NAV,
}
_EDGE = r"(?:^|[\s_\-0-9])"
_CLASS_MARKS = tuple(
    (re.compile(_EDGE + "(?:" + words + ")" + r"(?:$|[\s_\-0-9])", re.I), mark)
    for words, mark in (
        (r"footer|site-?footer|foot|colophon|page-?footer|bottom-?bar|subfooter|fusszeile|pie", Mark.FOOTER),
        (r"header|site-?header|masthead|top-?bar|topbar|branding|kopf", Mark.HEADER),
        (r"nav|navbar|navigation|menu|breadcrumbs?|sidenav|offcanvas", Mark.NAV),
        (
            r"testimonials?|reviews?|quotes?|kundenstimmen?|recensioni|opiniones|temoignages?|avis|feedbacks?",
            Mark.TESTIMONIAL,
        ),
        (
            r"team|teams|staff|member|members|people|mitarbeiter|equipe|equipo|squadra|board|directors"
            r"|trainers?|doctors?",
            Mark.TEAM,
        ),
        (
            r"comments?|commentlist|post-author|author-box|byline|entry-meta|post-meta|post|blog|hentry|news",
            Mark.ARTICLE,
        ),
        (r"partners?|sponsors?|clients?|customers?|kunden|referenzen|brands|affiliates?|supporters?", Mark.PARTNER),
        (r"highlight|codehilite|prettyprint|sourcecode|terminal", Mark.CODE),
        (r"credits?|copyright-credit|site-?credits?|powered-?by|designed-?by|developer", Mark.CREDIT),
        (r"contact|contacts|kontakt|contacto|contatti|contact-?info|vcard|h-card|impressum|imprint", Mark.CONTACT),
        (r"portfolio|projects?|works|showcase|case-?stud(?:y|ies)|jobs?|offers?|products?|listing", Mark.PORTFOLIO),
    )
)
_ANY_CLASS_WORD = re.compile("|".join(pattern.pattern for pattern, _ in _CLASS_MARKS), re.I)
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|text-indent\s*:\s*-\d{3,}"
    r"|(?:left|top|right)\s*:\s*-\d{4,}px|opacity\s*:\s*0(?![.\d])|clip\s*:\s*rect\(\s*0|color\s*:\s*transparent",
    re.I,
)
_REVERSED_STYLE = re.compile(r"unicode-bidi\s*:\s*(?:bidi-override|isolate-override)", re.I)
_RTL_STYLE = re.compile(r"direction\s*:\s*rtl", re.I)
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_SELECTOR = re.compile(r"^(?:[a-z0-9]*)([.#])([\w-]+)$", re.I)
_MEDIA = re.compile(
    r"@(?:media|supports|keyframes|-webkit-keyframes|container)[^{]{0,300}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.I
)
_MAX_KNOWN = 4096
_known: dict[str, int] = {}


def class_marks(names: str) -> int:
    """Marks of a class and id text; remembered, as sites repeat their classes."""
    marks = _known.get(names)
    if marks is None:
        if len(_known) >= _MAX_KNOWN:
            _known.clear()
        marks = 0
        if _ANY_CLASS_WORD.search(names[:300]):
            for pattern, mark in _CLASS_MARKS:
                if pattern.search(names[:300]):
                    marks |= mark
        _known[names] = marks
    return marks


def element_marks(tag: str, attributes: Mapping[str, str]) -> int:
    """Marks that an element adds to what stands in it."""
    marks: int = _TAG_MARKS.get(tag, 0)
    if not attributes or tag == "body" or tag == "html":
        return marks
    names = attributes.get("class") or ""
    if identifier := attributes.get("id"):
        names = f"{names} {identifier}"
    if names:
        marks |= class_marks(names)
    if role := attributes.get("role"):
        marks |= _ROLE_MARKS.get(role, 0)
    return marks


_SITE_FRAME = Mark.HEADER | Mark.NAV | Mark.FOOTER


def inherit(outer: int, own: int) -> int:
    """Marks inside an element: `main` leaves the site's frame; a post's header or footer is not the site's."""
    if own & Mark.MAIN:
        return (outer | own) & ~_SITE_FRAME
    if outer & Mark.INNER_ARTICLE:
        own &= ~(Mark.HEADER | Mark.FOOTER)
    elif outer & Mark.MAIN:
        own &= ~Mark.HEADER
    return outer | own


def is_hidden_style(style: str) -> bool:
    """Whether inline CSS keeps an element from being seen."""
    return bool(_HIDDEN_STYLE.search(style))


def is_reversed_style(style: str) -> bool:
    """Whether CSS shows the text backwards (harvester protection)."""
    return bool(_REVERSED_STYLE.search(style) and _RTL_STYLE.search(style))


class StyleRules:
    """The classes and ids that a page's own style elements hide or reverse; rules inside @media are left out."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self.reversed: set[str] = set()
        self.is_active = False

    def read(self, css: str) -> None:
        """Add the simple (one class or id) selectors of one style element."""
        if "none" not in css and "hidden" not in css and "bidi" not in css:
            return
        css = _MEDIA.sub("", css[:200_000])
        for selectors, body in _RULE.findall(css):
            is_hidden = bool(re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", body, re.I))
            is_reversed = is_reversed_style(body)
            if not (is_hidden or is_reversed):
                continue
            for selector in selectors.split(","):
                if match := _SELECTOR.match(selector.strip()):
                    (self.hidden if is_hidden else self.reversed).add(match[1] + match[2])
        self.is_active = bool(self.hidden or self.reversed)

    def match(self, selectors: frozenset[str]) -> bool:
        """Whether a rule of the page hides or reverses an element with such a class or id (``.name``, ``#name``)."""
        return self.hide(selectors) or self.reverse(selectors)

    def hide(self, selectors: frozenset[str]) -> bool:
        """Whether a rule of the page hides such an element."""
        return not self.hidden.isdisjoint(selectors)

    def reverse(self, selectors: frozenset[str]) -> bool:
        """Whether a rule of the page reverses such an element's text."""
        return not self.reversed.isdisjoint(selectors)
