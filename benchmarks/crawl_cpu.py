"""CPU a page over one local site: Scrapy as its tutorial has it, the same with libraries for the rest, and ours.

Ours has everything on: robots, delay, deduplication, extraction, archive, landing; the database's CPU is part of it.
Each crawler is a process of its own. What a crawl of one page costs (imports, patterns, loop, connection) is taken off
and told apart. What of ours is parse and extraction is measured on the same pages in a process that does nothing else,
and so are the archive's records of them.

`LEADHOUSE_CORPUS` may name a folder of saved sites (`sites/hosts.json`, `sites/<slug>/www`): they are crawled as well,
through a proxy, and so are those of ``--site FOLDER`` (`benchmarks.local_site.saved_sites`).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import uuid4

from benchmarks import crawling
from benchmarks.crawling import Spent
from benchmarks.local_site import Site, made_site, saved_sites, serve
from benchmarks.measure import Result
from benchmarks.own_database import own_database
from benchmarks.reading import pages_of, readers
from leadhouse.archive import ArchiveWriter, Exchange

PAGES = 300
FEW = 60  # pages of the slow peer
A_SITE = 40  # pages of a saved site
STOCK, WHOLE = "stock Scrapy, LinkExtractor", "the same with extruct, phonenumbers, WARC"


@dataclass(frozen=True)
class Crawled:
    """A crawl beyond its first page, and that one: the start-up."""

    beyond: Spent
    first: Spent


def run() -> list[Result]:
    """Milliseconds of CPU a page; below 1 is better than the peer."""
    corpus = os.environ.get("LEADHOUSE_CORPUS")
    if "--site" in sys.argv:
        return _saved(Path(sys.argv[sys.argv.index("--site") + 1]))
    return _made() + (_saved(Path(corpus) / "sites") if corpus else [])


def _made() -> list[Result]:
    site = made_site(2 * PAGES)
    with serve(site, ports=4) as urls, tempfile.TemporaryDirectory() as folder:
        stock = _beyond_one(lambda pages: crawling.peer("stock", str(pages), folder, f"{urls[0]}/"), PAGES)
        whole = _beyond_one(lambda pages: crawling.peer("whole", str(pages), folder, f"{urls[0]}/"), FEW)
        with own_database(**crawling.ENVIRONMENT) as database:
            starts = iter(urls)
            ours = _beyond_one(lambda pages: crawling.crawl(database, [next(starts)], pages), PAGES)
    kept = _archived(site, ours.beyond.pages)
    return _lines("crawl, everything on", ours, stock, whole, readers(1, PAGES)[0], kept)


def _saved(folder: Path) -> list[Result]:
    """All hosts at once; the first crawl, of one host, is the start-up."""
    site = saved_sites(folder)
    hosts = [f"http://{host}" for host in site.by_host]
    with serve(site) as (proxy,), tempfile.TemporaryDirectory() as name:
        stock = _peer_over(site, name, proxy, "stock")
        whole = _peer_over(site, name, proxy, "whole")
        with own_database(**crawling.ENVIRONMENT, LEADHOUSE_CRAWL_PROXY=proxy) as database:
            first = crawling.crawl(database, hosts[:1], 1)
            ours = Crawled(crawling.crawl(database, hosts[1:], A_SITE) - first, first)
    read, kept = readers(1, ours.beyond.pages, folder)[0], _archived(site, ours.beyond.pages)
    return _lines("crawl of saved sites, everything on", ours, stock, whole, read, kept)


def _beyond_one(crawl: Callable[[int], Spent], pages: int) -> Crawled:
    first = crawl(1)
    return Crawled(crawl(pages) - first, first)


def _peer_over(site: Site, folder: str, proxy: str, kind: str) -> Crawled:
    hosts = [f"http://{host}/" for host in site.by_host]
    wanted = sum(path.endswith(".html") for pages in site.by_host.values() for path in pages)
    first = crawling.peer(kind, "1", folder, hosts[0], proxy=proxy)
    return Crawled(crawling.peer(kind, str(wanted), folder, *hosts[1:], proxy=proxy) - first, first)


def _archived(site: Site, pages: int) -> float:
    """Milliseconds of CPU that the two archive records of a page take; pages that are not there have some as well."""
    headers = (("Server", "local"), ("Content-Type", "text/html; charset=utf-8"))
    exchanges = [
        Exchange(uuid4(), url, datetime.now(UTC), 200, headers, body, headers, "web/local")
        for url, body in islice(pages_of(site), pages)
    ]
    with tempfile.TemporaryDirectory() as folder, ArchiveWriter(folder, "bench") as archive:
        began = time.thread_time()
        for each in exchanges:
            archive.write(each)
        return 1000 * (time.thread_time() - began) / len(exchanges)


def _lines(name: str, ours: Crawled, stock: Crawled, whole: Crawled, read: float, kept: float) -> list[Result]:
    spent, database = ours.beyond, ours.beyond.database * 1000 / ours.beyond.pages
    rest = ours.beyond.crawl * 1000 / spent.pages - read - kept
    told = (
        f"{read:.1f} ms of ours are parse and extraction, {kept:.2f} the archive's records, "
        f"{database:.2f} the database's, {rest:.1f} the rest"
    )
    results = []
    for peer, kind, aim in ((stock, STOCK, "<= 0.25"), (whole, WHOLE, "<= 0.05")):
        start_up = f"start-up apart: {ours.first.crawl:.1f} s, {peer.first.crawl:.1f} s of the peer"
        note = f"{spent.pages} pages, {peer.beyond.pages} of the peer; {told}; {start_up}"
        against = peer.beyond.a_page
        results.append(Result(name, spent.a_page, against, kind, "ms CPU/page", spent.a_page / against, aim, note))
    return results
