"""A file that comes again: known, changed and vanished rows; two organizations; nothing half; suppressions."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadhouse.imports import csv_import
from leadhouse.imports.csv_import import import_file
from tests.imports.conftest import FILES, RUN_ON, add_organization

HEADER = ["Company", "First Name", "Last Name", "Email", "Website", "Title"]
PEOPLE = [
    ["Alder Ltd", "Ann", "Ash", "ann@alder.example", "alder.example", "CEO"],
    ["Birch Ltd", "Bob", "Oak", "bob@birch.example", "birch.example", "CFO"],
    ["Cedar Ltd", "Cy", "Elm", "cy@cedar.example", "cedar.example", "CTO"],
]

Write = Callable[[list[list[str]]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the rows to ``people.csv``, always the same file."""

    def to_file(rows: list[list[str]]) -> Path:
        path = tmp_path / "people.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER, *rows])
        return path

    return to_file


def standing(database: Any) -> dict[str, str]:
    """E-mail and title of the people whom the newest applied statements name."""
    with database.kept_transaction() as connection:
        rows = connection.execute(
            """select record.payload -> 'email' -> 0 ->> 'value' as email,
                      record.payload -> 'title' -> 0 ->> 'value' as title
                 from (select distinct on (unit_id) unit_id, run_on, extraction_id from raw.applications
                        order by unit_id, observed_at desc, applied_at desc) as newest
                 join raw.person_records as record using (run_on, extraction_id)"""
        ).fetchall()
    return {row["email"]: row["title"] for row in rows}


def counts(summary: Any) -> tuple[int, int, int, int]:
    assert summary.rows == summary.landed + summary.known + summary.quarantined
    return summary.landed, summary.known, summary.quarantined, summary.retracted


def batch_sums(database: Any) -> list[tuple[int, int, int, int]]:
    with database.kept_transaction() as connection:
        rows = connection.execute("select * from raw.batches order by batch_no").fetchall()
    return [(row["received"], row["landed"], row["known"], row["quarantined"]) for row in rows]


def test_the_same_file_again_is_known(write: Write, run_import: Any, database: Any) -> None:
    assert counts(run_import(write(PEOPLE))) == (3, 0, 0, 0)
    assert counts(run_import(write(PEOPLE))) == (0, 3, 0, 0)
    assert batch_sums(database) == [(6, 6, 0, 0), (6, 0, 6, 0)]


def test_rows_that_moved_are_known(write: Write, run_import: Any) -> None:
    run_import(write(PEOPLE))
    new = ["Dill Ltd", "Di", "Fir", "di@dill.example", "dill.example", ""]
    assert counts(run_import(write([new, *reversed(PEOPLE)]))) == (1, 3, 0, 0)


def test_a_changed_row_lands_and_a_vanished_one_is_retracted(write: Write, run_import: Any, database: Any) -> None:
    run_import(write(PEOPLE))
    changed = [*PEOPLE[0][:5], "Chair"]
    assert counts(run_import(write([changed, PEOPLE[1]]))) == (1, 1, 0, 1)
    assert standing(database) == {"ann@alder.example": "Chair", "bob@birch.example": "CFO"}
    assert counts(run_import(write([changed, PEOPLE[1]]))) == (0, 2, 0, 0), "retracted once"


def test_what_comes_back_stands_again(write: Write, run_import: Any, database: Any) -> None:
    for rows in (PEOPLE, PEOPLE[:1], PEOPLE):
        summary = run_import(write(rows))
    assert counts(summary) == (0, 3, 0, 0)
    assert set(standing(database)) == {"ann@alder.example", "bob@birch.example", "cy@cedar.example"}


def test_a_row_twice_is_known_and_two_rows_of_one_person_are_two(write: Write, run_import: Any, database: Any) -> None:
    shouted = ["Alder Ltd", "ANN", "ASH", "ann@alder.example", "alder.example", ""]
    assert counts(run_import(write([*PEOPLE, PEOPLE[0], shouted]))) == (4, 1, 0, 0)
    assert counts(run_import(write([*PEOPLE, PEOPLE[0], shouted]))) == (0, 5, 0, 0)
    with database.kept_transaction() as connection:
        found = connection.execute("select count(distinct subject_id) as n from raw.person_records").fetchone()
    assert found["n"] == 4


def test_a_file_whose_rows_are_all_refused_retracts_nothing(write: Write, run_import: Any, database: Any) -> None:
    run_import(write(PEOPLE))
    broken = [[*row[:3], "no address", *row[4:]] for row in PEOPLE]
    assert counts(run_import(write(broken))) == (0, 0, 3, 0)
    assert len(standing(database)) == 3


