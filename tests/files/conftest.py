"""Two organizations with people of every role, and a store of the test's own."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from leadhouse.settings import settings


@dataclass
class Offices:
    """`north` and `south`; `acting` connects as the API does for a member. `prefix` tells them from another test's."""

    database: Any
    prefix: str = ""
    organizations: dict[str, UUID] = field(default_factory=dict)
    users: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        roles = ("organization_admin", "sales_manager", "sales_rep", "read_only", "client")
        with self.database.owner() as connection:
            for slug in ("north", "south"):
                organization = self.organizations[slug] = uuid4()
                connection.execute(
                    "insert into identity.organizations (organization_id, slug, name) values (%s, %s, %s)",
                    [organization, f"{self.prefix}{slug}", slug],
                )
                for label, role in [*((role, role) for role in roles), ("second_rep", "sales_rep")]:
                    user = self.users[slug, label] = uuid4()
                    connection.execute(
                        "insert into identity.users (user_id, email_normalized) values (%s, %s)",
                        [user, f"{label}@{self.prefix}{slug}.example"],
                    )
                    connection.execute(
                        "insert into identity.members (organization_id, user_id, role) values (%s, %s, %s)",
                        [organization, user, role],
                    )

    @property
    def north(self) -> UUID:
        return self.organizations["north"]

    @property
    def south(self) -> UUID:
        return self.organizations["south"]

    @contextmanager
    def acting(self, label: str = "sales_rep", slug: str = "north"):
        claims = {"sub": str(self.users[slug, label]), "organization_id": str(self.organizations[slug])}
        with psycopg.connect(self.database.api_url, row_factory=dict_row) as connection:
            connection.execute("set local role authenticated")
            connection.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
            yield connection

    def stored(self) -> set[str]:
        """Names of the files on disk, temporary ones included."""
        root = Path(settings().files_root)
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def offices(database):
    return Offices(database)


@pytest.fixture
def component(database):
    """A connection of the component `files`, in autocommit mode."""
    with database.connect("files", autocommit=True) as connection:
        yield connection
