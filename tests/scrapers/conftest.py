"""Sites on loopback: every answer is written in the test, every request is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from leadhouse.jobs import requests, shards
from leadhouse.settings import settings
from tests.scrapers.forked_shards import fork_shards

RUN_ON = date(2026, 11, 20)


@dataclass
class Answer:
    """What a path answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0


Route = Answer | Callable[[dict[str, str]], Answer]


@dataclass
class Web:
    """A forward proxy that is every site: (host, path) → answer; anything else is 404."""

    routes: dict[tuple[str, str], Route] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)  # as `demo.politeness` reads it
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, host: str, path: str, text: str = "", links: tuple[str, ...] = (), **headers: str) -> None:
        """An HTML page with links."""
        anchors = "".join(f'<a href="{link}">{link.strip("/") or "home"}</a> ' for link in links)
        title = f"<title>{host} {path}</title><meta charset=utf-8>"
        body = f"<html><head>{title}</head><body><p>{text}</p><nav>{anchors}</nav></body></html>".encode()
        self.routes[host, path] = Answer(body, headers={"Content-Type": "text/html; charset=utf-8", **headers})

    def site(self, host: str, pages: int = 3) -> None:
        """A small company: home, contact, and pages that link to one another."""
        names = [f"/page-{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(pages)]
        self.page(host, "/", f"Welcome to {host}, we build things.", ("/contact", *names))
        self.page(host, "/contact", f'Write to <a href="mailto:info@{host}">info@{host}</a> or call +49 30 901820.')
        for i, name in enumerate(names):
            self.page(host, name, f"This is {name} of our catalogue of fine things.", ("/", names[(i + 1) % pages]))

    def paths(self, host: str) -> list[str]:
        """What was asked of a host, in order."""
        return [path for asked, path, _ in self.asked if asked == host]

    def answer(self, host: str, path: str, headers: dict[str, str]) -> Answer:
        route = self.routes.get((host, path), Answer(b"<h1>Not found</h1>", 404, {"Content-Type": "text/html"}))
        return route(headers) if callable(route) else route


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are two writes: 40 ms apart otherwise

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            host = (parts.netloc or self.headers.get("Host", "")).lower()
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            headers = {name.lower(): value for name, value in self.headers.items()}
            web.asked.append((host, path, headers))
            began = time.time()
            answer = web.answer(host, path, headers)
            if answer.wait:
                threading.Event().wait(answer.wait)
            robots = answer.body.decode() if path == "/robots.txt" and answer.status == 200 else None
            entry = {"time": began, "host": host, "path": path, "status": answer.status, "robots": robots}
            web.log.append({**entry, "seconds": time.time() - began, "retry_after": answer.headers.get("Retry-After")})
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@pytest.fixture
def web() -> Iterator[Web]:
    """A proxy on a port of its own."""
    with serve() as made:
        yield made


@contextmanager
def serve() -> Iterator[Web]:
    """Serves until the block ends."""
    made = Web()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)


@dataclass
class Crawl:
    """Runs jobs against the web of the test."""

    database: Any
    web: Web

    def plan(self, *hosts: str, count: int = 1, run_on: date = RUN_ON, **parameters: Any) -> UUID:
        """A started job over the hosts' sites."""
        urls = [f"http://{host}/" for host in hosts]
        job_id = requests.request_job("crawl", {"urls": urls, **parameters}, run_on)
        requests.start(job_id)
        shards.plan_shards(job_id, count)
        return job_id

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Rows as the administrator sees them."""
        with self.database.kept_owner() as connection:
            return list(connection.execute(statement, values).fetchall())

    def fetches(self, source_key: str | None = None) -> dict[str, tuple[str, str | None]]:
        """URL → (outcome, reason) of the newest fetch."""
        found = self.rows(
            "select url, outcome::text, reason from raw.fetches where source_key = coalesce(%s, source_key)"
            " order by requested_at",
            source_key,
        )
        return {row["url"]: (row["outcome"], row["reason"]) for row in found}

    def outcome(self, source_key: str) -> tuple[str, str | None, dict[str, Any]]:
        """The newest outcome row of a source: its word, its reason, its counts."""
        row = self.rows(
            "select message, counts from quality.step_outcomes where stage = 'crawl_site' and subject = %s"
            " order by finished_at desc limit 1",
            source_key,
        )[0]
        return row["counts"]["outcome"], row["message"], row["counts"]


@pytest.fixture
def crawl(database: Any, web: Web, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crawl]:
    """Crawls go through the test's proxy, without delay."""
    go_through(web, monkeypatch)
    yield Crawl(database, web)
    settings.cache_clear()


def go_through(web: Web, patch: pytest.MonkeyPatch) -> None:
    """Crawls ask `web` for everything, without delay."""
    fork_shards(patch)
    patch.setenv("LEADHOUSE_CRAWL_PROXY", web.url)
    patch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0")
    settings.cache_clear()
