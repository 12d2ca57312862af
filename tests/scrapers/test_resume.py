"""Killed at any moment and run again: the same rows, no page asked twice, none lost; a former holder lands nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import psutil
import pytest

from leadhouse.jobs import leases, shards
from leadhouse.jobs.crawl import CrawlFailedError, run_shard
from leadhouse.settings import settings
from tests.scrapers.conftest import RUN_ON, Crawl

RECORDS = """
select records.record_key, records.content_hash, extractions.unit_key
  from raw.company_records as records join raw.extractions using (run_on, extraction_id) order by 3, 1
"""


def start(job_id: UUID, shard_no: int, run_id: str) -> subprocess.Popen[str]:
    """`run_shard` in a process of its own, as Airflow would run it."""
    program = (
        "import sys; from uuid import UUID\nfrom leadhouse.jobs.crawl import run_shard\n"
        "run_shard(UUID(sys.argv[1]), int(sys.argv[2]), sys.argv[3])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(job_id), str(shard_no), run_id],
        stderr=subprocess.DEVNULL, text=True, cwd=settings().project, env={**os.environ, "PYTHONPATH": "plugins"},
    )  # fmt: skip


def kill(process: subprocess.Popen[str]) -> None:
    """As an operating system would: the crawl, a child of the process, ends with it, and only then it goes on here."""
    crawls = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(is_alive(crawl) for crawl in crawls))


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def pages(crawl: Crawl, host: str) -> list[str]:
    return [path for path in crawl.web.paths(host) if path not in ("/robots.txt", "/sitemap.xml")]


@pytest.mark.slow
def test_killed_in_the_middle_and_run_again(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0.01")
    settings.cache_clear()
    crawl.web.site("whole.example", pages=60)
    whole = crawl.plan("whole.example", pages=80)
    run_shard(whole, 0, "whole")
    crawl.web.site("killed.example", pages=60)
    job_id = crawl.plan("killed.example", pages=80)
    for stop_at in (8, 31, 47):
        process = start(job_id, 0, "killed")
        wait_for(lambda stop_at=stop_at: len(pages(crawl, "killed.example")) >= stop_at)
        kill(process)
    counts = run_shard(job_id, 0, "killed")
    assert counts["fetched"] == 62
    asked = pages(crawl, "killed.example")
    # what was on its way when the process died has no answer in the archive: once a kill at most
    assert len(asked) - len(set(asked)) <= 3
    urls = [row["url"] for row in crawl.rows("select url from raw.fetches where job_id = %s", job_id)]
    assert len(urls) == len(set(urls))
    assert len(urls) == len(crawl.rows("select url from raw.fetches where job_id = %s", whole))
    landed = crawl.rows(RECORDS)
    by_host = {
        host: [(row["record_key"], row["unit_key"].replace(host, "")) for row in landed if host in row["unit_key"]]
        for host in ("whole.example", "killed.example")
    }
    assert by_host["whole.example"] == by_host["killed.example"]
    assert len(by_host["killed.example"]) == 62
    sums = crawl.rows("select sum(landed) as landed from raw.batches where job_id = %s", job_id)[0]
    assert sums["landed"] == 62
    outcomes = crawl.rows("select 1 from quality.step_outcomes where run_id = 'killed' and stage = 'crawl_site'")
    assert len(outcomes) == 1


@pytest.mark.slow
def test_the_crawl_dies_with_its_parent(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0.05")
    crawl.web.site("alpha.example", pages=60)
    process = start(crawl.plan("alpha.example", pages=80), 0, "run")
    wait_for(lambda: len(pages(crawl, "alpha.example")) >= 5)
    [child] = psutil.Process(process.pid).children()
    kill(process)
    assert not is_alive(child)
    assert len(pages(crawl, "alpha.example")) < 62  # it was not at its end


@pytest.mark.slow
def test_a_finished_source_is_not_crawled_again_by_a_retry(crawl: Crawl) -> None:
    crawl.web.site("done.example", pages=2)
    crawl.web.site("slow.example", pages=40)
    crawl.web.page("slow.example", "/robots.txt", "")
    job_id = crawl.plan("done.example", "slow.example", pages=50)
    process = start(job_id, 0, "run")
    wait_for(lambda: crawl.rows("select 1 from quality.step_outcomes where subject = 'web/done.example'"))
    if process.poll() is None:
        kill(process)
    asked = len(crawl.web.paths("done.example"))
    counts = run_shard(job_id, 0, "run")
    assert len(crawl.web.paths("done.example")) == asked
    assert counts["sources"] == 2
    assert counts["fetched"] == 4 + 42


@pytest.mark.slow
def test_killed_while_sources_that_have_ended_wait_for_others(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0.1")
    settings.cache_clear()
    small = [f"small-{number}.example" for number in range(3)]
    for host in small:
        crawl.web.site(host, pages=2)
    crawl.web.site("large.example", pages=40)
    job_id = crawl.plan(*small, "large.example", pages=50)
    process = start(job_id, 0, "run")
    wait_for(lambda: all(len(pages(crawl, host)) >= 4 for host in small))
    kill(process)  # their outcomes are told two seconds after the first of them has ended
    counts = run_shard(job_id, 0, "run")
    assert (counts["sources"], counts["fetched"]) == (4, 3 * 4 + 42)
    for asked in (pages(crawl, host) for host in small):
        assert len(asked) - len(set(asked)) <= 1  # what was on its way has no answer in the archive
    rows = crawl.rows("select count(*) as n, count(distinct url) as urls from raw.fetches where purpose = 'page'")
    assert rows[0]["n"] == rows[0]["urls"]
    told = crawl.rows("select subject, count(*) as n from quality.step_outcomes where stage = 'crawl_site' group by 1")
    assert {row["subject"]: row["n"] for row in told} == dict.fromkeys(
        [f"web/{host}" for host in (*small, "large.example")], 1
    )
    assert crawl.rows("select from app.host_leases where leased_until > clock_timestamp()") == []


def test_a_finished_job_asks_nothing_again(crawl: Crawl) -> None:
    crawl.web.site("done.example", pages=2)
    job_id = crawl.plan("done.example")
    assert run_shard(job_id, 0, "run")["fetched"] == 4
    asked = len(crawl.web.asked)
    assert run_shard(job_id, 0, "run")["fetched"] == 4
    assert len(crawl.web.asked) == asked


def test_two_shards_at_once(crawl: Crawl) -> None:
    hosts = [f"site-{i}.example" for i in range(6)]
    for host in hosts:
        crawl.web.site(host, pages=4)
    job_id = crawl.plan(*hosts, count=2)
    assert shards.plan_shards(job_id, 5) == [0, 1]
    threads = [threading.Thread(target=run_shard, args=(job_id, number, "run")) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    totals, unfinished = shards.total_counts(job_id)
    assert (totals["fetched"], totals["sources"], unfinished) == (36, 6, [])
    batches = crawl.rows("select batch_no from raw.batches order by 1")
    assert [row["batch_no"] for row in batches] == list(range(1, len(batches) + 1))
    shards_by_host = crawl.rows("select source_key, count(distinct shard_no) as n from raw.fetches group by 1")
    assert [row["n"] for row in shards_by_host] == [1] * 6


def test_a_host_that_another_shard_crawls_is_left_out(crawl: Crawl) -> None:
    crawl.web.site("busy.example", pages=2)
    other = crawl.plan("busy.example")
    held = leases.lease_shard(other, 0, "other")
    assert leases.lease_hosts(held, ["busy.example"]) == ["busy.example"]
    counts = run_shard(crawl.plan("busy.example"), 0, "run")
    assert counts["busy"] == 1
    assert crawl.web.asked == []


def take_over(crawl: Crawl, job_id: UUID) -> leases.Lease:
    """The lease of a shard whose holder was not heard of for too long; a renewal may come in between."""
    while True:
        with crawl.database.owner() as connection:
            connection.execute("update app.shards set leased_until = now() - interval '1 second'")
        with suppress(leases.LeaseHeldError):
            return leases.lease_shard(job_id, 0, "second")


def test_a_shard_that_was_taken_over_lands_nothing_more(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0.02")
    settings.cache_clear()
    crawl.web.site("alpha.example", pages=60)
    job_id = crawl.plan("alpha.example", pages=80)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            run_shard(job_id, 0, "first")
        except CrawlFailedError as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: len(pages(crawl, "alpha.example")) >= 10)
    taken = take_over(crawl, job_id)
    before = crawl.rows("select count(*) as n from raw.fetches")[0]["n"]
    thread.join(300)
    # the crawl learns it from its next landing, the process that watches it from its next renewal
    assert re.search("lost its lease|was taken over", str(failures[0]))
    assert crawl.rows("select count(*) as n from raw.fetches")[0]["n"] == before
    assert crawl.rows("select lease_token, leased_by from app.shards") == [
        {"lease_token": taken.token, "leased_by": "second"}
    ]


def test_a_failing_process_says_why(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    crawl.web.site("alpha.example")
    job_id = crawl.plan("alpha.example")
    monkeypatch.setenv("LEADHOUSE_ARCHIVE_URL", "nosuchprotocol://bucket")
    settings.cache_clear()
    with pytest.raises(CrawlFailedError, match="nosuchprotocol"):
        run_shard(job_id, 0, "run")
    monkeypatch.delenv("LEADHOUSE_ARCHIVE_URL")
    settings.cache_clear()
    assert run_shard(job_id, 0, "run")["fetched"] == 5
    assert crawl.rows("select outcome from quality.step_outcomes where stage = 'crawl_shard' order by started_at") == [
        {"outcome": "failed"},
        {"outcome": "succeeded"},
    ]
    assert crawl.rows("select run_on from app.jobs")[0]["run_on"] == RUN_ON
