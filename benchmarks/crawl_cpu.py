"""CPU a page: our crawl with extraction, our crawl alone, and stock Scrapy with LinkExtractor, over one local site.

Pages are like real ones in size and links (48 KB, 103 links). Each crawler is a process of its own, and what an empty
crawl of one page costs (imports, reactor) is taken off, so that the figure is the page's.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.measure import Result
from leadhouse.settings import settings

PAGES = 300
LINKS = 103
BYTES = 48_000

STOCK = """
import sys
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule

class Stock(CrawlSpider):
    name = "stock"
    start_urls = [sys.argv[1]]
    rules = (Rule(LinkExtractor(), callback="parse_item", follow=True),)
    custom_settings = {"LOG_LEVEL": "ERROR", "CLOSESPIDER_PAGECOUNT": int(sys.argv[2]), "CONCURRENT_REQUESTS": 1,
                       "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": True, "REMOTE_CONTROL_ENABLED": False}

    def parse_item(self, response):
        yield {"url": response.url, "title": response.css("title::text").get()}

process = CrawlerProcess({"LOG_LEVEL": "ERROR"})
process.crawl(Stock)
process.start()
"""
OURS = """
import json, sys
from pathlib import Path
from scrapers import crawl_now
Path(sys.argv[3]).write_text(json.dumps([sys.argv[1]]))
crawl_now.main([f"--targets={sys.argv[3]}", f"--result={sys.argv[3]}.found", f"--pages={sys.argv[2]}"])
"""
LINKS_ONLY = OURS.replace(
    "crawl_now.main(",
    "import scrapers.spiders.company_site as spider\n"
    "empty = spider.extract_page(b'', 'http://x/', None, spider.SiteContext('x'), __import__('datetime').datetime.now("
    "__import__('datetime').UTC))\n"
    "empty = empty.model_copy(update={'not_read': ()})\n"
    "spider.extract_page = lambda *_, **__: empty\n"
    "crawl_now.main(",
)


def run() -> list[Result]:
    """Milliseconds of CPU a page; below 1 is better than the peer."""
    with _site() as url, tempfile.TemporaryDirectory() as folder:
        stock = _per_page(STOCK, url, folder)
        links = _per_page(LINKS_ONLY, url, folder)
        whole = _per_page(OURS, url, folder)
    peer = "stock Scrapy, LinkExtractor"
    return [
        Result("crawl with links", links, stock, peer, "ms CPU/page", links / stock),
        Result("crawl with links and extraction", whole, stock, peer, "ms CPU/page", whole / stock),
    ]


def _per_page(program: str, url: str, folder: str) -> float:
    once = _crawl(program, url, 1, folder)
    many = _crawl(program, url, PAGES, folder)
    return (many - once) / (PAGES - 1) * 1000


def _crawl(program: str, url: str, pages: int, folder: str) -> float:
    """CPU seconds of the child alone: the site is served by this process."""
    project = settings().project
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(project), str(project / "plugins"))),
        "LEADHOUSE_HOME": folder,
        "LEADHOUSE_CRAWL_DELAY_SECONDS": "0",
        "LEADHOUSE_ALLOWED_ADDRESSES": "127.0.0.1",
    }
    targets = Path(folder) / "targets.json"
    command = [sys.executable, "-c", program, url, str(pages), str(targets)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _page(number: int) -> bytes:
    anchors = "".join(
        f'<li><a class="menu" href="/{_name((number * 7 + i * 13) % (PAGES * 2))}">Entry {i}</a></li>'
        for i in range(LINKS)
    )
    sentence = "We build and repair what our customers need, on time and with care. "
    text = f"<p>{sentence * 6}</p>"
    head = f"<html><head><title>Page {_name(number)}</title></head><body><nav><ul>{anchors}</ul></nav>"
    body = head + text * max(1, (BYTES - len(head)) // len(text)) + "<p>Call +49 30 901820 or info@example.com</p>"
    return f"{body}</body></html>".encode()


def _name(number: int) -> str:
    """Letters only: numbers would fall under the budget of a template's pages."""
    return "".join(chr(97 + int(digit)) for digit in f"{number:05d}") + "-page"


@contextmanager
def _site() -> Iterator[str]:
    """A site that answers in this process: its CPU is not counted, since only children are."""
    pages = {f"/{_name(number)}": _page(number) for number in range(PAGES * 2)} | {"/": _page(0)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = pages.get(self.path, b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A line a request would be the benchmark."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
