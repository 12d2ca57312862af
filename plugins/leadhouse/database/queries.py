"""SQL files of the components: ``sql/queries/<component>.sql``, statements under ``-- name: verb_object``.

    queries = load("landing")
    connection.execute(queries.insert_batch, {"run_on": day})

Comment lines between the name and the statement document it (`queries.docs`). A statement is psycopg `SQL`, so a
literal ``%`` is written ``%%`` when it takes parameters, and values never enter the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from psycopg import sql

from leadhouse.settings import PROJECT

NAME_LINE = re.compile(r"^--\s*name:\s*(.*?)\s*$")
NAME = re.compile(r"[a-z]+(_[a-z0-9]+)+")


class QueryFileError(ValueError):
    """A query file is malformed or lacks a query; the message names file, line and what is expected."""


class Queries:
    """The statements of one component as attributes. Immutable."""

    __slots__ = ("_path", "_statements", "docs")

    docs: Mapping[str, str]
    _path: Path
    _statements: Mapping[str, sql.SQL]

    def __init__(self, path: Path, statements: dict[str, sql.SQL], docs: dict[str, str]) -> None:
        object.__setattr__(self, "_path", path)
        object.__setattr__(self, "_statements", MappingProxyType(statements))
        object.__setattr__(self, "docs", MappingProxyType(docs))

    def __getattr__(self, name: str) -> sql.SQL:
        if name.startswith("__"):  # copy, pickle and inspect ask for such names; they are not queries
            raise AttributeError(name)
        try:
            return self._statements[name]
        except KeyError:
            known = ", ".join(sorted(self._statements)) or "none"
            raise AttributeError(f"{self._path} has no query {name!r}. It has: {known}.") from None

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"The queries of {self._path} are read-only.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._statements)

    def __len__(self) -> int:
        return len(self._statements)

    def __repr__(self) -> str:
        return f"<Queries {self._path.name}: {', '.join(self._statements)}>"


@cache
def load(component: str) -> Queries:
    """The queries of a component, read once a process.

    Raises:
        QueryFileError: no such file, or a malformed one.
    """
    return load_file(PROJECT / "sql" / "queries" / f"{component}.sql")


def trusted(text: str) -> sql.SQL:
    """SQL that is put together from our own words: query files, names of columns and types, statements made of these.

    psycopg asks for literals, so that nothing a caller has written gets into a statement. This is the one place where a
    text that was made is taken for one: nothing that comes from outside may stand in it.
    """
    return sql.SQL(text)


@lru_cache(maxsize=64)
def load_file(path: Path) -> Queries:
    """The queries of one file.

    Raises:
        QueryFileError: see `load`.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise QueryFileError(f"There is no query file {path}.") from None
    statements: dict[str, sql.SQL] = {}
    docs: dict[str, str] = {}
    for number, name, body in _blocks(path, lines):
        if not NAME.fullmatch(name):
            raise QueryFileError(f"{path}:{number}: {name!r} is not a name of the form verb_object (snake case).")
        if name in statements:
            raise QueryFileError(f"{path}:{number}: the name {name!r} is used twice.")
        docs[name], text = _split(body)
        if not text:
            raise QueryFileError(f"{path}:{number}: no statement follows the name {name!r}.")
        statements[name] = trusted(text)
    return Queries(path, statements, docs)


def _blocks(path: Path, lines: list[str]) -> Iterator[tuple[int, str, list[str]]]:
    """(line number, name, following lines) of each block; before the first name only comments may stand."""
    current: tuple[int, str, list[str]] | None = None
    for number, line in enumerate(lines, start=1):
        if match := NAME_LINE.match(line):
            if current:
                yield current
            current = (number, match[1], [])
        elif current:
            current[2].append(line)
        elif line.strip() and not line.startswith("--"):
            raise QueryFileError(f"{path}:{number}: a statement stands before the first `-- name: verb_object` line.")
    if current:
        yield current


def _split(body: list[str]) -> tuple[str, str]:
    """Leading comment lines and the statement without its closing semicolon."""
    start = next((i for i, line in enumerate(body) if line.strip() and not line.startswith("--")), len(body))
    comments = [line.removeprefix("--").strip() for line in body[:start] if line.startswith("--")]
    return "\n".join(comments), "\n".join(body[start:]).strip().removesuffix(";").rstrip()
