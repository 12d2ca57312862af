"""A person's preferences: theme, language, time zone, which notifications also go by mail, and what pages remember."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.identity.component_work import one
from leadhouse.identity.errors import translated

Theme = Literal["light", "dark", "system"]


@dataclass(frozen=True)
class Preferences:
    """`email_notifications`: kind → whether it goes by mail, too; one that is missing does."""

    theme: Theme = "system"
    language: str = "en"
    time_zone: str = "UTC"
    email_notifications: Mapping[str, bool] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)


def get_preferences(connection: Connection[Any]) -> Preferences:
    """The caller's own, or the defaults. The connection acts as the caller."""
    return Preferences(**(one(connection, "get_preferences") or {}))


def update_preferences(
    connection: Connection[Any],
    *,
    theme: Theme | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    email_notifications: Mapping[str, bool] | None = None,
    other: Mapping[str, Any] | None = None,
) -> Preferences:
    """Change what is given and return all; the two mappings are merged by key. The connection acts as the caller.

    Args:
        language: a tag of BCP 47, e.g. ``de`` or ``pt-BR``.
        time_zone: a name of the IANA database, e.g. ``America/New_York``.

    Raises:
        IdentityError: a value that is none of its kind.
        RefusedError: the caller is an API key.
    """
    with translated(connection):
        row = one(
            connection, "put_preferences", theme=theme, language=language, time_zone=time_zone,
            email_notifications=None if email_notifications is None else Jsonb(dict(email_notifications)),
            other=None if other is None else Jsonb(dict(other)),
        )  # fmt: skip
    return Preferences(**(row or {}))


def wants_email(connection: Connection[Any], user_id: UUID, kind: str) -> bool:
    """Whether a notification of this kind goes to the user by mail, too. `connection` is a component's."""
    row = one(connection, "wants_email", user_id=user_id, kind=kind)
    return bool(row and row["wants"])
