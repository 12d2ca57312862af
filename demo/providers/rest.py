"""An interface of no vendor: contacts of the world behind every way to sign in and every way to page."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import json_answer
from demo.world.model import Answer

Json = dict[str, Any]
GRANT = "granted-for-an-hour"


@dataclass
class RestSimulator(Simulator):
    """`/contacts/<way of paging>`; `sign_in` is what a request must carry. `updated_since` leaves out what is older.

    `gone` are the keys of people that are not listed any more, `updated` when each was changed last (ISO 8601).
    """

    sign_in: str = "bearer"
    base: str = ""  # its own address, for links
    gone: set[str] = field(default_factory=set)
    updated: dict[str, str] = field(default_factory=dict)
    goes_in_circles: bool = False
    leads_away: bool = False

    def refusal(self, asked: Asked) -> Answer | None:
        """401 without what `sign_in` says."""
        given = asked.headers.get("authorization", "")
        basic = f"Basic {base64.b64encode(f'demo:{self.key}'.encode()).decode()}"
        right = {
            "none": True, "bearer": given == f"Bearer {self.key}",
            "header": asked.headers.get("x-demo-key") == self.key,
            "query": asked.one("demo_key") == self.key, "basic": given == basic,
            "client_credentials": given == f"Bearer {GRANT}" or asked.path == "/grant",
        }[self.sign_in]  # fmt: skip
        return None if right else json_answer({"error": "who are you?"}, 401)

    def answer(self, asked: Asked) -> Answer:
        """By path."""
        if asked.path == "/grant":
            return json_answer({"access_token": GRANT, "token_type": "Bearer", "expires_in": 3600})
        parts = asked.path.strip("/").split("/")
        if len(parts) != 2 or parts[0] != "contacts":
            return json_answer({"error": "no such list"}, 404)
        if not self.charge(1):
            return json_answer({"error": "Insufficient credits"}, 402)
        return self._listed(parts[1], asked)

    def contacts(self) -> list[Json]:
        """Everybody, in a fixed order, oldest change first."""
        found = [
            {
                "id": person.key, "updated_at": self.updated.get(person.key, "2026-01-01T00:00:00Z"),
                "name": person.name, "job": {"title": person.title}, "mails": [{"value": person.email}],
                "tel": person.phone, "firm": {"label": company.name, "site": f"https://www.{company.domain}/"},
            }
            for company in self.world for person in company.people if person.key not in self.gone
        ]  # fmt: skip
        return sorted(found, key=lambda each: (str(each["updated_at"]), str(each["id"])))

    def _listed(self, way: str, asked: Asked) -> Answer:
        since = asked.one("updated_since")
        found = [each for each in self.contacts() if str(each["updated_at"]) > since]
        size, here = asked.number("limit", 7), f"{self.base}/contacts/{way}"
        start = asked.number("offset", 0) or size * max(0, asked.number("page", 1) - 1) or asked.number("after", 0)
        shown, end = found[start : start + size], start + size
        more = end < len(found)
        if self.goes_in_circles:
            more, end = True, 0
        away = "http://127.0.0.1:9" if self.leads_away else here
        if way == "single":
            return json_answer(found)
        if way == "cursor":
            return json_answer({"data": shown, "meta": {"next": str(end) if more else None}})
        if way == "link":
            return json_answer({"data": shown, "next": f"{away}?after={end}" if more else None})
        if way == "header_link":
            return json_answer(shown, headers={"Link": f'<{away}?after={end}>; rel="next"'} if more else {})
        if way == "header_cursor":
            return json_answer(shown, headers={"X-Next": str(end)} if more else {})
        return json_answer({"data": shown, "total": len(found), "pages": -(-len(found) // size)})
