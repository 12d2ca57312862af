"""Records to land; every test has a database of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from leadhouse.landing import Landing
from leadhouse.records import (
    CompanyAttribute,
    CompanyRecord,
    Extraction,
    Fetch,
    Outcome,
    PersonAttribute,
    PersonRecord,
    Value,
)

RUN_ON = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def company(name: str, key: str = "company", **custom: str) -> CompanyRecord:
    """A company record with a name and an address of e-mail."""
    values = {
        CompanyAttribute.NAME: (Value(value=name, confidence=0.9, locator="title"),),
        CompanyAttribute.EMAIL: (Value(value=f"info@{key}.example", raw=f"INFO@{key}.example"),),
    }
    return CompanyRecord(record_key=key, values=values, custom_fields=custom)


def person(name: str, key: str = "person", company_key: str | None = "company") -> PersonRecord:
    """A person of the company."""
    values = {PersonAttribute.FULL_NAME: (Value(value=name, confidence=0.8),)}
    return PersonRecord(record_key=key, values=values, company_key=company_key)


def extraction(*records: CompanyRecord | PersonRecord, minutes: int = 0, url: str = "https://a.example/") -> Extraction:
    """What the URL says `minutes` after noon."""
    text = repr([record.model_dump() for record in records])
    return Extraction(
        source_key="web/a.example",
        unit_key=url,
        extractor="company_site",
        extractor_version="1",
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        observed_at=NOON + timedelta(minutes=minutes),
        companies=tuple(each for each in records if isinstance(each, CompanyRecord)),
        persons=tuple(each for each in records if isinstance(each, PersonRecord)),
    )


def fetch(url: str = "https://a.example/", **fields: Any) -> Fetch:
    """A fetched page."""
    return Fetch(
        fetch_id=fields.pop("fetch_id", None) or uuid4(),
        url=url,
        **{
            "source_key": "web/a.example",
            "requested_at": NOON,
            "outcome": Outcome.FETCHED,
            "status_code": 200,
            **fields,
        },
    )


@pytest.fixture
def landing(database: Any) -> Callable[..., Landing]:
    """Makes a landing of the run."""

    def make(**fields: Any) -> Landing:
        return Landing("landing", **{"run_on": RUN_ON, "run_id": "test", "source_key": "web/a.example", **fields})

    return make
