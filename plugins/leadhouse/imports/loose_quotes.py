"""Rows whose quotation marks are not doubled within their cells: ``"The "Best" Ltd",a@b.example``, or ``\\"``.

RFC 4180 has no reading for them. The one that is taken splits the row into as many cells as the header has; where
none does, a cell ends at its first quotation mark before a delimiter.
"""

from __future__ import annotations

MOST_QUOTES = 200  # in one row; what holds more is torn
MOST_TRIES = 5_000


def split_loosely(line: str, delimiter: str, width: int | None, quote: str = '"') -> list[str] | None:
    """The cells of a row, or None where a quoted cell never ends."""
    text = line.rstrip("\r\n")
    if text.count(quote) > MOST_QUOTES:
        return None
    for has_escapes in (True, False) if f"\\{quote}" in text else (False,):
        search = _Search(text, delimiter, quote, has_escapes)
        if width is not None and (found := search.cells(0, width)) is not None:
            return found
    return _Search(text, delimiter, quote, has_escapes=False).cells(0, None)


class _Search:
    """Ways to split one row, the shortest cells first."""

    def __init__(self, text: str, delimiter: str, quote: str, has_escapes: bool) -> None:
        self._text, self._delimiter, self._quote, self._has_escapes = text, delimiter, quote, has_escapes
        self._tries = 0

    def cells(self, start: int, wanted: int | None) -> list[str] | None:
        """The cells from a place on; `wanted`: how many there must be, None: any number."""
        self._tries += 1
        if self._tries > MOST_TRIES or (wanted is not None and wanted < 1):
            return None
        for cell, end in self._ways(start):
            if end >= len(self._text):
                if wanted in {None, 1}:
                    return [cell]
                continue
            rest = self.cells(end + 1, None if wanted is None else wanted - 1)
            if rest is not None:
                return [cell, *rest]
        return None

    def _ways(self, start: int) -> list[tuple[str, int]]:
        """The cells that may begin here, each with the place of the delimiter behind it."""
        text, quote = self._text, self._quote
        first = start
        while first < len(text) and text[first] == " ":
            first += 1
        if text[first : first + 1] != quote:
            end = text.find(self._delimiter, start)
            end = len(text) if end < 0 else end
            return [(text[start:end], end)]
        found: list[tuple[str, int]] = []
        place = text.find(quote, first + 1)
        while place >= 0:
            behind = place + 1
            while behind < len(text) and text[behind] == " " and self._delimiter != " ":
                behind += 1
            if (behind >= len(text) or text[behind] == self._delimiter) and not self._is_escaped(place):
                found.append((self._plain(text[first + 1 : place]), behind))
            place = text.find(quote, place + 1)
        return found

    def _is_escaped(self, place: int) -> bool:
        return self._has_escapes and self._text[place - 1] == "\\"

    def _plain(self, inner: str) -> str:
        if self._has_escapes:
            inner = inner.replace(f"\\{self._quote}", self._quote)
        return inner.replace(self._quote * 2, self._quote)
