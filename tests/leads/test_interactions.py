"""Interactions: mail writes its own, people tell theirs; partitions, pages, and who sees and changes what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from leadhouse.leads import interactions, work
from leadhouse.leads.work import LeadChangeError, LeadNotFoundError, LeadRefusedError

NOW = datetime.now(UTC)


def test_a_person_tells_what_happened(team):
    lead = team.lead(owner="rep")
    with team.acting("rep") as connection:
        call = interactions.record_interaction(connection, lead, "call", "outbound", "asked", outcome="positive",
                                               occurred_at=NOW - timedelta(hours=2))  # fmt: skip
        note = interactions.record_interaction(connection, lead, "note", "internal", "budget in May")
        [newest, oldest] = interactions.list_interactions(connection, team.north, lead)
    assert (newest.interaction_id, newest.content, newest.created_by) == (note, "budget in May", team.users["rep"])
    assert (oldest.interaction_id, oldest.type, oldest.outcome) == (call, "call", "positive")
    assert newest.entity_id == team.entity_of(lead)


def test_pages_go_on_behind_a_cursor(team):
    lead = team.lead()
    with team.acting("manager") as connection:
        for hours in range(7):
            interactions.record_interaction(connection, lead, "call" if hours % 2 else "note", "outbound", str(hours),
                                            occurred_at=NOW - timedelta(hours=hours))  # fmt: skip
        told, after = [], None
        while page := interactions.list_interactions(connection, team.north, lead, after=after, limit=3):
            told += [row.content for row in page]
            after = page[-1].cursor
        calls = interactions.list_interactions(connection, team.north, lead, types=["call"])
        everything = interactions.list_interactions(connection, team.north, limit=200)
    assert told == list("0123456")
    assert [row.content for row in calls] == ["1", "3", "5"]
    assert {row.lead_id for row in everything} > {lead}


def test_who_may_tell_and_who_sees(team):
    lead = team.lead(owner="rep", campaign=team.campaign)
    told = {}
    for name in ("admin", "manager", "rep", "mate", "reader", "client", "stranger"):
        try:
            with team.acting(name) as connection:
                interactions.record_interaction(connection, lead, "note", "internal", name)
            told[name] = "told"
        except (LeadNotFoundError, LeadRefusedError) as error:
            told[name] = type(error).__name__
    assert told == {
        "admin": "told", "manager": "told", "rep": "told", "mate": "LeadNotFoundError", "reader": "LeadRefusedError",
        "client": "LeadRefusedError", "stranger": "LeadNotFoundError",
    }  # fmt: skip
    with team.acting("manager") as connection:
        interactions.record_interaction(connection, lead, "email", "outbound", "theirs", campaign_id=team.campaign)
        interactions.record_interaction(connection, lead, "email", "outbound", "ours", campaign_id=team.other_campaign)
    seen = {}
    for name in ("manager", "rep", "mate", "reader", "client", "stranger"):
        with team.acting(name) as connection:
            seen[name] = len(interactions.list_interactions(connection, team.organization_of(name), lead))
    assert seen == {"manager": 5, "rep": 5, "mate": 0, "reader": 5, "client": 1, "stranger": 0}
    with team.acting("client") as connection:  # their own campaign's, and no word of the organization's notes
        [row] = interactions.list_interactions(connection, team.north, lead)
        assert row.content == "theirs"


def test_a_key_without_the_permission_sees_none(team):
    lead = team.lead()
    with team.acting("manager") as connection:
        interactions.record_interaction(connection, lead, "note", "internal", "x")
    for permissions, expected in ((["leads:read"], 0), (["leads:read", "interactions:read"], 1)):
        with team.acting("manager", permissions=permissions) as connection:
            assert len(interactions.list_interactions(connection, team.north, lead)) == expected


def test_a_rep_corrects_the_own_word_and_deletes_none(team):
    lead = team.lead(owner="rep")
    with team.acting("rep") as connection:
        mine = interactions.record_interaction(connection, lead, "call", "outbound", "first")
    with team.acting("manager") as connection:
        theirs = interactions.record_interaction(connection, lead, "note", "internal", "of the manager")
    with team.acting("rep") as connection:
        assert interactions.change_interaction(
            connection, team.north, mine, content="second", ai_analysis={"mood": "good"}
        )
        assert not interactions.change_interaction(connection, team.north, theirs, content="forged")
        with pytest.raises(LeadRefusedError), connection.transaction():
            interactions.delete_interaction(connection, team.north, mine)
    with team.acting("stranger") as connection:
        assert not interactions.change_interaction(connection, team.north, mine, content="forged")
    with team.acting("manager") as connection:
        assert interactions.delete_interaction(connection, team.north, mine)
        assert [row.content for row in interactions.list_interactions(connection, team.north, lead)] == [
            "of the manager"
        ]
        assert interactions.restore_interaction(connection, team.north, mine)
        restored = interactions.list_interactions(connection, team.north, lead, types=["call"])[0]
    assert (restored.content, restored.ai_analysis) == ("second", {"mood": "good"})
    acts = team.rows(
        "select verb, change from identity.audit_log where resource_id = %s order by occurred_at", str(mine)
    )
    assert [row["verb"] for row in acts] == ["create", "update", "delete", "restore"]
    assert acts[1]["change"]["content"] == {"masked": True}


@pytest.mark.parametrize("when", [NOW + timedelta(days=2), NOW - timedelta(days=3700)])
def test_what_did_not_happen_is_refused(team, when):
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match="last ten years"):
        interactions.record_interaction(connection, team.lead(), "call", "outbound", occurred_at=when)


@pytest.mark.parametrize(("kind", "direction"), [("fax", "outbound"), ("call", "sideways")])
def test_types_and_directions_are_closed(team, kind, direction):
    with team.acting("manager") as connection, pytest.raises(LeadChangeError):
        interactions.record_interaction(connection, team.lead(), kind, direction)


def test_months_have_partitions_that_nobody_reads_directly(team):
    lead = team.lead()
    with team.acting("manager") as connection:
        interactions.record_interaction(connection, lead, "note", "internal", "long ago",
                                        occurred_at=datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC))  # fmt: skip
        interactions.record_interaction(connection, lead, "note", "internal", "a second later",
                                        occurred_at=datetime(2024, 3, 1, tzinfo=UTC))  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select from app.interactions_2024_02")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select app.ensure_interaction_partitions('2020-01-01')")
    assert (
        len(team.rows("select from app.interactions_2024_02"))
        == len(team.rows("select from app.interactions_2024_03"))
        == 1
    )
    with team.database.connect("leads") as connection:
        assert not interactions.ensure_partitions(connection, date(2024, 2, 10))
        assert interactions.ensure_partitions(connection, date(2024, 4, 30))
    unprotected = team.rows("select relname from pg_class where relname like 'interactions\\_2%%' and relkind = 'r'"
                            " and (not relrowsecurity or array_length(relacl, 1) > 1)")  # fmt: skip
    assert unprotected == []


def message(team, lead, subject="Hello"):
    """A message of a lead; its audience and gate are another test's matter, so the keys to them are set aside."""
    made = uuid4()
    with team.database.owner() as owner:
        owner.execute("set session_replication_role = 'replica'")
        owner.execute(
            "insert into app.messages (message_id, organization_id, campaign_id, step_no, lead_id, snapshot_id,"
            " member_id, email_normalized, gate_run_id, gate_verdict, email_account_id, subject)"
            " values (%s, %s, %s, 1, %s, gen_random_uuid(),"
            " gen_random_uuid(), %s, gen_random_uuid(), 'passed', gen_random_uuid(), %s)",
            [made, team.north, team.campaign, lead, f"{made.hex}@x.example", subject],
        )
    return made


