"""Versions of single resources: ETag, If-Match and If-None-Match (RFC 9110 sections 8.8.3 and 13.1).

def get_team(team_id: UUID, work: Work, conditions: Conditions) -> Response | TeamShape:
    row = ...
    return conditions.answer(TeamShape(...), row["updated_at"])

def change_team(...):
    hold(work.connection, "team", team_id)    # whoever else changes it waits, then sees what was made of it
    conditions.require(row["updated_at"])     # 412 for a caller who has seen another version
"""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Response
from psycopg import Connection, sql

from leadhouse.api.problems import Problem, ProblemError

T = TypeVar("T")
Tags = Annotated[str | None, Header(max_length=2000, description="Entity tags, as an answer gave them.")]


Resource = Literal[
    "campaign", "client", "file", "interaction", "lead", "lead search", "list", "segment", "source", "team", "webhook"
]
TABLES: dict[Resource, tuple[str, str, str]] = {
    "campaign": ("app", "campaigns", "campaign_id"),
    "client": ("identity", "clients", "client_id"),
    "file": ("files", "objects", "object_id"),
    "interaction": ("app", "interactions", "interaction_id"),
    "lead": ("app", "leads", "lead_id"),
    "lead search": ("app", "lead_searches", "lead_search_id"),
    "list": ("app", "lists", "list_id"),
    "segment": ("app", "segments", "segment_id"),
    "source": ("app", "sources", "source_id"),
    "team": ("identity", "teams", "team_id"),
    "webhook": ("app", "webhooks", "webhook_id"),
}


def hold(connection: Connection[Any], resource: Resource, row_id: UUID) -> bool:
    """Keeps a row from being changed by others until the caller's transaction ends; what they did before is seen then.

    False where there is no such row, or none that the caller may change: reading and changing it says so.
    """
    schema, table, key = TABLES[resource]
    statement = sql.SQL("select from {} where {} = %s for no key update").format(
        sql.Identifier(schema, table), sql.Identifier(key)
    )
    return connection.execute(statement, (row_id,)).rowcount > 0


def require_changeable(connection: Connection[Any], resource: Resource, row_id: UUID) -> None:
    """Ends quietly for a row that the caller may change: where what hangs on it is changed, a policy alone would change
    nothing and call it done. Raises ProblemError (403).
    """
    if not hold(connection, resource, row_id):
        raise ProblemError(Problem.REFUSED, "Your role reads this and does not change it. Ask an admin.")


def etag_of(*version: Any) -> str:
    """A strong entity tag of what changes with each change of the row: `updated_at`, a version, a transaction's id."""
    hashed = hashlib.sha256("\x00".join(map(str, version)).encode()).digest()
    return f'"{base64.urlsafe_b64encode(hashed[:15]).decode()}"'


class NotModifiedError(Exception):
    """The caller has this version; the answer is 304 with its tag."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class ConditionalRequest:
    """The conditions of a request, and the headers of its answer."""

    def __init__(self, response: Response, if_match: Tags = None, if_none_match: Tags = None) -> None:
        self._response, self._if_match, self._if_none_match = response, if_match, if_none_match

    def require(self, *version: Any) -> None:
        """Raises ProblemError (412) when the caller wants to change another version than this.

        `hold` the row first, in the same transaction: what is required then still holds when it is changed.
        """
        if self._if_match is not None and not is_among(self._if_match, etag_of(*version)):
            raise ProblemError(
                Problem.PRECONDITION_FAILED, "It was changed since you have read it. Read it again, then change it."
            )

    def answer(self, content: T, *version: Any) -> T:
        """The content, under its tag. Raises NotModifiedError (304) for a caller who has this version."""
        tag = etag_of(*version)
        if self._if_none_match is not None and is_among(self._if_none_match, tag):
            raise NotModifiedError(tag)
        self._response.headers["ETag"] = tag
        return content


Conditions = Annotated[ConditionalRequest, Depends()]


def is_among(header: str, tag: str) -> bool:
    """Whether a header of entity tags names the tag. By content: a cache on the way may have marked it as weak."""
    given = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in given or tag in given
