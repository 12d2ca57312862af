"""The night after: unchanged pages cost no body, what is gone is retracted, what bore fruit is asked again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leadhouse.jobs.crawl import run_shard
from leadhouse.records import unit_id
from leadhouse.settings import settings
from tests.conftest import Postgres
from tests.conftest import _settings_of as settings_of
from tests.scrapers.conftest import Answer, Crawl, Route, Web, go_through, serve

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
HOST = "alpha.example"


def with_etag(route: Route, etag: str) -> Route:
    """The same page, answering 304 to its validator."""
    assert isinstance(route, Answer)
    answer = route

    def respond(headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match") == etag:
            return Answer(b"", 304, {"ETag": etag})
        return Answer(answer.body, headers={**answer.headers, "ETag": etag})

    return respond


def build(web: Web) -> None:
    """A site of five pages with validators."""
    web.site(HOST, pages=3)
    for (host, path), route in list(web.routes.items()):
        web.routes[host, path] = with_etag(route, f'"{path}"')


@pytest.fixture(scope="module")
def first_run(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Path]]:
    """Database and home after the site was crawled once: each test goes on from a copy."""
    home = tmp_path_factory.mktemp("first-night")
    with postgres.clone() as database:
        with serve() as web, settings_of(database, home), pytest.MonkeyPatch.context() as patch:
            go_through(web, patch)
            build(web)
            run_shard(Crawl(database, web).plan(HOST, run_on=FIRST), 0, "run-1")
        settings.cache_clear()
        yield Postgres(postgres.admin_url, database.name), home


@pytest.fixture
def first_night(first_run: tuple[Postgres, Path], web: Web, tmp_path: Path) -> Iterator[Crawl]:
    """The night after the first."""
    made, former = first_run
    home = shutil.copytree(former, tmp_path / "home")
    build(web)
    with made.clone() as database, settings_of(database, home), pytest.MonkeyPatch.context() as patch:
        go_through(web, patch)
        yield Crawl(database, web)
    settings.cache_clear()


def second_night(crawl: Crawl) -> dict[str, Any]:
    return run_shard(crawl.plan(HOST, run_on=SECOND), 0, "run-2")


def statement(crawl: Crawl, path: str) -> int:
    """How many records stand for a page."""
    return int(
        crawl.rows(
            """
            select count(*) as n from (
              select extraction_id, run_on from raw.applications where unit_id = %s
               order by observed_at desc, applied_at desc limit 1) as newest
              join raw.company_records using (run_on, extraction_id)
            """,
            unit_id(None, f"web/{HOST}", f"http://{HOST}{path}"),
        )[0]["n"]
    )


def test_an_unchanged_site_answers_304_throughout_and_lands_nothing(first_night: Crawl) -> None:
    counts = second_night(first_night)
    assert (counts["not_modified"], counts["fetched"], counts["landed"]) == (5, 0, 0)
    assert first_night.outcome(f"web/{HOST}")[0] == "not_modified"
    rows = first_night.rows("select etag from raw.fetches where outcome = 'not_modified'")
    assert all(row["etag"] for row in rows)
    assert statement(first_night, "/contact") == 1


def test_a_page_read_whole_that_says_the_same_is_known(first_night: Crawl) -> None:
    first_night.web.site(HOST, pages=3)
    counts = second_night(first_night)
    assert (counts["fetched"], counts["landed"]) == (5, 0)
    assert counts["known"] == counts["received"] > 0


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_retracted_although_nothing_links_to_it(first_night: Crawl, status: int) -> None:
    assert statement(first_night, "/contact") == 1
    first_night.web.page(HOST, "/", "We are a new site without links.")
    first_night.web.routes[HOST, "/contact"] = Answer(b"", status)
    second_night(first_night)
    assert "/contact" in first_night.web.paths(HOST)
    assert statement(first_night, "/contact") == 0
    assert statement(first_night, "/page-aa") == 1


def test_a_page_that_cannot_be_read_is_not_retracted(first_night: Crawl) -> None:
    first_night.web.routes[HOST, "/page-aa"] = Answer(b"", 503)
    first_night.web.routes[HOST, "/page-ab"] = Answer(b"", 403)
    first_night.web.routes[HOST, "/page-ac"] = Answer(b"", 429, {"Retry-After": "999"})
    second_night(first_night)
    assert [statement(first_night, f"/page-a{letter}") for letter in "abc"] == [1, 1, 1]
    assert first_night.outcome(f"web/{HOST}")[2]["broken"] == 1


def test_a_page_that_moved_for_good_speaks_at_its_new_place(first_night: Crawl) -> None:
    old = first_night.web.routes[HOST, "/contact"]
    first_night.web.routes[HOST, "/kontakt"] = old
    first_night.web.routes[HOST, "/contact"] = Answer(b"", 301, {"Location": "/kontakt"})
    second_night(first_night)
    assert (statement(first_night, "/contact"), statement(first_night, "/kontakt")) == (0, 1)


def test_another_extractor_version_reads_the_page_whole(first_night: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    with first_night.database.owner() as connection:
        connection.execute("alter table raw.extractions disable trigger user")
        connection.execute("update raw.extractions set extractor_version = '0'")
    counts = second_night(first_night)
    assert (counts["fetched"], counts["not_modified"]) == (5, 0)


@pytest.mark.slow
def test_a_site_is_asked_where_it_was_found_and_where_it_says_if_it_is_no_more_there(crawl: Crawl) -> None:
    www = f"www.{HOST}"
    crawl.web.site(www, pages=1)
    home = crawl.web.routes[www, "/"]
    crawl.web.routes[HOST, "/"] = Answer(b"", 301, {"Location": f"http://{www}/"})
    run_shard(crawl.plan(HOST, run_on=FIRST), 0, "run-1")
    crawl.web.asked.clear()
    second_night(crawl)
    assert crawl.web.paths(HOST) == []
    assert "/contact" in crawl.web.paths(www)
    crawl.web.routes[HOST, "/"], crawl.web.routes[www, "/"] = home, Answer(b"", 500)
    run_shard(crawl.plan(HOST, run_on=date(2026, 11, 22)), 0, "run-3")
    assert crawl.web.paths(HOST)[0] == "/"
    assert crawl.outcome(f"web/{HOST}")[0] == "fetched"
