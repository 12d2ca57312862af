"""Three nights in a row, each run once and then read by many tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadhouse import resolution
from tests.night.night_facts import NightFacts, capture
from tests.night.night_stages import NightRun, build_models, run_stages
from tests.night.night_world import NightWorld, make_world
from tests.scrapers.forked_shards import fork_shards


@pytest.fixture(scope="module")
def world(module_database: Any) -> Iterator[NightWorld]:
    """The world of the demo before an empty database."""
    world = make_world(module_database)
    with pytest.MonkeyPatch.context() as patch:
        fork_shards(patch)
        yield world
    world.stop()


@pytest.fixture(scope="module")
def first(world: NightWorld) -> NightFacts:
    """Night 0, whole."""
    loaded = world.begin(0)
    return capture(world, run_stages(world.world, loaded, "night-0", world.state.run_on))


@pytest.fixture(scope="module")
def parted(world: NightWorld, first: NightFacts) -> NightFacts:
    """After night 0, once a person has undone the planted wrong merge."""
    _, parted = first.truth["wrong_merge"]["domains"]
    [joined] = first.companies_at(parted)
    [loser] = world.rows(
        "select distinct origin_entity_id as id from resolution.assignments"
        " join resolution.subject_keys using (subject_id, entity_kind)"
        " where key_kind = 'domain' and key_value = %s and assignments.organization_id is null"
        " and entity_kind = 'company' and origin_entity_id <> %s",
        parted, joined,
    )  # fmt: skip
    resolution.unmerge(
        loser["id"], decided_by="mara.petersen", run_id="by_hand", reason="two shops, one printed VAT id"
    )
    run = NightRun("by_hand", world.state.run_on, jobs=first.run.jobs)
    build_models(run)
    return capture(world, run)


@pytest.fixture(scope="module")
def second(world: NightWorld, parted: NightFacts) -> NightFacts:
    """Night 1, in which about a twentieth of the world has changed."""
    loaded = world.begin(1)
    return capture(world, run_stages(world.world, loaded, "night-1", world.state.run_on))


@pytest.fixture(scope="module")
def again(world: NightWorld, second: NightFacts) -> NightFacts:
    """Night 1 once more: new requests, the same world."""
    loaded = world.begin(1)
    return capture(world, run_stages(world.world, loaded, "night-1-again", world.state.run_on))
