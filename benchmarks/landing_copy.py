"""Landing against COPY into the same indexed tables: records a CPU second, ours and the server's together.

The peer copies finished rows of the same size as the tables' administrator, whom no policy, validation, hash or
conflict check delays: the floor of what the indexed tables themselves cost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from benchmarks.measure import Result, cpu_seconds
from benchmarks.own_database import OwnDatabase, own_database
from leadhouse.database import admin, connect
from leadhouse.database.copying import copy_rows
from leadhouse.landing import Landing, rows
from leadhouse.landing.storable import read_statement
from leadhouse.records import CompanyAttribute, CompanyRecord, Extraction, Value

RUN_ON = date(2026, 11, 20)
RECORDS = 6_000
ROUNDS = 3


def run() -> list[Result]:
    """A line for one large file, one for pages of a crawl."""
    with own_database() as database:
        return [
            _measure(database, "landing a file of 6,000 records", extractions=1, aim=">= 0.6"),
            _measure(database, "landing 240 batches of 25 pages", extractions=RECORDS, batch=25),
        ]


def _measure(database: OwnDatabase, name: str, extractions: int, batch: int | None = None, aim: str = "") -> Result:
    per_extraction = RECORDS // extractions
    # every round lands and copies statements that nobody knows yet
    statements = [list(_extractions(round_no, extractions, per_extraction)) for round_no in range(2 * ROUNDS)]
    landed, finished = iter(statements[:ROUNDS]), iter([_finished_rows(each) for each in statements[ROUNDS:]])
    ours = RECORDS / _least(database, lambda: _land(next(landed), batch or extractions))
    peer = RECORDS / _least(database, lambda: _copy(next(finished), len(statements[0]), batch or extractions))
    return Result(name, ours, peer, "COPY of finished rows", "records/CPU s", ours / peer, aim)


def _least(database: OwnDatabase, work: Callable[[], None]) -> float:
    """CPU seconds of this process and the server, the least of some rounds."""

    def once() -> float:
        before = database.seconds()
        return cpu_seconds(work) + database.seconds() - before

    return min(once() for _ in range(ROUNDS))


def _land(statements: list[Extraction], batch: int) -> None:
    with connect("landing") as connection:
        for start in range(0, len(statements), batch):
            landing = Landing(
                "landing", run_on=RUN_ON, run_id="benchmark", source_key="benchmark/x", connection=connection
            )
            for extraction in statements[start : start + batch]:
                landing.add_extraction(extraction)
            landing.commit()


def _finished_rows(statements: list[Extraction]) -> list[list[Any]]:
    landing_id = uuid4()
    read = (read_statement(each)[0] for each in statements)
    return [row for each in read for row in rows.company_rows(each, (RUN_ON, each.unit_id), landing_id)]


def _copy(finished: list[list[Any]], extractions: int, batch: int) -> None:
    per_batch = len(finished) * batch // extractions
    with admin() as connection:
        for start in range(0, len(finished), per_batch):
            copy_rows(connection, "raw.company_records", rows.COMPANY_RECORDS, finished[start : start + per_batch])
            connection.commit()


def _extractions(round_no: int, count: int, records: int) -> Iterator[Extraction]:
    for number in range(count):
        key = f"{round_no}-{number}-{uuid4().hex}"
        yield Extraction(
            source_key="benchmark/x",
            unit_key=f"https://example.com/{key}",
            extractor="benchmark",
            extractor_version="1",
            content_hash=hashlib.sha256(key.encode()).hexdigest(),
            observed_at=datetime.now(UTC),
            companies=tuple(_record(f"{key}-{i}", i) for i in range(records)),
        )


def _record(key: str, number: int) -> CompanyRecord:
    """1.9 KB of JSON: what a contact page states."""
    values = {
        attribute: tuple(
            Value(
                value=f"{attribute.value} {number} candidate {i}",
                confidence=0.9,
                raw=f"as it stands on the page: {attribute.value.upper()} {number}",
                locator="footer",
            )
            for i in range(2)
        )
        for attribute in list(CompanyAttribute)[:7]
    }
    return CompanyRecord(record_key=key, values=values)
