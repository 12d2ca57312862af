"""Two organizations with a member of every role, and a way to be each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

ROLES = ("organization_admin", "sales_manager", "sales_rep", "read_only", "client")


@dataclass
class Tenant:
    """An organization and its members by role; `other_rep` is a second rep."""

    database: Any
    organization_id: UUID = field(default_factory=uuid4)
    client_id: UUID = field(default_factory=uuid4)
    users: dict[str, UUID] = field(default_factory=lambda: {role: uuid4() for role in (*ROLES, "other_rep")})

    def __post_init__(self) -> None:
        with self.database.owner() as owner:
            owner.execute(
                "insert into identity.organizations (organization_id, slug, name) values (%s, %s, 'Org')",
                [self.organization_id, f"o-{self.organization_id.hex[:20]}"],
            )
            owner.execute(
                "insert into identity.clients (client_id, organization_id, name) values (%s, %s, 'Client')",
                [self.client_id, self.organization_id],
            )
            for role, user in self.users.items():
                owner.execute(
                    "insert into identity.users (user_id, email_normalized) values (%s, %s)",
                    [user, f"{user.hex}@x.example"],
                )
                owner.execute(
                    "insert into identity.members (organization_id, user_id, role, client_id) values (%s, %s, %s, %s)",
                    [self.organization_id, user, "sales_rep" if role == "other_rep" else role,
                     self.client_id if role == "client" else None],
                )  # fmt: skip

    @contextmanager
    def acting(self, role: str, *, autocommit: bool = False, **claims: Any) -> Iterator[Any]:
        """A connection of the API as this member."""
        with psycopg.connect(self.database.api_url, row_factory=dict_row, autocommit=autocommit) as connection:
            connection.execute("set role authenticated")
            said = {"sub": str(self.users[role]), "organization_id": str(self.organization_id), **claims}
            connection.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(said)])
            yield connection

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """As the administrator."""
        with self.database.kept_owner() as owner:
            return list(owner.execute(statement, values).fetchall())


@pytest.fixture(scope="module")
def north(module_database: Any) -> Tenant:
    """One organization."""
    return Tenant(module_database)


@pytest.fixture(scope="module")
def south(module_database: Any) -> Tenant:
    """Another one."""
    return Tenant(module_database)
