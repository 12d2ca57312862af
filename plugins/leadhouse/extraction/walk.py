"""The one walk over the parsed tree: an iterative descent that fills a `Page`, whatever the depth."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from leadhouse.extraction import deobfuscate, places
from leadhouse.extraction.blocks import BREAK, BlockBuilder, Frame, HiddenPart
from leadhouse.extraction.page import MAX_BLOCKS, MAX_NODES, Image, Link, Mark, Page, UrlResolver
from leadhouse.extraction.structured import read_json_ld, read_microdata

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u2002-\u200a\u202f\u3000]+")
_SCRIPT_HINT = re.compile(r"addy|mailto|UnCryptMailto", re.I)
_AT_IMAGE = re.compile(r"^\W*(?:@|at|ät|arroba)\W*$", re.I)
_ACTIONS = ("mailto:", "tel:", "sms:", "callto:", "javascript:", "whatsapp:", "skype:", "fax:")
Attributes = dict[str, str | None]


class Walker(BlockBuilder):
    """Reads elements: links, images, scripts, metadata. One instance reads one page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.resolver = UrlResolver(page.url)
        self.rules = places.StyleRules()
        self.seen: dict[str, Link] = {}
        self.skip_children = False

    # elements -----------------------------------------------------------------------------------------------------

    def enter(self, node: LexborNode, tag: str, parent: Frame) -> Frame:
        """Open an element; `skip_children` tells the caller whether to descend."""
        attributes: Attributes = node.attributes
        frame = Frame(tag, places.inherit(parent.marks, places.element_marks(tag, attributes)))
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

    def _read_attributes(self, tag: str, attributes: Attributes, frame: Frame, parent: Frame) -> None:
        if not frame.marks & Mark.HIDDEN and self._is_hidden(tag, attributes):
            frame.marks |= Mark.HIDDEN
            if frame.is_block:
                self.flush(parent.tag, parent.marks)
            frame.hidden_root = HiddenPart(self)
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

    # handlers -----------------------------------------------------------------------------------------------------

    def on_anchor(self, _: LexborNode, attributes: Attributes, frame: Frame) -> None:
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

    def _add_action(self, href: str, frame: Frame, attributes: Attributes) -> None:
        if href[:11].lower() == "javascript:":
            address = deobfuscate.typo3(href)
            if address is None:
                return
            href = f"mailto:{address}"
        self._open(Link(href[:2000], "", _label(attributes), frame.marks, len(self.blocks)), frame, self.page.actions)

    def _add_link(self, href: str, frame: Frame, attributes: Attributes) -> None:
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

    def _open(self, link: Link, frame: Frame, links: list[Link]) -> None:
        if self.buffer and len(self.buffer) == self.link_end:
            self.buffer.append(" ")  # two links side by side are two words, whatever the markup leaves out
        links.append(link)
        self.open_link, frame.link, self.link_text = link, link, []

    def on_break(self, _: LexborNode, __: Attributes, frame: Frame) -> None:
        """<br>: a line break inside a block."""
        self.buffer.append(BREAK)
        if self.open_link is not None:
            self.link_text.append(BREAK)

    def on_image(self, _: LexborNode, attributes: Attributes, frame: Frame) -> None:
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

    def on_script(self, node: LexborNode, attributes: Attributes, frame: Frame) -> None:
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

    def on_style(self, node: LexborNode, _: Attributes, __: Frame) -> None:
        """<style>: which classes are hidden or reversed."""
        self.rules.read(node.text(deep=True) or "")
        self.skip_children = True

    def on_title(self, node: LexborNode, _: Attributes, __: Frame) -> None:
        """<title> of the document (the first one; SVG titles are skipped with their parent)."""
        if not self.page.title:
            self.page.title = _SPACES.sub(" ", node.text(deep=True) or "").strip()[:500]
        self.skip_children = True

    def on_meta(self, _: LexborNode, attributes: Attributes, __: Frame) -> None:
        """<meta name|property|http-equiv content>."""
        key = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv")
        content = attributes.get("content")
        if key and content:
            self.page.meta.setdefault(key.lower().strip()[:100], content.strip()[:2000])

    def on_base(self, _: LexborNode, attributes: Attributes, __: Frame) -> None:
        """<base href> moves the base of every relative link."""
        if href := attributes.get("href"):
            self.resolver = UrlResolver(self.resolver(href))

    def on_link(self, _: LexborNode, attributes: Attributes, __: Frame) -> None:
        """<link rel=canonical|alternate hreflang>."""
        rel, href = (attributes.get("rel") or "").lower(), attributes.get("href")
        if href and rel == "canonical":
            self.page.alternates.setdefault("canonical", self.resolver(href))
        elif href and rel == "alternate" and (language := attributes.get("hreflang")):
            self.page.alternates.setdefault(language.lower()[:20], self.resolver(href))

    def on_html(self, _: LexborNode, attributes: Attributes, __: Frame) -> None:
        """<html lang>."""
        self.page.lang = (attributes.get("lang") or attributes.get("xml:lang") or "").strip()[:20]

    def on_skipped(self, _: LexborNode, __: Attributes, ___: Frame) -> None:
        """An element without text for people."""
        self.skip_children = True

    def on_cell(self, _: LexborNode, __: Attributes, ___: Frame) -> None:
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
    stack = [Frame("", 0)]
    _descend(walker, node, stack)
    while len(stack) > 1:
        walker.leave(stack.pop())
    walker.flush("body", 0)
    if has_microdata:
        page.microdata = read_microdata(tree)


def _descend(walker: Walker, node: LexborNode, stack: list[Frame]) -> None:
    """Depth first without recursion: one frame per open element."""
    current: LexborNode | None = node
    for _ in range(MAX_NODES):
        if current is None:
            return
        tag = current.tag or ""
        child = None
        if tag == "-text":
            walker.add_text(current.text_content or "", stack[-1])
            if len(walker.blocks) > MAX_BLOCKS:  # nothing after it would be kept
                break
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
