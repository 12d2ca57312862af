"""Whole crawls over real sockets into a real database."""

from __future__ import annotations

from datetime import date

from leadhouse.archive import read_exchange
from leadhouse.jobs.crawl import run_shard
from tests.scrapers.conftest import Crawl


def test_a_site_is_crawled_archived_and_landed(crawl: Crawl) -> None:
    crawl.web.site("alpha.example", pages=3)
    job_id = crawl.plan("alpha.example")
    counts = run_shard(job_id, 0, "run-1")
    assert counts["fetched"] == 5
    assert counts["sources"] == 1
    assert crawl.web.paths("alpha.example")[:2] == ["/robots.txt", "/"]
    assert crawl.web.paths("alpha.example")[2:4] == ["/sitemap.xml", "/contact"]
    emails = crawl.rows(
        "select jsonb_path_query(payload, '$.email[*].value') #>> '{}' as value from raw.company_records"
    )
    assert {row["value"] for row in emails} == {"info@alpha.example"}
    row = crawl.rows("select * from raw.fetches where url like %s", "%/contact")[0]
    exchange = read_exchange(row["warc_uri"], row["warc_offset"], row["warc_length"])
    assert exchange.fetch_id == row["fetch_id"]
    assert b"info@alpha.example" in exchange.body
    assert crawl.outcome("web/alpha.example")[0] == "fetched"
    due = crawl.rows("select next_due_at from app.sources")[0]["next_due_at"]
    assert due.date() == date(2026, 11, 21)
    assert crawl.rows("select status from app.shards")[0]["status"] == "completed"
