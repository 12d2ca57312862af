"""What a column's name says that it holds: the names of columns.toml, with or without whose column it is."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path


class Field(StrEnum):
    """What a column holds; the names of columns.toml. ``company_*`` is said outright, the rest follows the kind."""

    COMPANY_NAME = "company_name"
    LEGAL_NAME = "legal_name"
    DOMAIN = "domain"
    WEBSITE = "website"
    COMPANY_PHONE = "company_phone"
    COMPANY_EMAIL = "company_email"
    COMPANY_SOCIAL = "company_social"
    ADDRESS = "address"  # whole, or the street where other columns hold the place
    COMPANY_ADDRESS = "company_address"
    COMPANY_STREET = "company_street"
    COMPANY_POSTAL_CODE = "company_postal_code"
    COMPANY_CITY = "company_city"
    COMPANY_REGION = "company_region"
    COMPANY_COUNTRY = "company_country"
    COMPANY_ID = "company_id"
    VAT_ID = "vat_id"
    REGISTER_ID = "register_id"
    EMPLOYEES = "employees"
    TECHNOLOGIES = "technologies"
    REVENUE = "revenue"
    FAX = "fax"
    NAME = "name"  # of whom the file lists
    FULL_NAME = "full_name"
    CONTACT_NAME = "contact_name"
    CONTACTS = "contacts"  # several people with their addresses in one cell
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    SECOND_LAST_NAME = "second_last_name"
    GIVEN_OR_NAME = "given_or_name"  # a given name beside a family name, else a name
    FAMILY_OR_NAME = "family_or_name"
    MIDDLE_NAME = "middle_name"
    SALUTATION = "salutation"
    TITLE = "title"
    EMAIL = "email"
    OTHER_EMAIL = "other_email"
    PHONE = "phone"
    PERSON_PHONE = "person_phone"
    DIALLING_CODE = "dialling_code"  # of the country: 49
    AREA_CODE = "area_code"
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


LONGEST_NAME = 80
# the attributes of records, for those who know these names
ATTRIBUTES = {
    "fax_e164": Field.FAX, "phone_e164": Field.PHONE, "social_url": Field.PERSON_SOCIAL,
    "employee_band": Field.EMPLOYEES, "technology": Field.TECHNOLOGIES, "country_code": Field.COUNTRY,
    "company_domain": Field.DOMAIN, "annual_revenue": Field.REVENUE,
}  # fmt: skip
_MAIL = re.compile(r"\b(?:e ?mails?|mailadressen?|courriel|correo|e ?post|sahkoposti)\b")
_PHONE = re.compile(
    r"\b(?:phones?|telephones?|telefon(?:nummer|szam)?|telefono|telefone|telefoon|puhelin|mobile|mobiel|handy"
    r"|tel|tfno|tlf|cell|gsm)\b"
)
# An address in such a column is somebody else's, or a fact about the address.
NOT_THE_CONTACTS = re.compile(
    r"owner|besitzer|zustandig|propriet|created|erstellt|status|confidence|sent|open|bounce|click|date|datum|type|typ\b"
    r"|domain|opt|valid|verif|source|count|template|subject|betreff|betreuer|responsible|associated|fax|for emails"
    r"|label|display|assistant|assistent|spouse|emergency|manager|vorgesetzt|score|extension|preferred|modified|photo"
    r"|image|logo|avatar|notes?\b|notiz|bemerkung|comment|angezeigt|nom complet"
)
_WORK = re.compile(
    r"\b(?:gesch|geschaftlich|dienstlich|dienstl|beruflich|work|business|office|pro|professionnel(?:le)?|zakelijk"
    r"|lavoro|ufficio|uff|bureau|oficina|trabajo|empresa|trabalho|sluzbowy|firmowy|arbete|arbeid)\b"
)
_PRIVATE = re.compile(r"\b(?:priv|privat|private|prive|privato|particular|domicile|casa|prywatny)\b")
_COMPANYS = "account|organization|organisation|company|firma|firmen|unternehmens?|entreprise|societe|empresa|azienda"
_PERSONS = "person|contact|lead|people|kontakt|ansprechpartner|primary contact|decision maker|contacto|contatto"
_GROUP = re.compile(
    rf"(?:{_COMPANYS}|{_PERSONS}|bedrijf|kontakte|contacts|personen|kunde|adresse?|address|privat|private|geschaftlich"
    r"|business|work|home|kontaktdaten|firmendaten|company details|contact details)"
)
_OWNED = re.compile(rf"(?:(?P<company>(?:{_COMPANYS}|bedrijf|billing account))|(?:{_PERSONS}|contactpersoon)) (.+)")
# a second address (shipping, home, other) is not the one that counts
_ADDRESS = re.compile(
    r"(?:(?:primary|main|default|mailing|billing|business|work|office|postal|registered|visiting|hq|head office"
    r"|headquarters?|rechnungs|besuchs|haupt|firmen|geschafts)\W?){0,2}\s*(?:address|adresse|addr|anschrift|direccion|indirizzo|adres)?"
    r" ?(?:line )?(.+)"
)
_OF_PLACE = frozenset({Field.STREET, Field.HOUSE_NUMBER, Field.POSTAL_CODE, Field.CITY, Field.REGION, Field.COUNTRY})
_FIELD_OF_COMPANY = {
    Field.NAME: Field.COMPANY_NAME, Field.PHONE: Field.COMPANY_PHONE, Field.PERSON_PHONE: Field.COMPANY_PHONE,
    Field.EMAIL: Field.COMPANY_EMAIL, Field.STREET: Field.COMPANY_STREET, Field.CITY: Field.COMPANY_CITY,
    Field.POSTAL_CODE: Field.COMPANY_POSTAL_CODE, Field.REGION: Field.COMPANY_REGION,
    Field.COUNTRY: Field.COMPANY_COUNTRY, Field.ADDRESS: Field.COMPANY_ADDRESS,
    Field.PERSON_SOCIAL: Field.COMPANY_SOCIAL, Field.RECORD_ID: Field.COMPANY_ID,
} | {
    each: each
    for each in (Field.COMPANY_PHONE, Field.COMPANY_SOCIAL, Field.WEBSITE, Field.DOMAIN, Field.EMPLOYEES, Field.REVENUE,
                 Field.FAX, Field.VAT_ID, Field.REGISTER_ID, Field.LEGAL_NAME, Field.TECHNOLOGIES)
}  # fmt: skip
_FIELD_OF_PERSON = {
    Field.NAME: Field.FULL_NAME, Field.GIVEN_OR_NAME: Field.FIRST_NAME, Field.FAMILY_OR_NAME: Field.LAST_NAME,
} | {
    each: each
    for each in (Field.FIRST_NAME, Field.LAST_NAME, Field.MIDDLE_NAME, Field.FULL_NAME, Field.TITLE, Field.EMAIL,
                 Field.OTHER_EMAIL, Field.PHONE, Field.PERSON_PHONE, Field.PERSON_SOCIAL, Field.SALUTATION,
                 Field.RECORD_ID, Field.COMPANY_NAME, Field.CITY, Field.COUNTRY, Field.FAX)
}  # fmt: skip


def normalise(name: str) -> str:
    """Lower case, base letters, words with one blank between: ``E-Mail *`` gives ``e mail``."""
    text = name.strip().casefold().translate(_SPELLED)
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", text))


_SPELLED = str.maketrans({"ß": "ss", "_": " ", "°": "", "ł": "l", "ø": "o", "æ": "ae", "đ": "d", "ı": "i", "º": ""})


@cache
def _field_by_name() -> dict[str, Field]:
    vocabulary = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
    return {normalise(name).replace(" ", ""): Field(field) for field, names in vocabulary.items() for name in names}


@lru_cache(maxsize=4096)
def field_of(name: str) -> Field | None:
    """The field that a column name stands for."""
    if len(name) > LONGEST_NAME:
        return None
    words = re.sub(r" \d$", "", normalise(name)) if name.endswith(")") else normalise(name)
    known = _field_by_name().get(words.replace(" ", "")) or _owned(words) or _at_work(words) or _of_address(words)
    known = known or _with_unit(name) or _numbered_phone(words)
    if known or not words or NOT_THE_CONTACTS.search(words):
        return known
    is_companys = (match := _OWNED.fullmatch(words)) is not None and match["company"] is not None
    if _MAIL.search(words):
        return Field.COMPANY_EMAIL if is_companys else Field.OTHER_EMAIL
    if _PHONE.search(words) and not _PRIVATE.search(words):
        return Field.COMPANY_PHONE if is_companys else Field.PERSON_PHONE
    return None


def _owned(words: str) -> Field | None:
    """``organization city``, ``contact first name``: a known name behind whose it is."""
    match = _OWNED.fullmatch(words)
    base = _field_by_name().get(match[2].replace(" ", "")) if match else None
    if match is None or base is None:
        return None
    return (_FIELD_OF_COMPANY if match["company"] else _FIELD_OF_PERSON).get(base)


def is_group(text: str) -> bool:
    """Whether a text says whose the columns below it are: ``Company``, ``Kontakt``, ``privat``."""
    return 0 < len(text) < LONGEST_NAME and _GROUP.fullmatch(normalise(text)) is not None


def _of_address(words: str) -> Field | None:
    """``primary address street``, ``billing city``, ``address country code``: a part of the one address that counts."""
    match = _ADDRESS.fullmatch(words)
    found = _field_by_name().get(match[1].replace(" ", "")) if match else None
    return found if found in _OF_PLACE else None


def _at_work(words: str) -> Field | None:
    """``Tel. gesch.``, ``Mobil (geschäftlich)``: a known name beside a word that says nothing new."""
    base = _WORK.sub("", words).strip()
    return _field_by_name().get(base.replace(" ", "")) if base and base != words else None


def _numbered_phone(words: str) -> Field | None:
    """``Teléfono 2``: one more of the same."""
    found = _field_by_name().get(words[:-1].replace(" ", "")) if words[-1:].isdigit() else None
    return found if found in {Field.PHONE, Field.PERSON_PHONE, Field.COMPANY_PHONE, Field.FAX} else None


def _with_unit(name: str) -> Field | None:
    """``Umsatz 2025 (Mio. €)``, ``Turnover in EUR``: a figure's name before its year and unit."""
    base = normalise(re.sub(r"\s*(?:\b(?:19|20)\d\d\b|[(\[].*|\b(?:in|en|w)\b.*)", "", name, flags=re.I))
    found = _field_by_name().get(base.replace(" ", ""))
    return found if found in {Field.REVENUE, Field.EMPLOYEES} else None


def recognised(names: Iterable[str]) -> int:
    """How many different fields the cells name: what tells a header row."""
    return len({field for name in names if (field := field_of(name))})


def stated_field(text: str) -> Field | None:
    """A field by its own name, an attribute's, or None for ``custom``: the column is kept as it is.

    Raises:
        ValueError: there is no such field; the message names them all.
    """
    plain = text.strip().lower()
    if plain in {"", "custom", "custom_field", "keep"}:
        return None
    if plain in ATTRIBUTES:
        return ATTRIBUTES[plain]
    try:
        return Field(plain)
    except ValueError:
        raise ValueError(f"There is no field {text}. There are: {', '.join(Field)}, custom.") from None
