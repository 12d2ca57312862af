"""``python -m scrapers.check [--write]``: every spider has saved pages, their goldens, and typed items.

A spider's folder is ``scrapers/goldens/<name>/``: ``<kind>.html`` (``.htm``, ``.pdf``, …) as it was saved, for each
of the spider's ``page_kinds``, and ``<kind>.json`` with what it reads there. Further pages have any other name.
``listing.toml`` there is the `config.listing` of their source. ``--write`` writes the goldens anew; look at the
difference before it is committed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from scrapy import Request
from scrapy.http import Response

from leadhouse.jobs.sources import Source
from leadhouse.records import Extraction, Fetch, Outcome
from scrapers.base.frontier import Target
from scrapers.base.site import Site
from scrapers.base.source_spider import SourceSpider
from scrapers.items import CrawledPage
from scrapers.spiders import all_spiders

GOLDENS = Path(__file__).parent / "goldens"
URL = "https://golden.example/page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".bin": "application/octet-stream",
}


def read_saved_page(spider_class: type[SourceSpider], page: Path) -> dict[str, Any]:
    """What the spider makes of a saved page: outcome, facts, and the links that it would follow, best first.

    Raises:
        TypeError: it yields something else than a `CrawledPage` with an `Extraction`.
    """
    site = Site(Source("web/golden.example", URL, "golden.example", listing=saved_listing(page.parent)), budget=20)
    target = Target((0.0, 0), URL)
    request = Request(URL, meta={"purpose": "page"}, cb_kwargs={"site": site, "target": target})
    body = page.read_bytes()
    content_type = TYPES[page.suffix]
    response = Response(URL, headers={"Content-Type": content_type}, body=body, request=request)
    fetch = Fetch(
        fetch_id=UUID(int=0), source_key=site.source.source_key, url=URL, requested_at=datetime(2026, 1, 1, tzinfo=UTC),
        outcome=Outcome.FETCHED, status_code=200, content_type=content_type, body_bytes=len(body),
    )  # fmt: skip
    item = spider_class([], 20).read_answer(response, site, target, fetch)
    if not isinstance(item, CrawledPage) or not isinstance(item.extraction, Extraction):
        raise TypeError(f"{spider_class.__name__}.read_answer returns {item!r}: return CrawledPage with an Extraction")
    return _facts(item, item.extraction) | {"links": [each.url for each in iter(site.frontier.pop, None)]}


def faults(spider_class: type[SourceSpider]) -> Iterator[str]:
    """What is wrong with a spider, in sentences."""
    name = getattr(spider_class, "name", None)
    if not name or "@" not in getattr(spider_class, "extractor", ""):
        yield f"{spider_class.__name__} needs a `name` and an `extractor` of the form name@version."
        return
    pages = saved_pages(name)
    if not pages and not spider_class.page_kinds:
        yield f"{name} has no saved page: put one into {GOLDENS / name} (of no real person), then run --write."
    for kind in spider_class.page_kinds:
        if not any(page.stem == kind.value for page in pages):
            place = GOLDENS / name
            yield f"{name} has no saved page {kind.value}: put one into {place} (of no real person), then run --write."
    for page in pages:
        yield from _compare(spider_class, page)
    if pages and not any(_states_facts(page) for page in pages):
        yield f"{name} reads no fact from its saved pages."


def saved_pages(name: str) -> list[Path]:
    """The saved pages of a spider, in the order of their names."""
    return sorted(page for page in (GOLDENS / name).glob("*") if page.suffix in TYPES)


def saved_listing(folder: Path) -> dict[str, Any]:
    """The `config.listing` by which the saved pages of a folder are read; empty where their spider needs none."""
    path = folder / "listing.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def _compare(spider_class: type[SourceSpider], page: Path) -> Iterator[str]:
    name, golden = f"{spider_class.name}/{page.stem}", page.with_suffix(".json")
    if not golden.is_file():
        yield f"{name} has no golden: run `python -m scrapers.check --write` and read {golden}."
        return
    found, expected = read_saved_page(spider_class, page), json.loads(golden.read_text())
    for key in sorted(found.keys() | expected.keys()):
        if found.get(key) != expected.get(key):
            yield f"{name}: {key} is {found.get(key)!r}, the golden says {expected.get(key)!r}."


def _states_facts(page: Path) -> bool:
    golden = page.with_suffix(".json")
    stated = json.loads(golden.read_text()) if golden.is_file() else {}
    return bool(stated.get("companies") or stated.get("persons"))


def _facts(item: CrawledPage, extraction: Extraction) -> dict[str, Any]:
    return {
        "outcome": item.fetch.outcome.value,
        "reason": item.fetch.reason,
        "companies": [_values(record.values) for record in extraction.companies],
        "persons": [_values(record.values) for record in extraction.persons],
        "rejections": sorted({f"{each.attribute} {each.value}: {each.reason}" for each in extraction.rejections}),
    }


def _values(values: Any) -> dict[str, list[str]]:
    return {str(attribute): sorted({each.value for each in found}) for attribute, found in sorted(values.items())}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every spider is in order."""
    parser = argparse.ArgumentParser(description="Check every spider against its saved page.")
    parser.add_argument("--write", action="store_true", help="write the goldens from the saved pages")
    options = parser.parse_args(arguments)
    wrong: list[str] = []
    for spider_class in all_spiders():
        for page in saved_pages(str(spider_class.name)) if options.write else ():
            text = json.dumps(read_saved_page(spider_class, page), indent=2, ensure_ascii=False, sort_keys=True)
            page.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
        wrong += faults(spider_class)
    for fault in wrong:
        print(fault, file=sys.stderr)
    print(f"{len(all_spiders())} spiders, {len(wrong)} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
