"""A whole night in order, as the DAGs call the components, without Airflow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from demo.bought import note_business_cards
from demo.load import Loaded
from demo.wishes import begin_search
from demo.world import World
from leadhouse.jobs import crawl, requests, shards

SHARDS = 2
PUT_OFF_SECONDS = 0.4  # longer than a mail server's putting off lasts here
MOST_ROUNDS = 4  # enrichment lands, resolution reads it, the marts show it, and nothing is left to ask for
Result = TypeVar("Result")


@dataclass
class NightRun:
    """One night: `name` makes its runs' ids; counts and seconds by stage, and what became of each campaign."""

    name: str
    run_on: date
    counts: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    jobs: list[UUID] = field(default_factory=list)

    def timed(self, stage: str, work: Callable[[], Result]) -> Result:
        """Run a stage, and keep its counts and seconds."""
        began = time.monotonic()
        result = work()
        self.seconds[stage] = round(self.seconds.get(stage, 0) + time.monotonic() - began, 2)
        self.counts[stage] = asdict(result) if is_dataclass(result) else {"result": result}  # type: ignore[call-overload]
        return result


def run_stages(
    world: World, loaded: Loaded, night: str, run_on: date, source_keys: Iterable[str] | None = None
) -> NightRun:
    """Crawl, import, resolve, marts, enrich until nothing lands, campaigns, and the marts of what was sent."""
    run = NightRun(night, run_on)
    keys = list(loaded.source_keys if source_keys is None else source_keys)
    crawl_sites(run, keys)
    for organization_id, path in loaded.exports.items():
        import_file(run, path, organization_id)
        read_sources(run, organization_id, loaded.interfaces.get(organization_id, [])[1:])
    for organization_id, wish in loaded.wishes.items():
        look_for(run, organization_id, wish)
    settle(run, world)
    send_campaigns(run)
    build_models(run)
    return run


def crawl_sites(run: NightRun, source_keys: list[str]) -> dict[str, int]:
    """A crawl's request, its shards side by side, its counts."""
    parameters = {"requested_for": run.name, "shards": SHARDS, "source_keys": source_keys}
    return crawl_job(run, requests.request_job("crawl", parameters, run.run_on))


def crawl_job(run: NightRun, job_id: UUID, stage: str = "crawl_sites") -> dict[str, int]:
    """The same for a request that is there."""
    run.jobs.append(job_id)
    requests.mark_dispatched(job_id)
    requests.start(job_id)
    numbers = shards.plan_shards(job_id, SHARDS)

    def work() -> dict[str, int]:
        with ThreadPoolExecutor(len(numbers)) as pool:
            list(pool.map(lambda number: crawl.run_shard(job_id, number, f"job__{job_id}"), numbers))
        totals, unfinished = shards.total_counts(job_id)
        assert not unfinished
        requests.finish(job_id, totals)
        return totals

    return run.timed(stage, work)


def import_file(run: NightRun, path: Path, organization_id: UUID) -> Any:
    """An import's request, and its file."""
    from leadhouse.imports import csv_import

    parameters = {"requested_for": run.name, "path": str(path), "kind": "person"}
    job_id = requests.request_job("import", parameters, run.run_on, organization_id)
    run.jobs.append(job_id)
    requests.start(job_id)
    summary = run.timed(
        f"import {path.stem}",
        lambda: csv_import.import_file(path, organization_id, "person", run.run_on, f"job__{job_id}"),
    )
    requests.finish(job_id, {"rows": summary.rows, "landed": summary.landed})
    return summary


def read_sources(run: NightRun, organization_id: UUID, source_keys: list[str]) -> None:
    """The accounts at vendors that are read call by call, in a job of their own."""
    if not source_keys:
        return
    parameters = {"requested_for": run.name, "source_keys": source_keys}
    job_id = requests.request_job("import", parameters, run.run_on, organization_id)
    run.jobs.append(job_id)
    requests.start(job_id)
    for key in source_keys:
        read_source(run, key, job_id)
    requests.finish(job_id, {})


def read_source(run: NightRun, key: str, job_id: UUID) -> Any:
    """One source, call by call; its summary."""
    from leadhouse.connectors.source_runs import run_source

    return run.timed(f"read {key}", lambda: run_source(key, run.run_on, f"job__{job_id}"))


def look_for(run: NightRun, organization_id: UUID, wish: dict[str, Any]) -> None:
    """A wish in plain language, confirmed; its job, and the crawl of the sites that it finds."""
    started = begin_search(organization_id, wish, run.run_on)
    for job_id in {each.job_id for each in requests.pending()} & set(started):
        requests.start(job_id)
        for key in requests.find_job(job_id).parameters["source_keys"]:
            found = read_source(run, key, job_id)
            assert found.is_complete, found.detail
            if found.crawl_job_id is not None:
                crawl_job(run, found.crawl_job_id, f"crawl found by {key}")
        requests.finish(job_id, {})


def settle(run: NightRun, world: World) -> None:
    """Resolve, build and enrich until enrichment has landed nothing more."""
    from leadhouse import enrichment, resolution

    for turn in range(MOST_ROUNDS):
        run_id = f"{run.name}__{turn}"
        run.timed("resolve_entities", lambda run_id=run_id: resolution.resolve_unread(run_id))
        build_models(run, turn)
        checked = run.timed("check_emails", lambda run_id=run_id: enrichment.check_emails(run_id, run.run_on))
        run.timed("request_wanted", lambda run_id=run_id: enrichment.request_wanted(run_id))
        answered = run.timed("call_provider", lambda run_id=run_id: enrichment.call_provider(run_id, run.run_on))
        note_business_cards(world)
        if not checked and not answered:
            return
    raise AssertionError(f"enrichment of {run.name} still lands something after {MOST_ROUNDS} rounds")


def build_models(run: NightRun, turn: int = 9) -> None:
    """The marts, the leads that searches find in them, and the facts on the leads."""
    from leadhouse import leads, transform

    run_id = f"{run.name}__{turn}"
    run.timed("build_marts", lambda: transform.build_marts(run_id))
    if run.timed("adopt_from_searches", lambda: leads.adopt_from_searches(run_id)):
        run.timed("build_marts", lambda: transform.build_marts(f"{run_id}__adopted"))
    run.timed("project_facts", lambda: leads.project_facts(run_id))


def send_campaigns(run: NightRun) -> None:
    """Every campaign that is due, its wave from the frozen audience to what the gate lets through; then what was put
    off, until nothing is queued."""
    from leadhouse import campaigns

    for _ in range(MOST_ROUNDS):
        for due in campaigns.due_campaigns(datetime.now(UTC)):
            outcome = run.timed(f"send {due.name}", lambda due=due: send_campaign(run, due))
            run.campaigns.setdefault(due.name, outcome)
        time.sleep(PUT_OFF_SECONDS)


def send_campaign(run: NightRun, due: Any) -> dict[str, Any]:
    """One campaign's wave: `snapshot_id`, `verdict`, and the counts of what went out; a refusal is a result here."""
    from leadhouse import campaigns

    try:
        summary = campaigns.run_wave(due.campaign_id, due.step_no, due.wave_at, run.name)
    except campaigns.GateBlockedError as refusal:
        verdict = refusal.verdict
        return {"snapshot_id": verdict.snapshot_id, "verdict": "failed", "gate_run_id": verdict.gate_run_id}
    return {"snapshot_id": summary.snapshot_id, "verdict": summary.verdict, **summary.sending}
