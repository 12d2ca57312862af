"""Every step leaves a row, and a failed one its own error, whatever the database says."""

from __future__ import annotations

import pytest

from leadhouse.ledger.steps import recorded_step
from leadhouse.settings import settings


@pytest.fixture(autouse=True)
def own_settings():
    yield
    settings.cache_clear()


def rows(database, run_id):
    with database.owner() as owner:
        found = owner.execute(
            "select stage, subject, outcome, counts, message, wall_seconds >= 0 and cpu_seconds >= 0 as is_timed"
            " from quality.step_outcomes where run_id = %s",
            [run_id],
        )
        return found.fetchall()


def test_a_step_says_what_it_did(module_database):
    with recorded_step("imports", "cli__done", "import_records", "a.csv") as step:
        step.counts["rows"] = 3
        step.outcome = "partial"
    assert rows(module_database, "cli__done") == [
        {"stage": "import_records", "subject": "a.csv", "outcome": "partial", "counts": {"rows": 3}, "message": None,
         "is_timed": True},
    ]  # fmt: skip


def test_a_failed_step_leaves_its_row_and_its_error(module_database):
    with pytest.raises(ValueError, match="line 7"), recorded_step("imports", "cli__bad", "import_records", "b.csv"):
        raise ValueError("line 7")
    [row] = rows(module_database, "cli__bad")
    assert (row["outcome"], row["message"]) == ("failed", "ValueError: line 7")


def test_a_step_that_the_database_broke_tells_what_broke_it(module_database, monkeypatch):
    def lose_the_database():
        with recorded_step("imports", "cli__gone", "import_records", "c.csv"):
            monkeypatch.setenv("LEADHOUSE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
            settings.cache_clear()
            raise ValueError("line 9")

    with pytest.raises(ValueError, match="line 9") as caught:
        lose_the_database()
    assert "step_outcomes could not be written" in caught.value.__notes__[0]
    assert rows(module_database, "cli__gone") == []
