"""Days of the world as dates: day 0 is a fixed date in the past, so that Last-Modified never lies in the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

FIRST_DAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def instant(day: int) -> datetime:
    """04:00 UTC of that day."""
    return FIRST_DAY + timedelta(days=day)


def http_date(day: int) -> str:
    """IMF-fixdate (RFC 9110 section 5.6.7)."""
    return format_datetime(instant(day), usegmt=True)
