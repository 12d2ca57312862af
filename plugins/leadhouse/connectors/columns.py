"""What each column holds: by its name, in five languages and as the usual systems export it, else by its content."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from leadhouse.connectors import cells

Kind = Literal["company", "person"]


class Field(StrEnum):
    """What a column holds; the names of columns.toml. ``company_*`` is said outright, the rest follows the kind."""

    COMPANY_NAME = "company_name"
    LEGAL_NAME = "legal_name"
    DOMAIN = "domain"
    WEBSITE = "website"
    COMPANY_PHONE = "company_phone"
    COMPANY_EMAIL = "company_email"
    COMPANY_SOCIAL = "company_social"
    COMPANY_ADDRESS = "company_address"
    COMPANY_STREET = "company_street"
    COMPANY_POSTAL_CODE = "company_postal_code"
    COMPANY_CITY = "company_city"
    COMPANY_REGION = "company_region"
    COMPANY_COUNTRY = "company_country"
    VAT_ID = "vat_id"
    REGISTER_ID = "register_id"
    EMPLOYEES = "employees"
    TECHNOLOGIES = "technologies"
    NAME = "name"  # of whom the file lists
    FULL_NAME = "full_name"
    CONTACT_NAME = "contact_name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    GIVEN_OR_NAME = "given_or_name"  # a given name beside a family name, else a name
    FAMILY_OR_NAME = "family_or_name"
    MIDDLE_NAME = "middle_name"
    TITLE = "title"
    EMAIL = "email"
    OTHER_EMAIL = "other_email"
    PHONE = "phone"
    PERSON_PHONE = "person_phone"
    PERSON_SOCIAL = "person_social"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    POSTAL_CODE = "postal_code"
    CITY = "city"
    POSTAL_CITY = "postal_city"
    REGION = "region"
    COUNTRY = "country"
    CUSTOMER = "customer"
    OPTED_OUT = "opted_out"
    LEGAL_BASIS = "legal_basis"
    RECORD_ID = "record_id"


PERSON_FIELDS = frozenset({Field.FULL_NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.TITLE, Field.PERSON_SOCIAL})
NAMING_FIELDS = frozenset({Field.COMPANY_NAME, Field.LEGAL_NAME, Field.DOMAIN, Field.WEBSITE, Field.VAT_ID})
REACHING_FIELDS = frozenset({Field.EMAIL, Field.COMPANY_EMAIL, Field.PERSON_SOCIAL})
LONGEST_NAME = 80
_SHARE = 0.8  # of a column's texts that must look alike to tell what it holds
_MAIL = re.compile(r"\b(?:e ?mails?|courriel|correo)\b")
_PHONE = re.compile(r"\b(?:phone|telephone|telefon(?:nummer)?|telefono|mobile|handy)\b")
# An address in such a column is somebody else's, or a fact about the address.
_NOT_THE_CONTACTS = re.compile(
    r"owner|besitzer|zustandig|propriet|created|erstellt|status|confidence|sent|open|bounce|click|date|datum|type|typ\b"
    r"|domain|opt|valid|verif|source|count|template|subject|betreff|betreuer|responsible|associated|fax|for emails"
)


def normalise(name: str) -> str:
    """Lower case, base letters, words with one blank between: ``E-Mail *`` gives ``e mail``."""
    text = name.strip().casefold().translate(_SPELLED)
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", text))


_SPELLED = str.maketrans({"ß": "ss", "_": " ", "°": ""})


@cache
def _field_by_name() -> dict[str, Field]:
    vocabulary = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {normalise(name).replace(" ", ""): Field(field) for field, names in vocabulary.items() for name in names}


def field_of(name: str) -> Field | None:
    """The field that a column name stands for."""
    if len(name) > LONGEST_NAME:
        return None
    words = re.sub(r" \d$", "", normalise(name)) if name.endswith(")") else normalise(name)
    known = _field_by_name().get(words.replace(" ", ""))
    if known or not words or _NOT_THE_CONTACTS.search(words):
        return known
    if _MAIL.search(words):
        return Field.OTHER_EMAIL
    return Field.PERSON_PHONE if _PHONE.search(words) else None


def recognised(names: Iterable[str]) -> int:
    """How many different fields the cells name: what tells a header row."""
    return len({field for name in names if (field := field_of(name))})


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Column by column the field, or None for one that is kept as a custom field."""

    header: tuple[str, ...]
    fields: tuple[Field | None, ...]
    kind: Kind

    @property
    def names_anybody(self) -> bool:
        """Whether some column can tell who a row is about."""
        names = {Field.FULL_NAME, Field.LAST_NAME}
        return bool(set(self.fields) & (NAMING_FIELDS | REACHING_FIELDS | names))


