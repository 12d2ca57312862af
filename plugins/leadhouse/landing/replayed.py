"""What reading the archive again comes to: values gained, lost and changed, by source and attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leadhouse.landing.watching import Record, values_of
from leadhouse.records import Extraction

MAX_EXAMPLES = 50
EXAMPLES_A_SOURCE = 3  # of each attribute
COUNTED = ("pages", "answers", "files", "unchanged", "changed", "gone", "erased", "failed", "refused")


@dataclass
class Difference:
    """Values of one source and attribute that were gained, lost, or changed, with some of them."""

    gained: int = 0
    lost: int = 0
    altered: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Replayed:
    """What a replay comes to. Counters are values by attribute (``person.email``); `examples` are pages that differ.

    A unit (a page, an item of an answer) that says another value in place of one has changed it; only what has no
    counterpart is gained or lost. `unread` are sources that cannot be read today, with the reason.
    """

    pages: int = 0
    answers: int = 0  # of interfaces
    files: int = 0  # that were imported
    unchanged: int = 0
    changed: int = 0
    gone: int = 0  # the archive does not hold them any more
    erased: int = 0
    failed: int = 0  # the extractor gave up on them
    refused: int = 0  # items of answers that say nothing to know anybody by
    unread: dict[str, str] = field(default_factory=dict)
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    altered: Counter[str] = field(default_factory=Counter)
    by_source: dict[str, dict[str, Difference]] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)
    is_applied: bool = False

    def as_counts(self) -> dict[str, int | str]:
        """Plain figures, the attributes' as ``gained.person.email``."""
        told: dict[str, int | str] = {name: getattr(self, name) for name in COUNTED}
        for kind in ("gained", "lost", "altered"):
            told |= {f"{kind}.{name}": count for name, count in sorted(getattr(self, kind).items())}
        return told

    def as_json(self) -> dict[str, Any]:
        """Everything: figures, and source → attribute → what differs, with examples."""
        sources = {key: {name: asdict(each) for name, each in found.items()} for key, found in self.by_source.items()}
        rest = {"is_applied": self.is_applied, "sources": sources, "examples": self.examples, "unread": self.unread}
        return {**self.as_counts(), **rest}

    def as_table(self) -> list[tuple[str, str, int, int, int]]:
        """Source, attribute, gained, lost, changed: a row for each that differs."""
        return [
            (key, name, each.gained, each.lost, each.altered)
            for key, found in sorted(self.by_source.items())
            for name, each in sorted(found.items())
        ]

    def note(self, statement: Extraction, former: Sequence[Record]) -> None:
        """Adds one unit, read anew, to the figures."""
        before, now = values_of(former), values_of([*statement.companies, *statement.persons])
        differences = {}
        for name in sorted(before.keys() | now.keys()):
            gained = now.get(name, set()) - before.get(name, set())
            lost = before.get(name, set()) - now.get(name, set())
            if gained or lost:
                differences[name] = {"gained": sorted(gained)[:5], "lost": sorted(lost)[:5]}
                self._count(statement, name, len(gained), len(lost), differences[name])
        self.changed += bool(differences)
        self.unchanged += not differences
        if differences and len(self.examples) < MAX_EXAMPLES:
            self.examples.append({"unit": statement.unit_key, **differences})

    def _count(self, statement: Extraction, name: str, gained: int, lost: int, example: dict[str, Any]) -> None:
        altered = min(gained, lost)
        found = self.by_source.setdefault(statement.source_key, {}).setdefault(name, Difference())
        for kind, count in (("gained", gained - altered), ("lost", lost - altered), ("altered", altered)):
            if count:
                getattr(self, kind)[name] += count
                setattr(found, kind, getattr(found, kind) + count)
        if len(found.examples) < EXAMPLES_A_SOURCE:
            found.examples.append({"unit": statement.unit_key, **example})
