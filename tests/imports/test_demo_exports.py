"""The two exports of the demo's world come in whole: what is planted as broken is refused, every defect lands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.exports import KESTREL_DEFECTS, PLANTED_BAD_ROWS, write_exports
from demo.seed import defects
from demo.world.generator import World

REASONS = {
    "broken_email": "bad_email",
    "too_many_columns": "too_many_columns",
    "no_company_and_no_domain": "no_identity",
}


@pytest.fixture
def exports(tmp_path: Path) -> dict[str, Path]:
    return write_exports(World(seed=7, companies=20), tmp_path / "exports")


@pytest.mark.parametrize("slug", ["nordlicht", "kestrel"])
@pytest.mark.parametrize("kind", ["person", None])
def test_bad_rows_alone_are_quarantined(slug: str, kind: Any, exports: dict[str, Path], run_import: Any) -> None:
    summary = run_import(exports[slug], kind)
    assert summary.kind == "person"
    assert sorted(summary.reasons) == sorted(REASONS[bad] for bad in PLANTED_BAD_ROWS[slug])
    assert summary.quarantined == 2
    assert summary.rows == summary.landed + summary.known + summary.quarantined
    again = run_import(exports[slug], kind)
    assert (again.landed, again.known, again.quarantined) == (0, summary.landed + summary.known, 2)


def test_all_planted_defects_land(exports: dict[str, Path], run_import: Any, database: Any) -> None:
    run_import(exports["kestrel"], "person")
    with database.owner() as connection:
        found = connection.execute(
            "select payload -> 'email' -> 0 ->> 'value' as email, custom_fields ->> 'legal_basis' as basis"
            "  from raw.person_records"
        ).fetchall()
    emails = [row["email"] for row in found]
    planted = defects(World(seed=7, companies=20))
    assert len(planted) == len(KESTREL_DEFECTS) == 6
    for defect in planted:
        wanted = 2 if defect["rule"] == "duplicate_person" else 1
        assert emails.count(defect["email"]) >= wanted, defect
    assert {row["basis"] for row in found} == {"legitimate_interest"}


def test_customers_are_suppressed(exports: dict[str, Path], run_import: Any, database: Any) -> None:
    summary = run_import(exports["nordlicht"], "person")
    with database.connect("imports") as connection:
        rows = connection.execute("select scope, value_normalized, reason, source from app.suppressions").fetchall()
    assert len(rows) == summary.suppressed == 4
    assert {(row["scope"], row["reason"], row["source"]) for row in rows} == {
        ("email", "existing_customer", "csv/acme/nordlicht_kundenkartei")
    }


def test_a_formula_and_a_quoted_note_are_text(exports: dict[str, Path], run_import: Any, database: Any) -> None:
    run_import(exports["nordlicht"], "person")
    with database.owner() as connection:
        notes = connection.execute("select custom_fields ->> 'Bemerkung' as note from raw.person_records").fetchall()
    texts = {row["note"] for row in notes}
    assert "=cmd|' /C calc'!A0" in texts
    assert 'Rückruf vereinbart,\nbitte erst "nach Ostern";\nnicht vor 10 Uhr' in texts
