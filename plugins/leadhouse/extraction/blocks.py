"""Blocks of text out of a depth-first walk: where one ends, what stands hidden, which heading it stands under."""

from __future__ import annotations

import re

from leadhouse.extraction import deobfuscate, places
from leadhouse.extraction.page import Block, Link, Mark, Page

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u2002-\u200a\u202f\u3000]+")
_MAX_TEXT = 100_000  # characters of one block
_COLLAPSED_CHARS = 200
BREAK = "\x00"  # a <br>, until white space is folded


class Frame:
    """What one open element changes, to be undone when it closes."""

    __slots__ = ("headings", "hidden_root", "is_block", "link", "marks", "reverse_from", "tag")

    def __init__(self, tag: str, marks: int) -> None:
        self.tag = tag
        self.marks = marks
        self.is_block = tag in places.BLOCK_TAGS
        self.link: Link | None = None
        self.reverse_from = -1
        self.headings: list[tuple[int, str]] | None = None
        self.hidden_root: HiddenPart | None = None


class HiddenPart:
    """Text inside a hidden element, kept apart until its size tells a decoy from a closed dialog."""

    def __init__(self, builder: BlockBuilder) -> None:
        self.buffer, self.blocks = builder.buffer, builder.blocks
        self.link_count, self.action_count = len(builder.page.links), len(builder.page.actions)
        builder.buffer, builder.blocks = [], []


class BlockBuilder:
    """Gathers text until a boundary closes the block. One instance reads one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.buffer: list[str] = []
        self.blocks: list[Block] = page.blocks
        self.headings: list[tuple[int, str]] = []
        self.label_chars = 0
        self.open_link: Link | None = None
        self.link_text: list[str] = []
        self.link_end = -1

    def flush(self, tag: str, marks: int) -> None:
        """Close the current block."""
        if not self.buffer:
            return
        if self.link_text and self.open_link is not None:
            self.link_text.append(BREAK)
        raw = "".join(self.buffer)[:_MAX_TEXT]
        self.buffer.clear()
        label_chars, self.label_chars = self.label_chars, 0
        text = _SPACES.sub(" ", raw).translate(deobfuscate.INVISIBLE)
        if BREAK in text:
            lines = (line.strip() for line in text.split(BREAK))
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

    def add_text(self, text: str, frame: Frame) -> None:
        """Add a text node."""
        if not text:
            return
        self.buffer.append(text)
        if self.open_link is not None:
            self.link_text.append(text)
        if frame.tag in places.LABEL_TAGS:
            self.label_chars += len(text.strip())

    def leave(self, frame: Frame) -> None:
        """Close an element."""
        if frame.reverse_from >= 0:
            part = "".join(self.buffer[frame.reverse_from :])
            self.buffer[frame.reverse_from :] = [_SPACES.sub(" ", part)[::-1]]
        if frame.link is not None:
            lines = (_SPACES.sub(" ", line).strip() for line in "".join(self.link_text).split(BREAK))
            frame.link.text = "\n".join(line for line in lines if line)[:300]
            self.open_link = None
            self.link_end = len(self.buffer)
        if frame.is_block:
            self.flush(frame.tag, frame.marks)
        if frame.headings is not None and (frame.tag != "header" or frame.marks & Mark.HEADER):
            self.headings = frame.headings  # a heading in a post's header belongs to the post
        if frame.hidden_root is not None:
            self._leave_hidden(frame, frame.hidden_root)

    def _leave_hidden(self, frame: Frame, part: HiddenPart) -> None:
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
