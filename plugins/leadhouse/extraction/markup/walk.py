"""The one walk over a page: through lexbor's serialisation of the tree, which is well formed, tag by tag.

Python touches no node: the serialised text is split at ``<`` in C, and what a part means (``li class="x">Text``) is
learned once (`start_tags`) and remembered, so that the tags of menus and footers cost a look-up. Elements whose content
is no text for people, or is not escaped, are passed over as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from leadhouse.extraction.markup import places
from leadhouse.extraction.markup.blocks import BREAK
from leadhouse.extraction.markup.elements import ElementReader
from leadhouse.extraction.markup.page import MAX_BLOCKS, MAX_NODES, Page
from leadhouse.extraction.markup.start_tags import RAW_TEXT_TAGS, Frame, StartTag, known_parts, learn, unescape

_BATCH = 2_048  # parts between two looks at the limits


class Walker(ElementReader):
    """Reads one page from the first tag to the last."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.parts: Iterator[str] = iter(())

    def read(self, html: str) -> None:
        """Read a serialised page from its start to its end."""
        self.parts = iter(html.split("<"))
        next(self.parts)  # what stands before the first tag: nothing
        for _ in range(MAX_NODES // _BATCH):
            if not self._read_parts(islice(self.parts, _BATCH)) or len(self.blocks) > MAX_BLOCKS:
                break
        self.page.is_truncated |= next(self.parts, None) is not None
        while len(self.stack) > 1:
            self._close()
        self.flush("body", 0)

    def _read_parts(self, parts: Iterator[str]) -> bool:  # noqa: C901 - the one hot loop: a call a part doubles its cost
        """Read some parts; whether there were any."""
        known, stack, rules, saved = known_parts(), self.stack, self.rules, self.saved
        parent, part = stack[-1], ""
        for part in parts:
            found = known.get(part)
            if found is None:
                found = learn(part)
                known = known_parts()
            tag, text = found
            if self.skipping:
                if tag.name != self.skipping:
                    if tag.is_apart:
                        self._pass_over(tag, text)
                    continue
                self.skip_depth += -1 if tag.is_end else 1
                if self.skip_depth:
                    continue
                self.skipping = ""
            if tag.is_end:
                if parent.tag == tag.name:
                    if parent.has_state:
                        self.leave(parent)
                    elif parent.is_block:
                        if self.buffer:
                            self.flush(parent.tag, parent.marks)
                        if parent.is_sectioning:
                            self.headings = saved.pop()
                    stack.pop()
                else:
                    self._close_to(tag.name)
                parent = stack[-1]
            elif tag.is_plain and not (rules.is_active and rules.match(tag.selectors)):
                if tag.is_block:
                    if self.buffer:
                        self.flush(parent.tag, parent.marks)
                    if tag.is_sectioning:
                        saved.append(self.headings)
                if not tag.is_void:
                    parent = tag.frames.get(parent.marks) or tag.frame_in(parent.marks)
                    stack.append(parent)
            elif tag.is_break:
                self.buffer.append(BREAK)
                if self.open_link is not None:
                    self.link_text.append(BREAK)
            elif tag.is_apart:
                text = self._read_apart(tag, text)
            else:
                self.enter(tag, text, parent)
                if self.skipping:
                    continue
                parent = stack[-1]
            if text and (self.buffer or not text.isspace()):
                self.buffer.append(text)
                if self.open_link is not None:
                    self.link_text.append(text)
                if parent.is_label:
                    self.label_chars += len(text.strip())
        return bool(part)

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame.has_state:
            self.leave(frame)
        elif frame.is_block:
            self.flush(frame.tag, frame.marks)
            if frame.is_sectioning:
                self.headings = self.saved.pop()

    def _close_to(self, name: str) -> None:
        """Close elements up to the one an end tag names; an end tag that closes nothing is passed over."""
        if any(frame.tag == name for frame in self.stack):
            while self.stack[-1].tag != name:
                self._close()
            self._close()

    def _read_apart(self, tag: StartTag, text: str) -> str:
        """Read an element or comment that is no markup inside; returns the text behind it."""
        parent: Frame = self.stack[-1]
        if tag.is_block:
            self.flush(parent.tag, parent.marks)
        content, behind = self._pass_over(tag, text)
        if tag.name == "script":
            self.read_script(content, tag.attributes, places.inherit(parent.marks, tag.marks))
        elif tag.name == "style":
            self.rules.read(content)
        return unescape(behind) if "&" in behind else behind

    def _pass_over(self, tag: StartTag, text: str) -> tuple[str, str]:
        """Content of an element (or nothing, for a comment) as it is written, and the text behind its end."""
        if tag.name == "!--":
            if tag.is_void:
                return "", text
            behind = next((part for part in self.parts if "-->" in part), "").partition("-->")[2]
            return "", behind
        pieces, depth, closing = [text], 1, f"/{tag.name}>"
        is_raw = tag.name in RAW_TEXT_TAGS
        for part in self.parts:
            if part.startswith(closing):
                depth -= 1
                if not depth:
                    return "<".join(pieces), part[len(closing) :]
            elif not is_raw:
                depth += part.startswith(tag.name) and part[len(tag.name) : len(tag.name) + 1] in (" ", ">")
            if is_raw:
                pieces.append(part)
        return "<".join(pieces), ""
