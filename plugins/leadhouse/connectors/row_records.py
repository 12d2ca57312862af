"""Rows to records: one row states a person, the company, or both; or it is refused with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from leadhouse.connectors import cells
from leadhouse.connectors.columns import ColumnMap, Field
from leadhouse.connectors.row_cells import Draft, RowCells
from leadhouse.connectors.table import Row
from leadhouse.extraction import hosts
from leadhouse.records import AddressParts, CompanyAttribute, CompanyRecord, PersonAttribute, PersonRecord, Value

_Attribute = TypeVar("_Attribute", CompanyAttribute, PersonAttribute)
LONGEST_VALUE = 4096
LEGAL_BASIS_KEY = "legal_basis"
_OF_COMPANY = {
    Field.COMPANY_STREET: Field.STREET,
    Field.COMPANY_POSTAL_CODE: Field.POSTAL_CODE,
    Field.COMPANY_CITY: Field.CITY,
    Field.COMPANY_REGION: Field.REGION,
    Field.COMPANY_COUNTRY: Field.COUNTRY,
}
_FAULTS = {
    "unclosed_quote": "A quotation mark opens a cell and is never closed: close it, or double it within the cell.",
    "endless_line": "The line is longer than a million characters: its line break is missing.",
    "cell_too_long": "A cell holds more than 131,072 characters: shorten it.",
    "not_json": "The line is no JSON object: write one object a line.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was refused: a short code, and what happened and what to do."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class RowRecords:
    """What a row states. `key` is what the row is known by when the file comes again: see `csv_import`."""

    key: str
    company: CompanyRecord | None
    person: PersonRecord | None
    suppressed: tuple[tuple[str, str], ...] = ()  # (address, reason)


class RowReader:
    """Reads the rows of one table. What cannot be read as its column's field is kept as a custom field."""

    def __init__(self, columns: ColumnMap) -> None:
        self._columns = columns
        self._header = list(columns.header)

    def read(self, row: Row, text: str, *, is_broken: bool) -> RowRecords | Fault:
        """The row's records. `text`: all its cells; `is_broken`: some of its bytes are no text."""
        fault = self._fault_of_cells(row, is_broken=is_broken)
        if fault:
            return fault
        found = _Row(self._columns, row.cells)
        if (mail := found.one(Field.EMAIL)) and not cells.emails(mail):
            return Fault("bad_email", f"{mail[:200]!r} holds no e-mail address (name@host.tld): correct or empty it.")
        if len(text) > LONGEST_VALUE and any(len(each.raw) > LONGEST_VALUE for each in found.mapped()):
            return Fault("cell_too_long", f"A cell holds more than {LONGEST_VALUE} characters: shorten it.")
        return found.records()

    def _fault_of_cells(self, row: Row, *, is_broken: bool) -> Fault | None:
        if is_broken:
            return Fault("not_text", "Bytes that are no text in the file's encoding, or NUL: export it as UTF-8.")
        if row.fault:
            return Fault(row.fault, _FAULTS[row.fault])
        width = len(self._header)
        if len(row.cells) > width and any(map(str.strip, row.cells[width:])):
            detail = f"The row has {len(row.cells)} cells, the header {width}: put cells with delimiters in quotes."
            return Fault("too_many_columns", detail)
        if len(row.cells) > 1 and [each.strip() for each in row.cells[:width]] == self._header:
            return Fault("repeated_header", "The row repeats the header: delete it.")
        return None


