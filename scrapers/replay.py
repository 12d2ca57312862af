"""Reading archived pages again with today's extractors: no site is asked, nobody opens a socket but to the database.

Shown first: every page's new statement is kept in raw, unapplied, and held against the one that stands. Applied then:
the same once more, one row of raw.applications a page. The same bytes, read by the same version, make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from scrapy import Request
from scrapy.http import Headers, Response

from leadhouse.archive import Exchange, read_exchange
from leadhouse.archive.reader import ArchiveError
from leadhouse.database import connect, queries
from leadhouse.jobs.sources import DEFAULT_SPIDER, KnownPage, Source
from leadhouse.landing import Landing
from leadhouse.landing.replayed import Replayed
from leadhouse.landing.standing import read_standing
from leadhouse.records import Extraction, Fetch, Outcome, unit_id
from scrapers.base.frontier import Target
from scrapers.base.site import Site
from scrapers.base.source_spider import SourceSpider
from scrapers.spiders import all_spiders

PAGES_A_LANDING = 250


def replay(
    first: date,
    last: date,
    source_keys: Sequence[str] | None,
    run_id: str,
    *,
    applies: bool,
    run_on: date | None = None,
) -> Replayed:
    """Reads the newest answer of each page within the days (`run_on`, both included) again, source by source.

    `source_keys` None: all sites. Answers of interfaces are read by `leadhouse.connectors.archive_replay`, which calls
    this for the pages. Safe to repeat, and to break off: a source that was applied is applied.
    """
    found = Replayed(is_applied=applies)
    period = {"first": first, "last": last}
    with connect("landing") as connection:
        wanted = {"source_keys": list(source_keys) if source_keys else None, **period}
        rows = connection.execute(_sql().select_archived_sources, wanted).fetchall()
        for row in rows:
            pages = connection.execute(_sql().select_archived_pages, {"source_key": row["source_key"], **period})
            _replay_source(connection, row, pages.fetchall(), found, run_id, run_on or datetime.now(UTC).date())
    return found


def _replay_source(
    connection: Connection[Any],
    row: dict[str, Any],
    pages: list[dict[str, Any]],
    found: Replayed,
    run_id: str,
    day: date,
) -> None:
    organization_id, key = row["organization_id"], row["source_key"]
    units = {page["url"]: unit_id(organization_id, key, page["url"]) for page in pages}
    standing = read_standing(connection, units.values())
    _move_behind(connection, pages, units)
    connection.rollback()
    known = {url: KnownPage(None, None, None, "standing@0") for url, unit in units.items() if unit in standing}
    listing = row["config"].get("listing")
    source = Source(
        key, row["start_url"], row["host"], organization_id, known, listing=listing if isinstance(listing, dict) else {}
    )
    spider = _spider(str(row["config"].get("spider", DEFAULT_SPIDER)))
    for start in range(0, len(pages), PAGES_A_LANDING):
        landing = Landing(
            "landing", run_on=day, run_id=run_id, source_key=key, organization_id=organization_id,
            connection=connection, applies=found.is_applied,
        )  # fmt: skip
        for statement in _read_pages(spider, source, pages[start : start + PAGES_A_LANDING], found):
            found.note(statement, standing.get(units[statement.unit_key], ()))
            landing.add_extraction(statement)
        landing.commit()


def _move_behind(connection: Connection[Any], pages: list[dict[str, Any]], units: dict[str, UUID]) -> None:
    """A page's statement is observed a microsecond after the last one of the same answer, so that it comes to stand
    even where the very same was applied before (A → B → A)."""
    asked = {"unit_ids": [units[page["url"]] for page in pages], "seen_at": [page["seen_at"] for page in pages]}
    applied = {row["unit_id"]: row["observed_at"] for row in connection.execute(_sql().select_applied_at, asked)}
    for page in pages:
        last = applied.get(units[page["url"]])
        if last is not None:
            page["seen_at"] = last + timedelta(microseconds=1)


def _read_pages(
    spider: SourceSpider, source: Source, pages: Sequence[dict[str, Any]], found: Replayed
) -> Iterator[Extraction]:
    site = Site(source, budget=1)
    for page in pages:
        found.pages += 1
        try:
            exchange = read_exchange(page["warc_uri"], page["warc_offset"], page["warc_length"])
        except ArchiveError:
            found.gone += 1
            continue
        if exchange.is_erased:
            found.erased += 1
            continue
        site.frontier.move_to(page["url"])
        try:
            item = spider.read_answer(*_answer(site, page, exchange))
        except Exception:  # as in a crawl, one page's trouble must not end its source
            found.failed += 1
            continue
        if item.extraction is None:
            found.unchanged += 1  # it says nothing that would retract, as in a crawl
        else:
            yield item.extraction.model_copy(update={"observed_at": page["seen_at"]})


def _answer(site: Site, page: dict[str, Any], exchange: Exchange) -> tuple[Response, Site, Target, Fetch]:
    """What a spider is given of a page that was fetched."""
    target = Target((0.0, 0), page["url"], is_start=page["url"] == site.start_url)
    headers = Headers()
    for name, value in exchange.headers:
        headers.appendlist(name, value.encode("latin-1", "replace"))
    request = Request(page["url"], meta={"purpose": "page"}, cb_kwargs={"site": site, "target": target})
    response = Response(page["url"], exchange.status, headers, exchange.body, flags=["replayed"], request=request)
    fetch = Fetch(
        fetch_id=UUID(str(page["fetch_id"])), source_key=site.source.source_key, url=page["url"],
        requested_at=page["requested_at"], outcome=Outcome.FETCHED, status_code=exchange.status,
        content_hash=page["content_hash"], content_type=page["content_type"], body_bytes=len(exchange.body),
    )  # fmt: skip
    return response, site, target, fetch


def _spider(name: str) -> SourceSpider:
    """The spider of that name.

    Raises LookupError when there is none.
    """
    spiders = {str(spider.name): spider for spider in all_spiders()}
    if name not in spiders:
        raise LookupError(f"There is no spider {name!r}; there are {', '.join(sorted(spiders))}.")
    return spiders[name]([], 1)


def _sql() -> queries.Queries:
    return queries.load("landing")
