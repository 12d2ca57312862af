"""Wall 3: what is shared never follows from what is private, and no organization from another."""

from __future__ import annotations

import pytest

from leadhouse.resolution import DecisionError, decide, full_refresh, resolve_unread, unmerge

A, B = "https://alpha.example.com/", "https://beta.example.org/"
ALPHA = {"name": "Alpha", "domain": "alpha.de", "vat_id": "DE111111125"}
BETA = {"name": "Beta", "domain": "beta.de"}


def shared_state(world):
    return {
        table: {row for row in rows if row[position] is None}
        for table, position in {
            "assignments": 3,
            "entities": 2,
            "redirects": 0,
            "subject_keys": 5,
            "origins": 1,
        }.items()
        for rows in [world.state()[table]]
    }


def test_private_record_attaches_to_the_shared_entity(world):
    world.land(A, ALPHA)
    resolve_unread("one")
    world.land("file:list.csv", {"name": "Alpha Bau", "domain": "alpha.de"}, owner="north")
    summary = resolve_unread("two")
    company, north = world.entity(A), world.organizations["north"]
    assert world.entity("file:list.csv", "north") == company
    changes = world.changes(summary.batch_no)
    assert (company, north, "updated") in changes
    assert all(organization == north for _, organization, _ in changes)


def test_private_record_alone_makes_a_private_entity_that_the_web_takes_over(world):
    world.land("file:list.csv", {"name": "Alpha", "domain": "alpha.de"}, owner="north")
    resolve_unread("one")
    private = world.entity("file:list.csv", "north")
    north = world.organizations["north"]
    assert world.query("select organization_id from resolution.entities where entity_id = %s", (private,)) == [
        {"organization_id": north}
    ]
    world.land(A, ALPHA)
    resolve_unread("two")
    assert world.entity("file:list.csv", "north") == world.entity(A) != private
    assert world.redirects() == {(north, private, world.entity(A))}
    world.land(A)
    summary = resolve_unread("three")
    assert world.entity("file:list.csv", "north") == private
    assert (world.status(private), world.redirects()) == ("active", set())
    assert (private, north, "unmerged") in world.changes(summary.batch_no)


def test_contradicting_imports_do_not_meet(world):
    """North says the two are one company, south that they are two, and both get the person's address wrong."""
    world.land_all([world.extraction(A, ALPHA), world.extraction(B, BETA)])
    resolve_unread("one")
    before = shared_state(world)
    world.land(
        "file:n.csv",
        ALPHA | {"domain": ["alpha.de", "beta.de"]},
        [{"full_name": "Eva Alt", "email": "eva@alpha.de"}],
        owner="north",
    )
    world.land("file:s.csv", [ALPHA, BETA], [{"full_name": "Eva Neu", "email": "eva@alpha.de"}], owner="south")
    resolve_unread("two")
    north, south = world.organizations["north"], world.organizations["south"]
    assert shared_state(world) == before
    assert world.entity("file:n.csv", "north", "person") != world.entity("file:s.csv", "south", "person")
    joined = {(source, target) for organization, source, target in world.redirects() if organization == north}
    assert {world.entity(A), world.entity(B)} & {source for source, _ in joined}, "north sees the two as one"
    assert world.entity("file:s.csv", "south", number=0) == world.entity(A)
    assert world.entity("file:s.csv", "south", number=1) == world.entity(B)
    assert not {world.entity(A), world.entity(B)} & {s for o, s, _ in world.redirects() if o == south}


def test_private_names_do_not_make_a_shared_key_a_hub(world):
    world.land(A, {"name": "Alpha", "domain": "portal.de"})
    world.land(B, {"name": "Beta", "domain": "portal.de"})
    resolve_unread("one")
    rows = [{"name": f"Firma {chr(97 + n)}", "domain": "portal.de"} for n in range(25)]
    world.land("file:list.csv", rows, owner="north")
    world.land("file:list.csv", rows[0], owner="south")
    resolve_unread("two")
    assert world.entity(A) == world.entity(B)
    assert len({world.entity("file:list.csv", "north", number=n) for n in range(25)}) == 25
    assert world.entity("file:list.csv", "south") == world.entity(A)


def test_decision_of_a_tenant_is_a_redirect_inside_it(world):
    world.land_all([world.extraction(A, ALPHA), world.extraction(B, BETA)])
    world.land("file:s.csv", BETA, owner="south")
    resolve_unread("one")
    before = shared_state(world)
    north = world.organization("north")
    made = decide(world.entity(A), world.entity(B), "same", decided_by="eva", run_id="x", organization_id=north)
    assert shared_state(world) == before
    [(organization, loser, winner)] = {each for each in world.redirects() if each[0] != world.organizations["south"]}
    assert (organization, {loser, winner}) == (north, {world.entity(A), world.entity(B)})
    assert world.changes(made.batch_no) == {(loser, north, "merged"), (winner, north, "updated")}
    undone = unmerge(loser, decided_by="eva", run_id="x", organization_id=north)
    assert not [each for each in world.redirects() if each[0] == north]
    assert (loser, north, "unmerged") in world.changes(undone.batch_no)


def test_tenant_parts_its_own_record_from_the_shared_entity(world):
    world.land(A, ALPHA)
    world.land("file:n.csv", ALPHA, owner="north")
    world.land("file:s.csv", ALPHA, owner="south")
    resolve_unread("one")
    north = world.organizations["north"]
    [private] = [source for organization, source, _ in world.redirects() if organization == north]
    unmerge(private, decided_by="eva", run_id="x", organization_id=north)
    assert world.entity("file:n.csv", "north") == private
    assert world.entity("file:s.csv", "south") == world.entity(A)
    world.land(A, ALPHA | {"language": "de"})
    resolve_unread("two")
    assert world.entity("file:n.csv", "north") == private


def test_tenant_cannot_part_what_is_shared(world):
    world.land_all([world.extraction(A, ALPHA), world.extraction(B, BETA | {"vat_id": "DE111111125"})])
    resolve_unread("one")
    north = world.organization("north")
    [(_, loser, winner)] = world.redirects()
    with pytest.raises(DecisionError, match="only the operator"):
        decide(loser, winner, "different", decided_by="eva", run_id="x", organization_id=north)
    with pytest.raises(DecisionError, match="not merged"):
        unmerge(loser, decided_by="eva", run_id="x", organization_id=north)


def test_tenant_cannot_name_another_tenants_entity(world):
    world.land("file:n.csv", ALPHA, owner="north")
    world.land("file:s.csv", BETA, owner="south")
    resolve_unread("one")
    with pytest.raises(DecisionError, match="no entity"):
        decide(
            world.entity("file:n.csv", "north"), world.entity("file:s.csv", "south"), "same",
            decided_by="eva", run_id="x", organization_id=world.organizations["north"],
        )  # fmt: skip


def test_tenants_redirect_follows_a_shared_merge(world):
    world.land_all([world.extraction(A, ALPHA), world.extraction(B, BETA)])
    world.land("file:n.csv", BETA, owner="north")
    resolve_unread("one")
    private_target = world.entity("file:n.csv", "north")
    assert private_target == world.entity(B)
    world.land(B + "imprint", BETA | {"vat_id": "DE111111125"})
    resolve_unread("two")
    assert world.entity("file:n.csv", "north") == world.entity(A) == world.entity(B)
    active = {
        row["entity_id"] for row in world.query("select entity_id from resolution.entities where status = 'active'")
    }
    assert {target for _, _, target in world.redirects()} <= active
    before = world.state()
    full_refresh("refresh")
    assert world.state() == before
