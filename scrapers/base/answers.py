"""From an answer, or the lack of one, to its outcome; and when to ask again."""

from __future__ import annotations

import contextlib
import email.utils
import inspect
import time
import traceback
from datetime import UTC, datetime

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)

from leadhouse.extraction.page_kind import PageKind
from leadhouse.network import AddressRefusedError
from leadhouse.records import Outcome

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
GONE = frozenset({404, 410})
BLOCKED = frozenset({401, 403, 407, 429, 451})
AGAIN = frozenset({408, 429, 500, 502, 503, 504, 522, 524})

CLOSING = frozenset({429, 503})  # the host as a whole wishes to be asked later (RFC 9110 15.6.4, RFC 6585 4)
_MAY_WAIT = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR

LONGEST_PAUSE = 60.0  # a site that asks for more is left for another night
FIRST_PAUSE = 0.5
MAX_ATTEMPTS = 2
MAX_STRIKES = 3  # answers of CLOSING in a row, after which the host is left alone

# What the kind of a page makes of its fetch, and whether the page may retract what it said before: a page that could
# not be read, that hides behind a login or is being mended, is no evidence of absence.
KINDS: dict[PageKind, tuple[Outcome, bool]] = {
    PageKind.ORDINARY: (Outcome.FETCHED, True),
    PageKind.TEMPLATE: (Outcome.FETCHED, True),
    PageKind.SOFT_404: (Outcome.EMPTY, True),
    PageKind.PARKED: (Outcome.EMPTY, True),
    PageKind.EMPTY: (Outcome.EMPTY, False),
    PageKind.LOGIN_WALL: (Outcome.BLOCKED, False),
    PageKind.COOKIE_WALL: (Outcome.BLOCKED, False),
    PageKind.MAINTENANCE: (Outcome.EMPTY, False),
    PageKind.SCRIPT_ONLY: (Outcome.FETCHED, False),
    PageKind.FRAMESET: (Outcome.FETCHED, False),
    PageKind.UNKNOWN_CHARSET: (Outcome.FETCHED, False),
    PageKind.PDF: (Outcome.FETCHED, False),
    PageKind.IMAGE: (Outcome.FETCHED, False),
    PageKind.OTHER: (Outcome.FETCHED, False),
}
# Their links are followed although they are no page of facts: a site that is being mended still leads to its contacts,
# and often to all that stood there before.
LEADING_ON = frozenset({PageKind.MAINTENANCE})


class HostBusyError(IgnoreRequest):
    """Another crawl asks the host, or it wishes not to be asked yet; the message is the fetch's reason."""


def outcome_of_status(status: int) -> tuple[Outcome, str]:
    """The outcome of an answer that is neither 2xx, 304 nor a redirect."""
    if status in BLOCKED:
        return Outcome.BLOCKED, f"http_{status}"
    if status in GONE:
        return Outcome.EMPTY, f"http_{status}"
    return Outcome.BROKEN, f"http_{status}"


def outcome_of_error(error: BaseException, url: str) -> tuple[Outcome, str]:
    """The outcome of a request without an answer. What its frames hold, megabytes of a body, is let go at once."""
    _clear_frames(error)
    if isinstance(error, HostBusyError):
        return Outcome.BLOCKED, str(error)[:200]
    if isinstance(error, AddressRefusedError):
        return Outcome.BLOCKED, "address_not_allowed"
    if isinstance(error, DownloadCancelledError) or "DOWNLOAD_MAXSIZE" in str(error):
        return Outcome.BROKEN, "too_large"
    if isinstance(error, CannotResolveHostError):
        return Outcome.BROKEN, "dns"
    if isinstance(error, DownloadTimeoutError):
        return Outcome.BROKEN, "timeout"
    if isinstance(error, DownloadConnectionRefusedError):
        return Outcome.BROKEN, "connection_refused"
    if isinstance(error, IgnoreRequest):
        return Outcome.BROKEN, str(error)[:200] or "ignored"
    return Outcome.BROKEN, f"connection_lost: {type(error).__name__}"


def _clear_frames(error: BaseException | None) -> None:
    """An error and its frames hold each other, and what has begun to come with them, until cycles are looked for.

    Functions only: to clear the frame of a coroutine that waits would end it. Errors may be each other's cause.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if not frame.f_code.co_flags & _MAY_WAIT:
                with contextlib.suppress(RuntimeError):  # it still runs
                    frame.clear()
        error = error.__cause__ or error.__context__


def is_worth_another_try(error: BaseException) -> bool:
    """Whether the same request may do better a moment later."""
    return not isinstance(error, IgnoreRequest | DownloadCancelledError | AddressRefusedError | CannotResolveHostError)


def pause_before_retry(status: int | None, retry_after: str | None, attempt: int) -> float | None:
    """Seconds to wait before the next attempt; None when there is to be none."""
    if attempt + 1 >= MAX_ATTEMPTS or (status is not None and status not in AGAIN):
        return None
    pause = _seconds(retry_after)
    if pause is None:
        pause = FIRST_PAUSE * 4**attempt
    return pause if pause <= LONGEST_PAUSE else None


def pause_of_host(status: int, retry_after: str | None, strikes: int) -> float:
    """Seconds for which an answer asks to be left alone, 0 for none: Retry-After, with any status (RFC 9110 10.2.3).

    429 and 503 without it are met with a pause that doubles with each of the `strikes` before.
    """
    asked = _seconds(retry_after)
    if asked is not None:
        return asked
    return FIRST_PAUSE * 2**strikes if status in CLOSING else 0.0


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After (RFC 9110 10.2.3): seconds or a date; None for what is neither, whatever it is made of."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():  # "²" is a digit, and no number
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or a zone of twenty digits
        return None
    moment = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.fromtimestamp(time.time(), UTC)).total_seconds())
