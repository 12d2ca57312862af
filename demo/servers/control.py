"""The world's own switchboard: health, the day, the access log; and a page that no crawler may ever read."""

from __future__ import annotations

from collections.abc import Callable

from demo.servers.access_log import AccessLog
from demo.servers.sites import INTERNAL_MARKER
from demo.servers.wire import HttpRequest, json_answer
from demo.world.generator import World
from demo.world.model import Answer


class Control:
    """`GET /health`, `POST /day {"day": n}`, `GET /log?host=&since=`, `GET /admin` (recorded as a leak)."""

    def __init__(self, world: World, log: AccessLog, change_day: Callable[[int], World]) -> None:
        self.world = world
        self._log = log
        self._change_day = change_day

    async def handle(self, request: HttpRequest) -> Answer:
        """One request."""
        if request.path == "/health":
            world = self.world
            return json_answer({"status": "ok", "seed": world.seed, "companies": world.companies, "day": world.day})
        if request.path == "/day" and request.method == "POST":
            return self._set_day(request)
        if request.path == "/log":
            return self._entries(request)
        if request.path == "/admin":
            self._log.add("internal", request.method, "/admin", 200, 0, request.headers)
            return Answer(200, body=INTERNAL_MARKER.encode(), content_type="text/plain")
        return json_answer({"error": "no such page"}, 404)

    def _set_day(self, request: HttpRequest) -> Answer:
        try:
            day = request.json()["day"]
        except (ValueError, KeyError, TypeError):
            day = None
        if not isinstance(day, int) or isinstance(day, bool) or not 0 <= day <= 3650:
            return json_answer({"error": 'send {"day": n} with 0 <= n <= 3650'}, 422)
        self.world = self._change_day(day)
        return json_answer({"day": day})

    def _entries(self, request: HttpRequest) -> Answer:
        try:
            since = float(request.query.get("since", "0"))
        except ValueError:
            return json_answer({"error": "since: seconds since the epoch"}, 422)
        return json_answer(self._log.of(request.query.get("host", ""), since))
