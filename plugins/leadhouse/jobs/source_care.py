"""Sources of an organization: making one, testing it, its jobs. `connection` acts as the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

import requests as http
from psycopg import Connection, errors
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.jobs.control import JobNotFoundError
from leadhouse.network import checked_session

SourceKind = Literal["web_site", "csv", "api", "linkedin", "apollo", "zoominfo", "hunter", "overpass", "searxng"]
Row = dict[str, Any]
TEST_SECONDS = 10.0
BY_CREDENTIALS = ("linkedin", "apollo", "zoominfo", "hunter")


class SourceNotValidError(ValueError):
    """The source does not say what its kind needs; nothing was written."""


def create_source(
    connection: Connection[Any],
    organization_id: UUID,
    kind: SourceKind,
    name: str,
    *,
    start_url: str | None = None,
    config: Mapping[str, Any] | None = None,
    secret_id: UUID | None = None,
    is_active: bool = True,
) -> Row:
    """Makes a source; credentials are named by `secret_id`, never part of `config`.

    Raises:
        SourceNotValidError: something its kind needs is missing or wrong.
        psycopg.errors.InsufficientPrivilege: the role may not create sources.
    """
    values = {
        "organization_id": organization_id, "kind": kind, "name": name, "start_url": start_url,
        "config": Jsonb(dict(config or {})), "secret_id": secret_id, "is_active": is_active,
    }  # fmt: skip
    try:
        with connection.transaction():
            row = connection.execute(_sql().insert_own_source, values).fetchone()
    except errors.CheckViolation as error:
        raise SourceNotValidError(str(error.diag.message_primary)) from error
    return dict(row or {})


def count_run_by_hand(source_key: str, landed: int, quarantined: int) -> None:
    """Adds a run that no job asked for to the source's figures, and notes when it was; a job's run counts itself."""
    values = {"source_key": source_key, "landed": landed, "quarantined": quarantined}
    with connect("jobs") as connection:
        connection.execute(_sql().count_run_by_hand, values)


def find_source(connection: Connection[Any], source_id: UUID) -> Row:
    """The source with its figures.

    Raises:
        JobNotFoundError: none of this id that the caller may read.
    """
    row = connection.execute(_sql().find_own_source, {"source_id": source_id}).fetchone()
    if row is None:
        raise JobNotFoundError(f"There is no source {source_id}.")
    return dict(row)


def check_source(connection: Connection[Any], source_id: UUID) -> Row:
    """Tests a source, notes the result and returns ``{"has_passed", "message", "status"}``.

    A site or an API must answer; one that needs credentials must name them; a file must be named.

    Raises:
        JobNotFoundError: none of this id that the caller may read.
        psycopg.errors.InsufficientPrivilege: the role may not update sources.
    """
    trouble = _trouble(find_source(connection, source_id))
    message = trouble or "It answers and says what its kind needs."
    values = {"source_id": source_id, "has_passed": trouble is None, "message": message}
    row = connection.execute(_sql().record_source_test, values).fetchone()
    return {"has_passed": trouble is None, "message": message, "status": row["status"] if row else None}


def list_jobs_of_source(connection: Connection[Any], source_id: UUID, limit: int = 50) -> list[Row]:
    """Jobs about the source, open ones first, then newest; without a kind where the caller may not read the job."""
    rows = connection.execute(_sql().select_jobs_of_source, {"source_id": source_id, "limit": limit})
    return [dict(row) for row in rows]


def _trouble(source: Row) -> str | None:
    """Why the source would not work, None where it would."""
    kind, config = source["kind"], source["config"]
    if kind in BY_CREDENTIALS:
        return None if source["secret_id"] else f"A {kind} source needs credentials: store them and name the secret."
    if kind == "csv":
        named = any(config.get(key) for key in ("path", "file", "file_id"))
        return None if named else "No file is named: upload one and set config.file_id."
    return _answers(source["start_url"] or config.get("base_url") or "")


def _answers(url: str) -> str | None:
    host = urlsplit(url).hostname or url
    try:
        with checked_session() as session:
            response = session.get(url, timeout=TEST_SECONDS, stream=True)
    except (http.RequestException, OSError) as error:
        return f"{host} does not answer: {type(error).__name__}."
    if response.status_code in (401, 403) or response.status_code < 400:
        return None
    return f"{host} answers {response.status_code}."


def _sql() -> queries.Queries:
    return queries.load("jobs")
