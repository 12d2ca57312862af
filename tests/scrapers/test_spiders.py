"""Which spider reads a source, and that each one is in order."""

from __future__ import annotations

from leadhouse.jobs.crawl import run_shard
from scrapers import check
from tests.scrapers.conftest import Crawl


def test_every_spider_reads_its_saved_page() -> None:
    assert check.main([]) == 0


def test_source_with_an_unknown_spider_is_broken_and_stops_nobody(crawl: Crawl) -> None:
    crawl.web.site("alpha.example", pages=1)
    crawl.web.site("beta.example", pages=1)
    job_id = crawl.plan("alpha.example", "beta.example")
    with crawl.database.owner() as connection:
        connection.execute(
            "update app.sources set config = config || '{\"spider\": \"no_such\"}' where host = 'beta.example'"
        )
    counts = run_shard(job_id, 0, "run-1")
    assert (counts["sources"], counts["fetched"]) == (2, 3)
    assert crawl.outcome("web/alpha.example")[0] == "fetched"
    outcome, reason, _ = crawl.outcome("web/beta.example")
    assert outcome == "broken"
    assert reason is not None
    assert reason.startswith("no spider 'no_such'")
    assert "company_site" in reason
    assert crawl.web.paths("beta.example") == []
