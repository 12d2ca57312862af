"""JSON lines (one object a line) as a table: keys are columns, lists are joined, what is nested stays JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

MOST_COLUMNS = 500
LONGEST_LINE = 1 << 20


def is_json_lines(sample: str) -> bool:
    """Whether the text starts with an object on a line of its own."""
    first = sample.lstrip().partition("\n")[0].strip()
    return first.startswith("{") and _object(first) is not None


def header(text: TextIO) -> tuple[str, ...]:
    """All keys of the file, in the order in which they are first met."""
    names: dict[str, None] = {}
    while line := text.readline(LONGEST_LINE):
        for key in _object(line) or ():
            if len(names) < MOST_COLUMNS:
                names.setdefault(key, None)
    return tuple(names)


def rows(text: TextIO, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str], str | None]]:
    """Line number, cells by column, and ``not_json`` for a line that is no object."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if not line.strip():
            continue
        found = _object(line)
        if found is None:
            yield number, [line.strip()[:1000]], "not_json"
        elif cells := [as_cell(found.get(name)) for name in columns]:
            yield number, cells, None


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def as_cell(value: object) -> str:
    """A value as a text: lists joined, what is nested as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return "; ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
