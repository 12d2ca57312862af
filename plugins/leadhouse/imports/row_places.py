"""Where a row says that its company is: one postal address of the columns that hold its parts."""

from __future__ import annotations

from functools import lru_cache

from leadhouse.imports import cells
from leadhouse.imports.columns import Field
from leadhouse.imports.row_cells import Cell, Draft, RowCells
from leadhouse.landing.prepared import Candidates, PreparedValue

_OF_COMPANY = (Field.COMPANY_STREET, Field.COMPANY_POSTAL_CODE, Field.COMPANY_CITY, Field.COMPANY_REGION)
_GENERAL = (Field.STREET, Field.POSTAL_CODE, Field.CITY, Field.REGION)
_PLACE = (
    Field.STREET, Field.COMPANY_STREET, Field.ADDRESS, Field.POSTAL_CITY, Field.CITY, Field.COMPANY_CITY,
    Field.POSTAL_CODE, Field.COMPANY_POSTAL_CODE,
)  # fmt: skip


class PlaceReader:
    """Reads where the rows of one table say that their companies are; which columns do is settled once."""

    def __init__(self, fields: frozenset[Field]) -> None:
        self._place = [each for each in _PLACE if each in fields]
        self._own = [each for each in _OF_COMPANY if each in fields]
        self._has_whole = not fields.isdisjoint((Field.COMPANY_ADDRESS, Field.ADDRESS))
        self._says_country = not fields.isdisjoint((Field.COUNTRY, Field.COMPANY_COUNTRY))
        self.says_anything = bool(self._place or self._has_whole or self._says_country)

    def state(self, row: RowCells, draft: Draft, country: str | None) -> None:
        """The country and the address, as far as the row tells them."""
        if country and self._says_country and (stated := row.all(Field.COMPANY_COUNTRY, Field.COUNTRY)):
            draft.take("country_code", stated_country(country, stated[0]))
        if self._has_whole and (whole := _whole_address(row)):
            parts = {"country_code": country} if country else None
            draft.state("address", whole.text, whole.raw, whole.locator, parts)
            return
        found = next((row.by_field[each][0] for each in self._place if each in row.by_field), None)
        if found is None:
            return
        parts = self._parts(row, country)
        code_and_city = " ".join([parts[each] for each in ("postal_code", "city") if each in parts])
        text = ", ".join([each for each in (parts.get("street"), code_and_city) if each])
        draft.state("address", text, text, found.locator, parts)

    def _parts(self, row: RowCells, country: str | None) -> dict[str, str]:
        has_own = any(each in row.by_field for each in self._own) if self._own else False
        street, code, city, region = map(row.one, _OF_COMPANY if has_own else _GENERAL)
        if not (has_own or city):
            city = row.one(Field.POSTAL_CITY)
        found_code, found_city = (code, city) if code else cells.postal_city(city)
        street = street or row.one(Field.ADDRESS)
        if not has_own and (number := row.one(Field.HOUSE_NUMBER)):
            street = f"{street} {number}".strip()
        found = (street, _with_zeros(found_code, country), found_city, region, country)
        return {name: text for name, text in zip(_NAMES, found, strict=True) if text}


def stated_country(country: str, cell: Cell) -> Candidates:
    """The row's country, as the cell states it."""
    return _country(country, cell.raw, cell.locator)


@lru_cache(maxsize=1_000)
def _country(country: str, raw: str, locator: str) -> Candidates:
    return Candidates({country: PreparedValue(raw if raw != country else None, locator)})


def _whole_address(row: RowCells) -> Cell | None:
    """The cell that holds the whole address; a general one beside a town that it does not name is the street."""
    if stated := row.all(Field.COMPANY_ADDRESS):
        return stated[0]
    general = row.all(Field.ADDRESS)
    if not general:
        return None
    city = row.one(Field.CITY, Field.COMPANY_CITY, Field.POSTAL_CITY)
    code = row.one(Field.POSTAL_CODE, Field.COMPANY_POSTAL_CODE)
    text = general[0].text.casefold()
    names_place = (not city or city.casefold() in text) and (not code or code.casefold() in text)
    return general[0] if names_place and not row.one(Field.STREET) else None


def _with_zeros(code: str | None, country: str | None) -> str | None:
    """A spreadsheet takes ``04109`` for a number: the zeros come back where all codes of the country are as long."""
    size = _DIGITS.get(country or "", 0)
    return code.zfill(size) if code and size - 2 <= len(code) < size and code.isdecimal() else code


# of the Universal Postal Union's formats those that are digits alone and may begin with 0
_DIGITS = {
    "DE": 5, "FR": 5, "IT": 5, "ES": 5, "US": 5, "FI": 5, "TR": 5, "MX": 5, "SK": 5, "EE": 5, "LT": 5, "HR": 5, "UA": 5,
    "KR": 5, "NO": 4, "DK": 4, "RO": 6, "CN": 6, "JP": 7,
}  # fmt: skip
_NAMES = ("street", "postal_code", "city", "region", "country_code")  # in the order of AddressParts
