"""Interactions, suppressions, billing and usage over HTTP: as owner, as another role, from another organization."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from leadhouse import billing
from leadhouse.api import touchpoints, usage
from tests.api.resource_world import Resources, calls_by_route, is_camel, walk


@pytest.fixture(scope="module")
def on(api, world):
    made = Resources(api, world)
    with world.database.connect("billing") as connection:
        for number in range(5):
            billing.grant_credits(connection, made.north, Decimal(10), f"gift {number}", "a gift")
        billing.debit_credits(connection, made.north, Decimal(3), "call 1", "a call")
    return made


def note(on, lead, name="manager", **body):
    stated = {"leadId": str(lead), "type": "note", "direction": "internal", "content": "met", **body}
    return getattr(on, name).post("/interactions", stated, 201)


def test_an_interaction_is_recorded_put_right_deleted_and_restored(on):
    lead = on.lead()
    when = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    made = note(on, lead, type="call", direction="outbound", outcome="interested", occurredAt=when,
                aiAnalysis={"mood": "good"})  # fmt: skip
    path = f"/interactions/{made['interactionId']}"
    assert (made["type"], made["outcome"], made["aiAnalysis"]) == ("call", "interested", {"mood": "good"})
    assert is_camel(made)
    assert on.reader.get(path) == made
    changed = on.manager.put(path, {"content": "Wants an offer"})
    assert (changed["content"], changed["outcome"]) == ("Wants an offer", "interested")
    on.manager.put(path, {"replyKind": "positive"}, 422)  # a call is no reply
    on.reader.put(path, {"content": "x"}, 403)
    on.reader.delete(path, 403)
    on.manager.delete(path)
    on.manager.get(path, 404)
    assert on.manager.post(f"{path}/restore")["content"] == "Wants an offer"
    on.stranger.post(f"{path}/restore", None, 404)


@pytest.mark.parametrize("name", ["stranger", "rep"])
def test_who_does_not_reach_the_lead_finds_none(on, name):
    lead = on.lead()
    path = f"/interactions/{note(on, lead)['interactionId']}"
    member = getattr(on, name)
    member.get(path, 404)
    member.put(path, {"content": "x"}, 404)
    member.delete(path, 404)
    body = {"leadId": str(lead), "type": "note", "direction": "internal"}
    member.post("/interactions", body, 404)
    assert member.get("/interactions", leadId=str(lead))["data"] == []


def test_interactions_are_filtered_and_paged(on):
    lead = on.lead()
    for number in range(5):
        note(on, lead, type="call" if number % 2 else "note",
             occurredAt=(datetime.now(UTC) - timedelta(minutes=number)).isoformat())  # fmt: skip
    for order in ("asc", "desc"):
        found = walk(on.manager, "/interactions", "interactionId", leadId=str(lead), pageSize=2, sortOrder=order)
        assert len(found) == 5
    assert len(on.manager.get("/interactions", leadId=str(lead), type="call")["data"]) == 2
    on.manager.get("/interactions", 422, type="dance")


def test_an_interaction_that_cannot_be_is_refused(on):
    body = {"leadId": str(on.lead()), "type": "note", "direction": "internal"}
    on.manager.post("/interactions", {**body, "type": "dance"}, 422)
    on.manager.post("/interactions", {**body, "occurredAt": "2026-01-01T00:00:00"}, 422)  # without a zone
    later = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    on.manager.post("/interactions", {**body, "occurredAt": later}, 422)
    on.manager.post("/interactions", {**body, "leadId": str(uuid4())}, 404)
    path = f"/interactions/{note(on, body['leadId'])['interactionId']}"
    tag = on.manager.ask("GET", path).headers["etag"]
    on.manager.ask("PUT", path, 200, json={"content": "first"}, headers={"If-Match": tag})
    on.manager.ask("PUT", path, 412, json={"content": "second"}, headers={"If-Match": tag})


def test_a_suppression_is_added_once_and_stays(on):
    address = f"{uuid4().hex[:8]}@Kunde.example"
    assert on.rep.post("/suppressions", {"value": address}, 201) == {"isNew": True}
    assert on.manager.post("/suppressions", {"value": address, "reason": "existing_customer"}, 201)["isNew"] is False
    [found] = on.manager.get("/suppressions", search=address.lower())["data"]
    assert (found["valueNormalized"], found["reason"], found["isPlatform"]) == (address.lower(), "manual", False)
    assert is_camel(found)
    path = f"/suppressions/{found['suppressionId']}"
    assert on.reader.get(path) == found
    on.stranger.get(path, 404)
    on.reader.post("/suppressions", {"value": "a@b.example"}, 403)
    on.client.post("/suppressions", {"value": "a@b.example"}, 403)
    assert on.stranger.get("/suppressions", search=address)["data"] == []


@pytest.mark.parametrize(
    "body",
    [{"value": "no address"}, {"value": "a@b.example", "scope": "domain"}, {"value": "b.example"},
     {"value": "a@b.example", "reason": "erased"}, {"value": ""}],
)  # fmt: skip
def test_a_suppression_that_cannot_be_is_refused(on, body):
    on.manager.post("/suppressions", body, 422)


def test_suppressions_are_filtered_sorted_and_paged(on):
    word = uuid4().hex[:8]
    for number in range(5):
        on.manager.post("/suppressions", {"value": f"{word}{number}.example", "scope": "domain"}, 201)
    for sort in ("createdAt", "valueNormalized"):
        for order in ("asc", "desc"):
            found = walk(on.manager, "/suppressions", "suppressionId", search=word, pageSize=2, sortBy=sort,
                         sortOrder=order)  # fmt: skip
            assert len(found) == 5
    assert on.manager.get("/suppressions", search=word, scope="email")["data"] == []
    assert len(on.manager.get("/suppressions", search=word, reason="manual")["data"]) == 5


def test_the_wallet_and_its_entries(on):
    assert on.admin.get("/wallet") == {"balance": 47.0}
    found = on.admin.get("/wallet/transactions", pageSize=100)
    assert [each["amount"] for each in found["data"]] == [-3.0, *[10.0] * 5]
    assert is_camel(found["data"])
    assert [each["kind"] for each in on.admin.get("/wallet/transactions", kind="debit")["data"]] == ["debit"]
    assert len(walk(on.admin, "/wallet/transactions", "transactionId", pageSize=2)) == 6
    assert len(walk(on.admin, "/wallet/transactions", "transactionId", pageSize=2, sortOrder="asc")) == 6


def test_the_plan_the_usage_and_the_tiers(on):
    plan = on.admin.get("/billing/plan")
    assert (plan["tier"], plan["hasAccess"], plan["balance"]) == (None, True, 47.0)
    assert plan["organizationId"] == str(on.north)
    used = {each["metric"]: each for each in on.admin.get("/billing/usage")}
    assert used["seats"]["used"] == 5  # a client takes none
    tiers = on.admin.get("/billing/tiers")
    assert tiers
    assert is_camel([{**each, "limits": {}} for each in tiers])


@pytest.mark.parametrize("path", ["/billing/plan", "/billing/usage", "/wallet", "/wallet/transactions"])
@pytest.mark.parametrize("name", ["manager", "rep", "reader", "client"])
def test_billing_is_the_admins(on, path, name):
    getattr(on, name).get(path, 403)


def test_events_come_in_batches(on):
    good = {"eventType": "page", "eventName": "leads opened", "properties": {"page": 2}, "sessionId": "s1"}
    old = {**good, "occurredAt": (datetime.now(UTC) - timedelta(days=9)).isoformat()}
    answer = on.rep.post(
        "/usage-events", {"events": [good, {"eventType": "x"}, old, {**good, "ipAddress": "::1"}]}, 202
    )
    assert answer["recorded"] == 2
    assert [each["place"] for each in answer["refused"]] == [1, 2]
    on.rep.post("/usage-events", {"events": []}, 422)
    on.rep.post("/usage-events", {"events": [good] * 1001}, 422)
    [day] = on.rep.get("/usage-events/by-day", days=2)
    assert (day["eventName"], day["events"], day["users"]) == ("leads opened", 2, 1)
    assert on.reader.get("/usage-events/by-day")[0]["events"] == 2
    assert on.stranger.get("/usage-events/by-day") == []


def test_every_operation_was_called(app):
    routers = [touchpoints.interactions, touchpoints.suppressions, usage.plans, usage.wallet, usage.events]
    found = calls_by_route(app, routers)
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 16
