"""The web of the world behind an HTTP forward proxy (absolute-form targets; origin-form is answered by Host)."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from demo.servers.access_log import AccessLog
from demo.servers.wire import HttpRequest
from demo.world.answers import Request, respond
from demo.world.generator import Site, World
from demo.world.model import Answer, Quirk

FREE_REQUESTS = 3  # a rate-limited site answers so many, then asks for a pause
PAUSE_SECONDS = 2
INTERNAL_MARKER = "internal-only: no crawler may read this"


@dataclass(slots=True)
class Throttle:
    """State of one rate-limited host."""

    answered: int = 0
    closed_until: float = 0.0


class SiteServer:
    """Answers for every host of the world; `world` may be exchanged for another day at any time."""

    def __init__(self, world: World, log: AccessLog, internal_url: str = "http://127.0.0.1:9/admin") -> None:
        self.world = world
        self.log = log
        self.internal_url = internal_url
        self._throttles: dict[str, Throttle] = {}

    async def handle(self, request: HttpRequest) -> Answer:
        """One proxied request."""
        host, path, query = _split(request)
        answer = self._answer(request, host, path, query)
        shown = f"{path}?{query}" if query else path
        asked = answer.headers.get("Retry-After")
        is_robots = path == "/robots.txt" and answer.status == 200
        robots = answer.body.decode("utf-8", "replace") if is_robots and isinstance(answer.body, bytes) else None
        self.log.add(host, request.method, shown, answer.status, len(answer.body), request.headers, asked, robots)
        return answer

    def _answer(self, request: HttpRequest, host: str, path: str, query: str) -> Answer:
        if request.method == "CONNECT":
            return Answer(502, body=b"the demo world speaks plain HTTP\n", content_type="text/plain")
        if request.method not in {"GET", "HEAD"}:
            return Answer(405, {"Allow": "GET, HEAD"})
        if _is_internal(host):
            return Answer(200, body=INTERNAL_MARKER.encode(), content_type="text/plain")
        return self._throttled(host, path) or respond(
            self.world, Request(host, path, query, request.headers, self.internal_url)
        )

    def _throttled(self, host: str, path: str) -> Answer | None:
        """429 with Retry-After once after the free requests; asking again too early starts the pause anew."""
        place = self.world.locate(host)
        limited = isinstance(place, Site) and place.company.quirk is Quirk.RATE_LIMITED
        if not limited or path == "/robots.txt":
            return None
        state, now = self._throttles.setdefault(host, Throttle()), time.monotonic()
        state.answered += 1
        if state.answered == FREE_REQUESTS + 1 or now < state.closed_until:
            state.closed_until = now + PAUSE_SECONDS
            return Answer(429, {"Retry-After": str(PAUSE_SECONDS)}, b"slow down\n", "text/plain")
        return None

    def change_day(self, day: int) -> None:
        """Another night: throttles start afresh."""
        self.world = self.world.at(day)
        self._throttles.clear()


def _split(request: HttpRequest) -> tuple[str, str, str]:
    """Host without port 80, path and query."""
    if request.method == "CONNECT":
        return request.target.lower(), "", ""
    parts = urlsplit(request.target)
    netloc = parts.netloc or request.headers.get("host", "")
    return netloc.rpartition("@")[2].lower().removesuffix(":80"), parts.path or "/", parts.query


def _is_internal(host: str) -> bool:
    """Whether a host is written as an address that a crawler must not ask for."""
    name = host if host.count(":") > 1 else host.partition(":")[0]
    try:
        return not ipaddress.ip_address(name.strip("[]")).is_global
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
