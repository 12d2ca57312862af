"""Tables of a web page: what many programs write as an *Excel* export, with the ending ``.xls``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadhouse.imports.delimited_rows import Row

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MOST_SPANNED = 100  # columns of one cell
_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|meta|table|body)\b", re.I)


def is_html(start: bytes) -> bool:
    """Whether bytes begin like a web page."""
    return _START.match(start) is not None


def read_tables(content: bytes) -> dict[str, list[Row]]:
    """The rows of every table that holds more than one, by ``table 1`` and so on; `line` is the row's number in it."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(content)
    found: dict[str, list[Row]] = {}
    for number, table in enumerate(page.css("table"), start=1):
        rows = [Row(line, list(_cells(row))) for line, row in enumerate(table.css("tr"), start=1)]
        filled = [row for row in rows if any(row.cells)]
        if len(filled) > 1:
            found[f"table {number}"] = filled
    return found


def _cells(row: LexborNode) -> Iterator[str]:
    for cell in row.css("td, th"):
        yield " ".join(cell.text(separator=" ").split())
        span = cell.attributes.get("colspan") or "1"
        yield from [""] * (min(int(span), MOST_SPANNED) - 1 if span.isdecimal() else 0)
