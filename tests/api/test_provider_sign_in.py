"""Signing in by an OpenID provider that speaks the real protocol over real sockets."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from fastapi.testclient import TestClient

from leadhouse.api import openid
from leadhouse.identity.component_work import component
from leadhouse.identity.invitations import invite_member
from leadhouse.identity.proofs import prove_address
from leadhouse.settings import settings
from tests.api.openid_provider import CLIENT, SECRET, OpenIdProvider

BASE = "/api/v1/auth/providers"


@pytest.fixture(scope="module")
def provider(world):
    with OpenIdProvider() as running, pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "ALLOWED_ADDRESSES": f"127.0.0.1:{running.port}", "API_BASE_URL": "http://testserver",
            "OPENID_NAME": "corporate", "OPENID_ISSUER": running.issuer, "OPENID_CLIENT_ID": CLIENT,
            "OPENID_CLIENT_SECRET": SECRET,
        }.items():  # fmt: skip
            patch.setenv(f"LEADHOUSE_{name}", value)
        settings.cache_clear()
        yield running
    settings.cache_clear()


@pytest.fixture
def browser(provider, app):
    """A browser of its own, which follows no redirect by itself."""
    provider.broken, provider.subject, provider.person = "", "subject-1", {}
    openid._known.clear()
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def at_provider(url):
    """Where the provider sends the browser back to, as a path."""
    back = requests.get(url, allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith("http://testserver/")
    return back.removeprefix("http://testserver")


def signed_in(browser):
    begun = browser.get(f"{BASE}/corporate/sign-in")
    assert begun.status_code == 303, begun.text
    return browser.get(at_provider(begun.headers["location"]))


@pytest.fixture
def linked(browser, world, provider):
    """A person who has linked the account; the subject is the person's own."""
    person = world.member("sales_rep")
    provider.subject = f"subject of {person.user}"
    begun = browser.post(f"{BASE}/corporate/link", headers=world.headers(person))
    assert begun.status_code == 200, begun.text
    done = browser.get(at_provider(begun.json()["authorizationUrl"]))
    assert done.status_code == 200, done.text
    return person


def test_providers_are_listed(browser):
    assert browser.get(BASE).json() == {
        "data": [{"name": "corporate", "signInUrl": f"http://testserver{BASE}/corporate/sign-in"}]
    }
    assert browser.get(f"{BASE}/other/sign-in").status_code == 404


def test_linked_account_signs_in(browser, linked, provider):
    tokens = signed_in(browser)
    assert tokens.status_code == 200, tokens.text
    mine = {"Authorization": f"Bearer {tokens.json()['accessToken']}"}
    assert browser.get("/api/v1/me", headers=mine).json()["userId"] == str(linked.user)
    accounts = browser.get("/api/v1/me/linked-accounts", headers=mine).json()["data"]
    assert [each["provider"].partition(".")[0] for each in accounts] == ["corporate"]


def test_account_that_nobody_has_linked_is_refused(browser, provider):
    provider.subject = "a stranger"
    assert signed_in(browser).status_code == 401


def test_account_is_linked_to_one_person(browser, linked, world, provider):
    begun = browser.post(f"{BASE}/corporate/link", headers=world.headers(world.member()))
    assert browser.get(at_provider(begun.json()["authorizationUrl"])).status_code == 409


@pytest.mark.parametrize(
    "broken",
    ["denied", "no token", "issuer", "audience", "expired", "nonce", "unsigned", "signature"],
)
def test_what_does_not_hold_signs_nobody_in(browser, linked, provider, broken):
    provider.broken = broken
    answer = signed_in(browser)
    assert answer.status_code == 401, answer.text
    assert "accessToken" not in answer.text


def test_state_of_somebody_else_is_refused(browser, linked, provider):
    begun = browser.get(f"{BASE}/corporate/sign-in")
    back = at_provider(begun.headers["location"])
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert browser.get(back.replace(state, "another")).status_code == 401
    assert browser.get(back.partition("?")[0]).status_code == 401


def test_other_browser_cannot_complete_it(browser, linked, app):
    begun = browser.get(f"{BASE}/corporate/sign-in")
    other = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    back = at_provider(begun.headers["location"])
    assert other.get(back).status_code == 401
    other.cookies.set("leadhouse_provider_sign_in", "00" * 80)
    assert other.get(back).status_code == 401


def test_code_of_another_sign_in_fails_its_verifier(browser, linked, app):
    """An attacker's code in the victim's browser: the verifier is the victim's own."""
    other = TestClient(app, follow_redirects=False)
    stolen = at_provider(other.get(f"{BASE}/corporate/sign-in").headers["location"])
    code = parse_qs(urlsplit(stolen).query)["code"][0]
    begun = browser.get(f"{BASE}/corporate/sign-in").headers["location"]
    state = parse_qs(urlsplit(begun).query)["state"][0]
    assert browser.get(f"{BASE}/corporate/callback", params={"code": code, "state": state}).status_code == 401


