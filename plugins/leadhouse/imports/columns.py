"""What each column holds: as a person said it, now or of the same header before, by its name, else by its content."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from leadhouse.imports import cells
from leadhouse.imports.column_names import NOT_THE_CONTACTS, Field, field_of, normalise, recognised, stated_field

Kind = Literal["company", "person"]
__all__ = ["ColumnMap", "ColumnReason", "Field", "Kind", "field_of", "map_columns", "normalise", "recognised"]

PERSON_FIELDS = frozenset({Field.FULL_NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.TITLE, Field.PERSON_SOCIAL})
NAMING_FIELDS = frozenset({Field.COMPANY_NAME, Field.LEGAL_NAME, Field.DOMAIN, Field.WEBSITE, Field.VAT_ID})
REACHING_FIELDS = frozenset({Field.EMAIL, Field.COMPANY_EMAIL, Field.PERSON_SOCIAL})
_NAMES = frozenset(
    {Field.NAME, Field.FULL_NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.GIVEN_OR_NAME, Field.FAMILY_OR_NAME,
     Field.CONTACT_NAME, Field.COMPANY_NAME, Field.LEGAL_NAME}
)  # fmt: skip
_OF_ENTRIES = frozenset({Field.ADDRESS, Field.WEBSITE, Field.DOMAIN, Field.STREET, Field.CITY})
_SHARE = 0.8  # of a column's texts that must look alike to tell what it holds
_FEW = 3  # texts below which a column that has a name is not judged by its content
_Test = Callable[[str], bool]

# what a column without a name may hold, in this order: field, test, share of its texts
_UNNAMED: tuple[tuple[Field, _Test, float], ...] = (
    (Field.EMAIL, cells.is_email, _SHARE),
    (Field.PERSON_SOCIAL, cells.is_person_profile, _SHARE),
    (Field.WEBSITE, cells.is_website, _SHARE),
    (Field.PHONE, cells.is_phone, _SHARE),
    (Field.COMPANY_NAME, cells.has_legal_form, 0.5),
    (Field.COUNTRY, cells.is_country, _SHARE),
    (Field.POSTAL_CITY, cells.is_postal_city, _SHARE),
    (Field.FULL_NAME, cells.is_person, 0.5),
)
# one whose name says nothing, so it may be in a language that is not known: what cannot be mistaken; field, test,
# share, and the fields whose column elsewhere speaks against it
_STRANGE: tuple[tuple[Field, _Test, float, frozenset[Field]], ...] = (
    (Field.EMAIL, cells.is_email, _SHARE, frozenset()),
    (Field.PERSON_SOCIAL, cells.is_person_profile, _SHARE, frozenset()),
    (Field.WEBSITE, cells.is_home_page, 0.9, frozenset({Field.DOMAIN})),
    (Field.PHONE, cells.is_international_phone, 0.9, frozenset({Field.PERSON_PHONE, Field.COMPANY_PHONE, Field.FAX})),
    (Field.COMPANY_NAME, cells.has_legal_form, 0.5, _NAMES),
    (Field.FULL_NAME, cells.is_person, 0.7, _NAMES),
    (Field.COUNTRY, cells.is_country, 0.9, frozenset({Field.COMPANY_COUNTRY})),
    (Field.POSTAL_CITY, cells.is_postal_city, 0.9, frozenset({Field.POSTAL_CODE, Field.CITY})),
)
_LOOKS: dict[Field, _Test] = {
    Field.EMAIL: cells.is_email,
    Field.WEBSITE: cells.is_website,
    Field.PHONE: cells.is_phone,
    Field.PERSON_PHONE: cells.is_phone,
    Field.COMPANY_PHONE: cells.is_phone,
    Field.COUNTRY: cells.is_country,
    Field.EMPLOYEES: lambda text: cells.employee_band(text) is not None,
}


@dataclass(frozen=True, slots=True)
class ColumnReason:
    """Why a column is read as it is: ``stated``, ``remembered``, ``name``, ``content`` or ``kept``; 0..1 how sure."""

    why: Literal["stated", "remembered", "name", "content", "kept"]
    confidence: float


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Column by column the field, or None for one that is kept as a custom field, and why."""

    header: tuple[str, ...]
    fields: tuple[Field | None, ...]
    kind: Kind
    reasons: tuple[ColumnReason, ...] = ()

    @property
    def names_anybody(self) -> bool:
        """Whether some column can tell who a row is about."""
        known = {each for each in self.fields if each}
        return bool(known & (PERSON_FIELDS | NAMING_FIELDS | REACHING_FIELDS))


