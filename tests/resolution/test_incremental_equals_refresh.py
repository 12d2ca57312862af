"""Random statements in random batches: incremental, in bulk at once, refreshed, and a plain graph search agree."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.resolution import DecisionError, decide, full_refresh, resolve_unread, settling, stage
from leadhouse.resolution.component import HUB_NAMES
from leadhouse.resolution.reading import LIMITS

pytestmark = pytest.mark.slow

SAID_SAME = """
select decision.organization_id, array_agg(assignments.subject_id) as subject_ids
  from resolution.match_decisions as decision
  join resolution.assignments on case when assignments.organization_id is not distinct from decision.organization_id
       then assignments.origin_entity_id else assignments.entity_id end in (decision.entity_a, decision.entity_b)
   and coalesce(assignments.organization_id, decision.organization_id) is not distinct from decision.organization_id
 where decision.decision = 'same' and decision.decided_by like 'model %' and not decision.is_reverted
 group by decision.match_decision_id, decision.organization_id
"""
UNITS = [f"https://site{number}.example.com/" for number in range(7)]
OWNERS = [None, None, None, "north", "south"]

company = st.fixed_dictionaries(
    {"name": st.sampled_from(["Alpha", "Beta GmbH", "Gamma", "Delta AG"])},
    optional={
        "domain": st.sampled_from(["alpha.de", "beta.de", "gamma.de", "delta.de"]),
        "vat_id": st.sampled_from(["DE1", "DE2", "DE3"]),
        "phone_e164": st.sampled_from(["+4930111", "+4930222"]),
        "email": st.sampled_from(["info@alpha.de", "info@beta.de", "x@gmx.de"]),
    },
)
person = st.fixed_dictionaries(
    {"full_name": st.sampled_from(["Eva Alt", "Udo Neu", "Ida"])},
    optional={"email": st.sampled_from(["eva@alpha.de", "udo@beta.de", "info@beta.de"])},
)
statement = st.tuples(
    st.sampled_from(UNITS), st.sampled_from(OWNERS), st.none() | company, st.lists(person, max_size=2), st.booleans()
)


@pytest.fixture
def low_limits(monkeypatch):
    """Hubs after two names, so that keys turn into hubs and back; starts are settled in parts of two."""
    monkeypatch.setattr(settling, "AT_ONCE", 2)
    for kind in HUB_NAMES:
        monkeypatch.setitem(HUB_NAMES, kind, 2)
    monkeypatch.setitem(LIMITS, "names", [2] * len(HUB_NAMES))


def views(world):
    """For the shared scope and each organization: its groups of subjects, by what they count as there."""
    assignments = world.query("select subject_id, entity_id, organization_id from resolution.assignments")
    redirects = {(row[0], row[1]): row[2] for row in world.redirects()}
    found = {}
    for scope in (None, *world.organizations.values()):
        groups = defaultdict(set)
        for row in assignments:
            if row["organization_id"] in {None, scope}:
                groups[redirects.get((scope, row["entity_id"]), row["entity_id"])].add(row["subject_id"])
        found[scope] = frozenset(map(frozenset, groups.values()))
    return found


def searched(world):
    """The same by plain search over the keys in the database, and by what the match model said."""
    keys = world.query("select * from resolution.subject_keys where is_joining")
    subjects = world.query("select subject_id, organization_id from resolution.subjects")
    said = defaultdict(list)
    for row in world.query(SAID_SAME):
        said[row["organization_id"]].append(row["subject_ids"])
    shared = groups(subjects, keys, None, said[None])
    return {None: shared} | {
        scope: groups(subjects, keys, scope, [*shared, *said[scope]]) for scope in world.organizations.values()
    }


def groups(subjects, keys, scope, given_groups):
    parent = {row["subject_id"]: row["subject_id"] for row in subjects if row["organization_id"] in {None, scope}}

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for group in given_groups:
        first, *rest = group
        for other in rest:
            parent[root(other)] = root(first)
    holders, names = defaultdict(list), defaultdict(set)
    for row in keys:
        if row["subject_id"] in parent:
            key = (row["entity_kind"], row["key_kind"], row["key_value"])
            holders[key].append(row)
            names[key].add(row["counted_name"])
    for key, rows in holders.items():
        own = [row for row in rows if row["organization_id"] == scope]
        if len(names[key]) <= 2 and own:
            for row in rows:
                parent[root(row["subject_id"])] = root(own[0]["subject_id"])
    found = defaultdict(set)
    for node in parent:
        found[root(node)].add(node)
    return frozenset(map(frozenset, found.values()))


runs = count()
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
statements = st.lists(statement, min_size=1, max_size=14)
decision = st.tuples(
    st.integers(0, 40), st.integers(0, 40), st.sampled_from(["same", "different", "undecided"]), st.sampled_from(OWNERS)
)


def play(world, stated):
    """Land the statements in an empty database and resolve where they say so; units are new in every example."""
    example = next(runs)
    world.forget_everything()
    for owner in ("north", "south"):
        world.organization(owner)
    for unit, owner, company_stated, people, resolve_now in stated:
        world.land(f"{unit}{example}", company_stated, people, owner=owner)
        if resolve_now:
            resolve_unread("incremental")
    resolve_unread("incremental")


def resolve_in_bulk(run_id):
    """However few there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "BULK_FROM", 1)
        resolve_unread(run_id)


