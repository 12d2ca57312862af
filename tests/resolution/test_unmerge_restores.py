"""Random merges, taken back in any order: what stands together is what was said, and in the end all is as it was."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.resolution import decide, full_refresh, resolve_unread, unmerge

pytestmark = pytest.mark.slow
FIRMS = 6
pairs = st.tuples(st.integers(0, FIRMS - 1), st.integers(0, FIRMS - 1)).filter(lambda pair: pair[0] < pair[1])
SETTINGS = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def unit(number):
    return f"https://firm{number}.example/"


def begin(world):
    """Firms of their own names and domains, each an entity; returns their ids and all that is known of them."""
    world.forget_everything()
    world.land_all(
        [
            world.extraction(unit(number), {"name": name, "domain": f"firm{number}.example"})
            for number, name in enumerate(("Ahorn", "Birke", "Dachs", "Eiche", "Fuchs", "Hasel"))
        ]
    )
    resolve_unread("first")
    return [world.entity(unit(number)) for number in range(FIRMS)], world.state()


def say(entities, pair, decision):
    decide(entities[pair[0]], entities[pair[1]], decision, decided_by="eva", run_id="said")


def together(world):
    groups = {}
    for number in range(FIRMS):
        groups.setdefault(world.entity(unit(number)), set()).add(number)
    return {frozenset(each) for each in groups.values()}


def connected(said):
    label = list(range(FIRMS))
    for one, other in said:
        label = [label[one] if each == label[other] else each for each in label]
    return {frozenset(n for n in range(FIRMS) if label[n] == each) for each in label}


@SETTINGS
@given(st.lists(st.tuples(pairs, st.booleans()), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_merges_taken_back_in_any_order_leave_nothing(world, steps, chance):
    entities, before = begin(world)
    said = set()
    for pair, is_same in steps:
        say(entities, pair, "same" if is_same else "undecided")
        said = said | {pair} if is_same else said - {pair}
        assert together(world) == connected(said)
    for pair in chance.sample(sorted(said), len(said)):
        say(entities, pair, "undecided")
    assert world.state() == before
    full_refresh("again")
    assert world.state() == before


@SETTINGS
@given(st.lists(pairs, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_unmerging_whoever_is_merged_restores_all(world, steps, chance):
    entities, before = begin(world)
    for pair in steps:
        say(entities, pair, "same")
    for _ in range(FIRMS * (FIRMS - 1) // 2):  # each parts two for good; a third may stand with the other of them then
        merged = {source: target for _, source, target in world.redirects()}
        if not merged:
            break
        undone = chance.choice(sorted(merged))
        unmerge(undone, decided_by="eva", run_id="undone")
        number = entities.index(undone)
        assert world.entity(unit(number)) != world.entity(unit(entities.index(merged[undone])))
    assert world.state() == before
