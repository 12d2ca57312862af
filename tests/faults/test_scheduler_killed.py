"""kill -9 of the scheduler in the middle of a crawl: started again, the run ends by itself, and nothing is twice.

Two minutes, most of them Airflow's own waiting. Its halves stand in the suite: a killed scheduler takes up its work
again (`tests/orchestration/test_stack.py`), a killed crawl asks for no page twice (`tests/scrapers/test_resume.py`).
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import pytest
from psycopg import sql

from leadhouse.database import admin_to
from leadhouse.jobs import requests as job_requests
from leadhouse.local import airflow_stack
from leadhouse.local.ports import PortBook
from leadhouse.settings import settings
from tests.night.night_world import make_world

pytestmark = [pytest.mark.airflow, pytest.mark.prove]
SLOW_SITE = "web/mueller-haustechnik-koeln.example"  # asks for a second between two pages
RUN_SECONDS = 240.0


@pytest.fixture
def world(module_database):
    """The demo's world before a real Airflow, on the test's own database."""
    world = make_world(module_database)
    world.begin(0)
    PortBook(settings().home / "ports.json").choose("airflow")  # any free one: a developer's own stack keeps its port
    airflow_stack.start(lambda step: None)
    try:
        yield world
    finally:
        airflow_stack.stop()
        world.stop()
        name = f"{module_database.name}_airflow"
        with admin_to(module_database.admin_url, autocommit=True) as server:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            server.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def state_of(run_id):
    with admin_to(airflow_stack.metadata_admin_url()) as metadata:
        row = metadata.execute("select state from dag_run where run_id = %s", [run_id]).fetchone()
    return row["state"] if row else None


def wait_for(done, seconds):
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_run_ends_though_the_scheduler_is_killed(world):
    job_id = job_requests.request_job("crawl", {"source_keys": [SLOW_SITE], "shards": 1}, world.state.run_on)
    host = SLOW_SITE.removeprefix("web/")
    wait_for(lambda: len(world.requests_to(host)) >= 5, 60)
    os.kill(airflow_stack.health()["components"]["scheduler"]["pid"], signal.SIGKILL)
    wait_for(lambda: not airflow_stack.health()["components"]["scheduler"]["running"], 10)
    airflow_stack.start(lambda step: None)
    wait_for(lambda: state_of(f"job__{job_id}") in ("success", "failed"), RUN_SECONDS)
    assert state_of(f"job__{job_id}") == "success"
    assert world.value("select status::text from app.jobs where job_id = %s", job_id) == "completed"
    pages = world.rows("select url from raw.fetches where job_id = %s and purpose = 'page'", job_id)
    assert max(Counter(row["url"] for row in pages).values()) == 1
    assert len(pages) == 10
