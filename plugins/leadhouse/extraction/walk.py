"""The one walk over the parsed tree: an iterative descent that fills a `Page`, whatever the depth."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from leadhouse.extraction import deobfuscate, places
from leadhouse.extraction.page import MAX_NODES, Block, Image, Link, Mark, Page, UrlResolver
from leadhouse.extraction.structured import read_json_ld, read_microdata

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u2002-\u200a\u202f\u3000]+")
_MAX_TEXT = 100_000  # characters of one block
_COLLAPSED_CHARS = 200
_BREAK = "\x00"  # a <br>, until white space is folded
_SCRIPT_HINT = re.compile(r"addy|mailto|UnCryptMailto", re.I)
_AT_IMAGE = re.compile(r"^\W*(?:@|at|ät|arroba)\W*$", re.I)
_ACTIONS = ("mailto:", "tel:", "sms:", "callto:", "javascript:", "whatsapp:", "skype:", "fax:")
Attributes = dict[str, str | None]


class _Frame:
    """What one open element changes, to be undone when it closes."""

    __slots__ = ("headings", "hidden_root", "is_block", "link", "mark", "marks", "reverse_from", "tag")

    def __init__(self, tag: str, marks: int) -> None:
        self.tag = tag
        self.marks = marks
        self.is_block = tag in places.BLOCK_TAGS
        self.link: Link | None = None
        self.mark = 0
        self.reverse_from = -1
        self.headings: list[tuple[int, str]] | None = None
        self.hidden_root: _HiddenPart | None = None


class _HiddenPart:
    """Text inside a hidden element, kept apart until its size tells a decoy from a closed dialog."""

    def __init__(self, walker: Walker) -> None:
        self.buffer, self.blocks = walker.buffer, walker.blocks
        self.link_count, self.action_count = len(walker.page.links), len(walker.page.actions)
        walker.buffer, walker.blocks = [], []


class Walker:
    """Builds blocks from a depth-first walk. One instance reads one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.resolver = UrlResolver(page.url)
        self.rules = places.StyleRules()
        self.buffer: list[str] = []
        self.blocks: list[Block] = page.blocks
        self.headings: list[tuple[int, str]] = []
        self.label_chars = 0
        self.seen: dict[str, Link] = {}
        self.open_link: Link | None = None
        self.link_text: list[str] = []
        self.skip_children = False
        self.link_end = -1

    # text ---------------------------------------------------------------------------------------------------------

    def flush(self, tag: str, marks: int) -> None:
        """Close the current block."""
        if not self.buffer:
            return
        if self.link_text and self.open_link is not None:
            self.link_text.append(_BREAK)
        raw = "".join(self.buffer)[:_MAX_TEXT]
        self.buffer.clear()
        label_chars, self.label_chars = self.label_chars, 0
        text = _SPACES.sub(" ", raw).translate(deobfuscate.INVISIBLE)
        if _BREAK in text:
            lines = (line.strip() for line in text.split(_BREAK))
            text = "\n".join(line for line in lines if line)
        else:
            text = text.strip()
        if not text:
            return
        text = deobfuscate.plain(text)
        level = places.HEADING_LEVELS.get(tag)
        is_label = len(text) <= 80 and (
            level is not None or text.endswith(":") or (label_chars and label_chars >= len(text.strip(" :")) - 2)
        )
        outline = tuple(heading for _, heading in self.headings)
        self.blocks.append(Block(text, tag, marks, outline[-1] if outline else "", outline, bool(is_label)))
        if level is not None or is_label:
            self._open_heading(level or (8 if text.endswith(":") else 7), text)

    def _open_heading(self, level: int, text: str) -> None:
        self.headings = [entry for entry in self.headings if entry[0] < level]
        self.headings.append((level, text[:200]))

    def add_text(self, text: str, frame: _Frame) -> None:
        """Add a text node."""
        if not text:
            return
        self.buffer.append(text)
        if self.open_link is not None:
            self.link_text.append(text)
        if frame.tag in places.LABEL_TAGS:
            self.label_chars += len(text.strip())

    # elements -----------------------------------------------------------------------------------------------------

    def enter(self, node: LexborNode, tag: str, parent: _Frame) -> _Frame:
        """Open an element; `skip_children` tells the caller whether to descend."""
        attributes: Attributes = node.attributes
        frame = _Frame(tag, places.inherit(parent.marks, places.element_marks(tag, attributes)))
        self.skip_children = False
        if frame.is_block:
            self.flush(parent.tag, parent.marks)
            if tag in places.SECTIONING_TAGS:
                frame.headings = self.headings
                if tag in {"footer", "header", "nav"}:
                    self.headings = []
        if attributes:
            self._read_attributes(tag, attributes, frame, parent)
        handler = _HANDLERS.get(tag)
        if handler is not None:
            handler(self, node, attributes, frame)
        return frame

    def _read_attributes(self, tag: str, attributes: Attributes, frame: _Frame, parent: _Frame) -> None:
        if not frame.marks & Mark.HIDDEN and self._is_hidden(tag, attributes):
            frame.marks |= Mark.HIDDEN
            if frame.is_block:
                self.flush(parent.tag, parent.marks)
            frame.hidden_root = _HiddenPart(self)
        elif self._is_reversed(attributes):
            frame.reverse_from = len(self.buffer)
        if code := attributes.get("data-cfemail"):
            self._replace(deobfuscate.cloudflare(code))
        elif token := attributes.get("data-mailto-token"):
            self._add_action(f"mailto:{deobfuscate.caesar_mailto(token) or ''}", frame, attributes)
        elif "data-domain" in attributes or "data-host" in attributes or "data-email" in attributes:
            self._replace(deobfuscate.split_attributes(attributes))
        elif encoded := attributes.get("data-enc-email"):
            self._replace(deobfuscate.rot13(encoded).replace("[at]", "@"))

    def _replace(self, text: str | None) -> None:
        if text and "@" in text:
            self.buffer.append(text)
            self.skip_children = True

    def _is_hidden(self, tag: str, attributes: Attributes) -> bool:
        if "hidden" in attributes and tag != "body":
            return True
        if (style := attributes.get("style")) and places.is_hidden_style(style) and tag not in {"body", "html", "main"}:
            return True
        return bool(self.rules.hidden) and self.rules.hides(attributes)

    def _is_reversed(self, attributes: Attributes) -> bool:
        if (style := attributes.get("style")) and places.is_reversed_style(style):
            return True
        return bool(self.rules.reversed) and self.rules.reverses(attributes)

    def leave(self, frame: _Frame) -> None:
        """Close an element."""
        if frame.reverse_from >= 0:
            part = "".join(self.buffer[frame.reverse_from :])
            self.buffer[frame.reverse_from :] = [_SPACES.sub(" ", part)[::-1]]
        if frame.link is not None:
            lines = (_SPACES.sub(" ", line).strip() for line in "".join(self.link_text).split(_BREAK))
            frame.link.text = "\n".join(line for line in lines if line)[:300]
            self.open_link = None
            self.link_end = len(self.buffer)
        if frame.is_block:
            self.flush(frame.tag, frame.marks)
        if frame.headings is not None and (frame.tag != "header" or frame.marks & Mark.HEADER):
            self.headings = frame.headings  # a heading in a post's header belongs to the post
        if frame.hidden_root is not None:
            self._leave_hidden(frame, frame.hidden_root)

    def _leave_hidden(self, frame: _Frame, part: _HiddenPart) -> None:
        self.flush(frame.tag, frame.marks)
        blocks, self.blocks, self.buffer = self.blocks, part.blocks, part.buffer
        is_collapsed = frame.is_block and sum(len(block.text) for block in blocks) > _COLLAPSED_CHARS
        if is_collapsed:
            links = (*self.page.links[part.link_count :], *self.page.actions[part.action_count :])
            entries: tuple[Block | Link, ...] = (*blocks, *links)
            for entry in entries:
                entry.marks = (entry.marks & ~Mark.HIDDEN) | Mark.COLLAPSED
            self.blocks.extend(blocks)
        else:
            self.page.hidden.extend(blocks)

    # handlers -----------------------------------------------------------------------------------------------------

    def on_anchor(self, _: LexborNode, attributes: Attributes, frame: _Frame) -> None:
        """<a href>: a link, or an action such as mailto."""
        href = (attributes.get("href") or "").strip()
        if not href or href.startswith("#"):
            return
        lowered = href[:12].lower()
        if lowered.startswith(_ACTIONS):
            self._add_action(href, frame, attributes)
        elif "/cdn-cgi/l/email-protection" in href:
            address = deobfuscate.cloudflare(href.partition("#")[2])
            if address:
                self._add_action(f"mailto:{address}", frame, attributes)
        else:
            self._add_link(href, frame, attributes)

    def _add_action(self, href: str, frame: _Frame, attributes: Attributes) -> None:
        if href[:11].lower() == "javascript:":
            address = deobfuscate.typo3(href)
            if address is None:
                return
            href = f"mailto:{address}"
        self._open(Link(href[:2000], "", _label(attributes), frame.marks, len(self.blocks)), frame, self.page.actions)

    def _add_link(self, href: str, frame: _Frame, attributes: Attributes) -> None:
        url = self.resolver(href)
        known = self.seen.get(url)
        if known is not None and not (known.marks & Mark.HIDDEN and not frame.marks & Mark.HIDDEN):
            known.label = known.label or _label(attributes)
            if not known.text and self.open_link is None:
                self.open_link, frame.link = known, known
                self.link_text = []
            return
        link = Link(url, "", _label(attributes), frame.marks, len(self.blocks), attributes.get("rel") or "")
        self.seen[url] = link
        self._open(link, frame, self.page.links)

    def _open(self, link: Link, frame: _Frame, links: list[Link]) -> None:
        if self.buffer and len(self.buffer) == self.link_end:
            self.buffer.append(" ")  # two links side by side are two words, whatever the markup leaves out
        links.append(link)
        self.open_link, frame.link, self.link_text = link, link, []

    def on_break(self, _: LexborNode, __: Attributes, frame: _Frame) -> None:
        """<br>: a line break inside a block."""
        self.buffer.append(_BREAK)
        if self.open_link is not None:
            self.link_text.append(_BREAK)

    def on_image(self, _: LexborNode, attributes: Attributes, frame: _Frame) -> None:
        """<img>: alternative text; a pictured at-sign becomes one."""
        alt = (attributes.get("alt") or "").strip()
        if alt and _AT_IMAGE.match(alt):
            self.buffer.append("@")
            return
        if self.open_link is not None and alt and not self.open_link.label:
            self.open_link.label = alt[:200]
        source = attributes.get("src") or attributes.get("data-src") or ""
        if not source.startswith("data:") or alt:
            self.page.images.append(Image(alt[:300], source[:500], frame.marks, len(self.blocks)))

    def on_script(self, node: LexborNode, attributes: Attributes, frame: _Frame) -> None:
        """<script>: JSON-LD, or a script that writes an address."""
        self.skip_children = True
        kind = (attributes.get("type") or "").lower()
        if source := attributes.get("src"):
            self.page.script_sources.append(source[:300])
            return
        text = node.text(deep=True) or ""
        if "ld+json" in kind:
            self.page.json_ld.extend(read_json_ld(text))
            return
        if not text or not _SCRIPT_HINT.search(text):
            return
        self.page.scripts.append(text[:20_000])
        address = deobfuscate.joomla_cloak(text) or deobfuscate.typo3(text) or deobfuscate.script_mailto(text)
        if address:
            link = Link(f"mailto:{address}", "", "", frame.marks, len(self.blocks))
            self.page.actions.append(link)

    def on_style(self, node: LexborNode, _: Attributes, __: _Frame) -> None:
        """<style>: which classes are hidden or reversed."""
        self.rules.read(node.text(deep=True) or "")
        self.skip_children = True

    def on_title(self, node: LexborNode, _: Attributes, __: _Frame) -> None:
        """<title> of the document (the first one; SVG titles are skipped with their parent)."""
        if not self.page.title:
            self.page.title = _SPACES.sub(" ", node.text(deep=True) or "").strip()[:500]
        self.skip_children = True

    def on_meta(self, _: LexborNode, attributes: Attributes, __: _Frame) -> None:
        """<meta name|property|http-equiv content>."""
        key = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv")
        content = attributes.get("content")
        if key and content:
            self.page.meta.setdefault(key.lower().strip()[:100], content.strip()[:2000])

    def on_base(self, _: LexborNode, attributes: Attributes, __: _Frame) -> None:
        """<base href> moves the base of every relative link."""
        if href := attributes.get("href"):
            self.resolver = UrlResolver(self.resolver(href))

    def on_link(self, _: LexborNode, attributes: Attributes, __: _Frame) -> None:
        """<link rel=canonical|alternate hreflang>."""
        rel, href = (attributes.get("rel") or "").lower(), attributes.get("href")
        if href and rel == "canonical":
            self.page.alternates.setdefault("canonical", self.resolver(href))
        elif href and rel == "alternate" and (language := attributes.get("hreflang")):
            self.page.alternates.setdefault(language.lower()[:20], self.resolver(href))

    def on_html(self, _: LexborNode, attributes: Attributes, __: _Frame) -> None:
        """<html lang>."""
        self.page.lang = (attributes.get("lang") or attributes.get("xml:lang") or "").strip()[:20]

    def on_skipped(self, _: LexborNode, __: Attributes, ___: _Frame) -> None:
        """An element without text for people."""
        self.skip_children = True

    def on_cell(self, _: LexborNode, __: Attributes, ___: _Frame) -> None:
        """Inline elements that scripts and CSS usually set apart: keep a blank between them."""
        self.buffer.append(" ")


