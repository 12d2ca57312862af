"""Read in bulk or the usual way: the same entities, reasons, decisions and changes, whatever was known before."""

from __future__ import annotations

import random
import re
import uuid
from array import array
from dataclasses import replace

import psycopg
import pytest

from leadhouse.records import CompanyAttribute, Value
from leadhouse.resolution import bulk, decide, full_refresh, resolve_unread, stage
from leadhouse.resolution.bulk_groups import CollisionError, find_groups
from leadhouse.resolution.bulk_records import COMPARED, Records
from leadhouse.resolution.keys import Key

TOWNS = [("Ulm", "89073"), ("Bonn", "53111"), ("Kiel", "24103")]
NAMES = ["Kessler Optik", "Alt Bau", "Neu Dach", "Star Grill", "Blumen Weber", "Auto Krause", "Haar Salon", "Backhaus"]
GIVEN, FAMILY = ["Eva", "Ewa", "Udo", "Anna", "Jan"], ["Alt", "Allt", "Neu", "Weber", "Krause", "Kruse"]
ONLY_BULK, NEVER = 1, 10**9
# Of several decisions between two groups the one with the smallest id joins them, whichever it is: what joined the
# parts of an entity is the same then, not which part of it, nor in which batch that became another.
WHY = (
    "select distinct entity_id, origin_entity_id, organization_id, match_key, match_reason from resolution.assignments"
)


