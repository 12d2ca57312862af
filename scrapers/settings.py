"""Scrapy's settings: what differs from the default, and why; docs/crawl_engine.md has what it saves.

What differs from one installation to the next (proxy, delay, page budget, user agent) comes from `leadhouse.settings`.
"""

from __future__ import annotations

from importlib.util import find_spec

from leadhouse.settings import settings

BOT_NAME = "leadhouse"
SPIDER_MODULES = ["scrapers.spiders"]
NEWSPIDER_MODULE = "scrapers.spiders"
USER_AGENT = settings().crawl_user_agent

# The way of a request: see scrapers.engine.
TWISTED_REACTOR_ENABLED = False  # one loop, asyncio's
ASYNCIO_EVENT_LOOP = "uvloop.Loop" if find_spec("uvloop") else None  # less CPU for each read and write
DOWNLOADER = "scrapers.downloader.ChainDownloader"  # awaits a slot's turn instead of queueing for it
DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "scrapers.http_handler.CheckedHandler",  # no address but global ones, checked where the connection is made
    "https": "scrapers.http_handler.CheckedHandler",
    "data": None,
    "file": None,  # no page sends us to this machine's disk
    "ftp": None,
    "s3": None,
}

# Limits against bombs and traps.
DOWNLOAD_MAXSIZE = 5 * 1024 * 1024  # on the wire and after decompression: 1.5 MB of gzip can hold 1.5 GB
DOWNLOAD_WARNSIZE = 0  # the limit is a fetch outcome, a warning a line in a log
DOWNLOAD_TIMEOUT = 20  # a site that drips bytes must not hold its shard for three minutes
DOWNLOAD_VERIFY_CERTIFICATES = False  # the default, said here: many small companies let certificates lapse

# Politeness. One request at a time a site is kept by the spiders; the delay is a slot's, see middlewares.politeness.
DOWNLOAD_DELAY = settings().crawl_delay_seconds
DOWNLOAD_DELAY_JITTER = 0  # a jittered delay would undercut the Crawl-delay of a robots.txt
CONCURRENT_REQUESTS = 64  # the width over all sites; requests that wait for their site's delay count as well

# Our own parts instead of Scrapy's: robots with fetch rows, redirects and retries as outcomes, no cookies, no referrer.
# What Scrapy brings is named in full: a class that is only switched off is imported all the same, a fifth of a second.
# robots.txt is asked for and honoured by base.source_spider, so that it is archived and has a row.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
}
DOWNLOADER_MIDDLEWARES: dict[str, int] = {
    "scrapers.middlewares.addresses.AddressMiddleware": 100,
    "scrapers.middlewares.archive.ArchiveMiddleware": 200,
    "scrapers.middlewares.leasing.LeasingMiddleware": 250,
    "scrapers.middlewares.politeness.PolitenessMiddleware": 300,
    "scrapers.middlewares.content_types.ContentTypeMiddleware": 310,
    "scrapers.middlewares.headers.HeadersMiddleware": 400,  # the timeout is the handler's: no request has its own
    "scrapers.middlewares.limits.AnswerLimitMiddleware": 600,  # below the decompression (590): sees what came
}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25,
}  # every status is an outcome, the frontier limits length and depth
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # nothing is ever scheduled: the frontier dedupes strings
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "en;q=0.7,*;q=0.5",
}

# Extensions cost signals on every request; the crawl counts for itself, and a crawl process opens no port: Scrapy's
# consoles are left out with the others.
EXTENSIONS_BASE: dict[str, int] = {"scrapy.extensions.memusage.MemoryUsage": 0}  # for MEMUSAGE_LIMIT_MB
MEMUSAGE_LIMIT_MB = 1500  # ends the shard with an exit code instead of swapping the machine; a retry resumes
STATS_DUMP = False  # the counts are the shard's own, see jobs.sources
LOG_LEVEL = "WARNING"  # a line a page costs more than its download
LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"
