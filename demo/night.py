"""One night of the demo: the world, the stack, the requests, and watching until all that they caused has ended."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from demo.bought import note_business_cards
from demo.figures import bought_figures, source_figures
from demo.load import Loaded, load_plan
from demo.measure import score_marts
from demo.memory import MemoryPeak
from demo.state import DemoState, next_night, save_state
from demo.view import NightView
from demo.wishes import begin_search, report_search
from demo.world import World
from demo.world_process import start_world
from leadhouse.console.night import night_summary
from leadhouse.database import admin_to, connect
from leadhouse.jobs import requests as job_requests
from leadhouse.local import airflow_stack, stack
from leadhouse.local.home_settings import save_settings
from leadhouse.local.private_files import write_private
from leadhouse.settings import settings

NIGHT_SECONDS = 1800.0  # give up watching after this, with what is known
QUIET_SECONDS = 3.0  # nothing queued or running for this long: the night is over
GIVE_UP_SECONDS = 60.0  # … and no campaign was looked at: a stage has failed for good
POLL_SECONDS = 0.5
CRAWL_SHARDS = 2

OPEN_RUNS = """
select (select count(*) from dag_run where state in ('queued', 'running'))
     + (select count(*) from asset_dag_run_queue) as open,
       (select count(*) from dag_run where dag_id = 'send_campaigns' and state in ('success', 'failed')
           and end_date > %(since)s) as sends
"""
WORKING_SECONDS = """
select coalesce(sum(extract(epoch from upper(span) - lower(span))), 0)::double precision as seconds
  from (select unnest(range_agg(tstzrange(started_at, finished_at))) as span
          from quality.step_outcomes where started_at >= %(since)s) as spans
"""
FAILED_TASKS = """
select distinct dag_id, task_id from task_instance
 where state in ('failed', 'upstream_failed') and start_date > %(since)s order by 1, 2
"""


class NightNotFinishedError(RuntimeError):
    """The night did not end in time, or a request failed; the message says where to look."""


def run_night(seed: int, companies: int) -> dict[str, Any]:
    """Run the next night (or take up the one that was cut off) and return what `.leadhouse/night.json` holds."""
    state = next_night(seed, companies).begun(datetime.now(UTC))
    save_state(state)
    is_taken_up = state.asked is not None
    with NightView(state) as view:
        view.step("demo world")
        save_settings(start_world(state))
        stack.up(view.step)
        view.step("organizations, sources, campaigns")
        world = World(state.seed, state.companies, state.day)
        loaded = load_plan(world)
        state = state.asked_now(datetime.now(UTC))
        save_state(state)
        began, since = state.began or datetime.now(UTC), state.asked or datetime.now(UTC)
        view.begin(since, is_taken_up=is_taken_up)
        jobs = _request_jobs(state, loaded)
        memory = MemoryPeak()
        for summary in _watch(since, jobs):
            memory.sample()
            note_business_cards(world)
            view.show(summary)
    night_seconds = (datetime.now(UTC) - since).total_seconds() - QUIET_SECONDS
    summary = _final_summary(state, world, since, (since - began).total_seconds(), night_seconds)
    summary |= {"peak_memory_mb": memory.megabytes, "is_taken_up": is_taken_up} | _paid_for_and_found(loaded, since)
    write_private(settings().home / "night.json", json.dumps(summary, indent=1, default=str) + "\n")
    write_private(_kept(state), json.dumps(summary, indent=1, default=str) + "\n")
    save_state(state.completed())
    return summary


def _kept(state: DemoState) -> Path:
    folder = settings().home / "nights"
    folder.mkdir(exist_ok=True)
    return folder / f"night-{state.number}.json"


def _request_jobs(state: DemoState, loaded: Loaded) -> list[UUID]:
    """One crawl of all sources and one import an organization: its export, and the accounts that it reads; and the
    lead searches. A night that is taken up keeps the requests it has."""
    night = f"night-{state.day}"
    with connect("jobs") as connection:
        rows = connection.execute(
            "select job_id from app.jobs where parameters ->> 'requested_for' = %s", [night]
        ).fetchall()
    jobs = [row["job_id"] for row in rows]
    if not jobs:
        parameters = {"requested_for": night, "shards": CRAWL_SHARDS, "source_keys": loaded.source_keys}
        jobs.append(job_requests.request_job("crawl", parameters, state.run_on))
        jobs += [_request_import(night, state, loaded, organization_id) for organization_id in loaded.exports]
    searches = (begin_search(owner, wish, state.run_on) for owner, wish in loaded.wishes.items())
    return [*jobs, *(job_id for job_ids in searches for job_id in job_ids)]


def _request_import(night: str, state: DemoState, loaded: Loaded, organization_id: UUID) -> UUID:
    keys, path = loaded.interfaces.get(organization_id), loaded.exports[organization_id]
    wanted: dict[str, Any] = {"source_keys": keys} if keys else {"path": str(path), "kind": "person"}
    return job_requests.request_job("import", {"requested_for": night, **wanted}, state.run_on, organization_id)


def _watch(since: datetime, jobs: list[UUID]) -> Iterator[dict[str, Any]]:
    """Yield the night's figures until the requests have ended and Airflow has been quiet since."""
    deadline, quiet_since = time.monotonic() + NIGHT_SECONDS, None
    while True:
        open_jobs, open_runs, sends = _open_work(since, jobs)
        yield night_summary(since)
        now = time.monotonic()
        quiet_since = None if open_jobs or open_runs else quiet_since or now
        quiet_seconds = now - quiet_since if quiet_since else 0.0
        if sends and quiet_seconds >= QUIET_SECONDS:
            return
        if quiet_seconds >= GIVE_UP_SECONDS or now > deadline:
            failed = ", ".join(_failed_tasks(since)) or "none"
            raise NightNotFinishedError(
                f"The night did not reach its campaigns: {open_jobs} jobs and {open_runs} runs are open, failed tasks: "
                f"{failed}. See {airflow_stack.address()} and `leadhouse doctor`; `make demo` takes the night up again."
            )
        time.sleep(POLL_SECONDS)


