"""One spider a kind of source; a source names its own in `config.spider`, and is a company's site by default.

`python -m scrapers.check` reads each one's saved page and compares with its golden.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from pkgutil import iter_modules

from scrapers.base.source_spider import SourceSpider


def all_spiders() -> list[type[SourceSpider]]:
    """The spiders of this package, by the names of their classes."""
    found = set()
    for module in iter_modules(__path__, f"{__name__}."):
        for _, member in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(member, SourceSpider) and member.__module__ == module.name:
                found.add(member)
    return sorted(found, key=lambda spider: spider.__name__)
