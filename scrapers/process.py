"""Starting Scrapy: the crawls of this process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.spiders import Spider

from leadhouse.settings import settings as installation
from scrapers.engine import ChainCrawler

_YOUNG_OBJECTS = 10_000  # a page makes some thousands, which go when it is read: the default looks at them every 700


def run_spider(spider: type[Spider], pipeline: str, **arguments: Any) -> None:
    """Crawl to the end; blocks. `arguments` go to the spider: objects in Scrapy's settings would be copied."""
    run_spiders([(spider, arguments)], pipeline)


def run_spiders(crawls: Iterable[tuple[type[Spider], dict[str, Any]]], pipeline: str) -> None:
    """Spiders with their arguments, one after the other in this process; blocks. The first failure ends them."""
    urlsplit(installation().crawl_proxy or "").port  # noqa: B018  # a proxy that is no URL ends the crawl here
    settings = Settings()
    settings.setmodule("scrapers.settings", priority="project")
    settings.set("ITEM_PIPELINES", {pipeline: 100}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    loop = asyncio.get_event_loop()  # the process has just made it

    async def one_after_the_other() -> None:
        for spider, arguments in crawls:
            _spare_what_stays()
            await process.crawl(ChainCrawler(spider, settings), **arguments)

    # Not `process.start`, which waits for the crawls that it knows when it begins. Nor Scrapy's signal handlers: they
    # end a crawl that is asked to stop as if it were complete, and pages would be lost. Killed by the signal, it is
    # known as unfinished and resumes.
    loop.run_until_complete(one_after_the_other())


def _spare_what_stays() -> None:
    """Modules and patterns stay as long as the process: no collection of cycles looks at them again.

    What imports leave behind are some 2,500 objects: less than to look for them costs.
    """
    if gc.isenabled():  # this is not the first crawl of the process, or somebody else's process
        gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])
    gc.enable()
