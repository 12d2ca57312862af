"""A small night whose stages are killed: what it lands, builds, buys and sends is compared with one left in peace."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from demo.load import Loaded
from leadhouse.jobs import crawl, requests, shards
from leadhouse.settings import settings
from tests.conftest import Database, Postgres
from tests.faults.canonical_marts import Row, canonical_marts
from tests.faults.killing import Killer, Victim
from tests.night.night_world import NightWorld, make_world

# Sites without a crawl delay of their own: a dentist, a clinic, an agency, and one that is closed.
HOSTS = ("zahnarzt-lindner", "clinica-ortega", "marlowe-creative", "sperrzone-archiv")
# Who is killed in which stage of one night, in this order.
PLAN: dict[str, list[Victim]] = {
    "crawl": ["crawl", "stage", "postgres", "crawl"],
    "import": ["stage"],
    "resolve": ["stage", "stage"],
    "marts": ["stage", "postgres"],
    "check_emails": ["stage"],
    "resolve_again": [],
    "marts_again": ["stage"],
    "buy": ["stage"],
    "queue": ["stage"],
    "send": ["stage", "stage"],
}


PAGES = "select url, outcome::text as outcome from raw.fetches where purpose = 'page'"
LANDED = """
select source_key, count(*) as landed
  from (select source_key from raw.company_records union all select source_key from raw.person_records) as records
 group by source_key
"""
# Paid questions by what they ask of whom, in words that every database has in common.
PAID = """
select organization.slug, request.provider, request.attribute, request.state,
       (select string_agg(subject_id::text, ' ' order by subject_id)
          from resolution.assignments where entity_id = request.entity_id) as entity
  from app.enrichment_requests as request
  join identity.organizations as organization using (organization_id)
"""


@dataclass(frozen=True)
class Kept:
    """A night's marts, its page requests, its records by source, its paid questions, and the stages' CPU seconds."""

    marts: dict[str, Counter[Row]]
    pages: Counter[tuple[str, str]]
    landed: dict[str, int]  # of pages and files
    paid: dict[tuple[str, ...], str]  # question → its state in the end
    answered: dict[str, int]  # provider's source → records that its answers landed
    pace: dict[str, float]


@dataclass
class FaultNight:
    """One night on a database and a world of its own."""

    world: NightWorld
    killer: Killer
    plan: dict[str, list[Victim]]
    pace: dict[str, float]  # CPU seconds of each stage where nobody disturbs
    cpu: dict[str, float] = field(default_factory=dict)
    marts: dict[str, Counter[Row]] = field(default_factory=dict)

    def run(self) -> None:
        """All stages; `marts` are taken before money is spent, which may rightly be spent only once and in vain."""
        loaded = self.world.begin(0)
        crawl_id = self._request(loaded)
        numbers = shards.plan_shards(crawl_id, 1)
        run_on = self.world.state.run_on
        self._stage("crawl", _crawl, crawl_id, numbers)
        self._stage("import", _import, loaded, run_on)
        self._stage("resolve", _resolve)
        self._stage("marts", _build)
        self._stage("check_emails", _check_emails, run_on)
        self._stage("resolve_again", _resolve)
        self._stage("marts_again", _build)
        self.marts = canonical_marts(self.world.database)
        self._stage("buy", _buy, run_on)
        self._stage("queue", _queue)
        self._stage("send", _send)
        self._stage("marts_last", _build)  # in a real night the messages wake the marts

    def _request(self, loaded: Loaded) -> UUID:
        keys = [key for key in loaded.source_keys if any(host in key for host in HOSTS)]
        assert len(keys) == len(HOSTS)
        job_id = requests.request_job("crawl", {"source_keys": keys, "pages": 12}, self.world.state.run_on)
        requests.start(job_id)
        return job_id

    def _stage(self, name: str, work: Callable[..., Any], *arguments: Any) -> None:
        victims = self.plan.get(name, [])
        self.cpu[name] = self.killer.disturb(name, victims, self.pace.get(name, 0), work, *arguments)

    def kept(self) -> Kept:
        """What another night is compared with."""
        landed = {row["source_key"]: row["landed"] for row in self.world.rows(LANDED)}
        paid = {
            (row["slug"], row["provider"], row["attribute"], row["entity"]): row["state"]
            for row in self.world.rows(PAID)
        }
        return Kept(
            self.marts,
            Counter((row["url"], row["outcome"]) for row in self.world.rows(PAGES)),
            {key: count for key, count in landed.items() if not key.startswith("provider/")},
            paid,
            {key: count for key, count in landed.items() if key.startswith("provider/")},
            dict(self.cpu),
        )


@contextlib.contextmanager
def fault_night(
    postgres: Postgres, home: Path, killer: Killer, plan: dict[str, list[Victim]], pace: dict[str, float]
) -> Iterator[FaultNight]:
    """A night that has run; its database and its world are there until the block ends."""
    with postgres.clone() as database, pointed_at(database, home):
        world = make_world(database, has_staging=True)
        try:
            night = FaultNight(world, killer, plan, pace)
            night.run()
            yield night
        finally:
            world.stop()


@contextlib.contextmanager
def pointed_at(database: Database, home: Path) -> Iterator[None]:
    """The settings of this process, and of those it forks, at a database and a home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.setenv("LEADHOUSE_HOME", str(home))
        for name, value in database.environment.items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield
    settings.cache_clear()


def _crawl(job_id: UUID, numbers: list[int]) -> None:
    for number in numbers:
        crawl.run_shard(job_id, number, f"job__{job_id}")


def _import(loaded: Loaded, run_on: Any) -> None:
    from leadhouse.imports import csv_import

    for organization_id, path in loaded.exports.items():
        csv_import.import_file(path, organization_id, "person", run_on, f"import__{path.stem}")


def _resolve() -> None:
    from leadhouse import resolution

    resolution.resolve_unread("night")


def _build() -> None:
    from leadhouse import leads, transform

    transform.build_marts("night")
    if leads.adopt_from_searches("night"):
        transform.build_marts("night__adopted")
    leads.project_facts("night")


def _check_emails(run_on: Any) -> None:
    from leadhouse import enrichment

    enrichment.check_emails("night", run_on)


def _buy(run_on: Any) -> None:
    from leadhouse import enrichment

    enrichment.request_wanted("night")
    enrichment.call_provider("night", run_on)


def _queue() -> None:
    from leadhouse import campaigns, quality

    for due in campaigns.due_campaigns(datetime.now(UTC)):
        snapshot_id = campaigns.freeze_audience(due.campaign_id, due.step_no, due.wave_at)
        verdict = quality.run_gate(snapshot_id, due.suite_name)
        if verdict.lets_through:
            campaigns.queue_messages(snapshot_id, verdict.gate_run_id)


def _send() -> None:
    from leadhouse import delivery
    from leadhouse.database import connect

    with connect("campaigns") as connection:
        rows = connection.execute("select distinct campaign_id from app.messages").fetchall()
    for row in rows:
        delivery.send_queued(row["campaign_id"], "night")
