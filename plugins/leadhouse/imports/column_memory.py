"""What an organization's people said of a header: kept, and found again for every file with the same column names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.imports.columns import Kind, normalise


@dataclass(frozen=True, slots=True)
class Remembered:
    """Column name → field, or None for a column that is kept as it is; `kind` where somebody said what a row lists."""

    mapping: Mapping[str, str | None] = field(default_factory=dict)
    kind: Kind | None = None


def header_key(header: Sequence[str]) -> str:
    """The same for the same column names in any order and spelling: SHA-256 (hex)."""
    return hashlib.sha256("\n".join(sorted(map(normalise, header))).encode()).hexdigest()


def recall(connection: Connection[Any], organization_id: UUID, header: Sequence[str]) -> Remembered:
    """What was said of such a header; nothing where nobody has."""
    asked = {"organization_id": organization_id, "header_key": header_key(header)}
    row = connection.execute(queries.load("imports").select_mapping, asked).fetchone()
    if row is None:
        return Remembered()
    names = {normalise(name): name for name in header}
    said = {names[normalise(name)]: value for name, value in row["mapping"].items() if normalise(name) in names}
    return Remembered(said, cast("Kind | None", row["kind"]))


def remember(
    connection: Connection[Any],
    organization_id: UUID,
    header: Sequence[str],
    mapping: Mapping[str, str | None],
    kind: Kind | None,
) -> None:
    """Keep what a person says of these columns, beside what was said before."""
    connection.execute(
        queries.load("imports").remember_mapping,
        {
            "organization_id": organization_id,
            "header_key": header_key(header),
            "column_names": list(header),
            "mapping": Jsonb(dict(mapping)),
            "kind": kind,
        },
    )
