"""What headers ask of the next request, and that a session heeds it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from demo.providers.rest import RestSimulator
from demo.servers.wire import json_answer
from leadhouse.connectors.answer_limits import pause_before_next, retry_after
from leadhouse.connectors.api_client import Patience, open_client
from leadhouse.connectors.source_errors import SourceError

NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
EPOCH = str(int((NOW + timedelta(seconds=9)).timestamp()))


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("7", 7.0), ("0.5", 0.5), ("Sat, 21 Nov 2026 12:00:45 GMT", 15.0), ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None), ("-3", None), ("", None),
    ],
)  # fmt: skip
def test_retry_after(stated, seconds):
    assert retry_after({"retry-AFTER": stated}, NOW) == seconds
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": EPOCH}, 9.0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "4"}, 4.0),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": EPOCH}, 0.0),
        ({"X-RateLimit-Remaining": "0"}, 0.0),
        ({"X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "?"}, 0.0),
        ({"x-minute-requests-left": "0"}, 30.0),
        ({"x-minute-requests-left": "1", "x-hourly-requests-left": "0"}, 3570.0),
        ({}, 0.0),
    ],
)
def test_a_window_that_is_used_up(headers, seconds):
    assert pause_before_next(headers, NOW) == pytest.approx(seconds)


def test_a_session_waits_as_long_as_it_is_asked_to_and_no_longer_than_it_may(world, served, monkeypatch):
    simulator = RestSimulator(world, sign_in="none")
    url = f"{served(simulator)}/contacts/single"
    patience = Patience(connect=2, answer=2, attempts=3, first_pause=0.001, longest_pause=1)
    answers = [json_answer({}, 429, {"Retry-After": "0.3"}), json_answer([])]
    monkeypatch.setattr(simulator, "answer", lambda _: answers.pop(0))
    client = open_client(url, {}, requests_per_second=1000, patience=patience, has_credentials=False)
    started = time.monotonic()
    assert client.ask("GET", url).json() == []
    assert time.monotonic() - started >= 0.3
    answers[:] = [json_answer({}, 429, {"Retry-After": "3600"})]
    with pytest.raises(SourceError) as failure:
        client.ask("GET", url)
    assert (failure.value.reason, failure.value.retry_after) == ("rate_limited", 3600)
    answers[:] = [json_answer([], headers={"RateLimit-Remaining": "0", "RateLimit-Reset": "600"})]
    client.ask("GET", url)
    with pytest.raises(SourceError, match="no request for"):
        client.ask("GET", url)
    assert len(simulator.heard) == 4
    client.close()


def test_redirects_are_not_followed(world, served, monkeypatch):
    simulator = RestSimulator(world, sign_in="none")
    url = served(simulator)
    monkeypatch.setattr(simulator, "answer", lambda _: json_answer({}, 302, {"Location": "http://127.0.0.1:9/"}))
    client = open_client(url, {}, requests_per_second=1000, has_credentials=False)
    assert client.ask("GET", f"{url}/x").status_code == 302
    assert len(simulator.heard) == 1
    client.close()
