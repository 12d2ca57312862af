"""Rows to records: one row states a person, the company, or both; or it is refused with its reason."""

from __future__ import annotations

from typing import NamedTuple

from leadhouse.extraction.attribution import hosts
from leadhouse.imports import cells
from leadhouse.imports.cell_figures import revenue
from leadhouse.imports.columns import ColumnMap, Field
from leadhouse.imports.delimited_rows import Row
from leadhouse.imports.mail_domains import conclude_domain
from leadhouse.imports.row_cells import LONGEST_VALUE, Cell, Columns, Draft, Places, RowCells, RowRecord
from leadhouse.imports.row_faults import Fault, find_fault, no_identity
from leadhouse.imports.row_places import PlaceReader, stated_country
from leadhouse.imports.row_steps import company_steps, emails_of, person_steps, take_steps
from leadhouse.imports.split_numbers import SplitNumbers
from leadhouse.landing.prepared import Candidates

LONGEST_KEY = 300
LEGAL_BASIS_KEY = "legal_basis"
REVENUE_KEY = "annual_revenue"  # a plain number, beside the column as it stood
_NAMED = frozenset(("name", "legal_name", "domain", "vat_id"))
_EMPLOYER = (("name", "company_name"), ("domain", "company_domain"))
_GIVEN = (Field.FIRST_NAME, Field.MIDDLE_NAME, Field.LAST_NAME, Field.SECOND_LAST_NAME)
_BASICS = (
    Field.RECORD_ID, Field.COMPANY_ID, Field.CUSTOMER, Field.OPTED_OUT, Field.SALUTATION, Field.REVENUE, Field.CONTACTS,
)  # fmt: skip
_COMPANYS = (
    Field.ADDRESS, Field.STREET, Field.HOUSE_NUMBER, Field.POSTAL_CODE, Field.CITY, Field.POSTAL_CITY, Field.REGION,
    Field.COMPANY_ADDRESS, Field.COMPANY_STREET, Field.COMPANY_POSTAL_CODE, Field.COMPANY_CITY, Field.COMPANY_REGION,
    Field.COMPANY_COUNTRY, Field.COMPANY_PHONE, Field.COMPANY_EMAIL, Field.COMPANY_SOCIAL, Field.FAX, Field.EMPLOYEES,
    Field.REGISTER_ID, Field.TECHNOLOGIES,
)  # fmt: skip
_SUPPRESSING = ((Field.OPTED_OUT, "unsubscribed"), (Field.CUSTOMER, "existing_customer"))

__all__ = ["Fault", "RowReader", "RowRecords"]


class RowRecords(NamedTuple):
    """What a row states. `key` is what the row is known by when the file comes again: see `csv_import`."""

    key: str
    company: RowRecord | None
    persons: tuple[RowRecord, ...] = ()
    suppressed: tuple[tuple[str, str], ...] = ()  # (address, reason)