def check_partition(world, stated):
    play(world, stated)
    incremental, before = views(world), world.state()
    assert incremental == searched(world)
    full_refresh("refresh")
    assert world.state() == before
    world.forget_everything(resolved_only=True)
    resolve_in_bulk("at once")
    assert views(world) == incremental
    before = world.state()
    full_refresh("refresh")
    assert world.state() == before


def check_decisions(world, stated, decisions, later):
    """With decisions in between: a full refresh changes nothing, and every touched entity is in the ledger."""
    play(world, stated)
    for one, other, verdict, owner in decisions:
        ids = sorted(row["entity_id"] for row in world.query("select entity_id from resolution.entities"))
        scope = world.organizations[owner] if owner else None
        if ids:
            with suppress(DecisionError):
                decide(
                    ids[one % len(ids)],
                    ids[other % len(ids)],
                    verdict,
                    decided_by="x",
                    run_id="x",
                    organization_id=scope,
                )
    for unit, owner, company_stated, people, _ in later:
        world.land(unit, company_stated, people, owner=owner)
    resolve_in_bulk("later")
    before = world.state()
    full_refresh("refresh")
    assert world.state() == before
    changed = {row["entity_id"] for row in world.query("select entity_id from resolution.changes where batch_no > 0")}
    assert {row["entity_id"] for row in world.query("select entity_id from resolution.entities")} <= changed
    for organization, _, target in world.redirects():
        [row] = world.query("select status, organization_id from resolution.entities where entity_id = %s", (target,))
        assert row["status"] != "merged", "redirects are flat"
        assert row["organization_id"] in {None, organization}


@settings(max_examples=6, **SLOW)
@given(statements)
def test_incremental_equals_refresh(world, low_limits, stated):
    check_partition(world, stated)


@settings(max_examples=5, **SLOW)
@given(statements, st.lists(decision, min_size=1, max_size=4), st.lists(statement, max_size=3))
def test_decisions_survive_a_refresh(world, low_limits, stated, decisions, later):
    check_decisions(world, stated, decisions, later)


@pytest.mark.prove
@settings(max_examples=300, **SLOW)
@given(statements)
def test_incremental_equals_refresh_at_length(world, low_limits, stated):
    check_partition(world, stated)


@pytest.mark.prove
@settings(max_examples=300, **SLOW)
@given(statements, st.lists(decision, min_size=1, max_size=4), st.lists(statement, max_size=3))
def test_decisions_survive_a_refresh_at_length(world, low_limits, stated, decisions, later):
    check_decisions(world, stated, decisions, later)
