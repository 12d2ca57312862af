"""Each command of sources and of who is who shows by example how it is called, and the examples are calls of it."""

from __future__ import annotations

import re
import shlex

import pytest
import typer
from typer.testing import CliRunner

from leadhouse.cli import app

GROUPS = ("import", "dedupe", "replay", "sources", "waterfall", "searches", "verification", "matches")


def leaves(command, path=()):
    if hasattr(command, "commands"):
        for name, each in command.commands.items():
            if path or name in GROUPS:
                yield from leaves(each, (*path, name))
    else:
        yield path, command


COMMANDS = dict(leaves(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_shows_calls_that_the_command_takes(path):
    shown = CliRunner().invoke(app, [*path, "--help"])
    calls = re.findall(r"^ +leadhouse (.+)$", shown.output.partition("Examples:")[2], re.M)
    assert calls, shown.output
    command = COMMANDS[path]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    for call in calls:
        words = shlex.split(call)
        assert tuple(words[: len(path)]) == path
        options = {word for word in words if word.startswith("--")}
        assert options <= known, call
        needed = {
            name for each in command.params if each.required and each.opts[0].startswith("-") for name in each.opts
        }
        assert not needed or needed & options, call


@pytest.mark.parametrize(
    "words",
    [["replay", "--from", "2026-11-20", "--to", "2026-11-01"], ["sources", "replay", "x", "2026-11-20", "2026-11-01"]],
)
def test_a_period_that_ends_before_it_begins_is_a_wrong_call(words):
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 2
    assert "nothing is between" in " ".join(told.output.split())
