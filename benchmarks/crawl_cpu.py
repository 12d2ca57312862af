"""CPU a page over one local site: Scrapy as its tutorial has it, the same with libraries for the rest, and ours.

Ours has everything on: robots, delay, deduplication, extraction, archive, landing; the database's CPU is part of it.
Each crawler is a process of its own, and what a crawl of one page costs (imports, loop, connection) is taken off.
``--site FOLDER`` serves saved sites instead (`benchmarks.local_site.saved_sites`), through a proxy.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from benchmarks import crawling
from benchmarks.crawling import Spent
from benchmarks.local_site import Site, made_site, saved_sites, serve
from benchmarks.measure import Result
from benchmarks.own_database import own_database

PAGES = 300
FEW = 60  # pages of the slow peer
STOCK, WHOLE = "stock Scrapy, LinkExtractor", "the same with extruct, phonenumbers, WARC"


def run() -> list[Result]:
    """Milliseconds of CPU a page; below 1 is better than the peer."""
    folder = Path(sys.argv[sys.argv.index("--site") + 1]) if "--site" in sys.argv else None
    if folder is not None:
        return _saved(saved_sites(folder))
    site = made_site(2 * PAGES)
    with serve(site, ports=4) as urls, tempfile.TemporaryDirectory() as folder_name:
        stock = _beyond_one(lambda pages: crawling.peer("stock", str(pages), folder_name, f"{urls[0]}/"), PAGES)
        whole = _whole(folder_name, urls[0])
        with own_database(**crawling.ENVIRONMENT) as database:
            starts = iter(urls)
            ours = _beyond_one(lambda pages: crawling.crawl(database, [next(starts)], pages), PAGES)
    return _lines("crawl, everything on", ours, stock, whole)


def _beyond_one(crawl: Callable[[int], Spent], pages: int) -> Spent:
    once = crawl(1)
    return crawl(pages) - once


def _whole(folder: str, url: str) -> Spent | None:
    if find_spec("extruct") is None:
        return None
    return _beyond_one(lambda pages: crawling.peer("whole", str(pages), folder, f"{url}/"), FEW)


def _lines(name: str, ours: Spent, stock: Spent, whole: Spent | None) -> list[Result]:
    database = ours.database * 1000 / ours.pages
    note = f"{ours.pages} pages, {stock.pages} of the peer; {database:.2f} ms of ours are the database's"
    lines = [Result(name, ours.a_page, stock.a_page, STOCK, "ms CPU/page", ours.a_page / stock.a_page, "<= 0.25", note)]
    if whole is not None:
        ratio = ours.a_page / whole.a_page
        lines.append(Result(name, ours.a_page, whole.a_page, WHOLE, "ms CPU/page", ratio, "<= 0.05", note))
    return lines


def _saved(site: Site) -> list[Result]:
    """All hosts at once; the first crawl, of one host, is the start-up."""
    hosts = [f"http://{host}" for host in site.by_host]
    wanted = sum(path.endswith((".html", "/")) for pages in site.by_host.values() for path in pages)
    with serve(site) as (proxy,), tempfile.TemporaryDirectory() as folder:
        stock = _peer_over(hosts, wanted, folder, proxy, "stock")
        whole = _peer_over(hosts, wanted, folder, proxy, "whole") if find_spec("extruct") else None
        with own_database(**crawling.ENVIRONMENT, LEADHOUSE_CRAWL_PROXY=proxy) as database:
            once = crawling.crawl(database, hosts[:1], 1)
            ours = crawling.crawl(database, hosts[1:], 40) - once
    return _lines(f"crawl of {len(hosts)} saved sites", ours, stock, whole)


def _peer_over(hosts: list[str], wanted: int, folder: str, proxy: str, kind: str) -> Spent:
    once = crawling.peer(kind, "1", folder, f"{hosts[0]}/", proxy=proxy)
    return crawling.peer(kind, str(wanted), folder, *(f"{host}/" for host in hosts[1:]), proxy=proxy) - once
