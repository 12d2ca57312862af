"""A directory by configuration, crawled over several pages beside an ordinary site."""

from __future__ import annotations

import tomllib
from pathlib import Path

from psycopg.types.json import Jsonb

from leadhouse.jobs.crawl import run_shard
from tests.scrapers.conftest import Answer, Crawl

SAVED = Path(__file__).parents[2] / "scrapers" / "goldens" / "directory"
HTML = {"Content-Type": "text/html"}
SECOND = (
    "<article class='member'><h2>Zweite Seite AG</h2><a class='site' href='https://zweite.example'>x</a></article>"
    "<nav class='pages'><a href='/'>zurück</a></nav>"
)


def configure(crawl: Crawl, host: str, listing: object) -> None:
    config = Jsonb({"spider": "directory", "listing": listing})
    with crawl.database.owner() as connection:
        connection.execute(
            "update app.sources set config = config || %s where source_key = %s", [config, f"web/{host}"]
        )


def test_entries_of_all_pages_land_and_a_wrong_listing_stops_nobody(crawl: Crawl) -> None:
    crawl.web.site("alpha.example", pages=1)
    crawl.web.routes["verband.example", "/"] = Answer((SAVED / "page.html").read_bytes(), headers=HTML)
    crawl.web.routes["verband.example", "/page?nr=2"] = Answer(SECOND.encode(), headers=HTML)
    crawl.web.routes["wrong.example", "/"] = Answer(SECOND.encode(), headers=HTML)
    job_id = crawl.plan("alpha.example", "verband.example", "wrong.example")
    configure(crawl, "verband.example", tomllib.loads((SAVED / "listing.toml").read_text()))
    configure(crawl, "wrong.example", {"entry": "article"})
    run_shard(job_id, 0, "run-1")
    landed = crawl.rows(
        "select distinct source_key, payload #>> '{name,0,value}' as name"
        "  from raw.company_records where source_key <> 'web/alpha.example' order by name"
    )
    assert [tuple(row.values()) for row in landed] == [
        ("web/verband.example", "Gebrüder Quint"),
        ("web/verband.example", "Orgelwerkstatt Lindgren GmbH"),
        ("web/verband.example", "Zweite Seite AG"),
    ]
    assert crawl.rows("select 1 from raw.company_records where source_key = 'web/alpha.example'")
    (refused,) = crawl.rows(
        "select outcome::text, reason from raw.fetches where source_key = 'web/wrong.example' and purpose = 'page'"
    )
    assert refused["outcome"] == "broken"
    assert "config.listing fields" in refused["reason"]