def map_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    kind: Kind | None,
    overrides: Mapping[str, str | None] | None = None,
) -> ColumnMap:
    """The field of every column, and what the file lists.

    Args:
        sample: some rows, for the columns that only their content tells.
        kind: what the caller says that the file lists; None: the columns tell.
        overrides: column name to a field's value, or None to keep the column as a custom field.

    Raises:
        ValueError: an override names a column or a field that does not exist.
    """
    stated = _check(header, overrides or {})
    columns = [[row[i].strip() for row in sample if i < len(row) and row[i].strip()] for i in range(len(header))]
    fields = [field_of(name) for name in header]
    fields = [_by_content(field, texts) for field, texts in zip(fields, columns, strict=True)]
    for i, field in enumerate(fields):
        if field is None and not _NOT_THE_CONTACTS.search(normalise(header[i])):
            fields[i] = _sniffed(columns[i], {each for each in fields if each}, header[i])
    fields = [stated.get(name, field) for name, field in zip(header, fields, strict=True)]
    found = kind or _kind(set(fields))
    return ColumnMap(tuple(header), tuple(_settled(fields, found)), found)


def _check(header: Sequence[str], overrides: Mapping[str, str | None]) -> dict[str, Field | None]:
    unknown = [name for name in overrides if name not in header]
    if unknown:
        raise ValueError(f"The file has no column {', '.join(unknown)}. It has: {', '.join(header)}.")
    wrong = [field for field in overrides.values() if field is not None and field not in set(Field)]
    if wrong:
        raise ValueError(f"There is no field {', '.join(wrong)}. There are: {', '.join(Field)}.")
    return {name: Field(field) if field is not None else None for name, field in overrides.items()}


def _by_content(field: Field | None, texts: Sequence[str]) -> Field | None:
    """*Kunde* is a yes or no, or the customer's name; a *LinkedIn* column may hold the company's page."""
    if field in {Field.CUSTOMER, Field.OPTED_OUT} and texts and not _mostly(texts, cells.is_yes_or_no):
        return Field.COMPANY_NAME if field is Field.CUSTOMER else None
    if field is Field.PERSON_SOCIAL and texts and _mostly(texts, cells.is_company_profile):
        return Field.COMPANY_SOCIAL
    return field


def _sniffed(texts: Sequence[str], taken: set[Field], name: str) -> Field | None:
    """What an unknown column holds; nothing that another column tells by its name."""
    if len(texts) < 1:
        return None
    unnamed = name.startswith("column ")
    tests: tuple[tuple[Field, Callable[[str], bool]], ...] = (
        (Field.EMAIL, cells.is_email),
        (Field.PERSON_SOCIAL, cells.is_person_profile),
        (Field.WEBSITE, cells.is_website),
        (Field.PHONE, cells.is_phone),
        (Field.COMPANY_NAME, cells.has_legal_form),
        (Field.COUNTRY, cells.is_country),
        (Field.POSTAL_CITY, cells.is_postal_city),
        (Field.FULL_NAME, cells.is_person),
    )
    for field, test in tests if unnamed else tests[:2]:
        share = 0.5 if field in {Field.COMPANY_NAME, Field.FULL_NAME} else _SHARE
        if field not in taken and _mostly(texts, test, share):
            return field
    return None


def _mostly(texts: Sequence[str], test: Callable[[str], bool], share: float = _SHARE) -> bool:
    return bool(texts) and sum(map(test, texts)) >= share * len(texts)


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
    return [meaning.get(field, field) if field else None for field in fields]
