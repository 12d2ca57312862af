"""The import's run reads the sources of its job beside the files, in a real Airflow."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from psycopg.types.json import Jsonb

from demo.providers.rest import RestSimulator
from leadhouse.imports import csv_import
from leadhouse.jobs import control, requests
from leadhouse.jobs.held_work import WorkHeldError, held
from leadhouse.orchestration import importing, source_reading
from tests.connectors.conftest import QUICK, served, world
from tests.orchestration.airflow_in_process import load_dag

pytestmark = pytest.mark.slow

__all__ = ["served", "world"]

DECLARED = {
    "path": "/contacts/cursor", "items": "data", "paging": {"kind": "cursor", "field": "after", "path": "meta.next"},
    "map": {"key": "id", "person": {"values": {"full_name": "name", "email": "mails[*].value"}}}, **QUICK,
}  # fmt: skip


@pytest.fixture
def sources(database, world, served):
    """Two lists of one organization: one lets everybody in, one wants a key that its source does not name."""
    with database.owner() as owner:
        row = owner.execute(
            "insert into identity.organizations (slug, name) values ('acme', 'Acme') returning organization_id"
        ).fetchone()
        for name, sign_in in (("open", "none"), ("closed", "bearer")):
            simulator = RestSimulator(world, sign_in=sign_in)
            simulator.base = served(simulator)
            owner.execute(
                "insert into app.sources (source_key, organization_id, kind, name, config)"
                " values (%s, %s, 'api', %s, %s)",
                [
                    f"api/acme/{name}",
                    row["organization_id"],
                    name,
                    Jsonb({"base_url": simulator.base, "authentication": {"kind": sign_in}, **DECLARED}),
                ],
            )
    return row["organization_id"]


def test_a_job_reads_its_sources_and_one_that_fails_stops_no_other(metadata, database, sources, monkeypatch):
    keys = ["api/acme/open", "api/acme/closed"]
    job_id = requests.request_job("import", {"source_keys": keys}, datetime.now(UTC).date(), sources)
    # Airflow's way to run a DAG in a test takes no name of a run, from which the job follows
    for module in (importing, source_reading):
        monkeypatch.setattr(module, "job_of_run", lambda _: (job_id, True))
    run = load_dag("import_records").test()
    states = metadata.states("import_records")
    assert run.state == "failed"
    assert states["read_source[api/acme/open]"] == "success"
    assert states["read_source[api/acme/closed]"] == "failed"
    assert metadata.events() == ["x-leadhouse://raw/imports"]
    with database.owner() as owner:
        job = owner.execute("select status::text, error from app.jobs where job_id = %s", [job_id]).fetchone()
        steps = owner.execute(
            "select subject, outcome, message, counts from quality.step_outcomes where stage = 'import_records'"
            " order by subject"
        ).fetchall()
    assert job["status"] == "failed"
    assert "1 of 2" in job["error"]
    assert [(row["subject"], row["outcome"]) for row in steps] == [
        ("api/acme/closed", "partial"), ("api/acme/open", "succeeded")
    ]  # fmt: skip
    assert "key is missing" in steps[0]["message"]
    assert steps[1]["counts"]["landed"] > 5


def test_a_job_is_not_called_paused_while_one_of_its_sources_is_being_read(metadata, database, sources, monkeypatch):
    job_id = requests.request_job("import", {"source_keys": ["api/acme/open"]}, datetime.now(UTC).date(), sources)
    for module in (importing, source_reading):
        monkeypatch.setattr(module, "job_of_run", lambda _: (job_id, True))
    told = []

    def read_slowly(*arguments, before_call, **options):
        before_call()
        with database.connect("jobs") as connection:
            control.pause_job(connection, job_id)
        told.append(control.settle_abandoned(0))  # as if the wish were old
        with pytest.raises(WorkHeldError), held(job_id, "api/acme/open", f"job__{job_id}"):
            pass
        before_call()
        pytest.fail("it was to stop before its next call")

    monkeypatch.setattr("leadhouse.connectors.source_runs.run_source", read_slowly)
    run = load_dag("import_records").test()
    assert told == [[]]
    assert metadata.states("import_records")["read_source[api/acme/open]"] == "skipped"
    assert run.state == "success"
    with database.owner() as owner:
        job = owner.execute("select status::text, error from app.jobs where job_id = %s", [job_id]).fetchone()
    assert (job["status"], job["error"]) == ("paused", None)


def test_a_job_is_not_called_paused_while_its_one_long_file_is_being_imported(
    metadata, database, sources, monkeypatch, tmp_path
):
    path = tmp_path / "long.csv"
    path.write_text("Company,Domain\nAlpha GmbH,alpha.example\n")
    job_id = requests.request_job("import", {"path": str(path)}, datetime.now(UTC).date(), sources)
    for module in (importing, source_reading):
        monkeypatch.setattr(module, "job_of_run", lambda _: (job_id, True))
    told, import_file = [], csv_import.import_file

    def import_slowly(*arguments, **options):
        with database.connect("jobs") as connection:
            control.pause_job(connection, job_id)
        told.append(control.settle_abandoned(0))  # as if the wish were old
        return import_file(*arguments, **options)

    monkeypatch.setattr(csv_import, "import_file", import_slowly)
    run = load_dag("import_records").test()
    assert (told, run.state) == ([[]], "success")
    with database.owner() as owner:
        job = owner.execute("select status::text, counts from app.jobs where job_id = %s", [job_id]).fetchone()
    assert (job["status"], job["counts"]["landed"]) == ("completed", 1)
