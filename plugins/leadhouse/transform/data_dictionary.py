"""The data dictionary: every mart with its grain, columns, units and sources, from the project's own contracts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leadhouse.settings import settings
from leadhouse.transform import dbt_project

HEADER = """# Data dictionary

Generated from the dbt project by `leadhouse docs`; do not edit. The marts are the product's public contract: their
columns are enforced when they are built. Instants are UTC. In a mart with overlays, a row without `organization_id` is
shared; an organization that knows better has a row of its own, and policies show it exactly one of the two.
"""


_READERS = {
    "organization": "rows of one organization",
    "shared": "rows of one organization and those of nobody",
    "overlay": "shared rows and overlays",
    "everyone": "all rows",
}


def data_dictionary() -> str:
    """The page as Markdown; needs no database.

    Raises:
        DbtError: the project does not parse.
    """
    models = sorted(
        (node for node in dbt_project.parse().nodes.values() if node.resource_type == "model"),
        key=lambda node: (node.schema, node.name),
    )
    marts = [node for node in models if node.schema.startswith("mart_")]
    below = [node for node in models if not node.schema.startswith("mart_")]
    return (
        "\n".join([HEADER, *_contents(marts), *(line for node in marts for line in _mart(node)), *_layers(below)])
        + "\n"
    )


def generate_docs(path: Path | None = None) -> Path:
    """Write the page (`docs/data_dictionary.md` of the project) and return its path."""
    target = path or settings().project / "docs" / "data_dictionary.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(data_dictionary(), encoding="utf-8")
    return target


def grain(node: Any) -> str:
    """What a row is: the words after "Grain:" on the model's first line, up to the first full stop."""
    first = node.raw_code.lstrip().splitlines()[0]
    return str(first.removeprefix("-- Grain:").strip().partition(". ")[0].rstrip("."))


def _contents(marts: Iterable[Any]) -> list[str]:
    rows = [f"| [`{node.schema}.{node.name}`](#{node.schema}{node.name}) | {grain(node)} |" for node in marts]
    return ["## Marts", "", "| table | a row is |", "|---|---|", *rows, ""]


def _mart(node: Any) -> list[str]:
    readers = _READERS[node.config.meta["tenant"]]
    columns = [
        f"| `{each.name}` | {each.data_type} | {'' if _is_required(each) else 'yes'} | {_cell(each.description)} |"
        for each in node.columns.values()
    ]
    lines = [f"### {node.schema}.{node.name}", "", node.description, "", f"Readers see {readers}.", ""]
    return [*lines, "| column | type | nullable | what it is |", "|---|---|---|---|", *columns, ""]


def _layers(models: Iterable[Any]) -> list[str]:
    rows = [
        f"| `{node.schema}.{node.name}` | {node.config.materialized.replace('_', ' ')} | {grain(node)} |"
        for node in models
    ]
    return [
        "## Below the marts",
        "",
        "Not a contract: these change with the code.",
        "",
        "| relation | kind | a row is |",
        "|---|---|---|",
        *rows,
    ]


def _is_required(column: Any) -> bool:
    return any(str(getattr(each.type, "value", each.type)) == "not_null" for each in column.constraints)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
