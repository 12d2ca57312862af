"""A row's cells by field, and records in the making."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from typing import NamedTuple

from leadhouse.imports import cells
from leadhouse.imports.columns import ColumnMap, Field
from leadhouse.imports.header_rows import as_meant
from leadhouse.landing.prepared import Candidates, Parts, PreparedValues
from leadhouse.records import AddressParts, CompanyAttribute, CompanyRecord, PersonAttribute, PersonRecord, Value

MEMORY = 5_000  # different texts of a column whose cells are kept: towns, titles, companies come again
RARELY = 0.9  # of so many cells each has a text of its own: such a column is not remembered
LONGEST_VALUE = 4096  # characters, as of `records.NonEmpty`
Reader = Callable[[str, str | None], tuple[str, ...]]  # a clean text and the row's country → values
Places = tuple[int, ...]  # of columns in a row


class Draft:
    """A record in the making: each value once, in the order of the columns."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: PreparedValues = {}

    def state(self, attribute: str, value: str | None, raw: str, locator: str, parts: Parts | None = None) -> None:
        """Add a candidate, if there is one that is not too long; `raw` is the cell it was read from."""
        if value and len(value) <= LONGEST_VALUE:
            self.take(attribute, Candidates({value: (raw if raw != value else None, locator, parts, 1.0)}))

    def take(self, attribute: str, found: Candidates) -> None:
        """Add candidates."""
        values = self.values
        values[attribute] = values[attribute].joined(found) if attribute in values else found

    def first(self, *attributes: str) -> str | None:
        """The first value of the attributes."""
        for each in attributes:
            if found := self.values.get(each):
                return found.first
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
        for value, (raw, locator, parts, sure) in candidates.found.items()
    )


class Cell:
    """A cell that is not empty: `text` is clean, `raw` as written, `of` the column.

    It keeps what it was read as, since most cells of a column come again; a column is read by one reader.
    """

    __slots__ = ("_country", "_stated", "of", "raw", "text")

    def __init__(self, text: str, raw: str, of: Column) -> None:
        self.text, self.raw, self.of = text, raw, of
        self._country: str | None = _UNREAD

    @property
    def column(self) -> str:
        """The column's name."""
        return self.of.name

    @property
    def locator(self) -> str:
        """Where the cell stands, as candidates say it."""
        return self.of.locator

    def read(self, reader: Reader, country: str | None) -> Candidates | None:
        """What the cell states in a row of that country; None where the reader finds nothing."""
        if self._country != country:
            self._country = country
            self._stated = self._read(reader(self.text, country))
        return self._stated

    def _read(self, values: tuple[str, ...]) -> Candidates | None:
        if not values:
            return None
        raw, of = self.raw, self.of
        if len(values) == 1:
            value = values[0]
            return Candidates.of_one(value, None if raw == value else raw, of.locator, of.locator_json)
        return Candidates({each: (raw if raw != each else None, of.locator, None, 1.0) for each in values})


_UNREAD = "not read"  # no country


class Column(dict[str, Cell | None]):
    """A column of a table: its cells by their text; where each row says another one, none is remembered."""

    __slots__ = ("_is_field", "_is_remembered", "_made", "_rows", "locator", "locator_json", "name")

    def __init__(self, name: str, rows: Columns, *, is_field: bool) -> None:
        super().__init__({"": None})
        self.name, self._is_field, self.locator = name, is_field, f"column {name}"
        self.locator_json = encode_basestring(self.locator)
        self._is_remembered, self._made, self._rows = True, 0, rows

    def __missing__(self, text: str) -> Cell | None:
        """The cell of a text that is not known; None where it says nothing."""
        cell = self._cell(text)
        if self._is_remembered:
            self._made += 1
            if len(self) > MEMORY:
                self._is_remembered = self._made < RARELY * self._rows.row_no
                self.clear()
                self[""] = None
            if self._is_remembered:
                self[text] = cell
        return cell

    def _cell(self, text: str) -> Cell | None:
        if is_plain := cells.is_plain(text):
            raw = text if text.isascii() else unicodedata.normalize("NFC", text)
        else:
            raw = unicodedata.normalize("NFC", as_meant(text).strip())
        if not self._is_field:
            return Cell(raw, raw, self) if raw else None
        if is_plain or (raw and cells.is_plain(raw)):
            return None if cells.says_nothing(raw) else Cell(raw, raw, self)
        clean = cells.clean(raw)
        return Cell(clean, raw, self) if clean else None


class Columns:
    """What every row of a table is read by: each column's place, name and field, and the cells that come again."""

    def __init__(self, columns: ColumnMap) -> None:
        self.kind = columns.kind
        self.header = list(columns.header)
        self.fields = frozenset(each for each in columns.fields if each)
        self._fields = columns.fields
        self._columns = [
            Column(name, self, is_field=of_field is not None)
            for name, of_field in zip(columns.header, columns.fields, strict=True)
        ]
        self.kept = tuple(place for place, of_field in enumerate(columns.fields) if of_field is None)
        self.mapped = tuple(place for place, of_field in enumerate(columns.fields) if of_field is not None)
        self.row_no = 0  # of the row that is read

    def places(self, *fields: Field) -> Places:
        """The places of the fields' columns: in the order of the fields, then of the columns."""
        return tuple(place for each in fields for place, found in enumerate(self._fields) if found == each)

    def cells(self, texts: Sequence[str]) -> list[Cell | None]:
        """A row's cells by place; None for what is empty."""
        self.row_no += 1
        found = [column[text] for column, text in zip(self._columns, texts, strict=False)]
        if len(found) < len(self._columns):
            found += [None] * (len(self._columns) - len(found))
        return found


class RowCells:
    """One row's cells by place; `custom` collects what no field takes, `company` and `person` what is stated."""

    __slots__ = ("cells", "company", "custom", "person")

    def __init__(self, columns: Columns, texts: Sequence[str]) -> None:
        self.cells = columns.cells(texts)
        self.custom: dict[str, str] = {}
        self.company, self.person = Draft(), Draft()
        if columns.kept:
            self.keep(columns.kept)

    def all(self, places: Iterable[int]) -> list[Cell]:
        """The cells at the places that are not empty."""
        return [cell for place in places if (cell := self.cells[place]) is not None]

    def first(self, places: Places) -> Cell | None:
        """The first cell of the places that is not empty."""
        for place in places:
            if (cell := self.cells[place]) is not None:
                return cell
        return None

    def one(self, places: Places) -> str:
        """The first text of the places; empty when there is none."""
        for place in places:
            if (cell := self.cells[place]) is not None:
                return cell.text
        return ""

    def keep(self, places: Iterable[int]) -> None:
        """The cells at the places stay as custom fields."""
        for place in places:
            if (cell := self.cells[place]) is not None:
                self.custom[cell.of.name] = cell.raw
