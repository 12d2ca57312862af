"""Imported files are kept and read again: by today's reader, under the mapping of their day, without a socket."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from leadhouse.connectors.archive_replay import replay_archive
from leadhouse.database import connect
from leadhouse.files.store import Store
from leadhouse.imports import cells, csv_import, kept_tables
from leadhouse.imports.csv_import import import_file
from leadhouse.imports.kept_files import keep_file
from leadhouse.imports.kept_tables import as_text, is_unsearched
from leadhouse.imports.table import read_table
from leadhouse.landing.replayed import Replayed
from leadhouse.settings import PROJECT
from tests.imports.conftest import RUN_ON, Import
from tests.imports.workbook_files import write_xlsx

LATER = date(2026, 11, 21)
HEADER = "Ref,Firm,Mail,Town\n"
ALDER = "1,Alder Ltd,info@alder.example,Leeds\n"
BIRCH = "2,Birch Ltd,info@birch.example,York\n"
MAPPING = {"Firm": "company_name", "Mail": "company_email", "Town": "custom", "Ref": "record_id"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of two companies whose columns have to be told."""
    path = tmp_path / "firms.csv"
    path.write_text(HEADER + ALDER + BIRCH)
    return path


def replay(*, applies: bool, first: date = RUN_ON, last: date = LATER) -> Replayed:
    return replay_archive(first, last, None, "replay", applies=applies, run_on=LATER)


def standing(database: Any) -> dict[str, str]:
    """The addresses that stand, by name."""
    with database.owner() as connection:
        rows = connection.execute(
            """select record.payload #>> '{name,0,value}' as name, record.payload #>> '{email,0,value}' as email
                 from (select distinct on (unit_id) unit_id, run_on, extraction_id from raw.applications
                        order by unit_id, observed_at desc, applied_at desc) as newest
                 join raw.company_records as record using (run_on, extraction_id)"""
        ).fetchall()
    return {row["name"]: row["email"] for row in rows}


def count(database: Any, table: str) -> int:
    with database.owner() as connection:
        query = sql.SQL("select count(*) as found from {}").format(sql.Identifier(*table.split(".")))
        return int(connection.execute(query).fetchone()["found"])


def test_the_same_bytes_and_version_make_no_difference(run_import: Import, path: Path, database: Any) -> None:
    run_import(path, "company", mapping=MAPPING)
    before = count(database, "raw.extractions")
    found = replay(applies=True)
    assert (found.files, found.unchanged, found.changed, found.gone) == (1, 2, 0, 0)
    assert not found.by_source
    assert not found.unread
    assert count(database, "raw.extractions") == before


