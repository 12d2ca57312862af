"""`leadhouse import` as people read it: columns with reasons, rows as a table, JSON where it is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

ROWS = "Firma,040 123456,E-Mail\nAlder GmbH,040 998877,info@alder.example\nBirke KG,,kein-at\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(ROWS)
    return path


def test_preview_is_a_table_and_says_why_a_column_stays_custom(run: Any, file: Path) -> None:
    told = run("import", file, "--preview", 2)
    assert told.exit_code == 0, told.output
    [odd] = [line for line in told.stdout.splitlines() if line.startswith("│ 040 123456")]
    assert "custom field" in odd
    assert "neither its name nor its content is that of a field" in odd
    assert '--map "040 123456=FIELD"' in odd
    assert "│ company_name │ name" in told.stdout
    assert "info@alder.example" in told.stdout
    assert "refused" in told.stdout
    found = json.loads(run("import", file, "--preview", 2, "--json").stdout)
    assert [row["line"] for row in found["rows"]] == [2, 3]


def test_an_import_adds_up_and_leaves_a_run(run: Any, file: Path, north: UUID, module_database: Any) -> None:
    dry = run("import", file, "--organization", "north", "--dry-run")
    assert "Nothing has landed: this was a dry run." in dry.stdout
    told = run("import", file, "--organization", "north")
    assert told.exit_code == 0, told.output
    assert "2 rows = 1 landed + 0 known + 1 quarantined; source csv/north/contacts" in told.stdout
    assert "bad_email" in told.stdout
    with module_database.owner() as owner:
        [step] = owner.execute("select run_id, counts from quality.step_outcomes where stage = 'import_records'")
    assert step["run_id"].startswith("cli__")
    assert step["counts"] == {"rows": 2, "landed": 1, "known": 0, "quarantined": 1}
    again = json.loads(run("import", file, "--organization", north, "--json").stdout)
    assert (again["landed"], again["known"]) == (0, 1)
    [source] = json.loads(run("sources", "list", "--organization", "north", "--json").stdout)
    assert source["records_landed"] == 1
    assert source["last_run_at"]


def test_a_folder_is_a_table_with_a_line_a_file(run: Any, file: Path, north: UUID) -> None:
    (file.parent / "people.csv").write_text("Name;Firma;Schuhgröße\nAda Berg;Alder GmbH;38\nUdo Neu;Birke KG;44\n")
    (file.parent / "notes.pdf").write_bytes(b"%PDF-1.7\n")
    told = run("import", file.parent, "--organization", north, "--dry-run")
    assert told.exit_code == 1, "one of them cannot be read"
    lines = {line.split()[1]: line.replace("│", " ").split() for line in told.stdout.splitlines() if "│ " in line}
    assert lines["contacts.csv"][1:] == ["company", "line", "1", "3", "2", "1", "2", *lines["contacts.csv"][8:]]
    assert lines["people.csv"][1:9] == ["person", "line", "1", "3", "2", "1", "2", "2"]
    assert int(lines["sum"][1]) == 4
    assert "notes.pdf is not read: " in told.stdout
    assert "Nothing has landed: this was a dry run." in told.stdout
    found = json.loads(run("import", file.parent, "--organization", north, "--dry-run", "--json").stdout)
    assert [each["file"] for each in found if "refused" in each] == ["notes.pdf"]
    assert all(each["rows"] == each["landed"] + each["known"] + each["quarantined"] for each in found if "rows" in each)
    assert run("import", file.parent, "--organization", north, "--preview", 2).exit_code == 2
