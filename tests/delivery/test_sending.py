"""What becomes of a message: each answer of a server, each kind of loss, and the rows that tell."""

from __future__ import annotations

import socket
from datetime import timedelta
from decimal import Decimal

import pytest

from leadhouse import delivery
from leadhouse.delivery import NotReadyError, TransportError, send_queued
from leadhouse.settings import settings
from leadhouse.suppression import read_token


def one(world, statement="select * from app.messages"):
    rows = world.rows(statement)
    assert len(rows) == 1
    return rows[0]


def queue_one(world, email="anna@x.example", **campaign):
    campaign_id = world.campaign([world.lead(email, "Anna Berg")], **campaign)
    world.queued(campaign_id)
    return campaign_id


def test_accepted_message_and_all_that_is_written_of_it(served):
    with served() as (world, sink):
        with world.database.kept_transaction() as connection:
            connection.execute("update app.email_accounts set price_eur = 0.0015")
        campaign_id = queue_one(world)
        counts = send_queued(campaign_id, "run-7")
        assert counts == {
            "attempted": 1,
            "accepted": 1,
            "rejected": 0,
            "unknown": 0,
            "deferred": 0,
            "cancelled": 0,
            "lost": 0,
            "paused": 0,
            "queued": 0,
        }
        message = one(world)
        assert (message["state"], message["smtp_code"], message["attempts"], message["subject"]) == (
            "accepted",
            250,
            1,
            "A question for Kunde GmbH",
        )
        event = one(world, "select * from raw.email_events")
        assert (event["event_kind"], event["message_id"], event["dsn_status"]) == (
            "accepted",
            message["message_id"],
            "2.0.0",
        )
        batch = one(world, "select * from raw.batches")
        assert (batch["landing_id"], batch["received"], batch["landed"], batch["run_id"]) == (
            event["landing_id"],
            1,
            1,
            "run-7",
        )
        cost = one(world, "select * from billing.costs")
        assert (cost["kind"], cost["amount_eur"], cost["campaign_id"], cost["lead_id"]) == (
            "send",
            Decimal("0.0015"),
            campaign_id,
            message["lead_id"],
        )
        mail = sink.parsed("anna@x.example")
        assert mail["Message-ID"] == message["rfc_message_id"] == f"<{message['message_id']}@nordlicht.example>"
        url = mail["List-Unsubscribe"].strip("<>")
        assert url.startswith(f"{settings().unsubscribe_base_url}/unsubscribe/")
        assert read_token(url.rpartition("/")[2]) == message["message_id"]
        assert url in mail.get_content()
        assert "Nordlicht GmbH\r\nHafen 1" in mail.get_content()
        assert send_queued(campaign_id, "run-8")["attempted"] == 0
        assert len(sink.messages) == 1


@pytest.mark.parametrize(
    ("answer", "reason", "suppressed"),
    [
        ("550 5.1.1 User unknown", "mailbox_unknown", True),
        ("550 5.1.2 Host or domain name not found", "domain_unknown", True),
        ("554 5.7.1 Message refused by policy", "policy", False),
        ("550 5.1.1 blocked, see our blocklist", "reputation", False),
        ("552 5.2.2 over quota", "mailbox_full", False),
    ],
)
def test_refusal_and_whether_the_mailbox_is_dead(served, answer, reason, suppressed):
    with served(lambda *_: answer) as (world, _):
        counts = send_queued(queue_one(world), "run")
        assert (counts["rejected"], counts["attempted"]) == (1, 1)
        message = one(world)
        assert (message["state"], message["reason_class"], message["smtp_code"]) == (
            "rejected",
            reason,
            int(answer[:3]),
        )
        assert one(world, "select event_kind, reason_class from raw.email_events") == {
            "event_kind": "rejected",
            "reason_class": reason,
        }
        rows = world.rows("select organization_id, value_normalized, reason from app.suppressions")
        expected = {
            "organization_id": world.organization_id,
            "value_normalized": "anna@x.example",
            "reason": "hard_bounce",
        }
        assert rows == ([expected] if suppressed else [])
        assert world.value("select count(*) from billing.costs") == 0


def test_refusal_after_data_of_one_leaves_the_others(served):
    with served(None, lambda address, _: "554 5.7.1 spam" if address.startswith("p1@") else None) as (world, sink):
        campaign_id = world.campaign(world.leads(5))
        world.queued(campaign_id)
        send_queued(campaign_id, "run")
        assert world.states(campaign_id) == {"accepted": 4, "rejected": 1}
        assert sink.connections == 1


