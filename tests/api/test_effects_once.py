"""Writes that a component does in a transaction of its own: cut off before the answer and repeated, one effect."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from leadhouse.api import idempotency
from leadhouse.credentials import get_secret
from leadhouse.identity import totp
from leadhouse.identity.invitations import invite_member
from leadhouse.resolution import resolve_unread
from leadhouse.settings import settings
from tests.api.resource_world import Resources
from tests.identity.conftest import PASSWORD
from tests.leads.language_model_stub import LanguageModelStub

OTHER_PASSWORD = "another long sentence that nobody guesses"


@pytest.fixture(scope="module")
def on(api, world):
    return Resources(api, world)


@pytest.fixture
def cut_off(api, monkeypatch):
    """A request whose server dies between the component's commit and its own; then the same request, twice."""

    def ask(method, path, headers, body=None, status=200, again=None):
        headers = {**headers, "Idempotency-Key": uuid4().hex}

        def send():
            return api.request(method, f"/api/v1{path}", headers=headers, json=body)

        with monkeypatch.context() as patch:
            patch.setattr(idempotency, "keep", lambda *_: (_ for _ in ()).throw(RuntimeError("the server is gone")))
            assert send().status_code == 500
        second = send()
        assert second.status_code == status, second.text
        third = send()
        assert third.status_code == (again or status), third.text
        if again is None:
            assert third.content == second.content
            assert third.headers["idempotency-replayed"] == "true"
        return second.json() if second.content else None

    return ask


def person_of(world):
    person = world.member("organization_admin")
    return person, world.headers(person)


def count(world, table, **wanted):
    where = " and ".join(f"{name} = %s" for name in wanted)
    return world.value(f"select count(*) from {table} where {where}", *wanted.values())  # noqa: S608


def acts(world, person, action):
    return [each["outcome"] for each in world.acts(actor_user_id=person.user, verb=action)]


def code_of(secret):
    padded = secret + "=" * (-len(secret) % 8)
    return totp.code_of(base64.b32decode(padded), totp.step_of(datetime.now(UTC)))


def test_a_password_is_changed_once(world, cut_off):
    person, headers = person_of(world)
    body = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
    cut_off("POST", "/me/password", headers, body, 204)
    assert acts(world, person, "change_password") == ["succeeded"]


def test_another_mail_of_confirmation_is_asked_for_once(world, cut_off):
    person, headers = person_of(world)
    world.rows("update identity.users set email_confirmed_at = null where user_id = %s", person.user)
    cut_off("POST", "/me/email-confirmation", headers, None, 202)
    assert acts(world, person, "request_email_confirmation") == ["succeeded"]
    assert count(world, "identity.one_time_tokens", user_id=person.user, purpose="email_confirmation") == 1


def test_a_second_factor_is_enrolled_confirmed_and_removed_once(world, cut_off):
    person, headers = person_of(world)
    made = cut_off("POST", "/me/second-factor", headers, None, 201)
    assert acts(world, person, "enrol") == ["succeeded"]
    codes = cut_off("POST", "/me/second-factor/confirm", headers, {"code": code_of(made["secret"])})["recoveryCodes"]
    assert (len(codes), acts(world, person, "confirm")) == (10, ["succeeded"])
    cut_off("POST", "/me/second-factor/remove", headers, {"code": codes[0]}, 204)
    assert acts(world, person, "remove") == ["succeeded"]


def test_a_linked_account_is_unlinked_once(world, cut_off):
    person, headers = person_of(world)
    linked = world.value(
        "insert into identity.external_identities (user_id, provider, subject) values (%s, 'elsewhere', %s)"
        " returning external_identity_id", person.user, uuid4().hex,
    )  # fmt: skip
    cut_off("DELETE", f"/me/linked-accounts/{linked}", headers, None, 204)
    assert count(world, "identity.external_identities", external_identity_id=linked, deleted_at=None) == 0


def test_an_organization_is_changed_and_joined_once(world, cut_off):
    person, headers = person_of(world)
    host, _ = person_of(world)
    with world.acting(host) as connection:
        invited = invite_member(connection, person.email, "sales_rep")
    joined = cut_off("POST", "/invitations/accept", headers, {"token": invited.token})
    assert joined == {"organizationId": str(host.organization), "role": "sales_rep"}
    assert count(world, "identity.members", user_id=person.user) == 2
    body = {"organizationId": str(host.organization)}
    assert cut_off("POST", "/auth/switch-organization", headers, body)["accessToken"]
    assert acts(world, person, "switch_organization") == ["succeeded"]


def test_an_account_and_an_organization_end_once(api, world, monkeypatch):
    """Whose session has ended with the effect is told so, and nothing is done again."""
    for method, path, table in [("DELETE", "/me", "users"), ("POST", "/organization/closing", "erasures"),
                                ("POST", "/auth/sign-out", "sessions")]:  # fmt: skip
        person = world.team_of("organization_admin", "organization_admin")[0]
        slug = world.value("select slug from identity.organizations where organization_id = %s", person.organization)
        headers = {**world.headers(person), "Idempotency-Key": uuid4().hex}
        sent = {"headers": headers, "json": {"slug": slug} if "closing" in path else None}
        with monkeypatch.context() as patch:
            patch.setattr(idempotency, "keep", lambda *_: (_ for _ in ()).throw(RuntimeError("the server is gone")))
            assert api.request(method, f"/api/v1{path}", **sent).status_code == 500
        assert api.request(method, f"/api/v1{path}", **sent).status_code in (200, 204, 401, 403)
        done = {
            "users": lambda one=person: acts(world, one, "delete_account") == ["succeeded"],
            "erasures": lambda one=person: count(world, "privacy.erasures", organization_id=one.organization) == 1,
            "sessions": lambda one=person: acts(world, one, "sign_out") == ["succeeded"],
        }
        assert done[table](), path