class _Row(RowCells):
    """One row on its way to records."""

    def __init__(self, columns: ColumnMap, texts: list[str]) -> None:
        super().__init__(columns, texts)
        self._kind = columns.kind
        self.company, self.person = Draft(), Draft()

    def records(self) -> RowRecords | Fault:
        """The records of the row, or why it says nothing about anybody."""
        lists_companies = self._kind == "company"
        own_country, country = self._countries()
        self._read_company(country, with_contacts=lists_companies)
        self._read_person(own_country, with_contacts=not lists_companies)
        person = self.person.first("full_name", "email", "social_url")
        reached = self.person.first("email", "social_url")
        named = self.company.first("name", "legal_name", "domain", "vat_id")
        if not named and not (reached if person and not lists_companies else self.company.first("email")):
            return _no_identity(self._kind)
        self._keep_basics(bool(person))
        return self._built(
            has_company=bool(self.company.values) and (bool(named) or not person), has_person=bool(person)
        )

    def _countries(self) -> tuple[str | None, str | None]:
        """The row's country, and the company's: stated, else by the website's top-level domain."""
        stated = {each: self._country(each) for each in (Field.COUNTRY, Field.COMPANY_COUNTRY)}
        site = cells.domain(self.one(Field.DOMAIN, Field.WEBSITE))
        by_site = hosts.country_of_host(site) if site else None
        own = stated[Field.COUNTRY] or stated[Field.COMPANY_COUNTRY] or by_site
        return own, stated[Field.COMPANY_COUNTRY] or own

    def _country(self, of_field: Field) -> str | None:
        for cell in self.all(of_field):
            if found := cells.country(cell.text):
                return found
            self.custom[cell.column] = cell.raw
        return None

    def _read_company(self, country: str | None, *, with_contacts: bool) -> None:
        draft = self.company
        for of_field, attribute in (
            (Field.COMPANY_NAME, CompanyAttribute.NAME),
            (Field.LEGAL_NAME, CompanyAttribute.LEGAL_NAME),
            (Field.REGISTER_ID, CompanyAttribute.REGISTER_ID),
        ):
            for cell in self.all(of_field):
                draft.state(attribute, cell.text, cell.raw, cell.column)
        self._read_sites()
        self._state(draft, CompanyAttribute.VAT_ID, lambda text: cells.vat_id(text, country), Field.VAT_ID)
        self._state(draft, CompanyAttribute.EMPLOYEE_BAND, cells.employee_band, Field.EMPLOYEES)
        self._state(draft, CompanyAttribute.SOCIAL_URL, cells.profile, Field.COMPANY_SOCIAL)
        phones = (Field.COMPANY_PHONE, Field.PHONE) if with_contacts else (Field.COMPANY_PHONE,)
        self._state(draft, CompanyAttribute.PHONE_E164, lambda text: cells.phone(text, country), *phones)
        mails = (Field.COMPANY_EMAIL, Field.EMAIL, Field.OTHER_EMAIL) if with_contacts else (Field.COMPANY_EMAIL,)
        self._state_emails(draft, *mails)
        for cell in self.all(Field.TECHNOLOGIES):
            for each in filter(None, map(str.strip, cell.text.replace(";", ",").split(","))):
                draft.state(CompanyAttribute.TECHNOLOGY, each, each, cell.column)
        if draft.values:
            self._place(draft, country)

    def _read_sites(self) -> None:
        """Website columns; a profile in one of them is a profile."""
        for cell in self.all(Field.DOMAIN, Field.WEBSITE):
            if cells.is_person_profile(cell.text):
                self.person.state(PersonAttribute.SOCIAL_URL, cells.profile(cell.text), cell.raw, cell.column)
            elif page := cells.profile(cell.text):
                self.company.state(CompanyAttribute.SOCIAL_URL, page, cell.raw, cell.column)
            elif site := cells.domain(cell.text):
                self.company.state(CompanyAttribute.DOMAIN, site, cell.raw, cell.column)
            else:
                self.custom[cell.column] = cell.raw

    def _place(self, draft: Draft, country: str | None) -> None:
        stated = (*self.all(Field.COMPANY_COUNTRY), *self.all(Field.COUNTRY))
        if country and stated:
            draft.state(CompanyAttribute.COUNTRY_CODE, country, stated[0].raw, stated[0].column)
        if whole := next(iter(self.all(Field.COMPANY_ADDRESS)), None):
            parts = AddressParts(country_code=country) if country else None
            draft.state(CompanyAttribute.ADDRESS, whole.text, whole.raw, whole.column, parts)
            return
        has_own = any(self.all(each) for each in _OF_COMPANY if each is not Field.COMPANY_COUNTRY)
        part = {general: self.one(own if has_own else general) for own, general in _OF_COMPANY.items()}
        together = part[Field.CITY] if has_own or part[Field.CITY] else self.one(Field.POSTAL_CITY)
        code, city = (part[Field.POSTAL_CODE], together) if part[Field.POSTAL_CODE] else cells.postal_city(together)
        street = " ".join(filter(None, (part[Field.STREET], "" if has_own else self.one(Field.HOUSE_NUMBER))))
        text = ", ".join(filter(None, (street, " ".join(filter(None, (code, city))))))
        parts = AddressParts(
            street=street or None,
            postal_code=code or None,
            city=city or None,
            region=part[Field.REGION] or None,
            country_code=country,
        )
        draft.state(CompanyAttribute.ADDRESS, text, text, self._column_of_place(), parts)

    def _column_of_place(self) -> str:
        order = (Field.STREET, Field.COMPANY_STREET, Field.POSTAL_CITY, Field.CITY, Field.COMPANY_CITY)
        found = self.all(*order, Field.POSTAL_CODE, Field.COMPANY_POSTAL_CODE)
        return found[0].column if found else ""

    def _read_person(self, country: str | None, *, with_contacts: bool) -> None:
        draft = self.person
        given = self.all(Field.FIRST_NAME, Field.MIDDLE_NAME, Field.LAST_NAME)
        if given:
            name = " ".join(cell.text for cell in given)
            draft.state(PersonAttribute.FULL_NAME, cells.person_name(name), name, given[-1].column)
        else:
            for cell in self.all(Field.FULL_NAME)[:1]:
                draft.state(PersonAttribute.FULL_NAME, cells.person_name(cell.text), cell.raw, cell.column)
        self._state(draft, PersonAttribute.SOCIAL_URL, cells.profile, Field.PERSON_SOCIAL)
        if with_contacts:
            self._state_emails(draft, Field.EMAIL, Field.OTHER_EMAIL)
        if not draft.values:
            for cell in self.all(Field.TITLE, Field.PERSON_PHONE, *((Field.PHONE,) if with_contacts else ())):
                self.custom[cell.column] = cell.raw
            return
        for cell in self.all(Field.TITLE)[:1]:
            draft.state(PersonAttribute.TITLE, cell.text, cell.raw, cell.column)
        phones = (Field.PHONE, Field.PERSON_PHONE) if with_contacts else (Field.PERSON_PHONE,)
        self._state(draft, PersonAttribute.PHONE_E164, lambda text: cells.phone(text, country), *phones)
        if with_contacts and country and (stated := self.all(Field.COUNTRY)):
            draft.state(PersonAttribute.COUNTRY_CODE, country, stated[0].raw, stated[0].column)
        for attribute, of_person in (
            ("name", PersonAttribute.COMPANY_NAME),
            ("domain", PersonAttribute.COMPANY_DOMAIN),
        ):
            if values := self.company.values.get(attribute):
                draft.values[of_person] = dict(values)

    def _state(self, draft: Draft, attribute: str, read: Callable[[str], str | None], *fields: Field) -> None:
        for cell in self.all(*fields):
            if value := read(cell.text):
                draft.state(attribute, value, cell.raw, cell.column)
            else:
                self.custom[cell.column] = cell.raw

    def _state_emails(self, draft: Draft, *fields: Field) -> None:
        for cell in self.all(*fields):
            found = cells.emails(cell.text)
            for address in found:
                draft.state("email", address, cell.raw, cell.column)
            if not found:
                self.custom[cell.column] = cell.raw

    def _keep_basics(self, has_person: bool) -> None:
        """What says something about the row itself stands in its custom fields."""
        for cell in self.all(Field.RECORD_ID, Field.CUSTOMER, Field.OPTED_OUT):
            self.custom[cell.column] = cell.raw
        if self._kind == "company" and not has_person:
            for cell in self.all(Field.TITLE):
                self.custom[cell.column] = cell.raw

    def _built(self, *, has_company: bool, has_person: bool) -> RowRecords:
        basis = {LEGAL_BASIS_KEY: cells.legal_basis(text)} if (text := self.one(Field.LEGAL_BASIS)) else {}
        of_person = has_person and (self._kind == "person" or not has_company)
        company = person = None
        if has_company:
            custom = basis if of_person else {**self.custom, **basis}
            company = CompanyRecord(
                record_key="company", values=_tuples(CompanyAttribute, self.company), custom_fields=custom
            )
        if has_person:
            person = PersonRecord(
                record_key="person",
                values=_tuples(PersonAttribute, self.person),
                company_key="company" if has_company else None,
                custom_fields={**self.custom, **basis} if of_person else basis,
            )
        return RowRecords(self._key(of_person), company, person, self._suppressed())

    def _key(self, of_person: bool) -> str:
        if stated := self.one(Field.RECORD_ID):
            return f"id:{stated}"
        company = "|".join(self.company.first(each) or "" for each in ("name", "domain"))
        if of_person:
            return self.person.first("email", "social_url") or f"{self.person.first('full_name')}|{company}"
        return self.company.first("vat_id") or f"{company}|{self.one(Field.POSTAL_CODE, Field.POSTAL_CITY, Field.CITY)}"

    def _suppressed(self) -> tuple[tuple[str, str], ...]:
        reasons = [
            reason
            for of_field, reason in ((Field.OPTED_OUT, "unsubscribed"), (Field.CUSTOMER, "existing_customer"))
            if cells.is_yes(self.one(of_field))
        ]
        if not reasons:
            return ()
        addresses = [*self.person.values.get("email", ()), *self.company.values.get("email", ())]
        return tuple((address, reasons[0]) for address in addresses)


def _tuples(kind: Callable[[str], _Attribute], draft: Draft) -> dict[_Attribute, tuple[Value, ...]]:
    return {kind(name): tuple(each.values()) for name, each in draft.values.items()}


def _no_identity(kind: str) -> Fault:
    wanted = (
        "a name, a website, a VAT id or an e-mail address"
        if kind == "company"
        else ("an e-mail address or a profile, or a company with its name or website")
    )
    return Fault("no_identity", f"The row says nothing to know the {kind} by: fill in {wanted}.")
