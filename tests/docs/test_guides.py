"""The guides' commands: all of them exist with their options, and those that need no outside run as they stand."""

from __future__ import annotations

import json
import re
import shlex

import pytest
import typer
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.credentials import new_master_key
from leadhouse.database.connection import COMPONENTS
from leadhouse.settings import PROJECT, settings
from tests.imports.workbook_files import write_xlsx

DAGS = PROJECT / "docs/dags.md"  # written from the docstrings, which are looked at themselves
PAGES = [
    PROJECT / "README.md",
    *(page for page in sorted((PROJECT / "docs").rglob("*.md")) if page != DAGS),
    *sorted((PROJECT / "dags").glob("*.py")),
]
CALL = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?leadhouse (?P<words>[^\n]+?)(?:\s+#[^\n]*)?$", re.M)
INLINE = re.compile(r"`leadhouse (?P<words>[a-z][^`]*)`")
BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
OTHERS = {"airflow", "dbt"}  # programs of their own, with options of their own
# what runs here, page by page: the rest asks somebody outside, needs a stack of its own, or is run by other tests
RUN = {"waterfall.md": None, "billing.md": None, "imports.md": None, "connectors.md": ("secrets put", "sources add")}


def calls(page):
    """The calls in the blocks of a page."""
    blocks = (block["text"] for block in BLOCK.finditer(page.read_text()) if block["language"] in ("", "console"))
    return [found["words"] for text in blocks for found in CALL.finditer(text)]


@pytest.fixture(scope="module")
def commands():
    """All commands; they take a tenth of a second to make."""
    return typer.main.get_command(app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_commands_and_options_exist(commands, page):
    named = calls(page) + [found["words"] for found in INLINE.finditer(BLOCK.sub("", page.read_text()))]
    for told in (each for each in named if each not in COMPONENTS):  # as sessions are called in pg_stat_activity
        command, left = commands, told.split()
        while hasattr(command, "commands") and left and left[0] in command.commands:
            command = command.commands[left.pop(0)]
            if command.name in OTHERS:
                left = []
        assert not (hasattr(command, "commands") and left and not left[0].startswith("-")), f"leadhouse {told}"
        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
        assert {word.split("=")[0].strip("[]") for word in left if word.startswith("--")} <= known, f"leadhouse {told}"


@pytest.fixture(scope="module")
def guide(module_database, tmp_path_factory):
    """One platform for all guides: an organization, and the files that the pages name."""
    folder = tmp_path_factory.mktemp("guide")
    rows = [["Wer", "E-Mail", "Notiz"], ["Ann Alder", "ann@alder.example", "called twice"]]
    (folder / "contacts.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")
    write_xlsx(folder / "contacts.xlsx", {"Kontakte": rows})
    page = (PROJECT / "docs/connectors.md").read_text()
    stated = [json.loads(block["text"]) for block in BLOCK.finditer(page) if block["language"] == "json"]
    (folder / "opticians.json").write_text(json.dumps(next(each for each in stated if "criteria" in each)))
    with module_database.owner() as owner:
        owner.execute("insert into identity.organizations (slug, name) values ('nordlicht', 'Nordlicht')")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
        patch.chdir(folder)
        settings.cache_clear()
        yield folder
    settings.cache_clear()


@pytest.mark.parametrize("name", RUN)
def test_the_commands_of_a_guide_run_in_their_order(guide, name):
    """Secrets come on standard input, as they do where nobody sits before a terminal."""
    wanted = [each for each in calls(PROJECT / "docs" / name) if RUN[name] is None or each.startswith(RUN[name])]
    assert len(wanted) > 1
    for told in wanted:
        done = CliRunner().invoke(app, shlex.split(told), input="a key\n")
        assert done.exit_code == 0, f"leadhouse {told}\n{done.output}\n{done.exception!r}"


def test_who_names_no_organization_is_told_which_there_are(guide, module_database):
    alone = CliRunner().invoke(app, ["sources", "list", "--json"])
    assert alone.exit_code == 0, alone.output  # there is one: it is meant
    with module_database.owner() as owner:
        owner.execute("insert into identity.organizations (slug, name) values ('kestrel', 'Kestrel')")
    for words in (["sources", "list"], ["waterfall", "price"], ["analyst", "list"]):
        told = CliRunner().invoke(app, words)
        assert told.exit_code == 2
        assert "kestrel, nordlicht" in " ".join(told.stderr.split())


def test_every_page_stands_in_the_index():
    index = (PROJECT / "docs/README.md").read_text()
    pages = {str(page.relative_to(PROJECT / "docs")) for page in (PROJECT / "docs").rglob("*.md")}
    of_folders = {page for page in pages if page.startswith("adr/")}
    assert {page for page in pages - of_folders - {"README.md"} if f"]({page})" not in index} == set()
    assert "](adr)" in index
