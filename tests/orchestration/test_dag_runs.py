"""Whole runs of the DAGs in a real Airflow: real metadata, real XCom, real mapping, real database."""

from __future__ import annotations

import pytest

from leadhouse.orchestration.job_runs import job_of_run
from tests.campaigns.audience_factory import Campaigns
from tests.delivery.smtp_sink import Sink
from tests.orchestration.airflow_in_process import load_dag


@pytest.fixture
def sink(database, monkeypatch):
    with Sink() as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
        yield sink


@pytest.mark.slow
def test_scheduled_crawl_writes_its_own_request_once(metadata, database):
    run = load_dag("crawl_sites").test()
    assert run.state == "success"
    job_id, is_dispatched = job_of_run(run.run_id)
    assert not is_dispatched
    with database.connect("jobs") as connection:
        jobs = connection.execute("select job_id, status::text, run_on, parameters from app.jobs").fetchall()
    assert [(job["job_id"], job["status"]) for job in jobs] == [(job_id, "completed")]
    assert jobs[0]["run_on"] == run.logical_date.date()
    assert jobs[0]["parameters"] == {"requested_by_run": run.run_id}
    assert metadata.events() == ["x-leadhouse://raw/web"]


@pytest.mark.slow
def test_one_refused_campaign_is_red_and_no_other(metadata, database, sink):
    world = Campaigns(database, smtp_port=sink.port)
    good = world.campaign([world.lead("good@x.example", "Gerda Gut")])
    bad = world.campaign([world.lead("eva@x.example", "Eva Ohne", legal_basis=None)])
    with database.owner() as connection:
        connection.execute("update app.campaigns set name = 'good' where campaign_id = %s", [good])
        connection.execute("update app.campaigns set name = 'bad' where campaign_id = %s", [bad])
    run = load_dag("send_campaigns").test()
    states = metadata.states("send_campaigns")
    assert run.state == "failed"
    assert states["send_campaign[good]"] == "success"
    assert states["send_campaign[bad]"] == "failed"
    assert states["announce_messages"] == "success"
    assert metadata.events() == ["x-leadhouse://messages"]
    with database.owner() as connection:
        messages = connection.execute("select campaign_id, state::text from app.messages").fetchall()
    assert [(row["campaign_id"], row["state"]) for row in messages] == [(good, "accepted")]
    assert list(sink.addresses) == ["good@x.example"]
    [step] = _steps(database, "bad")
    assert (step["outcome"], step["counts"]) == ("partial", {"blocked": 1})
    assert "The gate refuses" in step["message"]


@pytest.mark.slow
def test_campaigns_wait_while_a_crawl_is_under_way(metadata, database, sink):
    from leadhouse.jobs import requests

    world = Campaigns(database, smtp_port=sink.port)
    world.campaign([world.lead("good@x.example", "Gerda Gut")])
    job_id = requests.request_job("crawl", {}, _today())
    run = load_dag("send_campaigns").test()
    assert run.state == "success"
    assert metadata.states("send_campaigns")["find_due"] == "skipped"
    assert not sink.messages
    requests.start(job_id)
    requests.finish(job_id, {})
    load_dag("send_campaigns").test()
    assert [address for address, _ in sink.messages] == ["good@x.example"]


@pytest.mark.slow
def test_enrichment_that_lands_nothing_wakes_the_campaigns_and_not_itself(metadata, database):
    run = load_dag("enrich_leads").test()
    assert run.state == "success"
    states = metadata.states("enrich_leads")
    assert (states["announce_facts"], states["announce_enriched"]) == ("skipped", "success")
    assert metadata.events() == ["x-leadhouse://marts/enriched"]


def _enrich(metadata, patch):
    from leadhouse.jobs import requests

    job_id = requests.request_job("enrich", {}, _today())
    patch.setattr(
        "leadhouse.orchestration.enriching.job_of_run", lambda _: (job_id, True)
    )  # `test` names its runs itself
    run = load_dag("enrich_leads").test()
    return job_id, run.state, metadata.states("enrich_leads")


