"""Requests, their states, shards that are fixed once, leases with fencing tokens."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from leadhouse.jobs import leases, requests, shards

RUN_ON = date(2026, 11, 20)


@pytest.fixture
def job_id(database: Any) -> UUID:
    """A running crawl of five hosts, one of them with three sources."""
    urls = [f"https://site-{i}.example/" for i in range(5)]
    found = requests.request_job("crawl", {"urls": urls}, RUN_ON)
    requests.start(found)
    return found


def rows(database: Any, statement: str, *values: Any) -> list[dict[str, Any]]:
    with database.owner() as connection:
        return list(connection.execute(statement, values).fetchall())


def test_a_request_waits_is_dispatched_runs_and_ends(database: Any) -> None:
    first = requests.request_job("crawl", {"pages": 3}, RUN_ON)
    second = requests.request_job("import", {"path": "x.csv"}, RUN_ON)
    waiting = requests.pending()
    assert [(job.job_id, job.kind, job.run_on) for job in waiting] == [
        (first, "crawl", RUN_ON),
        (second, "import", RUN_ON),
    ]
    assert waiting[0].dag_run_id == f"job__{first}"
    requests.mark_dispatched(first)
    assert [job.job_id for job in requests.pending()] == [second]
    requests.start(first)
    requests.start(first)
    requests.finish(first, {"fetched": 7})
    requests.finish(first, {"fetched": 7})
    job = rows(
        database, "select status, counts, finished_at is not null as ended from app.jobs where job_id = %s", first
    )
    assert job == [{"status": "completed", "counts": {"fetched": 7}, "ended": True}]


def test_a_request_with_a_name_of_its_own_is_made_once(database: Any) -> None:
    name = uuid4()
    assert requests.request_job("crawl", {"pages": 1}, RUN_ON, job_id=name) == name
    assert requests.request_job("crawl", {"pages": 2}, RUN_ON, job_id=name) == name
    assert rows(database, "select parameters from app.jobs") == [{"parameters": {"pages": 1}}]


def test_a_failed_job_may_run_again_a_completed_one_may_not(database: Any) -> None:
    job = requests.request_job("crawl", {}, RUN_ON)
    requests.fail(job, "the run was refused")
    requests.start(job)
    requests.finish(job, {})
    with pytest.raises(requests.JobStateError, match="completed, it cannot become running"):
        requests.start(job)


def test_a_job_that_is_not_there_is_told(database: Any) -> None:
    for change in (requests.start, requests.mark_dispatched, requests.find_job):
        with pytest.raises(requests.JobStateError, match="There is no job"):
            change(uuid4())


def test_shards_hold_every_source_once_and_a_host_in_one_place(database: Any, job_id: UUID) -> None:
    with database.owner() as connection:
        for path in ("a", "b"):
            connection.execute(
                "insert into app.sources (source_key, kind, name, start_url, host)"
                " values (%s, 'web_site', 'x', 'https://site-0.example/a', 'site-0.example')",
                [f"web/site-0.example/{path}"],
            )
    parameters = {"source_keys": ["web/site-0.example/a", "web/site-0.example/b"]}
    parameters["urls"] = [f"https://site-{i}.example/" for i in range(5)]
    job = requests.request_job("crawl", parameters, RUN_ON)
    assert shards.plan_shards(job, 3) == [0, 1, 2]
    found = rows(database, "select hosts, source_keys from app.shards where job_id = %s order by shard_no", job)
    assert sorted(len(row["source_keys"]) for row in found) == [2, 2, 3]
    hosts = [host for row in found for host in row["hosts"]]
    assert sorted(hosts) == [f"site-{i}.example" for i in range(5)]


def test_a_plan_is_made_once(database: Any, job_id: UUID) -> None:
    assert shards.plan_shards(job_id, 2) == [0, 1]
    assert shards.plan_shards(job_id, 4) == [0, 1]


def test_a_crawl_without_names_takes_what_is_due(database: Any, job_id: UUID) -> None:
    shards.plan_shards(job_id, 1)
    with database.owner() as connection:
        connection.execute(
            "update app.sources set next_due_at = now() + interval '1 day' where host = 'site-0.example'"
        )
        connection.execute("update app.sources set is_active = false where host = 'site-1.example'")
        connection.execute("update app.sources set deleted_at = now() where host = 'site-2.example'")
    job = requests.request_job("crawl", {}, RUN_ON)
    shards.plan_shards(job, 9)
    found = rows(database, "select unnest(source_keys) as key from app.shards where job_id = %s order by 1", job)
    assert [row["key"] for row in found] == ["web/site-3.example", "web/site-4.example"]


def test_nothing_due_is_no_shard(database: Any) -> None:
    job = requests.request_job("crawl", {}, RUN_ON)
    assert shards.plan_shards(job, 2) == []
    assert shards.total_counts(job) == ({}, [])


def test_a_url_that_is_none_is_told(database: Any) -> None:
    job = requests.request_job("crawl", {"urls": ["example"]}, RUN_ON)
    with pytest.raises(ValueError, match="not an absolute"):
        shards.plan_shards(job, 1)


def test_a_lease_keeps_others_out_until_it_ends(database: Any, job_id: UUID) -> None:
    shards.plan_shards(job_id, 1)
    first = leases.lease_shard(job_id, 0, "first")
    with pytest.raises(leases.LeaseHeldError, match="held by first"):
        leases.lease_shard(job_id, 0, "second")
    again = leases.lease_shard(job_id, 0, "first")
    assert again.token == first.token + 1
    assert not leases.renew(first)
    assert leases.renew(again)
    assert not leases.complete(first, {}, 0)
    assert leases.complete(again, {"fetched": 2}, 0)
    assert shards.total_counts(job_id) == ({"fetched": 2}, [])
    with pytest.raises(leases.LeaseHeldError, match="completed"):
        leases.lease_shard(job_id, 0, "second")


def test_a_host_is_leased_to_one_shard_and_carries_its_pause_over(database: Any, job_id: UUID) -> None:
    shards.plan_shards(job_id, 2)
    zero, one = (leases.lease_shard(job_id, number, "run") for number in (0, 1))
    assert leases.lease_hosts(zero, ["a.example", "b.example"]) == ["a.example", "b.example"]
    assert leases.lease_hosts(one, ["a.example", "c.example"]) == ["c.example"]
    leases.complete(zero, {}, 30)
    assert leases.lease_hosts(one, ["a.example"]) == ["a.example"]
    wait = rows(
        database,
        "select extract(epoch from next_request_at - now()) as s from app.host_leases where host = 'a.example'",
    )
    assert 20 < wait[0]["s"] <= 30


def test_a_host_that_a_site_led_to_is_held_and_its_pause_outlasts_the_run(database: Any, job_id: UUID) -> None:
    shards.plan_shards(job_id, 2)
    zero, one = (leases.lease_shard(job_id, number, "run") for number in (0, 1))
    assert leases.lease_host(zero, "led-to.example") == (True, None)
    assert leases.lease_host(one, "led-to.example") == (False, None)
    leases.postpone_host(one, "led-to.example", 9000)  # it does not hold it
    leases.postpone_host(zero, "led-to.example", 3000)
    leases.postpone_host(zero, "led-to.example", 30)  # the longest pause counts
    with database.owner() as connection:
        connection.execute("update app.host_leases set leased_until = clock_timestamp() + interval '1 second'")
    assert leases.renew(zero)
    held = rows(database, "select extract(epoch from leased_until - clock_timestamp()) as s from app.host_leases")
    assert [row["s"] > 30 for row in held] == [True]
    leases.complete(zero, {}, 1)
    is_held, next_request_at = leases.lease_host(one, "led-to.example")
    assert is_held
    assert next_request_at is not None
    assert 2900 < (next_request_at - datetime.now(UTC)).total_seconds() <= 3000


def test_both_spellings_of_a_host_are_leased_as_one(database: Any) -> None:
    with database.owner() as connection:
        connection.execute(
            "insert into app.sources (source_key, kind, name, start_url, host) values"
            " ('web/one', 'web_site', 'one', 'http://www.one.example/', 'www.One.example'),"
            " ('web/two', 'web_site', 'two', 'http://one.example/x', 'one.example')"
        )
    job = requests.request_job("crawl", {"source_keys": ["web/one", "web/two"]}, RUN_ON)
    requests.start(job)
    assert shards.plan_shards(job, 4) == [0]
    found = rows(database, "select hosts, source_keys from app.shards where job_id = %s", job)
    assert found == [{"hosts": ["one.example"], "source_keys": ["web/two", "web/one"]}]


def test_what_a_dead_holder_held_goes_to_the_next(database: Any, job_id: UUID) -> None:
    shards.plan_shards(job_id, 1)
    dead = leases.lease_shard(job_id, 0, "dead")
    with pytest.raises(leases.LeaseHeldError):
        leases.lease_shard(job_id, 0, "heir")
    with database.owner() as connection:
        connection.execute("update app.shards set leased_until = now() - interval '1 second'")
    assert leases.lease_shard(job_id, 0, "heir").token > dead.token
    assert not leases.renew(dead)
