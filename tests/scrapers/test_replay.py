"""A replay reads the archive, and nothing else: what it shows, what it applies, and that it opens no socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadhouse.archive import erase_exchange
from leadhouse.archive.records import Position
from leadhouse.cli import app
from leadhouse.jobs.crawl import run_shard
from leadhouse.records import Value
from leadhouse.settings import PROJECT, settings
from scrapers.replay import replay
from tests.scrapers.conftest import Crawl, go_through, serve

DAY = date(2026, 11, 5)
HOSTS = ("one.example", "two.example")


@pytest.fixture(scope="module")
def crawl(module_database: Any) -> Iterator[Crawl]:
    """Two sites, crawled once; their server is gone by the time of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        with serve() as web:
            go_through(web, patch)
            made = Crawl(module_database, web)
            for host in HOSTS:
                web.site(host)
            run_shard(made.plan(*HOSTS, run_on=DAY, pages=8), 0, "crawled")
        settings.cache_clear()
        yield made
        settings.cache_clear()


def forget_phones(patch: pytest.MonkeyPatch) -> None:
    """An extractor of another version, which reads no phones."""
    read_phones(patch, ())


def read_phones(patch: pytest.MonkeyPatch, numbers: tuple[str, ...]) -> None:
    """An extractor of another version, which reads these numbers and no others."""
    import scrapers.spiders.company_site as spider

    whole = spider.extract_page

    def with_other_phones(*args: Any, **options: Any) -> Any:
        said = whole(*args, **options)
        companies = tuple(
            each.model_copy(
                update={
                    "values": {
                        name: tuple(Value(value=number) for number in numbers) if name == "phone_e164" else values
                        for name, values in each.values.items()
                        if name != "phone_e164" or numbers
                    }
                }
            )
            for each in said.companies
        )
        return said.model_copy(update={"companies": companies, "extractor_version": "next"})

    patch.setattr(spider, "extract_page", with_other_phones)


def applications(crawl: Crawl) -> list[Any]:
    return [tuple(row.values()) for row in crawl.rows("select * from raw.applications order by applied_at")]


def hashes(crawl: Crawl) -> set[str]:
    return {row["statement_hash"] for row in crawl.rows("select statement_hash from raw.extractions")}


def test_the_same_bytes_and_version_change_nothing(crawl: Crawl) -> None:
    before, said = applications(crawl), hashes(crawl)
    found = replay(DAY, DAY, None, "again", applies=True)
    assert found.pages > 6
    assert (found.unchanged, found.changed, found.gone, found.failed) == (found.pages, 0, 0, 0)
    assert (applications(crawl), hashes(crawl)) == (before, said)
    assert replay(date(2026, 1, 1), date(2026, 1, 31), None, "none", applies=False).pages == 0


def test_no_socket_is_opened(crawl: Crawl) -> None:
    """In a process where every connect of Python's sockets is an error; libpq's own is none of them."""
    program = f"""
import sys
def forbid(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.bind"):
        raise RuntimeError(f"{{event}} {{arguments}}")
sys.addaudithook(forbid)
from datetime import date
from scrapers.replay import replay
day = date.fromisoformat("{DAY}")
found = replay(day, day, None, "mute", applies=True)
import json; print(json.dumps(found.as_counts()))
"""
    path = os.pathsep.join((str(PROJECT), str(PROJECT / "plugins")))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1])["unchanged"] > 6


def test_changes_are_shown_first_and_stand_when_applied(crawl: Crawl) -> None:
    before = applications(crawl)
    with pytest.MonkeyPatch.context() as patch:
        forget_phones(patch)
        shown = replay(DAY, DAY, ["web/one.example"], "shown", applies=False)
        assert shown.lost == {"company.phone_e164": shown.changed}
        assert shown.changed == 1
        assert shown.examples[0]["company.phone_e164"] == {"gained": [], "lost": ["+4930901820"]}
        assert shown.as_table() == [("web/one.example", "company.phone_e164", 0, 1, 0)]
        assert applications(crawl) == before
        kept = crawl.rows("select count(*) as n from raw.extractions where extractor_version = 'next'")[0]["n"]
        assert kept == shown.pages
        applied = replay(DAY, DAY, ["web/one.example"], "applied", applies=True)
    assert applied.lost == shown.lost
    added = len(applications(crawl)) - len(before)
    assert added == shown.pages
    assert crawl.rows("select count(*) as n from raw.extractions where extractor_version = 'next'")[0]["n"] == kept
    back = replay(DAY, DAY, ["web/one.example"], "back", applies=True)
    assert back.gained == {"company.phone_e164": 1}
    assert len(applications(crawl)) == len(before) + 2 * added


def test_another_value_in_place_of_one_is_a_change(crawl: Crawl) -> None:
    with pytest.MonkeyPatch.context() as patch:
        read_phones(patch, ("+4930901821",))
        shown = replay(DAY, DAY, ["web/one.example", "web/two.example"], "other", applies=False)
    assert (shown.gained, shown.lost) == ({}, {})
    assert shown.altered["company.phone_e164"] == sum(row[4] for row in shown.as_table()) == shown.changed > 0
    told = shown.as_json()["sources"]["web/one.example"]["company.phone_e164"]
    assert told["altered"] == 1
    assert told["examples"] == [{"unit": shown.examples[0]["unit"], "gained": ["+4930901821"], "lost": ["+4930901820"]}]


def test_the_command_shows_and_writes_the_difference(crawl: Crawl, tmp_path: Path) -> None:
    target = tmp_path / "changes.json"
    asked = ["replay", "--from", str(DAY), "--to", str(DAY), "--source", "web/one.example", "--json", str(target)]
    with pytest.MonkeyPatch.context() as patch:
        read_phones(patch, ("+4930901821",))
        done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "nothing is applied" in done.output
    assert json.loads(target.read_text())["sources"]["web/one.example"]["company.phone_e164"]["altered"] == 1


def test_what_the_archive_lost_and_what_was_erased_is_counted(crawl: Crawl) -> None:
    rows = crawl.rows(
        "select warc_uri, warc_offset, warc_length from raw.fetches where source_key = 'web/two.example'"
        " and url like %s",
        "%/contact",
    )
    erase_exchange(Position(rows[0]["warc_uri"], rows[0]["warc_offset"], rows[0]["warc_length"]))
    found = replay(DAY, DAY, ["web/two.example"], "erased", applies=True)
    assert (found.erased, found.changed, found.failed) == (1, 0, 0)
