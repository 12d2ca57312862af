"""What the pages promise is there: linked files and headings, make targets, commands with their options."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import typer

from leadhouse.cli import app
from leadhouse.settings import PROJECT

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", PROJECT / "CHANGELOG.md", *PROJECT.glob("docs/**/*.md")]
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ +(?P<title>.+)$", re.M)
MAKE = re.compile(r"(?:\$ |`)make (?P<target>[a-z-]+)")
COMMAND = re.compile(r"(?:bin/|`)leadhouse (?P<words>[^`#\n]+)")
# where only one person's machine keeps things; the names stand apart, so that this file does not hold such a place
HOMES, ROOTS = "home|Users", "work|root"
FOREIGN_PLACES = re.compile(rf"(?<![\w.\-~}}])/(?:(?:{HOMES})/[A-Za-z][\w.\-]*|{ROOTS})/")


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    titles = HEADING.findall(FENCED.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def committed_files() -> list[Path]:
    """Every file under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this checkout is no git repository")
    return [PROJECT / name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_somewhere(page):
    broken = []
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_exist(name):
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.M))
    named = set(MAKE.findall((PROJECT / name).read_text()))
    assert named
    assert named - targets == set()


def test_commands_and_options_exist():
    root = typer.main.get_command(app)
    called = [found.split() for found in COMMAND.findall((PROJECT / "README.md").read_text())]
    assert len(called) > 4
    for words in called:
        command, left = root, list(words)
        while hasattr(command, "commands"):
            assert left, f"leadhouse {' '.join(words)} names no command"
            assert left[0] in command.commands, f"leadhouse {' '.join(words)}"
            command = command.commands[left.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in left if word.startswith("--")} <= options, f"leadhouse {' '.join(words)}"


def test_folders_of_the_readme_exist():
    folders = re.findall(r"^\| `([\w/]+/)`", (PROJECT / "README.md").read_text(), re.M)
    assert len(folders) > 4
    assert [folder for folder in folders if not (PROJECT / folder).is_dir()] == []


def test_no_file_names_a_place_of_one_machine():
    image = (PROJECT / "Dockerfile").read_text()
    own = [f"{place}/" for place in (PROJECT, Path.home()) if len(place.parts) > 2 and str(place) not in image]
    found = []
    for path in committed_files():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(PROJECT)}: {place}" for place in own if place in text]
        found += [f"{path.relative_to(PROJECT)}: {match.group()}" for match in FOREIGN_PLACES.finditer(text)]
    assert found == []
