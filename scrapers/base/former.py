"""What the archive still knows of a source's robots.txt and sitemaps when the next crawl begins."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from leadhouse.archive import Exchange, Position, read_exchange
from leadhouse.jobs.sources import KnownFile, Source
from scrapers.base import robots, sitemaps, urls
from scrapers.base.answers import AGAIN

READERS = 8  # the archive may lie in an object store, where one read takes a tenth of a second
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FormerSitemap:
    """A sitemap as it was last read, at `read_at` (UTC): the lastmod of each known page by its URL, and of
    further files where it is an index.
    """

    read_at: datetime
    lastmods: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def former_robots(sources: Iterable[Source]) -> Iterator[tuple[Exchange, Position]]:
    """Answers for robots.txt that still hold (RFC 9309 2.4); one that could not be given is asked for again."""
    now = datetime.now(UTC)
    wanted = [
        file
        for source in sources
        for file in source.known_files
        if file.purpose == "robots" and now - file.requested_at < robots.KEPT and _is_final(file.status_code)
    ]
    with ThreadPoolExecutor(READERS) as readers:
        for exchange, file in zip(readers.map(_read, wanted), wanted, strict=True):
            if exchange is not None:
                yield exchange, Position(file.uri, file.offset, file.length)


def former_sitemaps(source: Source) -> dict[str, FormerSitemap]:
    """By URL: the source's sitemaps as they were last read; one whose bytes are gone is left out."""
    found = {}
    spellings = {urls.key(url): url for url in source.known_pages}
    for file in source.known_files:
        exchange = _read(file) if file.purpose == "sitemap" and file.status_code == 200 else None
        if exchange is not None:
            listed = sitemaps.parse(exchange.body)
            lastmods = {spellings[key]: lastmod for key, lastmod in _by_key(listed.pages) if key in spellings}
            found[file.url] = FormerSitemap(file.requested_at, lastmods, listed.files)
    return found


def _by_key(pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    for url, lastmod in pages.items():
        found = urls.canonical(url)
        if found is not None and lastmod:
            yield urls.key(found), lastmod


def _is_final(status: int) -> bool:
    return status < 500 and status not in AGAIN


def _read(file: KnownFile) -> Exchange | None:
    try:
        exchange = read_exchange(file.uri, file.offset, file.length)
    except OSError as error:
        log.warning("%s is asked for again, its former answer cannot be read: %s", file.url, error)
        return None
    return None if exchange.is_erased else exchange
