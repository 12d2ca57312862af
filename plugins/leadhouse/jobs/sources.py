"""What a crawl needs to know of its sources beforehand, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.jobs.leases import Lease, host_key
from leadhouse.records import Outcome, unit_id

DEFAULT_SPIDER = "company_site"

# How the outcome of a source reads as the outcome of a step.
STEP_OUTCOMES = {
    Outcome.FETCHED: "succeeded",
    Outcome.NOT_MODIFIED: "succeeded",
    Outcome.EMPTY: "succeeded",
    Outcome.BLOCKED: "skipped",
    Outcome.BROKEN: "failed",
}


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A URL that answered in a former run. `extractor` (``name@version``) made its standing statement, if any.

    `read_at` is when it was last read whole, `confirmed_at` when it was last read or found unchanged, `changed_at`
    since when it says what it says, as far as that was seen; all in UTC.
    """

    etag: str | None
    last_modified: str | None
    read_at: datetime | None
    extractor: str | None = None
    confirmed_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def is_productive(self) -> bool:
        """Whether records of it stand."""
        return self.extractor is not None


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A robots.txt or sitemap as it last answered; its bytes lie in the archive at `uri`, `offset`, `length`."""

    url: str
    purpose: str
    status_code: int
    requested_at: datetime
    uri: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Source:
    """A site to crawl; `not_before` is when its host may be asked again (UTC), `spider` the name of who reads it."""

    source_key: str
    start_url: str
    host: str
    organization_id: UUID | None = None
    known_pages: Mapping[str, KnownPage] = field(default_factory=dict)
    not_before: datetime | None = None
    interval_days: int = 1
    spider: str = DEFAULT_SPIDER
    known_files: tuple[KnownFile, ...] = ()
    watch: Mapping[str, Any] = field(default_factory=dict)  # its own limits, see leadhouse.landing.watching
    listing: Mapping[str, Any] = field(default_factory=dict)  # how a directory is read, see extraction.listing


@dataclass(frozen=True)
class ShardSources:
    """The sources to crawl now, the counts of those that a former try has finished, and those whose host is busy."""

    sources: list[Source]
    finished: dict[str, dict[str, Any]]
    busy: list[str]


@dataclass(frozen=True)
class SourceOutcome:
    """How the crawl of one source ended."""

    source: Source
    outcome: Outcome
    reason: str | None
    counts: dict[str, int]
    started_at: datetime
    wall_seconds: float


def load_sources(lease: Lease, run_id: str) -> ShardSources:
    """The shard's sources with what is known of their pages."""
    sql = queries.load("jobs")
    with connect("jobs") as connection:
        shard = connection.execute(sql.find_shard, vars(lease)).fetchone()
        keys = list(shard["source_keys"]) if shard else []
        held = {row["host"]: row["next_request_at"] for row in connection.execute(sql.select_host_leases, vars(lease))}
        told = {"run_id": run_id, "job_id": lease.job_id, "source_keys": keys}
        done = connection.execute(sql.select_finished_sources, told)
        finished = {row["source_key"]: row["counts"] for row in done}
        sources, busy = [], []
        for row in connection.execute(sql.select_sources, {"source_keys": keys}).fetchall():
            if row["source_key"] in finished:
                continue
            if host_key(row["host"]) not in held:
                busy.append(row["source_key"])
                continue
            sources.append(_source(connection, row, held[host_key(row["host"])], lease.job_id))
    return ShardSources(sources, finished, busy)


def finish_sources(connection: Connection[Any], run_id: str, run_on: date, outcomes: Sequence[SourceOutcome]) -> None:
    """Write the outcome rows and move the sources' due times; `connection` is one of `jobs`, in its transaction."""
    values = {
        "rows": Jsonb(
            [
                {
                    "source_key": each.source.source_key,
                    "outcome": STEP_OUTCOMES[each.outcome],
                    "counts": {"outcome": each.outcome.value, **each.counts},
                    "message": each.reason,
                    "started_at": each.started_at.isoformat(),
                    "wall_seconds": each.wall_seconds,
                    "organization_id": str(each.source.organization_id) if each.source.organization_id else None,
                    "interval_days": each.source.interval_days,
                }
                for each in outcomes
            ]
        ),
        "run_id": run_id,
        "run_on": run_on,
    }
    sql = queries.load("jobs")
    connection.execute(sql.insert_source_outcomes, {**values, "stage": "crawl_site"})
    connection.execute(sql.move_due_times, values)


def _source(connection: Connection[Any], row: dict[str, Any], not_before: datetime | None, job_id: UUID) -> Source:
    sql, key, organization_id = queries.load("jobs"), row["source_key"], row["organization_id"]
    pages = connection.execute(sql.select_known_pages, {"source_key": key, "job_id": job_id}).fetchall()
    units = {unit_id(organization_id, key, page["url"]): page["url"] for page in pages}
    productive = {
        units[found["unit_id"]]: (f"{found['extractor']}@{found['extractor_version']}", found["observed_at"])
        for found in connection.execute(sql.select_productive_units, {"unit_ids": list(units)})
    }
    known = {page["url"]: _known_page(page, *productive.get(page["url"], (None, None))) for page in pages}
    files = tuple(
        KnownFile(**{**file, "status_code": file["status_code"] or 0})
        for file in connection.execute(sql.select_known_files, {"source_key": key, "job_id": job_id})
    )
    days = int(row["config"].get("interval_days", 1))
    spider = str(row["config"].get("spider", DEFAULT_SPIDER))
    watch, listing = (
        each if isinstance(each := row["config"].get(name), dict) else {} for name in ("watch", "listing")
    )
    return Source(
        key, row["start_url"], row["host"], organization_id, known, not_before, days, spider, files, watch, listing
    )


def _known_page(row: dict[str, Any], extractor: str | None, changed_at: datetime | None) -> KnownPage:
    return KnownPage(
        row["etag"], row["last_modified"], row["read_at"], extractor,
        confirmed_at=row["confirmed_at"], changed_at=changed_at or row["known_since"],
    )  # fmt: skip
