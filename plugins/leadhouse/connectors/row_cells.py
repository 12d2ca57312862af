"""A row's cells by field, and records in the making."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from leadhouse.connectors import cells
from leadhouse.connectors.columns import ColumnMap, Field
from leadhouse.records import AddressParts, Value


@dataclass(slots=True)
class Draft:
    """A record in the making: each value once, in the order of the columns."""

    values: dict[str, dict[str, Value]] = field(default_factory=dict)

    def state(
        self, attribute: str, value: str | None, raw: str, column: str, parts: AddressParts | None = None
    ) -> None:
        """Add a candidate, if there is one; `raw` is the cell it was read from."""
        if value:
            stated = Value(value=value, raw=raw if raw != value else None, locator=f"column {column}", parts=parts)
            self.values.setdefault(attribute, {}).setdefault(value, stated)

    def first(self, *attributes: str) -> str | None:
        """The first value of the attributes."""
        return next((value for each in attributes for value in self.values.get(each, ())), None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty: `text` is clean, `raw` as written."""

    text: str
    raw: str
    column: str


class RowCells:
    """One row's cells by field; `custom` collects what no field takes."""

    def __init__(self, columns: ColumnMap, texts: list[str]) -> None:
        self._cells: dict[Field, list[Cell]] = {}
        self.custom: dict[str, str] = {}
        for column, of_field, text in zip(columns.header, columns.fields, texts, strict=False):
            raw = text.strip()
            if not raw.isascii():
                raw = unicodedata.normalize("NFC", raw)
            if of_field is None:
                if raw:
                    self.custom[column] = raw
            elif clean := cells.clean(raw):
                self._cells.setdefault(of_field, []).append(Cell(clean, raw, column))

    def mapped(self) -> list[Cell]:
        """Every cell that a field takes."""
        return [cell for each in self._cells.values() for cell in each]

    def all(self, *fields: Field) -> list[Cell]:
        """The cells of the fields."""
        if len(fields) == 1:
            return self._cells.get(fields[0], [])
        return [cell for each in fields for cell in self._cells.get(each, ())]

    def one(self, *fields: Field) -> str:
        """The first text of the fields; empty when there is none."""
        for each in fields:
            if found := self._cells.get(each):
                return found[0].text
        return ""
