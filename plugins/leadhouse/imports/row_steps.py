"""How the cells of each field become candidates of an attribute: the steps that a table's columns ask for, in order."""

from __future__ import annotations

from collections.abc import Callable

from leadhouse.imports import cells
from leadhouse.imports.columns import Field
from leadhouse.imports.row_cells import Cell, Draft, Reader, RowCells

Step = Callable[[RowCells, Draft, str, str | None, list[Cell]], None]
Steps = list[tuple[Field, str, Step]]


def company_steps(fields: frozenset[Field], *, with_contacts: bool) -> Steps:
    """What a row states of its company; `with_contacts`: general phones and addresses are the company's."""
    wanted: Steps = [
        (Field.COMPANY_NAME, "name", _whole),
        (Field.LEGAL_NAME, "legal_name", _whole),
        (Field.REGISTER_ID, "register_id", _whole),
        (Field.DOMAIN, "domain", _sites),
        (Field.WEBSITE, "domain", _sites),
        (Field.VAT_ID, "vat_id", _vat),
        (Field.EMPLOYEES, "employee_band", _band),
        (Field.COMPANY_SOCIAL, "social_url", _profiles),
        (Field.COMPANY_PHONE, "phone_e164", _phones),
        *([(Field.PHONE, "phone_e164", _phones)] if with_contacts else []),
        (Field.FAX, "fax_e164", _phones),
        (Field.COMPANY_EMAIL, "email", _emails),
        *([(Field.EMAIL, "email", _emails), (Field.OTHER_EMAIL, "email", _emails)] if with_contacts else []),
        (Field.TECHNOLOGIES, "technology", _words),
    ]
    return [each for each in wanted if each[0] in fields]


def person_steps(fields: frozenset[Field], *, with_contacts: bool) -> Steps:
    """What a row states of a person, but for the name; `with_contacts`: general phones and addresses are theirs."""
    wanted: Steps = [
        (Field.PERSON_SOCIAL, "social_url", _profiles),
        *([(Field.EMAIL, "email", _emails), (Field.OTHER_EMAIL, "email", _emails)] if with_contacts else []),
        (Field.TITLE, "title", _first),
        (Field.PERSON_PHONE, "phone_e164", _phones),
        *([(Field.PHONE, "phone_e164", _phones)] if with_contacts else []),
    ]
    return [each for each in wanted if each[0] in fields]


def _first(row: RowCells, draft: Draft, attribute: str, country: str | None, found: list[Cell]) -> None:
    draft.take(attribute, found[0].read(_as_it_is, None))
    for cell in found[1:]:
        row.custom[cell.column] = cell.raw


def _sites(row: RowCells, draft: Draft, attribute: str, country: str | None, found: list[Cell]) -> None:
    """Website columns; a profile in one of them is a profile."""
    for cell in found:
        if site := cell.read(_domain, None):
            draft.take(attribute, site)
        elif cells.is_person_profile(cell.text):
            row.person.state("social_url", cells.profile(cell.text), cell.raw, cell.locator)
        elif page := cells.profile(cell.text):
            draft.state("social_url", page, cell.raw, cell.locator)
        else:
            row.custom[cell.column] = cell.raw


def _words(row: RowCells, draft: Draft, attribute: str, country: str | None, found: list[Cell]) -> None:
    for cell in found:
        for each in filter(None, map(str.strip, cell.text.replace(";", ",").split(","))):
            draft.state(attribute, each, each, cell.locator)


def _reading(reader: Reader, *, by_country: bool = False) -> Step:
    """The step that states what a reader finds; a cell in which it finds nothing stays as a custom field."""

    def step(row: RowCells, draft: Draft, attribute: str, country: str | None, found: list[Cell]) -> None:
        for cell in found:
            if stated := cell.read(reader, country if by_country else None):
                draft.take(attribute, stated)
            else:
                row.custom[cell.column] = cell.raw

    return step


def _as_it_is(text: str, country: str | None) -> tuple[str, ...]:
    return (text,)


def _domain(text: str, country: str | None) -> tuple[str, ...]:
    return _some(cells.domain(text))


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


_whole = _reading(_as_it_is)
_emails = _reading(lambda text, _: cells.emails(text))
_profiles = _reading(lambda text, _: _some(cells.profile(text)))
_band = _reading(lambda text, _: _some(cells.employee_band(text)))
_phones = _reading(cells.phone_numbers, by_country=True)
_vat = _reading(lambda text, country: _some(cells.vat_id(text, country)), by_country=True)
