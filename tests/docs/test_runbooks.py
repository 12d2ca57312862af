"""The runbooks' commands exist with their options, their SQL runs, and what is done by hand there is done here."""

from __future__ import annotations

import re
import shlex

import pytest
import typer
from typer.testing import CliRunner

from leadhouse.commands import backups, migrate, replay, reports
from leadhouse.database import migrations
from leadhouse.local.home_settings import save_settings
from leadhouse.settings import PROJECT, settings

PAGES = sorted((PROJECT / "docs/runbooks").glob("*.md"))
OWN = typer.Typer()
OWN.command("backup")(backups.backup)
OWN.command("restore")(backups.restore)
OWN.command("replay")(replay.replay)
OWN.add_typer(migrate.app, name="migrate")
OWN.add_typer(reports.app, name="report")
run = CliRunner()


def blocks(language):
    return [
        (page.name, text)
        for page in PAGES
        for text in re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.M | re.S)
    ]


def commands():
    lines = [line for _, text in blocks("console") for line in text.splitlines() if line.startswith("$ leadhouse ")]
    return [shlex.split(line)[2:] for line in lines]


@pytest.fixture
def server_of(database, monkeypatch):
    """The commands reach the test's database, and keep its logins' passwords."""
    save_settings(database.environment)
    monkeypatch.setenv("DATABASE_URL", database.admin_url)
    settings.cache_clear()
    return database


def test_commands_take_their_options():
    known = typer.main.get_command(OWN)
    called = [words for words in commands() if words[0] in known.commands]
    assert {words[0] for words in called} == set(known.commands)
    for words in called:
        command, left = known.commands[words[0]], words[1:]
        while hasattr(command, "commands") and left and left[0] in command.commands:
            command = command.commands[left.pop(0)]
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in left if word.startswith("--")} <= options, words


@pytest.mark.parametrize(("page", "text"), blocks("sql"))
def test_sql_runs(page, text, module_database):
    with module_database.owner() as connection:
        connection.execute(text)


@pytest.mark.slow
def test_backup_is_made_listed_and_restored(server_of):
    with server_of.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('acme', 'Acme')")
    made = run.invoke(OWN, ["backup"])
    assert made.exit_code == 0, made.output
    path = made.output.partition(": ")[0]
    assert path.rpartition("/")[2] in run.invoke(OWN, ["backup", "--list"]).output
    refused = run.invoke(OWN, ["restore", path])
    assert refused.exit_code == 1
    assert "holds data" in refused.output + refused.stderr
    restored = run.invoke(OWN, ["restore", path, "--yes"])
    assert restored.exit_code == 0, restored.output
    assert "erasures made again: 0" in restored.output
    with server_of.connect("imports") as connection:
        assert connection.execute("select slug from identity.organizations").fetchall() == [{"slug": "acme"}]


@pytest.mark.slow
def test_rehearsal_ends_with_a_verdict(database, monkeypatch):
    [newest] = migrations.rollback(database.admin_url, 1)
    monkeypatch.setattr("leadhouse.local.stack.database_admin_url", lambda: database.admin_url)
    found = run.invoke(OWN, ["migrate", "--rehearse"], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    assert "nothing unexplained" in found.output
    assert newest in found.output


@pytest.mark.parametrize("report", ["slow-queries", "table-sizes", "unused-indexes"])
def test_reports_as_table_and_as_json(report, counted_statements, server_of):
    with server_of.owner() as connection:
        connection.execute("select count(*) from app.leads")
    for words, sign in ((["report", report], "┃"), (["report", report, "--json"], '": ')):
        shown = run.invoke(OWN, words)
        assert shown.exit_code == 0, shown.output
        assert sign in shown.output
