"""Every command says in a sentence what it does; ids are whole; slugs are taken; failures say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import typer
from rich.console import Console

from leadhouse.cli import app
from leadhouse.commands.output import bare_json, print_table
from leadhouse.settings import settings

WIDE = "hunter/north/" + "a-long-name-" * 12


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command and every group with its words."""
    for name, command in group.commands.items():
        words = (*path, name)
        yield " ".join(words), command
        if hasattr(command, "commands"):
            yield from commands(command, words)


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", COMMANDS)
def test_help_begins_with_a_sentence(words: str) -> None:
    first = (COMMANDS[words].help or "").split("\n\n")[0].strip()
    assert first.endswith("."), first
    assert len(first.split()) >= 3
    assert first[0].isupper()


LISTS = [
    name for name in COMMANDS if name.rpartition(" ")[2] in ("list", "show", "types", "waiting", "status", "doctor")
]


@pytest.mark.parametrize("words", LISTS)
def test_what_shows_rows_gives_json(words: str) -> None:
    assert "--json" in {option for parameter in COMMANDS[words].params for option in parameter.opts}


def test_json_takes_a_file_or_none() -> None:
    assert bare_json(["status", "--json"]) == ["status", "--json", "-"]
    assert bare_json(["list", "--json", "--organization", "x"]) == ["list", "--json", "-", "--organization", "x"]
    assert bare_json(["list", "--json", "out.json"]) == ["list", "--json", "out.json"]
    assert bare_json(["list", "--json", "-"]) == ["list", "--json", "-"]


def test_the_version_is_that_of_the_package(run: Any) -> None:
    told = run("--version")
    assert (told.exit_code, told.output.split()[0]) == (0, "leadhouse")
    assert told.output.split()[1][0].isdigit()


def test_a_narrow_terminal_cuts_no_id(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(Console, "is_terminal", True)
    print_table(("key", "said"), [(WIDE, "a sentence that may be folded over lines")], whole=("key",))
    shown = capsys.readouterr().out
    assert WIDE in shown
    assert "…" not in shown


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    said = "a sentence of many words " * 20
    print_table(("key", "said"), [(WIDE, said.strip())])
    assert f"{WIDE} │ {said.strip()}" in capsys.readouterr().out


def test_campaigns_are_listed_with_their_ids(run: Any, north: UUID, module_database: Any) -> None:
    assert "There is no campaign." in run("campaign", "list").output
    with module_database.owner() as owner:
        account = owner.execute(
            "insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port, daily_limit)"
            " values (%s, 'a@north.example', 'A', 'smtp.north.example', 25, 10) returning email_account_id",
            [north],
        ).fetchone()["email_account_id"]
        campaign = owner.execute(
            "insert into app.campaigns (organization_id, name, email_account_id, status)"
            " values (%s, 'Spring', %s, 'draft') returning campaign_id",
            [north, account],
        ).fetchone()["campaign_id"]
    assert str(campaign) in run("campaign", "list").output
    [told] = json.loads(run("campaign", "list", "--organization", "north", "--json").output)
    assert (told["campaign_id"], told["name"], told["members"]) == (str(campaign), "Spring", 0)
    unknown = run("campaign", "list", "--organization", "nort")
    assert unknown.exit_code == 1
    assert "there are: north" in unknown.stderr
    assert unknown.stdout == ""


@pytest.mark.parametrize(
    "words",
    [("matches", "waiting"), ("waterfall", "show"), ("waterfall", "price"), ("sources", "list"), ("searches", "list"),
     ("campaign", "list"), ("billing", "show"), ("secrets", "list")],
)  # fmt: skip
def test_an_organization_is_named_by_slug_or_id(words: tuple[str, ...], run: Any, north: UUID) -> None:
    for named in ("north", north):
        told = run(*words, "--organization", named)
        assert told.exit_code == 0, told.output
        found = run(*words, "--organization", named, "--json")
        assert found.exit_code == 0, found.output
        json.loads(found.stdout)
    unknown = run(*words, "--organization", "south")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "south" in unknown.stderr


def test_nothing_to_buy_is_said_and_no_frame_is_drawn(run: Any, north: UUID) -> None:
    told = run("waterfall", "price", "--organization", "north").output
    assert "Nothing is to be bought now" in told
    assert "┏" not in told
    assert "Nobody is asked for anything" in run("waterfall", "show").output


def test_what_is_down_is_said_with_how_to_start_it(run: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    for name in ("LEADHOUSE_DATABASE_URL", "LEADHOUSE_DATABASE_ADMIN_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    try:
        told, checked = run("status"), run("doctor")
        refused = run("campaign", "list")
    finally:
        settings.cache_clear()
    assert told.exit_code == 0
    assert "postgres             down" in told.stdout
    assert "Down: postgres and airflow" in told.stderr
    assert "`leadhouse up`" in told.stderr
    assert "off    roles: not looked at: Postgres is down" in checked.output
    assert "wrong" not in checked.output
    assert refused.exit_code == 1
    assert "`leadhouse up`" in refused.stderr
