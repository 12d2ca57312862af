"""Weights and ideal customer profiles of an organization: read, preview, replace. The scores themselves are SQL.

Every function takes the caller's connection: under the API's role the policies of the resource `settings` decide.
Each transaction that changes a row makes a version (`app.score_versions`), and a score names its version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.errors import CardinalityViolation, CheckViolation
from psycopg.types.json import Jsonb

from leadhouse.database import queries


class ScoringError(ValueError):
    """The rows cannot be kept; the message says which and what would do."""


@dataclass(frozen=True)
class Weight:
    """Points, 0 to 100, that an input of a factor gives; of ``half_life_days``: days. `is_own`: not a default."""

    factor: str
    input_value: str
    points: int
    is_own: bool = True


@dataclass(frozen=True)
class ProfileRow:
    """Points, 0 to 100, of a prospect whose `factor` has the value; ``*`` is whatever is known."""

    factor: str
    value: str
    points: int
    is_own: bool = True


@dataclass(frozen=True)
class Move:
    """A lead whose score would change, 0 to 100 each; None where there is nothing to score by."""

    lead_id: UUID
    score_now: int | None
    score_then: int | None


@dataclass(frozen=True)
class Factor:
    """One line of "why 78": what the factor saw and what it gave."""

    factor: str
    input_value: str | None
    points: int
    max_points: int
    reason: str


@dataclass(frozen=True)
class Version:
    """An organization's own rows as they stood after a change; numbers count from 1, the instant is UTC."""

    version_no: int
    weights: list[dict[str, Any]]
    profile: list[dict[str, Any]]
    created_at: datetime
    created_by: UUID | None


def get_weights(connection: Connection[Any], organization_id: UUID) -> list[Weight]:
    """What counts for the organization: its own weights, else the defaults."""
    return [Weight(**row) for row in _run(connection, "get_weights", organization_id=organization_id)]


def get_profile(connection: Connection[Any], organization_id: UUID) -> list[ProfileRow]:
    """The profile that counts: the organization's own rows of a factor replace the default ones."""
    return [ProfileRow(**row) for row in _run(connection, "get_profile", organization_id=organization_id)]


def get_versions(connection: Connection[Any], organization_id: UUID) -> list[Version]:
    """The organization's versions, the newest first; none while it lives by the defaults."""
    return [Version(**row) for row in _run(connection, "get_versions", organization_id=organization_id)]


def replace_weights(connection: Connection[Any], organization_id: UUID, weights: Iterable[Weight]) -> str:
    """Make these the organization's own weights (none: back to the defaults); return the version that counts now.

    Raises:
        ScoringError: a factor is unknown, points lie outside 0 to 100, or a row comes twice.
    """
    return _replace(connection, "replace_weights", organization_id, _as_rows(weights))


def replace_profile(connection: Connection[Any], organization_id: UUID, rows: Iterable[ProfileRow]) -> str:
    """Make these the organization's own profile (none: back to the defaults); return the version that counts now.

    Raises:
        ScoringError: a factor is unknown, a value is empty, or points lie outside 0 to 100.
    """
    return _replace(connection, "replace_profile", organization_id, _as_rows(rows))


def preview_weights(connection: Connection[Any], organization_id: UUID, weights: Iterable[Weight]) -> list[Move]:
    """Who moves when these become the organization's own weights, the farthest first. Nothing is written."""
    rows = _run(connection, "preview_weights", organization_id=organization_id, rows=_as_rows(weights))
    return [Move(**row) for row in rows]


def preview_profile(connection: Connection[Any], organization_id: UUID, profile: Iterable[ProfileRow]) -> list[Move]:
    """Whose fit moves when this becomes the organization's own profile, the farthest first. Nothing is written."""
    rows = _run(connection, "preview_profile", organization_id=organization_id, rows=_as_rows(profile))
    return [Move(**row) for row in rows]


def calculate_lead_score(connection: Connection[Any], lead_id: UUID) -> int | None:
    """The lead's score now, 0 to 100; None: the caller sees no such live lead, or no weights."""
    score: int | None = _run(connection, "calculate_lead_score", lead_id=lead_id)[0]["lead_score"]
    return score


def explain_lead_score(connection: Connection[Any], lead_id: UUID) -> list[Factor]:
    """The factors of the score of now; empty where the caller sees no such live lead."""
    return [Factor(**row) for row in _run(connection, "explain_lead_score", lead_id=lead_id)]


def _replace(connection: Connection[Any], name: str, organization_id: UUID, rows: Jsonb) -> str:
    try:
        with connection.transaction():
            _run(connection, name, organization_id=organization_id, rows=rows)
            version: str = _run(connection, "get_rule_version", organization_id=organization_id)[0]["rule_version"]
            return version
    except (CheckViolation, CardinalityViolation) as error:
        raise ScoringError(
            f"The rows of organization {organization_id} were left as they are: {error.diag.message_primary}."
            " Points lie in 0..100, a factor is one of those that the defaults name, and no row comes twice."
        ) from error


def _as_rows(rows: Iterable[Weight] | Iterable[ProfileRow]) -> Jsonb:
    return Jsonb([asdict(row) for row in rows])


def _run(connection: Connection[Any], name: str, **parameters: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(getattr(queries.load("scoring"), name), parameters)
    return cursor.fetchall() if cursor.description else []
