"""What reading a page costs: one lexbor parse as the floor, our parse, and every extractor on top of it.

The pages are the demo world's own (20 KB on the mean), rendered in memory, site by site in the order of a crawl.
Every page is read once, so that only what repeats within and between sites is remembered. `LEADHOUSE_CORPUS` may name
a folder of saved sites (`sites/<slug>/gold.json` with the host, `www` with the pages): their pages are measured too.
The sources are measured as they are interpreted and, where `make compiled` has made it, as machine code: each in a
process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from selectolax.lexbor import LexborHTMLParser

from benchmarks.measure import Result, cpu_seconds
from demo.world import World
from demo.world.answers import Request, respond
from leadhouse.extraction import compiled
from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.markup.parsing import parse

SITES = 60
FLOOR_ROUNDS = 3
PAGES_A_SITE = 40
PATHS = ("/", "/kontakt", "/impressum", "/team", "/contact", "/about")


_IN_A_PROCESS = """
import json, sys
import leadhouse.extraction
leadhouse.extraction.__path__[:] = sys.argv[1:]
from benchmarks import extraction_cpu
print(json.dumps(extraction_cpu.measured()))
"""


def run() -> list[Result]:
    """CPU a page of parse and of everything, against one lexbor parse of the same bytes."""
    results = _in_a_process(compiled.SOURCES)
    if (machine_code := compiled.folder()).is_dir():
        found = _in_a_process(machine_code, compiled.SOURCES)
        results += [replace(result, name=f"{result.name}, machine code") for result in found]
    return results


def _in_a_process(*path: Path) -> list[Result]:
    """Results of a process that takes the component's modules from the first of some folders that has them."""
    command = [sys.executable, "-c", _IN_A_PROCESS, *map(str, path)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Result(**result) for result in json.loads(said)]


def measured() -> list[dict[str, object]]:
    """What is measured of the modules as this process has imported them."""
    _read("https://warm.example/", b"<p>Dr. Anna Huber, Director, +49 341 987654, info@warm.example, 04109 Leipzig")
    results = _measured("demo", _demo_pages())
    if folder := os.environ.get("LEADHOUSE_CORPUS"):
        results += _measured("real", _saved_pages(Path(folder)))
    return [asdict(result) for result in results]


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