class RowReader:
    """Reads the rows of one table. What cannot be read as its column's field is kept as a custom field.

    Which columns say what is settled once for the table, so that a row costs no more than its cells.
    """

    def __init__(self, columns: ColumnMap) -> None:
        self._columns = found = Columns(columns)
        self._lists_companies = found.kind == "company"
        self._company_steps = company_steps(found, with_contacts=self._lists_companies)
        self._person_steps = person_steps(found, with_contacts=not self._lists_companies)
        self._place = PlaceReader(found)
        self._split = SplitNumbers(columns)
        at = found.places
        self._given, self._full_name, self._title = at(*_GIVEN), at(Field.FULL_NAME), at(Field.TITLE)
        self._company_name = at(Field.COMPANY_NAME, Field.LEGAL_NAME)
        self._email, self._record_id = at(Field.EMAIL), at(Field.RECORD_ID)
        self._country, self._companys_country = at(Field.COUNTRY), at(Field.COMPANY_COUNTRY)
        self._sites, self._mails = at(Field.DOMAIN, Field.WEBSITE), at(Field.COMPANY_EMAIL, Field.EMAIL)
        self._towns = at(Field.POSTAL_CODE, Field.POSTAL_CITY, Field.CITY)
        self._revenue, self._basis, self._contacts = at(Field.REVENUE), at(Field.LEGAL_BASIS), at(Field.CONTACTS)
        self._basics, self._companys = at(*_BASICS), at(*_COMPANYS)
        loose = (Field.TITLE, Field.PERSON_PHONE, *([] if self._lists_companies else [Field.PHONE]))
        self._loose = at(*loose)
        self._suppressing = [(at(each), reason) for each, reason in _SUPPRESSING if each in found.fields]

    def read(self, row: Row, text: str, *, is_broken: bool) -> RowRecords | Fault:
        """The row's records. `text`: all its cells; `is_broken`: some of its bytes are no text."""
        fault = find_fault(row, self._columns.header, is_broken=is_broken)
        if fault:
            return fault
        texts, unjoined = self._split.joined(row.cells) if self._split else (row.cells, ())
        found = RowCells(self._columns, texts)
        found.keep(unjoined)
        if (mail := found.first(self._email)) and not emails_of(mail):
            stated = f"{mail.text[:200]!r}"
            return Fault("bad_email", f"{stated} holds no e-mail address (name@host.tld): correct or empty it.")
        if len(text) > LONGEST_VALUE and any(len(each.raw) > LONGEST_VALUE for each in found.all(self._columns.mapped)):
            return Fault("cell_too_long", f"A cell holds more than {LONGEST_VALUE} characters: shorten it.")
        return self._records(found)

    def _records(self, row: RowCells) -> RowRecords | Fault:
        """The records of the row, or why it says nothing about anybody."""
        if self._full_name:
            self._take_company_name(row)
        own_country, country = self._countries(row)
        company = self._company(row, country)
        person = self._person(row, company, own_country)
        stated = person.values
        names_person = "full_name" in stated or "email" in stated or "social_url" in stated
        named = not _NAMED.isdisjoint(company.values)
        if not named:
            reached = person.first("email", "social_url") if names_person and not self._lists_companies else None
            by_mail = self._lists_companies or not names_person
            if not (reached or (by_mail and company.first("email"))):
                return no_identity(self._columns.kind)
        if self._basics:
            self._keep_basics(row, names_person=names_person)
        has_company = bool(company.values) and (named or not names_person)
        if not has_company:  # what would be said of a company that the row does not name stays with the person
            row.keep(self._companys)
        return self._built(row, company if has_company else None, person if names_person else None)

    def _company(self, row: RowCells, country: str | None) -> Draft:
        draft = row.company
        take_steps(self._company_steps, row, draft, country)
        if draft.values and self._place.says_anything:
            self._place.state(row, draft, country)
        conclude_domain(draft, draft)
        return draft

    def _person(self, row: RowCells, company: Draft, country: str | None) -> Draft:
        draft = row.person
        self._read_name(row, draft)
        take_steps(self._person_steps, row, draft, country)
        values = draft.values
        if not ("full_name" in values or "email" in values or "social_url" in values):
            values.clear()
            row.keep(self._loose)
            return draft
        _drop_company_phones(draft, company)
        if company.values:
            conclude_domain(company, draft)
        if not self._lists_companies and country and (stated := row.first(self._country)):
            draft.take("country_code", stated_country(country, stated))
        _state_employer(draft, company)
        return draft

    def _read_name(self, row: RowCells, draft: Draft) -> None:
        given = row.all(self._given) if self._given else ()
        if given:
            name = cells.in_reading_order([cell.text for cell in given])
            draft.state("full_name", cells.person_name(name, is_in_order=True), name, given[-1].locator)
        elif found := row.first(self._full_name):
            draft.state("full_name", cells.person_name(found.text), found.raw, found.locator)

    def _keep_basics(self, row: RowCells, *, names_person: bool) -> None:
        """What says something about the row itself stands in its custom fields."""
        row.keep(self._basics)
        if (cell := row.first(self._revenue)) and (amount := revenue(cell.text, cell.column)):
            row.custom[REVENUE_KEY] = amount
        if self._lists_companies and not names_person:
            row.keep(self._title)

    def _built(self, row: RowCells, company: Draft | None, person: Draft | None) -> RowRecords:
        basis = {LEGAL_BASIS_KEY: cells.legal_basis(text)} if (text := row.one(self._basis)) else {}
        of_person = person is not None and (not self._lists_companies or company is None)
        whole = {**row.custom, **basis}
        company_key = "company" if company is not None else None
        stated = RowRecord("company", None, company.values, basis if of_person else whole) if company else None
        persons = [RowRecord("person", company_key, person.values, whole if of_person else basis)] if person else []
        if self._contacts and (contacts := row.all(self._contacts)):
            persons += _listed_contacts(contacts, row.company, basis, company_key)
        return RowRecords(self._key(row, of_person=of_person), stated, tuple(persons), self._suppressed(row))

    def _key(self, row: RowCells, *, of_person: bool) -> str:
        if stated := row.one(self._record_id):
            return f"id:{stated}"
        if of_person and (reached := row.person.first("email", "social_url")):
            return reached
        company = f"{row.company.first('name') or ''}|{row.company.first('domain') or ''}"
        if of_person:
            return f"{row.person.first('full_name')}|{company}"
        return row.company.first("vat_id") or f"{company}|{row.one(self._towns)}"

    def _suppressed(self, row: RowCells) -> tuple[tuple[str, str], ...]:
        if not self._suppressing:
            return ()
        reasons = [reason for places, reason in self._suppressing if (text := row.one(places)) and cells.is_yes(text)]
        if not reasons:
            return ()
        stated = (draft.values.get("email") for draft in (row.person, row.company))
        return tuple((address, reasons[0]) for each in stated if each is not None for address in each.found)

    def _take_company_name(self, row: RowCells) -> None:
        """A list of people may name companies among them."""
        found = row.first(self._full_name)
        if found and cells.is_company_name(found.text) and not row.one(self._company_name):
            row.company.state("name", found.text, found.raw, found.locator)
            for place in self._full_name:
                row.cells[place] = None

    def _countries(self, row: RowCells) -> tuple[str | None, str | None]:
        """The row's country, and the company's: stated, else by the top-level domain of the website or the address."""
        general = _country(row, self._country)
        companys = _country(row, self._companys_country)
        own = general or companys
        if own is None and (site := cells.domain(row.one(self._sites))):
            own = hosts.country_of_host(site)
        if own is None and "@" in (mail := row.one(self._mails)):
            host = mail.rpartition("@")[2].rstrip(" >").lower()
            own = hosts.country_of_host(host) if "." in host and host not in hosts.FREE_MAIL else None
        return own, companys or own