def test_a_secret_is_stored_and_deleted_once(world, cut_off):
    person, headers = person_of(world)
    made = cut_off("PUT", "/secrets/hunter", headers, {"value": "s3cr3t", "kind": "provider"})
    [row] = world.rows("select * from credentials.secrets where organization_id = %s", person.organization)
    assert (str(row["secret_id"]), row["updated_at"]) == (made["secretId"], row["created_at"])
    cut_off("DELETE", "/secrets/hunter", headers, None, 204)
    assert count(world, "credentials.secrets", organization_id=person.organization) == 1


def test_a_source_is_made_once_with_its_credentials(world, cut_off):
    person, headers = person_of(world)
    body = {"kind": "apollo", "name": "Apollo", "credentials": {"api_key": "s3cr3t-key"}}
    made = cut_off("POST", "/data-sources/create", headers, body, 201)
    for table in ("app.sources", "credentials.secrets"):
        assert count(world, table, organization_id=person.organization) == 1, table
    changed = {"credentials": {"api_key": "an0ther-key"}}
    cut_off("PUT", f"/data-sources/{made['sourceId']}", headers, changed)
    assert count(world, "credentials.secrets", organization_id=person.organization) == 2


def test_a_webhooks_secret_is_rotated_once(api, world, cut_off):
    person, headers = person_of(world)
    body = {"name": "x", "url": "https://93.184.216.34/hook", "eventTypes": ["lead.created"]}
    made = api.post("/api/v1/webhooks", headers=headers, json=body).json()
    webhook_id = made["webhookId"]
    rotated = cut_off("POST", f"/webhooks/{webhook_id}/rotate-secret", headers)["secret"]
    with world.database.connect("credentials") as keeper:
        stored = json.loads(get_secret(keeper, person.organization, f"webhook/{webhook_id}").get_secret_value())
    assert (stored["secret"], stored["former"]) == (rotated, made["secret"])


def test_a_search_is_asked_and_confirmed_once(on, cut_off):
    proposal = {"criteria": {"entity_kind": "company", "limit": 2}, "discovery": {"queries": []}}
    with LanguageModelStub(json.dumps(proposal)) as stub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_LANGUAGE_MODEL_URL", f"http://{stub.address}/v1")
        patch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", stub.address)
        settings.cache_clear()
        body = {"name": uuid4().hex, "question": "Two carpenters"}
        made = cut_off("POST", "/lead-searches/ask", on.rep.headers, body, 201)
        assert (made["state"], len(stub.asked)) == ("proposed", 1)
    settings.cache_clear()
    path = f"/lead-searches/{made['leadSearchId']}"
    assert cut_off("POST", f"{path}/confirm", on.rep.headers, {})["state"] == "confirmed"
    assert cut_off("POST", f"{path}/start", on.rep.headers)["state"] == "running"


def test_a_pair_is_decided_once(on, cut_off):
    one, other = (on.manager.post("/leads/create", {"fullName": f"P {uuid4().hex[:6]} Q"}, 201) for _ in range(2))
    resolve_unread("cli__once")
    body = {"entityA": one["entityId"], "entityB": other["entityId"], "decision": "same"}
    made = cut_off("POST", "/matches/decide", on.manager.headers, body)
    assert made["entitiesChanged"] == 2
    pair = [UUID(body["entityA"]), UUID(body["entityB"])]
    assert on.row("select count(*) as n from resolution.match_decisions where entity_a = any (%s)"
                  " and decided_by like 'user %%'", pair)["n"] == 1  # fmt: skip


def test_who_signs_up_twice_under_a_key_is_one(api, world):
    email, key = f"{uuid4().hex}@new.example", {"Idempotency-Key": uuid4().hex}
    body = {"email": email, "password": OTHER_PASSWORD, "fullName": "Ada", "organizationName": "Firm"}
    answers = [api.post("/api/v1/auth/sign-up", json=body, headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    user_id = world.value("select user_id from identity.users where email_normalized = %s", email)
    assert count(world, "identity.mails", user_id=user_id) == 1  # and none that says somebody tried the address
    changed = api.post("/api/v1/auth/sign-up", json={**body, "fullName": "Eve"}, headers=key)
    assert (changed.status_code, "other request" in changed.text or "another request" in changed.text) == (422, True)
    assert api.post("/api/v1/auth/sign-up", json=body, headers={"Idempotency-Key": "x"}).status_code == 400


def test_who_is_invited_signs_up_once_and_gets_the_same_tokens(api, world):
    host, _ = person_of(world)
    with world.acting(host) as connection:
        invited = invite_member(connection, f"{uuid4().hex}@new.example", "sales_rep")
    key = {"Idempotency-Key": uuid4().hex}
    body = {"invitation": invited.token, "password": OTHER_PASSWORD, "fullName": "Bo"}
    first, second = (api.post("/api/v1/auth/sign-up-by-invitation", json=body, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert count(world, "identity.sessions", user_id=first.json()["userId"]) == 1


def test_of_two_at_once_one_is_rolled_back_with_its_effect(world):
    person = world.member("organization_admin")
    kept = "select identity.keep_request_effect(%s, sha256('key'), sha256('request'), 'effect')"
    with world.database.connect("identity") as first:
        first.execute(kept, (person.user,))
    with world.database.connect("identity") as second, pytest.raises(psycopg.errors.LockNotAvailable):
        second.execute(kept, (person.user,))
