"""What a crawl needs to know of its sources beforehand, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.jobs.leases import Lease, host_key
from leadhouse.records import Outcome, unit_id

AT_ONCE = 100  # sources of which the database is asked in one statement: some thousands of pages
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What former crawls know of a source, while it is read."""

    pages: dict[str, KnownPage] = field(default_factory=dict)
    files: list[KnownFile] = field(default_factory=list)


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
        rows = connection.execute(sql.select_sources, {"source_keys": [key for key in keys if key not in finished]})
        found = rows.fetchall()
        free = [row for row in found if host_key(row["host"]) in held]
        busy = [row["source_key"] for row in found if host_key(row["host"]) not in held]
        sources = [
            _source(row, known, held[host_key(row["host"])])
            for start in range(0, len(free), AT_ONCE)
            for row, known in _with_known(connection, free[start : start + AT_ONCE], lease.job_id)
        ]
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


def _with_known(
    connection: Connection[Any], rows: Sequence[dict[str, Any]], job_id: UUID
) -> Iterator[tuple[dict[str, Any], _Known]]:
    """Each source with what former crawls know of it, asked for all of them at once."""
    sql, asked = queries.load("jobs"), {"source_keys": [row["source_key"] for row in rows], "job_id": job_id}
    known = {row["source_key"]: _Known() for row in rows}
    organizations = {row["source_key"]: row["organization_id"] for row in rows}
    units: dict[UUID, dict[str, Any]] = {}
    for page in connection.execute(sql.select_known_pages, asked):
        key = page["source_key"]
        known[key].pages[page["url"]] = _known_page(page)
        units[unit_id(organizations[key], key, page["url"])] = page
    for found in connection.execute(sql.select_productive_units, {"unit_ids": list(units)}):
        page = units[found["unit_id"]]
        extractor = f"{found['extractor']}@{found['extractor_version']}"
        known[page["source_key"]].pages[page["url"]] = _known_page(page, extractor, found["observed_at"])
    for file in connection.execute(sql.select_known_files, asked):
        known[file.pop("source_key")].files.append(KnownFile(**{**file, "status_code": file["status_code"] or 0}))
    return ((row, known[row["source_key"]]) for row in rows)


def _source(row: dict[str, Any], known: _Known, not_before: datetime | None) -> Source:
    days = int(row["config"].get("interval_days", 1))
    spider = str(row["config"].get("spider", DEFAULT_SPIDER))
    watch, listing = (
        each if isinstance(each := row["config"].get(name), dict) else {} for name in ("watch", "listing")
    )
    return Source(
        row["source_key"], row["start_url"], row["host"], row["organization_id"], known.pages, not_before, days, spider,
        tuple(known.files), watch, listing,
    )  # fmt: skip


def _known_page(row: dict[str, Any], extractor: str | None = None, changed_at: datetime | None = None) -> KnownPage:
    return KnownPage(
        row["etag"], row["last_modified"], row["read_at"], extractor,
        confirmed_at=row["confirmed_at"], changed_at=changed_at or row["known_since"],
    )  # fmt: skip
