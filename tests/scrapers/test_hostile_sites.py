"""Sites that close, break, trap or lure: one crawl over all of them, each with its outcome."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from leadhouse.jobs.crawl import run_shard
from leadhouse.settings import settings
from tests.scrapers.conftest import Answer, Crawl, Web, go_through

TEXT = {"Content-Type": "text/plain"}
HTML = {"Content-Type": "text/html"}


def redirect(location: str, status: int = 302) -> Answer:
    return Answer(b"", status, {"Location": location})


def bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blank = b" " * 1_000_000
    return packer.compress(b"<html>") + b"".join(packer.compress(blank) for _ in range(200)) + packer.flush()


def calendar(web: Web, host: str) -> None:
    web.site(host, pages=2)
    web.page(host, "/", "We have a calendar.", ("/events/2026/11", "/contact", "/page-aa"))

    def month(year: int, number: int) -> Answer:
        after = (year + number // 12, number % 12 + 1)
        body = f'<a href="/events/{after[0]}/{after[1]:02}">next</a><p>Nothing planned in {year}-{number} so far.</p>'
        return Answer(body.encode(), headers=HTML)

    for year in range(2026, 2036):
        for number in range(1, 13):
            web.routes[host, f"/events/{year}/{number:02}"] = month(year, number)


def rate_limited(web: Web, host: str) -> None:
    web.site(host, pages=2)
    contact, asked = web.routes[host, "/contact"], []

    def answer(_: dict[str, str]) -> Answer:
        asked.append(1)
        assert isinstance(contact, Answer)
        return Answer(b"slow down", 429, {"Retry-After": "1"}) if len(asked) == 1 else contact

    web.routes[host, "/contact"] = answer


def build(web: Web) -> list[str]:
    """All hosts, each hostile in its way."""
    for host in ("closed.example", "partly.example", "robots-500.example", "session.example", "big.example"):
        web.site(host, pages=2)
    web.routes["closed.example", "/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n", headers=TEXT)
    web.routes["partly.example", "/robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /page-\nCrawl-delay: 0.2\n", headers=TEXT
    )
    web.routes["robots-500.example", "/robots.txt"] = Answer(b"", 503)
    web.routes["robots-loop.example", "/robots.txt"] = redirect("/robots.txt")
    web.page("robots-loop.example", "/", "Robots without end mean no robots.")
    web.routes["bomb.example", "/"] = Answer(bomb(), headers={**HTML, "Content-Encoding": "gzip"})
    web.page("big.example", "/page-aa", "x" * 6_000_000)
    web.routes["loopback.example", "/"] = redirect(f"http://127.0.0.1:{web.port}/admin")
    web.routes["metadata.example", "/"] = redirect("http://169.254.169.254/latest/meta-data/")
    web.routes["spelled.example", "/"] = redirect("http://0x7f.1/")
    web.routes["mapped.example", "/"] = redirect("http://[::ffff:10.0.0.1]/")
    web.routes["named.example", "/"] = redirect("http://localhost:8080/")
    web.routes["lure.example", "/robots.txt"] = redirect("http://169.254.169.254/robots.txt")
    web.page("lure.example", "/", "Never asked.")
    web.page("sitemap.example", "/", "The map leads astray.")
    web.routes["sitemap.example", "/sitemap.xml"] = redirect(f"http://127.0.0.1:{web.port}/secret")
    web.routes["loop.example", "/"] = redirect("/a")
    web.routes["loop.example", "/a"] = redirect("/b")
    web.routes["loop.example", "/b"] = redirect("/a")
    for i in range(12):
        web.routes["chain.example", "/" if i == 0 else f"/{i}"] = redirect(f"/{i + 1}")
    web.routes["always-429.example", "/"] = Answer(b"", 429, {"Retry-After": "3600"})
    web.routes["forbidden.example", "/"] = Answer(b"no", 403, HTML)
    web.routes["down.example", "/"] = Answer(b"oops", 500, HTML)
    web.routes["gone.example", "/"] = Answer(b"<p>gone</p>", 410, HTML)
    web.routes["picture.example", "/"] = Answer(
        b"\x89PNG\r\n\x1a\n" + b"0" * 5000, headers={"Content-Type": "image/png"}
    )
    web.page("moved.example", "/", "")
    web.routes["moved.example", "/"] = redirect("http://new-home.example/", 301)
    web.site("new-home.example", pages=1)
    web.page("session.example", "/", "Sessions.", tuple(f"/contact?PHPSESSID={i}" for i in range(30)))
    web.page("deep.example", "/", "Deep.", ("/a",))
    for depth in range(1, 40):
        web.page("deep.example", "/a" * depth, "Deeper and deeper into it.", ("/a" * (depth + 1),))
    calendar(web, "calendar.example")
    rate_limited(web, "limited.example")
    return sorted({host for host, _ in web.routes} - {"new-home.example"})


@pytest.fixture(scope="module")
def crawled(module_database: Any) -> Iterator[Crawl]:
    from tests.scrapers.conftest import serve

    with serve() as web, pytest.MonkeyPatch.context() as patch:
        hosts = build(web)
        go_through(web, patch)
        crawl = Crawl(module_database, web)
        run_shard(crawl.plan(*hosts, pages=12), 0, "run-1")
        yield crawl
        settings.cache_clear()


@pytest.mark.parametrize(
    ("host", "outcome", "reason"),
    [
        ("closed.example", "blocked", "robots"),
        ("robots-500.example", "broken", "robots_unreachable: http_503"),
        ("robots-loop.example", "fetched", None),
        ("bomb.example", "broken", "too_large"),
        ("loopback.example", "blocked", "address_not_allowed"),
        ("metadata.example", "blocked", "address_not_allowed"),
        ("spelled.example", "blocked", "address_not_allowed"),
        ("mapped.example", "blocked", "address_not_allowed"),
        ("named.example", "blocked", "address_not_allowed"),
        ("lure.example", "blocked", "address_not_allowed"),
        ("sitemap.example", "fetched", None),
        ("loop.example", "broken", "redirect_loop"),
        ("chain.example", "broken", "too_many_redirects"),
        ("always-429.example", "blocked", "http_429"),
        ("forbidden.example", "blocked", "http_403"),
        ("down.example", "broken", "http_500"),
        ("gone.example", "empty", "http_410"),
        ("moved.example", "fetched", None),
        ("limited.example", "fetched", None),
    ],
)
def test_outcome_of_the_source(crawled: Crawl, host: str, outcome: str, reason: str | None) -> None:
    assert crawled.outcome(f"web/{host}")[:2] == (outcome, reason)


def test_nothing_was_asked_that_is_not_global(crawled: Crawl) -> None:
    hosts = {host for host, _, _ in crawled.web.asked}
    assert not [host for host in hosts if not host.endswith(".example")]


def test_closed_robots_are_honoured_and_archived(crawled: Crawl) -> None:
    assert crawled.web.paths("closed.example") == ["/robots.txt"]
    assert "/page-aa" not in crawled.web.paths("partly.example")
    assert crawled.fetches("web/partly.example")["http://partly.example/page-aa"] == ("blocked", "robots")
    rows = crawled.rows("select * from raw.fetches where source_key = 'web/closed.example' and purpose = 'robots'")
    assert len(rows) == 1
    assert rows[0]["warc_uri"]
    assert crawled.web.paths("robots-500.example").count("/") == 0


def test_a_page_too_large_is_broken_and_its_site_goes_on(crawled: Crawl) -> None:
    fetches = crawled.fetches("web/big.example")
    assert fetches["http://big.example/page-aa"] == ("broken", "too_large")
    assert fetches["http://big.example/contact"] == ("fetched", None)


def test_a_pause_that_was_asked_for_is_kept(crawled: Crawl) -> None:
    paths = crawled.web.paths("limited.example")
    assert paths.count("/contact") == 2
    assert crawled.fetches("web/limited.example")["http://limited.example/contact"] == ("fetched", None)
    times = crawled.rows(
        "select requested_at from raw.fetches where url = 'http://limited.example/contact' order by requested_at"
    )
    assert (times[1]["requested_at"] - times[0]["requested_at"]).total_seconds() >= 1
    assert crawled.web.paths("always-429.example").count("/") == 1


def test_a_calendar_gets_two_pages_and_contacts_come_first(crawled: Crawl) -> None:
    paths = crawled.web.paths("calendar.example")
    assert sum(path.startswith("/events/") for path in paths) <= 2
    assert "/page-aa" in paths
    assert paths.index("/contact") < paths.index("/page-aa")


def test_session_ids_and_depth_are_no_new_pages(crawled: Crawl) -> None:
    assert sum(path.startswith("/contact") for path in crawled.web.paths("session.example")) == 1
    deep = [path for path in crawled.web.paths("deep.example") if f"{path}/".startswith("/a/")]
    assert deep == ["/a", "/a/a"]


def test_what_is_no_page_is_not_read(crawled: Crawl) -> None:
    assert crawled.fetches("web/picture.example")["http://picture.example/"] == ("fetched", "not_read: image")
    row = crawled.rows("select body_bytes from raw.fetches where url = 'http://picture.example/'")[0]
    assert row["body_bytes"] == 0


def test_the_site_is_where_its_start_page_leads(crawled: Crawl) -> None:
    fetches = crawled.fetches("web/moved.example")
    assert fetches["http://moved.example/"][0] == "empty"
    assert fetches["http://new-home.example/contact"] == ("fetched", None)
    assert "/robots.txt" in crawled.web.paths("new-home.example")


def test_every_outcome_has_a_reason_unless_all_is_well(crawled: Crawl) -> None:
    assert not crawled.rows(
        "select url from raw.fetches where reason is null and outcome not in ('fetched', 'not_modified')"
        " and purpose = 'page'"
    )
