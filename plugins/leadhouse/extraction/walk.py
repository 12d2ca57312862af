"""The one walk over a page: through lexbor's serialisation of the tree, which is well formed, tag by tag.

Python touches no node: the serialised text is split at ``<`` in C, and what a part means (``li class="x">Text``) is
learned once (`start_tags`) and remembered, so that the tags of menus and footers cost a look-up. Elements whose content
is no text for people, or is not escaped, are jumped over as a whole.
"""

from __future__ import annotations

import re

from leadhouse.extraction import places
from leadhouse.extraction.blocks import BREAK
from leadhouse.extraction.elements import ElementReader
from leadhouse.extraction.page import MAX_BLOCKS, MAX_NODES, Page
from leadhouse.extraction.start_tags import Frame, known_parts, learn, read_attributes, unescape

_APART = re.compile(
    r"<(?:!--|\?|!|(?P<name>script|style|iframe|xmp|noembed|noframes|plaintext|svg|math|template|object|canvas|audio"
    r"|video|select|textarea|map)(?=[ >]))"
)
_RAW_TEXT = frozenset({"script", "style", "iframe", "xmp", "noembed", "noframes", "plaintext"})
_BATCH = 2_048  # parts between two looks at the limits


class Walker(ElementReader):
    """Reads one page from the first tag to the last."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.left = MAX_NODES

    def read(self, html: str) -> None:
        """Read a serialised page from its start to its end."""
        position = 0
        while self.left > 0 and (apart := _APART.search(html, position)) is not None:
            self._read_stretch(html[position : apart.start()])
            position = self._jump(html, apart)
        self._read_stretch(html[position:])
        self.page.is_truncated |= self.left <= 0
        while len(self.stack) > 1:
            self._close()
        self.flush("body", 0)

    def _read_stretch(self, html: str) -> None:
        lead, *parts = html.split("<")
        if lead and not self.skipping and (self.buffer or not lead.isspace()):
            self._add_text(unescape(lead) if "&" in lead else lead, self.stack[-1])
        for start in range(0, len(parts), _BATCH):
            if self.left <= 0:
                return
            self._read_parts(parts[start : start + _BATCH])
            self.left -= _BATCH if start + _BATCH < len(parts) else len(parts) - start
            if len(self.blocks) > MAX_BLOCKS:  # nothing after it would be kept
                self.left = 0

    def _read_parts(self, parts: list[str]) -> None:  # noqa: C901 - the one hot loop: a call a part doubles its cost
        known, stack, rules = known_parts(), self.stack, self.rules
        parent = stack[-1]
        for part in parts:
            found = known.get(part)
            if found is None:
                found = learn(part)
                known = known_parts()
            tag, text = found
            if self.skipping:
                if tag.name != self.skipping:
                    continue
                self.skip_depth += -1 if tag.is_end else 1
                if self.skip_depth:
                    continue
                self.skipping = ""
            if tag.is_end:
                if parent.tag == tag.name and not parent.has_state:
                    if parent.is_block and self.buffer:
                        self.flush(parent.tag, parent.marks)
                    stack.pop()
                else:
                    self._close_to(tag.name)
                parent = stack[-1]
            elif tag.name == "br":
                self.buffer.append(BREAK)
                if self.open_link is not None:
                    self.link_text.append(BREAK)
            elif tag.is_plain and not (rules.is_active and rules.match(tag.selectors)):
                if tag.is_block and self.buffer:
                    self.flush(parent.tag, parent.marks)
                if not tag.is_void:
                    parent = tag.frames.get(parent.marks) or tag.frame_in(parent.marks)
                    stack.append(parent)
            else:
                self.enter(tag, text, parent)
                if self.skipping:
                    continue
                parent = stack[-1]
            if text and (self.buffer or not text.isspace()):
                self._add_text(text, parent)

    def _add_text(self, text: str, parent: Frame) -> None:
        self.buffer.append(text)
        if self.open_link is not None:
            self.link_text.append(text)
        if parent.is_label:
            self.label_chars += len(text.strip())

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame.has_state:
            self.leave(frame)
        elif frame.is_block:
            self.flush(frame.tag, frame.marks)

    def _close_to(self, name: str) -> None:
        """Close elements up to the one an end tag names; an end tag that closes nothing is passed over."""
        if self.stack[-1].tag == name or any(frame.tag == name for frame in self.stack):
            while self.stack[-1].tag != name:
                self._close()
            self._close()

    def _jump(self, html: str, apart: re.Match[str]) -> int:
        """Pass an element or comment that is no markup inside; returns the position behind it."""
        start, name = apart.start(), apart["name"]
        if name is None:
            end = html.find("-->", start + 4) + 2 if html.startswith("<!--", start) else html.find(">", start)
            return end + 1 if end >= start else len(html)
        opened = html.find(">", start)
        closed = _end_of(html, opened, name)
        if not self.skipping:
            parent = self.stack[-1]
            if name in places.BLOCK_TAGS:
                self.flush(parent.tag, parent.marks)
            if name == "script":
                attributes = read_attributes(html[start + 1 : opened])
                marks = places.inherit(parent.marks, places.element_marks(name, attributes))
                self.read_script(html[opened + 1 : closed], attributes, marks)
            elif name == "style":
                self.rules.read(html[opened + 1 : closed])
        return min(len(html), closed + len(name) + 3)


def _end_of(html: str, start: int, name: str) -> int:
    """Where the end tag of an element begins; elements of its own name may stand in it."""
    depth, opening, closing = 1, f"<{name}", f"</{name}>"
    end = start
    while depth:
        found = html.find(closing, end)
        if found < 0:
            return len(html)
        if name not in _RAW_TEXT:
            depth += html.count(opening, end, found)
        end = found + 1
        depth -= 1
    return found
