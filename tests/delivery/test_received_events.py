"""What others report of messages: also while their sender still writes down that they were taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from leadhouse.delivery.bounce_mails import read_bounces
from leadhouse.delivery.opt_out import unsubscribe
from leadhouse.delivery.outcomes import Ledger, Outcome, settle
from leadhouse.delivery.received_events import Report, land_report
from leadhouse.delivery.returned_mail import land_bounce, read_mails
from tests.campaigns.audience_factory import Campaigns

CLAIM = "select * from app.claim_messages(%s, 'sender', 1)"


@pytest.fixture
def world(database):
    return Campaigns(database)


def claimed(world):
    campaign_id = world.campaign([world.lead()])
    world.queued(campaign_id)
    with world.database.connect("delivery") as connection:
        return campaign_id, connection.execute(CLAIM, [campaign_id]).fetchone()


def accept(world, campaign_id, message):
    ledger = Ledger("run", date(2026, 3, 1), world.organization_id, campaign_id, "smtp", Decimal(0), "sender")
    outcome = Outcome(
        message["message_id"], message["lead_id"], message["email_normalized"], 1, "accepted", datetime.now(UTC), "S"
    )
    with world.database.connect("delivery") as connection:
        connection.execute("select raw.ensure_partitions('2026-03-01')")
        settle(connection, ledger, [outcome])


def state(world):
    statement = (
        "select state::text as state, reason_class, subject, attempted_at is null as is_undated from app.messages"
    )
    return world.rows(statement)


def test_bounce_that_is_faster_than_its_senders_row_stays(world):
    campaign_id, message = claimed(world)
    report = Report("b1", "bounced", message["message_id"], reason_class="mailbox_unknown")
    assert land_report(world.organization_id, report, "loop") == "landed"
    assert state(world) == [
        {"state": "bounced", "reason_class": "mailbox_unknown", "subject": None, "is_undated": False}
    ]
    accept(world, campaign_id, message)
    assert state(world) == [
        {"state": "bounced", "reason_class": "mailbox_unknown", "subject": "S", "is_undated": False}
    ]
    kinds = world.rows("select event_kind from raw.email_events order by 1")
    assert [row["event_kind"] for row in kinds] == ["accepted", "bounced"]
    assert world.rows("select value_normalized from app.suppressions") == [{"value_normalized": "anna@kunde.example"}]


@pytest.mark.parametrize("kind", ["bounced", "complained", "unsubscribed", "replied"])
def test_what_is_reported_lands_while_the_organization_is_locked(world, kind):
    campaign_id, message = claimed(world)
    lock(world)
    accept(world, campaign_id, message)
    report = Report("r1", kind, message["message_id"], reason_class="mailbox_unknown" if kind == "bounced" else None)
    assert land_report(world.organization_id, report, "loop") == "landed"


def test_who_opts_out_of_a_locked_organization_has_opted_out(world):
    campaign_id, message = claimed(world)
    accept(world, campaign_id, message)
    lock(world)
    assert unsubscribe(message["message_id"], "one_click")
    assert world.value("select reason from app.suppressions") == "unsubscribed"


def lock(world):
    world.rows(
        "insert into billing.subscriptions (organization_id, tier, status) values (%s, 'FREE', 'canceled') returning 1",
        world.organization_id,
    )


def test_absence_note_that_asks_to_be_left_alone_is_an_opt_out_and_nobodys_answer(world):
    campaign_id, message = claimed(world)
    accept(world, campaign_id, message)
    said = {"text": "I am out of the office until May. Please remove me from your list.", "subject": "Re: A question"}
    report = Report("r1", "replied", message["message_id"], payload=said)
    assert land_report(world.organization_id, report, "loop") == "landed"
    statement = (
        "select event_kind, is_machine, reply_kind from raw.email_events where event_kind <> 'accepted' order by 1"
    )
    rows = world.rows(statement)
    assert [tuple(row.values()) for row in rows] == [("replied", True, "opt_out"), ("unsubscribed", True, None)]
    assert world.value("select reason from app.suppressions") == "unsubscribed"


RETURNED = """From: MAILER-DAEMON@mx.example
Message-ID: <9@mx.example>
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; anna@kunde.example
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--b--
"""


def test_returned_mail_lands_as_a_report_once(world, tmp_path):
    campaign_id, message = claimed(world)
    accept(world, campaign_id, message)
    with world.database.owner() as connection:
        connection.execute("update app.messages set rfc_message_id = '<77@we.example>'")
    mails = {
        "delay": RETURNED.format(action="delayed", status="4.2.2", message_id="<77@we.example>"),
        "hard": RETURNED.format(action="failed", status="5.1.1", message_id="<77@we.example>"),
        "other": RETURNED.format(action="failed", status="5.1.1", message_id="<78@we.example>"),
        "person": "From: anna@kunde.example\nSubject: Re: S\n\nThank you.",
    }
    for name, text in mails.items():
        (tmp_path / name).write_text(text)
    outcomes = [
        (name, land_bounce(world.organization_id, each))
        for _ in range(2) for name, raw in read_mails(tmp_path) for each in read_bounces(raw)
    ]  # fmt: skip
    assert outcomes == [
        ("delay", None), ("hard", "landed"), ("other", "unknown_message"),
        ("delay", None), ("hard", "repeated"), ("other", "unknown_message"),
    ]  # fmt: skip
    assert [(row["state"], row["reason_class"]) for row in state(world)] == [("bounced", "mailbox_unknown")]
    assert world.rows("select value_normalized from app.suppressions") == [{"value_normalized": "anna@kunde.example"}]
    told = world.rows("select payload->>'reason' as reason from raw.email_events where event_kind = 'bounced'")
    assert told == [{"reason": "userunknown"}]
