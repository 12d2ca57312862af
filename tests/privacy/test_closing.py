"""An organization is closed: nothing of it is left, what is shared and the other organization stay as they were."""

from __future__ import annotations

import pytest
from psycopg import sql

from leadhouse.database import connect
from leadhouse.database.analysts import ensure_analyst
from leadhouse.database.queries import load
from leadhouse.privacy.certificates import is_genuine
from leadhouse.privacy.closing import cancel_closing, close_due, close_now, request_closing
from tests.privacy.searching import TABLES


def counts(world, organization):
    """Rows by table that say the organization's id, and the number of all others."""
    found = {}
    with world.database.owner() as connection:
        for table in connection.execute(TABLES).fetchall():
            if table["schema"] in ("privacy", "migrations"):
                continue
            target = sql.Identifier(table["schema"], table["name"])
            row = connection.execute(
                sql.SQL(
                    "select count(*) filter (where position(%s in t::text) > 0) as own,"
                    " count(*) filter (where position(%s in t::text) = 0) as others from {} as t"
                ).format(target),
                [str(organization)] * 2,
            ).fetchone()
            found[f"{table['schema']}.{table['name']}"] = (row["own"], row["others"])
    return found


def test_nothing_of_it_is_left(world):
    organization = world.organizations["north"]
    with world.database.owner() as connection:
        ensure_analyst(connection, world.database.admin_url, "north")
        user = connection.execute(
            "insert into identity.users (email_normalized) values ('kim@north.example') returning user_id"
        ).fetchone()["user_id"]
        both = connection.execute(
            "insert into identity.users (email_normalized) values ('lee@both.example') returning user_id"
        ).fetchone()["user_id"]
        for person in (user, both):
            connection.execute(
                "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'sales_rep')",
                [organization, person],
            )
        connection.execute(
            "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'sales_rep')",
            [world.organizations["south"], both],
        )
    before = counts(world, organization)
    assert sum(own > 0 for own, _ in before.values()) > 25
    erasure_id, due_at = request_closing("north", "its administrator")
    assert (due_at - world.rows("select now() as at")[0]["at"]).days >= 29
    assert request_closing("north", "again") == (erasure_id, due_at)
    assert close_due() == []
    certificate = close_now(erasure_id)
    assert is_genuine(certificate.content)
    after = counts(world, organization)
    # the changes of shared entities that say it by chance are the tenant's own rows as well
    assert {name: own for name, (own, _) in after.items() if own} == {}
    lost = {name: (before[name][1], others) for name, (_, others) in after.items() if others < before[name][1]}
    assert lost.keys() <= {"identity.users", "raw.applications", "app.lead_status_changes"}, lost
    assert [row["email_normalized"] for row in world.rows("select * from identity.users")] == ["lee@both.example"]
    assert world.rows("select from pg_roles where rolname like %s", f"{world.database.name}%") == []
    assert close_now(erasure_id) == certificate
    off = world.rows(
        "select tgrelid::regclass::text as name from pg_trigger where tgenabled = 'D' and not tgisinternal"
    )
    assert off == []


def test_a_closing_is_taken_back(world):
    request_closing("south", "its administrator")
    [row] = world.rows("select deleted_at from identity.organizations where slug = 'south'")
    assert row["deleted_at"] is not None
    assert cancel_closing("south")
    [row] = world.rows("select deleted_at from identity.organizations where slug = 'south'")
    assert row["deleted_at"] is None
    assert not cancel_closing("south")
    assert close_due() == []


def test_a_closing_that_fails_stops_no_other(world):
    with world.database.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('east', 'East'), ('west', 'West')")
    held, _ = request_closing("east", "its administrator", grace_days=0)
    free, _ = request_closing("west", "its administrator", grace_days=0)
    with connect("privacy") as other:
        other.execute(load("privacy").lock_erasure, {"erasure_id": held})
        with pytest.raises(ExceptionGroup, match="1 of 2") as caught:
            close_due()
    assert "Another process works on" in str(caught.value.exceptions[0])
    states = {row["erasure_id"]: row["state"] for row in world.rows("select erasure_id, state from privacy.erasures")}
    assert (states[held], states[free]) == ("requested", "done")
