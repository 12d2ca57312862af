"""Freezing: a wave's candidates become a snapshot, and those that do not go to the gate get their decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.campaigns.candidates import evaluate, find_step
from leadhouse.database import connect
from leadhouse.database.queries import load


def wave_of(instant: datetime) -> datetime:
    """The wave an instant belongs to: its hour, UTC. Raises ValueError without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("a wave's time has a time zone")
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def freeze_audience(campaign_id: UUID, step_no: int, wave_at: datetime) -> UUID:
    """The snapshot of the wave that `wave_at` belongs to, made if it is not there; one transaction.

    Every candidate is a member; those that a rule holds get their decision here, the sendable ones in `queue_messages`.
    A second call, also a concurrent one, returns the same snapshot and changes nothing.

    Raises:
        CampaignNotReadyError: see `find_step` and `evaluate`.
    """
    with connect("campaigns") as connection:
        wave = {"campaign_id": campaign_id, "step_no": step_no, "wave_at": wave_of(wave_at)}
        return find_snapshot(connection, wave) or _freeze(connection, wave)


def find_snapshot(connection: Connection[Any], wave: dict[str, Any]) -> UUID | None:
    """The wave's snapshot, if it was frozen."""
    row = connection.execute(load("campaigns").find_snapshot, wave).fetchone()
    return row["snapshot_id"] if row else None


def stop_members(campaign_id: UUID, lead_ids: Sequence[UUID], reason: str) -> int:
    """Takes members out of a campaign for good, as after a gate that named them. Returns how many were not before."""
    with connect("campaigns") as connection:
        return connection.execute(
            load("campaigns").stop_members,
            {"campaign_id": campaign_id, "lead_ids": list(lead_ids), "reason": reason},
        ).rowcount


def _freeze(connection: Connection[Any], wave: dict[str, Any]) -> UUID:
    queries = load("campaigns")
    step = find_step(connection, wave["campaign_id"], wave["step_no"])
    made = connection.execute(queries.insert_snapshot, {**wave, "organization_id": step["organization_id"]}).fetchone()
    if made is None:  # somebody else froze it while we waited
        found = find_snapshot(connection, wave)
        if found is None:
            raise RuntimeError(f"the snapshot of {wave} is neither there nor can it be made")
        return found
    evaluate(connection, step, max(wave["wave_at"], datetime.now(UTC)))
    key = {**wave, "snapshot_id": made["snapshot_id"]}
    connection.execute(queries.insert_members, key)
    connection.execute(queries.insert_held_decisions, key)
    return UUID(str(made["snapshot_id"]))
