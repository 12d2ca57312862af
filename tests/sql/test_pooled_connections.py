"""Connections that serve one tenant after the other: nothing of a transaction is left for the next, however it ended."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from uuid import UUID, uuid4

import psycopg
import pytest

FEW, MANY = 120, 600  # transactions of a connection
CONNECTIONS = 4
ENDINGS = ("commit", "rollback", "error", "division", "cancel", "timeout", "savepoint")
SET_UP = "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)"


@pytest.fixture(scope="module")
def tenants(module_database) -> dict[UUID, UUID]:
    """organization → its admin; three leads each."""
    made = {}
    with module_database.owner() as owner:
        for number in range(5):
            organization, user = uuid4(), uuid4()
            owner.execute(
                "insert into identity.organizations (organization_id, slug, name) values (%s, %s, 'x')",
                (organization, f"pool-{number}"),
            )
            owner.execute(
                "insert into identity.users (user_id, email_normalized) values (%s, %s)",
                (user, f"pool-{number}@x.example"),
            )
            owner.execute(
                "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'organization_admin')",
                (organization, user),
            )
            for _ in range(3):
                entity = owner.execute(
                    "insert into resolution.entities (entity_kind, created_batch_no) values ('person', 1) returning entity_id"
                ).fetchone()
                owner.execute(
                    "insert into app.leads (organization_id, entity_id, entity_kind, first_source) values (%s, %s, 'person', 'x')",
                    (organization, entity["entity_id"]),
                )
            made[organization] = user
    return made


def end(connection: psycopg.Connection, ending: str, organization: UUID) -> None:
    """The end of a transaction, in one of the ways in which a request ends."""
    if ending == "commit":
        connection.commit()
    elif ending == "rollback":
        connection.rollback()
    elif ending == "cancel":
        asker = Timer(0.005, connection.cancel)
        asker.start()
        try:
            connection.execute("select pg_sleep(1)")
        finally:
            asker.join()
    elif ending == "timeout":
        connection.execute("set local statement_timeout = 1")
        connection.execute("select pg_sleep(1)")
    elif ending == "savepoint":
        connection.execute("savepoint inner_one")
        connection.execute("select set_config('request.jwt.claims', '{}', true)")
        connection.execute("rollback to savepoint inner_one")
        seen = {row[0] for row in connection.execute("select organization_id from app.leads")}
        assert seen == {organization}
        connection.commit()
    else:
        connection.execute("select 1/0" if ending == "division" else "select from no_such_table")


def serve(url: str, tenants: dict[UUID, UUID], transactions: int, seed: int) -> dict[str, int]:
    """One pooled connection's life; ending → how often."""
    chance, counted = random.Random(seed), dict.fromkeys(ENDINGS, 0)
    with psycopg.connect(url) as connection:
        for _ in range(transactions):
            before = connection.execute(
                "select current_user, session_user, nullif(current_setting('request.jwt.claims', true), '')"
            ).fetchone()
            assert before == ("leadhouse_api", "leadhouse_api", None)
            connection.rollback()
            organization = chance.choice(list(tenants))
            claims = {"sub": str(tenants[organization]), "organization_id": str(organization)}
            connection.execute(SET_UP, [json.dumps(claims)])
            rows = connection.execute("select organization_id from app.leads", prepare=True).fetchall()
            assert [row[0] for row in rows] == [organization] * 3
            ending = chance.choice(ENDINGS)
            try:
                end(connection, ending, organization)
                counted[ending] += ending in ("commit", "rollback", "savepoint")
            except psycopg.Error:
                counted[ending] += 1
            finally:
                connection.rollback()
    return counted


@pytest.mark.parametrize("transactions", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_broken_transactions_leave_nothing_behind(module_database, tenants, transactions):
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        lives = list(
            pool.map(lambda seed: serve(module_database.api_url, tenants, transactions, seed), range(CONNECTIONS))
        )
    # a cancellation that comes before its statement has nothing to cancel, and is not counted
    assert sum(sum(life.values()) for life in lives) > transactions * CONNECTIONS * 0.9
    assert all(count > transactions / 30 for life in lives for count in life.values())


def test_without_a_set_up_the_login_reads_nothing(module_database, tenants):
    with psycopg.connect(module_database.api_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select from app.leads")
