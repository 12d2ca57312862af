"""Merge, un-merge, decisions, and a full refresh that finds the same, ids included."""

from __future__ import annotations

import uuid

import pytest

from leadhouse.resolution import DecisionError, decide, full_refresh, resolve_unread, unmerge

A, B, C = "https://alpha.example.com/", "https://beta.example.org/", "https://gamma.example.net/"
VAT = {"vat_id": "DE111111125"}


@pytest.fixture
def wrongly_merged(world):
    """A wrong VAT id on one imprint joins two companies in the very batch in which both are first seen."""
    pages = [
        world.extraction(A, {"name": "Alpha", "domain": "alpha.de"} | VAT, [{"full_name": "Eva Alt"}]),
        world.extraction(A + "team", {"name": "Alpha", "domain": "alpha.de"}),
        world.extraction(B, {"name": "Beta", "domain": "beta.de"} | VAT, [{"full_name": "Udo Neu"}]),
    ]
    world.land_all(pages)
    resolve_unread("one")
    assert world.entity(A) == world.entity(B)
    [(_, loser, winner)] = world.redirects()
    return loser, winner


def test_wrong_merge_is_undone_and_stays_undone(world, wrongly_merged):
    loser, winner = wrongly_merged
    made = unmerge(loser, decided_by="eva", run_id="x", reason="two firms, one wrong imprint")
    assert (world.entity(A), world.entity(B)) == (winner, loser)
    assert world.redirects() == set()
    changes = world.changes(made.batch_no)
    assert {(loser, None, "unmerged"), (winner, None, "updated")} <= changes
    assert (world.entity(B, kind="person"), None, "updated") in changes, "Udo's company is another one now"
    [redirect] = world.query("select reverted_batch_no from resolution.redirects")
    assert redirect["reverted_batch_no"] == made.batch_no
    world.land(B, {"name": "Beta AG", "domain": "beta.de"} | VAT)
    resolve_unread("two")
    assert (world.entity(A), world.entity(B)) == (winner, loser)
    before = world.state()
    full_refresh("refresh")
    assert world.state() == before


def test_undecided_takes_the_unmerge_back(world, wrongly_merged):
    loser, winner = wrongly_merged
    unmerge(loser, decided_by="eva", run_id="x")
    decide(loser, winner, "undecided", decided_by="eva", run_id="x")
    assert world.entity(B) == winner
    assert world.status(loser) == "merged"


def test_same_joins_what_no_key_joins(world):
    world.land_all(
        [
            world.extraction(A, {"name": "Alpha", "domain": "alpha.de"}),
            world.extraction(B, {"name": "Beta", "domain": "beta.de"}),
        ]
    )
    resolve_unread("one")
    made = decide(world.entity(A), world.entity(B), "same", decided_by="eva", run_id="x")
    assert world.entity(A) == world.entity(B)
    [row] = world.query(
        "select match_key, match_reason from resolution.assignments where entity_id <> origin_entity_id"
    )
    assert row == {"match_key": f"decision:{made.match_decision_id}", "match_reason": "decided by eva"}


def test_cut_is_deterministic_whatever_comes_first(world):
    """Alpha and Beta must stay apart; Gamma shares a key with both and goes to the stronger one."""
    world.land_all([
        world.extraction(A, {"name": "Alpha", "domain": "alpha.de", "phone_e164": "+4930111111"}),
        world.extraction(B, {"name": "Beta", "domain": "beta.de"} | VAT),
    ])  # fmt: skip
    resolve_unread("one")
    decide(world.entity(A), world.entity(B), "different", decided_by="eva", run_id="x")
    world.land(C, {"name": "Alpha", "domain": "gamma.de", "phone_e164": "+4930111111"} | VAT)
    resolve_unread("two")
    assert world.entity(C) == world.entity(B) != world.entity(A)
    before = world.state()
    full_refresh("refresh")
    assert world.state() == before


def test_decision_that_cannot_be_made_says_why(world, wrongly_merged):
    loser, winner = wrongly_merged
    person = world.entity(A, kind="person")
    for pair, message in (
        ((winner, winner), "twice"),
        ((winner, uuid.uuid4()), "no entity"),
        ((winner, person), "one a person"),
    ):
        with pytest.raises(DecisionError, match=message):
            decide(*pair, "same", decided_by="eva", run_id="x")
    with pytest.raises(DecisionError, match=str(loser)):
        unmerge(winner, decided_by="eva", run_id="x")


def test_chain_of_merges_is_flat_and_comes_apart_again(world):
    companies = {A: "alpha.de", B: "beta.de", C: "gamma.de"}
    ids = {}
    for unit, domain in companies.items():
        world.land(unit, {"name": domain, "domain": domain})
        resolve_unread(unit)
        ids[unit] = world.entity(unit)
    decide(ids[B], ids[C], "same", decided_by="eva", run_id="x")
    decide(ids[A], ids[B], "same", decided_by="eva", run_id="x")
    assert {(source, target) for _, source, target in world.redirects()} == {(ids[B], ids[A]), (ids[C], ids[A])}
    decide(ids[A], ids[B], "undecided", decided_by="eva", run_id="x")
    assert {(source, target) for _, source, target in world.redirects()} == {(ids[C], ids[B])}
    assert [world.entity(unit) for unit in companies] == [ids[A], ids[B], ids[B]]
