"""Segments: saved rules over leads, in the vocabulary of `criteria`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.leads.criteria import compile_criteria
from leadhouse.leads.work import LeadNotFoundError, errors_told


def create_segment(
    connection: Connection[Any],
    organization_id: UUID,
    name: str,
    criteria: dict[str, Any],
    description: str | None = None,
) -> UUID:
    """Save a rule. Raises CriteriaError, LeadChangeError (the name is taken), LeadRefusedError."""
    compile_criteria(criteria)
    stated = {"name": name, "description": description, "criteria": Jsonb(criteria)}
    with errors_told():
        row = connection.execute(
            queries.load("lead_lists").insert_segment, {"organization_id": organization_id, **stated}
        ).fetchone()
        return UUID(str((row or {})["segment_id"]))


def change_segment(
    connection: Connection[Any],
    organization_id: UUID,
    segment_id: UUID,
    *,
    name: str | None = None,
    criteria: dict[str, Any] | None = None,
    description: str | None = None,
) -> bool:
    """Change what is given. False: no segment that the caller may change."""
    if criteria is not None:
        compile_criteria(criteria)
    stated = {"name": name, "description": description, "criteria": None if criteria is None else Jsonb(criteria)}
    return _change(connection, "change_segment", organization_id, segment_id, **stated)


def delete_segment(connection: Connection[Any], organization_id: UUID, segment_id: UUID) -> bool:
    """Delete a segment; it can be restored for 30 days. False: none that the caller may change."""
    return _change(connection, "delete_segment", organization_id, segment_id)


def restore_segment(connection: Connection[Any], organization_id: UUID, segment_id: UUID) -> bool:
    """Bring a deleted segment back. Raises LeadChangeError when its name was taken meanwhile."""
    return _change(connection, "restore_segment", organization_id, segment_id)


def list_segments(connection: Connection[Any], organization_id: UUID) -> list[dict[str, Any]]:
    """The segments that the caller sees, by name."""
    return _find(connection, organization_id, None)


def get_segment(connection: Connection[Any], organization_id: UUID, segment_id: UUID) -> dict[str, Any]:
    """One segment. Raises LeadNotFoundError."""
    found = _find(connection, organization_id, segment_id)
    if not found:
        raise LeadNotFoundError(f"There is no segment {segment_id} for you.")
    return found[0]


def _find(connection: Connection[Any], organization_id: UUID, segment_id: UUID | None) -> list[dict[str, Any]]:
    key = {"organization_id": organization_id, "segment_id": segment_id}
    return list(connection.execute(queries.load("lead_lists").find_segments, key).fetchall())


def _change(
    connection: Connection[Any], statement: str, organization_id: UUID, segment_id: UUID, **stated: Any
) -> bool:
    parameters = {"organization_id": organization_id, "segment_id": segment_id, **stated}
    with errors_told():
        return connection.execute(getattr(queries.load("lead_lists"), statement), parameters).fetchone() is not None
