"""What is remembered of a column changes nothing that is read of it."""

from __future__ import annotations

import csv
from pathlib import Path
from uuid import UUID

import pytest

from leadhouse.imports import row_cells
from leadhouse.imports.csv_file import CsvFile
from leadhouse.landing import Quarantined


def said(path: Path) -> list[tuple[str, str]]:
    file = CsvFile(path, UUID(int=1), "csv/acme/any", "person")
    found = [each for _, each in file.read()]
    assert not any(isinstance(each, Quarantined) for each in found)
    return [(each.unit, each.statement_hash) for each in found if not isinstance(each, Quarantined)]


@pytest.mark.parametrize("memory", [1, 3, 7])
def test_a_small_memory_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int) -> None:
    path = tmp_path / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(["Company", "Website", "Name", "Email", "City", "Country", "Phone", "Note"])
        for i in range(60):
            firm, city, country = f"firm{i // 4}", ("Köln", "Bonn", "")[i % 3], ("Germany", "France")[i % 2]
            phone, note = f"030 {1000000 + i % 9}", f"n{i}"
            write([firm, f"{firm}.example", f"Ada Alder{i}", f"ada{i}@{firm}.example", city, country, phone, note])
    expected = said(path)
    monkeypatch.setattr(row_cells, "MEMORY", memory)
    assert len(expected) == 60
    assert said(path) == expected
