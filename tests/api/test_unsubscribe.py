"""Opt-out by link, from a mail that was really sent: a look changes nothing, one click does, and it holds."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from leadhouse.campaigns import freeze_audience
from leadhouse.delivery import send_queued
from leadhouse.settings import settings
from leadhouse.suppression import sign_token
from tests.api.conftest import made_app
from tests.campaigns.audience_factory import Campaigns, this_hour
from tests.delivery.smtp_sink import Sink

ONE_CLICK = {"content": "List-Unsubscribe=One-Click", "headers": {"content-type": "application/x-www-form-urlencoded"}}


@pytest.fixture
def sent(module_database, monkeypatch):
    """(world, path of the link in the mail that Anna got); the world is an organization of the test's own."""
    with Sink() as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
        settings.cache_clear()
        world = Campaigns(module_database, smtp_port=sink.port)
        campaign_id = world.campaign([world.lead("anna@x.example")])
        world.queued(campaign_id)
        send_queued(campaign_id, "run")
        mail = sink.parsed("anna@x.example")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
        yield world, path.removeprefix(urlsplit(settings().unsubscribe_base_url).path)
    settings.cache_clear()


@pytest.fixture(scope="module")
def client(module_database):
    return TestClient(made_app())


def traces(world):
    suppressions = world.rows(
        "select value_normalized, reason, source, organization_id from app.suppressions where organization_id = %s",
        world.organization_id,
    )
    events = world.value(
        "select count(*) from raw.email_events where event_kind = 'unsubscribed' and organization_id = %s",
        world.organization_id,
    )
    return [tuple(row.values()) for row in suppressions], events


def test_look_shows_a_button_and_changes_nothing(sent, client):
    world, path = sent
    for _ in range(3):
        answer = client.get(path)
        assert answer.status_code == 200
        assert '<form method="post"><button type="submit">Unsubscribe</button></form>' in answer.text
    assert client.head(path).status_code in {200, 405}
    assert traces(world) == ([], 0)


def test_one_click_unsubscribes_without_cookie_and_once(sent, client):
    world, path = sent
    before = world.value("select max(batch_no) from raw.batches")
    for _ in range(3):
        answer = client.post(path, **ONE_CLICK)
        assert (answer.status_code, "You are unsubscribed" in answer.text) == (200, True)
        assert "set-cookie" not in answer.headers
    assert traces(world) == ([("anna@x.example", "unsubscribed", "link:one_click", world.organization_id)], 1)
    event = world.rows(
        "select * from raw.email_events where event_kind = 'unsubscribed' and organization_id = %s",
        world.organization_id,
    )[0]
    assert event["message_id"] == world.value(
        "select message_id from app.messages where organization_id = %s", world.organization_id
    )
    batches = world.rows("select batch_no, landing_id, landed from raw.batches where batch_no > %s", before)
    assert [(row["batch_no"], row["landing_id"], row["landed"]) for row in batches] == [
        (before + 1, event["landing_id"], 1)
    ]


def test_button_of_the_page_does_the_same(sent, client):
    world, path = sent
    assert client.post(path).status_code == 200
    assert traces(world) == ([("anna@x.example", "unsubscribed", "link:page", world.organization_id)], 1)


def test_nothing_is_sent_afterwards(sent, client):
    world, path = sent
    queued = world.campaign([world.lead("anna@x.example", "Anna Again")], contact_gap_days=0)
    world.queued(queued)
    client.post(path, **ONE_CLICK)
    send_queued(queued, "run")
    assert world.states(queued) == {"suppressed": 1}
    later = world.campaign([world.lead("anna@x.example", "Anna Once More")])
    freeze_audience(later, 1, this_hour())
    assert world.rows("select decision from app.campaign_decisions where campaign_id = %s", later) == [
        {"decision": "suppressed"}
    ]


def test_clicks_at_once_leave_one_event(sent, client):
    world, path = sent
    codes = []
    threads = [
        threading.Thread(target=lambda: codes.append(client.post(path, **ONE_CLICK).status_code)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert codes == [200] * 8
    assert traces(world)[1] == 1


def test_address_that_is_suppressed_already_still_leaves_its_event(sent, client):
    world, path = sent
    world.suppress("anna@x.example")
    client.post(path, **ONE_CLICK)
    suppressions, events = traces(world)
    assert (len(suppressions), events) == (1, 1)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "token", ["nonsense", "A" * 43, "'; drop table app.messages; --", "<script>alert(1)</script>", "A" * 199]
)
def test_unknown_link_is_a_clear_page(sent, client, method, token):
    world, _ = sent
    answer = getattr(client, method)(f"/unsubscribe/{token}")
    assert answer.status_code == 404
    if "/" not in token:
        assert "This link is not known" in answer.text
    assert "<script>alert" not in answer.text
    assert traces(world) == ([], 0)


def test_signed_token_of_a_message_that_is_not_there(sent, client):
    assert client.post(f"/unsubscribe/{sign_token(uuid4())}", **ONE_CLICK).status_code == 404


def test_database_that_is_away_is_no_success(sent, client, monkeypatch):
    _, path = sent
    monkeypatch.setenv("LEADHOUSE_DATABASE_URL", "postgresql://leadhouse_app:x@127.0.0.1:1/none")
    settings.cache_clear()
    answer = client.post(path, **ONE_CLICK)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
    assert "try again" in answer.text


def test_large_body_is_not_kept(sent, client):
    _, path = sent
    assert client.post(path, content=b"x" * 5_000_000).status_code == 200


def test_pages_tell_nobody_where_they_came_from(sent, client):
    _, path = sent
    headers = client.get(path).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "anna" not in client.get(path).text.lower()


def test_application_shows_nothing_else(client):
    for path in ("/", "/docs", "/openapi.json", "/unsubscribe", "/unsubscribe/"):
        assert client.get(path).status_code == 404