def test_asked_for_enrichment_is_completed_with_its_counts(metadata, database, monkeypatch):
    job_id, state, states = _enrich(metadata, monkeypatch)
    assert (state, states["finish_enrichment"]) == ("success", "success")
    [job] = _jobs(database)
    assert (job["job_id"], job["status"]) == (job_id, "completed")
    assert job["counts"] == {"checks": 0, "requests": 0, "answers": 0}


@pytest.mark.slow
def test_enrichment_whose_calls_fail_is_failed_and_says_why(metadata, database, monkeypatch):
    def lose(*_):
        raise ConnectionError("The provider hung up.")

    monkeypatch.setattr("leadhouse.enrichment.provider_calls._mark_lost", lose)
    _, state, states = _enrich(metadata, monkeypatch)
    assert (state, states["call_provider"]) == ("failed", "failed")
    [job] = _jobs(database)
    assert job["status"] == "failed"
    assert "The provider hung up." in job["error"]


@pytest.mark.slow
def test_enrichment_that_is_cancelled_pays_for_nothing(metadata, database, monkeypatch):
    def withdraw(*_):
        with database.owner() as connection:
            connection.execute("update app.jobs set wanted_status = 'cancelled', wanted_at = now()")
        return 0

    monkeypatch.setattr("leadhouse.enrichment.request_wanted", withdraw)
    monkeypatch.setattr("leadhouse.enrichment.call_provider", lambda *_: pytest.fail("it was called"))
    _, state, states = _enrich(metadata, monkeypatch)
    assert (state, states["call_provider"]) == ("success", "skipped")
    assert [job["status"] for job in _jobs(database)] == ["cancelled"]


@pytest.mark.slow
def test_enrichment_that_asks_for_long_is_not_called_cancelled_and_stops_before_its_next_call(
    metadata, database, monkeypatch
):
    from leadhouse.jobs import control

    told = []

    def ask_slowly(run_id, run_on, job_id, before_call):
        before_call()
        with database.owner() as connection:
            connection.execute("update app.jobs set wanted_status = 'cancelled', wanted_at = now()")
        told.append(control.settle_abandoned(0))  # as if the wish were old
        before_call()
        pytest.fail("it was to stop before its next call")

    monkeypatch.setattr("leadhouse.enrichment.call_provider", ask_slowly)
    _, state, states = _enrich(metadata, monkeypatch)
    assert (told, state, states["call_provider"]) == ([[]], "success", "skipped")
    assert [job["status"] for job in _jobs(database)] == ["cancelled"]


@pytest.mark.slow
def test_enrichment_that_was_settled_between_two_steps_stays_paused(metadata, database, monkeypatch):
    from leadhouse.jobs import control

    def settle(*_):
        with database.owner() as connection:
            connection.execute("update app.jobs set wanted_status = 'paused', wanted_at = now()")
        assert [status for _, status in control.settle_abandoned(0)] == ["paused"]  # nobody is at work now
        return 0

    monkeypatch.setattr("leadhouse.enrichment.request_wanted", settle)
    monkeypatch.setattr("leadhouse.enrichment.call_provider", lambda *_: pytest.fail("it was called"))
    _, state, states = _enrich(metadata, monkeypatch)
    assert (state, states["call_provider"], states["finish_enrichment"]) == ("success", "skipped", "success")
    assert [job["status"] for job in _jobs(database)] == ["paused"]


@pytest.mark.slow
def test_maintenance_proves_its_backup(metadata, database, tmp_path):
    with database.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('acme', 'Acme')")
    run = load_dag("maintain_database").test()
    assert run.state == "success", metadata.states("maintain_database")
    [dump] = (tmp_path / "backups").glob("*.dump")
    assert dump.stat().st_mode & 0o077 == 0
    [restore] = _steps(database, "restore")
    assert restore["counts"]["rows"] > 0


def _jobs(database):
    with database.owner() as connection:
        return connection.execute("select job_id, status::text, error, counts from app.jobs").fetchall()


def _steps(database, subject):
    with database.owner() as connection:
        return connection.execute(
            "select outcome, counts, message from quality.step_outcomes where subject like %s", [f"{subject}%"]
        ).fetchall()


def _today():
    from datetime import UTC, datetime

    return datetime.now(UTC).date()
