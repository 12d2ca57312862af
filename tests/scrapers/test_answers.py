"""Robots by RFC 9309, Retry-After by RFC 9110, sitemaps of any make."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from leadhouse.records import Outcome
from scrapers.base import answers, robots, sitemaps

AGENT = "Leadhouse/0.1 (+https://leadhouse.example/bot)"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_unavailable_robots_allow(status: int) -> None:
    rules = robots.read(status, b"User-agent: *\nDisallow: /")  # the body of an error is no file
    assert rules.closed is None
    assert rules.allows("https://a.example/x", AGENT)


@pytest.mark.parametrize(("status", "outcome"), [(500, Outcome.BROKEN), (503, Outcome.BROKEN), (429, Outcome.BLOCKED)])
def test_unreachable_robots_close(status: int, outcome: Outcome) -> None:
    closed = robots.read(status, b"").closed
    assert closed is not None
    assert closed[0] is outcome


def test_rules_are_read_for_our_name_and_for_all() -> None:
    text = b"User-agent: leadhouse\nDisallow: /private\n\nUser-agent: *\nDisallow: /\nCrawl-delay: 3\nSitemap: https://a.example/m.xml"
    rules = robots.read(200, text)
    assert rules.allows("https://a.example/open", AGENT)
    assert not rules.allows("https://a.example/private/x", AGENT)
    assert not rules.allows("https://a.example/open", "other")
    assert rules.crawl_delay("other") == 3
    assert rules.sitemaps() == ["https://a.example/m.xml"]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<html>not robots</html>", b"Disallow: /\n" * 100_000])
def test_malformed_robots_do_not_raise(body: bytes) -> None:
    assert robots.read(200, body).allows("https://a.example/", AGENT)


def test_an_endless_crawl_delay_is_capped() -> None:
    assert robots.read(200, b"User-agent: *\nCrawl-delay: 86400").crawl_delay(AGENT) == robots.MAX_CRAWL_DELAY


def test_retry_after_in_seconds_or_as_a_date() -> None:
    assert answers.pause_before_retry(429, "7", 0) == 7
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 15 < (answers.pause_before_retry(503, later, 0) or 0) <= 20
    assert answers.pause_before_retry(503, "Wed, 21 Oct 2015 07:28:00 GMT", 0) == 0
    assert answers.pause_before_retry(503, "soon", 0) == answers.FIRST_PAUSE


def test_no_further_try_where_none_helps() -> None:
    assert answers.pause_before_retry(429, "3600", 0) is None
    assert answers.pause_before_retry(404, None, 0) is None
    assert answers.pause_before_retry(503, None, answers.MAX_ATTEMPTS - 1) is None


def test_sitemaps_plain_gzipped_and_indexed() -> None:
    plain = b"<urlset><url><loc> https://a.example/x?a=1&amp;b=2 </loc></url><url><loc><![CDATA[https://a.example/y]]></loc></url></urlset>"
    assert sitemaps.read(plain) == (["https://a.example/x?a=1&b=2", "https://a.example/y"], [])
    assert sitemaps.read(gzip.compress(plain)) == sitemaps.read(plain)
    index = b"<sitemapindex><sitemap><loc>https://a.example/pages.xml</loc></sitemap></sitemapindex>"
    assert sitemaps.read(index) == ([], ["https://a.example/pages.xml"])


@pytest.mark.parametrize("body", [b"", b"\x1f\x8bbroken", b"<urlset><loc>", gzip.compress(b" " * 50_000_000)])
def test_broken_sitemaps_are_empty(body: bytes) -> None:
    assert sitemaps.read(body) == ([], [])


def test_an_entity_bomb_is_text() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><loc>https://a.example/&b;</loc></urlset>'
    assert sitemaps.read(bomb)[0] == ["https://a.example/&b;"]


def test_the_number_of_urls_is_bounded() -> None:
    many = b"<urlset>" + b"".join(b"<loc>https://a.example/%d</loc>" % i for i in range(20_000)) + b"</urlset>"
    assert len(sitemaps.read(many)[0]) == sitemaps.MAX_URLS
