"""Pages that said something before wait until their source has ended: only then it shows whether a field was lost."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.jobs.sources import Source
from leadhouse.landing.standing import read_standing
from leadhouse.landing.watching import GONE, Limits, Record, Values, Verdict, held_since, hold, judge, values_of
from leadhouse.records import Extraction, unit_id
from scrapers.items import CrawledPage

log = logging.getLogger(__name__)


@dataclass
class Waiting:
    """Of one source: changed pages that stand by, and the values of pages that have landed meanwhile.

    A source of which no page has said anything before has nothing to lose: it is not `watched`.
    """

    watched: bool
    pages: list[CrawledPage] = field(default_factory=list)
    landed: Values = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True)
class Released:
    """The pages of a source that has ended, as they may land, and why so.

    `is_new`: a person was not told of it before, as it is held for the first time, or is no field at all.
    """

    pages: list[CrawledPage]
    verdict: Verdict
    is_new: bool


class HeldPages:
    """Keeps pages back, and gives them back with what they may say."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def takes(self, page: CrawledPage) -> bool:
        """Whether the page waits: its URL said something before and is read anew."""
        if page.extraction is None:
            return False
        key = page.source.source_key
        waiting = self._waiting.get(key)
        if waiting is None:
            is_watched = any(known.is_productive for known in page.source.known_pages.values())
            waiting = self._waiting[key] = Waiting(is_watched)
        if not waiting.watched:
            return False
        known = page.source.known_pages.get(page.extraction.unit_key)
        if known is None or not known.is_productive:
            _add(waiting.landed, [page.extraction])
            return False
        waiting.pages.append(page)
        return True

    def release(self, sources: Iterable[Source], connection: Connection[Any]) -> dict[str, Released]:
        """By source key, of sources that have ended: those with pages that had to be judged.

        Safe to repeat until `forget`.
        """
        ended = [(each, found) for each in sources if (found := self._waiting.get(each.source_key)) and found.pages]
        units = {source.source_key: _units(source) for source, _ in ended}
        if not ended:
            return {}
        standing = read_standing(connection, [unit for each in units.values() for unit in each.values()])
        connection.rollback()  # a landing begins its own transaction
        return {
            source.source_key: _released(waiting, source, units[source.source_key], standing)
            for source, waiting in ended
        }

    def forget(self, source: Source) -> None:
        """What was released has landed."""
        self._waiting.pop(source.source_key, None)


def _released(waiting: Waiting, source: Source, units: dict[str, UUID], standing: dict[UUID, list[Record]]) -> Released:
    own = {unit: standing[unit] for unit in units.values() if unit in standing}
    verdict, held_before = _judge(waiting, source, units, own)
    is_new = not verdict.held or not set(verdict.held) <= held_before
    if verdict.kind == "too_few":
        return Released([_without_statement(page) for page in waiting.pages], verdict, is_new)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return Released([_held(page, own, verdict, today) for page in waiting.pages], verdict, is_new)


def _judge(
    waiting: Waiting, source: Source, units: dict[str, UUID], standing: dict[UUID, list[Record]]
) -> tuple[Verdict, set[str]]:
    """The verdict, and the attributes that were held before."""
    said = {page.extraction.unit_key: page.extraction for page in waiting.pages if page.extraction is not None}
    gone = {units[url] for url, statement in said.items() if GONE.intersection(statement.not_read)}
    before = [record for unit, records in standing.items() if unit not in gone for record in records]
    read = {units[url] for url in said}
    found = values_of(
        (each for unit, records in standing.items() if unit not in read for each in records), with_held=False
    )
    _add(found, said.values())
    for name, values in waiting.landed.items():
        found[name] |= values
    since = held_since(before)
    return judge(values_of(before), found, since, datetime.now(UTC), _limits(source)), set(since)


def _limits(source: Source) -> Limits:
    try:
        return Limits.of(source.watch)
    except ValueError as error:  # a person's mistake must not end the crawl
        log.error("%s: %s. The defaults hold.", source.source_key, error)
        return Limits()


def _units(source: Source) -> dict[str, UUID]:
    productive = (url for url, known in source.known_pages.items() if known.is_productive)
    return {url: unit_id(source.organization_id, source.source_key, url) for url in productive}


def _add(values: Values, statements: Iterable[Extraction]) -> None:
    for statement in statements:
        for name, found in values_of([*statement.companies, *statement.persons]).items():
            values.setdefault(name, set()).update(found)


def _held(page: CrawledPage, standing: dict[UUID, list[Record]], verdict: Verdict, today: str) -> CrawledPage:
    statement = page.extraction
    if statement is None or not verdict.held or GONE.intersection(statement.not_read):
        return page
    held = hold(statement, standing.get(statement.unit_id, ()), verdict.held, today)
    return CrawledPage(page.source, page.fetch, held, page.failure)


def _without_statement(page: CrawledPage) -> CrawledPage:
    """The fetch lands, the former statement stands; a page that is gone retracts all the same."""
    if page.extraction is not None and GONE.intersection(page.extraction.not_read):
        return page
    return CrawledPage(page.source, page.fetch, None, page.failure)
