"""What the headers of an answer ask of the next request.

Retry-After is RFC 9110, 10.2.3. Remaining and reset are named in three ways: ``X-RateLimit-*`` (by custom),
``RateLimit-*`` (the IETF's draft), and Apollo's requests left per minute, hour and day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MINUTE, HOUR = 60.0, 3600.0
_EPOCH = 1_000_000_000.0  # a reset above it is a moment, one below a number of seconds
_PAIRS = (
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
)
_LEFT = (("x-minute-requests-left", MINUTE), ("x-hourly-requests-left", HOUR), ("x-24-hour-requests-left", 24 * HOUR))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that Retry-After asks for, as a number or a date; None without it or where it cannot be read."""
    stated = _named(headers, "retry-after")
    if stated is None:
        return None
    seconds = _number(stated)
    if seconds is not None:
        return max(0.0, seconds)
    try:
        moment = parsedate_to_datetime(stated)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def pause_before_next(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds to wait before the next request, since this answer used up what its window allows; 0 without need."""
    for remaining, reset in _PAIRS:
        left, at = _number(_named(headers, remaining)), _number(_named(headers, reset))
        if left is not None and left <= 0 and at is not None:
            return max(0.0, at - now.timestamp() if at > _EPOCH else at)
    for name, window in _LEFT:
        left = _number(_named(headers, name))
        if left is not None and left <= 0:
            return window - now.timestamp() % window
    return 0.0


def _named(headers: Mapping[str, str], name: str) -> str | None:
    value = next((value for key, value in headers.items() if key.lower() == name), None)
    return value.strip() if value else None


def _number(text: str | None) -> float | None:
    try:
        found = float(text) if text else None
    except ValueError:
        return None
    return found if found is None or 0 <= found < 1e12 else None
