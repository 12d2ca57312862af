"""Partitions ahead and retired, rows purged after thirty days and not before, reports that count."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from leadhouse.database.queries import load
from leadhouse.operations.partitions import ensure_partitions, retire_partitions
from leadhouse.operations.purging import purge_deleted
from leadhouse.operations.reports import ReportError, read_report

NORTH = "00000000-0000-4000-8000-000000000001"


def rows(database, statement, *parameters):
    with database.owner() as connection:
        cursor = connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def partitions(database, parent):
    return {
        row["name"]
        for row in rows(
            database, "select inhrelid::regclass::text as name from pg_inherits where inhparent = %s::regclass", parent
        )
    }


@pytest.fixture
def north(database):
    rows(
        database,
        "insert into identity.organizations (organization_id, slug, name) values (%s, 'north', 'North')",
        NORTH,
    )
    return database


def campaign(database, deleted_days_ago=None):
    [made] = rows(
        database,
        "insert into app.campaigns (organization_id, name, deleted_at)"
        " values (%s, gen_random_uuid()::text, now() - make_interval(days => %s)) returning campaign_id",
        NORTH, deleted_days_ago,
    )  # fmt: skip
    return made["campaign_id"]


def campaigns(database):
    return {row["campaign_id"] for row in rows(database, "select campaign_id from app.campaigns")}


def test_every_partitioned_table_has_this_month_and_the_next(database):
    made = ensure_partitions(date(2026, 12, 20))
    parents = rows(
        database,
        "select partrelid::regclass::text as name from pg_partitioned_table"
        " join pg_attribute on attrelid = partrelid and attnum = partattrs[0]"
        " where atttypid::regtype::text ~ '^(date|time)'",
    )
    assert len(parents) > 7
    for parent in parents:
        suffixes = {name[-7:] for name in partitions(database, parent["name"])}
        assert suffixes >= {"2026_12", "2027_01"}, parent["name"]
    assert set(made) >= {"raw.ensure_partitions", "identity.ensure_audit_partitions"}
    assert set(ensure_partitions(date(2026, 12, 20)).values()) == {0}


def test_partitions_go_when_their_time_is_over_and_raw_stays(database):
    ensure_partitions(date(2026, 1, 15))
    rows(
        database,
        "insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status,"
        " is_syntax_valid, is_role, is_free, is_disposable, checked_at)"
        " values ('2026-01-10', 'a@b.example', gen_random_uuid(), 'b.example',"
        " 'valid', true, false, false, false, now())",
    )
    kept = partitions(database, "raw.fetches")
    ends_on = date(2026, 2, 1)
    assert "raw.email_checks_2026_01" not in retire_partitions(ends_on + timedelta(days=399))
    retired = retire_partitions(ends_on + timedelta(days=400))
    assert retired["raw.email_checks_2026_01"] == 1
    assert retired["app.usage_events_2026_01"] == 0
    assert "raw.email_checks_2026_02" in partitions(database, "raw.email_checks")
    assert partitions(database, "raw.fetches") == kept
    assert "audit_log_2026_01" in retire_partitions(date(2028, 6, 1))
    assert "identity.audit_log_2026_01" not in partitions(database, "identity.audit_log")


def test_living_partition_cannot_be_retired(database):
    ensure_partitions(date(2026, 1, 15))
    query, asked = (
        load("operations").retire_partition,
        {"partition": "raw.email_checks_2026_01", "day": date(2026, 3, 1)},
    )
    with (
        pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="has not expired"),
        database.connect("maintenance") as connection,
    ):
        connection.execute(query, asked)


def test_retention_is_a_row(database):
    ensure_partitions(date(2026, 1, 15))
    rows(database, "update operations.retention set days = 31 where parent = 'raw.email_checks'")
    assert retire_partitions(date(2026, 3, 3)) == {}
    assert set(retire_partitions(date(2026, 3, 4))) == {"raw.email_checks_2026_01"}


def test_deleted_rows_go_after_thirty_days_in_batches(north):
    living, restorable = campaign(north), campaign(north, 29)
    old = {campaign(north, 31) for _ in range(5)}
    assert old < campaigns(north)
    counts = purge_deleted(batch=2)
    assert counts["app.campaigns"] == 5
    assert campaigns(north) == {living, restorable}
    assert purge_deleted() == {}


def test_what_a_ledger_names_is_kept(north):
    named, unnamed = campaign(north, 40), campaign(north, 40)
    rows(
        north,
        "insert into billing.costs (organization_id, kind, amount_eur, campaign_id) values (%s, 'send', 0.001, %s)",
        NORTH, named,
    )  # fmt: skip
    assert unnamed in campaigns(north)
    assert purge_deleted()["app.campaigns"] == 1
    assert campaigns(north) == {named}


def test_children_that_say_nothing_alone_go_with_their_parent(north):
    gone = campaign(north, 40)
    rows(
        north,
        "insert into app.campaign_steps (organization_id, campaign_id, step_no, subject_template, body_template)"
        " values (%s, %s, 1, 's', 'b')",
        NORTH, gone,
    )  # fmt: skip
    assert purge_deleted()["app.campaigns"] == 1
    assert rows(north, "select from app.campaign_steps") == []


def test_deleted_members_go_before_their_users_and_organizations(north):
    [user] = rows(
        north,
        "insert into identity.users (email_normalized, deleted_at) values"
        " ('a@b.example', now() - interval '40 days') returning user_id",
    )
    rows(
        north,
        "insert into identity.members (organization_id, user_id, role, deleted_at) values"
        " (%s, %s, 'read_only', now() - interval '40 days')",
        NORTH, user["user_id"],
    )  # fmt: skip
    assert purge_deleted() == {"identity.members": 1, "identity.users": 1}


def test_what_may_be_restored_cannot_be_purged(north):
    query = load("operations").purge_deleted
    for target, before in (
        ("app.campaigns", datetime.now(UTC) - timedelta(days=29)),
        ("billing.costs", datetime(2020, 1, 1, tzinfo=UTC)),
    ):
        with (
            pytest.raises(psycopg.Error, match=r"may still be restored|no table of ours"),
            north.connect("maintenance") as connection,
        ):
            connection.execute(query, {"target": target, "before": before, "at_most": 10})


def test_sizes_are_those_of_all_partitions(database):
    ensure_partitions(date(2026, 1, 15))
    found = {row["table_name"]: row for row in read_report("table-sizes", 1000)}
    assert found["raw.fetches"]["partitions"] == len(partitions(database, "raw.fetches"))
    assert not [name for name in found if "2026_01" in name]
    [size] = rows(
        database,
        "select sum(pg_total_relation_size(relid))::bigint as bytes from pg_partition_tree('raw.fetches')",
    )
    assert found["raw.fetches"]["total_bytes"] == size["bytes"]
    assert [row["total_bytes"] for row in found.values()] == sorted(
        (row["total_bytes"] for row in found.values()), reverse=True
    )


def test_unused_indexes_are_those_nobody_read(database):
    with database.owner(autocommit=True) as connection:
        connection.execute("create table app.read_by_index as select n from generate_series(1, 1000) as n")
        for name in ("used", "unused"):
            connection.execute(
                f"create index read_{name} on app.read_by_index (n)"
                if name == "used"
                else "create index read_unused on app.read_by_index ((-n))"
            )
        connection.execute("set enable_seqscan = off")
        connection.execute("select from app.read_by_index where n = 3")
        connection.execute("select pg_stat_force_next_flush()")
    found = {row["index_name"]: row for row in read_report("unused-indexes", 1000)}
    assert "app.read_unused" in found
    assert "app.read_used" not in found
    assert found["raw.company_records_by_subject"]["serves_foreign_key"] is False
    assert found["app.corrections_by_organization"]["serves_foreign_key"] is True
    assert "app.leads_one_live_per_entity" not in found


def test_slow_queries_are_counted_without_their_literals(counted_statements):
    with counted_statements.connect("leads", autocommit=True) as connection:
        connection.execute("select pg_sleep(0.3), 'a secret word'")
    found = read_report("slow-queries", 5)
    [slept] = [row for row in found if "pg_sleep" in row["query"]]
    assert slept["mean_ms"] >= 300
    assert slept["calls"] == 1
    assert slept["role_name"] == "leadhouse_leads"
    assert "secret" not in slept["query"]
    assert found == sorted(found, key=lambda row: -row["total_ms"])


WAIT = "select pg_advisory_xact_lock_shared(7)"  # until another session lets go
LITERALS = [
    "'a secret word'",
    "'a secret', 'it''s a secret word'",
    r"e'a secret\'s word', 'x', 'y'",
    "$$a secret word$$, 1, 2, 3",
    "$note$a 'secret' word$note$, 1, 2, 3, 4",
    "4912345678.5, 4912345678, 1, 2, 3, 4",
    "1 as \"secret's\", 2, 3, 4, 5, 6, 'a secret'",
]


def test_statement_whose_entry_went_while_it_ran_shows_no_literal(counted_statements):
    """pg_stat_statements keeps its text as it was sent then: here by a reset, in a full table by an eviction."""
    reset = "select pg_stat_statements_reset(dbid => (select oid from pg_database where datname = current_database()))"
    waiting = "select from pg_locks where not granted and locktype = 'advisory' and database ="
    waiting += " (select oid from pg_database where datname = current_database())"
    connect = counted_statements.connect
    with (
        ExitStack() as stack,
        ThreadPoolExecutor(len(LITERALS)) as pool,
        psycopg.connect(counted_statements.admin_url, autocommit=True) as admin,
    ):
        admin.execute("select pg_advisory_lock(7)")
        connections = [stack.enter_context(connect("leads", autocommit=True)) for _ in LITERALS]
        begun = [
            pool.submit(connection.execute, f"{WAIT}, {literals}")  # type: ignore[arg-type]
            for connection, literals in zip(connections, LITERALS, strict=True)
        ]
        while admin.execute(waiting).rowcount < len(LITERALS):
            assert not any(statement.done() for statement in begun)
        admin.execute(reset)
    kept = rows(counted_statements, "select query from pg_stat_statements where starts_with(query, %s)", WAIT)
    assert sorted(row["query"] for row in kept) == sorted(f"{WAIT}, {literals}" for literals in LITERALS)
    shown = [row["query"] for row in read_report("slow-queries", 50) if "xact_lock" in row["query"]]
    assert len(shown) == len(LITERALS)
    assert not [query for query in shown if re.search(r"secret|word|49123|[0-9]", query.replace('as "secret', ""))]


def test_missing_statistics_say_how_to_begin(database):
    rows(database, "drop extension pg_stat_statements")
    with pytest.raises(ReportError, match=r"not installed.*shared_preload_libraries.*leadhouse migrate"):
        read_report("slow-queries")
