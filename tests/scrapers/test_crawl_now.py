"""Crawling by hand: no database, no archive; direct connections go to global addresses only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from leadhouse.extraction.page_kind import PageKind
from leadhouse.settings import settings
from scrapers import check
from scrapers.crawl_now import CrawlNowError, crawl_now, read_hosts, start_url
from scrapers.spiders.company_site import CompanySiteSpider
from tests.scrapers.conftest import Web


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    settings.cache_clear()


def test_hosts_and_what_was_found_there(web: Web) -> None:
    web.site("alpha.example")
    web.site("beta.example")
    done: list[int] = []
    found = crawl_now(
        ["alpha.example", "http://beta.example/", "dead.example"],
        proxy=web.url, pages=4, delay=0, on_progress=done.append,
    )  # fmt: skip
    assert list(found) == ["alpha.example", "beta.example", "dead.example"]
    assert found["alpha.example"]["emails"] == ["info@alpha.example"]
    assert found["alpha.example"]["phones"] == ["+4930901820"]
    assert found["beta.example"]["crawl"]["pages"] == 4
    assert found["dead.example"]["crawl"]["outcome"] == "empty"
    assert found["dead.example"]["names"] == []
    assert sorted(done) == [1, 2, 3]


def test_direct_connections_to_this_machine_are_refused(web: Web) -> None:
    port = web.port
    targets = [
        f"http://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://2130706433:{port}/",
        f"http://[::1]:{port}/",
    ]
    found = crawl_now(targets, pages=2, delay=0)
    assert [each["crawl"]["reason"] for each in found.values()] == ["address_not_allowed"] * 4
    assert web.asked == []


@pytest.mark.slow
def test_an_address_that_is_allowed_is_asked_and_no_other_port(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", f"127.0.0.1:{web.port}")
    host = f"127.0.0.1:{web.port}"
    web.page(host, "/", "We allow ourselves.", ("/out",))
    web.page(host, "/out", "Never redirected away.")
    found = crawl_now([f"http://{host}/", "http://127.0.0.1:9/"], pages=3, delay=0)
    assert found[host]["crawl"]["fetched"] == 2
    assert found["127.0.0.1:9"]["crawl"]["reason"] == "address_not_allowed"


@pytest.mark.slow
def test_a_failing_process_says_why() -> None:
    with pytest.raises(CrawlNowError, match="nowhere"):
        crawl_now(["alpha.example"], proxy="http://127.0.0.1:nowhere", pages=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.example\n# comment\n\nb.example # why\na.example\n", ["a.example", "b.example"]),
        (json.dumps({"a.example": "slug"}), ["a.example"]),
        ('\ufeff["https://a.example/x"]', ["https://a.example/x"]),
    ],
)
def test_files_of_hosts(tmp_path: Path, text: str, expected: list[str]) -> None:
    file = tmp_path / "hosts"
    file.write_text(text, encoding="utf-8")
    assert read_hosts(file) == expected


@pytest.mark.parametrize("text", ["", "# nothing\n", "{broken"])
def test_files_without_hosts_say_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "hosts"
    file.write_text(text)
    with pytest.raises(ValueError, match="hosts"):
        read_hosts(file)


@pytest.mark.parametrize("target", ["ftp://a.example/", "http://", "two words"])
def test_what_is_no_site_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="neither a host"):
        start_url(target)


def test_every_spider_is_in_order() -> None:
    assert CompanySiteSpider in check.all_spiders()
    assert check.main([]) == 0


def test_a_spider_without_saved_pages_is_told_so() -> None:
    class Bare(CompanySiteSpider):
        name = "bare"

    told = list(check.faults(Bare))
    assert len(told) == len(PageKind)
    assert all("has no saved page" in fault for fault in told)


def test_a_golden_that_differs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(check.GOLDENS / "company_site", tmp_path / "company_site")
    golden = tmp_path / "company_site" / "ordinary.json"
    golden.write_text(json.dumps({**json.loads(golden.read_text()), "outcome": "empty"}))
    (tmp_path / "company_site" / "parked.json").unlink()
    monkeypatch.setattr(check, "GOLDENS", tmp_path)
    differs, is_missing = check.faults(CompanySiteSpider)
    assert differs == "company_site/ordinary: outcome is 'fetched', the golden says 'empty'."
    assert "company_site/parked has no golden" in is_missing
