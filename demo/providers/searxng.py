"""A SearXNG instance that finds the world's sites by any of a query's words, portals and networks among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import json_answer
from demo.world.model import Answer

PER_PAGE = 5


@dataclass
class SearxngSimulator(Simulator):
    """`GET /search?q=&format=json&pageno=`; `allows_json` false: the format is switched off, as instances come.

    `portals` stand before the sites in every answer, and are nobody's.
    """

    allows_json: bool = True
    portals: tuple[str, ...] = ("https://www.portal.example/list",)

    def refusal(self, asked: Asked) -> Answer | None:
        """403 for a format that is switched off."""
        if asked.one("format") == "json" and not self.allows_json:
            return Answer(403, {}, b"<html>Forbidden</html>", "text/html")
        return None

    def answer(self, asked: Asked) -> Answer:
        """A page of results."""
        if asked.path != "/search" or not asked.one("q"):
            return Answer(400, {}, b"no query", "text/plain")
        words = asked.one("q").lower().split()
        found = [_result("https://www.linkedin.com/company/somebody", "Somebody | LinkedIn")]
        found += [_result(each, "All of them | Portal") for each in self.portals]
        for company in self.world:
            text = f"{company.name} {company.trade} {company.address.city}".lower()
            if any(word in text for word in words):
                site = f"http://{company.host(company.domain)}"  # the world speaks plain HTTP
                found.append(_result(f"{site}/", company.name))
                found.append(_result(f"{site}/contact", f"Contact | {company.name}"))
        start = PER_PAGE * (asked.number("pageno", 1) - 1)
        return json_answer({
            "query": asked.one("q"), "number_of_results": 0, "results": found[start : start + PER_PAGE], "answers": [],
            "corrections": [], "infoboxes": [], "suggestions": [], "unresponsive_engines": [],
        })  # fmt: skip


def _result(url: str, title: str) -> dict[str, Any]:
    return {"url": url, "title": title, "content": "", "engine": "demo", "engines": ["demo"], "category": "general"}