def test_two_organizations_import_one_file_name(write: Write, run_import: Any, database: Any) -> None:
    other = add_organization(database, "other")
    path = write(PEOPLE)
    assert counts(run_import(path)) == counts(run_import(path, owner=other)) == (3, 0, 0, 0)
    assert counts(run_import(write(PEOPLE[:1]), owner=other)) == (0, 1, 0, 2)
    assert counts(run_import(path := write(PEOPLE))) == (0, 3, 0, 0), path
    with database.kept_transaction() as connection:
        sources = connection.execute("select source_key, kind::text, organization_id from app.sources").fetchall()
        open_to_all = connection.execute(
            "select count(*) as n from raw.person_records where organization_id is null"
        ).fetchone()
    assert {(row["source_key"], row["kind"]) for row in sources} == {
        ("csv/acme/people", "csv"),
        ("csv/other/people", "csv"),
    }
    assert len({row["organization_id"] for row in sources}) == 2
    assert open_to_all["n"] == 0


def test_a_dry_run_counts_and_lands_nothing(write: Write, run_import: Any, database: Any) -> None:
    run_import(write(PEOPLE[:2]))
    summary = run_import(write([[*PEOPLE[0][:5], "Chair"], PEOPLE[2]]), dry_run=True)
    assert counts(summary) == (2, 0, 0, 1)
    assert summary.is_dry_run
    assert summary.batch_no is None
    assert len(batch_sums(database)) == 1
    assert standing(database) == {"ann@alder.example": "CEO", "bob@birch.example": "CFO"}


def test_a_death_in_the_middle_leaves_nothing(
    write: Write, run_import: Any, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"Firm {i}", "Ann", f"Ash {i}", f"ann@firm{i}.example", f"firm{i}.example", ""] for i in range(30)]
    monkeypatch.setattr(csv_import, "PART_ROWS", 10)
    with database.owner(autocommit=True) as connection:
        # the second part meets a server that closes the connection, as a killed process does
        connection.execute(
            """create function public.die() returns trigger language plpgsql security definer as $$ begin
                 if (select count(*) from new_rows) > 0 and (select count(*) from raw.extractions) > 10 then
                   perform pg_terminate_backend(pg_backend_pid()); end if;
                 return null; end $$;
               create trigger die after insert on raw.extractions referencing new table as new_rows
                 for each statement execute function public.die()"""
        )
        with pytest.raises(Exception, match="terminating connection"):
            run_import(write(rows))
        for table in ("raw.batches", "raw.extractions", "raw.person_records", "app.sources", "app.suppressions"):
            found = connection.execute(f"select count(*) as n from {table}").fetchone()  # noqa: S608
            assert found["n"] == 0, table
        connection.execute("drop trigger die on raw.extractions")
    assert counts(run_import(write(rows))) == (30, 0, 0, 0)
    assert batch_sums(database) == [(60, 60, 0, 0)]


def test_customers_and_opt_outs_are_suppressed_once(run_import: Any, database: Any) -> None:
    assert run_import(FILES / "opted_out.csv").suppressed == 2
    assert run_import(FILES / "opted_out.csv").suppressed == 0
    with database.kept_transaction() as connection:
        rows = connection.execute("select value_normalized, reason from app.suppressions").fetchall()
    assert {(row["value_normalized"], row["reason"]) for row in rows} == {
        ("ann@ash.example", "unsubscribed"),
        ("bob@birch.example", "existing_customer"),
    }


def test_refused_rows_are_kept_with_line_and_reason(run_import: Any, database: Any, tmp_path: Path) -> None:
    target = tmp_path / "errors.csv"
    summary = run_import(FILES / "bad_rows.csv", errors_to=target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0][:3] == ["line", "reason", "what to do"]
    assert [line[:2] for line in lines[1:]] == [["2", "bad_email"], ["3", "too_many_columns"], ["4", "no_identity"]]
    assert summary.as_json()["errors"][0]["line"] == 2
    assert lines[3][-1] == "'+44 20 7946 0018", "no cell of the error file is a formula"
    with database.kept_transaction() as connection:
        kept = connection.execute("select line, reason, unit_key from quality.quarantine order by line").fetchall()
    assert [(row["line"], row["unit_key"]) for row in kept] == [(line, "file:bad_rows.csv") for line in (2, 3, 4)]


def test_a_source_that_was_set_up_for_the_path_is_used(write: Write, run_import: Any, database: Any) -> None:
    path = write(PEOPLE)
    owner = add_organization(database, "planned")
    with database.kept_transaction() as connection:
        connection.execute(
            "insert into app.sources (source_key, organization_id, kind, name, config)"
            " values ('csv/planned/crm', %s, 'csv', 'crm', jsonb_build_object('path', %s::text))",
            [owner, str(path)],
        )
    assert run_import(path, owner=owner).source_key == "csv/planned/crm"
    with database.kept_transaction() as connection:
        due = connection.execute("select next_due_at::date as day from app.sources").fetchone()
    assert (due["day"] - RUN_ON).days == 1, "due again on the next day"


def test_an_unknown_organization_is_told(write: Write, database: Any) -> None:
    from uuid import uuid4

    with pytest.raises(ValueError, match="There is no organization"):
        import_file(write(PEOPLE), uuid4(), None, RUN_ON, "test")
