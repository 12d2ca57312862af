"""The page of `docs/schema_map.toml`: where everything went that five documents of lead back ends name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Standing = Literal["mapped", "planned", "decided", "missing"]
STANDINGS: tuple[Standing, ...] = ("mapped", "planned", "decided", "missing")
_REASONS = ("planned", "decided", "missing")
_NOT_DOCUMENTS = ("components", "decisions", "own")
_OF_A_TABLE = ("columns", "values")

_HEADER = """# Schema map

Generated from `docs/schema_map.toml` by `leadhouse docs`; do not edit. Five documents of lead-generation back ends name
tables, columns, functions, views, triggers, policies, indexes, enumerations and endpoints: here stands where each of
them went. *Mapped* is held against the migrated database, the marts and the code by a test; *planned* waits for a
component; *decided* is left out or made differently, by the decisions below.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a document names, and its targets in the grammar of the head of `docs/schema_map.toml`.

    `parent` is the table of a column, or the table and column of a label of an enumeration; None for anything else.
    `type` is a column's type where the document gives one.
    """

    document: str
    kind: str
    parent: str | None
    name: str
    type: str | None
    targets: tuple[str, ...]

    @property
    def standing(self) -> Standing:
        """Mapped where any target is something that exists; else what the first target says of its absence."""
        reasons = [target.partition(":")[0] for target in self.targets]
        if not self.targets or "missing" in reasons:
            return "missing"
        if any(reason not in _REASONS for reason in reasons):
            return "mapped"
        return "planned" if "planned" in reasons else "decided"

    @property
    def path(self) -> str:
        """Document, kind, parent and name: how a message names the entry."""
        return " / ".join(part for part in (self.document, self.kind, self.parent, self.name) if part)


@dataclass(frozen=True, slots=True)
class SchemaMap:
    """The whole list: what planned entries wait for, what was decided, the documents' titles, and tables of our own."""

    components: Mapping[str, str]
    decisions: Mapping[str, str]
    own: Mapping[str, str]
    titles: Mapping[str, str]
    entries: tuple[Entry, ...]


def load(path: Path) -> SchemaMap:
    """Read the list.

    Raises:
        OSError: the file cannot be read.
        tomllib.TOMLDecodeError: it is not TOML.
        KeyError: a part is missing: components, decisions, own, or the title of a document.
    """
    with path.open("rb") as file:
        data = tomllib.load(file)
    documents = {name: content for name, content in data.items() if name not in _NOT_DOCUMENTS}
    return SchemaMap(
        components=data["components"], decisions=data["decisions"], own=data["own"],
        titles={name: content["title"] for name, content in documents.items()},
        entries=tuple(entry for name, content in documents.items() for entry in _entries(name, content)),
    )  # fmt: skip


def render(path: Path) -> str:
    """The Markdown of `docs/schema_map.md`; raises what `load` raises."""
    listed = load(path)
    lines = [_HEADER, *_counts(listed), *_words("Decisions", "decision", listed.decisions)]
    lines += _words("Components to come", "component", listed.components)
    for document, title in listed.titles.items():
        lines += [f"## {title} ({document})", ""]
        lines += _document([entry for entry in listed.entries if entry.document == document])
    lines += ["## Tables of our own", "", "No document names these.", ""]
    lines += ["| table | what it is for |", "|---|---|"]
    lines += [f"| `{table}` | {_cell(reason)} |" for table, reason in listed.own.items()]
    return "\n".join(lines) + "\n"


def _entries(document: str, content: Mapping[str, Any]) -> Iterator[Entry]:
    for kind, names in content.items():
        if kind == "title":
            continue
        for parent, named in names.items() if kind in _OF_A_TABLE else [(None, names)]:
            for name, target in named.items():
                yield _entry(document, kind, parent, name, target)


def _entry(document: str, kind: str, parent: str | None, name: str, target: Any) -> Entry:
    stated = target if isinstance(target, dict) else {"to": target}
    targets = [stated["to"]] if isinstance(stated["to"], str) else stated["to"]
    return Entry(document, kind, parent, name, stated.get("type"), tuple(targets))


def _counts(listed: SchemaMap) -> list[str]:
    lines = ["| document | entries | mapped | planned | decided |", "|---|---:|---:|---:|---:|"]
    for document, title in listed.titles.items():
        lines.append(_count(f"{title} ({document})", [each for each in listed.entries if each.document == document]))
    return [*lines, _count("all", list(listed.entries)), ""]


def _count(title: str, entries: list[Entry]) -> str:
    numbers = [sum(entry.standing == standing for entry in entries) for standing in STANDINGS[:3]]
    return f"| {title} | {len(entries)} | {' | '.join(map(str, numbers))} |"


def _words(title: str, column: str, meanings: Mapping[str, str]) -> list[str]:
    rows = [f"| {name} | {_cell(meaning)} |" for name, meaning in meanings.items()]
    return [f"## {title}", "", f"| {column} | what it says |", "|---|---|", *rows, ""]


def _document(entries: list[Entry]) -> list[str]:
    lines = ["| kind | entries | mapped | planned | decided |", "|---|---:|---:|---:|---:|"]
    kinds = list(dict.fromkeys(entry.kind for entry in entries))
    lines += [_count(kind, [entry for entry in entries if entry.kind == kind]) for kind in kinds] + [""]
    for kind in kinds:
        lines += [f"### {entries[0].document}: {kind}", "", "| name | type | where |", "|---|---|---|"]
        lines += [_row(entry) for entry in entries if entry.kind == kind] + [""]
    return lines


def _row(entry: Entry) -> str:
    separator = " = " if entry.kind == "values" else "."
    name = f"{entry.parent}{separator}{entry.name}" if entry.parent else entry.name
    return f"| {_cell(name)} | {entry.type or ''} | {'; '.join(_target(each) for each in entry.targets)} |"


def _target(target: str) -> str:
    reason, _, rest = target.partition(": ")
    return f"*{reason}*: {_cell(rest)}" if reason in _REASONS else f"`{_cell(target)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
