"""An Overpass server whose map is the world: businesses by tag, place and country."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import HttpRequest, json_answer
from demo.world.model import Answer, Company


@dataclass
class OverpassSimulator(Simulator):
    """`POST /api/interpreter` with the query in the form field `data`; every company is an ``office=company``.

    `gives_up`: a query runs out of time, which the server says in a remark beside the elements it had.
    """

    gives_up: bool = False
    query: str = ""

    async def handle(self, request: HttpRequest) -> Answer:
        """Reads the form before anything else."""
        self.query = (parse_qs(request.body.decode("utf-8", "replace")).get("data") or [""])[0]
        return await super().handle(request)

    def refusal(self, asked: Asked) -> Answer | None:
        """Everybody may ask."""
        return None

    def busy(self) -> Answer:
        """A page for people, as the real one."""
        return Answer(429, {"Retry-After": "0"}, b"<html>Too many requests</html>", "text/html")

    def answer(self, asked: Asked) -> Answer:
        """The elements of a query that is of the form our connector writes; 400 for any other."""
        if asked.method != "POST" or not asked.path.endswith("/interpreter"):
            return Answer(404, {}, b"not found", "text/plain")
        if self.query == "[out:json][timeout:5];out count;":
            return json_answer({"version": 0.6, "elements": [{"type": "count", "id": 0, "tags": {"total": "0"}}]})
        wanted = re.search(r'nwr\["([^"]+)"(?:="([^"]+)")?\]', self.query)
        if not self.query.startswith("[out:json]") or wanted is None or "out tags center" not in self.query:
            return Answer(400, {}, b"<html>parse error</html>", "text/html")
        country = re.search(r'"ISO3166-1"="([A-Z]{2})"', self.query)
        place = re.search(r'rel\["name"="([^"]+)"\]', self.query)
        found = [
            _element(each)
            for each in self.world
            if (country is None or each.country == country[1]) and (place is None or each.address.city == place[1])
            and wanted[1] == "office" and wanted[2] in (None, "company")
        ]  # fmt: skip
        payload: dict[str, Any] = {"version": 0.6, "generator": "Overpass API", "elements": found}
        if self.gives_up:
            payload |= {"elements": found[:1], "remark": 'runtime error: Query timed out in "query" at line 1'}
        return json_answer(payload)


def _element(company: Company) -> dict[str, Any]:
    address = company.address
    return {
        "type": "node", "id": 1_000_000 + company.index, "lat": 50.0, "lon": 10.0,
        "tags": {
            "office": "company", "name": company.name, "contact:website": f"http://{company.host(company.domain)}/",
            "phone": company.phone, "addr:street": address.street.rpartition(" ")[0] or address.street,
            "addr:housenumber": address.street.rpartition(" ")[2], "addr:postcode": address.postal_code,
            "addr:city": address.city,
        },
    }  # fmt: skip
