"""A program: the real crawl, without database, in a process that notes each connection, its memory and its CPU time.

    python tests/scrapers/audited_crawl.py ORDER RESULT

ORDER is JSON ``{"crawls": [[url, …], …], "pages": n, "timeout": seconds}``; the crawls run one after the other in this
process. RESULT gets ``{"connects": [address, …], "crawls": [{"cpu_seconds", "peak_bytes", "sites": {url: outcome}}]}``;
`peak_bytes` is the largest resident size during the crawl, less the size before the second one (the first warms up).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

connects: set[str] = set()


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Python tells every connect of a socket that it makes, asyncio's and Twisted's too (PEP 578)."""
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        connects.add(f"{arguments[1][0]} {arguments[1][1]}")


def memory(name: str) -> int:
    """VmRSS or VmHWM in bytes (proc(5))."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith(name))
    return int(line.split()[1]) * 1024


def main(order: Path, result: Path) -> None:
    sys.addaudithook(note)
    import scrapers.settings
    from leadhouse.jobs.sources import Source
    from scrapers.process import run_spiders
    from scrapers.spiders.company_site import CompanySiteSpider

    wanted = json.loads(order.read_text())
    scrapers.settings.DOWNLOAD_TIMEOUT = wanted["timeout"]
    done: list[dict[str, Any]] = []
    base = 0

    def crawls() -> Iterator[tuple[type[CompanySiteSpider], dict[str, Any]]]:
        nonlocal base
        for number, urls in enumerate(wanted["crawls"]):
            sites: dict[str, Any] = {}
            keys = {f"web/{number}-{place}": url for place, url in enumerate(urls)}
            if number == 1:
                base = memory("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (proc(5))
            began = time.process_time()
            yield (
                CompanySiteSpider,
                {
                    "sources": [Source(key, url, key) for key, url in keys.items()],
                    "page_budget": wanted["pages"],
                    "on_finished": lambda key, facts, sites=sites, keys=keys: sites.update(
                        {keys[key]: {**facts["crawl"], "emails": facts["emails"]}}
                    ),
                },
            )
            spent, peak = time.process_time() - began, memory("VmHWM") - base
            done.append({"cpu_seconds": spent, "peak_bytes": peak, "sites": sites})

    run_spiders(crawls(), "scrapers.pipelines.collecting.CollectingPipeline")
    result.write_text(json.dumps({"connects": sorted(connects), "crawls": done}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
