"""docker-compose.yaml as Compose reads it: merged, and interpolated by given variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from leadhouse.settings import PROJECT

COMPOSE = PROJECT / "docker-compose.yaml"
NAME = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<kind>[-?])(?P<rest>.*))?\Z", re.S)


class MissingVariableError(LookupError):
    """A ``${NAME:?message}`` whose variable is unset or empty."""


def load_compose() -> dict[str, Any]:
    """The file, its anchors merged."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def interpolate(value: Any, variables: Mapping[str, str]) -> Any:
    """The value with ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}`` replaced, also nested ones.

    Raises:
        MissingVariableError: a variable without which Compose would refuse to start.
    """
    if isinstance(value, dict):
        return {name: interpolate(each, variables) for name, each in value.items()}
    if isinstance(value, list):
        return [interpolate(each, variables) for each in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    start = value.index("${")
    end = _closing(value, start + 2)
    replaced = _replace(value[start + 2 : end], variables)
    return value[:start] + replaced + str(interpolate(value[end + 1 :], variables))


def _closing(text: str, start: int) -> int:
    depth = 1
    for position in range(start, len(text)):
        depth += text.startswith("${", position) - (text[position] == "}")
        if depth == 0:
            return position
    raise ValueError(f"unclosed ${{ in {text!r}")


def _replace(expression: str, variables: Mapping[str, str]) -> str:
    found = NAME.match(expression)
    assert found is not None, expression
    name, kind, rest = found.group("name", "kind", "rest")
    if variables.get(name):
        return variables[name]
    if kind == "?":
        raise MissingVariableError(f"{name}: {rest}")
    return str(interpolate(rest or "", variables))
