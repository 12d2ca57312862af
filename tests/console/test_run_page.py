"""The Run page and the figures behind it: they add up, and they come from the database alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from leadhouse.console.night import OUTCOMES, STAGES, list_nights, night_summary
from leadhouse.jobs import requests
from leadhouse.ledger.steps import recorded_step

TODAY = datetime.now(UTC).date()


@pytest.fixture
def night(database):
    """One crawl of which a page was not read, and a row in quarantine, an hour ago; another night before it."""
    with database.owner() as connection:
        connection.execute("select raw.ensure_partitions(%s)", [TODAY])
    since = datetime.now(UTC) - timedelta(hours=1)
    made(database, since - timedelta(hours=20), landed=3, known=0, quarantined=0)
    made(database, since, landed=5, known=7, quarantined=2)
    return since


def made(database, at, landed, known, quarantined):
    job_id = requests.request_job("crawl", {}, TODAY)
    requests.start(job_id)
    requests.finish(job_id, {})
    landing_id = uuid4()
    with database.owner() as connection:
        connection.execute("update app.jobs set requested_at = %s where job_id = %s", [at, job_id])
        connection.execute(
            "insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, job_id, received, landed,"
            " known, quarantined, landed_at)"
            " values (app.take_batch_number('raw'), %s, %s, 'night', 'web/a', %s, %s, %s, %s, %s, %s)",
            [
                landing_id,
                TODAY,
                job_id,
                landed + known + quarantined,
                landed,
                known,
                quarantined,
                at + timedelta(minutes=1),
            ],
        )
        pages = [("fetched", ""), ("not_modified", "a"), ("blocked", "b"), ("blocked", "b")]
        for outcome, path in [*pages, ("fetched", "robots.txt"), ("fetched", "sitemap_index.xml")]:
            connection.execute(
                "insert into raw.fetches (run_on, fetch_id, landing_id, job_id, source_key, url, requested_at,"
                " outcome, reason)"
                " values (%s, gen_random_uuid(), %s, %s, 'web/a', %s, %s, %s, 'robots')",
                [TODAY, landing_id, job_id, f"https://a.example/{path}", at, outcome],
            )
        for line in range(quarantined):
            connection.execute(
                "insert into quality.quarantine (landing_id, run_on, source_key, unit_key, line, reason, detail,"
                " content_hash)"
                " values (%s, %s, 'web/a', 'https://a.example/', %s, 'bad_email', 'Correct <it>.', 'x')",
                [landing_id, TODAY, line],
            )
        for stage, subject, seconds in (("crawl_shard", "0", 10), ("crawl_shard", "1", 8), ("crawl_site", "web/a", 9)):
            connection.execute(
                "insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, started_at, finished_at,"
                " wall_seconds, cpu_seconds) values ('night', %s, %s, 'succeeded', '{\"pages\": 2}', %s, %s, %s, 3)",
                [stage, subject, at, at + timedelta(seconds=seconds), seconds],
            )


def stage_of(summary, name):
    return next(stage for stage in summary["stages"] if stage["stage"] == name)


def test_figures_add_up(night):
    summary = night_summary(night)
    records = summary["records"]
    assert records == {"received": 14, "landed": 5, "known": 7, "quarantined": 2}
    assert summary["quarantined"] == {"bad_email": 2}
    assert summary["pages"] == {"fetched": 1, "not_modified": 1, "blocked": 1, "empty": 0, "broken": 0}
    assert [stage["stage"] for stage in summary["stages"]] == list(STAGES)
    assert set(summary["pages"]) == set(OUTCOMES)
    assert json.loads(json.dumps(summary)) == summary


def test_seconds_of_parallel_shards_are_not_added_and_sites_not_counted_twice(night):
    crawl = stage_of(night_summary(night), "crawl_sites")
    assert crawl["seconds"] == 10
    assert crawl["cpu_seconds"] == 6
    assert crawl["counts"] == {"pages": 4}
    assert crawl["state"] == "succeeded"


def test_window_ends_where_the_next_night_begins(night):
    newest, before = list_nights()
    assert newest.until is None
    assert before.until == newest.since == night
    assert night_summary(before.since, before.until)["records"]["received"] == 3


def test_retry_that_succeeded_is_a_success_and_a_failure_tells_why(night):
    with pytest.raises(RuntimeError), recorded_step("resolution", "run-1", "resolve_entities", "all"):
        raise RuntimeError("the disk was full")
    failed = stage_of(night_summary(night), "resolve_entities")
    assert failed["state"] in ("failed", "running")
    assert failed["messages"] == ["RuntimeError: the disk was full"]
    with recorded_step("resolution", "run-1", "resolve_entities", "all") as step:
        step.counts["units"] = 4
    retried = stage_of(night_summary(night), "resolve_entities")
    assert retried["messages"] == []
    assert retried["counts"] == {"units": 4}


def test_open_work_is_running(night, database):
    assert stage_of(night_summary(night), "resolve_entities")["state"] == "running"  # the batch is not resolved yet
    job_id = requests.request_job("import", {}, TODAY)
    assert stage_of(night_summary(night), "import_records")["state"] == "waiting"
    requests.start(job_id)
    assert stage_of(night_summary(night), "import_records")["state"] == "running"


def test_page_shows_both_nights_and_says_that_the_sum_is_right(site, night):
    page = site.get("run")
    assert page.status_code == 200
    assert "14 received = 5 landed + 7 already known + 2 quarantined" in " ".join(page.text.split())
    assert "adds up" in page.text
    assert "Before: 3 = 3 + 0 + 0" in page.text
    assert "Correct &lt;it&gt;." in page.text
    assert page.text.count("<svg") == 2
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert site.seconds["run"] < 1.0


def test_older_night_is_reached_by_its_link(site, night):
    link = list_nights()[1].since.isoformat().replace("+", "%2B")
    page = site.get(f"run?since={link}").text
    assert "3 received = 3 landed + 0 already known + 0 quarantined" in " ".join(page.split())


def test_empty_database_has_a_page(site, database):
    page = site.get("run")
    assert page.status_code == 200
    assert "No model was built" in page.text


def test_answers_forbid_scripts_and_other_hosts(site, database):
    headers = site.get("run").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    style = site.get("console.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert "url(" not in style.text
