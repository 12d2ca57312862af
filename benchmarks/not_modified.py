"""A page that has not changed: what a 304 costs a crawl that keeps a record of it, and aiohttp that keeps none.

Aiohttp asks the same URLs with the same tags on one connection. Ours asks robots.txt, waits between requests, names and
archives each answer, writes its row, and decides from it; the difference is that work, told in the note.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from benchmarks import crawling
from benchmarks.crawling import Spent
from benchmarks.local_site import Site, made_site, serve
from benchmarks.measure import Result
from benchmarks.own_database import own_database

PAGES = 600  # a start takes 2 s of CPU: with fewer pages its scatter would be the figure


def run() -> list[Result]:
    """Milliseconds of CPU a 304; start-up and the first night are taken off."""
    site = made_site(PAGES + 1)
    site.with_validators = True
    with serve(site, ports=2) as (large, small), own_database(**crawling.ENVIRONMENT) as database:
        crawling.crawl(database, [large], PAGES)
        crawling.crawl(database, [small], 1)
        tomorrow = crawling.RUN_ON + timedelta(days=1)
        ours = crawling.crawl(database, [large], PAGES, tomorrow) - crawling.crawl(database, [small], 1, tomorrow)
        peer = _asked(site, large, PAGES) - _asked(site, large, 1)
    note = f"{ours.pages} answers, {ours.database * 1000 / ours.pages:.2f} ms of ours are the database's"
    return [Result("a page that has not changed", ours.a_page, peer.a_page, "aiohttp", "ms CPU/304", _ratio(ours, peer),
                   "<= 10", note)]  # fmt: skip


def _asked(site: Site, url: str, pages: int) -> Spent:
    lines = [f'{url}{path} "{hashlib.md5(site.pages[path]).hexdigest()}"' for path in site.paths[:pages]]  # noqa: S324
    return crawling.peer("aiohttp", told="\n".join(lines))


def _ratio(ours: Spent, peer: Spent) -> float:
    return ours.a_page / peer.a_page
