"""The night after an unchanged one: hardly a request, every page confirmed; what changed is found nevertheless."""

from __future__ import annotations

from datetime import date

import pytest

from leadhouse.jobs.crawl import run_shard
from tests.scrapers.conftest import Answer, Crawl, Web
from tests.scrapers.test_second_night import with_etag

FIRST, SECOND, THIRD = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
HOST, PAGES = "mapped.example", 18
XML = {"Content-Type": "application/xml"}


def sitemap(web: Web, changed: dict[str, str]) -> None:
    """A sitemap of all pages, each of an old date unless `changed` says otherwise; it has a validator."""
    paths = [path for host, path in web.routes if host == HOST and path not in ("/robots.txt", "/sitemap.xml")]
    entries = "".join(
        f"<url><loc>http://{HOST}{path}</loc><lastmod>{changed.get(path, '2026-01-05T08:00:00Z')}</lastmod></url>"
        for path in paths
    )
    body = f"<urlset>{entries}</urlset>".encode()
    web.routes[HOST, "/sitemap.xml"] = with_etag(Answer(body, headers=XML), f'"{sorted(changed.items())}"')


@pytest.fixture
def mapped(crawl: Crawl) -> Crawl:
    """A site of twenty pages and a sitemap, crawled once."""
    crawl.web.site(HOST, pages=PAGES)
    crawl.web.page(HOST, "/about", "We are people who build things.")
    crawl.web.routes[HOST, "/robots.txt"] = Answer(f"Sitemap: http://{HOST}/sitemap.xml\n".encode())
    sitemap(crawl.web, {})
    assert run_shard(crawl.plan(HOST, run_on=FIRST, pages=45), 0, "run-1")["fetched"] == PAGES + 3
    return crawl


def asked_again(crawl: Crawl, run_on: date) -> list[str]:
    crawl.web.asked.clear()
    run_shard(crawl.plan(HOST, run_on=run_on, pages=45), 0, f"run-{run_on}")
    return crawl.web.paths(HOST)


def test_an_unchanged_night_takes_a_twentieth_of_the_requests_and_confirms_every_page(mapped: Crawl) -> None:
    first = len(mapped.web.paths(HOST))
    again = asked_again(mapped, SECOND)
    assert again == ["/sitemap.xml"]  # robots.txt holds for a day
    assert len(again) <= 0.05 * first
    outcome, _, counts = mapped.outcome(f"web/{HOST}")
    assert (outcome, counts["not_modified"], counts["confirmed"]) == ("not_modified", PAGES + 3, PAGES + 3)
    rows = mapped.rows(
        "select distinct reason, purpose from raw.fetches where run_on = %s and status_code is null", SECOND
    )
    assert rows == [{"reason": "sitemap", "purpose": "page"}]
    assert asked_again(mapped, THIRD) == ["/sitemap.xml"]


@pytest.mark.slow
def test_what_the_sitemap_says_has_changed_is_read_and_nothing_else(mapped: Crawl) -> None:
    mapped.web.page(HOST, "/page-ab", 'Now write to <a href="mailto:new@mapped.example">new@mapped.example</a>.')
    mapped.web.page(HOST, "/page-new", "This page came later.")
    sitemap(mapped.web, {"/page-ab": "2026-11-20T12:00:00Z", "/page-new": "2026-11-20T13:00:00Z"})
    assert sorted(asked_again(mapped, SECOND)) == ["/page-ab", "/page-new", "/sitemap.xml"]
    emails = mapped.rows(
        "select jsonb_path_query(payload, '$.email[*].value') #>> '{}' as value from raw.company_records"
        " where run_on = %s",
        SECOND,
    )
    assert {row["value"] for row in emails} == {"new@mapped.example"}
    assert asked_again(mapped, THIRD) == ["/sitemap.xml"]


@pytest.mark.slow
def test_without_the_sitemap_every_page_is_asked(mapped: Crawl) -> None:
    mapped.web.routes[HOST, "/sitemap.xml"] = Answer(b"", 404)
    assert len(asked_again(mapped, SECOND)) == 1 + PAGES + 3


@pytest.mark.slow
def test_an_endless_calendar_gives_no_new_pages_the_next_night(crawl: Crawl) -> None:
    host = "calendar.example"

    def month(number: int) -> Answer:
        links = "".join(f'<a href="/cal?m={2026 + n // 12}-{n % 12 + 1:02}">{n}</a>' for n in range(number, number + 9))
        return Answer(f"<p>Nothing is planned in month {number} so far.</p>{links}".encode())

    crawl.web.page(host, "/", "We meet at times.", ("/cal?m=2026-01", "/contact"))
    crawl.web.page(host, "/contact", "Call +49 30 901820.")
    for number in range(120):
        crawl.web.routes[host, f"/cal?m={2026 + number // 12}-{number % 12 + 1:02}"] = month(number)
    run_shard(crawl.plan(host, run_on=FIRST), 0, "run-1")
    first = {path for path in crawl.web.paths(host) if path.startswith("/cal")}
    assert len(first) == 2
    assert crawl.outcome(f"web/{host}")[2]["left_out_calendar"] > 0
    crawl.web.asked.clear()
    run_shard(crawl.plan(host, run_on=SECOND), 0, "run-2")
    assert {path for path in crawl.web.paths(host) if path.startswith("/cal")} == first
