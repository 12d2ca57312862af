"""A row's cells by field, and records in the making."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from leadhouse.imports import cells
from leadhouse.imports.columns import ColumnMap, Field
from leadhouse.imports.header_rows import as_meant
from leadhouse.landing.prepared import Candidates, Parts, PreparedValue, PreparedValues
from leadhouse.records import AddressParts, CompanyAttribute, CompanyRecord, PersonAttribute, PersonRecord, Value

MEMORY = 5_000  # different texts of a column whose cells are kept: towns, titles, companies come again
LONGEST_VALUE = 4096  # characters, as of `records.NonEmpty`
Reader = Callable[[str, str | None], tuple[str, ...]]  # a clean text and the row's country → values


class Draft:
    """A record in the making: each value once, in the order of the columns."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: PreparedValues = {}

    def state(self, attribute: str, value: str | None, raw: str, locator: str, parts: Parts | None = None) -> None:
        """Add a candidate, if there is one that is not too long; `raw` is the cell it was read from."""
        if value and len(value) <= LONGEST_VALUE:
            self.take(attribute, Candidates({value: PreparedValue(raw if raw != value else None, locator, parts)}))

    def take(self, attribute: str, found: Candidates) -> None:
        """Add candidates."""
        known = self.values.get(attribute)
        self.values[attribute] = found if known is None else known.joined(found)

    def first(self, *attributes: str) -> str | None:
        """The first value of the attributes."""
        for each in attributes:
            if found := self.values.get(each):
                return next(iter(found))
        return None


class RowRecord(NamedTuple):
    """A record as a row states it, not yet validated or serialised."""

    record_key: str
    company_key: str | None
    values: PreparedValues
    custom: dict[str, str]

    def as_company(self) -> CompanyRecord:
        """The record of a company."""
        values = {CompanyAttribute(name): _tuple(found) for name, found in self.values.items()}
        return CompanyRecord(record_key=self.record_key, values=values, custom_fields=self.custom)

    def as_person(self) -> PersonRecord:
        """The record of a person."""
        values = {PersonAttribute(name): _tuple(found) for name, found in self.values.items()}
        return PersonRecord(
            record_key=self.record_key, values=values, company_key=self.company_key, custom_fields=self.custom
        )


def _tuple(candidates: Candidates) -> tuple[Value, ...]:
    return tuple(
        Value(value=value, confidence=sure, raw=raw, locator=locator, parts=AddressParts(**parts) if parts else None)
        for value, (raw, locator, parts, sure) in candidates.items()
    )


class Cell:
    """A cell that is not empty: `text` is clean, `raw` as written, `locator` names its column.

    It keeps what it was read as, since most cells of a column come again; a column is read by one reader.
    """

    __slots__ = ("_candidates", "_country", "column", "locator", "raw", "text")

    def __init__(self, text: str, raw: str, column: str, locator: str) -> None:
        self.text, self.raw, self.column, self.locator = text, raw, column, locator
        self._candidates: Candidates | None = None
        self._country: str | None = None

    def read(self, reader: Reader, country: str | None) -> Candidates:
        """What the cell states in a row of that country; empty where the reader finds nothing."""
        found = self._candidates
        if found is None or self._country != country:
            values, raw, locator = reader(self.text, country), self.raw, self.locator
            stated = {each: PreparedValue(raw if raw != each else None, locator) for each in values}
            found = self._candidates = Candidates(stated)
            self._country = country
        return found


class Columns:
    """What every row of a table is read by: each column's place, name, field and locator."""

    def __init__(self, columns: ColumnMap) -> None:
        self.kind = columns.kind
        self.header = list(columns.header)
        self.fields = frozenset(each for each in columns.fields if each)
        self.places = [
            (name, of_field, f"column {name}", dict[str, Cell | None]())
            for name, of_field in zip(columns.header, columns.fields, strict=True)
        ]


class RowCells:
    """One row's cells by field; `custom` collects what no field takes, `company` and `person` what is stated."""

    __slots__ = ("by_field", "company", "custom", "person")

    def __init__(self, columns: Columns, texts: list[str]) -> None:
        self.by_field: dict[Field, list[Cell]] = {}
        self.custom: dict[str, str] = {}
        self.company, self.person = Draft(), Draft()
        by_field = self.by_field
        for (column, of_field, locator, known), text in zip(columns.places, texts, strict=False):
            if not text:
                continue
            if of_field is None:
                if raw := _raw(text):
                    self.custom[column] = raw
                continue
            if text in known:
                cell = known[text]
            else:
                if len(known) >= MEMORY:
                    known.clear()
                cell = known[text] = _cell(text, column, locator)
            if cell is not None:
                if of_field in by_field:
                    by_field[of_field].append(cell)
                else:
                    by_field[of_field] = [cell]

    def mapped(self) -> list[Cell]:
        """Every cell that a field takes."""
        return [cell for each in self.by_field.values() for cell in each]

    def all(self, *fields: Field) -> list[Cell]:
        """The cells of the fields."""
        found: list[Cell] = []
        for each in fields:
            if each in self.by_field:
                found += self.by_field[each]
        return found

    def one(self, *fields: Field) -> str:
        """The first text of the fields; empty when there is none."""
        for each in fields:
            if found := self.by_field.get(each):
                return found[0].text
        return ""


def _raw(text: str) -> str:
    """The cell as it was meant, in NFC."""
    if not cells.is_plain(text):
        text = as_meant(text).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _cell(text: str, column: str, locator: str) -> Cell | None:
    raw = _raw(text)
    if raw and cells.is_plain(raw):
        return None if cells.says_nothing(raw) else Cell(raw, raw, column, locator)
    clean = cells.clean(raw)
    return Cell(clean, raw, column, locator) if clean else None
