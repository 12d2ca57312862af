"""Two organizations with people, a master key, and connections as a member."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from leadhouse.credentials import new_master_key
from leadhouse.settings import settings


@dataclass
class Tenants:
    """`north` and `south`, each with a person of every role."""

    database: Any
    organizations: dict[str, UUID] = field(default_factory=dict)
    users: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.database.owner() as connection:
            for slug in ("north", "south"):
                organization = self.organizations[slug] = uuid4()
                connection.execute(
                    "insert into identity.organizations (organization_id, slug, name) values (%s, %s, %s)",
                    [organization, slug, slug.title()],
                )
                for role in ("organization_admin", "sales_manager", "sales_rep", "read_only", "client"):
                    self.add_person(connection, slug, role, role)
                self.add_person(connection, slug, "second_rep", "sales_rep")

    def add_person(self, connection: Any, slug: str, label: str, role: str) -> None:
        user = self.users[slug, label] = uuid4()
        connection.execute(
            "insert into identity.users (user_id, email_normalized) values (%s, %s)", [user, f"{label}@{slug}.example"]
        )
        connection.execute(
            "insert into identity.members (organization_id, user_id, role) values (%s, %s, %s)",
            [self.organizations[slug], user, role],
        )

    @contextmanager
    def acting(self, slug: str, label: str, **claims: Any):
        """A connection as the API makes it for a member."""
        claims = {"sub": str(self.users[slug, label]), "organization_id": str(self.organizations[slug]), **claims}
        with psycopg.connect(self.database.api_url, row_factory=dict_row) as connection:
            connection.execute("set local role authenticated")
            connection.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
            yield connection


@pytest.fixture
def master_keys(monkeypatch):
    """`master_keys(first, …)` sets the setting; a key is in force from the start."""

    def use(*keys):
        monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", ",".join(keys))
        settings.cache_clear()

    use(new_master_key())
    return use


@pytest.fixture
def tenants(database, master_keys):
    return Tenants(database)


@pytest.fixture
def component(database):
    """A connection of the component `credentials`, in autocommit mode."""
    with database.connect("credentials", autocommit=True) as connection:
        yield connection
