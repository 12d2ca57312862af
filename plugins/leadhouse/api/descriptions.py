"""Descriptions in the OpenAPI document: tags, parameters and members that say nothing of themselves, by their names.

Figures and ratios are described as ``sql/metrics.yml`` defines them, the rest in ``descriptions.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_camel

from leadhouse.transform.metrics import Figure, Ratio, metrics

_FILE = Path(__file__).with_suffix(".toml")


def add_descriptions(document: dict[str, Any]) -> None:
    """To each parameter, member and tag that has none and is known."""
    for told, described in [*_undescribed(document)]:
        described["description"] = told
    document["tags"] = [
        {"name": tag, "description": known()["tags"].get(tag, "")}
        for tag in sorted({tag for operation in _operations(document) for tag in operation.get("tags", ())})
    ]


@cache
def described_members() -> Mapping[str, str]:
    """Texts by the member's name, or by ``Shape.member``."""
    defined: dict[str, Figure | Ratio] = {**metrics().figures, **metrics().ratios}
    return {**{to_camel(name): each.description for name, each in defined.items()}, **known()["members"]}


@cache
def known() -> Mapping[str, Mapping[str, str]]:
    """What the file says: `tags`, `parameters` and `members`, each by its name."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _undescribed(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The text for each parameter and member that has none, and where it goes."""
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            told = known()["parameters"].get(parameter["name"])
            if told and not parameter.get("description"):
                yield told, parameter
    for shape, schema in document["components"]["schemas"].items():
        for name, member in schema.get("properties", {}).items():
            members = described_members()
            told = members.get(f"{shape}.{name}") or members.get(name)
            if told and not member.get("description"):
                yield told, member


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document.get("paths", {}).values():
        yield from methods.values()
