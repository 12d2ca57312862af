"""What Postgres can hold: no NUL character, no lone surrogate. What breaks the rules of records, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import PydanticSerializationError

from leadhouse.records import CompanyRecord, Extraction, PersonRecord, Value, record_hash

Record = CompanyRecord | PersonRecord


@dataclass(frozen=True)
class Fault:
    """A record that cannot land: a short code and what to do."""

    record: Record
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class StatedRecord:
    """A record that can land, its payload as canonical JSON, and its hash."""

    record: Record
    payload: bytes
    content_hash: str

    @property
    def record_key(self) -> str:
        """The record's own."""
        return self.record.record_key

    @property
    def company_key(self) -> str | None:
        """The company record of the same extraction that a person's names."""
        return getattr(self.record, "company_key", None)

    @property
    def custom_json(self) -> bytes | None:
        """The record's own columns as JSON; None where it has none."""
        custom = self.record.custom_fields
        return json.dumps(custom, ensure_ascii=False).encode() if custom else None


@dataclass(frozen=True, slots=True)
class Statement:
    """An extraction with the records that can land, each serialised once for its hash and its row."""

    extraction: Extraction
    unit_id: UUID
    companies: list[StatedRecord]
    persons: list[StatedRecord]
    statement_hash: str

    def __len__(self) -> int:
        return len(self.companies) + len(self.persons)

    @property
    def observed_at(self) -> datetime:
        """When the source was read (UTC)."""
        return self.extraction.observed_at

    @property
    def fetch_id(self) -> UUID | None:
        """The fetch that was read, where it was one."""
        return self.extraction.fetch_id

    @property
    def content_hash(self) -> str:
        """Of the bytes that were read."""
        return self.extraction.content_hash

    @property
    def rejections(self) -> list[dict[str, Any]]:
        """What is no fact, and why, as JSON values that can be stored."""
        found = self.extraction.rejections
        return [clean_json(each.model_dump(mode="json", exclude_none=True)) for each in found]

    @property
    def source(self) -> tuple[UUID | None, str, str, str, str, tuple[str, ...]]:
        """Organization, source key, unit key, extractor, its version, and what it could not read."""
        said = self.extraction
        return (
            said.organization_id, said.source_key, said.unit_key, said.extractor, said.extractor_version, said.not_read,
        )  # fmt: skip


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


def read_statement(extraction: Extraction) -> tuple[Statement, list[Fault]]:
    """What of an extraction can land, and the records that cannot, with the reason."""
    companies, faults = _keep(extraction.companies, frozenset())
    known = frozenset(each.record.record_key for each in companies)
    persons, more = _keep(extraction.persons, known)
    faults += more
    if faults:
        kept = {
            "companies": tuple(each.record for each in companies),
            "persons": tuple(each.record for each in persons),
        }
        extraction = extraction.model_copy(update=kept)
    hashes = [each.content_hash for each in (*companies, *persons)]
    return Statement(extraction, extraction.unit_id, companies, persons, extraction.hash_of(hashes)), faults


def _keep(records: Iterable[Record], companies: frozenset[str]) -> tuple[list[StatedRecord], list[Fault]]:
    kept: list[StatedRecord] = []
    faults: list[Fault] = []
    keys: set[str] = set()
    for record in records:
        fault = _fault(record, keys, companies)
        payload = _payload(record)
        if fault is None and payload is None:
            detail = "The text holds a NUL character or half of a surrogate pair: the source was decoded wrongly."
            fault = Fault(record, "unstorable_text", detail)
        if fault is not None or payload is None:
            faults += [fault] if fault else []
            continue
        keys.add(record.record_key)
        kept.append(StatedRecord(record, payload, record_hash(record, payload)))
    return kept, faults


def _fault(record: Record, taken: set[str], companies: frozenset[str]) -> Fault | None:
    if record.record_key in taken:
        detail = f"The record key {record.record_key!r} stands twice in one extraction; only the first one landed."
        return Fault(record, "duplicate_record_key", clean_text(detail))
    if isinstance(record, PersonRecord) and record.company_key is not None and record.company_key not in companies:
        detail = f"The person names the company record {record.company_key!r}, which its extraction does not hold."
        return Fault(record, "unknown_company_key", clean_text(detail))
    return None


def _payload(record: Record) -> bytes | None:
    """The payload as JSON; None when Postgres would refuse the record's text.

    Looks at the serialised form; only what looks like an escaped NUL there is looked at text by text.
    """
    if not all(map(is_storable, (record.record_key, *record.custom_fields, *record.custom_fields.values()))):
        return None
    try:
        payload = record.payload_json
    except PydanticSerializationError:
        return None
    return None if b"\\u0000" in payload and not all(map(is_storable, _texts(record))) else payload


def _texts(record: Record) -> Iterator[str]:
    values: Iterable[tuple[Value, ...]] = record.values.values()
    for candidates in values:
        for each in candidates:
            yield each.value
            yield from (text for text in (each.raw, each.locator) if text is not None)
            if each.parts is not None:
                yield from (text for text in each.parts.model_dump().values() if text is not None)
