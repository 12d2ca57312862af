"""Where a row says that its company is: one postal address of the columns that hold its parts."""

from __future__ import annotations

from functools import lru_cache

from leadhouse.imports import cells
from leadhouse.imports.columns import Field
from leadhouse.imports.row_cells import LONGEST_VALUE, MEMORY, Cell, Columns, Draft, RowCells
from leadhouse.landing.prepared import Candidates

_OF_COMPANY = (Field.COMPANY_STREET, Field.COMPANY_POSTAL_CODE, Field.COMPANY_CITY, Field.COMPANY_REGION)
_GENERAL = (Field.STREET, Field.POSTAL_CODE, Field.CITY, Field.REGION)
_PLACE = (
    Field.STREET, Field.COMPANY_STREET, Field.ADDRESS, Field.POSTAL_CITY, Field.CITY, Field.COMPANY_CITY,
    Field.POSTAL_CODE, Field.COMPANY_POSTAL_CODE,
)  # fmt: skip
_Said = tuple[str, str, str, str, str | None, str]  # street, code, city, region, country, and where the first one stood


class PlaceReader:
    """Reads where the rows of one table say that their companies are; which columns do is settled once."""

    def __init__(self, columns: Columns) -> None:
        at = columns.places
        self._place = at(*_PLACE)
        self._own = at(*_OF_COMPANY)
        self._of_company = [at(each) for each in _OF_COMPANY]
        self._general = [at(each) for each in _GENERAL]
        self._countries = at(Field.COMPANY_COUNTRY, Field.COUNTRY)
        self._company_address, self._address = at(Field.COMPANY_ADDRESS), at(Field.ADDRESS)
        self._street, self._number, self._postal_city = at(Field.STREET), at(Field.HOUSE_NUMBER), at(Field.POSTAL_CITY)
        self._cities = at(Field.CITY, Field.COMPANY_CITY, Field.POSTAL_CITY)
        self._codes = at(Field.POSTAL_CODE, Field.COMPANY_POSTAL_CODE)
        self._known: dict[_Said, Candidates | None] = {}  # people of one company say the same place
        self.says_anything = bool(self._place or self._company_address or self._address or self._countries)

    def state(self, row: RowCells, draft: Draft, country: str | None) -> None:
        """The country and the address, as far as the row tells them."""
        if country and self._countries and (stated := row.first(self._countries)):
            draft.take("country_code", stated_country(country, stated))
        if (self._company_address or self._address) and (whole := self._whole_address(row)):
            parts = {"country_code": country} if country else None
            draft.state("address", whole.text, whole.raw, whole.locator, parts)
            return
        found = row.first(self._place)
        if found is None:
            return
        said = (*self._parts(row), country, found.locator)
        if said in self._known:
            address = self._known[said]
        else:
            if len(self._known) >= MEMORY:
                self._known.clear()
            address = self._known[said] = _address(*said)
        if address is not None:
            draft.take("address", address)

    def _parts(self, row: RowCells) -> tuple[str, str, str, str]:
        """Street, postal code, city and region as they stand in the row."""
        has_own = bool(self._own) and row.first(self._own) is not None
        street, code, city, region = map(row.one, self._of_company if has_own else self._general)
        if not (has_own or city):
            city = row.one(self._postal_city)
        street = street or row.one(self._address)
        if not has_own and self._number and (number := row.one(self._number)):
            street = f"{street} {number}".strip()
        return street, code, city, region

    def _whole_address(self, row: RowCells) -> Cell | None:
        """The cell that holds the whole address; a general one beside a town that it does not name is the street."""
        if stated := row.first(self._company_address):
            return stated
        general = row.first(self._address)
        if general is None:
            return None
        city, code = row.one(self._cities), row.one(self._codes)
        text = general.text.casefold()
        names_place = (not city or city.casefold() in text) and (not code or code.casefold() in text)
        return general if names_place and not row.one(self._street) else None


def stated_country(country: str, cell: Cell) -> Candidates:
    """The row's country, as the cell states it."""
    return _country(country, cell.raw, cell.locator)


@lru_cache(maxsize=1_000)
def _country(country: str, raw: str, locator: str) -> Candidates:
    return Candidates({country: (raw if raw != country else None, locator, None, 1.0)})


def _address(street: str, code: str, city: str, region: str, country: str | None, locator: str) -> Candidates | None:
    found_code, found_city = (code, city) if code else cells.postal_city(city)
    found = (street, _with_zeros(found_code, country), found_city, region, country)
    parts = {name: text for name, text in zip(_NAMES, found, strict=True) if text}
    code_and_city = " ".join([parts[each] for each in ("postal_code", "city") if each in parts])
    text = ", ".join([each for each in (parts.get("street"), code_and_city) if each])
    return Candidates({text: (None, locator, parts, 1.0)}) if text and len(text) <= LONGEST_VALUE else None


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
