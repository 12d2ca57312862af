"""How many requests a second the API answers, against an endpoint of FastAPI that does nothing.

    python -m benchmarks.api_rates --leads 10000          # three minutes; without the number, a million leads
    python -m benchmarks.api_rates --leads 10000 --only teams
    python -m benchmarks.api_rates --platform FOLDER      # the million leads are made once and kept in the folder

Both run under uvicorn in a process of their own, asked in turn by eight clients that ask again as soon as they have
their answer, over kept connections. Everything runs under the policies of a member, over a generated platform. The note
of a line has the CPU an answer cost in the server's process and in Postgres, and the clients' share of a core: one near
1 says that the clients were the limit. Of writes that share is what counts: a rate depends on how many cores there are.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from datetime import timedelta

import requests

from benchmarks.api_clients import CLIENTS, Asked, measure
from benchmarks.api_servers import API_APP, EMPTY_APP, Server, option, platform, served, token
from benchmarks.lead_platform import AT, ORGANIZATION
from benchmarks.measure import Result
from leadhouse.api.shapes import make_cursor

ROUNDS = 4
BATCH = 100
LIST_AIM = ">= 0.2, p95 < 50 ms"


def _events(number: int) -> bytes:
    """A batch of what people did in the product."""
    page = {"eventType": "page", "eventName": "leads opened", "sessionId": f"session-{number}"}
    return json.dumps({"events": [{**page, "properties": {"place": place}} for place in range(BATCH)]}).encode()


def _lead(number: int) -> bytes:
    """A person nobody knows yet."""
    name, domain = f"Nora Neuling{number}", f"neuling{number}.example"
    facts = {
        "fullName": name,
        "title": "Buyer",
        "emailNormalized": f"nora@{domain}",
        "companyName": f"Neuling {number}",
    }
    return json.dumps({**facts, "domain": domain}).encode()


def _place(number: int) -> str:
    """A page behind a place of its own, half a minute from the next one's: nobody has read it before."""
    place = AT - timedelta(seconds=number % 1_000_000 * 31)
    return f"/api/v1/leads?pageSize=50&cursor={make_cursor('createdAt', 'desc', place, ORGANIZATION)}"


# The first two are asked again and again: a page that was read stays until a lead on it changes. The third is not.
LISTS = {
    "leads, newest": Asked("/api/v1/leads?pageSize=50"),
    "leads, newest, behind a cursor": Asked("/api/v1/leads?pageSize=50&cursor={cursor}"),
    "leads, newest, each page once": Asked(_place),
    "teams": Asked("/api/v1/teams?pageSize=50"),
}
OTHERS = {
    "search of a name": (Asked("/api/v1/leads?pageSize=20&search=anna+rosenbach"), 1),
    "intake of events": (Asked("/api/v1/usage-events", _events), BATCH),
    "entering a lead": (Asked("/api/v1/leads/create", _lead), 1),
}


def run() -> list[Result]:
    """A line for each list and role, then one for search, intake and entering each."""
    leads, only = int(option("--leads", "1000000")), option("--only", "")
    with (
        platform(leads, option("--platform", "")) as postgres,
        served(EMPTY_APP) as empty,
        served(API_APP, postgres) as api,
    ):
        tokens = {role: token(role) for role in ("manager", "rep")}
        lists = [
            _compare(f"API: {name} ({role})", api, _placed(api, asked, shown), shown, empty, leads)
            for name, asked in LISTS.items()
            if only in name
            for role, shown in tokens.items()
        ]
        return lists + [
            _cost(f"API: {name}", api, asked, tokens["manager"], rows, leads)
            for name, (asked, rows) in OTHERS.items()
            if only in name
        ]


def _compare(name: str, api: Server, asked: Asked, shown: str, empty: Server, leads: int) -> Result:
    rounds = [
        (measure(api, asked, shown, number * 10_000), measure(empty, Asked("/empty"), shown))
        for number in range(ROUNDS + 1)
    ]
    ours, peer = zip(*rounds[1:], strict=True)  # the first round warms up
    rate, bare = (statistics.median(each.rate for each in side) for side in (ours, peer))
    p50, p95 = _quantiles([time for each in ours for time in each.times])
    cpu, floor = (statistics.median(each.cpu for each in side) * 1000 for side in (ours, peer))
    postgres = statistics.median(each.postgres_cpu for each in ours) * 1000
    clients = max(each.clients for each in (*ours, *peer))
    note = (
        f"p50 {p50:.1f}, p95 {p95:.1f} ms, {CLIENTS} clients, {leads:,} leads; CPU an answer: server {cpu:.2f} ms "
        f"(the empty endpoint {floor:.2f}), Postgres {postgres:.2f}; clients at most {clients:.2f} of a core, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    return Result(name, rate, bare, "an empty FastAPI endpoint", "answers/s", rate / bare, LIST_AIM, note)


def _cost(name: str, api: Server, asked: Asked, shown: str, rows: int, leads: int) -> Result:
    """CPU of server and Postgres together for an answer, or a row of it where one has several."""
    first = time.time_ns() // 1_000_000  # a kept platform has the leads of earlier runs
    rounds = [measure(api, asked, shown, first + 1_000_000 * number) for number in range(ROUNDS + 1)][1:]
    p50, p95 = _quantiles([time for each in rounds for time in each.times])
    server, postgres = (
        statistics.median(each) * 1000 / rows
        for each in ([each.cpu for each in rounds], [each.postgres_cpu for each in rounds])
    )
    rate = statistics.median(each.rate for each in rounds) * rows
    unit = "ms CPU" if rows == 1 else "ms CPU/row"
    note = (
        f"{rate:,.0f} a second, p50 {p50:.1f}, p95 {p95:.1f} ms, {CLIENTS} clients, {leads:,} leads, "
        f"batches of {rows}, load {os.getloadavg()[0]:.1f}; ours is server and Postgres, the peer Postgres alone"
    )
    both = server + postgres
    return Result(name, both, postgres, "its share in Postgres", unit, both / postgres, "", note)


def _quantiles(seconds: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds."""
    return statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000


def _placed(api: Server, asked: Asked, shown: str) -> Asked:
    """The same, with the cursor behind its tenth page where it wants one."""
    path, cursor = asked.path, ""
    if not isinstance(path, str) or "{cursor}" not in path:
        return asked
    for _ in range(10):
        page = path.replace("&cursor={cursor}", f"&cursor={cursor}" if cursor else "")
        found = requests.get(f"{api.url}{page}", headers={"Authorization": f"Bearer {shown}"}, timeout=60).json()
        cursor = found["pagination"]["nextCursor"] or cursor
    return Asked(path.replace("{cursor}", cursor))


def main() -> None:
    """Print the lines of the report."""
    for result in run():
        sys.stdout.write(f"{result.name}: {result.ours:.2f} against {result.peer:.2f} {result.unit}, ")
        sys.stdout.write(f"{result.ratio:.3f} ({result.aim or 'no aim'})\n  {result.note}\n")


if __name__ == "__main__":
    main()
