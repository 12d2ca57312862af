"""What every request says of itself, unless it says something else: one class where Scrapy has three."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.http import Headers


class HeadersMiddleware:
    """Sets DEFAULT_REQUEST_HEADERS and USER_AGENT, whose names and values are brought into Scrapy's form once."""

    def __init__(self, headers: Headers) -> None:
        self._headers = list(dict.items(headers))

    @classmethod
    def from_crawler(cls, crawler: Any) -> HeadersMiddleware:
        """Scrapy's way to make one."""
        settings = crawler.settings
        return cls(Headers({**settings["DEFAULT_REQUEST_HEADERS"], "User-Agent": settings["USER_AGENT"]}))

    def process_request(self, request: Request) -> None:
        """The request's own headers stay."""
        headers = request.headers
        for name, values in self._headers:
            dict.setdefault(headers, name, values)
