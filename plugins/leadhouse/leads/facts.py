"""The projection of facts: what the work list shows of a lead's person and company. Nobody else writes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import connect, queries
from leadhouse.ledger.steps import recorded_step


def project_facts(run_id: str) -> int:
    """Carry the marts' values of every live lead into app.lead_facts; return how many rows were written or removed.

    Corrections that the marts do not hold yet stay on top; rows that are the same are not written.
    """
    with recorded_step("leads", run_id, "project_facts", "all") as step, connect("leads") as connection:
        written = project(connection)
        removed = len(connection.execute(queries.load("leads").retract_facts).fetchall())
        step.counts.update(written=written, removed=removed)
        return written + removed


def project(connection: Connection[Any], organization_id: UUID | None = None, entity_id: UUID | None = None) -> int:
    """The same for one organization's leads on one person or company, in the caller's transaction."""
    parameters = {"organization_id": organization_id, "entity_id": entity_id}
    return len(connection.execute(queries.load("leads").project_facts, parameters).fetchall())
