"""The Run page and the figures behind it: they add up, and they come from the database alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from leadhouse.console.night import OUTCOMES, STAGES, list_runs, night_summary
from leadhouse.jobs import requests
from leadhouse.ledger.steps import recorded_step
from tests.console.conftest import SECONDS

TODAY = datetime.now(UTC).date()


@pytest.fixture
def night(database):
    """One crawl of which a page was not read, and a row in quarantine, an hour ago; another night before it."""
    with database.kept_transaction() as connection:
        connection.execute("select raw.ensure_partitions(%s)", [TODAY])
    since = datetime.now(UTC) - timedelta(hours=1)
    made(database, since - timedelta(hours=20), landed=3, known=0, quarantined=0)
    made(database, since, landed=5, known=7, quarantined=2)
    return since


def made(database, at, landed, known, quarantined):
    job_id = requests.request_job("crawl", {}, TODAY)
    requests.start(job_id)
    requests.finish(job_id, {})
    asked_at(database, job_id, at)
    landing_id = uuid4()
    with database.kept_transaction() as connection:
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
        pages = [("blocked", ""), ("fetched", ""), ("not_modified", "a"), ("blocked", "b"), ("blocked", "b")]
        asked = [*pages, ("fetched", "robots.txt"), ("fetched", "sitemap_index.xml")]
        for number, (outcome, path) in enumerate(asked):  # the start page was refused at first, and is one page
            connection.execute(
                "insert into raw.fetches (run_on, fetch_id, landing_id, job_id, source_key, url, requested_at,"
                " outcome, reason)"
                " values (%s, gen_random_uuid(), %s, %s, 'web/a', %s, %s, %s, 'robots')",
                [TODAY, landing_id, job_id, f"https://a.example/{path}", at + timedelta(seconds=number), outcome],
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


def asked_at(database, job_id, at, minutes=1):
    """The request, and its end, at another time."""
    with database.kept_transaction() as connection:
        connection.execute(
            "update app.jobs set requested_at = %(at)s, started_at = %(at)s, finished_at = %(at)s + %(lasted)s"
            " where job_id = %(job_id)s",
            {"at": at, "lasted": timedelta(minutes=minutes), "job_id": job_id},
        )


def asked_for(database, kind, at, *, organization="north", minutes=1, **parameters):
    """A request of an organization, or with None of the platform itself."""
    with database.kept_transaction() as connection:
        owner = connection.execute(
            "insert into identity.organizations (slug, name) values ('north', 'North')"
            " on conflict (slug) do update set name = excluded.name returning organization_id"
        ).fetchone()["organization_id"]
    job_id = requests.request_job(kind, parameters, TODAY, owner if organization else None)
    requests.start(job_id)
    requests.finish(job_id, {})
    asked_at(database, job_id, at, minutes)


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
    newest, before = list_runs()
    assert newest.until is None
    assert before.until == newest.since == night
    assert (newest.compared.since, newest.compared.until) == (before.since, before.until)
    assert night_summary(before.since, before.until)["records"]["received"] == 3


def test_requests_and_imports_by_hand_are_no_night_before(night, database):
    asked_for(database, "import", night - timedelta(hours=3))
    asked_for(database, "crawl", night - timedelta(hours=2), urls=["https://a.example/"])
    with recorded_step("imports", "cli__by-hand", "import_records", "contacts.csv"):
        pass
    by_hand, last_night, crawl, asked_import, night_before = list_runs()
    assert [each.kind for each in (by_hand, last_night, crawl, asked_import, night_before)] == [
        "import", "night", "crawl", "import", "night",
    ]  # fmt: skip
    assert last_night.since == night
    assert last_night.compared.since == night_before.since
    assert by_hand.compared.since == asked_import.since
    assert crawl.compared is None
    assert last_night.compared.until == asked_import.since


def test_what_is_asked_for_while_a_night_is_worked_on_belongs_to_it(night, database):
    begins = night + timedelta(minutes=20)
    asked_for(database, "crawl", begins, organization=None, minutes=15, requested_by_run="scheduled__now")
    asked_for(database, "import", begins + timedelta(minutes=10))
    asked_for(database, "crawl", begins + timedelta(minutes=18), organization=None, requested_by_run="manual__later")
    assert [(each.kind, each.since) for each in list_runs()[:2]] == [
        ("crawl", begins + timedelta(minutes=18)), ("night", begins),
    ]  # fmt: skip


def test_a_night_begins_while_a_request_is_worked_on(night, database):
    asked_for(database, "crawl", night + timedelta(minutes=10), minutes=30)
    asked_for(database, "crawl", night + timedelta(minutes=20), organization=None)
    assert [each.kind for each in list_runs()] == ["night", "crawl", "night", "night"]


def test_retry_that_succeeded_is_a_success_and_a_failure_tells_why(night):
    with pytest.raises(RuntimeError), recorded_step("resolution", "run-1", "resolve_entities", "all"):
        raise RuntimeError("the disk was full")
    failed = stage_of(night_summary(night), "resolve_entities")
    assert failed["state"] == "failed"
    assert failed["messages"] == ["RuntimeError: the disk was full"]
    with recorded_step("resolution", "run-1", "resolve_entities", "all") as step:
        step.counts["units"] = 4
    retried = stage_of(night_summary(night), "resolve_entities")
    assert retried["messages"] == []
    assert retried["counts"] == {"units": 4}


def test_events_of_messages_are_no_work_for_resolution(night):
    assert stage_of(night_summary(night), "resolve_entities")["state"] == "waiting"  # a batch without a record


def test_open_work_is_running(night, database):
    with database.kept_transaction() as connection:
        connection.execute(
            "insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status, is_syntax_valid,"
            " is_role, is_free, is_disposable, checked_at)"
            " select run_on, 'ann@a.example', landing_id, 'a.example', 'valid', true,"
            " false, false, false, landed_at from raw.batches order by batch_no desc limit 1"
        )
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
    before = list_runs()[1].since
    assert f"Compared with the night before it, of {before:%Y-%m-%d %H:%M:%S} UTC." in page.text
    assert page.text.count('<table class="plot">') == 2
    assert "before 10.0 s" in page.text  # of the crawl's bar
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert site.seconds["run"] < SECONDS


def test_sources_that_hold_facts_back_stand_on_the_page_with_what_to_do(site, night, database):
    assert "To be looked at" not in site.get("run").text
    told = [
        ("web/full", "too_many", "partial", "too_many: Much is found: 40 values where there were 9."),
        ("web/<lost>", "layout_changed", "partial", "layout_changed: The layout has changed: person.email (9 → 0)."),
        ("web/as-ever", "ordinary", "succeeded", None),
    ]
    with database.kept_transaction() as connection:
        for source_key, kind, outcome, message in told:
            connection.execute(
                "insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, message, started_at,"
                " wall_seconds)"
                " values ('night', 'watch_source', %s, %s, jsonb_build_object('kind', %s::text), %s, %s, 1)",
                [source_key, outcome, kind, message, night + timedelta(minutes=1)],
            )
    page = site.get("run").text
    table = page.partition("To be looked at")[2].partition("</table>")[0]
    assert table.index("web/&lt;lost&gt;") < table.index("web/full")
    assert ">layout changed</td>" in table
    assert "The layout has changed: person.email (9 → 0)." in table
    assert "web/as-ever" not in table


def test_a_run_without_a_former_one_of_its_kind_says_so(site, night, database):
    asked_for(database, "import", night + timedelta(minutes=30))
    page = " ".join(site.get("run").text.split())
    assert "<h1>Import by request of" in page
    assert "There is no run of this kind before it to compare with." in page
    assert "Before: 3" not in page


def test_older_night_is_reached_by_its_link(site, night):
    link = list_runs()[1].since.isoformat().replace("+", "%2B")
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
