"""Webhooks as a resource: made, changed, rotated, tried, looked at and ended over HTTP."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from standardwebhooks import Webhook as Verifier

from leadhouse.settings import settings
from tests.webhooks.conftest import receiver, send

__all__ = ["receiver", "send"]  # fixtures
PATH = "/api/v1/webhooks"


@pytest.fixture
def admin(world):
    return world.member("organization_admin")


@pytest.fixture
def headers(world, admin):
    return world.headers(admin)


@pytest.fixture
def hook(api, headers, receiver):
    answer = api.post(PATH, json={"name": "CRM", "url": receiver.url, "eventTypes": ["campaign.*"]}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_webhook_from_subscription_to_delivery(api, world, admin, headers, receiver, send, hook):
    assert hook["secret"].startswith("whsec_")
    one = f"{PATH}/{hook['webhookId']}"
    listed = api.get(PATH, headers=headers).json()
    assert [each["webhookId"] for each in listed["data"]] == [hook["webhookId"]]
    assert hook["secret"] not in json.dumps(listed)
    made = world.value(
        "insert into app.campaigns (organization_id, name) values (%s, 'C') returning campaign_id", admin.organization
    )
    send()
    said = Verifier(hook["secret"]).verify(receiver.got[0][2], receiver.got[0][1])
    assert said["data"]["id"] == str(made)
    page = api.get(f"{one}/deliveries", params={"status": "delivered"}, headers=headers).json()
    [delivery] = page["data"]
    assert (delivery["payload"], delivery["attempts"][0]["responseStatus"]) == (said, 200)
    again = api.post(f"{one}/deliveries/{delivery['deliveryId']}/redeliver", headers=headers)
    assert (again.status_code, again.json()) == (202, {"deliveryId": delivery["deliveryId"]})
    send()
    assert [each[1]["webhook-id"] for each in receiver.got] == [delivery["deliveryId"]] * 2
    found = api.get(f"{one}/deliveries/{delivery['deliveryId']}", headers=headers).json()
    assert found["attemptCount"] == len(found["attempts"]) == 2

    secret = api.post(f"{one}/rotate-secret", headers=headers).json()["secret"]
    tested = api.post(f"{one}/test", headers=headers)
    assert tested.status_code == 202
    send()
    assert Verifier(secret).verify(receiver.got[-1][2], receiver.got[-1][1])["type"] == "webhook.test"
    assert receiver.got[-1][1]["webhook-id"] == tested.json()["deliveryId"]

    assert api.delete(one, headers=headers).status_code == 204
    assert api.get(one, headers=headers).status_code == 404


def test_changes_versions_and_refusals(api, headers, receiver, hook):
    one = f"{PATH}/{hook['webhookId']}"
    seen = api.get(one, headers=headers)
    tag = {"If-Match": seen.headers["etag"]}
    changed = api.patch(one, json={"name": "Other", "status": "disabled"}, headers={**headers, **tag})
    assert (changed.json()["name"], changed.json()["status"]) == ("Other", "disabled")
    assert changed.json()["disabledReason"] == "Disabled by hand."
    assert api.patch(one, json={"name": "Third"}, headers={**headers, **tag}).status_code == 412
    assert api.patch(one, json={"status": "enabled"}, headers=headers).json()["disabledReason"] is None
    for wrong in (
        {"name": "x", "url": receiver.url, "eventTypes": ["lead.exploded"]},
        {"name": "x", "url": receiver.url, "eventTypes": []},
        {"name": "x", "url": "https://10.0.0.1/", "eventTypes": ["*"]},
        {"name": "x", "url": "http://example.invalid/", "eventTypes": ["*"]},
        {"name": "x", "url": receiver.url, "eventTypes": ["*"], "other": 1},
    ):
        answer = api.post(PATH, json=wrong, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text


def test_a_repeated_subscription_is_one_and_shows_its_secret_again(api, headers, receiver):
    body = {"name": "Once", "url": receiver.url, "eventTypes": ["*"]}
    keyed = {**headers, "Idempotency-Key": str(uuid4())}
    first, second = (api.post(PATH, json=body, headers=keyed) for _ in range(2))
    assert first.json() == second.json()
    assert api.get(PATH, headers=headers).json()["pagination"]["total"] == 1


def test_zapier_subscribes_and_unsubscribes(api, world, admin, receiver, send):
    key = world.key(admin, "integrations:write", "integrations:read")
    assert "lead.created" in api.get(f"{PATH}/event-types", headers=key).json()
    [sample] = api.get(f"{PATH}/samples", params={"eventType": "campaign.*"}, headers=key).json()
    made = api.post(f"{PATH}/zapier", json={"hookUrl": receiver.url, "eventType": "campaign.created"}, headers=key)
    assert made.status_code == 201, made.text
    assert made.json()["url"].endswith("/…")
    world.rows("insert into app.campaigns (organization_id, name) values (%s, 'C')", admin.organization)
    send()
    sent = json.loads(receiver.got[0][2])
    assert sorted(sent) == sorted(sample)
    assert api.delete(f"{PATH}/{made.json()['webhookId']}", headers=key).status_code == 204


def test_others_do_not_reach_it(api, world, admin, hook):
    rep, stranger = world.member("sales_rep", admin.organization), world.member("organization_admin")
    one = f"{PATH}/{hook['webhookId']}"
    for person in (rep, stranger):
        asked = world.headers(person)
        assert api.get(PATH, headers=asked).json()["data"] == []
        for method, path in (
            ("GET", one), ("PATCH", one), ("DELETE", one), ("POST", f"{one}/rotate-secret"), ("POST", f"{one}/test"),
            ("GET", f"{one}/deliveries"), ("POST", f"{one}/deliveries/{uuid4()}/redeliver"),
        ):  # fmt: skip
            body = {"json": {"name": "x"}} if method == "PATCH" else {}
            assert api.request(method, path, headers=asked, **body).status_code == 404, (method, path)
    refused = api.post(
        PATH, json={"name": "x", "url": "https://example.com/", "eventTypes": ["*"]}, headers=world.headers(rep)
    )
    assert refused.status_code in (403, 422)  # a name server may be away; nothing is made
    assert api.get(one, headers=world.headers(admin)).json()["name"] == "CRM"


def test_without_a_master_key_nothing_is_subscribed(api, world, headers, receiver, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", "")
    settings.cache_clear()
    answer = api.post(PATH, json={"name": "x", "url": receiver.url, "eventTypes": ["*"]}, headers=headers)
    monkeypatch.undo()
    settings.cache_clear()
    assert answer.status_code == 503
