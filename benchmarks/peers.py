"""The crawlers that ours is measured against, each a program of its own: ``python peers.py stock|whole|aiohttp …``.

    stock    Scrapy as its tutorial has it: CrawlSpider with LinkExtractor, robots.txt obeyed, a title a page
    whole    the same, and for each page what the README files of extruct, phonenumbers and warcio show
    aiohttp  asks for the URLs of standard input on one connection, with ``If-None-Match`` where a tag follows the URL

The last line of standard output is the number of pages that were read. Nothing of the product is imported here.
"""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def stock(starts: list[str], pages: int, archive: Path | None = None) -> int:
    """Pages read by Scrapy; with an archive, each is extracted and kept as well."""
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor
    from scrapy.spiders import CrawlSpider, Rule

    read = [0]
    work = _extractor(archive) if archive else None

    class Stock(CrawlSpider):
        name = "stock"
        start_urls = starts
        allowed_domains = [urlsplit(each).hostname for each in starts]  # noqa: RUF012
        rules = (Rule(LinkExtractor(), callback="parse_item", follow=True),)

        def parse_item(self, response: Any) -> Any:
            read[0] += 1
            yield {"url": response.url, "title": response.css("title::text").get(), **(work(response) if work else {})}

    settings = {"LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True, "CLOSESPIDER_PAGECOUNT": pages, "DOWNLOAD_DELAY": 0}
    process = CrawlerProcess(settings)
    process.crawl(Stock)
    process.start()
    return read[0]


def _extractor(archive: Path) -> Any:
    """What a page costs when it is done as the libraries' first pages show it."""
    import extruct
    import phonenumbers
    from w3lib.html import get_base_url
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    writer = WARCWriter(archive.open("wb"), gzip=True)

    def read(response: Any) -> dict[str, Any]:
        data = extruct.extract(response.text, base_url=get_base_url(response.text, response.url))
        phones = [match.raw_string for match in phonenumbers.PhoneNumberMatcher(response.text, "DE")]
        headers = [(name.decode(), value[0].decode()) for name, value in response.headers.items()]
        record = writer.create_warc_record(
            response.url, "response", payload=io.BytesIO(response.body),
            http_headers=StatusAndHeaders(f"{response.status} OK", headers, protocol="HTTP/1.1"),
        )  # fmt: skip
        writer.write_record(record)
        return {"data": data, "phones": phones}

    return read


async def conditional(lines: list[str]) -> int:
    """Answers 304 among as many requests as there are lines (``URL tag``)."""
    import aiohttp

    unchanged = 0
    async with aiohttp.ClientSession() as session:
        for line in lines:
            url, _, tag = line.partition(" ")
            async with session.get(url, headers={"If-None-Match": tag} if tag else None) as response:
                await response.read()
                unchanged += response.status == 304
    return unchanged


def main() -> None:
    """See the module."""
    kind, *arguments = sys.argv[1:]
    if kind == "aiohttp":
        print(asyncio.run(conditional(sys.stdin.read().splitlines())))
    else:
        pages, folder, *starts = arguments
        print(stock(starts, int(pages), Path(folder) / "peer.warc.gz" if kind == "whole" else None))


if __name__ == "__main__":
    main()
