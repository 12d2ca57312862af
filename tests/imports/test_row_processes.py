"""Rows that other processes read are the rows that this one would have read, in the same order."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from leadhouse.imports import csv_file, row_processes
from leadhouse.imports.csv_file import CsvFile
from leadhouse.imports.row_processes import RowProcesses, processes_for
from leadhouse.landing import Quarantined
from leadhouse.landing.prepared import PreparedStatement
from tests.imports.conftest import FILES, Import

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Rows repeated, several of one key, refused ones, NUL, a quoted break, bytes that are no text."""
    path = tmp_path / "listed.csv"
    rows = [f"Firma {n % 40} GmbH,p{n % 50}@firma{n % 40}.de,+49 30 9018{n:03},Note {n % 3}" for n in range(90)]
    rows[7] = '"Erle\nGmbH",a@erle.de,,"says ""yes"""'
    rows[20] = "Buche AG\x00\x00,b@buche.de,,x"
    rows[33], rows[34] = "Eibe AG,no address,,x", ",,,only a note"
    rows[50] = "Bad \udcff bytes,c@bad.de,,x"
    text = "Company,Email,Phone,Kommentar\n" + "\n".join(rows) + "\n"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def _read(path: Path, processes: int) -> tuple[CsvFile, list[Any]]:
    file = CsvFile(path, UUID(int=1), "csv/acme/listed", observed_at=NOW)
    said: list[Any] = []
    for row, each in file.read(processes):
        if isinstance(each, PreparedStatement):
            said.append((row, each.unit_key, each.statement_hash, each.companies, each.persons, each.extraction))
        else:
            said.append((row, replace(each)))
    return file, said


def test_the_same_rows_in_the_same_order(listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "CHUNK_ROWS", 8)
    alone, expected = _read(listed, 0)
    file, said = _read(listed, 2)
    assert said == expected
    assert sum(isinstance(each[-1], Quarantined) for each in said) == 2
    assert (file.counts, file.reasons, file.unit_keys) == (alone.counts, alone.reasons, alone.unit_keys)


def test_an_import_lands_the_same(run_import: Import, listed: Path) -> None:
    first = run_import(listed, processes=2)
    assert (first.rows, first.quarantined) == (90, 2)
    assert first.rows == first.landed + first.known + first.quarantined
    again = run_import(listed, processes=0)
    assert (again.landed, again.known) == (0, 88)


def test_what_a_process_that_ended_owes_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()

    def doubled(number: int) -> int:
        if number == 3 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * number

    with RowProcesses(doubled, 2) as others:
        children = list(others._ids)
        assert list(others.map(range(20))) == [(number, 2 * number) for number in range(20)]
    for each in children:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)


def test_an_error_is_raised_where_the_rows_are_asked_for() -> None:
    def strict(number: int) -> int:
        if number == 5:
            raise ValueError("five")
        return number

    with RowProcesses(strict, 2) as others:
        answers: Iterator[tuple[int, int]] = others.map(range(10))
        with pytest.raises(ValueError, match="five"):
            list(answers)


def test_only_a_large_file_is_worth_a_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadhouse.imports.row_processes.threading.active_count", lambda: 1)
    monkeypatch.setattr("leadhouse.imports.row_processes.os.sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    assert processes_for(row_processes.LEAST_BYTES) == 3
    assert processes_for(row_processes.LEAST_BYTES - 1) == 0
    monkeypatch.setattr("leadhouse.imports.row_processes.threading.active_count", lambda: 2)
    assert processes_for(row_processes.LEAST_BYTES) == 0


def test_fixtures_are_odd_enough() -> None:
    """The folder's own files, by several, are what they are by one."""
    for name in ("french.csv", "bad_rows.csv", "stray_bytes_in_utf8.csv", "same_column_twice.csv"):
        assert _read(FILES / name, 2)[1] == _read(FILES / name, 0)[1]