def map_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    kind: Kind | None,
    overrides: Mapping[str, str | None] | None = None,
    remembered: Mapping[str, str | None] | None = None,
) -> ColumnMap:
    """The field of every column, and what the file lists.

    Args:
        sample: some rows, for the columns that only their content tells.
        kind: what the caller says that the file lists; None: the columns tell.
        overrides: column name to a field's value, or None to keep the column as a custom field.
        remembered: the same, as a person said it of such a header before; what does not fit any more is let go.

    Raises:
        ValueError: an override names a column or a field that does not exist.
    """
    stated, known = _check(header, overrides or {}), _still_fitting(header, remembered or {})
    columns = [[text for row in sample if i < len(row) and (text := cells.clean(row[i]))] for i in range(len(header))]
    found = [_read(name, texts) for name, texts in zip(header, columns, strict=True)]
    for i, (field, _) in enumerate(found):
        if field is None and header[i] not in known and header[i] not in stated:
            others = {each for each, _ in found if each}
            found[i] = _sniffed(columns[i], others, header[i])
    for said, reason in ((known, _REMEMBERED), (stated, _STATED)):
        found = [(said[name], reason) if name in said else each for name, each in zip(header, found, strict=True)]
    fields = _listed_titles([field for field, _ in found])
    lists = kind or _kind(set(fields))
    return ColumnMap(tuple(header), tuple(_settled(fields, lists)), lists, tuple(reason for _, reason in found))


def _check(header: Sequence[str], overrides: Mapping[str, str | None]) -> dict[str, Field | None]:
    unknown = [name for name in overrides if name not in header]
    if unknown:
        raise ValueError(f"The file has no column {', '.join(unknown)}. It has: {', '.join(header)}.")
    return {name: stated_field(field or "") for name, field in overrides.items()}


def _still_fitting(header: Sequence[str], remembered: Mapping[str, str | None]) -> dict[str, Field | None]:
    fields = set(Field)
    return {
        name: Field(field) if field is not None else None
        for name, field in remembered.items()
        if name in header and (field is None or field in fields)
    }


_Found = tuple[Field | None, ColumnReason]
_KEPT = ColumnReason("kept", 1.0)
_REMEMBERED, _STATED = ColumnReason("remembered", 1.0), ColumnReason("stated", 1.0)


def _read(name: str, texts: Sequence[str]) -> _Found:
    """By the name, and by the content where the name has two meanings."""
    field = field_of(name)
    if field is None:
        return None, _KEPT
    meant = _by_content(field, texts)
    if meant is not field:
        return meant, ColumnReason("content" if meant else "kept", 0.9)
    looks = _LOOKS.get(field)
    fits = not texts or looks is None or _share(texts, looks) >= 0.5
    return field, ColumnReason("name", 0.95 if fits else 0.6)


def _by_content(field: Field, texts: Sequence[str]) -> Field | None:
    """*Kunde* is a yes or no, or the customer's name; a *LinkedIn* or *URL* column may hold either's page."""
    if not texts:
        return field
    if field in {Field.CUSTOMER, Field.OPTED_OUT} and not _mostly(texts, cells.is_yes_or_no):
        return Field.COMPANY_NAME if field is Field.CUSTOMER else None
    if field in {Field.PERSON_SOCIAL, Field.WEBSITE}:
        if _mostly(texts, cells.is_company_profile):
            return Field.COMPANY_SOCIAL
        return Field.PERSON_SOCIAL if _mostly(texts, cells.is_person_profile) else field
    if field is Field.TITLE and _mostly(texts, cells.is_salutation):
        return Field.SALUTATION
    if field is Field.REVENUE and not any(any(map(str.isdigit, text)) for text in texts):
        return None  # Sales: a year's, or a department
    if field in {Field.FULL_NAME, Field.CONTACT_NAME} and _mostly(texts, cells.is_contact_list):
        return Field.CONTACTS
    if field is Field.POSTAL_CODE and _mostly(texts, lambda text: len(cells.postal_city(text)[1] or "") > 3, 0.9):
        return Field.POSTAL_CITY if any(map(cells.is_postal_city, texts)) else field
    if field is Field.COUNTRY and _mostly(texts, _is_dialling_code):
        return Field.DIALLING_CODE
    if len(texts) >= _FEW and field is Field.COUNTRY and not any(map(cells.is_country, texts)):
        return None  # Stato: the country, or a status; Kraj: the country, or a region
    return field


