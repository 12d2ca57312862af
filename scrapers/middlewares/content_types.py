"""Stops the download of what will not be read: the headers of an answer tell."""

from __future__ import annotations

import re
from typing import Any

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http import Headers

_READ = re.compile(rb"html|xml|text/plain", re.I)


class ContentTypeMiddleware:
    """Pages with a type that is neither HTML, XML nor plain text keep an empty body; their outcome says so."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> ContentTypeMiddleware:
        """Scrapy's way to make one."""
        middleware = cls()
        crawler.signals.connect(middleware.headers_received, signals.headers_received)
        return middleware

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Scrapy's signal, before the body."""
        kind = headers.get("Content-Type")
        if kind and request.meta.get("purpose") == "page" and not _READ.search(kind):
            raise StopDownload(fail=False)
