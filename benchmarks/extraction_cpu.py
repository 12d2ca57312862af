"""What reading a page costs: one lexbor parse as the floor, our parse, and every extractor on top of it.

The pages are the demo world's own (20 KB on the mean), rendered in memory.
"""

from __future__ import annotations

from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser

from benchmarks.measure import Result, cpu_seconds
from demo.world import World
from demo.world.answers import Request, respond
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.context import SiteContext
from leadhouse.extraction.page import parse

PAGES = 200
ROUNDS = 3


def run() -> list[Result]:
    """CPU a page of parse and of everything, against one lexbor parse of the same bytes."""
    pages = _pages()
    now = datetime.now(UTC)
    floor = _milliseconds(pages, lambda url, body: LexborHTMLParser(body))
    parsed = _milliseconds(pages, lambda url, body: parse(body, url, "text/html"))
    whole = _milliseconds(
        pages, lambda url, body: extract_page(body, url, "text/html", SiteContext(host=url.split("/")[2]), now)
    )
    return [
        Result("parse of a page", parsed, floor, "one lexbor parse", "ms CPU", parsed / floor),
        Result("extraction of a page", whole, floor, "one lexbor parse", "ms CPU", whole / floor, "<= 4"),
    ]


def _pages() -> list[tuple[str, bytes]]:
    world, found = World(7, 60, 0), []
    for site in world.sites():
        for path in ("/", "/kontakt", "/impressum", "/team", "/contact", "/about"):
            answer = respond(world, Request(site.host, path))
            if answer.status == 200 and answer.body:
                found.append((f"http://{site.host}{path}", bytes(answer.body)))
    return found[:PAGES]


def _milliseconds(pages: list[tuple[str, bytes]], read: object) -> float:
    assert callable(read)
    seconds = min(cpu_seconds(lambda: [read(url, body) for url, body in pages]) for _ in range(ROUNDS))
    return seconds * 1000 / len(pages)
