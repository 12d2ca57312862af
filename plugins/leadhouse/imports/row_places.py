"""Where a row says that its company is: one postal address of the columns that hold its parts."""

from __future__ import annotations

from leadhouse.imports import cells
from leadhouse.imports.columns import Field
from leadhouse.imports.row_cells import Cell, Draft, RowCells

_OF_COMPANY = {
    Field.COMPANY_STREET: Field.STREET,
    Field.COMPANY_POSTAL_CODE: Field.POSTAL_CODE,
    Field.COMPANY_CITY: Field.CITY,
    Field.COMPANY_REGION: Field.REGION,
    Field.COMPANY_COUNTRY: Field.COUNTRY,
}
_OWN = tuple(each for each in _OF_COMPANY if each is not Field.COMPANY_COUNTRY)
_PLACE = (
    Field.STREET, Field.COMPANY_STREET, Field.ADDRESS, Field.POSTAL_CITY, Field.CITY, Field.COMPANY_CITY,
    Field.POSTAL_CODE, Field.COMPANY_POSTAL_CODE,
)  # fmt: skip


def state_place(row: RowCells, draft: Draft, country: str | None) -> None:
    """The country and the address, as far as the row tells them."""
    stated = row.all(Field.COMPANY_COUNTRY, Field.COUNTRY)
    if country and stated:
        draft.state("country_code", country, stated[0].raw, stated[0].locator)
    if whole := _whole_address(row):
        parts = {"country_code": country} if country else None
        draft.state("address", whole.text, whole.raw, whole.locator, parts)
        return
    found = row.all(*_PLACE)
    if not found:
        return
    parts = _parts(row, country)
    code_and_city = " ".join([parts[each] for each in ("postal_code", "city") if each in parts])
    text = ", ".join(filter(None, (parts.get("street"), code_and_city)))
    draft.state("address", text, text, found[0].locator, parts)


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


def _parts(row: RowCells, country: str | None) -> dict[str, str]:
    has_own = any(row.all(each) for each in _OWN)
    part = {general: row.one(own if has_own else general) for own, general in _OF_COMPANY.items()}
    together = part[Field.CITY] if has_own or part[Field.CITY] else row.one(Field.POSTAL_CITY)
    code, city = (part[Field.POSTAL_CODE], together) if part[Field.POSTAL_CODE] else cells.postal_city(together)
    line = part[Field.STREET] or row.one(Field.ADDRESS)
    street = " ".join(filter(None, (line, "" if has_own else row.one(Field.HOUSE_NUMBER))))
    found = (street, _with_zeros(code, country), city, part[Field.REGION], country)
    return {name: text for name, text in zip(_NAMES, found, strict=True) if text}


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
