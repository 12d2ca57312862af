"""A crawl by two shards and by two runs at once, judged by an oracle that sees only the servers' log."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from demo import politeness
from leadhouse.jobs import leases
from leadhouse.jobs.crawl import run_shard
from leadhouse.settings import settings
from scrapers.base.answers import HostBusyError
from scrapers.base.host_leases import HostLeases
from tests.scrapers.conftest import Answer, Crawl, Web

DELAY = 0.4
TEXT = {"Content-Type": "text/plain"}


def entry(at: float, path: str = "/x", **fields: Any) -> dict[str, Any]:
    return {"time": at, "host": "a.example", "path": path, "status": 200, "seconds": 0.0, **fields}


ROBOTS = entry(0.0, "/robots.txt", robots="User-agent: *\nDisallow: /private\nCrawl-delay: 2\n")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([ROBOTS, entry(2.0), entry(2.9)], "3 requests in 2.90 s with a delay of 2.0 s"),
        ([ROBOTS, *(entry(1.7 * i) for i in range(1, 12))], "with a delay of 2.0 s"),
        ([ROBOTS, entry(2.0, seconds=5.0), entry(4.1)], "was asked while /x was being answered"),
        (
            [ROBOTS, entry(2.0), entry(4.0, host="www.a.example", seconds=9.0), entry(6.0)],
            "while /x was being answered",
        ),
        ([entry(0.0), {**ROBOTS, "time": 3.0}], "/x was asked before robots.txt"),
        ([ROBOTS, entry(2.0, "/private/x")], "/private/x is forbidden"),
        ([ROBOTS, entry(2.0, retry_after="9"), entry(6.0)], "4.00 s after a Retry-After of 9.0 s"),
    ],
)
def test_the_oracle_sees_each_rudeness(entries: list[dict[str, Any]], said: str) -> None:
    assert said in politeness.violations(entries, 1.0)[0]


def test_the_oracle_lets_a_polite_crawl_pass() -> None:
    entries = [ROBOTS, entry(2.0, retry_after="9"), *(entry(11.0 + 2 * i) for i in range(10))]
    assert politeness.violations(entries, 1.0) == []
    assert politeness.rates(entries, 1.0)["a.example"] == pytest.approx(1.0)


def build(web: Web) -> list[str]:
    """Five sites: two plain ones, one with a delay of its own, one with rules, one that asks for a pause."""
    hosts = [f"{name}.example" for name in ("plain", "quick", "slow", "ruled", "tired")]
    for host in hosts:
        web.site(host, pages=10)
    web.routes["slow.example", "/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.8\n", headers=TEXT)
    web.routes["ruled.example", "/robots.txt"] = Answer(b"User-agent: *\nDisallow: /page-a\n", headers=TEXT)
    for host in ("plain.example", "quick.example", "tired.example"):
        web.routes[host, "/robots.txt"] = Answer(b"User-agent: *\nDisallow:\n", headers=TEXT)
    page, asked = web.routes["tired.example", "/page-ac"], []

    def tire(_: dict[str, str]) -> Answer:
        asked.append(1)
        assert isinstance(page, Answer)
        return Answer(b"later", 503, {"Retry-After": "2"}) if len(asked) == 1 else page

    web.routes["tired.example", "/page-ac"] = tire
    web.routes["leads-on.example", "/"] = Answer(b"", 301, {"Location": "http://www.plain.example/"})
    for (host, path), route in list(web.routes.items()):
        if host == "plain.example":
            web.routes[f"www.{host}", path] = route
    return hosts


@contextmanager
def lateness() -> Iterator[dict[str, float]]:
    """How late this machine is meanwhile: the most seconds, and the share of a rate of one a delay that is reached."""
    late, is_over, started, times = {"most": 0.0, "rate": 1.0}, threading.Event(), time.monotonic(), 0

    def sleep() -> None:
        nonlocal times
        while not is_over.is_set():
            began = time.monotonic()
            time.sleep(DELAY / 4)
            late["most"] = max(late["most"], time.monotonic() - began - DELAY / 4)
            times += 1

    thread = threading.Thread(target=sleep)
    thread.start()
    yield late
    is_over.set()
    thread.join()
    late["rate"] = min(1.0, times * DELAY / 4 / (time.monotonic() - started))


@pytest.mark.slow
def test_shards_and_runs_at_once_are_polite_and_nearly_as_fast_as_they_may(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", str(DELAY))
    settings.cache_clear()
    hosts = build(crawl.web)
    first, second = crawl.plan(*hosts, count=2), crawl.plan("www.plain.example", "leads-on.example", "quick.example")
    threads = [threading.Thread(target=run_shard, args=(first, number, "first")) for number in (0, 1)]
    with lateness() as late:
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 60
        while len({host for host, *_ in crawl.web.asked}) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        counts = run_shard(second, 0, "second")
        for thread in threads:
            thread.join(120)
        third = crawl.plan(*hosts)
        run_shard(third, 0, "third")  # at once after the first: the hosts' pauses carry over
    assert politeness.violations(crawl.web.log, DELAY, late["most"]) == []
    assert counts["busy"] >= 1
    assert crawl.outcome("web/leads-on.example")[0] == "fetched"  # after the other crawl has left the host
    assert "/contact" in crawl.web.paths("ruled.example")
    reached = politeness.rates([each for each in crawl.web.log if each["host"] == "quick.example"][:13], DELAY)
    assert reached["quick.example"] >= 0.9 * late["rate"]


def test_a_host_that_another_crawl_keeps_is_not_asked(crawl: Crawl) -> None:
    job_id = crawl.plan("one.example", "two.example", count=2)
    one, two = (leases.lease_shard(job_id, number, "run") for number in (0, 1))
    ours, theirs = HostLeases(one, ["one.example"], 0.1), HostLeases(two, [], 0.1)
    assert leases.lease_hosts(one, ["one.example"]) == ["one.example"]
    assert asyncio.run(ours.take("one.example")) == 0.0
    with pytest.raises(HostBusyError, match="host_busy: another crawl asks one"):
        asyncio.run(theirs.take("one.example"))
    ours.release("one.example", 30)
    waiting = HostLeases(two, [], 30)
    assert 20 < asyncio.run(waiting.take("one.example")) - time.monotonic() <= 30
    assert leases.renew(one)
    with pytest.raises(HostBusyError):
        asyncio.run(ours.take("one.example"))


def test_a_pause_that_is_too_long_holds_for_the_next_run(crawl: Crawl) -> None:
    crawl.web.site("closed.example", pages=2)
    crawl.web.routes["closed.example", "/contact"] = Answer(b"", 503, {"Retry-After": "7200"})
    crawl.web.routes["shut.example", "/robots.txt"] = Answer(b"", 429, {"Retry-After": "7200"})
    run_shard(crawl.plan("closed.example", "shut.example"), 0, "first")
    assert crawl.outcome("web/shut.example")[:2] == ("blocked", "robots_http_429")
    assert crawl.web.paths("closed.example")[-1] == "/contact"  # no page was guessed after it
    asked = len(crawl.web.asked)
    run_shard(crawl.plan("closed.example"), 0, "second")
    assert len(crawl.web.asked) == asked
    outcome, reason, _ = crawl.outcome("web/closed.example")
    assert outcome == "blocked"
    assert reason is not None
    assert reason.startswith("postponed: the host asked for a pause until ")


def test_hosts_are_given_back_together_and_taken_again_meanwhile(crawl: Crawl) -> None:
    hosts = ["one.example", "two.example", "three.example"]
    lease = leases.lease_shard(crawl.plan(*hosts), 0, "run")
    leases.lease_hosts(lease, hosts)
    held = HostLeases(lease, hosts)

    async def visit() -> float:
        for host, delay in zip(hosts, (100, 200, 300), strict=True):
            held.release(host, delay)
        return await held.take("two.example") - time.monotonic()  # another site leads there: its pause holds

    assert 100 < asyncio.run(visit()) <= 200
    held.close()
    rows = crawl.rows(
        "select host, leased_until > clock_timestamp() as is_held,"
        " round(extract(epoch from next_request_at - clock_timestamp()) / 100) as wait from app.host_leases"
    )
    found = {row["host"]: (row["is_held"], row["wait"]) for row in rows}
    assert found == {"one.example": (False, 1), "three.example": (False, 3), "two.example": (True, None)}
