"""The site's domain spelled out in its text: ``Old Mill Bakery`` on ``old-mill-bakery.com``."""

from __future__ import annotations

import re
from collections import Counter

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.markup.page import Mark, Page

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*|&")
_MIN_LABEL = 6  # letters; shorter labels are words of their own
_MAX_WORDS = 6
_MAX_TEXT = 60_000  # characters looked at


def brand_phrase(page: Page, host: str) -> str | None:
    """The way most of the page's lines write the words of the domain's label, if they do, with a capital first."""
    label = hosts.brand_label(host)
    brand = hosts.fold(label)
    if len(brand) < _MIN_LABEL:
        return None
    written: Counter[str] = Counter()
    size = 0
    for block in page.blocks:
        size += len(block.text)
        if size > _MAX_TEXT:
            break
        if not block.marks & Mark.HIDDEN and brand in hosts.fold(text := block.text[:2000]):
            written.update(_phrases(text, brand))
    return written.most_common(1)[0][0] if written else None


def _phrases(text: str, brand: str) -> list[str]:
    """Runs of words whose letters are the brand's, two words or more."""
    found = []
    words = list(_WORD.finditer(text))
    for index, word in enumerate(words):
        joined = hosts.fold(word[0])
        if not joined or not brand.startswith(joined) or not (word[0][0].isupper() or word[0][0].isdigit()):
            continue
        for following in words[index + 1 : index + _MAX_WORDS]:
            joined += hosts.fold(following[0])
            if joined == brand and "\n" not in text[word.start() : following.end()]:
                found.append(text[word.start() : following.end()])
            if not brand.startswith(joined):
                break
    return found
