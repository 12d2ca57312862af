"""A chain of requests is followed to its end: items first, then the next request; what goes wrong ends one chain."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from scrapy import Request, Spider
from scrapy.core.downloader import Slot
from scrapy.settings import Settings

from scrapers.downloader import _turn
from scrapers.engine import ChainCrawler

HANDLERS = {"data": "scrapy.core.downloader.handlers.datauri.DataURIDownloadHandler", "http": None, "https": None}


class Kept:
    """A pipeline that tells what it gets, slowly enough for others to overtake if they could."""

    async def process_item(self, item: Any) -> Any:
        await asyncio.sleep(0.01)
        item["told"].append(item["name"])
        return item


class Told(Spider):
    """`plan`: from the text of an answer to what the callback yields."""

    name = "told"

    def __init__(self, plan: Callable[[Told, str], Iterator[Any]], starts: list[str], **options: Any) -> None:
        super().__init__(**options)
        self.plan, self.begin = plan, starts
        self.told: list[str] = []

    async def start(self) -> Any:
        for text in self.begin:
            yield self.ask(text)

    def ask(self, text: str, scheme: str = "data:,") -> Request:
        return Request(f"{scheme}{text}", self.parse, errback=self.failed, dont_filter=True)

    def item(self, name: str) -> dict[str, Any]:
        return {"told": self.told, "name": name}

    def parse(self, response: Any, **_: Any) -> Iterator[Any]:
        text = response.body.decode()
        self.told.append(f"<{text}>")
        yield from self.plan(self, text)

    def failed(self, failure: Any) -> Iterator[Any]:
        self.told.append(f"{type(failure.value).__name__} {failure.request.url}")
        yield self.item("after the failure")


def crawl(plan: Callable[[Told, str], Iterator[Any]], *starts: str, **changed: Any) -> list[str]:
    """What happened, in order."""
    made: list[Told] = []

    class Seen(Told):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            made.append(self)

    values = {
        "TWISTED_REACTOR_ENABLED": False, "DOWNLOADER": "scrapers.downloader.ChainDownloader", "LOG_ENABLED": False,
        "DOWNLOAD_HANDLERS": HANDLERS, "ITEM_PIPELINES": {Kept: 1}, "DOWNLOAD_DELAY_JITTER": 0,
        "REMOTE_CONTROL_ENABLED": False, **changed,
    }  # fmt: skip

    async def run() -> None:
        await asyncio.wait_for(ChainCrawler(Seen, Settings(values)).crawl_async(plan, list(starts)), 30)

    asyncio.run(run())
    return made[0].told


def test_items_are_done_before_the_next_request_of_the_chain() -> None:
    def plan(spider: Told, text: str) -> Iterator[Any]:
        yield spider.item(f"{text}1")
        if text == "a":
            yield spider.ask("b")
        yield spider.item(f"{text}2")

    assert crawl(plan, "a") == ["<a>", "a1", "a2", "<b>", "b1", "b2"]


def test_further_requests_become_chains_and_all_are_followed() -> None:
    def plan(spider: Told, text: str) -> Iterator[Any]:
        if len(text) < 3:
            yield from (spider.ask(text + each) for each in "xyz")

    told = crawl(plan, "a")
    assert len(told) == 1 + 3 + 9
    assert len(set(told)) == len(told)


def test_one_chain_at_a_time_where_there_is_room_for_one() -> None:
    def plan(spider: Told, text: str) -> Iterator[Any]:
        if len(text) == 1:
            yield spider.ask(text * 2)

    assert crawl(plan, "a", "b", CONCURRENT_REQUESTS=1) == ["<a>", "<aa>", "<b>", "<bb>"]


def test_an_error_ends_its_chain_and_no_other() -> None:
    def plan(spider: Told, text: str) -> Iterator[Any]:
        yield spider.item(text)
        if text == "a":
            raise ValueError("the spider's own")
        if text == "b":
            yield spider.ask("c")

    told = crawl(plan, "a", "b")
    assert sorted(told) == ["<a>", "<b>", "<c>", "a", "b", "c"]


def test_a_request_that_fails_reaches_its_errback_with_the_request() -> None:
    def plan(spider: Told, text: str) -> Iterator[Any]:
        yield spider.ask("//nowhere.example/", "gopher:")

    assert crawl(plan, "a") == ["<a>", "NotSupported gopher://nowhere.example/", "after the failure"]


def test_a_crawl_without_requests_ends() -> None:
    assert crawl(lambda spider, text: iter(())) == []


def test_turns_of_a_slot_lie_its_delay_apart_even_when_it_grows() -> None:
    slot = Slot(8, 0.05, 0)
    turns: list[float] = []

    async def ask() -> None:
        await _turn(slot)
        turns.append(time.monotonic())
        if len(turns) == 2:
            slot.delay = 0.15

    async def run() -> None:
        await asyncio.gather(*(ask() for _ in range(4)))

    asyncio.run(run())
    gaps = [later - earlier for earlier, later in pairwise(turns)]
    assert gaps[0] >= 0.049
    assert min(gaps[1:]) >= 0.149


def test_a_slot_has_no_more_on_their_way_than_it_may() -> None:
    slot = Slot(1, 0.0, 0)
    slot.transferring.add(Request("data:,x"))

    async def run() -> float:
        began = time.monotonic()
        asyncio.get_running_loop().call_later(0.1, slot.transferring.clear)
        await _turn(slot)
        return time.monotonic() - began

    assert asyncio.run(run()) >= 0.09
