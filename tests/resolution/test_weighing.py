"""Where keys don't decide: the model joins, asks or keeps apart; people's word comes first; tenants stay apart."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.resolution import decide, explain, full_refresh, resolve_unread, unmerge
from leadhouse.resolution.review import waiting_pairs

MAIN = "https://kessler-optik.example/"
ADDRESS = {"street": "Lange Gasse 12", "postal_code": "06108", "city": "Halle"}


def firm(name, phone="+49345111222", **others):
    from leadhouse.records import Value

    address = Value(value="address", parts=ADDRESS | others.pop("parts", {}))
    return {"name": name, "phone_e164": phone, "address": address, **others}


def land_firm(world, unit, stated, owner=None):
    """A company with an address in parts; `World.land` knows plain values alone."""
    from leadhouse.records import CompanyAttribute, CompanyRecord, Value

    extraction = world.extraction(unit, {"name": stated["name"]}, owner=owner)
    values = {
        CompanyAttribute(name): (each if isinstance(each, Value) else Value(value=each),)
        for name, each in stated.items()
    }
    record = CompanyRecord(record_key="company0", values=values)
    world.land_all([extraction.model_copy(update={"companies": (record,)})])


@pytest.fixture
def optician(world):
    """One shop on a site, and in a directory with a slip in its name."""
    land_firm(world, MAIN, firm("Kessler Optik GmbH", domain="kessler-optik.example"))
    land_firm(world, "https://list.example/halle", firm("Kesler Optik"))
    resolve_unread("first")
    return world


def test_a_slip_at_one_address_and_telephone_is_joined_and_explained(optician):
    world = optician
    assert world.entity(MAIN) == world.entity("https://list.example/halle")
    found = explain(world.entity(MAIN))
    [decision] = found.decisions
    assert (decision.decided_by, decision.decision) == ("model company@1", "same")
    assert decision.reason.startswith(f"weight {decision.match_weight:.1f} = ")
    assert "street 5/5" in decision.reason
    assert "Kes" not in decision.reason, "values stand in the records alone"
    assert {key.kind for key in found.keys} == {"domain", "phone_name"}, "blocks are no keys to read"
    before = world.state()
    full_refresh("again")
    assert world.state() == before


def test_an_unmerge_restores_and_the_model_is_silent_from_then_on(optician):
    world = optician
    apart = next(source for _, source, _ in world.redirects())
    unmerge(apart, decided_by="eva", run_id="x")
    assert world.entity(MAIN) != world.entity("https://list.example/halle")
    land_firm(world, "https://list.example/halle", firm("Kesler Optik", email="neu@kessler.example"))
    resolve_unread("later")
    full_refresh("again")
    assert world.entity(MAIN) != world.entity("https://list.example/halle")
    assert waiting_pairs() == []


def test_what_no_longer_holds_is_taken_back(optician):
    world = optician
    elsewhere = {"street": "Hafenweg 3", "postal_code": "28195", "city": "Bremen"}
    land_firm(world, "https://list.example/halle", firm("Kesler Optik", "+49421999888", parts=elsewhere))
    resolve_unread("moved")
    assert world.entity(MAIN) != world.entity("https://list.example/halle")
    assert all(each.is_reverted for each in explain(world.entity(MAIN)).decisions)


def test_a_chain_and_neighbours_stay_apart(world):
    bremen = {"street": "Hafenweg 3", "postal_code": "28195", "city": "Bremen"}
    land_firm(world, "https://one.example/", firm("Backstube Sonnenschein"))
    land_firm(world, "https://two.example/", firm("Backstube Sonnenschein", "+49421777666", parts=bremen))
    land_firm(world, "https://three.example/", firm("Reisebüro Kranich", "+49345333444"))
    resolve_unread("first")
    assert len({world.entity(f"https://{each}.example/") for each in ("one", "two", "three")}) == 3
    assert waiting_pairs() == []


def test_the_unsure_wait_for_a_person_and_join_nothing(world):
    people = [{"full_name": "Annegret Wiesental"}, {"full_name": "Annegret Wiesenthal"}]
    world.land(MAIN, {"name": "Kessler Optik", "domain": "kessler-optik.example"}, people)
    resolve_unread("first")
    one, other = (world.entity(MAIN, kind="person", number=number) for number in (0, 1))
    assert one != other
    [pair] = waiting_pairs()
    assert {pair.entity_a, pair.entity_b} == {one, other}
    listed = CliRunner().invoke(app, ["matches", "waiting"])
    assert str(one) in listed.output
    full_refresh("again")
    assert waiting_pairs() == [pair], "a refresh asks nothing twice"
    said = CliRunner().invoke(app, ["matches", "decide", str(one), str(other), "same", "--by", "eva"])
    assert said.exit_code == 0, said.output
    assert waiting_pairs() == []
    assert len({world.entity(MAIN, kind="person", number=number) for number in (0, 1)}) == 1
    explained = CliRunner().invoke(app, ["matches", "explain", str(min(one, other, key=world.status))])
    assert '"decided_by": "eva"' in explained.output


def test_private_records_join_inside_their_organization_alone(world):
    land_firm(world, MAIN, firm("Kessler Optik GmbH", domain="kessler-optik.example"))
    land_firm(world, "list.csv", firm("Kesler Optik"), owner="north")
    land_firm(world, "list.csv", firm("Keßler Optikk"), owner="south")
    resolve_unread("first")
    shared = world.entity(MAIN)
    assert {(scope, target) for scope, _, target in world.redirects()} == {
        (world.organizations["north"], shared),
        (world.organizations["south"], shared),
    }
    assert all(each.organization_id is None for each in explain(shared).records)
    assert explain(shared).decisions == ()
    before = world.state()
    full_refresh("again")
    assert world.state() == before


def test_people_decide_before_the_model_does(world):
    land_firm(world, MAIN, firm("Kessler Optik GmbH", domain="kessler-optik.example"))
    land_firm(world, "https://list.example/halle", firm("Kranich Reisen", domain="halle.example"))
    resolve_unread("first")
    one, other = world.entity(MAIN), world.entity("https://list.example/halle")
    assert one != other
    [pair] = waiting_pairs()
    assert {pair.entity_a, pair.entity_b} == {one, other}, "one address and telephone, two names: a person is asked"
    decide(one, other, "different", decided_by="eva", run_id="x")
    land_firm(world, "https://list.example/halle", firm("Kesler Optik", domain="halle.example"))
    resolve_unread("renamed")
    assert world.entity(MAIN) != world.entity("https://list.example/halle")
