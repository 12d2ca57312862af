"""robots.txt as RFC 9309 says: 4xx means no rules, an unreachable file means stay away."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

from leadhouse.records import Outcome

MAX_BYTES = 512 * 1024  # 2.5: at least 500 KiB are parsed
MAX_REDIRECTS = 5  # 2.3.1.2
MAX_CRAWL_DELAY = 30.0


@dataclass(frozen=True)
class Rules:
    """The rules of one origin. `closed` is the outcome (and reason) of every page where the file was unreachable."""

    parsed: Protego | None = None
    closed: tuple[Outcome, str] | None = None

    def allows(self, url: str, user_agent: str) -> bool:
        """Whether the URL may be asked for."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, user_agent))

    def crawl_delay(self, user_agent: str) -> float:
        """Seconds between two requests that the file asks for, 0 when it says nothing."""
        delay = self.parsed.crawl_delay(user_agent) if self.parsed else None
        return min(float(delay or 0), MAX_CRAWL_DELAY)

    def sitemaps(self) -> list[str]:
        """The Sitemap lines."""
        return list(self.parsed.sitemaps) if self.parsed else []


def read(status: int, body: bytes) -> Rules:
    """The rules that an answer stands for. Redirects are followed before, see MAX_REDIRECTS."""
    if 200 <= status < 300:
        return Rules(Protego.parse(body[:MAX_BYTES].decode("utf-8", "replace")))
    if status == 429:  # an explicit wish to be left alone, not the absence of rules
        return Rules(closed=(Outcome.BLOCKED, "robots_http_429"))
    if 300 <= status < 500:  # 2.3.1.3: unavailable
        return Rules()
    return Rules(closed=(Outcome.BROKEN, f"robots_unreachable: http_{status}"))


def unreachable(outcome: Outcome, reason: str) -> Rules:
    """2.3.1.4: no answer at all."""
    return Rules(closed=(outcome, f"robots_unreachable: {reason}" if outcome is Outcome.BROKEN else reason))
