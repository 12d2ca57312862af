"""What one start tag means to the reader, learned once from its text and remembered: sites repeat their tags."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from leadhouse.extraction.markup import deobfuscate, places
from leadhouse.extraction.patterns.vocabulary import words

if TYPE_CHECKING:
    from leadhouse.extraction.markup.blocks import Headings, HiddenPart
    from leadhouse.extraction.markup.page import Link

Attributes = dict[str, str]
VOID_TAGS: Final = words(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
)
_HANDLED: Final = words("a br img title meta base link html head body frame input header footer nav")
# Their content is not escaped (HTML Living Standard 13.3), or no text for people.
RAW_TEXT_TAGS: Final = words("script style iframe xmp noembed noframes plaintext")
_APART: Final = RAW_TEXT_TAGS | words("!-- svg math template object canvas audio video select textarea map")
_ATTRIBUTE = re.compile(r' ([^ =]+)="([^"]*)"')
_MAX_KNOWN = 8_192  # parts of one generation; a page has 400
_MAX_LENGTH = 300  # characters of a remembered part


class Frame:
    """What one open element changes, to be undone when it closes. Those that only hand down marks are shared."""

    __slots__ = (
        "has_state",
        "headings",
        "hidden_root",
        "is_block",
        "is_label",
        "is_sectioning",
        "link",
        "marks",
        "reverse_from",
        "tag",
    )

    def __init__(self, tag: str, marks: int) -> None:
        self.tag = tag
        self.marks = marks
        self.is_block = tag in places.BLOCK_TAGS
        self.is_label = tag in places.LABEL_TAGS
        self.is_sectioning = tag in places.SECTIONING_TAGS
        self.has_state = False
        self.link: Link | None = None
        self.reverse_from = -1
        self.headings: Headings | None = None
        self.hidden_root: HiddenPart | None = None


@lru_cache(maxsize=1_000)
def _traits(name: str) -> tuple[bool, bool, bool, bool, bool]:
    """Whether elements of a name are blocks, sectioning, void, read apart, and need no handler."""
    return (
        name in places.BLOCK_TAGS,
        name in places.SECTIONING_TAGS,
        name in VOID_TAGS,
        name in _APART,
        name not in _HANDLED and name not in places.SKIPPED_TAGS,
    )


class StartTag:
    """A start tag (or the end tag of its name, `is_end`), with all that does not depend on the page it stands in."""

    __slots__ = (
        "_selectors",
        "attributes",
        "frames",
        "has_address",
        "is_apart",
        "is_block",
        "is_break",
        "is_end",
        "is_hidden",
        "is_plain",
        "is_reversed",
        "is_sectioning",
        "is_void",
        "marks",
        "name",
    )

    def __init__(self, source: str) -> None:
        self.is_end = source[:1] == "/"
        self.name = name = source[1:] if self.is_end else source.partition(" ")[0]
        self.attributes: Attributes = {}
        self.is_block, self.is_sectioning, is_void, is_apart, is_plain = _traits(name)
        self.is_void = is_void or source == "!-- "
        self.is_break = name == "br"
        self.is_apart = is_apart and not self.is_end
        self.is_plain = is_plain and not self.is_apart
        self.is_hidden = self.is_reversed = self.has_address = False
        self.frames: dict[int, Frame] = {}
        self._selectors: frozenset[str] | None = None
        if not self.is_end and "=" in source:
            self._read_attributes(source)
        self.marks = places.element_marks(self.name, self.attributes)

    def _read_attributes(self, source: str) -> None:
        self.attributes = attributes = read_attributes(source)
        if "hidden" in attributes and self.name != "body":
            self.is_hidden = True
        self.is_block |= places.is_set_as_block(self.name, attributes)
        if style := attributes.get("style"):
            self.is_hidden |= self.name not in {"body", "html", "main"} and places.is_hidden_style(style)
            self.is_reversed = places.is_reversed_style(style)
        self.is_reversed |= self.name == "bdo" and attributes.get("dir", "").lower() == "rtl"
        self.has_address = not deobfuscate.ADDRESS_ATTRIBUTES.isdisjoint(attributes) or "-at" in attributes.get(
            "class", ""
        )
        if self.is_hidden or self.is_reversed or self.has_address:
            self.is_plain = False

    @property
    def selectors(self) -> frozenset[str]:
        """The element's classes and id as CSS writes them: ``.name``, ``#name``."""
        if self._selectors is None:
            found = {f".{name}" for name in self.attributes.get("class", "").split()}
            if identifier := self.attributes.get("id"):
                found.add(f"#{identifier}")
            self._selectors = frozenset(found)
        return self._selectors

    def frame_in(self, outer: int) -> Frame:
        """The frame of such an element inside marks `outer`; shared, so only for plain tags."""
        frame = self.frames.get(outer)
        if frame is None:
            frame = self.frames[outer] = Frame(self.name, places.inherit(outer, self.marks))
            frame.is_block = self.is_block
        return frame


def read_attributes(source: str) -> Attributes:
    """Attributes of a start tag as lexbor writes it: quoted, with five characters escaped."""
    if "=" not in source:
        return {}
    return {name: unescape(value) if "&" in value else value for name, value in _ATTRIBUTE.findall(source)}


def unescape(text: str) -> str:
    """Undo the escapes of the HTML serialisation (HTML Living Standard 13.3): these five, no others."""
    return (
        text.replace("&nbsp;", "\u00a0")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&amp;", "&")
    )


class _Memo:
    """Parts read before, in two generations: when the young one is full it becomes the old one."""

    def __init__(self) -> None:
        self.young: dict[str, tuple[StartTag, str]] = {}
        self.old: dict[str, tuple[StartTag, str]] = {}
        self.tags: dict[str, StartTag] = {}

    def keep(self, part: str, found: tuple[StartTag, str]) -> None:
        if len(self.young) >= _MAX_KNOWN:
            self.old, self.young = self.young, {}
            self.tags = {}
        self.young[part] = found


_memo = _Memo()


def known_parts() -> dict[str, tuple[StartTag, str]]:
    """What `learn` answered before, by part; it may be replaced by any call of `learn`."""
    return _memo.young


def _cut(part: str) -> tuple[str, str]:
    """The tag of a part and the text behind it; a comment that ends in the part is a void tag ``!-- ``."""
    if not part.startswith(("!", "?")):
        source, _, text = part.partition(">")
        return source, text
    if part.startswith("!--"):
        end = part.find("-->", 3)
        return ("!--", part[3:]) if end < 0 else ("!-- ", part[end + 3 :])
    return "!-- ", part.partition(">")[2]


def learn(part: str) -> tuple[StartTag, str]:
    """The tag at the start of a part of a serialised page (``div class="x">text``), and the text behind it."""
    found = _memo.old.get(part)
    if found is None:
        source, text = _cut(part)
        tag = _memo.tags.get(source)
        if tag is None:
            tag = StartTag(source)
            if len(source) <= _MAX_LENGTH:
                _memo.tags[source] = tag
        found = (tag, unescape(text) if "&" in text and not tag.is_apart else text)
    if len(part) <= _MAX_LENGTH:
        _memo.keep(part, found)
    return found
