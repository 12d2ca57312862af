"""How the cells of each field become candidates of an attribute: the steps that a table's columns ask for, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadhouse.imports import cells
from leadhouse.imports.columns import Field
from leadhouse.imports.row_cells import Cell, Columns, Draft, Places, Reader, RowCells

Step = Callable[[RowCells, Draft, str, str | None, Sequence[Cell]], None]


class _Reading:
    """The step that states what a reader finds; a cell in which it finds nothing stays as a custom field."""

    def __init__(self, reader: Reader, *, by_country: bool = False) -> None:
        self.reader, self.by_country = reader, by_country

    def __call__(self, row: RowCells, draft: Draft, attribute: str, country: str | None, found: Sequence[Cell]) -> None:
        for cell in found:
            if stated := cell.read(self.reader, country if self.by_country else None):
                draft.take(attribute, stated)
            else:
                row.custom[cell.column] = cell.raw


# the columns' places, the attribute, the step; and of the one column that most fields have its place and reader
_Settled = tuple[Places, str, Step, int, Reader | None, bool]
Steps = list[_Settled]


def company_steps(columns: Columns, *, with_contacts: bool) -> Steps:
    """What a row states of its company; `with_contacts`: general phones and addresses are the company's."""
    wanted: list[tuple[Field, str, Step]] = [
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
    return [_settled(columns.places(of), name, step) for of, name, step in wanted if of in columns.fields]


def person_steps(columns: Columns, *, with_contacts: bool) -> Steps:
    """What a row states of a person, but for the name; `with_contacts`: general phones and addresses are theirs."""
    wanted: list[tuple[Field, str, Step]] = [
        (Field.PERSON_SOCIAL, "social_url", _profiles),
        *([(Field.EMAIL, "email", _emails), (Field.OTHER_EMAIL, "email", _emails)] if with_contacts else []),
        (Field.TITLE, "title", _first),
        (Field.PERSON_PHONE, "phone_e164", _phones),
        *([(Field.PHONE, "phone_e164", _phones)] if with_contacts else []),
    ]
    return [_settled(columns.places(of), name, step) for of, name, step in wanted if of in columns.fields]


def _settled(places: Places, attribute: str, step: Step) -> _Settled:
    reading = _whole if step is _first else step
    if len(places) == 1 and isinstance(reading, _Reading):
        return places, attribute, step, places[0], reading.reader, reading.by_country
    return places, attribute, step, places[0], None, False


def take_steps(steps: Steps, row: RowCells, draft: Draft, country: str | None) -> None:
    """What the cells of a row state of a company or person of that country."""
    values, of_row = draft.values, row.cells
    for places, attribute, step, place, reader, by_country in steps:
        if reader is not None:
            if (cell := of_row[place]) is not None:
                stated = cell.read(reader, country if by_country else None)
                if stated is None:
                    row.custom[cell.of.name] = cell.raw
                elif attribute in values:
                    draft.take(attribute, stated)
                else:
                    values[attribute] = stated
        elif found := row.all(places):
            step(row, draft, attribute, country, found)


def _first(row: RowCells, draft: Draft, attribute: str, country: str | None, found: Sequence[Cell]) -> None:
    if stated := found[0].read(_as_it_is, None):
        draft.take(attribute, stated)
    for cell in found[1:]:
        row.custom[cell.column] = cell.raw


def _sites(row: RowCells, draft: Draft, attribute: str, country: str | None, found: Sequence[Cell]) -> None:
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


def _words(row: RowCells, draft: Draft, attribute: str, country: str | None, found: Sequence[Cell]) -> None:
    for cell in found:
        for each in filter(None, map(str.strip, cell.text.replace(";", ",").split(","))):
            draft.state(attribute, each, each, cell.locator)


def emails_of(cell: Cell) -> bool:
    """Whether the cell holds an address of mail; it is read as such."""
    return cell.read(read_emails, None) is not None


def read_emails(text: str, country: str | None) -> tuple[str, ...]:
    """The addresses of a cell."""
    return cells.emails(text)


def _as_it_is(text: str, country: str | None) -> tuple[str, ...]:
    return (text,)


def _domain(text: str, country: str | None) -> tuple[str, ...]:
    return _some(cells.domain(text))


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


_whole = _Reading(_as_it_is)
_emails = _Reading(read_emails)
_profiles = _Reading(lambda text, _: _some(cells.profile(text)))
_band = _Reading(lambda text, _: _some(cells.employee_band(text)))
_phones = _Reading(cells.phone_numbers, by_country=True)
_vat = _Reading(lambda text, country: _some(cells.vat_id(text, country)), by_country=True)