def _country(row: RowCells, places: Places) -> str | None:
    for place in places:
        if (cell := row.cells[place]) is not None:
            if found := cells.country(cell.text):
                return found
            row.custom[cell.column] = cell.raw
    return None


def _state_employer(draft: Draft, company: Draft) -> None:
    for attribute, of_person in _EMPLOYER:
        if values := company.values.get(attribute):
            draft.values[of_person] = values


def _drop_company_phones(person: Draft, company: Draft) -> None:
    """The company's number in a person's column, as some exports fill it in, is the company's."""
    own, companys = person.values.get("phone_e164"), company.values.get("phone_e164")
    if own and companys and not companys.found.keys().isdisjoint(own.found):
        kept = {number: value for number, value in own.found.items() if number not in companys.found}
        del person.values["phone_e164"]
        if kept:
            person.values["phone_e164"] = Candidates(kept)


def _listed_contacts(
    lists: list[Cell], company: Draft, basis: dict[str, str], company_key: str | None
) -> list[RowRecord]:
    """People of cells that list them; one who has no address is known by the company alone."""
    found: dict[str, RowRecord] = {}
    for cell in lists:
        for name, address in cells.contacts(cell.raw):
            draft = Draft()
            draft.state("full_name", name, cell.raw, cell.locator)
            draft.state("email", address, cell.raw, cell.locator)
            _state_employer(draft, company)
            key = f"contact:{address or name}"[:LONGEST_KEY]
            found.setdefault(key, RowRecord(key, company_key, draft.values, basis))
    return [*found.values()]
