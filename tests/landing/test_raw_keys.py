"""What the keys of raw hold, and that the questions asked of raw are answered from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from leadhouse.landing import Landing
from leadhouse.landing.bulk_rows import BulkRows
from leadhouse.landing.prepared import Origin, PreparedStatement
from leadhouse.records import CompanyAttribute, CompanyRecord, Extraction, Value

RUN_ON = date(2026, 11, 20)
SOURCE = "web/alder.example"


def extraction(number: int) -> Extraction:
    name = Value(value=f"Alder {number}", confidence=1.0)
    return Extraction(
        source_key=SOURCE, unit_key=f"https://alder.example/{number}", extractor="t", extractor_version="1",
        content_hash=f"{number:064x}", observed_at=datetime(2026, 11, 20, tzinfo=UTC),
        companies=(CompanyRecord(record_key="company", values={CompanyAttribute.NAME: (name,)}),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def landed(module_database: Any) -> Iterator[Any]:
    landing = Landing("landing", run_on=RUN_ON, run_id="t", source_key=SOURCE)
    for number in range(40):
        landing.add_extraction(extraction(number))
    assert landing.commit().landed == 40
    with module_database.owner() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def raw(landed: Any) -> Iterator[Any]:
    with landed.transaction(force_rollback=True):
        yield landed


def test_a_record_stands_once_in_an_extraction(raw: Any) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        raw.execute("insert into raw.company_records select * from raw.company_records limit 1")


def test_an_extraction_is_read_once_a_day(raw: Any) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        raw.execute("insert into raw.extractions select * from raw.extractions limit 1")


def test_nothing_is_applied_that_was_not_read(raw: Any) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        raw.execute(
            "insert into raw.applications (unit_id, observed_at, extraction_id, run_on, landing_id)"
            " select unit_id, observed_at, gen_random_uuid(), run_on, landing_id from raw.applications limit 1"
        )


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (
            "select extraction_id, run_on from raw.applications where unit_id = gen_random_uuid()"
            " order by observed_at desc, applied_at desc limit 1",
            "applications_pkey",
        ),
        ("select from raw.applications where landing_id = gen_random_uuid()", "applications_by_landing"),
        ("select from raw.extractions where extraction_id = gen_random_uuid()", "extractions_2026_11_pkey"),
        ("select from raw.company_records where extraction_id = gen_random_uuid()", "company_records_2026_11_pkey"),
        (
            "select from raw.person_records where landing_id = gen_random_uuid() and source_key like 'provider/%'",
            "person_records_2026_11_landing_id_idx",
        ),
    ],
)
def test_raw_is_read_from_its_keys(raw: Any, question: str, index: str) -> None:
    raw.execute("set local enable_seqscan = off")
    raw.execute("set local enable_bitmapscan = off")
    plan = "\n".join(row["QUERY PLAN"] for row in raw.execute(f"explain (costs off) {question}").fetchall())
    assert index in plan
    assert "Seq Scan" not in plan


def test_statements_of_two_sources_are_no_bulk_of_one() -> None:
    def said(source_key: str) -> tuple[PreparedStatement, str]:
        origin = Origin(None, source_key, "t", "1")
        unit = str(UUID(int=1))
        now = datetime(2026, 11, 20, tzinfo=UTC)
        made = PreparedStatement(origin, "row", unit, "0" * 64, now, "0" * 64, [], [], lambda: extraction(1))
        return made, str(uuid4())

    with pytest.raises(ValueError, match="several sources"):
        BulkRows(RUN_ON, uuid4()).write_statements(None, [said("csv/a"), said("csv/b")])  # type: ignore[arg-type]
