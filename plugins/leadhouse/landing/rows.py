"""The rows of raw as COPY wants them: column types, and records turned into values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from leadhouse.landing.storable import Record, clean_json, clean_text
from leadhouse.records import Extraction, Fetch, Value, hash_json, record_id, subject_id

FETCHES = {
    "run_on": "date", "fetch_id": "uuid", "landing_id": "uuid", "job_id": "uuid", "shard_no": "int4",
    "source_key": "text", "url": "text", "requested_at": "timestamptz", "outcome": "text", "purpose": "text",
    "status_code": "int4", "reason": "text", "etag": "text", "last_modified": "text", "content_hash": "text", "content_type": "text",
    "body_bytes": "int8", "elapsed_ms": "int4", "warc_uri": "text", "warc_offset": "int8", "warc_length": "int8",
}  # fmt: skip
EXTRACTIONS = {
    "run_on": "date", "extraction_id": "uuid", "landing_id": "uuid", "organization_id": "uuid", "source_key": "text",
    "unit_id": "uuid", "unit_key": "text", "fetch_id": "uuid", "extractor": "text", "extractor_version": "text",
    "content_hash": "text", "statement_hash": "text", "observed_at": "timestamptz", "rejections": "jsonb",
    "not_read": "text[]",
}  # fmt: skip
APPLICATIONS = {
    "position": "int4", "unit_id": "uuid", "observed_at": "timestamptz", "extraction_id": "uuid", "run_on": "date",
    "landing_id": "uuid",
}  # fmt: skip
COMPANY_RECORDS = {
    "run_on": "date", "record_id": "uuid", "subject_id": "uuid", "landing_id": "uuid", "organization_id": "uuid",
    "source_key": "text", "extraction_id": "uuid", "content_hash": "text", "record_key": "text", "payload": "jsonb",
    "custom_fields": "jsonb",
}  # fmt: skip
PERSON_RECORDS = {**COMPANY_RECORDS, "company_record_id": "uuid"}
QUARANTINE = {
    "landing_id": "uuid", "run_on": "date", "organization_id": "uuid", "source_key": "text", "unit_key": "text",
    "line": "int4", "reason": "text", "detail": "text", "payload": "jsonb", "content_hash": "text",
}  # fmt: skip

_EMPTY = Jsonb({})


def fetch_row(fetch: Fetch, run_on: date, landing_id: UUID, job_id: UUID | None, shard_no: int | None) -> list[Any]:
    """One row of raw.fetches; header texts are cleaned, since a server may send anything."""
    values = [getattr(fetch, name) for name in list(FETCHES)[5:]]
    cleaned = [clean_text(value) if isinstance(value, str) else value for value in values]
    return [run_on, fetch.fetch_id, landing_id, job_id, shard_no, *cleaned]


def extraction_row(extraction: Extraction, statement_hash: str, key: tuple[date, UUID], landing_id: UUID) -> list[Any]:
    """One row of raw.extractions."""
    rejections = [clean_json(each.model_dump(mode="json", exclude_none=True)) for each in extraction.rejections]
    return [
        *key, landing_id, extraction.organization_id, extraction.source_key, extraction.unit_id, extraction.unit_key,
        extraction.fetch_id, extraction.extractor, extraction.extractor_version, extraction.content_hash,
        statement_hash, extraction.observed_at, Jsonb(rejections), list(extraction.not_read),
    ]  # fmt: skip


def company_rows(extraction: Extraction, key: tuple[date, UUID], landing_id: UUID) -> Iterator[list[Any]]:
    """The rows of raw.company_records of one extraction."""
    unit_id = extraction.unit_id
    for record in extraction.companies:
        yield _record_row(extraction, record, "company", unit_id, key, landing_id)


def person_rows(extraction: Extraction, key: tuple[date, UUID], landing_id: UUID) -> Iterator[list[Any]]:
    """The rows of raw.person_records of one extraction."""
    unit_id = extraction.unit_id
    for record in extraction.persons:
        company = record_id(key[1], "company", record.company_key) if record.company_key is not None else None
        yield [*_record_row(extraction, record, "person", unit_id, key, landing_id), company]


def _record_row(
    extraction: Extraction,
    record: Record,
    kind: Literal["company", "person"],
    unit_id: UUID,
    key: tuple[date, UUID],
    landing_id: UUID,
) -> list[Any]:
    run_on, extraction_id = key
    payload = payload_of(record)
    return [
        run_on, record_id(extraction_id, kind, record.record_key), subject_id(unit_id, kind, record.record_key),
        landing_id, extraction.organization_id, extraction.source_key, extraction_id,
        hash_json([record.record_key, getattr(record, "company_key", None), payload, record.custom_fields]),
        record.record_key, Jsonb(payload), Jsonb(record.custom_fields) if record.custom_fields else _EMPTY,
    ]  # fmt: skip


def payload_of(record: Record) -> dict[str, list[dict[str, Any]]]:
    """``{attribute: [{value, confidence, raw, locator, parts}]}``; what is not known is left out."""
    return {
        attribute.value: [_candidate(each) for each in candidates] for attribute, candidates in record.values.items()
    }


def _candidate(value: Value) -> dict[str, Any]:
    # by hand: model_dump costs five times as much, on every value of every record
    candidate: dict[str, Any] = {"value": value.value, "confidence": value.confidence}
    if value.raw is not None:
        candidate["raw"] = value.raw
    if value.locator is not None:
        candidate["locator"] = value.locator
    if value.parts is not None:
        candidate["parts"] = value.parts.model_dump(exclude_none=True)
    return candidate
