"""The API under reads, writes and streams for some minutes: what its memory and its connections do.

    python -m benchmarks.api_soak --minutes 10

Four clients list, read, write and delete; sixteen streams stay open. Every ten seconds the memory of the server's
process is read. Steady is: the last third holds no more than a tenth above the second third.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections import Counter
from uuid import uuid4

import psutil
import requests

from benchmarks.api_rates import _platform, _served, _token
from benchmarks.measure import Result

CLIENTS, STREAMS, SAMPLE_SECONDS = 4, 16, 10.0
LEADS = 10_000
BARS = "▁▂▃▄▅▆▇█"


def run(minutes: float = 10.0) -> list[Result]:
    """One line: memory of the last third against the second."""
    answers: Counter[int] = Counter()
    with _platform(LEADS), _served("_api_app") as api:
        tokens = [_token("manager")]
        stopped = threading.Event()
        workers = [threading.Thread(target=_work, args=(api.url, tokens, answers, stopped)) for _ in range(CLIENTS)]
        workers += [threading.Thread(target=_listen, args=(api.url, tokens, stopped)) for _ in range(STREAMS)]
        for worker in workers:
            worker.daemon = True
            worker.start()
        memory = _watch(api.process, tokens, minutes * 60)
        stopped.set()
        for worker in workers:
            worker.join(30)
    third = max(1, len(memory) // 3)
    before, after = statistics.median(memory[third : 2 * third] or memory), statistics.median(memory[-third:])
    answered, failed = sum(answers.values()), sum(count for status, count in answers.items() if status >= 500)
    note = f"{minutes:g} min, {answered:,} answers, {failed} of them 5xx, {STREAMS} streams; {plot(memory)} MiB"
    return [Result("API: memory", after, before, "its second third", "MiB", after / before, "<= 1.1", note)]


def plot(values: list[float]) -> str:
    """The course of the values in bars, with the least and the most."""
    low, high = min(values), max(values)
    width = (high - low) or 1.0
    bars = "".join(BARS[round((value - low) / width * (len(BARS) - 1))] for value in values)
    return f"{bars} {low:.0f} to {high:.0f}"


def _watch(process: psutil.Process, tokens: list[str], seconds: float) -> list[float]:
    """Memory in MiB, a figure a sample; a fresh access token each time, since one lives ten minutes."""
    found: list[float] = []
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(SAMPLE_SECONDS, left))
        found.append(process.memory_info().rss / 2**20)
        tokens[0] = _token("manager")
        sys.stdout.write(f"\r{found[-1]:.0f} MiB after {seconds - max(0.0, left - SAMPLE_SECONDS):.0f} s ")
        sys.stdout.flush()
    sys.stdout.write("\n")
    return found


def _work(url: str, tokens: list[str], answers: Counter[int], stopped: threading.Event) -> None:
    session = requests.Session()
    while not stopped.is_set():
        headers = {"Authorization": f"Bearer {tokens[0]}"}
        for path in ("/leads?pageSize=50", "/leads?pageSize=20&search=a", "/campaigns", "/jobs", "/analytics/overview"):
            answers[session.get(f"{url}/api/v1{path}", headers=headers, timeout=60).status_code] += 1
        made = session.post(f"{url}/api/v1/teams", json={"name": uuid4().hex}, headers=headers, timeout=60)
        answers[made.status_code] += 1
        if made.ok:
            gone = session.delete(f"{url}/api/v1/teams/{made.json()['teamId']}", headers=headers, timeout=60)
            answers[gone.status_code] += 1
        stopped.wait(0.05)


def _listen(url: str, tokens: list[str], stopped: threading.Event) -> None:
    while not stopped.is_set():
        headers = {"Authorization": f"Bearer {tokens[0]}"}
        try:
            with requests.get(f"{url}/api/v1/events", headers=headers, stream=True, timeout=(10, 40)) as answer:
                for _ in answer.iter_lines():
                    if stopped.is_set():
                        return
        except requests.RequestException:
            stopped.wait(1.0)


def main() -> None:
    """`--minutes N`; prints the line of the report."""
    minutes = float(sys.argv[sys.argv.index("--minutes") + 1]) if "--minutes" in sys.argv else 10.0
    for result in run(minutes):
        sys.stdout.write(f"{result.name}: {result.ours:.1f} against {result.peer:.1f} {result.unit}, ")
        sys.stdout.write(f"{result.ratio:.3f} ({result.aim})\n{result.note}\n")


if __name__ == "__main__":
    main()
