"""Extraction and summary over a folder of saved sites, for scoring: extraction_corpus.py FOLDER --json OUT.

FOLDER holds `sites/<slug>/www` (and `sites_distractors/<slug>/www`), each with a `gold.json` that names the host; links
are followed from the home page, contact pages first, as a crawl would within its page budget.
"""

from __future__ import annotations

import argparse
import heapq
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from benchmarks.extraction_confusion import Candidate, candidates, confusion_table, learned_against_rules
from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.site.summary import summarise
from leadhouse.records import Extraction


def locate(root: Path, url: str) -> Path | None:
    """The file a static server would answer `url` with."""
    path = unquote(urlsplit(url).path).lstrip("/")
    candidate = (root / path).resolve()
    if not candidate.is_relative_to(root.resolve()):
        return None
    if candidate.is_dir():
        candidate /= "index.html"
    return candidate if candidate.is_file() else None


def crawl(root: Path, host: str, budget: int) -> list[Extraction]:
    """Extractions of the pages a crawl with that budget reaches."""
    site = SiteContext(host=host)
    queue, seen = [(-1.0, f"https://{host}/")], {f"https://{host}/"}
    found: list[Extraction] = []
    read: set[Path] = set()
    now = datetime.now(UTC)
    while queue and len(found) < budget:
        _, url = heapq.heappop(queue)
        file = locate(root, url)
        if file is None or file in read:
            continue
        read.add(file)
        body = file.read_bytes()
        page = parse(body, url, "text/html")
        found.append(extract_page(body, url, "text/html", site, now, page=page))
        for link in page.links:
            if urlsplit(link.url).hostname != host or link.url in seen:
                continue
            seen.add(link.url)
            heapq.heappush(queue, (-contact_score(link.url, link.text), link.url))
    return found


def read_all(root: Path, host: str) -> list[Extraction]:
    """Extractions of every HTML file."""
    site, now = SiteContext(host=host), datetime.now(UTC)
    return [
        extract_page(file.read_bytes(), f"https://{host}/{file.relative_to(root)}", "text/html", site, now)
        for file in sorted(root.rglob("*.html"))
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=40, help="page budget a site")
    parser.add_argument("--all", action="store_true", help="read every file instead of following links")
    parser.add_argument(
        "--confusion", action="store_true", help="print where candidates go wrong, and a learned verdict"
    )
    options = parser.parse_args()
    found: dict[str, Any] = {}
    read: dict[str, list[Extraction]] = {}
    items: list[Candidate] = []
    site_hosts: dict[str, str] = {}
    pages, started = 0, time.process_time()
    for gold in sorted(
        (*options.folder.glob("sites/*/gold.json"), *options.folder.glob("sites_distractors/*/gold.json"))
    ):
        truth = json.loads(gold.read_text())
        host, slug = truth["host"], gold.parent.name
        root = gold.parent / "www"
        extractions = read_all(root, host) if options.all else crawl(root, host, options.pages)
        pages += len(extractions)
        found[slug] = summarise(extractions).as_json()
        if options.confusion and "emails" in truth:
            read[slug], site_hosts[slug] = extractions, host
            items.extend(candidates(slug, truth, extractions, found[slug]))
    seconds = time.process_time() - started
    options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1))
    print(f"{len(found)} sites, {pages} pages, {seconds:.1f} s CPU, {1000 * seconds / max(1, pages):.2f} ms a page")
    if options.confusion:
        print(confusion_table(read, items), "", sep="\n")
        print(learned_against_rules(items, site_hosts, {slug: len(each) for slug, each in read.items()}))


if __name__ == "__main__":
    main()
