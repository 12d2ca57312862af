"""An answer that was given up is let go with its error, not when cycles are looked for."""

from __future__ import annotations

import gc
import weakref

import pytest

from leadhouse.records import Outcome
from scrapers.base.answers import outcome_of_error


class Body:
    """What had come of an answer."""


def caught(bodies):
    body = Body()
    bodies.append(weakref.ref(body))
    try:
        raise ConnectionResetError("amid the body")
    except ConnectionResetError as error:
        return error


@pytest.fixture
def without_collector():
    gc.disable()
    yield
    gc.enable()


def test_what_has_come_goes_with_the_error(without_collector):
    bodies = []
    error = caught(bodies)
    assert bodies[0]() is not None
    assert outcome_of_error(error, "https://a.example/") == (Outcome.BROKEN, "connection_lost: ConnectionResetError")
    assert bodies[0]() is None


def test_the_cause_of_an_error_lets_go_too(without_collector):
    bodies = []
    error = RuntimeError("because of the other")
    error.__cause__ = caught(bodies)
    outcome_of_error(error, "https://a.example/")
    assert bodies[0]() is None


def test_errors_that_are_each_others_cause_come_to_an_end():
    first, second = caught([]), caught([])
    first.__cause__, second.__cause__ = second, first
    assert outcome_of_error(first, "https://a.example/")[0] == Outcome.BROKEN