def _is_dialling_code(text: str) -> bool:
    """``49``, ``+351``; three digits alone may be a country of ISO 3166-1 as well."""
    return re.fullmatch(r"(?:\+|00)[1-9]\d{0,2}|[1-9]\d?", text) is not None


def _sniffed(texts: Sequence[str], taken: set[Field], name: str) -> _Found:
    """What an unknown column holds; nothing that another column tells by its name."""
    if name.startswith("column "):
        for field, test, share in _UNNAMED:
            if field not in taken and _mostly(texts, test, share):
                return field, ColumnReason("content", round(0.9 * _share(texts, test), 2))
        return None, _KEPT
    if NOT_THE_CONTACTS.search(normalise(name)):
        return None, _KEPT
    for field, test, share, against in _STRANGE:
        enough = len(texts) >= _FEW or field in {Field.EMAIL, Field.PERSON_SOCIAL}
        if enough and field not in taken and not taken & against and _mostly(texts, test, share):
            return field, ColumnReason("content", round(0.8 * _share(texts, test), 2))
    return None, _KEPT


def _mostly(texts: Sequence[str], test: _Test, share: float = _SHARE) -> bool:
    return bool(texts) and _share(texts, test) >= share


def _share(texts: Sequence[str], test: _Test) -> float:
    return sum(map(test, texts)) / len(texts) if texts else 0.0


def _listed_titles(fields: list[Field | None]) -> list[Field | None]:
    """A *Title* beside a place and no name of anybody is that of an entry: the listed company's name."""
    known = {each for each in fields if each}
    is_entry = Field.TITLE in known and not known & (_NAMES | REACHING_FIELDS) and known & _OF_ENTRIES
    return [Field.COMPANY_NAME if is_entry and field is Field.TITLE else field for field in fields]


def _kind(fields: set[Field | None]) -> Kind:
    is_named = Field.COMPANY_NAME in fields or Field.LEGAL_NAME in fields
    names_people = bool(fields & PERSON_FIELDS) or bool(
        fields & {Field.GIVEN_OR_NAME, Field.FAMILY_OR_NAME} and is_named
    )
    if names_people or (Field.NAME in fields and is_named):
        return "person"
    return "company" if fields & (NAMING_FIELDS | {Field.NAME, Field.GIVEN_OR_NAME, Field.FAMILY_OR_NAME}) else "person"


def _settled(fields: Sequence[Field | None], kind: Kind) -> list[Field | None]:
    """The columns whose meaning hangs on the others and on what the file lists."""
    known = set(fields)
    has_company = bool(known & {Field.COMPANY_NAME, Field.LEGAL_NAME})
    of_listed = Field.COMPANY_NAME if kind == "company" and not has_company else Field.FULL_NAME
    meaning: dict[Field, Field] = {Field.NAME: of_listed}
    if Field.FIRST_NAME in known and Field.LAST_NAME not in known:
        meaning[Field.NAME] = meaning[Field.FAMILY_OR_NAME] = Field.LAST_NAME
    else:
        meaning[Field.FAMILY_OR_NAME] = Field.LAST_NAME if Field.FIRST_NAME in known else of_listed
    meaning[Field.GIVEN_OR_NAME] = Field.FIRST_NAME if Field.LAST_NAME in known else of_listed
    meaning[Field.CONTACT_NAME] = Field.FULL_NAME
    if kind == "company" and Field.RECORD_ID not in known:
        meaning[Field.COMPANY_ID] = Field.RECORD_ID
    return [meaning.get(field, field) if field else None for field in fields]
