"""Rows that are refused: torn ones, repeated headers, sums and footers, and those nobody can be known by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from leadhouse.imports.delimited_rows import Row

FAULTS = {
    "unclosed_quote": "A quotation mark opens a cell and is never closed: close it, or double it within the cell.",
    "endless_line": "The line is longer than a million characters: its line break is missing.",
    "cell_too_long": "A cell holds more than 131,072 characters: shorten it.",
    "cut_off": "The file ends within this row, so its last cell may not be whole: export the file again.",
    "not_json": "The line is no JSON object: write one object a line.",
}
_SUM = re.compile(
    r"\*+|(?:grand |sub-?|zwischen|gesamt)?"
    r"(?:total|sum|summe|totale|totaal|suma|somme|razem|gesamt|celkem|yhteensä|итого"
    r"|anzahl|count|record count|anzahl datensätze|nombre|aantal|liczba)\b[\s:(\d).,]*(?:\w+\)?)?",
    re.I,
)
_FIGURES = re.compile(r"[\s\d.,'%€$£+-]*")
_FOOTER = re.compile(
    r"copyright|©|\(c\) \d{4}|confidential information|vertraulich|generated (?:by|on|at)|exported (?:by|on|from)"
    r"|erstellt (?:am|von)|exportiert|as of \d|stand[: ]+\d|(?:page|seite) \d+|end of (?:file|report|list)"
    r"|\d+ (?:records?|rows?|datens[aä]tze?|eintr[aä]ge?|zeilen?)\b|quelle:|source:|\*{3}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was refused: a short code, and what happened and what to do."""

    reason: str
    detail: str


def find_fault(row: Row, header: list[str], *, is_broken: bool) -> Fault | None:
    """What is wrong with the row as a row of its table; what it says is not looked at."""
    if is_broken:
        return Fault("not_text", "Bytes that are no text in the file's encoding, or NUL: export it as UTF-8.")
    if row.fault:
        return Fault(row.fault, FAULTS[row.fault])
    width = len(header)
    if len(row.cells) > width and any(map(str.strip, row.cells[width:])):
        detail = f"The row has {len(row.cells)} cells, the header {width}: put cells with delimiters in quotes."
        return Fault("too_many_columns", detail)
    if len(row.cells) > 1 and row.cells[0].strip().casefold() == header[0].casefold() and _repeats(row.cells, header):
        return Fault("repeated_header", "The row repeats the header: delete it.")
    return _closing_fault(row.cells, width) if width > 2 else None


def _repeats(texts: list[str], header: list[str]) -> bool:
    return [" ".join(each.split()).casefold() for each in texts[: len(header)]] == [each.casefold() for each in header]


def _closing_fault(texts: list[str], width: int) -> Fault | None:
    """A sum, or what a report prints below its rows: little is filled in, and it names no company or person."""
    most = max(2, width // 3)
    if len(texts) > most and all(map(str.strip, texts[: most + 1])):
        return None
    filled: list[str] = []
    for text in texts:
        if text and not text.isspace():
            if len(filled) == most:
                return None
            filled.append(text.strip())
    if not filled:
        return None
    if len(filled) > 1 and _SUM.fullmatch(filled[0]) and all(map(_FIGURES.fullmatch, filled[1:])):
        return Fault("totals_row", "The row is a sum of the others, not one of them: delete it.")
    if len(filled) == 1 and ((_SUM.fullmatch(filled[0]) and len(texts) > 1) or _FOOTER.search(filled[0])):
        return Fault("footer", "The row closes the report and is about nobody: delete it.")
    return None


def no_identity(kind: str) -> Fault:
    """The row says nothing to know anybody by."""
    wanted = (
        "a name, a website, a VAT id or an e-mail address"
        if kind == "company"
        else ("an e-mail address or a profile, or a company with its name or website")
    )
    return Fault("no_identity", f"The row says nothing to know the {kind} by: fill in {wanted}.")
