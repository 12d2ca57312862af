"""What a crawl imports, and nothing that it starts: for the process of which `forked_shards` makes copies.

Not `scrapers.settings`: it reads the environment, which is each shard's own.
"""

from __future__ import annotations

import gc
import pkgutil
from importlib import import_module

import scrapy.downloadermiddlewares
import scrapy.extensions
import scrapy.spidermiddlewares

import leadhouse.extraction
import scrapers.middlewares
import scrapers.spiders

PACKAGES = (
    *(leadhouse.extraction, scrapers.middlewares, scrapers.spiders),
    *(scrapy.downloadermiddlewares, scrapy.extensions, scrapy.spidermiddlewares),
)
# What Scrapy finds by name, its extensions included: it imports those that are switched off, too.
NAMED = (
    *("aiohttp", "fsspec.implementations.chained", "phonenumbers.data.region_DE", "phonenumbers.shortdata"),
    *("queuelib", "scrapers.downloader", "scrapers.http_handler", "scrapers.resolver", "scrapy.dupefilters"),
    *("scrapy.logformatter", "scrapy.pqueues", "scrapy.responsetypes", "scrapy.squeues", "scrapy.statscollectors"),
    *("sqlite3", "uvloop"),
)

for package in PACKAGES:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith(".statsmailer"):  # it warns that it will go
            import_module(found.name)
for name in NAMED:
    import_module(name)
gc.collect()
gc.freeze()  # what is shared with the copies is not written to by their collectors of garbage