def test_shown_then_applied_then_taken_back(
    run_import: Import, path: Path, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_import(path, "company", mapping=MAPPING)
    path.unlink()  # it is the kept bytes that are read
    as_imported = standing(database)
    with monkeypatch.context() as patched:
        patched.setattr(cells, "emails", lambda text: (f"new.{text}",))
        patched.setattr(socket.socket, "connect", _refuse)
        for _ in range(2):
            shown = replay(applies=False)
            assert shown.altered == {"company.email": 2}
            assert standing(database) == as_imported
        replay(applies=True)
        assert standing(database) == {name: f"new.{email}" for name, email in as_imported.items()}
        assert replay(applies=True).unchanged == 2
    replay(applies=True)  # the former reader again: A → B → A
    assert standing(database) == as_imported


def _refuse(*_: Any) -> None:
    raise AssertionError("a socket is opened")


def test_what_a_later_file_says_goes_on_standing(
    run_import: Import, path: Path, database: Any, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_import(path, "company", mapping=MAPPING)
    path.write_text(HEADER + ALDER.replace("info@", "office@"))
    import_file(path, organization_id, "company", LATER, "later")
    assert standing(database) == {"Alder Ltd": "office@alder.example"}
    monkeypatch.setattr(cells, "emails", lambda text: (f"new.{text}",))
    assert replay(applies=True, last=RUN_ON).changed == 0
    assert standing(database) == {"Alder Ltd": "office@alder.example"}
    assert replay(applies=True).changed == 1
    assert standing(database) == {"Alder Ltd": "new.office@alder.example"}


def test_a_row_that_is_no_more_is_retracted(
    run_import: Import, path: Path, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_import(path, "company", mapping=MAPPING)
    monkeypatch.setattr(cells, "_NOTHING", cells._NOTHING | {"2", "birch ltd", "info@birch.example"})
    found = replay(applies=True)
    assert (found.lost["company.name"], found.refused) == (1, 1)
    assert standing(database) == {"Alder Ltd": "info@alder.example"}


@pytest.mark.parametrize("mode", ["skip", "merge"])
def test_modes_keep_their_meaning(
    run_import: Import, path: Path, database: Any, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    run_import(path, "company", mapping=MAPPING)
    path.write_text(HEADER + "1,Alder Ltd,,Hull\n3,Cedar Ltd,info@cedar.example,Ely\n")
    run_import(path, "company", mode=mode)
    monkeypatch.setattr(cells, "emails", lambda text: (f"new.{text}",))
    with database.owner() as connection:  # the first file is let alone
        connection.execute("update app.imported_files set run_on = %s where mode = 'upsert'", [date(2026, 1, 1)])
    replay(applies=True)
    expected = {"Alder Ltd": "info@alder.example", "Birch Ltd": "info@birch.example"}
    assert standing(database) == {**expected, "Cedar Ltd": "new.info@cedar.example"}


def test_bytes_are_kept_once_packed_and_private(
    run_import: Import, path: Path, database: Any, organization_id: UUID
) -> None:
    for _ in range(2):
        run_import(path, "company", mapping=MAPPING)
    run_import(path, "company", dry_run=True)
    assert count(database, "app.imported_files") == 2
    with database.owner() as connection:
        [row] = connection.execute("select storage_name, organization_id, expires_at from files.objects").fetchall()
    assert row["organization_id"] == organization_id
    assert row["expires_at"] is not None
    with Store().open(row["storage_name"]) as file:
        assert gzip.decompress(file.read()) == path.read_bytes()
    Store().remove([row["storage_name"]])  # as an erasure does, or the end of its time
    assert replay(applies=True).gone == 2


@pytest.mark.parametrize("start", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04 torn"])
def test_what_no_erasure_can_search_is_not_kept(
    database: Any, organization_id: UUID, tmp_path: Path, start: bytes
) -> None:
    path = tmp_path / "table.xls"
    path.write_bytes(start + bytes(600))
    with connect("imports") as connection:
        kept = keep_file(connection, organization_id, path, "2026-11")
    assert kept.object_id is None
    assert "not kept" in (kept.note or "")
    assert count(database, "files.objects") == 0


XML = """<?xml version="1.0"?><firms>
 <firm ref="1"><name>Alder &amp; Co</name><mail>info&#64;alder.example</mail><note>two
lines, "quoted"</note></firm>
 <firm ref="2"><name>Birch</name><mail>info@birch.example</mail></firm></firms>"""


def test_a_form_that_hides_people_is_kept_as_its_table(run_import: Import, tmp_path: Path, database: Any) -> None:
    path = tmp_path / "firms.xml"
    path.write_text(XML)
    summary = run_import(path, "company")
    assert (summary.landed, summary.notes) == (2, ())
    with database.owner() as connection:
        [row] = connection.execute("select storage_name from files.objects").fetchall()
    with Store().open(row["storage_name"]) as file:
        kept = gzip.decompress(file.read()).decode()
    assert "info@alder.example" in kept  # where an erasure finds it
    assert "info@alder.example" not in XML
    before = count(database, "raw.extractions")
    found = replay(applies=True)
    assert (found.files, found.unchanged, found.changed, found.refused, found.unread) == (1, 2, 0, 0, {})
    assert count(database, "raw.extractions") == before


@pytest.mark.parametrize("header", [["Company", "Email"], ["Erle GmbH", "info@erle.de"]])
def test_an_old_workbooks_table_is_the_same_as_text(
    header: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_tables, "UNSEARCHED", frozenset({"xlsx"}))  # of which a test can write one
    rows = [header, ["Alder, Ltd", "a@alder.example"], ['Birch "Ltd"', " b@birch.example"], ["Fir", ""]]
    table = read_table(write_xlsx(tmp_path / "old.xlsx", {"List": rows}))
    assert is_unsearched(table)
    with as_text(table) as text:
        assert text is not None
        again = read_table(text)
        assert (again.header, [row.cells for row in again.rows()]) == (
            table.header,
            [row.cells for row in table.rows()],
        )


def test_a_table_that_text_would_say_otherwise_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "doubled.xml"  # whose letters would be taken for a mistake and mended
    path.write_text("<?xml version='1.0'?><firms><firm><name>BÃ¤cker</name><mail>a@alder.example</mail></firm></firms>")
    with as_text(read_table(path)) as text:
        assert text is None


KILLED = """
import os, sys
from datetime import date
from uuid import UUID
from leadhouse.imports import csv_import
csv_import.PART_ROWS = 2
write, parts = csv_import._Import._write, []
def kill(self, *arguments):
    write(self, *arguments)
    parts.append(1)
    if len(parts) == 3:
        os._exit(9)
csv_import._Import._write = kill
csv_import.import_file(sys.argv[1], UUID(sys.argv[2]), "company", date(2026, 11, 20), "killed")
"""


def test_killed_in_the_middle_nothing_is_lost_and_nothing_twice(
    run_import: Import, path: Path, database: Any, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("ID,Company,Email\n" + "".join(f"{i},Firm {i},info@firm{i}.example\n" for i in range(9)))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(organization_id)],
        env={**os.environ, "PYTHONPATH": f"{PROJECT / 'plugins'}:{PROJECT}"}, check=False,
    )  # fmt: skip
    assert done.returncode == 9
    assert count(database, "raw.extractions") == count(database, "app.imported_files") == 0
    monkeypatch.setattr(csv_import, "PART_ROWS", 2)
    summary = run_import(path, "company")
    assert (summary.landed, summary.known, summary.quarantined) == (9, 0, 0)
    again = run_import(path, "company")
    assert (again.landed, again.known, again.quarantined) == (0, 9, 0)
    assert len(standing(database)) == count(database, "raw.company_records") == 9
