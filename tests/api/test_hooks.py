"""Signed hooks: Stripe's events and reports of mail providers, each once, and nothing of anybody else."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretBytes
from standardwebhooks import Webhook

from leadhouse.api import rate_limits
from leadhouse.credentials import new_master_key, put_secret
from leadhouse.database import connect
from leadhouse.delivery import send_queued
from leadhouse.settings import settings
from leadhouse.webhooks.messages import new_secret
from tests.api.conftest import made_app
from tests.campaigns.audience_factory import Campaigns
from tests.delivery.smtp_sink import Sink

STRIPE = "/api/v1/hooks/stripe"


@pytest.fixture
def keyed(database, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
    monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
    settings.cache_clear()
    rate_limits.forget_counts()
    return database


@pytest.fixture
def client(keyed):
    return TestClient(made_app(), raise_server_exceptions=False)


@pytest.fixture
def sent(keyed, monkeypatch):
    """(world, message's row) of a mail that was really sent"""
    with Sink() as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        settings.cache_clear()
        world = Campaigns(keyed, smtp_port=sink.port)
        campaign_id = world.campaign([world.lead("anna@x.example")])
        world.queued(campaign_id)
        send_queued(campaign_id, "run")
        [message] = world.rows("select * from app.messages")
        assert message["state"] == "accepted"
        yield world, message


def keep(organization_id, name):
    secret = new_secret()
    with connect("credentials") as keeper:
        put_secret(keeper, organization_id, name, SecretBytes(secret.encode()), kind="webhook")
    return secret


def report(client, organization_id, secret, *events, body=None, at=None, message_id="msg_1"):
    body = json.dumps({"events": events}) if body is None else body
    moment = at or datetime.now(UTC)
    headers = {
        "webhook-id": message_id, "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body), "content-type": "application/json",
    }  # fmt: skip
    return client.post(f"/api/v1/hooks/email/{organization_id}", content=body, headers=headers)


def outcomes(answer):
    assert answer.status_code == 200, answer.text
    return [each["outcome"] for each in answer.json()["events"]]


def test_reports_land_once_with_what_follows(client, sent):
    world, message = sent
    secret = keep(world.organization_id, "email events")
    by_header = {"eventId": "e1", "type": "bounced", "rfcMessageId": message["rfc_message_id"],
                 "reasonClass": "mailbox_unknown", "dsnStatus": "5.1.1"}  # fmt: skip
    replied = {"eventId": "e2", "type": "replied", "messageId": str(message["message_id"]), "text": "Yes, call me"}
    unknown = {"eventId": "e3", "type": "complained", "messageId": str(uuid4())}
    for expected in (["landed", "landed", "unknown_message"], ["repeated", "repeated", "unknown_message"]):
        assert outcomes(report(client, world.organization_id, secret, by_header, replied, unknown)) == expected
    events = world.rows(
        "select event_kind, reason_class from raw.email_events where event_kind <> 'accepted' order by event_kind"
    )
    assert [tuple(row.values()) for row in events] == [("bounced", "mailbox_unknown"), ("replied", None)]
    assert world.value("select state::text from app.messages") == "bounced"
    kept = world.rows("select value_normalized, reason, source from app.suppressions")
    assert [tuple(row.values()) for row in kept] == [("anna@x.example", "hard_bounce", "bounced:hook")]
    told = world.rows("select type::text as type, content from app.interactions where outcome = 'replied'")
    assert [tuple(row.values()) for row in told] == [("reply", "Yes, call me")]


@pytest.mark.parametrize(("kind", "reason"), [("complained", "complained"), ("unsubscribed", "unsubscribed")])
def test_who_complains_or_opts_out_is_suppressed(client, sent, kind, reason):
    world, message = sent
    secret = keep(world.organization_id, "email events")
    event = {"eventId": "e1", "type": kind, "messageId": str(message["message_id"])}
    assert outcomes(report(client, world.organization_id, secret, event)) == ["landed"]
    assert world.rows("select reason from app.suppressions") == [{"reason": reason}]


def reply(message, **said):
    return {"eventId": "r1", "type": "replied", "messageId": str(message["message_id"]), **said}


@pytest.mark.parametrize(
    ("said", "kind", "is_stopped", "is_suppressed"),
    [
        ({"text": "Yes, call me.\n> unsubscribe"}, "positive", True, False),
        ({"text": "REMOVE ME from your list!"}, "opt_out", True, True),
        ({"text": "Who are you?"}, "other", True, False),
        ({"text": "I am back on Monday.", "subject": "Automatic reply: A question"}, "out_of_office", False, False),
        ({"text": "Yes, call me.", "replyKind": "later"}, "later", True, False),
    ],
    ids=["yes", "remove_me", "a_question", "away", "as_the_provider_says"],
)
def test_what_a_reply_says_decides_what_follows(client, sent, said, kind, is_stopped, is_suppressed):
    world, message = sent
    secret = keep(world.organization_id, "email events")
    for expected in ("landed", "repeated"):
        assert outcomes(report(client, world.organization_id, secret, reply(message, **said))) == [expected]
    told = world.rows("select reply_kind, is_machine from raw.email_events where event_kind = 'replied'")
    assert told == [{"reply_kind": kind, "is_machine": kind == "out_of_office"}]
    assert world.value("select reply_kind from app.interactions where type = 'reply'") == kind
    assert world.value("select stopped_reason from app.campaign_members") == ("replied" if is_stopped else None)
    assert world.rows("select reason from app.suppressions") == [{"reason": "unsubscribed"}] * is_suppressed
    opted_out = world.value("select count(*) from raw.email_events where event_kind = 'unsubscribed'")
    assert opted_out == is_suppressed


def test_kind_of_a_reply_is_one_that_there_is(client, sent):
    world, message = sent
    secret = keep(world.organization_id, "email events")
    answer = report(client, world.organization_id, secret, reply(message, replyKind="delighted"))
    assert (answer.status_code, world.rows("select 1 from app.campaign_members where stopped_at is not null")) == (
        422,
        [],
    )


def test_a_weak_secret_of_former_days_opens_no_hook(client, sent):
    world, message = sent
    weak = "whsec_" + "A" * 32
    with connect("credentials") as keeper:
        put_secret(keeper, world.organization_id, "email events", SecretBytes(weak.encode()), kind="webhook")
    event = {"eventId": "e1", "type": "complained", "messageId": str(message["message_id"])}
    assert report(client, world.organization_id, weak, event).status_code == 404
    assert world.rows("select 1 from app.suppressions") == []


def test_what_is_not_signed_changes_nothing(client, sent):
    world, message = sent
    other = Campaigns(world.database)
    secret, their_secret = (keep(each, "email events") for each in (world.organization_id, other.organization_id))
    event = {"eventId": "e1", "type": "complained", "messageId": str(message["message_id"])}
    late = datetime.fromtimestamp(time.time() - 600, UTC)
    assert report(client, world.organization_id, their_secret, event).status_code == 401
    assert report(client, world.organization_id, secret, event, at=late).status_code == 401
    assert report(client, uuid4(), secret, event).status_code == 404
    assert report(client, world.organization_id, secret, body="[]").status_code == 400
    assert report(client, world.organization_id, secret, {"eventId": "e", "type": "bounced"}).status_code == 422
    bare = {"webhook-id": "m", "webhook-timestamp": "x", "webhook-signature": "v1"}
    path = f"/api/v1/hooks/email/{world.organization_id}"
    for headers in (bare, {**bare, "webhook-signature": "v1,%%"}, {**bare, "webhook-timestamp": "1e400"}):
        assert client.post(path, content=b"{}", headers=headers).status_code == 401
    # another organization's signature names no message of this one
    assert outcomes(report(client, other.organization_id, their_secret, event)) == ["unknown_message"]
    assert world.rows("select 1 from app.suppressions") == []


def test_stripe_is_mirrored_once(client, keyed):
    secret = keep(None, "stripe webhook")
    with keyed.owner() as owner:
        organization = owner.execute(
            "insert into identity.organizations (slug, name) values ('firm', 'Firm') returning organization_id"
        ).fetchone()["organization_id"]
    event = {
        "id": "evt_1", "type": "customer.created", "created": int(time.time()),
        "data": {"object": {"id": "cus_1", "metadata": {"organization_id": str(organization)}}},
    }  # fmt: skip
    body = json.dumps(event).encode()

    def post(body, key=secret, at=None):
        stamp = str(int(at or time.time()))
        signed = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return client.post(STRIPE, content=body, headers={"Stripe-Signature": f"t={stamp},v1={signed}"})

    assert [post(body).json() for _ in range(2)] == [{"outcome": "applied"}, {"outcome": "repeated"}]
    with keyed.owner() as owner:
        rows = owner.execute("select organization_id, stripe_customer_id from billing.customers").fetchall()
    assert [tuple(row.values()) for row in rows] == [(organization, "cus_1")]
    assert post(body, key="whsec_other").status_code == 401
    assert post(body, at=time.time() - 4000).status_code == 401
    assert client.post(STRIPE, content=body).status_code == 422
    assert post(b"{}").status_code == 422
    assert post(b"[1]").status_code == 400


def test_without_a_secret_there_is_no_hook(client):
    assert client.post(STRIPE, content=b"{}", headers={"Stripe-Signature": "t=1,v1=x"}).status_code == 404
