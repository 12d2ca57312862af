"""What reading a page costs: one lexbor parse as the floor, our parse, and every extractor on top of it.

The pages are the demo world's own (20 KB on the mean), rendered in memory, site by site in the order of a crawl.
Every page is read once, so that only what repeats within and between sites is remembered. `LEADHOUSE_CORPUS` may name
a folder of saved sites (`sites/<slug>/gold.json` with the host, `www` with the pages): their pages are measured too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from selectolax.lexbor import LexborHTMLParser

from benchmarks.measure import Result, cpu_seconds
from demo.world import World
from demo.world.answers import Request, respond
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.context import SiteContext
from leadhouse.extraction.parsing import parse

SITES = 60
FLOOR_ROUNDS = 3
PAGES_A_SITE = 40
PATHS = ("/", "/kontakt", "/impressum", "/team", "/contact", "/about")


def run() -> list[Result]:
    """CPU a page of parse and of everything, against one lexbor parse of the same bytes."""
    _read("https://warm.example/", b"<p>Dr. Anna Huber, Director, +49 341 987654, info@warm.example, 04109 Leipzig")
    results = _measured("demo", _demo_pages())
    if folder := os.environ.get("LEADHOUSE_CORPUS"):
        results += _measured("real", _saved_pages(Path(folder)))
    return results


def _measured(of: str, pages: Iterator[tuple[str, bytes]]) -> list[Result]:
    floors: list[float] = []
    parses: list[float] = []
    wholes: list[float] = []
    for url, body in pages:
        floors.append(min(cpu_seconds(partial(LexborHTMLParser, body)) for _ in range(FLOOR_ROUNDS)))
        wholes.append(cpu_seconds(partial(_read, url, body)))
        parses.append(cpu_seconds(partial(parse, body, url, "text/html")))
    return [
        _result(f"parse of a page, {of} pages, read again", parses, floors, ""),
        _result(f"extraction of a page, {of} pages", wholes, floors, "<= 4"),
    ]


def _result(name: str, ours: list[float], floors: list[float], aim: str) -> Result:
    each = median(own / floor for own, floor in zip(ours, floors, strict=True))
    ratio, pages = sum(ours) / sum(floors), len(floors)
    return Result(
        name,
        1000 * sum(ours) / pages,
        1000 * sum(floors) / pages,
        "one lexbor parse",
        "ms CPU",
        ratio,
        aim,
        f"{pages} pages, median of their ratios {each:.1f}",
    )


def _read(url: str, body: bytes) -> object:
    return extract_page(body, url, "text/html", SiteContext(host=url.split("/")[2]), datetime.now(UTC))


def _demo_pages() -> Iterator[tuple[str, bytes]]:
    world = World(7, SITES, 0)
    for site in world.sites():
        for path in PATHS:
            answer = respond(world, Request(site.host, path))
            if answer.status == 200 and answer.body:
                yield f"http://{site.host}{path}", bytes(answer.body)


def _saved_pages(folder: Path) -> Iterator[tuple[str, bytes]]:
    for gold in sorted(folder.glob("sites/*/gold.json")):
        host, root = json.loads(gold.read_text())["host"], gold.parent / "www"
        for file in sorted(root.rglob("*.html"), key=lambda file: (len(file.parts), file))[:PAGES_A_SITE]:
            yield f"https://{host}/{file.relative_to(root)}", file.read_bytes()
