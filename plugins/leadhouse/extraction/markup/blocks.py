"""Blocks of text out of a depth-first walk: where one ends, what stands hidden, which heading it stands under."""

from __future__ import annotations

from leadhouse.extraction.markup import deobfuscate, places
from leadhouse.extraction.markup.page import Block, Link, Mark, Page
from leadhouse.extraction.markup.start_tags import Frame

_MAX_TEXT = 100_000  # characters of one block
_COLLAPSED_CHARS = 200
BREAK = "\x00"  # a <br>, until white space is folded


class HiddenPart:
    """Text inside a hidden element, kept apart until its size tells a decoy from a closed dialog."""

    def __init__(self, builder: BlockBuilder) -> None:
        self.buffer, self.blocks = builder.buffer, builder.blocks
        self.link_count, self.action_count = len(builder.page.links), len(builder.page.actions)
        builder.buffer, builder.blocks = [], []


class Headings:
    """The headings that a block stands under, outermost first."""

    __slots__ = ("levels", "texts")

    def __init__(self, levels: tuple[int, ...] = (), texts: tuple[str, ...] = ()) -> None:
        self.levels, self.texts = levels, texts

    def opened(self, level: int, text: str) -> Headings:
        """These headings with another one, which ends those of its level and below."""
        if self.levels and max(self.levels) < level:
            return Headings((*self.levels, level), (*self.texts, text[:200]))
        kept = [index for index, other in enumerate(self.levels) if other < level]
        levels, texts = [self.levels[index] for index in kept], [self.texts[index] for index in kept]
        return Headings((*levels, level), (*texts, text[:200]))


_NO_HEADINGS = Headings()
_MAX_KNOWN = 16_384  # blocks; half of them are as on a page before
_MAX_KNOWN_TEXT = 300  # characters
_known_texts: dict[str, str] = {}  # what was gathered for a block → its text


def _read(raw: str) -> str:
    """The text of a block, with addresses as such; remembered unless it is long."""
    text = folded_lines(raw)
    text = deobfuscate.plain(text) if text else text
    if len(raw) <= _MAX_KNOWN_TEXT:
        if len(_known_texts) >= _MAX_KNOWN:
            _known_texts.clear()
        _known_texts[raw] = text
    return text


class BlockBuilder:
    """Gathers text until a boundary closes the block. One instance reads one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.buffer: list[str] = []
        self.blocks: list[Block] = page.blocks
        self.headings = _NO_HEADINGS
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
        self.link_end = -1
        label_chars, self.label_chars = self.label_chars, 0
        text = _known_texts.get(raw)
        if text is None:
            text = _read(raw)
        if not text:
            return
        level = places.HEADING_LEVELS.get(tag)
        is_label = len(text) <= 80 and (
            level is not None or text[-1] == ":" or (label_chars > 0 and label_chars >= len(text.strip(" :")) - 2)
        )
        outline = self.headings.texts
        self.blocks.append(Block(text, tag, marks, outline[-1] if outline else "", outline, is_label))
        if level is not None or is_label:
            self.headings = self.headings.opened(level or (8 if text[-1] == ":" else 7), text)

    def clear_headings(self) -> None:
        """The site's own frame stands under no heading."""
        self.headings = _NO_HEADINGS

    def leave(self, frame: Frame) -> None:
        """Close an element that has a state of its own."""
        if frame.reverse_from >= 0:
            part = "".join(self.buffer[frame.reverse_from :])
            self.buffer[frame.reverse_from :] = [" ".join(f"|{part}|".split())[-2:0:-1]]
        if frame.link is not None:
            frame.link.text = folded_lines("".join(self.link_text))[:300]
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


def folded_lines(raw: str) -> str:
    """White space folded to one blank, invisible characters dropped, empty lines left out."""
    if not raw.isascii():
        raw = deobfuscate.visible(raw)
    if BREAK not in raw:
        return " ".join(raw.split())
    lines = [" ".join(line.split()) for line in raw.split(BREAK)]
    return "\n".join([line for line in lines if line])
