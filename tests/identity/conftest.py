"""Fixtures of the identity tests: a world with organizations, users of known password, and connections as callers."""

from __future__ import annotations

import contextlib
import itertools
import json
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql
from psycopg.rows import dict_row

from leadhouse.credentials import new_master_key
from leadhouse.identity import access_tokens, password_hashes
from leadhouse.identity.audit import Origin
from leadhouse.identity.password_hashes import hash_password
from leadhouse.settings import settings

PASSWORD = "correct horse battery staple"
ORIGIN = Origin("203.0.113.7", "Firefox", "desk")
QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
QUICK_DECOY = QUICK.hash("of a password that nobody knows")


@dataclass(frozen=True)
class Person:
    """A user of the world; `organization` is where the person is a member."""

    user: UUID
    email: str
    organization: UUID


class IdentityWorld:
    """Rows as the administrator makes them, and connections as anybody."""

    def __init__(self, database):
        self.database = database
        self.hash = hash_password(PASSWORD)
        self.numbers = itertools.count(1)

    def rows(self, statement, *parameters):
        with self.database.kept_owner() as owner:
            cursor = owner.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement, *parameters):
        [row] = self.rows(statement, *parameters)
        return next(iter(row.values()))

    def organization(self):
        return self.value(
            "insert into identity.organizations (slug, name) values (%s, 'Firm') returning organization_id",
            f"firm-{next(self.numbers)}",
        )

    def user(self):
        email = f"person{next(self.numbers)}@x.example"
        user = self.value("insert into identity.users (email_normalized) values (%s) returning user_id", email)
        self.rows("insert into identity.password_credentials (user_id, password_hash) values (%s, %s)", user, self.hash)
        return user, email

    def member(self, role="sales_rep", organization=None, client=None):
        organization = organization or self.organization()
        user, email = self.user()
        self.rows(
            "insert into identity.members (organization_id, user_id, role, client_id) values (%s, %s, %s, %s)",
            organization, user, role, client,
        )  # fmt: skip
        return Person(user, email, organization)

    def team_of(self, *roles):
        """People of these roles in one new organization."""
        organization = self.organization()
        return [self.member(role, organization) for role in roles]

    @contextlib.contextmanager
    def acting(self, person, **claims):
        """A connection as the API's caller; commits at the end."""
        own = {"sub": str(person.user), "organization_id": str(person.organization), "role": "authenticated", **claims}
        with self.as_claims(own) as connection:
            yield connection

    @contextlib.contextmanager
    def as_claims(self, claims):
        with psycopg.connect(self.database.api_url, row_factory=dict_row) as connection:
            connection.execute("set local role authenticated")
            connection.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
            yield connection

    def acts(self, **wanted):
        """The audit log as the administrator sees it, oldest first."""
        conditions = sql.SQL(" and ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in wanted)
        query = sql.SQL("select * from identity.audit_log where {} order by occurred_at").format(conditions)
        return self.rows(query, *wanted.values())


def hash_quickly(patch):
    """Passwords of a megabyte and one pass: the usual ones take a tenth of a second of CPU (`test_password_hashes`)."""
    patch.setattr(password_hashes, "_hasher", QUICK)
    patch.setattr(password_hashes, "DECOY", QUICK_DECOY)


@pytest.fixture(scope="module")
def world(module_database):
    with pytest.MonkeyPatch.context() as patch:
        hash_quickly(patch)
        patch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
        settings.cache_clear()
        access_tokens._opened_keys().clear()
        yield IdentityWorld(module_database)
    settings.cache_clear()


@pytest.fixture
def origin():
    return ORIGIN


@pytest.fixture
def password():
    return PASSWORD
