"""What a killed night may lose of what was paid for: an answer whose request says so, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.faults.test_kills import assert_paid_for

ONE, TWO = ("north", "cheap", "email", "a"), ("north", "cheap", "email", "b")


def night(paid, landed):
    """What is kept of a night, as far as money goes."""
    return SimpleNamespace(paid=paid, answered={"provider/cheap": landed} if landed else {})


def judge(killed, shown=0):
    world = SimpleNamespace(value=lambda _: shown)
    assert_paid_for(SimpleNamespace(world=world), killed, night({ONE: "hit", TWO: "miss"}, 1), "seed 1")


def test_an_answer_that_went_with_its_worker_is_unknown_and_shown():
    judge(night({ONE: "hit", TWO: "miss"}, 1))
    judge(night({ONE: "unknown", TWO: "miss"}, 0), shown=1)


@pytest.mark.parametrize(
    ("killed", "shown"),
    [
        (night({ONE: "hit", TWO: "miss"}, 0), 0),  # said to have landed
        (night({ONE: "unknown", TWO: "miss"}, 0), 0),  # not shown
        (night({ONE: "unknown", TWO: "miss"}, 1), 1),  # landed all the same
        (night({ONE: "miss", TWO: "miss"}, 0), 0),
        (night({ONE: "claimed", TWO: "miss"}, 0), 0),
        (night({TWO: "miss"}, 0), 0),  # never asked
        (night({ONE: "hit", TWO: "hit"}, 2), 0),
    ],
    ids=["not landed", "not shown", "landed unknown", "other end", "open", "not asked", "one too many"],
)
def test_anything_else_is_a_fault(killed, shown):
    with pytest.raises(AssertionError):
        judge(killed, shown)