def test_greylisted_message_waits_and_is_accepted(served):
    with served(lambda _, tries: None if tries else "451 4.7.1 Greylisted", retry="0.4,60") as (world, sink):
        campaign_id = queue_one(world)
        counts = send_queued(campaign_id, "run")
        assert (counts["attempted"], counts["deferred"], counts["queued"]) == (0, 1, 1)
        message = one(world)
        assert (message["state"], message["smtp_code"], message["claimed_by"]) == ("queued", 451, None)
        assert world.value("select count(*) from raw.email_events") == 0
        counts = send_queued(campaign_id, "run", wait=timedelta(seconds=5))
        assert (counts["accepted"], counts["queued"], sink.tries["anna@x.example"]) == (1, 0, 2)
        assert one(world)["attempts"] == 2


def test_endless_deferral_ends_as_rejected_and_the_address_stays_good(served):
    with served(lambda *_: "452 4.2.2 Mailbox full", retry="0.1,0.1") as (world, sink):
        campaign_id = queue_one(world)
        counts = send_queued(campaign_id, "run", wait=timedelta(seconds=5))
        assert (counts["rejected"], counts["deferred"], sink.tries["anna@x.example"]) == (1, 2, 3)
        assert one(world)["reason_class"] == "temporary"
        assert world.value("select count(*) from app.suppressions") == 0


def test_lost_answer_is_unknown_and_never_sent_again(served):
    with served(None, lambda *_: "DROP") as (world, sink):
        with world.database.kept_transaction() as connection:
            connection.execute("update app.email_accounts set price_eur = 0.001")
        campaign_id = queue_one(world)
        assert send_queued(campaign_id, "run")["unknown"] == 1
        assert send_queued(campaign_id, "run", wait=timedelta(seconds=1))["attempted"] == 0
        assert len(sink.messages) == 1
        assert one(world)["state"] == "unknown"
        assert one(world, "select event_kind from raw.email_events") == {"event_kind": "unknown"}
        assert world.value("select sum(amount_eur) from billing.costs") == Decimal("0.001")


def test_connection_lost_before_data_is_tried_again(served):
    with served(lambda _, tries: None if tries else "DROP", retry="0.2") as (world, sink):
        campaign_id = queue_one(world)
        counts = send_queued(campaign_id, "run", wait=timedelta(seconds=5))
        assert (counts["accepted"], counts["deferred"], len(sink.messages)) == (1, 1, 1)


def test_server_that_is_not_there_leaves_all_queued(served):
    with served() as (world, _):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        with world.database.kept_transaction() as connection:
            connection.execute("update app.email_accounts set smtp_port = %s", [port])
        campaign_id = queue_one(world)
        with pytest.raises(TransportError, match=r"127\.0\.0\.1:\d+ cannot be used.*Nothing was sent"):
            send_queued(campaign_id, "run")
        message = one(world)
        assert (message["state"], message["attempts"], message["claimed_by"]) == ("queued", 0, None)


def test_server_that_goes_away_in_the_middle_leaves_the_rest_queued(served):
    with served() as (world, sink):
        campaign_id = world.campaign(world.leads(8))
        world.queued(campaign_id)

        def answer(address, tries):
            if len(sink.messages) < 3:
                return None
            sink._loop.call_soon(sink._server.close)
            return "421 4.3.2 shutting down"

        sink.at_rcpt = answer
        with pytest.raises(TransportError):
            send_queued(campaign_id, "run")
        assert world.states(campaign_id) == {"accepted": 3, "queued": 5}
        # the one that was answered 421 was tried, the others were not
        assert sorted(
            row["attempts"] for row in world.rows("select attempts from app.messages where state = 'queued'")
        ) == [0, 0, 0, 0, 1]


def test_address_rule_holds_for_mail_servers(served, monkeypatch):
    with served() as (world, sink):
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "")
        settings.cache_clear()
        campaign_id = queue_one(world)
        with pytest.raises(TransportError, match="no global address"):
            send_queued(campaign_id, "run")
        assert (sink.connections, one(world)["state"]) == (0, "queued")


def test_encryption_that_the_server_lacks_is_not_done_without(served):
    with served() as (world, sink):
        with world.database.kept_transaction() as connection:
            connection.execute("update app.email_accounts set security = 'starttls'")
        campaign_id = queue_one(world)
        with pytest.raises(TransportError, match="STARTTLS"):
            send_queued(campaign_id, "run")
        assert sink.messages == []


