"""CPU a page over one local site: Scrapy as its tutorial has it, the same with libraries for the rest, and ours.

Ours has everything on: robots, delay, deduplication, extraction, archive, landing; the database's CPU is part of it.
Each crawler is a process of its own. What a crawl of one page costs (imports, patterns, loop, connection) is taken off
and told apart. What of ours is parse and extraction is measured on the same pages in a process that does nothing else.

`LEADHOUSE_CORPUS` may name a folder of saved sites (`sites/hosts.json`, `sites/<slug>/www`): they are crawled as well,
through a proxy, and so are those of ``--site FOLDER`` (`benchmarks.local_site.saved_sites`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import crawling
from benchmarks.crawling import Spent
from benchmarks.local_site import Site, made_site, saved_sites, serve
from benchmarks.measure import Result
from benchmarks.own_database import own_database
from benchmarks.reading import readers

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
    with serve(made_site(2 * PAGES), ports=4) as urls, tempfile.TemporaryDirectory() as folder:
        stock = _beyond_one(lambda pages: crawling.peer("stock", str(pages), folder, f"{urls[0]}/"), PAGES)
        whole = _beyond_one(lambda pages: crawling.peer("whole", str(pages), folder, f"{urls[0]}/"), FEW)
        with own_database(**crawling.ENVIRONMENT) as database:
            starts = iter(urls)
            ours = _beyond_one(lambda pages: crawling.crawl(database, [next(starts)], pages), PAGES)
    return _lines("crawl, everything on", ours, stock, whole, readers(1, PAGES)[0])


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
    return _lines("crawl of saved sites, everything on", ours, stock, whole, readers(1, ours.beyond.pages, folder)[0])


def _beyond_one(crawl: Callable[[int], Spent], pages: int) -> Crawled:
    first = crawl(1)
    return Crawled(crawl(pages) - first, first)


def _peer_over(site: Site, folder: str, proxy: str, kind: str) -> Crawled:
    hosts = [f"http://{host}/" for host in site.by_host]
    wanted = sum(path.endswith(".html") for pages in site.by_host.values() for path in pages)
    first = crawling.peer(kind, "1", folder, hosts[0], proxy=proxy)
    return Crawled(crawling.peer(kind, str(wanted), folder, *hosts[1:], proxy=proxy) - first, first)


def _lines(name: str, ours: Crawled, stock: Crawled, whole: Crawled, read: float) -> list[Result]:
    spent, database = ours.beyond, ours.beyond.database * 1000 / ours.beyond.pages
    told = f"{read:.1f} ms of ours are parse and extraction, {database:.2f} the database's"
    results = []
    for peer, kind, aim in ((stock, STOCK, "<= 0.25"), (whole, WHOLE, "<= 0.05")):
        start_up = f"start-up apart: {ours.first.crawl:.1f} s, {peer.first.crawl:.1f} s of the peer"
        note = f"{spent.pages} pages, {peer.beyond.pages} of the peer; {told}; {start_up}"
        against = peer.beyond.a_page
        results.append(Result(name, spent.a_page, against, kind, "ms CPU/page", spent.a_page / against, aim, note))
    return results
