"""What is said to a landing and what it answers: refusals, leases, counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


class StaleLeaseError(RuntimeError):
    """Another process holds the shard now: nothing was landed, and this process must stop."""


@dataclass(frozen=True)
class ShardLease:
    """The right to land for one shard; `token` grows with every holder, so that a former one is refused."""

    job_id: UUID
    shard_no: int
    token: int


@dataclass(frozen=True)
class Quarantined:
    """A row, page or record that was refused: a short code (`reason`), what happened and what to do (`detail`)."""

    unit_key: str
    line: int | None
    reason: str
    detail: str
    payload: dict[str, Any] = field(default_factory=dict)
    source_key: str | None = None  # where it differs from the landing's


@dataclass(frozen=True)
class LandingCounts:
    """Records of one landing; `batch_no` is its place in commit order, None when there was nothing to commit."""

    received: int
    landed: int
    known: int
    quarantined: int
    batch_no: int | None
