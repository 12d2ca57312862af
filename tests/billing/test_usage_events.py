"""Usage events: each good one kept, each bad one named, seen by who may, counted by day."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from leadhouse.billing import list_usage_by_day, record_usage_events

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def viewed(**changed):
    return {"event_type": "page", "event_name": "lead_viewed", "occurred_at": NOW.isoformat(), **changed}


def test_batch_keeps_the_good_and_names_the_bad(billing):
    organization = billing.organization()
    rep = billing.user(organization, "sales_rep")
    batch = [
        viewed(properties={"lead": 1, "ü": ["x"]}, session_id="s1", user_agent="Mozilla", ip_address="2001:db8::1"),
        viewed(event_type=""), viewed(occurred_at="yesterday"), viewed(occurred_at="2026-11-21T12:00:00"),
        viewed(occurred_at=(NOW - timedelta(days=8)).isoformat()),
        viewed(occurred_at=(NOW + timedelta(hours=1)).isoformat()),
        viewed(ip_address="300.1.1.1"), viewed(properties=[1]), viewed(surprise=1), viewed(properties={"a": "\x00"}),
        viewed(event_name="a\x00b"), "no object", viewed(occurred_at=None),
        viewed(occurred_at="2026-11-20T23:59:59+01:00", session_id="s1"),
    ]  # fmt: skip
    with billing.member(organization, "sales_rep") as connection:
        intake = record_usage_events(connection, organization, rep, batch, NOW)
    assert intake.recorded == 3
    assert [place for place, _ in intake.refused] == list(range(1, 12))
    assert all(reason for _, reason in intake.refused)
    rows = billing.run("select * from app.usage_events order by occurred_at")
    assert {row["user_id"] for row in rows} == {rep}
    kept = next(row for row in rows if row["user_agent"])
    assert (kept["properties"], str(kept["ip_address"]), kept["occurred_at"]) == (
        {"lead": 1, "ü": ["x"]},
        "2001:db8::1",
        NOW,
    )


def test_too_many_at_once(billing):
    organization = billing.organization()
    with (
        billing.member(organization, "sales_rep") as connection,
        pytest.raises(ValueError, match="1000 events at most"),
    ):
        record_usage_events(connection, organization, billing.user(organization, "sales_rep"), [viewed()] * 1001, NOW)


def test_a_thousand_in_one_call(billing):
    organization = billing.organization()
    rep = billing.user(organization, "sales_rep")
    with billing.member(organization, "sales_rep") as connection:
        assert record_usage_events(connection, organization, rep, [viewed()] * 1000, NOW).recorded == 1000


def test_nobody_records_for_another(billing):
    north, south = billing.organization(), billing.organization("south")
    rep, other = billing.user(north, "sales_rep"), billing.user(north, "read_only")
    with billing.member(north, "sales_rep") as connection:
        for organization, user in ((north, other), (south, rep), (south, billing.user(south, "sales_rep"))):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                record_usage_events(connection, organization, user, [viewed()], NOW)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("insert into app.usage_events (organization_id) values (%s)", [north])


def test_people_see_their_own_and_analytics_sees_the_organization(billing):
    north, south = billing.organization(), billing.organization("south")
    for organization in (north, south):
        for role in ("sales_rep", "sales_manager"):
            with billing.member(organization, role) as connection:
                batch = [viewed(session_id=role), viewed(session_id=role)]
                record_usage_events(connection, organization, billing.user(organization, role), batch, NOW)
    seen = {
        "organization_admin": (4, 2),
        "sales_manager": (4, 2),
        "read_only": (4, 2),
        "sales_rep": (2, 1),
        "client": None,
    }
    for role, counts in seen.items():
        with billing.member(north, role) as connection:
            days = list_usage_by_day(connection, north, NOW.date())
            assert [(day["day"], day["events"], day["users"]) for day in days] == (
                [(NOW.date(), *counts)] if counts else []
            )
            assert list_usage_by_day(connection, south, NOW.date()) == []


@pytest.mark.parametrize("ensure", ["usage", "interaction"])
def test_who_waits_for_the_month_that_another_makes_finds_it(billing, ensure):
    ensure = f"select app.ensure_{ensure}_partitions('2031-03-07')::integer as made"
    waits = "select count(*) as n from pg_locks where pid = %s and locktype = 'advisory' and not granted"
    with (
        billing.database.owner() as first,
        billing.database.owner() as second,
        ThreadPoolExecutor(1) as beside,
    ):
        assert first.execute(ensure).fetchone() == {"made": 1}
        waiting = beside.submit(lambda: second.execute(ensure).fetchone())
        deadline = time.monotonic() + 60
        while not billing.run(waits, second.info.backend_pid)[0]["n"] and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not waiting.done()
        first.commit()
        assert waiting.result(60) == {"made": 0}


def test_partitions_are_made_once_are_granted_to_nobody_and_retired(billing):
    with billing.database.connect("maintenance") as connection:
        for month, made in ((9, 1), (9, 0), (10, 1)):
            row = connection.execute(
                "select app.ensure_usage_partitions(%s) as made", [date(2026, month, 7)]
            ).fetchone()
            assert row == {"made": made}
    rows = billing.run(
        "select relname, relrowsecurity, relacl from pg_class where relname ~ '^usage_events_2026' and relkind = 'r'"
    )
    assert {row["relname"]: row["relrowsecurity"] for row in rows} == {
        "usage_events_2026_09": True, "usage_events_2026_10": True,
    }  # fmt: skip
    assert "authenticated" not in str([row["relacl"] for row in rows])
    expired = billing.run("select partition from operations.expired_partitions(date '2027-11-15')")
    assert [row["partition"] for row in expired] == ["app.usage_events_2026_09"]


def test_a_new_year_needs_no_maintenance_first(billing):
    organization = billing.organization()
    rep = billing.user(organization, "sales_rep")
    event = {"event_type": "page", "event_name": "x", "properties": {}, "occurred_at": "2026-12-31T23:59:59Z"}
    batch = Jsonb([event, event | {"occurred_at": "2027-01-01T00:00:00Z"}])
    with billing.member(organization, "sales_rep") as connection:
        connection.execute("set timezone = 'Pacific/Auckland'")
        row = connection.execute(
            "select app.record_usage_events(%s, %s, %s) as n", [organization, rep, batch]
        ).fetchone()
    assert row == {"n": 2}
    parts = billing.run("select distinct tableoid::regclass::text as part from app.usage_events order by 1")
    assert [row["part"] for row in parts] == ["app.usage_events_2026_12", "app.usage_events_2027_01"]
