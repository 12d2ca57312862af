"""What becomes of rows that stood before, by mode; and what a person said of a header is known the next time."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.imports.columns import map_columns
from tests.imports.conftest import add_organization

HEADER = ["ID", "Company", "Email", "City", "Note"]
ALDER = ["1", "Alder Ltd", "info@alder.example", "Leeds", "old"]
BIRCH = ["2", "Birch Ltd", "info@birch.example", "York", ""]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the rows to ``companies.csv``, always the same file."""

    def to_file(*rows: list[str], header: list[str] = HEADER) -> Path:
        path = tmp_path / "companies.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return to_file


def standing(database: Any) -> dict[str, dict[str, str]]:
    """What the newest statements say of each company: e-mail, address and note, by name."""
    with database.owner() as connection:
        rows = connection.execute(
            """select record.payload -> 'name' -> 0 ->> 'value' as name,
                      record.payload -> 'email' -> 0 ->> 'value' as email,
                      record.payload -> 'address' -> 0 ->> 'value' as address, record.custom_fields ->> 'Note' as note
                 from (select distinct on (unit_id) unit_id, run_on, extraction_id from raw.applications
                        order by unit_id, observed_at desc, applied_at desc) as newest
                 join raw.company_records as record using (run_on, extraction_id)"""
        ).fetchall()
    return {row.pop("name"): {name: value for name, value in row.items() if value} for row in map(dict, rows)}


def counts(summary: Any) -> tuple[int, int, int, int]:
    assert summary.rows == summary.landed + summary.known + summary.quarantined
    return summary.landed, summary.known, summary.quarantined, summary.retracted


def test_upsert_is_the_whole_list(write: Write, run_import: Any, database: Any) -> None:
    run_import(write(ALDER, BIRCH), "company")
    changed = ["1", "Alder Ltd", "", "Hull", ""]
    assert counts(run_import(write(changed), "company")) == (1, 0, 0, 1)
    assert standing(database) == {"Alder Ltd": {"address": "Hull"}}


def test_skip_leaves_what_stands(write: Write, run_import: Any, database: Any) -> None:
    run_import(write(ALDER), "company")
    changed = ["1", "Alder Ltd", "new@alder.example", "Hull", ""]
    assert counts(run_import(write(changed, BIRCH), "company", mode="skip")) == (1, 1, 0, 0)
    assert standing(database)["Alder Ltd"] == {"email": "info@alder.example", "address": "Leeds", "note": "old"}
    assert "Birch Ltd" in standing(database)


def test_merge_adds_to_what_stands(write: Write, run_import: Any, database: Any) -> None:
    run_import(write(ALDER, BIRCH), "company")
    changed = ["1", "Alder Ltd", "", "Hull", ""]
    assert counts(run_import(write(changed), "company", mode="merge")) == (1, 0, 0, 0)
    assert standing(database)["Alder Ltd"] == {"email": "info@alder.example", "address": "Hull", "note": "old"}
    assert counts(run_import(write(changed), "company", mode="merge")) == (0, 1, 0, 0), "the second time it is known"
    assert "Birch Ltd" in standing(database)


def test_a_correction_is_remembered_for_the_header(write: Write, run_import: Any, database: Any) -> None:
    header = ["Firm's own no", "Who", "Where"]
    rows = [["1", "Alder", "Leeds"], ["2", "Birch", "York"]]
    said = {"Who": "company_name", "Where": "city"}
    assert run_import(write(*rows, header=header), mapping=said, dry_run=True).columns[1]["why"] == "stated"
    with pytest.raises(ValueError, match="no column that says who"):
        run_import(write(*rows, header=header))
    run_import(write(*rows, header=header), mapping=said)
    again = run_import(write(*[[c, b, a] for a, b, c in rows], header=["where", "WHO", "Firm's own no"]))
    assert again.mapping == {"WHO": "company_name", "where": "city"}
    assert {each["why"] for each in again.columns} == {"remembered", "kept"}
    other = add_organization(database, "other")
    with pytest.raises(ValueError, match="no column that says who"):
        run_import(write(*rows, header=header), owner=other)


def test_what_is_remembered_gives_way_to_what_is_said_now() -> None:
    found = map_columns(["A", "B"], [["x", "y"]], "company", {"A": "company_name"}, {"A": "city", "B": "no_such_field"})
    assert [str(each) if each else None for each in found.fields] == ["company_name", None]


def test_the_command(write: Write, database: Any, organization_id: Any, tmp_path: Path) -> None:
    path, out = write(ALDER, ["3", "", "", "", "nobody"]), tmp_path / "out.json"
    runner = CliRunner()
    shown = runner.invoke(app, ["import", str(path), "--preview", "1", "--json", str(out)])
    assert shown.exit_code == 0, shown.output
    assert json.loads(out.read_text())["rows"][0]["line"] == 2
    done = runner.invoke(app, ["import", str(path), "--map", "Note=custom,City=city", "--json", str(out)])
    assert done.exit_code == 0, done.output
    result = json.loads(out.read_text())
    assert (result["rows"], result["landed"], result["known"], result["quarantined"]) == (2, 1, 0, 1)
    assert result["mapping"]["Company"] == "company_name"
    assert result["custom_fields"] == ["Note"]
    add_organization(database, "second")
    unclear = runner.invoke(app, ["import", str(path)])
    assert unclear.exit_code == 2
    assert "acme, second" in unclear.output.replace("\n", " ")
