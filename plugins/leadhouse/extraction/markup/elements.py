"""What elements state: links and actions, pictures, scripts, metadata, and what hides or reverses their text."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from leadhouse.extraction.markup import deobfuscate, places, script_addresses
from leadhouse.extraction.markup.blocks import BlockBuilder, Headings, HiddenPart
from leadhouse.extraction.markup.page import MAX_ACTIONS, MAX_IMAGES, MAX_LINKS, Image, Link, Mark, Page, UrlResolver
from leadhouse.extraction.markup.start_tags import VOID_TAGS, Attributes, Frame, StartTag
from leadhouse.extraction.markup.structured import MAX_REPAIRED, read_json_ld

_REFRESH = re.compile(r"^\s*\d{0,4}(?:\.\d*)?\s*[;,]\s*url\s*=\s*(\S.{0,1000})", re.I)
_AT_IMAGE = re.compile(r"^\W*(?:@|at|ät|arroba)\W*$", re.I)
_ACTIONS = ("mailto:", "tel:", "sms:", "callto:", "javascript:", "whatsapp:", "skype:", "fax:")
_WRONG_SCHEME = re.compile(
    r"https?:/{0,2}(?=(?:mailto|tel):)", re.I
)  # <a href="http://mailto:...">, as editors write it
_AT_ICON = re.compile(r"(?:^|[ _-])(?:fa|icon|bi|mdi|ti|la|dashicons|material-icons)-at(?:-sign)?(?:$| )", re.I)
_MAX_WORKED_OUT = 60_000  # characters of a page's scripts that are worked out
_SITE_FRAME = frozenset({"footer", "header", "nav"})


class ElementReader(BlockBuilder):
    """Opens elements and reads what they state. One instance reads one page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.resolver = UrlResolver(page.url)
        self.rules = places.StyleRules()
        self.seen: dict[str, Link] = {}
        self.stack = [Frame("", 0)]
        self.saved: list[Headings] = []  # of open sectioning elements, to be restored
        self.skipping = ""  # the name of the element whose content is left out, and how deep in it we are
        self.skip_depth = 0
        self.in_head = False
        self.json_chars = self.worked_out = 0

    def enter(self, tag: StartTag, text: str, parent: Frame) -> None:
        """Open an element that does more than hand down marks."""
        frame = Frame(tag.name, places.inherit(parent.marks, tag.marks))
        frame.is_block = tag.is_block
        if tag.is_block:
            if self.buffer:
                self.flush(parent.tag, parent.marks)
            if tag.is_sectioning:
                frame.headings, frame.has_state = self.headings, True
                if tag.name in _SITE_FRAME:
                    self.clear_headings()
        if tag.is_hidden or tag.is_reversed or self.rules.is_active:
            self._read_style(tag, frame)
        if tag.has_address:
            self._read_address(tag, frame)
        handler = _HANDLERS.get(tag.name)
        if handler is not None:
            handler(self, tag.attributes, frame, text)
        elif tag.name in places.SKIPPED_TAGS:
            self._skip(tag.name)
        if not tag.is_void:
            self.stack.append(frame)
        elif frame.has_state:
            self.leave(frame)

    def _skip(self, name: str) -> None:
        if name not in VOID_TAGS:
            self.skipping, self.skip_depth = name, 1

    def _read_style(self, tag: StartTag, frame: Frame) -> None:
        if not frame.marks & Mark.HIDDEN and (tag.is_hidden or self.rules.hide(tag.selectors)):
            frame.marks |= Mark.HIDDEN
            frame.hidden_root, frame.has_state = HiddenPart(self), True
        elif tag.is_reversed or self.rules.reverse(tag.selectors):
            frame.reverse_from, frame.has_state = len(self.buffer), True

    def _read_address(self, tag: StartTag, frame: Frame) -> None:
        attributes = tag.attributes
        if (token := attributes.get("data-mailto-token")) and not attributes.get("data-cfemail"):
            self._add_action(f"mailto:{deobfuscate.caesar_mailto(token) or ''}", frame, attributes)
        elif text := deobfuscate.from_attributes(attributes):
            self.buffer.append(text)
            self._skip(tag.name)
        elif _AT_ICON.search(attributes.get("class", "")) and self.buffer and self.buffer[-1][-1:].isalnum():
            self.buffer.append("@")  # between the parts of an address; before an address it is only an ornament

    # handlers -----------------------------------------------------------------------------------------------------

    def on_anchor(self, attributes: Attributes, frame: Frame, _: str) -> None:
        """<a href>: a link, or an action such as mailto."""
        href = attributes.get("href", "").strip()
        if "onclick" in attributes:
            self._read_event(attributes["onclick"], frame, attributes)
        if not href or href[0] == "#":
            return
        if ":" in href[8:15] and (match := _WRONG_SCHEME.match(href)):
            href = href[match.end() :]
        if href[:12].lower().startswith(_ACTIONS):
            self._add_action(href, frame, attributes)
        elif "/cdn-cgi/l/email-protection" in href:
            address = deobfuscate.cloudflare(href.partition("#")[2])
            if address:
                self._add_action(f"mailto:{address}", frame, attributes)
        else:
            self._add_link(href, frame, attributes)

    def _add_action(self, href: str, frame: Frame, attributes: Attributes) -> None:
        if href[:11].lower() == "javascript:":
            self._read_event(unquote(href[11:]), frame, attributes)
            return
        self._open(Link(href[:2000], "", _label(attributes), frame.marks, len(self.blocks)), frame, self.page.actions)

    def _read_event(self, script: str, frame: Frame, attributes: Attributes) -> None:
        """An event handler that opens a mail program."""
        self.worked_out += min(len(script), 6_000)
        if self.worked_out < _MAX_WORKED_OUT and (address := script_addresses.address_in(script[:2000])):
            self._add_action(f"mailto:{address}", frame, attributes)

    def _add_link(self, href: str, frame: Frame, attributes: Attributes) -> None:
        url = self.resolver(href)
        known = self.seen.get(url)
        if known is not None and not (known.marks & Mark.HIDDEN and not frame.marks & Mark.HIDDEN):
            known.label = known.label or _label(attributes)
            if not known.text and self.open_link is None:
                self.open_link, frame.link, frame.has_state = known, known, True
                self.link_text = []
            return
        link = Link(url, "", _label(attributes), frame.marks, len(self.blocks), attributes.get("rel", ""))
        self.seen[url] = link
        self._open(link, frame, self.page.links)

    def _open(self, link: Link, frame: Frame, links: list[Link]) -> None:
        if len(links) >= (MAX_ACTIONS if links is self.page.actions else MAX_LINKS):
            self.page.is_truncated = True
            return
        if self.buffer and len(self.buffer) == self.link_end:
            self.buffer.append(" ")  # two links side by side are two words, whatever the markup leaves out
        links.append(link)
        self.open_link, frame.link, frame.has_state, self.link_text = link, link, True, []

    def on_image(self, attributes: Attributes, frame: Frame, _: str) -> None:
        """<img>: alternative text; a pictured at-sign becomes one."""
        alt = attributes.get("alt", "").strip()
        if alt and len(alt) < 20 and _AT_IMAGE.match(alt):
            self.buffer.append("@")
            return
        if self.open_link is not None and alt and not self.open_link.label:
            self.open_link.label = alt[:200]
        source = attributes.get("src") or attributes.get("data-src") or ""
        if (alt or not source.startswith("data:")) and len(self.page.images) < MAX_IMAGES:
            self.page.images.append(Image(alt[:300], source[:500], frame.marks, len(self.blocks)))

    def read_script(self, text: str, attributes: Attributes, marks: int) -> None:
        """<script>: JSON-LD, or a script that writes an address."""
        if source := attributes.get("src"):
            self.page.script_sources.append(source[:300])
            return
        if "ld+json" in attributes.get("type", "").lower():
            self.json_chars += len(text)
            self.page.json_ld.extend(read_json_ld(text, is_repaired=self.json_chars <= MAX_REPAIRED))
            return
        self.page.script_count += 1
        if not text or not script_addresses.may_write(text):
            return
        text = text[:20_000]
        self.page.scripts.append(text)
        self.worked_out += min(len(text), 6_000)
        if self.worked_out < _MAX_WORKED_OUT and (address := script_addresses.address_in(text)):
            self.page.actions.append(Link(f"mailto:{address}", "", "", marks, len(self.blocks)))

    def on_title(self, _: Attributes, __: Frame, text: str) -> None:
        """<title> of the document (the first one; SVG titles are skipped with their parent)."""
        if not self.page.title:
            self.page.title = " ".join(text.split())[:500]
        self._skip("title")

    def on_input(self, attributes: Attributes, _: Frame, __: str) -> None:
        """<input type=password>: somebody is asked to sign in."""
        self.page.has_password |= attributes.get("type", "").lower() == "password"

    def on_meta(self, attributes: Attributes, frame: Frame, _: str) -> None:
        """<meta name|property|http-equiv content>."""
        key = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv")
        content = attributes.get("content")
        if (name := attributes.get("property")) and content is not None and self.in_head:
            self.page.properties.append((name[:200], content[:2000]))
        if key and content and key.lower() == "refresh" and (match := _REFRESH.search(content)):
            self._add_link(match[1].strip(" '\""), frame, {})
        if key and content:
            self.page.meta.setdefault(key.lower().strip()[:100], content.strip()[:2000])

    def on_base(self, attributes: Attributes, _: Frame, __: str) -> None:
        """<base href> moves the base of every relative link."""
        if href := attributes.get("href"):
            self.resolver = UrlResolver(self.resolver(href))

    def on_link(self, attributes: Attributes, _: Frame, __: str) -> None:
        """<link rel=canonical|alternate hreflang>."""
        rel, href = attributes.get("rel", "").lower(), attributes.get("href")
        if href and rel == "canonical":
            self.page.alternates.setdefault("canonical", self.resolver(href))
        elif href and rel == "alternate" and (language := attributes.get("hreflang")):
            self.page.alternates.setdefault(language.lower()[:20], self.resolver(href))

    def on_head(self, attributes: Attributes, _: Frame, __: str) -> None:
        """<head prefix>: vocabularies of its meta elements."""
        self.in_head = True
        self.page.prefixes += f" {attributes.get('prefix', '')}"

    def on_body(self, _: Attributes, __: Frame, ___: str) -> None:
        """<body>: the head is over."""
        self.in_head = False

    def on_html(self, attributes: Attributes, _: Frame, __: str) -> None:
        """<html lang prefix>."""
        self.page.prefixes = attributes.get("prefix", "")
        self.page.lang = (attributes.get("lang") or attributes.get("xml:lang") or "").strip()[:20]

    def on_frame(self, attributes: Attributes, frame: Frame, _: str) -> None:
        """<frame src>: what a frameset shows stands in pages of its own, which are links here."""
        self.page.has_frames = True
        if source := attributes.get("src", "").strip():
            self._add_link(source, frame, attributes)


def _label(attributes: Attributes) -> str:
    return (attributes.get("title") or attributes.get("aria-label") or "").strip()[:200]


_HANDLERS: dict[str, Any] = {
    "a": ElementReader.on_anchor,
    "img": ElementReader.on_image,
    "title": ElementReader.on_title,
    "meta": ElementReader.on_meta,
    "base": ElementReader.on_base,
    "link": ElementReader.on_link,
    "html": ElementReader.on_html,
    "head": ElementReader.on_head,
    "body": ElementReader.on_body,
    "input": ElementReader.on_input,
    "frame": ElementReader.on_frame,
}
