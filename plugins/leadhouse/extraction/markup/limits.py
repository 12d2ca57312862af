"""Cut markup that a conforming HTML parser would answer with quadratic time or memory.

Three shapes do: endless nesting (each start tag searches the stack of open elements), unclosed formatting elements
(each following block clones all of them: "reconstruct the active formatting elements", HTML Living Standard 13.2.4.3),
and a tag with attributes without end (each is compared with all before it: 40,000 take five seconds).
Browsers cap the first as well (Blink at 512). Ordinary pages pass two counts in C and are never scanned.
"""

from __future__ import annotations

import re

from leadhouse.extraction.patterns.vocabulary import words

MAX_DEPTH = 512
MAX_TAGS = 50_000  # start and end tags; ordinary pages have 2,000, and the largest that we know 5,000
MAX_CLONES = 200_000
MAX_LENGTH = 2_000_000  # characters without inline images; a page takes twenty times as much memory while it is read
MAX_ATTRIBUTES = 4_000  # of one tag
_SCAN_FROM_LENGTH = 100_000  # shorter pages hold 20,000 attributes at most, which take a second
_SCAN_FROM_TAGS = 3_000
_SCAN_FROM_FORMATTING = 150
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})(?![a-zA-Z0-9])")
# A start tag as 13.2.5 of the standard delimits it, and its attributes; possessive, so that no byte is read twice.
_START_TAG = re.compile(r"""<[a-zA-Z](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)*+""")
_ATTRIBUTE = re.compile(r"""=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']?[^\s>]*+))?+""")
_INLINE_FROM_LENGTH = 1_000_000
_INLINE = re.compile(
    r"""data:[a-zA-Z]{1,20}/[^"'\s<>)]{1000,}+"""
)  # RFC 2397: an image within the page, often most of it
_FORMATTING_TAG = re.compile(r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s>/]", re.I)
_FORMATTING = words("b big code em font i nobr s small strike strong tt u")
# Void elements, and those whose end tag is optional: a following sibling closes them.
_UNNESTED = words(
    "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr thead tbody tfoot option "
    "optgroup colgroup a rp rt html head body script style title textarea"
)


def bounded(text: str) -> tuple[str, bool]:
    """The text up to where it becomes hostile, and whether it was cut."""
    if len(text) > _INLINE_FROM_LENGTH:
        text = _INLINE.sub("data:,", text)  # so that the foot of such a page is read
        if len(text) > MAX_LENGTH:
            return bounded(text[:MAX_LENGTH])[0], True
    if len(text) > _SCAN_FROM_LENGTH and (start := _crowded_tag(text)) is not None:
        return bounded(text[:start])[0], True
    opened = text.count("<")
    if opened < _SCAN_FROM_TAGS and not _many_formatting(text, opened):
        return text, False
    end = _hostile_from(text)
    return (text, False) if end is None else (text[:end], True)


def _crowded_tag(text: str) -> int | None:
    """Where a tag with more than MAX_ATTRIBUTES begins."""
    for match in _START_TAG.finditer(text):
        start, end = match.span()
        if end - start > 2 * MAX_ATTRIBUTES and sum(1 for _ in _ATTRIBUTE.finditer(text, start, end)) > MAX_ATTRIBUTES:
            return start
    return None


def _many_formatting(text: str, opened: int) -> bool:
    if opened <= _SCAN_FROM_FORMATTING or opened - 2 * text.count("</") <= _SCAN_FROM_FORMATTING:
        return False  # nearly every start tag has its end tag: few formatting elements can stay open
    return sum(1 for _ in _FORMATTING_TAG.finditer(text)) > _SCAN_FROM_FORMATTING


def _hostile_from(text: str) -> int | None:
    depth = formatting = clones = 0
    for count, match in enumerate(_TAG.finditer(text)):
        name = match[2].lower()
        step = -1 if match[1] else 1
        if name in _FORMATTING:
            formatting = max(0, formatting + step)
            depth = max(0, depth + step)
        elif step > 0:
            clones += formatting
            depth += name not in _UNNESTED
        elif name not in _UNNESTED:
            depth = max(0, depth - 1)
        if depth > MAX_DEPTH or clones > MAX_CLONES or count > MAX_TAGS:
            return match.start()
    return None
