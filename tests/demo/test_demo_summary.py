"""What a night ends with: its seconds add up, its numbers say what they count, nothing is left empty."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from demo.__main__ import main
from demo.state import DemoState, next_night, save_state
from demo.view import NightView, stages_table, summary_tables
from leadhouse.console.stage_words import figures_of
from leadhouse.local.locks import exclusive
from leadhouse.settings import settings


def stage(name: str, seconds: float, state: str = "succeeded", **counts: int) -> dict[str, Any]:
    return {"stage": name, "state": state, "seconds": seconds, "cpu_seconds": seconds / 2, "counts": counts}


def second_night() -> dict[str, Any]:
    """A night of which the file holds the same bad rows as on the night before, and no mail goes out."""
    return {
        "night": 2,
        "start_seconds": 24.0,
        "night_seconds": 100.0,
        "seconds_side_by_side": 8.5,
        "seconds_outside_stages": 62.0,
        "stages": [
            stage("crawl_sites", 34.0, sources=34, pages=245, fetched=41, not_modified=186, blocked=18, received=55),
            stage("import_records", 8.5, rows=55, received=16, known=62, landed=5, quarantined=4, calls=2),
            stage("send_campaigns", 4.0, "partial", candidates=11, blocked=1),
        ],
        "pages": {"fetched": 41, "not_modified": 186, "blocked": 18, "empty": 0, "broken": 0},
        "records": {"received": 177, "landed": 26, "known": 151, "quarantined": 0},
        "quarantined": {},
        "entities": {"companies": 29, "people": 76, "leads": 133},
        "gate": {"passed": 0, "blocked": 1},
        "messages": {},
        "cost_eur": {"provider": 0.4, "total": 0.4},
        "failed_tasks": [],
        "lead_searches": [],
        "sources": [
            {
                "source_key": "csv/north/" + "k" * 90, "received": 62, "landed": 2, "known": 60, "quarantined": 0,
                "eur": 0.0,
            }
        ],
        "providers": [
            {
                "provider": "findwell", "attribute": "email", "calls": 14, "cached": 0, "hit_rate": 0.9,
                "cost_eur": 0.26, "cost_per_hit": 0.02, "judged": 8, "precision": 0.5, "calls_tonight": 0,
                "cost_eur_tonight": 0.0,
            }
        ],
        "truth": {},
    }  # fmt: skip


def shown(renderable: Any) -> list[str]:
    console = Console(width=400)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get().splitlines()


def test_seconds_of_the_table_add_up_to_the_whole() -> None:
    rows = [line.split() for line in shown(stages_table(second_night()))]
    seconds = {}
    for row in rows[1:]:
        at = next(index for index, cell in enumerate(row) if cell.replace(".", "").lstrip("-").isdigit())
        seconds[row[at - 1]] = float(row[at])
    whole = seconds.pop("whole")
    assert whole == 124.0
    assert sum(seconds.values()) == whole
    assert seconds["stages"] == 62.0  # between stages


def test_a_table_of_a_night_under_way_has_stages_alone() -> None:
    summary = {"stages": [stage("crawl_sites", 2.0, "running")]}
    assert [line.split()[0] for line in shown(stages_table(summary))[1:]] == ["…"]


def test_quarantine_of_a_later_night_says_what_its_stage_says() -> None:
    lines = shown(summary_tables(second_night()))
    [stage_line] = [line for line in lines if "import_records" in line]
    assert "55 rows of files and 16 records of accounts: 5 landed, 62 known, 4 quarantined; 2 calls" in stage_line
    [quarantine] = [line for line in lines if line.startswith("quarantined")]
    assert quarantine.endswith("none that is new; 4 rows of files were refused again, and stand there already")
    [records] = [line for line in lines if line.startswith("records ") and "source" not in line]
    assert "177 received = 26 landed + 151 known before + 0 quarantined" in records


def test_nothing_is_empty_repeated_or_without_a_name() -> None:
    lines = shown(summary_tables(second_night()))
    assert not any(not line and not following for line, following in pairwise(lines))
    assert any(line.split() == ["mails", "none"] for line in lines)
    assert any("245: 41 fetched, 186 not modified" in line for line in lines)
    assert any("0.4000 EUR: 0.4000 for provider" in line for line in lines)
    [header] = [line for line in lines if line.startswith("provider, all nights")]
    assert header.endswith("calls tonight  EUR tonight")
    assert any("k" * 90 in line for line in lines)


def test_a_count_without_words_is_told_under_its_own_name() -> None:
    told = figures_of(stage("crawl_sites", 1, sources=2, left_out_calendar=4, odd_ones=1, empty=0))
    assert told == "2 sites; 4 pages left out (calendar), 1 odd ones"


def test_a_night_that_is_taken_up_counts_from_its_first_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    settings.cache_clear()
    began, asked, later = (datetime(2026, 11, 22, 17, minute, tzinfo=UTC) for minute in (0, 1, 30))
    save_state(next_night(7, 20).begun(began).asked_now(asked))
    again = next_night(7, 20).begun(later).asked_now(later)
    assert (again.day, again.began, again.asked) == (0, began, asked)
    save_state(again.completed())
    settings.cache_clear()
    following = next_night(7, 20)
    assert (following.day, following.began, following.asked) == (1, None, None)


def test_two_nights_at_once_in_one_folder_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["demo", "night"])
    settings.cache_clear()
    with exclusive(tmp_path / "demo.lock", "a test"):
        assert main() == 1
    assert "another night of the demo runs in this folder" in capfd.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["demo.lock"]


def test_a_night_that_is_taken_up_says_so() -> None:
    lines = shown(stages_table(second_night() | {"is_taken_up": True}))
    assert any("Airflow starts tasks, or waits, and the time between two tries" in line for line in lines)


def test_counts_are_told_by_number() -> None:
    told = figures_of(stage("send_campaigns", 1, blocked=1, candidates=2, accepted=1))
    assert told == "1 campaign blocked by the gate; 2 candidates; 1 mail accepted"
    told = figures_of(stage("resolve_entities", 1, units=1, subjects=9, dirty=9, entities_changed=3, created=3))
    assert told == "1 unit read; 9 records, all new or changed; 3 entities changed: 3 made"
    told = figures_of(stage("resolve_entities", 1, subjects=9, dirty=2))
    assert told == "9 records, 2 of them new or changed"


def test_nights_are_counted_from_one() -> None:
    state = DemoState(7, 20, 1, "2026-11-22")
    assert state.number == 2
    assert NightView(state).title.startswith("Night 2 (2026-11-23)")
