"""A JSON document that holds a list of objects (an interface's answer, a database's dump) as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from leadhouse.imports import json_lines
from leadhouse.imports.delimited_rows import Row

MOST_CHARACTERS = 1 << 28  # of a document, which is held in memory
MOST_DEPTH = 3  # of objects within objects, whose keys are joined: ``address.city``


def read_objects(text: TextIO) -> list[dict[str, str]] | None:
    """The objects of the longest list in the document, as cells by column; None where it holds none."""
    try:
        document = json.loads(text.read(MOST_CHARACTERS))
    except (ValueError, RecursionError):
        return None
    found = max(_lists(document, 0), key=len, default=[])
    return [dict(_cells(each, "", 0)) for each in found] or None


def header_of(objects: list[dict[str, str]]) -> tuple[str, ...]:
    """All keys in the order in which they are first met."""
    names = dict.fromkeys(name for each in objects for name in each)
    return tuple(list(names)[: json_lines.MOST_COLUMNS])


def object_rows(objects: list[dict[str, str]], header: tuple[str, ...]) -> Iterator[Row]:
    """One a row; its line is its number in the list."""
    for number, each in enumerate(objects, start=1):
        yield Row(number, [each.get(name, "") for name in header])


def _lists(value: Any, depth: int) -> Iterator[list[dict[str, Any]]]:
    if isinstance(value, list):
        objects = [each for each in value if isinstance(each, dict) and each]
        if objects and len(objects) == len(value):
            yield objects
    elif isinstance(value, dict) and depth < MOST_DEPTH:
        for each in value.values():
            yield from _lists(each, depth + 1)


def _cells(value: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, each in value.items():
        if isinstance(each, dict) and each and depth < MOST_DEPTH:
            yield from _cells(each, f"{prefix}{key}.", depth + 1)
        else:
            yield f"{prefix}{key}", json_lines.as_cell(each)
