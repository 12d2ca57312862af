"""However the rows of a file are written, in bulk or one by one, the same stands in raw."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from leadhouse.imports.csv_file import CsvFile
from leadhouse.landing import Landing, Quarantined
from leadhouse.landing.staging import FEW

RUN_ON = date(2026, 11, 20)
ODD = [
    "\t",
    "\\",
    "\\N",
    "\\.",
    "\n",
    "\r\n",
    '"',
    "'",
    "{",
    "}",
    "\u2028",
    "ß",
    "😀",
    "e\u0301",
    "%s",
    "\\u0041",
    " ",
    ",",
]
SAID = """
select extraction.unit_key, extraction.content_hash, extraction.statement_hash, extraction.extractor_version,
       record.record_key, record.content_hash as record_hash, record.payload::text,
       record.custom_fields::text, {company}
  from raw.{table} as record
  join raw.extractions as extraction using (run_on, extraction_id)
  join raw.applications as applied using (run_on, extraction_id)
 where record.source_key = %s and applied.unit_id = extraction.unit_id
 order by extraction.unit_key, record.record_key
"""
COMPANY = """(select company.record_key from raw.company_records as company
  where company.run_on = record.run_on and company.record_id = record.company_record_id) as company_key"""


@pytest.fixture
def organization_id(database: Any) -> UUID:
    with database.owner() as connection:
        row = connection.execute(
            "insert into identity.organizations (slug, name) values ('acme', 'acme') returning organization_id"
        ).fetchone()
    return UUID(str(row["organization_id"]))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """More rows than are written one by one, full of what COPY has to escape."""
    chance, file = random.Random(5), tmp_path / "odd.csv"
    with file.open("w", newline="", encoding="utf-8") as target:
        write = csv.writer(target).writerow
        write(["Company", "Website", "Name", "Email", "City", "Phone", "Note", "Contact ID"])
        for i in range(FEW + 20):
            odd = [
                "".join(chance.choice([*ODD, "Alder", "12"]) for _ in range(chance.randrange(1, 6))) for _ in range(4)
            ]
            write([f"Firm {odd[0]}{i}", f"firm{i}.example", f"Ada {odd[1]}", f"ada{i}@firm{i}.example", odd[2],
                   f"+49 30 {1000000 + i}", odd[3], f"C{i}"])  # fmt: skip
    return file


def land(path: Path, organization_id: UUID, source_key: str, how: str) -> None:
    file = CsvFile(path, organization_id, source_key, "person")
    with Landing(
        "imports", run_on=RUN_ON, run_id="t", source_key=source_key, organization_id=organization_id
    ) as landing:
        if how == "first":
            landing.knows_nothing_yet()
        for _, each in file.read():
            assert not isinstance(each, Quarantined), each
            if how == "one by one":
                landing.add_extraction(each.extraction)
            else:
                landing.add_prepared(each)
        counts = landing.commit()
    assert counts.landed == counts.received


def test_three_ways_of_writing_say_the_same(database: Any, path: Path, organization_id: UUID) -> None:
    found: list[list[Any]] = []
    for how in ("one by one", "first", "later"):
        land(path, organization_id, f"csv/acme/{how}", how)
        with database.owner() as connection:
            rows = [
                list(row.values())
                for table, company in (("company_records", "null as company_key"), ("person_records", COMPANY))
                for row in connection.execute(SAID.format(table=table, company=company), (f"csv/acme/{how}",))
            ]
        found.append(rows)
    assert len(found[0]) == 2 * (FEW + 20)
    assert found[0] == found[1] == found[2]


def test_what_is_gone_is_retracted_in_bulk_as_one_by_one(path: Path, organization_id: UUID) -> None:
    file = CsvFile(path, organization_id, "csv/acme/odd", "person")
    gone = file.retraction("file:odd.csv#gone")
    said = gone.extraction
    assert (gone.statement_hash, gone.unit_id, len(gone)) == (said.statement_hash, said.unit_id, 0)
