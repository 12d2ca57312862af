"""A crawl that is asked to pause or cancel stops at a safe point; resumed, it asks no page twice that it has."""

from __future__ import annotations

import threading

import pytest

from leadhouse.jobs import control, requests
from leadhouse.jobs import crawl as crawling
from leadhouse.jobs.crawl import run_shard
from leadhouse.settings import settings
from tests.scrapers.test_resume import pages, wait_for


@pytest.fixture
def slow_crawl(crawl, monkeypatch):
    """A site of 40 pages that takes some seconds, watched closely."""
    monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0.1")
    monkeypatch.setattr(crawling, "RENEW_SECONDS", 0.2)
    settings.cache_clear()
    crawl.web.site("slow.example", pages=40)
    return crawl


def stop_in_the_middle(crawl, job_id, wish, at):
    """Runs the shard and wishes it to stop once so many pages were asked for."""

    def wish_it():
        wait_for(lambda: len(pages(crawl, "slow.example")) >= at)
        with crawl.database.connect("jobs") as connection:
            wish(connection, job_id)

    thread = threading.Thread(target=wish_it)
    thread.start()
    with pytest.raises(control.StoppedError):
        run_shard(job_id, 0, f"job__{job_id}")
    thread.join()
    return control.settle(job_id)


def status(crawl, job_id):
    row = crawl.rows(
        "select status::text, wanted_status::text, progress_total, progress_done from app.jobs where job_id = %s",
        job_id,
    )[0]
    return tuple(row.values())


def test_paused_and_resumed(slow_crawl):
    job_id = slow_crawl.plan("slow.example", pages=60)
    assert stop_in_the_middle(slow_crawl, job_id, control.pause_job, 15) == "paused"
    asked = len(pages(slow_crawl, "slow.example"))
    assert 15 <= asked < 42
    with pytest.raises(control.StoppedError):
        run_shard(job_id, 0, f"job__{job_id}")
    assert len(pages(slow_crawl, "slow.example")) == asked
    with slow_crawl.database.connect("jobs") as connection:
        control.resume_job(connection, job_id)
    requests.start(job_id)
    counts = run_shard(job_id, 0, f"job__{job_id}__2")
    requests.finish(job_id, counts)
    assert counts["fetched"] == 42
    every = pages(slow_crawl, "slow.example")
    assert len(every) - len(set(every)) <= 1  # what was on its way when it stopped
    assert status(slow_crawl, job_id) == ("completed", None, 1, 1)
    said = slow_crawl.rows("select level, message from app.job_logs where job_id = %s order by log_no", job_id)
    assert [row["level"] for row in said] == ["info", "warning", "info", "info"]
    row = slow_crawl.rows("select jobs_run, jobs_completed, records_landed > 0 as landed from app.sources")[0]
    assert tuple(row.values()) == (1, 1, True)


def test_cancelled(slow_crawl):
    job_id = slow_crawl.plan("slow.example", pages=60)
    assert stop_in_the_middle(slow_crawl, job_id, control.cancel_job, 5) == "cancelled"
    assert status(slow_crawl, job_id)[:2] == ("cancelled", None)
    with pytest.raises(requests.JobStateError, match="cancelled, it cannot become running"):
        requests.start(job_id)