def made_up(chance, number):
    """One unit: a firm or none, and people; firms of one name in several towns, wrong VAT ids, a portal's domain."""
    firm = chance.randrange(number // 3 + 1)
    own = random.Random(firm)
    name, (town, code) = own.choice(NAMES), own.choice(TOWNS)
    domain = "portal.example" if firm % 7 == 3 else f"firma{firm}.example"
    stated = {"name": worn(f"{name} {firm % 40} GmbH", chance)}
    if chance.random() < 0.7:
        stated["domain"] = domain
    if chance.random() < 0.5:
        stated["phone_e164"] = f"+49731{firm % 60:05}"
    if chance.random() < 0.1:
        stated["vat_id"] = f"DE{chance.randrange(number // 10 + 1):09}"
    parts = {"street": f"Lange Gasse {firm % 9 + 1}", "postal_code": code, "city": town}
    people = [person(chance, domain) for _ in range(chance.choice([0, 0, 1, 2]))]
    return (stated if chance.random() < 0.9 else None), parts, people


def person(chance, domain):
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    found = {"full_name": f"{given} {family}"}
    if chance.random() < 0.4:
        found["email"] = f"{given}.{family}@{domain}".lower()
    if chance.random() < 0.4:
        found["phone_e164"] = f"+4915{chance.randrange(80):07}"
    return found


def worn(name, chance):
    return name if chance.random() < 0.8 else name.replace("l", "ll", 1)


def statement(world, unit, owner, stated, parts, people):
    extraction = world.extraction(unit, stated, people, owner=owner)
    if not extraction.companies:
        return extraction
    company = extraction.companies[0]
    values = {**company.values, CompanyAttribute.ADDRESS: (Value(value="address", parts=parts),)}
    return extraction.model_copy(update={"companies": (company.model_copy(update={"values": values}),)})


def land(world, units, chance, number):
    """Land the units; every sixth belongs to an organization."""
    made = []
    for unit in units:
        owner = None if unit % 6 else ("north" if unit % 12 else "south")
        name = f"list{unit}.csv" if owner else f"https://page{unit}.example/"
        made.append((owner, statement(world, name, owner, *made_up(chance, number))))
    for owner in (None, "north", "south"):
        if of_owner := [extraction for each, extraction in made if each == owner]:
            world.land_all(of_owner)


def say(world, chance):
    """People's word on pairs of entities that stand beside each other by what first made them."""
    rows = world.query(
        "select entity_id, entity_kind, organization_id from resolution.entities join resolution.origins"
        " using (entity_id, entity_kind, organization_id) where status = 'active'"
        " union select entity_id, entity_kind, entities.organization_id from resolution.entities"
        " join resolution.origins using (entity_id, entity_kind) where entities.organization_id is null"
    )
    label = labels(world)
    shared = sorted((each for each in rows if each["organization_id"] is None), key=lambda row: label[row["entity_id"]])
    for number in range(12):
        one, other = chance.sample(
            [row for row in shared if row["entity_kind"] == ("company", "person")[number % 2]], 2
        )
        scope = world.organizations["north"] if number % 3 == 2 else None
        verdict = "same" if number % 2 or scope else "different"
        decide(one["entity_id"], other["entity_id"], verdict, decided_by="eva", run_id="said", organization_id=scope)


def labels(world):
    """What first made each entity: the one name that two readings have in common."""
    rows = world.query("select entity_id, entity_kind, organization_id, key_kind, key_value from resolution.origins")
    return {row["entity_id"]: tuple(map(str, list(row.values())[1:])) for row in rows}


def outcome(world):
    """All that was decided, entities named by what made them, without ids and times."""
    numbers = world.query("select batch_no from resolution.batches order by batch_no")
    assert not world.query(
        "select from resolution.assignments where batch_no not in (select batch_no from resolution.batches)"
    )
    numbered = {row["batch_no"]: place for place, row in enumerate(numbers)}
    label = labels(world)
    found = {
        table: sorted(
            str(
                [
                    numbered[each] if name.endswith("batch_no") else label.get(each, plain(each))
                    for name, each in row.items()
                ]
            )
            for row in world.query(f"select {columns} from {table}")  # noqa: S608
        )
        for table, columns in {
            "resolution.assignments": "subject_id, entity_id, origin_entity_id, organization_id",
            f"({WHY}) as why": "entity_id, organization_id, match_key, match_reason",
            "resolution.entities": "entity_id, entity_kind, organization_id, status, created_batch_no",
            "resolution.redirects where reverted_batch_no is null": "organization_id, from_entity_id, to_entity_id",
            "resolution.subject_keys": "subject_id, key_kind, key_value, is_joining, counted_name, organization_id",
            "resolution.subjects": "subject_id, unit_id, company_subject_id, organization_id",
            "resolution.changes": "distinct batch_no, entity_id",
            "resolution.batches": "batch_no, reason",
        }.items()
    }
    decisions = world.query("select * from resolution.match_decisions where not is_reverted")
    found["decisions"] = sorted(
        str((sorted((label[row["entity_a"]], label[row["entity_b"]])), row["decision"], row["match_weight"],
             row["reason"], row["decided_by"], row["organization_id"]))
        for row in decisions
    )  # fmt: skip
    return found


def plain(value):
    return re.sub(r"(decision|continues):\S+", r"\1", value) if isinstance(value, str) else value


def play(world, number, bulk_from, monkeypatch):
    """Some units are known and people have spoken; then the rest comes, with corrections of what was known."""
    world.forget_everything()
    for owner in ("north", "south"):
        world.organization(owner)
    chance = random.Random(7)
    monkeypatch.setattr(stage, "BULK_FROM", bulk_from)
    land(world, range(number // 4), chance, number)
    resolve_unread("first")
    before = world.query("select subject_id, origin_entity_id from resolution.assignments")
    say(world, chance)
    land(world, [*range(0, number // 4, 5), *range(number // 4, number)], chance, number)
    summary = resolve_unread("second")
    after = {row["subject_id"]: row["origin_entity_id"] for row in world.query("select * from resolution.assignments")}
    kept = sum(after.get(row["subject_id"]) == row["origin_entity_id"] for row in before)
    return outcome(world), (summary.units, summary.subjects, summary.unmerged, summary.retired), kept


def check(world, number, monkeypatch):
    usual, summary, kept = play(world, number, NEVER, monkeypatch)
    placed = []
    place = stage.place_fresh
    monkeypatch.setattr(stage, "place_fresh", lambda *given: placed.append(place(*given)) or placed[-1])
    in_bulk, bulk_summary, bulk_kept = play(world, number, ONLY_BULK, monkeypatch)
    for table, rows in usual.items():
        assert in_bulk[table] == rows, table
    assert (bulk_summary, bulk_kept) == (summary, kept)
    first, second = placed
    assert 0 < second.placed < second.statements, "some are fresh, some touch what was known"
    assert first.placed > 0
    assert any("decided by model" in row for row in usual[f"({WHY}) as why"])
    assert any("decided by eva" in row for row in usual[f"({WHY}) as why"])
    before = world.state()
    full_refresh("refresh")
    assert world.state() == before


def test_bulk_and_usual_say_the_same(world, monkeypatch):
    check(world, 240, monkeypatch)


@pytest.mark.prove
def test_bulk_and_usual_say_the_same_of_thousands(world, monkeypatch):
    check(world, 2000, monkeypatch)


def test_two_keys_of_one_hash_end_the_run():
    records = Records()
    texts = dict.fromkeys(COMPARED["company"], "")
    for domain in ("alpha.de", "beta.de"):
        records.add(uuid.uuid4(), "company", [Key("domain", domain)], texts)
    assert find_groups(records).atoms.tolist() in ([0, 1], [1, 0])
    collided = replace(records, key_hashes=array("q", [5, 5]))
    with pytest.raises(CollisionError):
        find_groups(collided)


@pytest.mark.parametrize("moment", ["stage_statements", "stage_opinions", "write_fresh"])
def test_killed_in_bulk_leaves_nothing_and_starts_anew(world, monkeypatch, moment):
    world.land("https://alpha.example/", {"name": "Alpha", "domain": "alpha.de"}, [{"full_name": "Eva Alt"}])
    monkeypatch.setattr(stage, "BULK_FROM", ONLY_BULK)
    original = getattr(bulk, moment)

    def lose(connection, *arguments):
        original(connection, *arguments)
        with world.database.owner(autocommit=True) as server:
            server.execute("select pg_terminate_backend(%s)", (connection.info.backend_pid,))
        connection.execute("select 1")

    monkeypatch.setattr(bulk, moment, lose)
    with pytest.raises(psycopg.OperationalError):
        resolve_unread("killed")
    monkeypatch.setattr(bulk, moment, original)
    assert not any(world.state().values())
    summary = resolve_unread("again")
    assert (summary.batch_no, summary.created) == (1, 2)
