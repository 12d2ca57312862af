"""Starting Scrapy: one crawl in this process, and dying with the parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from typing import Any

from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings
from scrapy.spiders import Spider
from twisted.internet.defer import Deferred

from scrapers.engine import ChainCrawler

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """The kernel kills this process when its parent dies (prctl(2), Linux); exits at once if that has happened.

    Elsewhere the lease is what stops an orphan: landing refuses it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            raise SystemExit("the process that started this crawl is gone")


def run_spider(spider: type[Spider], pipeline: str, **arguments: Any) -> None:
    """Crawl to the end; blocks. `arguments` go to the spider: objects in Scrapy's settings would be copied."""
    run_spiders([(spider, arguments)], pipeline)


def run_spiders(crawls: Iterable[tuple[type[Spider], dict[str, Any]]], pipeline: str) -> None:
    """Spiders with their arguments, one after the other in this process; blocks. The first failure ends them."""
    settings = Settings()
    settings.setmodule("scrapers.settings", priority="project")
    settings.set("ITEM_PIPELINES", {pipeline: 100}, priority="cmdline")
    process = CrawlerProcess(settings)
    failures: list[Any] = []

    async def one_after_the_other() -> None:
        for number, (spider, arguments) in enumerate(crawls):
            crawler = ChainCrawler(spider, settings, init_reactor=number == 0)
            await process.crawl(crawler, **arguments)

    Deferred.fromCoroutine(one_after_the_other()).addErrback(failures.append)
    # Scrapy's own handlers end a crawl that is asked to stop as if it were complete: pages would be lost. Killed by
    # the signal, it is known as unfinished and resumes.
    process.start(install_signal_handlers=False)
    if failures:
        failures[0].raiseException()
