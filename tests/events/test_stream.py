"""The stream: in the order of commits, without holes, never missed, never twice, and only what the reader may see."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from leadhouse.events import EventsGoneError, position, read_events, stream, wait_for_events
from leadhouse.jobs import control, logs, requests

WATCHED = ["analytics_cache", "campaigns", "job_logs", "jobs", "leads", "notifications", "sources"]


def read(tenant, role, after=0, **claims):
    with tenant.acting(role, **claims) as member:
        return read_events(member, after, 1000)[0]


def now(tenant):
    with tenant.acting("organization_admin") as admin:
        return position(admin).last_event_no


def campaign(tenant, **columns):
    names = "".join(f", {name}" for name in columns)
    return tenant.rows(
        f"insert into app.campaigns (organization_id, name{names}) values (%s, %s{', %s' * len(columns)})"  # noqa: S608
        " returning campaign_id", tenant.organization_id, uuid4().hex, *columns.values(),
    )[0]["campaign_id"]  # fmt: skip


def test_the_seven_tables_tell_and_have_full_replica_identity(north):
    logs.write(requests.request_job("crawl", {}, datetime.now(UTC).date()), "info", "makes a partition")
    rows = north.rows(
        "select relname, relreplident::text as identity, array(select tgname::text from pg_trigger"
        "  where tgrelid = pg_class.oid and tgfoid = 'app.queue_events'::regproc order by 1) as triggers"
        "  from pg_class where relnamespace = 'app'::regnamespace and relname = any (%s) order by relname", WATCHED,
    )  # fmt: skip
    verbs = [f"events_of_{verb}" for verb in ("delete", "insert", "update")]
    assert [(row["relname"], row["identity"], row["triggers"]) for row in rows] == [
        (name, "f", verbs) for name in WATCHED
    ]
    partitions = north.rows(
        "select relreplident::text as identity from pg_inherits join pg_class on oid = inhrelid"
        " where inhparent = 'app.job_logs'::regclass"
    )
    assert {row["identity"] for row in partitions} == {"f"}


def test_an_event_holds_ids_and_names_of_columns_and_nothing_else(north, make_leads):
    begin = now(north)
    (lead,) = make_leads(north, notes="a secret note")
    north.rows("update app.leads set notes = 'another', priority = 'high' where lead_id = %s returning 1", lead)
    north.rows("update app.leads set notes = notes where lead_id = %s returning 1", lead)  # nothing changes: no event
    events = [event for event in read(north, "organization_admin", begin) if event.row_id == lead]
    assert [(event.verb, event.table_name, event.changed_columns) for event in events] == [
        ("insert", "leads", []), ("update", "leads", ["notes", "priority"]),
    ]  # fmt: skip
    stored = north.rows("select to_jsonb(e)::text as text from app.events as e where row_id = %s", lead)
    assert not any("note'" in row["text"] or "secret" in row["text"] for row in stored)


def test_a_deleted_row_is_told(north, make_leads):
    job = north.rows(
        "insert into app.jobs (organization_id, kind, created_by) values (%s, 'crawl', %s) returning job_id",
        north.organization_id, north.users["sales_rep"],
    )[0]["job_id"]  # fmt: skip
    begin = now(north)
    north.rows("delete from app.jobs where job_id = %s returning 1", job)
    assert [event.verb for event in read(north, "sales_rep", begin) if event.row_id == job] == ["delete"]


def test_numbers_have_no_holes(north):
    now(north)
    row = north.rows("select count(*) as n, max(event_no) as last, min(event_no) as first from app.events")[0]
    assert row["n"] == row["last"] - row["first"] + 1
    assert row["first"] == 1


def test_a_late_commit_is_not_missed(north):
    early, late = campaign(north), campaign(north)
    begin = now(north)
    with north.database.owner() as slow:
        slow.execute("update app.campaigns set description = 'slow' where campaign_id = %s", [late])
        north.rows("update app.campaigns set description = 'fast' where campaign_id = %s returning 1", early)
        with north.acting("organization_admin") as admin:
            first, after = read_events(admin, begin)
        assert [event.row_id for event in first] == [early]
    assert [event.row_id for event in read(north, "organization_admin", after)] == [late]


def test_hundreds_of_transactions_at_once_some_aborted_each_change_once(north):
    """Writers commit late, out of order or never, while two readers follow; each reads every committed change once."""
    campaigns = [campaign(north) for _ in range(8)]
    begin, stopped, committed, lock = now(north), threading.Event(), [], threading.Lock()
    random.seed(3)
    plans = [(random.choice(campaigns), random.random() * 0.02, random.random() < 0.3) for _ in range(400)]

    def write(share):
        with north.database.owner() as connection:
            for row_id, pause, aborts in share:
                made = connection.execute(
                    "insert into app.sources (source_key, organization_id, kind, name) values (%s, %s, 'csv', 'x')"
                    " returning source_id",
                    [f"csv/{uuid4()}", north.organization_id],
                ).fetchone()
                if random.random() < 0.1:
                    connection.execute(
                        "update app.campaigns set description = %s where campaign_id = %s", [uuid4().hex, row_id]
                    )
                time.sleep(pause)
                if aborts:
                    connection.rollback()
                else:
                    connection.commit()
                    with lock:
                        committed.append(made["source_id"])

    def follow():
        seen, after = [], begin
        with north.acting("organization_admin", autocommit=True) as reader:
            while True:
                last_round = stopped.is_set()
                events, after = read_events(reader, after, 37)
                seen += events
                if last_round and not events:
                    return seen

    with ThreadPoolExecutor(10) as pool:
        readers = [pool.submit(follow) for _ in range(2)]
        writers = [pool.submit(write, plans[part::8]) for part in range(8)]
        for writer in writers:
            writer.result()
        stopped.set()
        for reader in readers:
            numbers = [event.event_no for event in reader.result()]
            assert numbers == sorted(set(numbers))
            found = [
                event.row_id for event in reader.result() if event.table_name == "sources" and event.verb == "insert"
            ]
            assert len(committed) > 200
            assert sorted(found) == sorted(committed)
    assert north.rows("select count(*) as n from app.event_queue")[0]["n"] == 0
    test_numbers_have_no_holes(north)


def test_writers_wait_for_nobody(north):
    first, second = campaign(north), campaign(north)
    with north.database.owner() as one, north.database.owner() as other:
        one.execute("update app.campaigns set description = 'a' where campaign_id = %s", [first])
        other.execute("set lock_timeout = '2s'")
        other.execute("update app.campaigns set description = 'b' where campaign_id = %s", [second])
        other.commit()


def test_a_bulk_statement_costs_one_row_a_change(north):
    now(north)
    with north.database.owner() as owner:
        owner.execute(
            "insert into app.jobs (organization_id, kind) select %s, 'enrich' from generate_series(1, 2000)",
            [north.organization_id],
        )
    assert north.rows("select count(*) as n from app.event_queue where table_name = 'jobs'")[0]["n"] == 2000
    begin = north.rows("select last_event_no as n from app.event_counters")[0]["n"]
    assert now(north) == begin + 2000


def test_a_role_hears_of_what_it_may_read(north, south, make_leads):
    clients = campaign(north, client_id=north.client_id)
    begin = now(north)
    (mine,) = make_leads(north, owner_id=north.users["sales_rep"])
    (others,) = make_leads(north, owner_id=north.users["other_rep"])
    (of_client,) = make_leads(north, campaign_id=clients)
    make_leads(south)
    heard = {
        role: {event.row_id for event in read(north, role, begin) if event.table_name == "leads"}
        for role in ("organization_admin", "sales_manager", "read_only", "sales_rep", "other_rep", "client")
    }
    every = {mine, others, of_client}
    assert heard == {
        "organization_admin": every, "sales_manager": every, "read_only": every, "sales_rep": {mine},
        "other_rep": {others}, "client": {of_client},
    }  # fmt: skip
    assert not every & {event.row_id for event in read(south, "organization_admin", begin)}
    by_key = read(north, "sales_manager", begin, permissions=["campaigns:read"])
    assert {event.resource for event in by_key} == {"campaigns"}  # whose figures the new lead changed
    with north.database.connect("events") as component:
        assert every <= {event.row_id for event in read_events(component, begin, 1000)[0]}


def test_a_lead_that_goes_to_another_rep_is_told_to_both(north, make_leads):
    (lead,) = make_leads(north, owner_id=north.users["sales_rep"])
    begin = now(north)
    north.rows("update app.leads set owner_id = %s where lead_id = %s returning 1", north.users["other_rep"], lead)
    for role in ("sales_rep", "other_rep"):
        assert [event.changed_columns for event in read(north, role, begin) if event.row_id == lead] == [["owner_id"]]


def test_a_member_of_a_campaign_with_a_client_is_told_to_the_client(north, make_leads):
    clients = campaign(north, client_id=north.client_id)
    (lead,) = make_leads(north)
    north.rows(
        "insert into app.campaign_members (campaign_id, organization_id, lead_id) values (%s, %s, %s) returning 1",
        clients, north.organization_id, lead,
    )  # fmt: skip
    begin = now(north)
    north.rows("update app.leads set status = 'qualified' where lead_id = %s returning 1", lead)
    assert lead in {event.row_id for event in read(north, "client", begin)}


def test_job_logs_are_told_to_the_requester(north):
    with north.acting("sales_rep") as rep:
        job = control.request_job(rep, "crawl", {})["job_id"]
    begin = now(north)
    logs.write(job, "info", "x")
    assert [event.table_name for event in read(north, "sales_rep", begin)] == ["job_logs"]
    assert read(north, "other_rep", begin) == []


def test_nobody_writes_events_and_no_partition_is_granted(north):
    for statement in (
        "insert into app.events select * from app.events", "delete from app.events", "select * from app.event_queue",
        "select * from app.events_000000", "update app.event_counters set last_event_no = 0",
        "select app.drop_old_events(1)",
    ):  # fmt: skip
        with north.acting("organization_admin") as admin, pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute(statement)


def test_channels_carry_ids(north, make_leads):
    with north.acting("sales_rep") as rep:
        job = control.request_job(rep, "crawl", {})["job_id"]
    with north.database.connect("events", autocommit=True) as listener:
        for channel in ("job_status_change", "new_notification", "events"):
            listener.execute(f"listen {channel}")
        requests.start(job)
        requests.fail(job, "a reason that must not travel")
        heard = list(listener.notifies(timeout=5, stop_after=4))
        heard += list(listener.notifies(timeout=0.5))
    told = north.rows("select notification_id from app.notifications where link ->> 'id' = %s", str(job))
    by_channel = {(notice.channel, notice.payload) for notice in heard}
    assert ("job_status_change", str(job)) in by_channel
    assert ("new_notification", str(told[0]["notification_id"])) in by_channel
    assert not any("reason" in notice.payload for notice in heard)
    assert all(len(notice.payload) in (16, 36) for notice in heard)


def test_waiting_ends_when_the_own_organization_changes(north, south):
    with north.acting("sales_manager", autocommit=True) as waiting:
        assert wait_for_events(waiting, north.organization_id, 0.05) is False
        campaign(south)
        assert wait_for_events(waiting, north.organization_id, 0.3) is False
        timer = threading.Timer(0.3, campaign, [north])
        timer.start()
        began = time.monotonic()
        assert wait_for_events(waiting, north.organization_id, 120) is True
        assert time.monotonic() - began < 60
        timer.join()
    with north.acting("sales_manager") as wrong, pytest.raises(ValueError, match="autocommit"):
        wait_for_events(wrong, north.organization_id, 1)


def test_old_blocks_are_dropped_and_a_reader_that_far_back_is_told(database):
    with database.owner() as owner:
        owner.execute("update app.event_counters set last_event_no = 99995")
        owner.execute("insert into app.jobs (kind) select 'crawl' from generate_series(1, 20)")
    with database.connect("events") as reader:
        assert position(reader).last_event_no == 100_015
    assert stream.drop_old_events(7) == 0
    assert stream.drop_old_events(0) == 1
    with database.connect("events") as reader:
        assert position(reader).first_event_no == 100_000
        with pytest.raises(EventsGoneError, match="read the rows anew"):
            read_events(reader, 50)
        assert [event.event_no for event in read_events(reader, 100_010)[0]] == list(range(100_011, 100_016))
