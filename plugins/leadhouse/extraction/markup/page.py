"""A page as it was read: text blocks with their place, links, structured data. Everything else reads this.

Bounded: at most `MAX_BYTES` of input, `MAX_NODES` elements and texts, `MAX_BLOCKS`, `MAX_LINKS` and `MAX_TEXT` kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from leadhouse.extraction.markup.structured import open_graph_pairs
from leadhouse.extraction.patterns import literals

MAX_BYTES = 5_000_000
MAX_NODES = 150_000
MAX_BLOCKS = 6_000
MAX_TEXT = 1_000_000  # visible characters
MAX_LINKS = 5_000
MAX_ACTIONS = 500
MAX_IMAGES = 2_000


class Mark:
    """Where a block stands, as bits that an element hands down (plain integers: IntFlag costs 1 ms a page)."""

    NONE: Final = 0
    HEADER: Final = 1
    NAV: Final = 2
    FOOTER: Final = 4
    MAIN: Final = 8
    HIDDEN: Final = 16
    TESTIMONIAL: Final = 32
    TEAM: Final = 64
    ARTICLE: Final = 128
    PARTNER: Final = 256
    CODE: Final = 512
    FORM: Final = 1024
    ADDRESS: Final = 2048
    CREDIT: Final = 4096
    CONTACT: Final = 8192
    PORTFOLIO: Final = 16384
    INNER_ARTICLE: Final = 65536
    COLLAPSED: Final = 32768  # hidden until a person opens it (tab, dialog, other language): real, but less sure


@dataclass(slots=True)
class Link:
    """One anchor; `url` is absolute (or the raw text for mailto:, tel:, javascript:), `label` from title or image."""

    url: str
    text: str
    label: str
    marks: int
    block: int
    rel: str = ""


@dataclass(slots=True)
class Block:
    """A run of text between block boundaries; line breaks of the page are ``\\n``."""

    text: str
    tag: str
    marks: int
    heading: str
    outline: tuple[str, ...] = ()
    is_label: bool = False
    start: int = 0


@dataclass(slots=True)
class Image:
    """An image's alternative text and where it stands."""

    alt: str
    src: str
    marks: int
    block: int


@dataclass(slots=True)
class Page:
    """What one page holds, in document order. `text` joins the visible blocks by line feeds."""

    url: str
    host: str = ""
    charset: str = "utf-8"
    lang: str = ""
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    properties: list[tuple[str, str]] = field(default_factory=list)  # <meta property> of the head, repeated ones too
    prefixes: str = ""  # what html and head declare in `prefix`
    blocks: list[Block] = field(default_factory=list)
    hidden: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    actions: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    script_sources: list[str] = field(default_factory=list)
    json_ld: list[Any] = field(default_factory=list)
    microdata: list[dict[str, Any]] = field(default_factory=list)
    alternates: dict[str, str] = field(default_factory=dict)
    text: str = ""
    lowered: str = ""  # `text` in lower case, for cheap tests before a pattern runs
    told: tuple[int, frozenset[str]] = (0, frozenset())  # how many literals were watched, and those that may stand here
    starts: list[int] = field(default_factory=list)
    body_bytes: int = 0
    is_truncated: bool = False
    script_count: int = 0  # scripts of the page's own that are no data
    has_password: bool = False
    has_frames: bool = False  # a frameset: its pages stand in `links`

    @property
    def open_graph(self) -> list[tuple[str, str]]:
        """Open Graph properties of the head as written, in document order, repeated ones too."""
        return open_graph_pairs(self.properties, self.prefixes)

    def mentions(self, *stems: str) -> bool:
        """Whether the visible text holds one of some lower-case stems."""
        return any(stem in self.lowered for stem in self.present(stems))

    def present(self, stems: tuple[str, ...]) -> list[str]:
        """Those of some lower-case stems that the visible text may hold, in order; none is missing."""
        watched = literals.watch(stems)
        if self.told[0] != watched:
            self.told = watched, literals.standing(self.lowered)
        standing = self.told[1]
        return [stem for stem in stems if stem in standing]

    def blocks_with(self, stems: Iterable[str]) -> list[int]:
        """Indices of the visible blocks that hold one of some lower-case stems, in order."""
        if len(self.lowered) != len(self.text):  # a letter whose lower case is two: offsets differ
            return list(range(len(self.blocks)))
        found = set()
        for stem in self.present(tuple(stems)):
            start = self.lowered.find(stem)
            while start >= 0:
                index = max(0, bisect_right(self.starts, start) - 1)
                found.add(index)
                following = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.lowered)
                start = self.lowered.find(stem, following)
        return sorted(found)

    def block_at(self, offset: int) -> Block:
        """The visible block that holds an offset of `text`."""
        return self.blocks[max(0, bisect_right(self.starts, offset) - 1)]

    def line_at(self, offset: int) -> tuple[int, int]:
        """Start and end of the line of `text` that holds `offset`."""
        end = self.text.find("\n", offset)
        return self.text.rfind("\n", 0, offset) + 1, len(self.text) if end < 0 else end

    def following(self, index: int, count: int) -> Iterator[Block]:
        """Up to `count` visible blocks after block `index`."""
        yield from self.blocks[index + 1 : index + 1 + count]


_DIRECT = re.compile(r"[\w%-][\w.%-]*(?:/[\w%-][\w.%-]*)*/?(?:\?[\w=&.%-]*)?", re.ASCII)


class UrlResolver:
    """Makes hrefs absolute; remembers them, since menus repeat on a page."""

    def __init__(self, base: str) -> None:
        try:
            parts = urlsplit(base)
        except ValueError:  # a base element with a broken address
            base, parts = "", urlsplit("")
        self.base = base
        self.origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        is_web = bool(self.origin) and parts.scheme in {"http", "https"} and "/." not in parts.path
        self.folder = f"{self.origin}{parts.path.rpartition('/')[0]}/" if is_web else ""
        self._known: dict[str, str] = {}

    def __call__(self, href: str) -> str:
        """Absolute URL without fragment, or the text itself when it cannot be joined."""
        known = self._known.get(href)
        if known is None:
            known = self._known[href] = self._resolve(href)
        return known

    def _resolve(self, href: str) -> str:
        bare = href.partition("#")[0].strip()
        lowered = bare[:8].lower()
        if lowered.startswith(("http://", "https://")):
            return bare
        if bare[:1] == "/" and bare[1:2] != "/" and "/." not in bare and self.origin:
            return self.origin + bare
        if self.folder and _DIRECT.fullmatch(bare):  # what urljoin would answer, at a tenth of its cost
            return self.folder + bare
        return _joined(self.base, bare)


@lru_cache(maxsize=10_000)
def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def safe_host(url: str) -> str:
    """Host of a URL in lower case, or an empty text."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