def land(team, *events, at=NOW):
    """Events as delivery lands them: one statement, its own role."""
    with team.database.connect("delivery") as connection:
        connection.execute("select raw.ensure_partitions(%s)", [at.date()])
        rows = [(at.date(), event_id, uuid4(), team.north, message_id, kind, at, Jsonb(payload))
                for event_id, message_id, kind, payload in events]  # fmt: skip
        connection.cursor().executemany(
            "insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind,"
            " occurred_at, payload) values (%s, %s, %s, %s, %s, %s, %s, %s)", rows,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("accepted", ("email", "outbound", "sent", "Hello")), ("rejected", ("email", "outbound", "rejected", "Hello")),
        ("unknown", ("email", "outbound", "unknown", "Hello")), ("bounced", ("email", "inbound", "bounced", "Hello")),
        ("complained", ("email", "inbound", "complained", "Hello")),
        ("unsubscribed", ("email", "inbound", "unsubscribed", "Hello")),
        ("replied", ("reply", "inbound", "replied", "Yes, call me")),
    ],
)  # fmt: skip
def test_every_event_of_a_message_is_an_interaction(team, kind, expected):
    lead = team.lead(owner="rep")
    sent = message(team, lead)
    land(team, (uuid4(), sent, kind, {"text": "Yes, call me"}))
    with team.acting("rep") as connection:
        [row] = interactions.list_interactions(connection, team.north, lead)
    assert (row.type, row.direction, row.outcome, row.content) == expected
    assert (row.message_id, row.campaign_id, row.occurred_at) == (sent, team.campaign, NOW)


