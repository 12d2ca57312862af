"""A generated platform for measuring: leads of many organizations, skewed, the same on every run.

One organization has a fifth of the leads, ten have another fifth together, the rest is spread evenly. The statements
are in million_leads.sql; ids are hashes of names, so that a query can name its rows (`identifier`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import Connection, sql
from psycopg.rows import DictRow

from leadhouse.database import admin_to, queries

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
STATEMENTS = Path(__file__).with_name("million_leads.sql")
ROLES = {"admin": 1, "manager": 2, "rep": 3, "client": 43, "reader": 44}
"""Members of the first organization, by the number of their user."""

# Filled first, indexed then: four times as fast. Constraints keep theirs.
_INDEXES = """
select schemaname, indexname, indexdef from pg_indexes
 where (schemaname, tablename) in (('app', 'leads'), ('app', 'lead_facts'), ('app', 'lead_status_changes'),
         ('app', 'lead_legal_basis'), ('app', 'lead_owner_changes'), ('app', 'lead_tags'), ('resolution', 'entities'))
   and not exists (select from pg_constraint where conindid = format('%I.%I', schemaname, indexname)::regclass)
"""
_PARTITIONS = """
select app.ensure_interaction_partitions(day::date), app.ensure_job_log_partitions(day::date),
       identity.ensure_audit_partitions(day::date)
  from generate_series(%(at)s::timestamptz - interval '1 year', %(at)s::timestamptz, interval '1 month') as day
"""


def identifier(name: str) -> UUID:
    """The id that the statements give to a name like ``lead/7`` or ``campaign/1/3``."""
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


ORGANIZATION = identifier("organization/1")


def generate(admin_url: str, leads: int = 1_000_000, organizations: int = 1_000) -> None:
    """Fill a migrated, empty database as its administrator (about two minutes for a million leads on two cores)."""
    parameters = {"leads": leads, "organizations": organizations, "at": AT}
    with admin_to(admin_url, autocommit=True) as owner:
        owner.execute("set session_replication_role = replica")  # no triggers, no foreign keys
        owner.execute("set maintenance_work_mem = '512MB'")
        owner.execute(_PARTITIONS, parameters)
        with _without_indexes(owner):
            for name in queries.load_file(STATEMENTS):
                owner.execute(getattr(queries.load_file(STATEMENTS), name), parameters)
        owner.execute("select app.recount_leads(), app.recount_owners()")
        owner.execute("vacuum analyze")


@contextmanager
def _without_indexes(owner: Connection[DictRow]) -> Iterator[None]:
    indexes = owner.execute(_INDEXES).fetchall()
    for index in indexes:
        owner.execute(sql.SQL("drop index {}").format(sql.Identifier(index["schemaname"], index["indexname"])))
    yield
    for index in indexes:
        owner.execute(index["indexdef"])


def organization_claims(role: str) -> str:
    """The claims of a member of the first organization, as JSON."""
    return json.dumps({"sub": str(identifier(f"user/1/{ROLES[role]}")), "organization_id": str(ORGANIZATION)})


def member(api_url: str, role: str) -> Connection[DictRow]:
    """A connection through `leadhouse_api` for a member of the first organization, set up as a request is."""
    connection = psycopg.connect(api_url, autocommit=True, row_factory=psycopg.rows.dict_row)
    connection.execute(
        "select set_config('role', 'authenticated', false), set_config('request.jwt.claims', %s, false)",
        [organization_claims(role)],
    )
    return connection
