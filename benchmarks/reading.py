"""``python -m benchmarks.reading PAGES [FOLDER]``: parse and extraction alone, of made pages or of saved sites.

A process of its own that asks nobody for anything: what a page of a crawl costs where it is read, and what two programs
that share nothing lose to each other on this machine. The last line of standard output is milliseconds of CPU a page.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.local_site import Site, is_page, made_site, saved_sites
from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page

_FIRST = b"<p>Dr. Anna Huber, Director, +49 341 987654, info@warm.example, 04109 Leipzig"


def readers(count: int, pages: int, folder: Path | None = None) -> list[float]:
    """Milliseconds of CPU a page of so many readers at once."""
    command = [sys.executable, "-m", "benchmarks.reading", str(pages), *([str(folder)] if folder else [])]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    said = [process.communicate()[0] for process in started]
    return [float(text.splitlines()[-1]) for text in said]


def pages_of(site: Site) -> Iterator[tuple[str, bytes]]:
    """(URL, body) of every page, site by site, those near the home page first."""
    for host, pages in (site.by_host or {"127.0.0.1:8080": site.pages}).items():
        for path in sorted(filter(is_page, pages), key=lambda path: (path.count("/"), len(path))):
            if not path.endswith((".txt", ".xml", "/index.html")):  # the last one stands as its folder, too
                yield f"http://{host}{path}", pages[path]


def main() -> None:
    """See the module."""
    wanted = int(sys.argv[1])
    site = saved_sites(Path(sys.argv[2])) if len(sys.argv) > 2 else made_site(2 * wanted)
    pages = [each for _, each in zip(range(wanted), pages_of(site), strict=False)]
    _read("http://warm.example/", _FIRST)
    began = time.process_time()
    for url, body in pages:
        _read(url, body)
    print(1000 * (time.process_time() - began) / len(pages))


def _read(url: str, body: bytes) -> object:
    return extract_page(body, url, "text/html", SiteContext(host=url.split("/")[2]), datetime.now(UTC))


if __name__ == "__main__":
    main()