def test_an_event_that_lands_twice_is_one_interaction(team):
    lead = team.lead()
    sent, event = message(team, lead), uuid4()
    land(team, (event, sent, "accepted", {}))
    with team.database.connect("delivery") as connection:  # a retry whose run has another day
        connection.execute("select raw.ensure_partitions(%s)", [NOW.date() + timedelta(days=40)])
        connection.execute(
            "insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind,"
            " occurred_at)"
            " values (%s, %s, gen_random_uuid(), %s, %s, 'accepted', %s)",
            [NOW.date() + timedelta(days=40), event, team.north, sent, NOW],
        )
    assert len(team.rows("select from app.interactions where lead_id = %s", lead)) == 1


def test_an_event_of_an_old_month_finds_its_partition(team):
    lead = team.lead()
    at = datetime(2025, 7, 14, 12, tzinfo=UTC)
    land(team, (uuid4(), message(team, lead), "bounced", {}), at=at)
    assert team.row("select tableoid::regclass::text as part from app.interactions where lead_id = %s", lead) == {
        "part": "app.interactions_2025_07"
    }


def test_an_aborted_landing_leaves_no_interaction(team):
    lead = team.lead()
    sent = message(team, lead)
    with team.database.connect("delivery") as connection:
        made = connection.execute(
            "insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind,"
            " occurred_at) values (%s, gen_random_uuid(), gen_random_uuid(), %s, %s, 'accepted', now())",
            [NOW.date(), team.north, sent],
        )
        assert made.rowcount == 1
        connection.rollback()
    assert team.rows("select from app.interactions where lead_id = %s", lead) == []


def test_a_purged_leads_words_are_gone_and_that_it_was_called_stays(team):
    lead = team.lead()
    with team.acting("manager") as connection:
        interactions.record_interaction(connection, lead, "call", "outbound", "private words", ai_analysis={"a": 1})
    with team.database.owner() as owner:
        owner.execute("update app.leads set deleted_at = now() - interval '31 days' where lead_id = %s", [lead])
    with team.database.connect("leads") as connection:
        assert work.purge_deleted_leads(connection) == 1
    assert team.row("select type, content, ai_analysis from app.interactions where lead_id = %s", lead) == {
        "type": "call", "content": None, "ai_analysis": None,
    }  # fmt: skip
