"""An oracle of politeness: reads a log of requests and says where a crawl was rude, and how near it came to its limit.

``python -m demo.politeness access.jsonl --delay 1`` prints every violation and the rate of each host. It knows nothing
of the crawler: only when which path of which host was asked, how long the answer took, and what it said.

A site is a host without ``www.``. Rules: no two requests to a site at the same time; between two requests its delay
(``--delay``, or the Crawl-delay of its robots.txt); nothing before its robots.txt, nothing that this forbids; nothing
while a Retry-After runs. A log is written where requests arrive, not where they leave: one that was held up on its way
may seem too close to the next, so that a run of requests may be short by half a delay as a whole, and by the lateness
of the server's machine where that is known.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WINDOW = 12  # requests that are looked at together
SLACK = 0.5  # of a delay
CACHED_SECONDS = 24 * 3600.0  # RFC 9309 2.4

Entry = Mapping[str, Any]  # time (s, when asked), seconds (until answered), host, path, status, retry_after, robots


@dataclass
class Site:
    """The requests to one site, in their order, and what it asks for."""

    entries: list[Entry] = field(default_factory=list)
    delay: float = 0.0
    forbidden: tuple[str, ...] = ()
    lateness: float = 0.0

    @property
    def slack(self) -> float:
        """Seconds by which a run of requests may seem too short."""
        return SLACK * self.delay + self.lateness


def read(lines: Iterable[str]) -> list[Entry]:
    """The entries of a log, a JSON object a line."""
    return [json.loads(line) for line in lines if line.strip()]


def sites_of(entries: Sequence[Entry], delay: float) -> dict[str, Site]:
    """The sites of a log; `delay` is the crawler's own, in seconds."""
    found: dict[str, Site] = defaultdict(Site)
    for entry in sorted(entries, key=lambda each: each["time"]):
        site = found[str(entry["host"]).removeprefix("www.")]
        site.entries.append(entry)
        if entry.get("robots"):
            asked, site.forbidden = _rules(entry["robots"])
            site.delay = max(site.delay, asked)
    for site in found.values():
        site.delay = max(site.delay, delay)
    return dict(found)


def violations(entries: Sequence[Entry], delay: float, lateness: float = 0.0) -> list[str]:
    """Every rule that was broken, in sentences; empty for a polite crawl. `lateness` is the server's, in seconds."""
    sites = sites_of(entries, delay)
    for site in sites.values():
        site.lateness = lateness
    return [
        f"{name}: {said}"
        for name, site in sites.items()
        for said in (*_too_fast(site), *_at_once(site), *_against_robots(site), *_too_early(site))
    ]


def rates(entries: Sequence[Entry], delay: float) -> dict[str, float]:
    """Of each site: requests a delay, at most 1; time for which the site asked to be left alone is not counted.

    The first two requests are left out: how fast a crawl starts is no question of politeness.
    """
    found = {}
    for name, site in sites_of(entries, delay).items():
        times = [entry["time"] for entry in site.entries][2:]
        asked = sum(_retry_after(entry) for entry in site.entries[2:-1])
        if len(times) > 2 and times[-1] - times[0] > asked:
            found[name] = (len(times) - 1) * site.delay / (times[-1] - times[0] - asked)
    return found


def _too_fast(site: Site) -> Iterator[str]:
    times = [entry["time"] for entry in site.entries]
    for first in range(len(times)):
        for last in range(first + 1, min(first + WINDOW, len(times))):
            wanted = (last - first) * site.delay - site.slack
            if times[last] - times[first] < wanted:
                path, took = site.entries[last]["path"], times[last] - times[first]
                yield f"{last - first + 1} requests in {took:.2f} s with a delay of {site.delay} s, the last: {path}"
                return


def _at_once(site: Site) -> Iterator[str]:
    for one, other in zip(site.entries, site.entries[1:], strict=False):
        if other["time"] < one["time"] + one.get("seconds", 0.0) - site.slack:
            yield f"{other['path']} was asked while {one['path']} was being answered"


def _against_robots(site: Site) -> Iterator[str]:
    asked_at: float | None = None
    for entry in site.entries:
        if entry["path"] == "/robots.txt":
            asked_at = entry["time"]
        elif asked_at is None or entry["time"] - asked_at > CACHED_SECONDS:
            yield f"{entry['path']} was asked before robots.txt"
        elif entry["path"].startswith(site.forbidden):
            yield f"{entry['path']} is forbidden"


def _too_early(site: Site) -> Iterator[str]:
    for one, other in zip(site.entries, site.entries[1:], strict=False):
        pause = _retry_after(one)
        if pause and other["time"] - one["time"] < pause - site.slack:
            yield f"{other['path']} was asked {other['time'] - one['time']:.2f} s after a Retry-After of {pause} s"


def _retry_after(entry: Entry) -> float:
    text = str(entry.get("retry_after") or "")
    return float(text) if text.isdigit() else 0.0


def _rules(robots: str) -> tuple[float, tuple[str, ...]]:
    """Crawl-delay and forbidden beginnings of the group for all; sites of the log write no more than that."""
    delay, forbidden, is_ours = 0.0, [], False
    for line in robots.splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        if key.lower() == "user-agent":
            is_ours = value == "*"
        elif is_ours and key.lower() == "crawl-delay":
            delay = float(value)
        elif is_ours and key.lower() == "disallow" and value:
            forbidden.append(value)
    return delay, tuple(forbidden)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 1 when the crawl was rude."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds between two requests, the crawl's setting")
    options = parser.parse_args(arguments)
    with options.log.open(encoding="utf-8") as lines:
        entries = read(lines)
    found = violations(entries, options.delay)
    for said in found:
        print(said)
    reached = rates(entries, options.delay)
    for name, rate in sorted(reached.items()):
        print(f"{name}: {rate:.0%} of the polite maximum")
    print(f"{len(entries)} requests, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
