"""The image and the lock that it is made of."""

from __future__ import annotations

import fnmatch
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from leadhouse.settings import PROJECT, Settings

DOCKERFILE = (PROJECT / "Dockerfile").read_text()
INSTRUCTIONS = [
    line.split(maxsplit=1) for line in re.sub(r"\\\n\s*", "", DOCKERFILE).splitlines() if line and line[0] not in "# "
]
LOCK = (PROJECT / "requirements.txt").read_text()
LOCKED = {
    canonicalize_name(name): (version, rest.count("--hash=sha256:"))
    for name, version, rest in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)((?:.*\\\n)*.*)$", LOCK, re.M)
}


def arguments_of(instruction):
    return [arguments for name, arguments in INSTRUCTIONS if name == instruction]


def direct_requirements():
    lines = (line.partition("#")[0].strip() for line in (PROJECT / "requirements.in").read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def is_ignored(path):
    lines = (PROJECT / ".dockerignore").read_text().splitlines()
    return any(fnmatch.fnmatch(path, line.removeprefix("**/")) for line in lines)


def test_what_is_copied_exists():
    copied = [words.split() for words in arguments_of("COPY") if "--from" not in words]
    sources = [source for words in copied for source in words[:-1]]
    assert {"requirements.txt", "pyproject.toml", "."} <= set(sources)
    assert [source for source in sources if not (PROJECT / source).exists()] == []


@pytest.mark.parametrize("path", [".git", ".venv", ".leadhouse", ".env", "__pycache__", ".mypy_cache"])
def test_what_is_secret_or_made_stays_outside(path):
    assert is_ignored(path)


def test_secrets_beside_the_compose_file_are_not_committed():
    assert ".env" in (PROJECT / ".gitignore").read_text().splitlines()


def test_it_runs_as_an_unprivileged_user():
    last_stage = max(position for position, each in enumerate(INSTRUCTIONS) if each[0] == "FROM")
    user = [arguments for name, arguments in INSTRUCTIONS[last_stage:] if name == "USER"]
    assert user == ["leadhouse"]
    [made] = [line for line in arguments_of("RUN") if "useradd" in line]
    assert "--system" in made
    assert "-o leadhouse -g leadhouse /var/lib/leadhouse" in made, "a new volume takes its owner from this folder"


def test_packages_come_by_hash():
    installs = re.findall(r"(?:pip|uv pip) install (.+?)(?: && |$)", "\n".join(arguments_of("RUN")), re.M)
    assert len(installs) == 3
    own = [words for words in installs if "--editable ." in words]
    assert ["--no-deps" in words and "--no-build-isolation" in words for words in own] == [True]
    assert all("--require-hashes" in words for words in installs if words not in own)
    assert any(words.endswith("-r requirements.txt") for words in installs)


def test_the_python_is_the_one_of_the_lock():
    bases = {base.split()[0] for base in arguments_of("FROM")}
    assert bases == {"python:3.11-slim-bookworm"}
    assert "--python-version 3.11" in (PROJECT / "Makefile").read_text()


def test_its_settings_exist():
    [text] = arguments_of("ENV")
    names = re.findall(r"(\w+)=", text)
    known = {f"LEADHOUSE_{name}".upper() for name in Settings.model_fields}
    assert {name for name in names if name.startswith("LEADHOUSE_")} - known == set()
    folders = dict(re.findall(r"AIRFLOW__CORE__(\w+)_FOLDER=/opt/leadhouse/(\w+)", text))
    assert folders == {"DAGS": "dags", "PLUGINS": "plugins"}


def test_direct_requirements_are_locked():
    direct = direct_requirements()
    assert len(direct) > 40
    for requirement in direct:
        locked = LOCKED.get(canonicalize_name(requirement.name))
        assert locked is not None, f"{requirement.name} is missing: run `make lock`"
        assert requirement.specifier.contains(locked[0], prereleases=True), f"{requirement} but {locked[0]}"


def test_every_locked_package_has_its_hashes():
    assert len(LOCKED) > len(direct_requirements())
    assert [name for name, (_, hashes) in LOCKED.items() if hashes == 0] == []


def test_lock_names_no_index():
    assert re.findall(r"^\s*--?(?:i|index-url|extra-index-url|find-links|trusted-host)\b.*|://\S+", LOCK, re.M) == []
