"""JSON to records by data: which path of an item states which attribute.

A path is JSONPath (RFC 9535 as far as jsonpath-ng reads it): ``name``, ``organization.primary_domain``,
``emails[*].value``. A value is normalised like a cell of a file (`leadhouse.imports.cells`); what cannot be read as
its attribute is kept as a custom field, so that nothing of an answer is lost without a trace.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from jsonpath_ng import JSONPath
from jsonpath_ng.parser import parse
from pydantic import Field, field_validator

from leadhouse.connectors.api_connector import Shape
from leadhouse.extraction.contacts import phones
from leadhouse.imports import cells
from leadhouse.landing.storable import clean_text
from leadhouse.records import (
    AddressParts,
    CompanyAttribute,
    CompanyRecord,
    PersonAttribute,
    PersonRecord,
    Value,
)

Paths = tuple[str, ...]
PARTS = ("street", "house_number", "postal_code", "city", "region", "country_code")
LONGEST_VALUE = 4096
LONGEST_PATH = 300
_COMPANY = {each.value for each in CompanyAttribute} - {"address"}
_PERSON = {each.value for each in PersonAttribute}
# by any of these a record is known again; a title or a country alone is about nobody
_KNOWN_BY = {
    "company": ("domain", "name", "legal_name", "vat_id", "register_id", "email", "social_url"),
    "person": ("full_name", "email", "social_url"),
}


class RecordMap(Shape):
    """Where the attributes of one record stand in an item.

    `values`: attribute → paths; `address`: part → path (companies alone); `custom`: name → path.
    `first_name` and `last_name` make a person's full name where no path of `full_name` gives one.
    """

    values: dict[str, Paths] = Field(default_factory=dict)
    address: dict[str, str] = Field(default_factory=dict)
    custom: dict[str, str] = Field(default_factory=dict)
    first_name: str | None = None
    last_name: str | None = None

    @field_validator("values", mode="before")
    @classmethod
    def _one_or_many(cls, stated: Any) -> Any:
        if not isinstance(stated, Mapping):
            return stated
        return {name: (paths,) if isinstance(paths, str) else paths for name, paths in stated.items()}

    @field_validator("values")
    @classmethod
    def _can_be_read(cls, stated: dict[str, Paths]) -> dict[str, Paths]:
        for path in (path for paths in stated.values() for path in paths):
            compiled(path)
        return stated

    @field_validator("address")
    @classmethod
    def _has_parts(cls, stated: dict[str, str]) -> dict[str, str]:
        if wrong := stated.keys() - set(PARTS):
            raise ValueError(f"an address has {', '.join(PARTS)}, not {', '.join(sorted(wrong))}")
        for path in stated.values():
            compiled(path)
        return stated


class ItemMap(Shape):
    """What an item states: a company, a person, or a person with the company. `key` is what it is known by there."""

    key: Paths
    company: RecordMap | None = None
    person: RecordMap | None = None

    @field_validator("key", mode="before")
    @classmethod
    def _one_or_many(cls, stated: Any) -> Any:
        return (stated,) if isinstance(stated, str) else stated

    @field_validator("company")
    @classmethod
    def _of_companies(cls, stated: RecordMap | None) -> RecordMap | None:
        return _with_attributes(stated, _COMPANY)

    @field_validator("person")
    @classmethod
    def _of_persons(cls, stated: RecordMap | None) -> RecordMap | None:
        return _with_attributes(stated, _PERSON)


def _with_attributes(stated: RecordMap | None, known: set[str]) -> RecordMap | None:
    if stated and (wrong := stated.values.keys() - known):
        raise ValueError(f"no attribute {', '.join(sorted(wrong))}; there are {', '.join(sorted(known))}")
    return stated


@lru_cache(maxsize=2_000)
def compiled(path: str) -> JSONPath:
    """A path, read once. Raises ValueError.

    Each ".." asks every node below every node: three of them take minutes for an answer of a few kilobytes.
    """
    if len(path) > LONGEST_PATH or path.count("..") > 1:
        raise ValueError(f"a JSON path has {LONGEST_PATH} characters and one '..' at most")
    try:
        return parse(path)
    except Exception as error:  # its lexer and parser raise bare exceptions
        raise ValueError(f"{path!r} is no JSON path: {error}") from error


def find(item: Any, path: str) -> list[Any]:
    """Everything that stands at the path, without null."""
    return [each.value for each in compiled(path).find(item) if each.value is not None]


def texts(item: Any, path: str) -> list[str]:
    """The same as text: numbers as they read, lists one by one, objects and truth values left out."""
    found: list[str] = []
    for value in find(item, path):
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str | int | float) and not isinstance(each, bool):
                text = " ".join(unicodedata.normalize("NFC", clean_text(str(each))).split())
                found += [text] if text else []
    return found


def read_item(
    item: Any, fields: ItemMap, confidence: float = 0.9, confidences: Mapping[str, float] | None = None
) -> tuple[CompanyRecord | None, PersonRecord | None]:
    """The records of an item, either None where it says nothing to know one by.

    `confidences` overrides by attribute (``email``) what is said of the person, or of a company without one.
    """
    company = person = None
    of_item = confidences or {}
    if fields.company:
        own = of_item if fields.person is None else {}
        values, custom = _values(item, fields.company, "company", confidence, own)
        if any(values.get(name) for name in _KNOWN_BY["company"]):
            company = CompanyRecord(
                record_key="company",
                values={CompanyAttribute(name): tuple(found.values()) for name, found in values.items()},
                custom_fields=custom,
            )
    if fields.person:
        values, custom = _values(item, fields.person, "person", confidence, of_item)
        if any(values.get(name) for name in _KNOWN_BY["person"]):
            _name_employer(values, company)
            person = PersonRecord(
                record_key="person",
                values={PersonAttribute(name): tuple(found.values()) for name, found in values.items()},
                company_key="company" if company else None,
                custom_fields=custom,
            )
    return company, person


Drafts = dict[str, dict[str, Value]]


def _values(
    item: Any, fields: RecordMap, kind: str, confidence: float, confidences: Mapping[str, float]
) -> tuple[Drafts, dict[str, str]]:
    drafts: Drafts = {}
    custom = {
        name[:200]: ", ".join(found)[:LONGEST_VALUE]
        for name, path in fields.custom.items()
        if (found := texts(item, path))
    }
    country = _country(item, fields)
    for name, paths in fields.values.items():
        for path in paths:
            for text in texts(item, path):
                read = [each for each in _read_as(name, text, country) if 0 < len(each.strip()) <= LONGEST_VALUE]
                for value in read:
                    stated = Value(
                        value=value, confidence=confidences.get(name, confidence), locator=path,
                        raw=text[:LONGEST_VALUE] if text != value else None,
                    )  # fmt: skip
                    drafts.setdefault(name, {}).setdefault(value, stated)
                if not read:
                    custom.setdefault(path, text[:LONGEST_VALUE])
    if kind == "person" and "full_name" not in drafts:
        _name_in_parts(item, fields, drafts, confidence)
    if fields.address and (address := _address(item, fields.address, country, confidence)):
        drafts["address"] = {address.value: address}
    return drafts, custom


def _country(item: Any, fields: RecordMap) -> str | None:
    paths = (*fields.values.get("country_code", ()), *filter(None, [fields.address.get("country_code")]))
    return next((found for path in paths for text in texts(item, path) if (found := cells.country(text))), None)


def _name_in_parts(item: Any, fields: RecordMap, drafts: Drafts, confidence: float) -> None:
    paths = [path for path in (fields.first_name, fields.last_name) if path]
    parts = [found[0] for path in paths if (found := texts(item, path))]
    if parts and len(parts) == len(paths):
        name = " ".join(parts)[:LONGEST_VALUE]
        drafts["full_name"] = {name: Value(value=name, confidence=confidence, locator=" + ".join(paths))}


def _address(item: Any, paths: Mapping[str, str], country: str | None, confidence: float) -> Value | None:
    found = {part: first[0][:LONGEST_VALUE] for part, path in paths.items() if (first := texts(item, path))}
    found.pop("country_code", None)
    town = " ".join(filter(None, (found.get("postal_code"), found.get("city"))))
    street = " ".join(filter(None, (found.get("street"), found.get("house_number"))))
    text = ", ".join(filter(None, (street, town)))[:LONGEST_VALUE]
    if not text:
        return None
    parts = AddressParts(**{**found, "street": street or None}, country_code=country)
    return Value(value=text, confidence=confidence, locator=" + ".join(paths.values()), parts=parts)


def _name_employer(values: Drafts, company: CompanyRecord | None) -> None:
    pairs = ((CompanyAttribute.NAME, "company_name"), (CompanyAttribute.DOMAIN, "company_domain"))
    for of_company, name in pairs:
        if company and name not in values and (found := company.values.get(of_company)):
            values[name] = {each.value: each for each in found}


def _read_as(name: str, text: str, country: str | None) -> list[str]:
    """The values that a text is of an attribute; none where it is none."""
    if name == "email":
        return list(cells.emails(text))
    if name == "technology":
        return [text[:LONGEST_VALUE]]
    reader = _READERS.get(name)
    if reader is None:
        return [text[:LONGEST_VALUE]] if cells.clean(text) else []
    found = reader(text, country)
    return [found] if found else []


_READERS: dict[str, Callable[[str, str | None], str | None]] = {
    "domain": lambda text, _: cells.domain(text),
    "company_domain": lambda text, _: cells.domain(text),
    "phone_e164": phones.to_e164,
    "fax_e164": phones.to_e164,
    "social_url": lambda text, _: cells.profile(text),
    "vat_id": cells.vat_id,
    "country_code": lambda text, _: cells.country(text),
    "employee_band": lambda text, _: cells.employee_band(text),
    "full_name": lambda text, _: cells.person_name(text) or None,
}


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def first_text(item: Any, paths: Iterable[str]) -> str | None:
    """The first text at any of the paths."""
    return next((found for path in paths for found in texts(item, path)), None)