def test_suppression_between_queue_and_claim(served):
    with served() as (world, sink):
        campaign_id = world.campaign(world.leads(4))
        world.queued(campaign_id)
        world.suppress("p2@kunde.example")
        world.suppress("nothing.example", "domain")
        send_queued(campaign_id, "run")
        assert world.states(campaign_id) == {"accepted": 3, "suppressed": 1}
        assert "p2@kunde.example" not in sink.addresses


def test_suppression_in_the_middle_of_a_wave(served):
    """Somebody opts out while others are being sent: the statement that claims sees it."""
    with served() as (world, sink):
        campaign_id = world.campaign(world.leads(40))
        world.queued(campaign_id)

        def answer(address, _):
            if len(sink.messages) == 1:
                world.suppress("kunde.example", "domain")

        sink.after_data = answer
        send_queued(campaign_id, "run")
        states = world.states(campaign_id)
        assert states["suppressed"] >= 30  # the group that was claimed already goes out
        assert states["accepted"] + states["suppressed"] == 40


@pytest.mark.parametrize(
    "statement", ["update app.campaigns set status = 'paused'", "update app.email_accounts set status = 'paused'"]
)
def test_paused_sends_nothing(served, statement):
    with served() as (world, sink):
        campaign_id = queue_one(world)
        with world.database.kept_transaction() as connection:
            connection.execute(statement)
        assert send_queued(campaign_id, "run")["queued"] == 1
        assert sink.connections == 0


def test_what_can_not_be_composed_is_cancelled_and_the_others_go(served):
    with served() as (world, _):
        leads = [world.lead("two..dots@x.example", "Bad"), world.lead("good@x.example", "Good")]
        campaign_id = world.campaign(leads)
        world.queued(campaign_id)
        counts = send_queued(campaign_id, "run")
        assert (counts["cancelled"], counts["accepted"], counts["attempted"]) == (1, 1, 1)
        cancelled = (
            "select state::text, reason_class, attempts, attempted_at from app.messages where state = 'cancelled'"
        )
        assert one(world, cancelled) == {
            "state": "cancelled", "reason_class": "bad_address", "attempts": 0, "attempted_at": None,
        }  # fmt: skip
        assert world.value("select count(*) from raw.email_events") == 1


def test_template_that_broke_after_the_freeze_stops_before_a_claim(served):
    with served() as (world, sink):
        campaign_id = queue_one(world)
        with world.database.kept_transaction() as connection:
            connection.execute("update app.campaign_steps set body_template = '{{ 1/0 }}'")
        with pytest.raises(delivery.TemplateError, match="div is not allowed"):
            send_queued(campaign_id, "run")
        assert (one(world)["state"], sink.connections) == ("queued", 0)


def test_missing_postal_address_stops_before_a_claim(served):
    with served() as (world, _):
        campaign_id = queue_one(world)
        with world.database.kept_transaction() as connection:
            connection.execute("update identity.organizations set postal_address = null")
        with pytest.raises(NotReadyError, match="no postal address"):
            send_queued(campaign_id, "run")


def test_missing_key_releases_what_was_claimed(served, monkeypatch):
    with served() as (world, _):
        campaign_id = queue_one(world)
        monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "short")
        settings.cache_clear()
        with pytest.raises(RuntimeError, match="LEADHOUSE_SIGNING_KEY"):
            send_queued(campaign_id, "run")
        assert (one(world)["state"], one(world)["attempts"]) == ("queued", 0)


def test_interrupt_after_data_makes_one_unknown_and_frees_the_others(served):
    """A scheduler that takes the task away raises in the middle of a send."""
    with served() as (world, sink):
        campaign_id = world.campaign(world.leads(10))
        world.queued(campaign_id)
        send = delivery.transport.smtplib.SMTP.send
        contents = []

        def interrupted(self, data):
            send(self, data)
            contents.append(bytes(data, "ascii") if isinstance(data, str) else data)
            if sum(each.endswith(b"\r\n.\r\n") for each in contents) == 3:
                raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delivery.transport.smtplib.SMTP, "send", interrupted)
            with pytest.raises(KeyboardInterrupt):
                send_queued(campaign_id, "run")
        states = world.states(campaign_id)
        assert states == {"accepted": 2, "unknown": 1, "queued": 7}
        send_queued(campaign_id, "run")
        assert world.states(campaign_id) == {"accepted": 9, "unknown": 1}
        assert set(sink.addresses.values()) == {1}


def test_unknown_campaign(database):
    with pytest.raises(LookupError, match="does not exist"):
        send_queued("00000000-0000-0000-0000-000000000000", "run")
