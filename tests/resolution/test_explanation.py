"""What a person is told about an entity, and what a check of an address touches."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from leadhouse.resolution import explain, resolve_unread, unmerge

A, B = "https://alpha.example.com/", "https://beta.example.org/"
VAT = {"vat_id": "DE111111125"}
DAY = datetime(2026, 11, 20, tzinfo=UTC)


def test_explanation_names_records_keys_merges_and_decisions(world):
    world.land(A, {"name": "Alpha", "domain": "alpha.de", "email": "info@gmx.de"} | VAT)
    world.land(B, {"name": "Alpha", "domain": "alpha-shop.de"} | VAT)
    resolve_unread("one")
    told = explain(world.entity(A))
    assert [(each.unit_key, each.match_key) for each in told.records] == [
        (A, "domain:alpha.de" if world.entity(A) == told.records[0].origin_entity_id else "vat_id:DE111111125"),
        (B, "domain:alpha-shop.de" if world.entity(A) == told.records[1].origin_entity_id else "vat_id:DE111111125"),
    ]
    assert {each.value for each in told.keys if each.ignored} == {"info@gmx.de"}
    [merge] = told.merges
    assert (merge.reason, merge.is_reverted) == ("exact key: vat_id:DE111111125", False)
    unmerge(merge.from_entity_id, decided_by="eva", run_id="x", reason="wrong imprint")
    told = explain(merge.from_entity_id)
    assert [(each.decision, each.reason) for each in told.decisions] == [("different", "wrong imprint")]
    assert [each.is_reverted for each in told.merges] == [True]


def test_explanation_shows_nobody_elses_records(world):
    world.land(A, {"name": "Alpha", "domain": "alpha.de"})
    world.land("file:s.csv", {"name": "Secret Alpha", "domain": "alpha.de"}, owner="south")
    resolve_unread("one")
    north, south = world.organization("north"), world.organization("south")
    company = world.entity(A)
    assert [each.unit_key for each in explain(company, north).records] == [A]
    assert {each.unit_key for each in explain(company, south).records} == {A, "file:s.csv"}
    assert explain(company, north).merges == ()
    private = next(source for _, source, _ in world.redirects())
    with pytest.raises(LookupError, match="no entity"):
        explain(private, north)


def test_landed_check_touches_the_entities_that_carry_the_address(world):
    world.land(
        A,
        {"name": "Alpha", "domain": "alpha.de", "email": "info@alpha.de"},
        [{"full_name": "Eva Alt", "email": "eva@alpha.de"}],
    )
    world.land("file:n.csv", None, [{"full_name": "Eva Alt", "email": "Eva@alpha.de"}], owner="north")
    resolve_unread("one")
    landing_id = uuid.uuid4()
    with world.database.connect("enrichment") as connection:
        for email in ("info@alpha.de", "eva@alpha.de", "nobody@beta.de"):
            connection.execute(
                "insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status, is_syntax_valid,"
                " has_mx, is_role, is_free, is_disposable, checked_at)"
                " values (%s, %s, %s, 'alpha.de', 'valid', true, true, false, false, false, now())",
                (DAY.date(), email, landing_id),
            )
        connection.execute(
            "insert into raw.batches (batch_no, landing_id, run_on, run_id, received, landed, known, quarantined)"
            " values (app.take_batch_number('raw'), %s, %s, 'check', 3, 3, 0, 0)",
            (landing_id, DAY.date()),
        )
    summary = resolve_unread("two")
    person, north = world.entity(A, kind="person"), world.organizations["north"]
    assert world.changes(summary.batch_no) == {
        (world.entity(A), None, "updated"),
        (person, None, "updated"),
        (person, north, "updated"),
    }
