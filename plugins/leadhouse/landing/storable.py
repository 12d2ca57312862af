"""What Postgres can hold: no NUL character, no lone surrogate. Records that break the waist's rules, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from leadhouse.records import CompanyRecord, Extraction, PersonRecord, Value

Record = CompanyRecord | PersonRecord


@dataclass(frozen=True)
class Fault:
    """A record that cannot land: a short code and what to do."""

    record: Record
    reason: str
    detail: str


def clean_text(text: str) -> str:
    """The text with U+FFFD in place of what Postgres refuses."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def clean_json(value: Any) -> Any:
    """The same for every string of a JSON value, keys included."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(each) for each in value]
    return value


def is_storable(text: str) -> bool:
    """Whether Postgres takes the text as it is."""
    if text.isascii():
        return "\x00" not in text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def split_faults(extraction: Extraction) -> tuple[Extraction, list[Fault]]:
    """The extraction without the records that cannot land, and those with the reason."""
    companies, faults = _keep(extraction.companies, frozenset())
    known = frozenset(record.record_key for record in companies)
    persons, more = _keep(extraction.persons, known)
    faults += more
    if not faults:
        return extraction, []
    return extraction.model_copy(update={"companies": tuple(companies), "persons": tuple(persons)}), faults


def _keep(records: Iterable[Record], companies: frozenset[str]) -> tuple[list[Any], list[Fault]]:
    kept: list[Record] = []
    faults: list[Fault] = []
    keys: set[str] = set()
    for record in records:
        fault = _fault(record, keys, companies)
        if fault is None:
            keys.add(record.record_key)
            kept.append(record)
        else:
            faults.append(fault)
    return kept, faults


def _fault(record: Record, taken: set[str], companies: frozenset[str]) -> Fault | None:
    if record.record_key in taken:
        detail = f"The record key {record.record_key!r} stands twice in one extraction; only the first one landed."
        return Fault(record, "duplicate_record_key", clean_text(detail))
    if isinstance(record, PersonRecord) and record.company_key is not None and record.company_key not in companies:
        detail = f"The person names the company record {record.company_key!r}, which its extraction does not hold."
        return Fault(record, "unknown_company_key", clean_text(detail))
    if not all(map(is_storable, _texts(record))):
        detail = "The text holds a NUL character or half of a surrogate pair: the source was decoded wrongly."
        return Fault(record, "unstorable_text", detail)
    return None


def _texts(record: Record) -> Iterator[str]:
    yield record.record_key
    for pair in record.custom_fields.items():
        yield from pair
    values: Iterable[tuple[Value, ...]] = record.values.values()
    for candidates in values:
        for each in candidates:
            yield each.value
            yield from (text for text in (each.raw, each.locator) if text is not None)
            if each.parts is not None:
                yield from (text for text in each.parts.model_dump().values() if text is not None)