def _open_work(since: datetime, jobs: list[UUID]) -> tuple[int, int, int]:
    with connect("jobs") as connection:
        row = connection.execute(
            "select count(*) filter (where status in ('pending', 'running', 'paused')) as open from app.jobs"
            " where job_id = any (%s) or requested_at >= %s",  # discovery asks for a crawl of what it has found
            [jobs, since],
        ).fetchone()
    with admin_to(airflow_stack.metadata_admin_url()) as metadata:
        runs = metadata.execute(OPEN_RUNS, {"since": since}).fetchone()
    assert row is not None
    assert runs is not None
    return row["open"], runs["open"], runs["sends"]


def _final_summary(
    state: DemoState, world: World, since: datetime, start_seconds: float, night_seconds: float
) -> dict[str, Any]:
    summary = night_summary(since)
    with connect("console") as connection:
        working = connection.execute(WORKING_SECONDS, {"since": since}).fetchone()
    assert working is not None
    in_stages = sum(stage["seconds"] for stage in summary["stages"])
    # start + stages - side by side + outside stages = start + night: every second of the night stands in one line
    return {
        "night": state.number,
        "run_on": state.run_on.isoformat(),
        "start_seconds": round(start_seconds, 1),
        "night_seconds": round(night_seconds, 1),
        "seconds_side_by_side": round(in_stages - working["seconds"], 1),
        "seconds_outside_stages": round(night_seconds - working["seconds"], 1),
        **summary,
        **summary["entities"],
        "failed_tasks": _failed_tasks(since),
        "truth": score_marts(world),
    }


def _paid_for_and_found(loaded: Loaded, since: datetime) -> dict[str, Any]:
    """Providers, sources and lead searches, once the marts hold the night."""
    reports = (report_search(owner, wish) for owner, wish in loaded.wishes.items())
    return {
        "providers": bought_figures(since),
        "sources": source_figures(since),
        "lead_searches": [each for each in reports if each is not None],
    }


def _failed_tasks(since: datetime) -> list[str]:
    with admin_to(airflow_stack.metadata_admin_url()) as metadata:
        return [f"{row['dag_id']}.{row['task_id']}" for row in metadata.execute(FAILED_TASKS, {"since": since})]
