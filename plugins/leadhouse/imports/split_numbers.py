"""Telephone numbers that stand in two or three columns: dialling code of the country, area code, and the rest.

A code belongs to the next column of a number to its right, else to the last one to its left. A number that is whole by
itself (it begins with ``+`` or a zero, or with the area code) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from leadhouse.imports.columns import ColumnMap, Field

_NUMBERS = frozenset({Field.PHONE, Field.PERSON_PHONE, Field.COMPANY_PHONE, Field.FAX})
_CODES = (Field.DIALLING_CODE, Field.AREA_CODE)
_DIALLING = re.compile(r"(?:\+|00)?([1-9]\d{0,3})(?:\.0)?")
_AREA = re.compile(r"\(?0?\)?\s*([1-9]\d{0,5})(?:\.0)?\)?")
_WHOLE = re.compile(r"\s*'?(?:\+|0|\(0)")
_LONG = 9  # digits; so many with the area code at their beginning are the whole number


class SplitNumbers:
    """Which columns of a table hold codes, and of which numbers."""

    def __init__(self, columns: ColumnMap) -> None:
        places = [place for place, field in enumerate(columns.fields) if field in _NUMBERS]
        self._codes: dict[int, dict[Field, int]] = {}
        for place, field in enumerate(columns.fields):
            if field in _CODES and places:
                number = next((each for each in places if each > place), places[-1])
                self._codes.setdefault(number, {})[field] = place

    def __bool__(self) -> bool:
        return bool(self._codes)

    def joined(self, texts: Sequence[str]) -> tuple[list[str], list[int]]:
        """The row's cells with whole numbers, and the places of codes that became part of none."""
        cells = list(texts)
        left: list[int] = []
        for number, codes in self._codes.items():
            said = {field: cells[place].strip() if place < len(cells) else "" for field, place in codes.items()}
            whole = _whole(cells[number], said) if number < len(cells) else None
            if whole is None:
                left += codes.values()
            else:
                cells[number] = whole
        return cells, left


def _whole(number: str, codes: dict[Field, str]) -> str | None:
    """The number with its codes; None where it has none to take."""
    if not re.search(r"\d", number) or re.match(r"\s*'?(?:\+|00)", number):
        return None
    area = _AREA.fullmatch(codes.get(Field.AREA_CODE, ""))
    dialling = _DIALLING.fullmatch(codes.get(Field.DIALLING_CODE, ""))
    digits = re.sub(r"\D", "", number)
    if area and (_WHOLE.match(number) or (len(digits) >= _LONG and digits.startswith(area[1]))):
        area = None
    if dialling:
        rest = re.sub(r"^\s*\(?0\)?", "", number).strip()
        return f"+{dialling[1]} {area[1]} {rest}" if area else f"+{dialling[1]} {rest}"
    return f"{codes[Field.AREA_CODE]} {number.strip()}" if area else None