def _label(attributes: Attributes) -> str:
    return (attributes.get("title") or attributes.get("aria-label") or "").strip()[:200]


_HANDLERS: dict[str, Any] = {
    "a": Walker.on_anchor,
    "br": Walker.on_break,
    "img": Walker.on_image,
    "script": Walker.on_script,
    "style": Walker.on_style,
    "title": Walker.on_title,
    "meta": Walker.on_meta,
    "base": Walker.on_base,
    "link": Walker.on_link,
    "html": Walker.on_html,
    **dict.fromkeys(places.SKIPPED_TAGS - {"style"}, Walker.on_skipped),
}


def walk(tree: LexborHTMLParser, page: Page, *, has_microdata: bool) -> None:
    """Fill `page` from the tree."""
    node = tree.root
    if node is None:
        return
    walker = Walker(page)
    stack = [_Frame("", 0)]
    _descend(walker, node, stack)
    while len(stack) > 1:
        walker.leave(stack.pop())
    walker.flush("body", 0)
    if has_microdata:
        page.microdata = read_microdata(tree)


def _descend(walker: Walker, node: LexborNode, stack: list[_Frame]) -> None:
    """Depth first without recursion: one frame per open element."""
    current: LexborNode | None = node
    for _ in range(MAX_NODES):
        if current is None:
            return
        tag = current.tag or ""
        child = None
        if tag == "-text":
            walker.add_text(current.text_content or "", stack[-1])
        elif tag[:1] not in "-!_":
            stack.append(walker.enter(current, tag, stack[-1]))
            child = None if walker.skip_children else current.child
            if child is None:
                walker.leave(stack.pop())
        if child is not None:
            current = child
            continue
        following = current.next
        while following is None:
            current = current.parent
            if current is None or len(stack) <= 1:
                return
            walker.leave(stack.pop())
            following = current.next
        current = following
    walker.page.is_truncated = True
