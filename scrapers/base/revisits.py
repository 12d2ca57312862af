"""When a known page is asked for again, and with which conditions.

Three things say that a page need not be asked: its sitemap entry has not moved since the page was last confirmed; or it
has stood unchanged for so long that it is not due. Both are bounded, since sitemaps and servers err: every page is read
whole again from time to time, a page that a sitemap vouches for later than one that is asked each night.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

from leadhouse.extraction.contact_links import contact_score
from leadhouse.jobs.sources import KnownPage

CONDITION_DAYS = 7  # after that a page is read whole again: some servers answer 304 whatever has changed
VOUCHED_DAYS = 28  # the same for a page whose sitemap entry stands still
# A page that stood unchanged for n days is due again after a fifth of that: had it changed about once in such a time,
# it would have changed by then with a chance of one in six (Cho, Garcia-Molina: Estimating Frequency of Change, 2003).
PATIENCE = 0.2
MOST_PATIENT = timedelta(days=14)
CONTACT_PATIENT = timedelta(days=5)  # pages that say who the company is
CONTACT_SCORE = 0.7
TOLERANCE = timedelta(hours=1)  # a start page is read shortly before its sitemap


def is_read_by(known: KnownPage, extractor: str) -> bool:
    """Whether its standing statement, if any, was made by this extractor (``name@version``)."""
    return known.extractor is None or known.extractor == extractor


def conditions(known: KnownPage | None, extractor: str) -> dict[str, str]:
    """Validators of the page as it was last read (RFC 9110 13.1), unless it is to be read whole."""
    if known is None or not is_read_by(known, extractor) or not _is_within(known.read_at, CONDITION_DAYS):
        return {}
    validators = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in validators.items() if value}


def is_vouched_for(
    url: str, known: KnownPage, extractor: str, lastmod: str, former_lastmod: str | None, former_at: datetime
) -> bool:
    """Whether the sitemap says of a known page that it is as it was.

    `former_lastmod` is what the sitemap said at `former_at`, before the page was last confirmed. The texts are
    compared, for servers' clocks differ from ours; as a moment it is read only to see that it has passed.
    """
    if lastmod != former_lastmod or known.confirmed_at is None or not is_read_by(known, extractor):
        return False
    # spread, so that a site is not read whole all in one night
    days = VOUCHED_DAYS + zlib.crc32(url.encode()) % VOUCHED_DAYS
    if known.confirmed_at < former_at - TOLERANCE or not _is_within(known.read_at, days):
        return False
    changed = parse_lastmod(lastmod)
    return changed is not None and changed <= known.confirmed_at


def is_due(url: str, known: KnownPage, extractor: str, now: datetime | None = None) -> bool:
    """Whether a page of which no sitemap speaks is to be asked tonight, by how long it has stood unchanged."""
    now = now or datetime.now(UTC)
    if known.confirmed_at is None or known.changed_at is None or not is_read_by(known, extractor):
        return True
    patience = min((known.confirmed_at - known.changed_at) * PATIENCE, MOST_PATIENT)
    if patience > CONTACT_PATIENT and contact_score(url) >= CONTACT_SCORE:
        patience = CONTACT_PATIENT
    return now - known.confirmed_at >= patience


def parse_lastmod(text: str) -> datetime | None:
    """A date of the sitemap protocol (W3C date and time), UTC where no zone is given; of a bare day its end.

    Whoever changes a page twice a day gives it the same day twice.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        if len(text.strip()) <= len("2026-01-31"):
            found += timedelta(days=1)
    except (ValueError, OverflowError):  # no date, or the last one that there is
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_within(moment: datetime | None, days: int) -> bool:
    return moment is not None and moment >= datetime.now(UTC) - timedelta(days=days)
