"""The rows of raw as COPY wants them: column types, and records turned into values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from leadhouse.landing.prepared import PreparedRecord, PreparedStatement
from leadhouse.landing.storable import StatedRecord, Statement, clean_text
from leadhouse.records import Fetch, record_id, subject_id

FETCHES = {
    "run_on": "date", "fetch_id": "uuid", "landing_id": "uuid", "job_id": "uuid", "shard_no": "int4",
    "source_key": "text", "url": "text", "requested_at": "timestamptz", "outcome": "text", "purpose": "text",
    "status_code": "int4", "reason": "text", "etag": "text", "last_modified": "text", "content_hash": "text",
    "content_type": "text", "body_bytes": "int8", "elapsed_ms": "int4", "warc_uri": "text", "warc_offset": "int8",
    "warc_length": "int8",
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

AnyStatement = Statement | PreparedStatement
ExtractionKey = tuple[date, UUID]
_EMPTY = Jsonb({})
_NO_LIST = Jsonb([])


def fetch_row(fetch: Fetch, run_on: date, landing_id: UUID, job_id: UUID | None, shard_no: int | None) -> list[Any]:
    """One row of raw.fetches; header texts are cleaned, since a server may send anything."""
    values = [getattr(fetch, name) for name in list(FETCHES)[5:]]
    cleaned = [clean_text(value) if isinstance(value, str) else value for value in values]
    return [run_on, fetch.fetch_id, landing_id, job_id, shard_no, *cleaned]


def extraction_row(statement: AnyStatement, key: ExtractionKey, landing_id: UUID) -> list[Any]:
    """One row of raw.extractions."""
    organization_id, source_key, unit_key, extractor, extractor_version, not_read = statement.source
    rejections = statement.rejections
    return [
        *key, landing_id, organization_id, source_key, statement.unit_id, unit_key, statement.fetch_id, extractor,
        extractor_version, statement.content_hash, statement.statement_hash, statement.observed_at,
        Jsonb(rejections) if rejections else _NO_LIST, list(not_read),
    ]  # fmt: skip


def company_rows(statement: AnyStatement, key: ExtractionKey, landing_id: UUID) -> Iterator[list[Any]]:
    """The rows of raw.company_records of one extraction."""
    for stated in statement.companies:
        yield _record_row(statement, stated, "company", key, landing_id)


def person_rows(statement: AnyStatement, key: ExtractionKey, landing_id: UUID) -> Iterator[list[Any]]:
    """The rows of raw.person_records of one extraction."""
    for stated in statement.persons:
        company_key = stated.company_key
        company = record_id(key[1], "company", company_key) if company_key is not None else None
        yield [*_record_row(statement, stated, "person", key, landing_id), company]


def _record_row(
    statement: AnyStatement,
    stated: StatedRecord | PreparedRecord,
    kind: Literal["company", "person"],
    key: ExtractionKey,
    landing_id: UUID,
) -> list[Any]:
    run_on, extraction_id = key
    organization_id, source_key, *_ = statement.source
    custom = stated.custom_json
    return [
        run_on, record_id(extraction_id, kind, stated.record_key),
        subject_id(statement.unit_id, kind, stated.record_key), landing_id, organization_id,
        source_key, extraction_id, stated.content_hash, stated.record_key,
        Jsonb(stated.payload, dumps=_as_it_is), Jsonb(custom, dumps=_as_it_is) if custom else _EMPTY,
    ]  # fmt: skip


def _as_it_is(payload: str | bytes) -> str | bytes:
    return payload