def test_code_is_good_once(browser, linked, provider):
    begun = browser.get(f"{BASE}/corporate/sign-in")
    cookie = dict(browser.cookies)
    back = at_provider(begun.headers["location"])
    assert browser.get(back).status_code == 200
    browser.cookies.update(cookie)
    assert browser.get(back).status_code == 401


def signed_up(browser, provider, person, **body):
    """What the callback answers to a new person of the provider."""
    provider.subject, provider.person = f"subject {uuid4().hex}", person
    begun = browser.post(f"{BASE}/corporate/sign-up", json=body)
    assert begun.status_code == 200, begun.text
    return browser.get(at_provider(begun.json()["authorizationUrl"]))


def me_of(browser, tokens):
    assert tokens.status_code == 200, tokens.text
    return browser.get("/api/v1/me", headers={"Authorization": f"Bearer {tokens.json()['accessToken']}"}).json()


def test_who_is_vouched_for_signs_up_with_an_organization_and_signs_in_again(browser, provider):
    email = f"{uuid4().hex}@new.example"
    person = {"email": email.upper(), "email_verified": True, "name": "Ada Berg"}
    me = me_of(browser, signed_up(browser, provider, person, organizationName="Berg & Co"))
    assert (me["email"], me["fullName"], me["role"]) == (email, "Ada Berg", "organization_admin")
    assert me["emailConfirmedAt"] is not None
    assert me_of(browser, signed_in(browser))["userId"] == me["userId"]
    begun = browser.post(f"{BASE}/corporate/sign-up", json={"organizationName": "Another"})
    again = browser.get(at_provider(begun.json()["authorizationUrl"]))
    assert again.status_code == 409, again.text


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_nobody_vouches_for_makes_no_account(browser, provider, world, verified):
    email = f"{uuid4().hex}@new.example"
    answer = signed_up(browser, provider, {"email": email, "email_verified": verified}, organizationName="Berg")
    assert answer.status_code == 422, answer.text
    assert world.rows("select 1 from identity.users where email_normalized = %s", email) == []


def test_an_address_that_has_an_account_is_not_taken_over(browser, provider, world):
    owner = world.member()
    person = {"email": owner.email, "email_verified": True}
    answer = signed_up(browser, provider, person, organizationName="Mine")
    assert answer.status_code == 409, answer.text
    assert world.rows("select 1 from identity.external_identities where user_id = %s", owner.user) == []


def test_who_is_invited_joins_by_a_provider_under_the_invited_address(browser, provider, world):
    host, email = world.member("organization_admin"), f"{uuid4().hex}@new.example"
    with world.acting(host) as connection:
        token = invite_member(connection, email, "sales_manager").token
    elsewhere = {"email": "private@elsewhere.example", "email_verified": True, "name": "Bo"}
    me = me_of(browser, signed_up(browser, provider, elsewhere, invitation=token, fullName="Bo Lind"))
    assert (me["email"], me["fullName"], me["role"]) == (email, "Bo Lind", "sales_manager")
    assert (me["organizationId"], me["emailConfirmedAt"] is not None) == (str(host.organization), True)
    assert signed_up(browser, provider, elsewhere, invitation=token).status_code == 422


@pytest.mark.parametrize("body", [{}, {"organizationName": "x", "invitation": "y" * 43}, {"fullName": "x"}])
def test_a_sign_up_names_an_organization_or_an_invitation(browser, provider, body):
    assert browser.post(f"{BASE}/corporate/sign-up", json=body).status_code == 422


def test_provider_that_is_away_is_said_to_be(browser, provider, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_OPENID_ISSUER", "http://127.0.0.1:9")
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "127.0.0.1:9")
    settings.cache_clear()
    try:
        assert browser.get(f"{BASE}/corporate/sign-in").status_code == 502
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_provider_in_the_own_network_is_not_asked_unless_allowed(browser, provider, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "")
    settings.cache_clear()
    try:
        assert browser.get(f"{BASE}/corporate/sign-in").status_code in (422, 502)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_link_that_was_begun_before_the_session_ended_is_not_completed(browser, world, provider):
    """Who signed up with somebody else's address begins a link and waits until its owner has proved it."""
    owner, thief = world.member(), world.member()
    provider.subject = f"subject of {thief.user}"
    begun = browser.post(f"{BASE}/corporate/link", headers=world.headers(owner))
    back = at_provider(begun.json()["authorizationUrl"])
    with component() as connection:
        prove_address(connection, owner.user)
    answer = browser.get(back)
    assert answer.status_code == 401, answer.text
    linked = world.rows("select 1 from identity.external_identities where user_id = %s", owner.user)
    assert linked == []
