"""Which place of a page an element makes: by tag, role, class and id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from leadhouse.extraction.markup.page import Mark
from leadhouse.extraction.patterns.vocabulary import words

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
# Words of classes and ids, lower case; two words of one name stand joined (``case-study`` is ``casestudy``).
_CLASS_WORDS = (
    (Mark.FOOTER, "footer sitefooter foot colophon pagefooter bottombar subfooter fusszeile pie"),
    (Mark.HEADER, "header siteheader masthead topbar branding kopf"),
    (Mark.NAV, "nav navbar navigation menu breadcrumb breadcrumbs sidenav offcanvas"),
    (
        Mark.TESTIMONIAL,
        "testimonial testimonials review reviews quote quotes kundenstimme kundenstimmen recensioni opiniones "
        "temoignage temoignages avis feedback feedbacks",
    ),
    (
        Mark.TEAM,
        "team teams staff member members people mitarbeiter equipe equipo squadra board directors trainer trainers "
        "doctor doctors",
    ),
    (
        Mark.ARTICLE,
        "comment comments commentlist postauthor authorbox byline entrymeta postmeta post blog hentry news",
    ),
    (
        Mark.PARTNER,
        "partner partners sponsor sponsors client clients customer customers kunden referenzen brands affiliate "
        "affiliates supporter supporters",
    ),
    (Mark.CODE, "highlight codehilite prettyprint sourcecode terminal"),
    (
        Mark.CREDIT,
        "credit credits copyrightcredit sitecredit sitecredits poweredby designedby developer",
    ),
    (
        Mark.CONTACT,
        "contact contacts kontakt contacto contatti contactinfo vcard hcard impressum imprint",
    ),
    (
        Mark.PORTFOLIO,
        "portfolio project projects works showcase casestudy casestudies job jobs offer offers product products "
        "listing",
    ),
)
_MARKS_OF_WORD = {word: mark for mark, text in _CLASS_WORDS for word in text.split()}
_BETWEEN_NAMES = re.compile(r"[_0-9]+")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|text-indent\s*:\s*-\d{3,}"
    r"|(?:left|top|right)\s*:\s*-\d{4,}px|opacity\s*:\s*0(?![.\d])|clip\s*:\s*rect\(\s*0|color\s*:\s*transparent",
    re.I,
)
_REVERSED_STYLE = re.compile(r"unicode-bidi\s*:\s*(?:bidi-override|isolate-override)", re.I)
_RTL_STYLE = re.compile(r"direction\s*:\s*rtl", re.I)
_INLINE_TAGS = words("span strong b em i small label time cite font")
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.I)
_BLOCK_CLASSES = words("d-block d-flex d-grid block")  # Bootstrap, Tailwind
_SELECTOR = re.compile(r"^(?:[a-z0-9]*)([.#])([\w-]+)$", re.I)
_EFFECT = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)|unicode-bidi\s*:\s*(?:bidi|isolate)-override", re.I)
_MEDIA = re.compile(
    r"@(?:media|supports|keyframes|-webkit-keyframes|container)[^{]{0,300}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.I
)
# WordPress marks its pages as it does its posts (``post-14 page type-page hentry``); ``post-content`` fills either.
_PAGE_OF_BLOG_SYSTEM = re.compile(
    r"(?<![\w-])type-page(?![\w-])"
    r"|^\s*(?:(?:elementor|wp-block|entry|page|theme)\S*\s+)*(?:\S*-)?post-content(?![\w-])",
    re.I,
)
_MAX_KNOWN = 8192
_MAX_CSS = 100_000  # characters
_known: dict[str, int] = {}


def class_marks(names: str) -> int:
    """Marks of a class and id text; each name in it is remembered, as sites join the same ones in many ways."""
    marks = 0
    for name in names[:300].lower().split():
        found = _known.get(name)
        marks |= _marks_of(name) if found is None else found
    if marks & Mark.ARTICLE and _PAGE_OF_BLOG_SYSTEM.search(names):
        marks &= ~Mark.ARTICLE
    return marks


def _marks_of(name: str) -> int:
    marks = 0
    for part in _BETWEEN_NAMES.split(name):
        found = part.split("-")
        for word in (*found, *map(str.__add__, found, found[1:])):
            marks |= _MARKS_OF_WORD.get(word, 0)
    if len(_known) >= _MAX_KNOWN:
        _known.clear()
    _known[name] = marks
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


def is_set_as_block(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element of running text is set on lines of its own, by inline CSS or by a framework's class."""
    if name not in _INLINE_TAGS:
        return False
    return bool(_BLOCK_STYLE.search(attributes.get("style", ""))) or not _BLOCK_CLASSES.isdisjoint(
        attributes.get("class", "").split()
    )


def is_reversed_style(style: str) -> bool:
    """Whether CSS shows the text backwards (harvester protection)."""
    return bool(_REVERSED_STYLE.search(style) and _RTL_STYLE.search(style))


@lru_cache(maxsize=64)  # a site's pages repeat their style elements
def _rules_of(css: str) -> tuple[frozenset[str], frozenset[str]]:
    """Selectors of one class or id that hide, and that reverse."""
    hidden: set[str] = set()
    reverted: set[str] = set()
    css = _MEDIA.sub("", css)
    for effect in _EFFECT.finditer(css):
        opened = css.rfind("{", 0, effect.start())
        if opened < 0 or css.rfind("}", opened, effect.start()) >= 0:
            continue
        if effect[1] is None and not is_reversed_style(css[opened : _end_of_rule(css, opened)]):
            continue
        start = max(css.rfind("}", 0, opened), css.rfind("{", 0, opened)) + 1
        for selector in css[max(start, opened - 300) : opened].split(","):
            if match := _SELECTOR.match(selector.strip()):
                (reverted if effect[1] is None else hidden).add(match[1] + match[2])
    return frozenset(hidden), frozenset(reverted - hidden)


def _end_of_rule(css: str, opened: int) -> int:
    end = css.find("}", opened)
    return len(css) if end < 0 else end


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
        hidden, reverted = _rules_of(css[:_MAX_CSS])
        self.hidden |= hidden
        self.reversed |= reverted
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
