"""When a known page is asked again: what its sitemap says, how long it has stood, and who read it last."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from leadhouse.jobs.sources import KnownFile, KnownPage, Source
from scrapers.base import former, revisits
from scrapers.base.time_budget import PageTooSlowError, limited

NOW = datetime.now(UTC)
EXTRACTOR = "company_site@9"
URL = "http://a.example/products"
DAY = timedelta(days=1)


def known(read: float = 1, confirmed: float = 1, changed: float = 1, extractor: str | None = EXTRACTOR) -> KnownPage:
    """A page that was read, confirmed and changed so many days ago."""
    read_at, confirmed_at, changed_at = (NOW - days * DAY for days in (read, confirmed, changed))
    return KnownPage('"tag"', None, read_at, extractor, confirmed_at, changed_at)


def vouched(page: KnownPage, lastmod: str, former: str | None, former_days: float = 1.0) -> bool:
    return revisits.is_vouched_for(URL, page, EXTRACTOR, lastmod, former, NOW - former_days * DAY)


OLD = "2026-01-31T10:00:00Z"


def test_an_entry_that_has_not_moved_vouches_for_its_page() -> None:
    assert vouched(known(), OLD, OLD)


@pytest.mark.parametrize(
    ("page", "lastmod", "former", "former_days"),
    [
        (known(), "2026-02-01", OLD, 1.0),  # it moved
        (known(), OLD, None, 1.0),  # it is new
        (known(confirmed=3), OLD, OLD, 1.0),  # the page was not reached since the entry was seen
        (known(read=60), OLD, OLD, 1.0),  # sitemaps err: it is read whole now and then
        (known(extractor="company_site@8"), OLD, OLD, 1.0),  # another extractor may find more
        (known(), (NOW + DAY).isoformat(), (NOW + DAY).isoformat(), 1.0),
        (known(), f"{NOW - DAY:%Y-%m-%d}", f"{NOW - DAY:%Y-%m-%d}", 1.0),  # it may have changed twice that day
        (known(), "yesterday", "yesterday", 1.0),
    ],
    ids=["moved", "new", "not-reached-since", "read-long-ago", "other-extractor", "in-the-future", "a-day", "no-date"],
)
def test_what_does_not_vouch(page: KnownPage, lastmod: str, former: str | None, former_days: float) -> None:
    assert not vouched(page, lastmod, former, former_days)


@pytest.mark.parametrize(
    ("stood", "asked_before", "is_due"),
    [(0, 1, True), (10, 1, False), (10, 2.5, True), (60, 10, False), (60, 14.5, True), (400, 14.5, True)],
)
def test_a_page_rests_for_a_fifth_of_the_time_that_it_has_stood(
    stood: float, asked_before: float, is_due: bool
) -> None:
    page = known(confirmed=asked_before, changed=stood + asked_before)
    assert revisits.is_due(URL, page, EXTRACTOR) is is_due


def test_contact_pages_rest_shorter_and_another_extractor_lets_none_rest() -> None:
    page = known(confirmed=6, changed=100)
    assert not revisits.is_due(URL, page, EXTRACTOR)
    assert revisits.is_due("http://a.example/impressum", page, EXTRACTOR)
    assert revisits.is_due(URL, page, "company_site@10")


def test_conditions_hold_for_a_week() -> None:
    assert revisits.conditions(known(read=6), EXTRACTOR) == {"If-None-Match": '"tag"'}
    assert revisits.conditions(known(read=8), EXTRACTOR) == {}
    assert revisits.conditions(known(read=6), "company_site@10") == {}
    assert revisits.conditions(None, EXTRACTOR) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-01-31T10:00:00+02:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T10:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_of_sitemaps(text: str, expected: datetime | None) -> None:
    assert revisits.parse_lastmod(text) == expected


def test_a_page_that_takes_too_long_is_given_up() -> None:
    def read_slowly() -> None:
        deadline = time.monotonic() + 60
        with limited(0.05):
            while time.monotonic() < deadline:
                pass

    with pytest.raises(PageTooSlowError):
        read_slowly()
    with limited(30):
        assert sum(range(1000)) == 499500


@pytest.mark.parametrize(
    ("hours", "status", "is_used"),
    [(23.9, 200, True), (24.1, 200, False), (1, 404, True), (1, 301, True), (1, 500, False), (1, 429, False)],
)
def test_a_robots_txt_holds_for_a_day_and_a_failure_for_no_time(
    hours: float, status: int, is_used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "_read", lambda file: file)
    asked_at = datetime.now(UTC) - timedelta(hours=hours)
    file = KnownFile("http://a.example/robots.txt", "robots", status, asked_at, "file.warc.gz", 0, 100)
    source = Source("web/a.example", "http://a.example/", "a.example", known_files=(file,))
    assert bool(list(former.former_robots([source]))) is is_used
