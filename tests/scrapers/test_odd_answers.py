"""Whatever a server answers, its source ends with an outcome, and the sources beside it do as well."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from leadhouse.extraction.markup.charset import decode
from leadhouse.jobs.sources import Source
from scrapers.base import answers, redirects, revisits, robots, sitemaps, urls
from scrapers.base.polite_spider import Output
from scrapers.base.site import MAX_REFUSED, Site
from scrapers.base.time_budget import PageTooSlowError, limited
from scrapers.items import FinishedSource
from scrapers.spiders.company_site import CompanySiteSpider
from tests.scrapers import odd_answers
from tests.scrapers.hostile_world import HostileWorld, hostile_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HostileWorld]:
    with hostile_world(tmp_path) as made:
        yield made


def test_every_odd_answer_has_an_outcome(world: HostileWorld) -> None:
    odd = odd_answers.behaviours()
    world.sites |= {f"{name}.example": behaviour for name, behaviour in odd.items()}
    told = world.crawl([world.url(f"{name}.example") for name in odd], timeout=5)["crawls"][0]["sites"]
    reasons = {name: told.get(world.url(f"{name}.example"), {"reason": "no outcome"})["reason"] for name in odd}
    failed = ("no outcome", "crawler_failed", "extractor_failed", "too_slow")
    assert {name: reason for name, reason in reasons.items() if str(reason).startswith(failed)} == {}


@pytest.mark.slow
def test_robots_that_break_off_and_lead_on_have_an_end(world: HostileWorld) -> None:
    world.sites["on.example"] = odd_answers.reset_then_redirected(resets=2)
    world.crawl([world.url("on.example")], pages=1, seconds=60)
    names = {path for _, path in world.asked if path.startswith("/r")}
    assert len(names) <= robots.MAX_REDIRECTS + 1


class Stumbling(CompanySiteSpider):
    """Has a fault that one site provokes."""

    def guess(self, site: Site) -> None:
        """Fails at one host."""
        if "odd" in site.frontier.host:
            raise LookupError("a fault of ours")

    async def begin_site(self, site: Site) -> None:
        """Fails at another."""
        if "torn" in site.frontier.host:
            raise ValueError("the archive holds no such thing")


def test_a_fault_of_ours_ends_one_site_alone() -> None:
    async def outputs() -> list[Output]:
        sources = [
            Source(f"web/{name}", f"http://{name}.example/", f"{name}.example") for name in ("odd", "torn", "calm")
        ]
        return [each async for each in Stumbling(sources, 5).start()]

    odd, torn, calm = asyncio.run(outputs())
    assert isinstance(odd, FinishedSource)
    assert odd.outcome.reason == "crawler_failed: LookupError"
    assert isinstance(torn, FinishedSource)
    assert torn.outcome.reason == "crawler_failed: ValueError"
    assert isinstance(calm, Request)


def test_a_site_whose_rules_close_everything_is_left_soon() -> None:
    spider = CompanySiteSpider([], 5)
    site = Site(Source("web/a", "http://a.example/", "a.example"), 5)
    site.rules["http://a.example"] = robots.read(200, b"User-agent: *\nDisallow: /*e")
    for number in range(3 * MAX_REFUSED):
        site.frontier.add(f"http://a.example/page-{number}", 0.5)
    list(spider._advance(site))
    assert site.refused == MAX_REFUSED
    assert site.is_finished
    assert site.result().counts["left_out_closed"] == 2 * MAX_REFUSED


def test_who_forgives_every_exception_does_not_forgive_a_page_that_takes_too_long() -> None:
    def read() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):  # as readers of strangers' formats do
                sum(range(1000))

    with pytest.raises(PageTooSlowError), limited(0.05):
        read()


@pytest.mark.parametrize("text", [*odd_answers.RETRY_AFTER.values(), None])
def test_a_pause_is_a_number_or_none(text: str | None) -> None:
    assert answers.pause_of_host(503, text, 0) >= 0


@given(st.one_of(st.text(max_size=60), st.text("0123456789²³ ,:+-GMTWedOct", max_size=40)))
def test_any_text_is_a_pause(text: str) -> None:
    assert answers.pause_of_host(503, text, 0) >= 0
    date = f"Wed, 21 Oct 2015 07:28:00 {text}"
    assert answers.pause_of_host(503, date, 0) >= 0


@given(st.text(max_size=60), st.sampled_from(["http://", "//", "http://[", "/", ""]))
def test_any_text_is_a_location(text: str, start: str) -> None:
    found = redirects.target_of(start + text, "http://a.example/b")
    assert found is None or urls.canonical(found) is not None


PIECES = (
    "[", "]", "::1", "a", "b.example", ":", "80", "@", "/", "?", "#", "%", "%00", "\\", " ", "\t", "\xad", "..",
    "\uff0e", "\u2100", "-", "xn--a", "fe80::1%25eth0", "\u0663", "{", "|", "\x7f", "\u200b",
)  # fmt: skip


@given(st.sampled_from(["http://", "https://"]), st.lists(st.sampled_from(PIECES), min_size=1, max_size=7))
def test_what_is_a_url_can_be_asked(scheme: str, pieces: list[str]) -> None:
    url = urls.canonical(scheme + "".join(pieces))
    if url is not None:
        assert Request(url).url
        assert Request(f"{urls.origin_of(url)}/robots.txt").url
        assert urls.canonical(url) == url


@pytest.mark.parametrize("url", ["http://[::1]x/", "http://x[::1]/", "http://]a[::1]/", "http://../", "http://..:80/"])
def test_what_no_parser_agrees_on_is_no_url(url: str) -> None:
    assert urls.canonical(url) is None


@given(st.one_of(st.text(max_size=40), st.dates().map(str), st.datetimes().map(datetime.isoformat)))
def test_any_text_is_a_date_of_a_sitemap(text: str) -> None:
    found = revisits.parse_lastmod(text)
    assert found is None or (found > datetime(2026, 1, 1, tzinfo=UTC)) in (True, False)


def test_the_last_day_has_no_end() -> None:
    assert revisits.parse_lastmod("9999-12-31") is None


PARTS = (b"<url>", b"<loc>", b"</loc>", b"<lastmod>", b"<![CDATA[", b"]]>", b"http://a.example/", b"&#", b"9", b" ",
         b"<sitemapindex>", b"2026-01-01", b"\x1f\x8b", b"\xff")  # fmt: skip


@given(st.one_of(st.binary(max_size=500), st.lists(st.sampled_from(PARTS), max_size=60).map(b"".join)))
def test_any_bytes_are_a_sitemap(body: bytes) -> None:
    found = sitemaps.parse(body)
    assert len(found.pages) + len(found.files) <= sitemaps.MAX_URLS


@pytest.mark.parametrize(
    ("start", "unit"), [(b"<loc>", b" "), (b"<loc><![CDATA[", b"\n"), (b"", b"<loc>"), (b"", b"<")]
)
def test_a_sitemap_is_read_in_linear_time(start: bytes, unit: bytes) -> None:
    def seconds(size: int) -> float:
        body = start + unit * (size // len(unit))
        began = time.process_time()
        sitemaps.parse(body)
        return time.process_time() - began

    short = max(min(seconds(2_000) for _ in range(5)), 0.001)  # by squares 10,000 times as much, by length 100 times
    assert min(seconds(200_000) for _ in range(2)) < 300 * short


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=40).map("text/html; charset={}".format)))
def test_any_bytes_are_text(body: bytes, content_type: str | None) -> None:
    text, codec = decode(body, content_type)
    assert isinstance(text, str)
    assert codec
