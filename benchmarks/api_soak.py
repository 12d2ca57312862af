"""The API under reads, writes and streams for some minutes: what its memory and its connections do.

    python -m benchmarks.api_soak --minutes 10
    python -m benchmarks.api_soak --minutes 10 --leads 1000000 --platform FOLDER     # as `benchmarks.api_rates` kept it

Eight clients list, search, read, write and delete; sixteen streams stay open. Every ten seconds the memory of the
server's process and its connections to Postgres are counted. Steady is: the last third holds no more than a tenth above
the second third. The note has memory at the beginning and the end, and the slope of a straight line through all that
follows the first third, in MiB an hour: the first third fills caches and pools.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psutil
import requests
from psycopg.conninfo import conninfo_to_dict

from benchmarks.api_servers import API_APP, option, platform, served, token
from benchmarks.measure import Result
from leadhouse.settings import settings

CLIENTS, STREAMS, SAMPLE_SECONDS = 8, 16, 10.0
READS = (
    "/leads?pageSize=50", "/leads?pageSize=50&sortBy=leadScore", "/leads?pageSize=20&search=anna",
    "/leads?pageSize=50&status=qualified", "/campaigns", "/jobs", "/teams", "/lists", "/analytics/overview", "/me",
)  # fmt: skip
BARS = "▁▂▃▄▅▆▇█"


@dataclass
class _Seen:
    """What was answered, by status and by fault, and samples of the server: MiB and connections, one a sample."""

    answers: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)

    def count(self, answer: requests.Response) -> None:
        """An answer; one that is the server's fault with what was asked, and what it says."""
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            asked = f"{answer.request.method} {answer.request.path_url}"
            self.faults[f"{asked}: {answer.status_code} {answer.text[:300]}"] += 1


def run(minutes: float | None = None) -> list[Result]:
    """One line: memory of the last third against the second."""
    minutes = float(option("--minutes", "10")) if minutes is None else minutes
    seen = _Seen()
    with platform(int(option("--leads", "10000")), option("--platform", "")), served(API_APP) as api:
        tokens = {role: token(role) for role in ("manager", "rep")}
        stopped = threading.Event()
        roles = ["manager", "rep"] * (CLIENTS // 2)
        workers = [threading.Thread(target=_work, args=(api.url, tokens, role, seen, stopped)) for role in roles]
        workers += [threading.Thread(target=_listen, args=(api.url, tokens, stopped)) for _ in range(STREAMS)]
        for worker in workers:
            worker.daemon = True
            worker.start()
        _watch(api.process, tokens, seen, minutes * 60)
        stopped.set()
        for worker in workers:
            worker.join(30)
    return [_line(seen, minutes)]


def _line(seen: _Seen, minutes: float) -> Result:
    memory, third = seen.memory, max(1, len(seen.memory) // 3)
    before, after = statistics.median(memory[third : 2 * third] or memory), statistics.median(memory[-third:])
    failed = sum(count for status, count in seen.answers.items() if status >= 500)
    refused = sum(count for status, count in seen.answers.items() if 400 <= status < 500)
    note = (
        f"{minutes:g} min, {CLIENTS} clients, {sum(seen.answers.values()):,} answers, {refused} of them 4xx, "
        f"{failed} 5xx, {STREAMS} streams; {memory[0]:.0f} MiB at first, {memory[-1]:.0f} at last, "
        f"{slope(memory[third:]) * 3600 / SAMPLE_SECONDS:+.1f} MiB an hour after the first third; {plot(memory)} MiB; "
        f"at most {max(seen.connections)} connections to Postgres"
    )
    for fault, count in seen.faults.items():
        sys.stdout.write(f"{count} x {fault}\n")
    return Result("API: memory", after, before, "its second third", "MiB", after / before, "<= 1.1", note)


def slope(values: list[float]) -> float:
    """Of the straight line with the least squares, a value: 0 for fewer than two."""
    if len(values) < 2:
        return 0.0
    return statistics.linear_regression(range(len(values)), values).slope


def plot(values: list[float]) -> str:
    """The course of the values in bars, with the least and the most."""
    low, high = min(values), max(values)
    width = (high - low) or 1.0
    bars = "".join(BARS[round((value - low) / width * (len(BARS) - 1))] for value in values)
    return f"{bars} {low:.0f} to {high:.0f}"


def _watch(process: psutil.Process, tokens: dict[str, str], seen: _Seen, seconds: float) -> None:
    """A sample at once and one each time after; fresh access tokens, since one lives ten minutes."""
    began = time.monotonic()
    url = settings().api_url
    port = int(conninfo_to_dict(url.get_secret_value() if url else "")["port"] or 5432)
    while True:
        seen.memory.append(process.memory_info().rss / 2**20)
        seen.connections.append(sum(_goes_to(each, port) for each in process.net_connections("tcp")))
        left = began + seconds - time.monotonic()
        sys.stdout.write(f"\r{seen.memory[-1]:.0f} MiB after {seconds - left:.0f} s ")
        sys.stdout.flush()
        if left <= 0:
            break
        time.sleep(min(SAMPLE_SECONDS, left))
        tokens |= {role: token(role) for role in tokens}
    sys.stdout.write("\n")


def _goes_to(connection: Any, port: int) -> bool:
    return bool(connection.raddr) and connection.raddr.port == port


def _work(url: str, tokens: dict[str, str], role: str, seen: _Seen, stopped: threading.Event) -> None:
    session = requests.Session()
    while not stopped.is_set():
        headers = {"Authorization": f"Bearer {tokens[role]}"}
        for path in READS:
            seen.count(session.get(f"{url}/api/v1{path}", headers=headers, timeout=60))
        for path, body in _writes():
            made = session.post(f"{url}/api/v1{path}", json=body, headers=headers, timeout=60)
            seen.count(made)
            gone = made.json().get("leadId") or made.json().get("listId") if made.ok else None
            if gone:
                kind = "leads" if "leadId" in made.json() else "lists"
                answer = session.delete(f"{url}/api/v1/{kind}/{gone}", headers=headers, timeout=60)
                seen.count(answer)
        stopped.wait(0.05)


def _writes() -> list[tuple[str, dict[str, Any]]]:
    """A list, a lead and a batch of events, each new."""
    word = uuid4().hex
    lead = {"fullName": f"Nora {word[:12]}", "emailNormalized": f"nora@{word}.example", "title": "Buyer"}
    page = {"eventType": "page", "eventName": "leads opened", "sessionId": word}
    return [("/lists", {"name": word}), ("/leads/create", lead), ("/usage-events", {"events": [page] * 20})]


def _listen(url: str, tokens: dict[str, str], stopped: threading.Event) -> None:
    while not stopped.is_set():
        headers = {"Authorization": f"Bearer {tokens['manager']}"}
        try:
            with requests.get(f"{url}/api/v1/events", headers=headers, stream=True, timeout=(10, 40)) as answer:
                for _ in answer.iter_lines():
                    if stopped.is_set():
                        return
        except requests.RequestException:
            stopped.wait(1.0)


def main() -> None:
    """`--minutes N`; prints the line of the report."""
    for result in run():
        sys.stdout.write(f"{result.name}: {result.ours:.1f} against {result.peer:.1f} {result.unit}, ")
        sys.stdout.write(f"{result.ratio:.3f} ({result.aim})\n{result.note}\n")


if __name__ == "__main__":
    main()
