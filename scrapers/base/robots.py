"""What a robots.txt means for a crawl, by RFC 9309: 4xx means no rules, an unreachable file means stay away.

`robots_file` reads the file itself; this is about its answer: status, size, delay, how long it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from leadhouse.records import Outcome
from scrapers.base.robots_file import RobotsFile, escape, product_token

MAX_BYTES = 512 * 1024  # 2.5: at least 500 KiB are parsed
MAX_REDIRECTS = 5  # 2.3.1.2
MAX_CRAWL_DELAY = 30.0
KEPT = timedelta(hours=24)  # 2.4: a copy is not used for longer

_token = lru_cache(maxsize=64)(product_token)


@dataclass(frozen=True)
class Rules:
    """The rules of one origin. `closed` is the outcome (and reason) of every page where the file was unreachable."""

    parsed: RobotsFile | None = None
    closed: tuple[Outcome, str] | None = None

    def allows(self, url: str, user_agent: str) -> bool:
        """Whether the URL may be asked for; `user_agent` is the whole header or its product token."""
        if self.parsed is None:
            return True
        return self.parsed.allows(escape(url.encode("utf-8", "replace")).decode("ascii"), _token(user_agent))

    def crawl_delay(self, user_agent: str) -> float:
        """Seconds between two requests that the file asks for, 0 when it says nothing, `MAX_CRAWL_DELAY` at most."""
        group = self.parsed.group_of(_token(user_agent)) if self.parsed else None
        return min((group.crawl_delay if group else None) or 0.0, MAX_CRAWL_DELAY)

    def sitemaps(self) -> list[str]:
        """The Sitemap lines."""
        return [each.decode("utf-8", "replace") for each in self.parsed.sitemaps] if self.parsed else []


def read(status: int, body: bytes) -> Rules:
    """The rules that an answer stands for. Redirects are followed before, see MAX_REDIRECTS."""
    if 200 <= status < 300:
        return Rules(RobotsFile(_cut(body)))
    if status == 429:  # an explicit wish to be left alone, not the absence of rules
        return Rules(closed=(Outcome.BLOCKED, "robots_http_429"))
    if 300 <= status < 500:  # 2.3.1.3: unavailable
        return Rules()
    return Rules(closed=(Outcome.BROKEN, f"robots_unreachable: http_{status}"))


def unreachable(outcome: Outcome, reason: str) -> Rules:
    """2.3.1.4: no answer at all."""
    return Rules(closed=(outcome, f"robots_unreachable: {reason}" if outcome is Outcome.BROKEN else reason))


def _cut(body: bytes) -> bytes:
    """What is parsed of a file that is too long; half a line would be another rule: ``Disallow: /`` of ``/x``."""
    if len(body) <= MAX_BYTES:
        return body
    return body[:MAX_BYTES].rpartition(b"\n")[0]
