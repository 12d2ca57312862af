"""A run of the DAG that finds out who is who, beside what is under way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.jobs import requests
from tests.orchestration.airflow_in_process import load_dag


@pytest.fixture
def database(database_with_marts):
    return database_with_marts


@pytest.mark.slow
def test_resolution_waits_for_what_was_requested_with_it(metadata, database):
    job_id = requests.request_job("crawl", {}, datetime.now(UTC).date())
    load_dag("resolve_entities").test()
    assert metadata.states("resolve_entities") == {"resolve_unread": "skipped"}
    assert metadata.events() == []
    with database.owner() as connection:
        connection.execute(
            "update app.jobs set requested_at = now() - interval '6 minutes' where job_id = %s", [job_id]
        )
    load_dag("resolve_entities").test()
    assert metadata.events() == ["x-leadhouse://entities"]
