"""Members, invitations, teams, clients, keys, secrets, settings, notifications, audit log of an organization."""

from __future__ import annotations

import email.policy
import re
from uuid import uuid4

import pytest

from leadhouse.identity.invitations import invite_member
from leadhouse.settings import settings
from leadhouse.webhooks.messages import new_secret
from tests.delivery.smtp_sink import Sink


@pytest.fixture(scope="module")
def team(world):
    """An admin and a representative of one organization, with their headers."""
    admin, rep = world.team_of("organization_admin", "sales_rep")
    return {"admin": admin, "rep": rep, "as_admin": world.headers(admin), "as_rep": world.headers(rep)}


def test_invitation_from_mail_to_membership(api, world, team, monkeypatch):
    with Sink() as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_MAIL_SERVER", f"smtp://127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_APP_BASE_URL", "https://app.example")
        settings.cache_clear()
        body = {"email": "Bo@new.example", "role": "sales_rep"}
        made = api.post("/api/v1/invitations", json=body, headers=team["as_admin"])
        monkeypatch.undo()
        settings.cache_clear()
    assert made.status_code == 201, made.text
    [(address, mail)] = sink.messages
    assert address == "bo@new.example"
    text = email.message_from_bytes(mail, policy=email.policy.default).get_content()
    token = re.search(r"https://app\.example/accept-invitation#token=([\w-]{43})\s", text)[1]
    assert set(made.json()) == {"invitationId", "expiresAt"}  # who invites must not pass for who is invited
    assert token not in made.text
    listed = api.get("/api/v1/invitations", headers=team["as_admin"]).json()
    assert [(each["email"], each["role"]) for each in listed["data"]] == [("bo@new.example", "sales_rep")]
    joining = {"invitation": token, "password": "nine purple walruses", "fullName": "Bo Lind"}
    tokens = api.post("/api/v1/auth/sign-up-by-invitation", json=joining)
    assert tokens.status_code == 201
    me = api.get("/api/v1/me", headers={"Authorization": f"Bearer {tokens.json()['accessToken']}"}).json()
    assert (me["email"], me["role"]) == ("bo@new.example", "sales_rep")
    assert me["emailConfirmedAt"] is not None
    assert api.post("/api/v1/auth/sign-up-by-invitation", json=joining).status_code == 422
    assert api.get("/api/v1/invitations", headers=team["as_admin"]).json()["data"] == []


def test_invitation_is_accepted_by_who_has_an_account(api, world, team):
    other = world.member()
    with world.acting(team["admin"]) as connection:
        made = invite_member(connection, other.email, "read_only")
    headers = world.headers(other)
    joined = api.post("/api/v1/invitations/accept", json={"token": made.token}, headers=headers).json()
    assert joined == {"organizationId": str(team["admin"].organization), "role": "read_only"}
    there = {"organizationId": joined["organizationId"]}
    switched = api.post("/api/v1/auth/switch-organization", json=there, headers=headers).json()
    me = api.get("/api/v1/me", headers={"Authorization": f"Bearer {switched['accessToken']}"}).json()
    assert (me["organizationId"], me["role"], len(me["organizations"])) == (there["organizationId"], "read_only", 2)


def test_invitations_stay_below_the_own_rank_and_can_be_withdrawn(api, team):
    path, admin = "/api/v1/invitations", team["as_admin"]
    assert api.post(path, json={"email": "x@new.example", "role": "super_admin"}, headers=admin).status_code == 403
    assert api.post(path, json={"email": "x@new.example", "role": "client"}, headers=admin).status_code == 422
    assert api.post(path, json={"email": "x@new.example", "role": "king"}, headers=admin).status_code == 422
    assert (
        api.post(path, json={"email": "x@new.example", "role": "read_only"}, headers=team["as_rep"]).status_code == 403
    )
    made = api.post(path, json={"email": "x@new.example", "role": "read_only"}, headers=admin).json()
    assert api.delete(f"{path}/{made['invitationId']}", headers=admin).status_code == 204
    assert api.delete(f"{path}/{made['invitationId']}", headers=admin).status_code == 404


def test_members_change_role_leave_and_return(api, world, team):
    joined = world.member("sales_rep", team["admin"].organization)
    path = f"/api/v1/members/{joined.user}"
    members = api.get("/api/v1/members?pageSize=100", headers=team["as_admin"]).json()
    assert str(joined.user) in {each["userId"] for each in members["data"]}
    assert api.patch(path, json={"role": "sales_manager"}, headers=team["as_rep"]).status_code == 403
    assert api.patch(path, json={"role": "sales_manager"}, headers=team["as_admin"]).status_code == 204
    assert api.delete(path, headers=team["as_admin"]).status_code == 204
    assert api.get("/api/v1/teams", headers=world.headers(joined)).json()["data"] == []
    removed = api.get("/api/v1/members?withRemoved=true&pageSize=100", headers=team["as_admin"]).json()["data"]
    assert [each["role"] for each in removed if each["userId"] == str(joined.user)] == ["sales_manager"]
    assert api.post(f"{path}/restore", headers=team["as_admin"]).status_code == 204
    assert api.post(f"{path}/restore", headers=team["as_admin"]).status_code == 404
    foreign = world.member()
    assert (
        api.patch(f"/api/v1/members/{foreign.user}", json={"role": "read_only"}, headers=team["as_admin"]).status_code
        == 404
    )


def test_teams_and_their_members(api, world, team):
    admin = team["as_admin"]
    made = api.post("/api/v1/teams", json={"name": "North"}, headers=admin).json()
    path = f"/api/v1/teams/{made['teamId']}"
    assert api.post("/api/v1/teams", json={"name": "north"}, headers=admin).status_code in (201, 409)
    assert api.post("/api/v1/teams", json={"name": " "}, headers=admin).status_code == 422
    tag = api.get(path, headers=admin).headers["etag"]
    joined = api.put(f"{path}/members/{team['rep'].user}", headers=admin).json()
    assert joined["userIds"] == [str(team["rep"].user)]
    assert api.put(f"{path}/members/{team['rep'].user}", headers=admin).status_code == 200
    assert api.put(f"{path}/members/{uuid4()}", headers=admin).status_code == 404
    assert api.patch(path, json={"name": "South"}, headers={**admin, "If-Match": tag}).status_code == 412
    assert api.patch(path, json={"name": "South"}, headers=admin).json()["name"] == "South"
    assert api.delete(f"{path}/members/{team['rep'].user}", headers=admin).status_code == 204
    assert api.delete(path, headers=team["as_rep"]).status_code in (403, 404)
    assert api.delete(path, headers=admin).status_code == 204
    assert api.get(path, headers=admin).status_code == 404
    assert api.post(f"{path}/restore", headers=admin).json()["name"] == "South"
    foreign = world.headers(world.member("organization_admin"))
    assert api.get(path, headers=foreign).status_code == 404
    assert api.patch(path, json={"name": "Theirs"}, headers=foreign).status_code == 404


def test_clients(api, world, team):
    admin = team["as_admin"]
    made = api.post("/api/v1/clients", json={"name": "Kessler"}, headers=admin).json()
    path = f"/api/v1/clients/{made['clientId']}"
    assert api.get(path, headers=admin).json() == made
    assert api.patch(path, json={"name": "Kessler Optik"}, headers=admin).json()["name"] == "Kessler Optik"
    assert api.post("/api/v1/clients", json={"name": "By a rep"}, headers=team["as_rep"]).status_code == 403
    assert api.delete(path, headers=admin).status_code == 204
    assert api.get(path, headers=admin).status_code == 404
    assert api.post(f"{path}/restore", headers=admin).json()["clientId"] == made["clientId"]
    assert api.get(path, headers=world.headers(world.member("organization_admin"))).status_code == 404


def test_keys_are_shown_once_and_never_above_their_owner(api, team):
    rep = team["as_rep"]
    body = {"name": "mine", "permissions": ["leads:read"]}
    made = api.post("/api/v1/api-keys", json=body, headers=rep)
    assert made.status_code == 201
    assert made.json()["key"] not in api.get("/api/v1/api-keys", headers=rep).text
    above = {"name": "above", "permissions": ["members:delete"]}
    assert api.post("/api/v1/api-keys", json=above, headers=rep).status_code == 403
    past = {**body, "expiresAt": "2020-01-01T00:00:00Z"}
    assert api.post("/api/v1/api-keys", json=past, headers=rep).status_code == 422
    key = {"X-API-Key": made.json()["key"]}
    assert api.get("/api/v1/me", headers=key).json()["permissions"] == ["leads:read:own"]
    assert api.post("/api/v1/api-keys", json=body, headers=key).status_code == 403
    assert api.get("/api/v1/me/sessions", headers=key).status_code == 403
    assert api.delete(f"/api/v1/api-keys/{made.json()['apiKeyId']}", headers=rep).status_code == 204
    assert api.get("/api/v1/me", headers=key).status_code == 401


def test_repeated_key_request_answers_the_same_key(api, team):
    headers = {**team["as_rep"], "Idempotency-Key": str(uuid4())}
    body = {"name": "once", "permissions": ["leads:read"]}
    first, again = (api.post("/api/v1/api-keys", json=body, headers=headers).json() for _ in range(2))
    assert first == again
    listed = api.get("/api/v1/api-keys?pageSize=100", headers=team["as_rep"]).json()["data"]
    assert [each["name"] for each in listed].count("once") == 1


def test_the_secret_that_signs_reports_is_a_strong_one(api, team):
    path, admin = "/api/v1/secrets/email events", team["as_admin"]
    weak = (
        "password",
        "whsec_",
        "whsec_" + "A" * 32,
        "whsec_c2hvcnQ=",
        "whsec_" + "QUJD" * 12,
        "whsec_no base64 at all",
    )
    for value in weak:
        refused = api.put(path, json={"value": value, "kind": "webhook"}, headers=admin)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body/value"), value
        assert len(value) < 10 or value not in refused.text
    assert api.put(path, json={"value": new_secret(), "kind": "webhook"}, headers=admin).status_code == 200
    own = api.put(f"{path}?owner=me", json={"value": "password"}, headers=team["as_rep"])
    assert own.status_code == 200  # a person's own secret of this name signs nothing


def test_secrets_are_written_and_never_read(api, world, team):
    admin = team["as_admin"]
    put = api.put("/api/v1/secrets/hunter", json={"value": "sk-very-secret", "kind": "provider"}, headers=admin)
    assert put.status_code == 200, put.text
    again = api.put("/api/v1/secrets/hunter", json={"value": "sk-replaced", "kind": "provider"}, headers=admin)
    assert again.json() == put.json()
    own = api.put("/api/v1/secrets/linkedin?owner=me", json={"value": "token"}, headers=team["as_rep"])
    assert own.status_code == 200
    listed = api.get("/api/v1/secrets", headers=admin)
    shown = [(each["name"], each["owner"]) for each in listed.json()["data"]]
    assert shown.count(("hunter", "organization")) == 1
    assert {owner for _, owner in shown} == {"organization"}
    assert "sk-" not in listed.text
    mine = api.get("/api/v1/secrets", headers=team["as_rep"]).json()["data"]
    assert ("linkedin", "me") in [(each["name"], each["owner"]) for each in mine]
    assert api.put("/api/v1/secrets/x", json={"value": "v"}, headers=team["as_rep"]).status_code == 403
    assert api.delete("/api/v1/secrets/linkedin?owner=me", headers=admin).status_code == 404
    assert api.delete("/api/v1/secrets/hunter", headers=admin).status_code == 204
    assert api.delete("/api/v1/secrets/hunter", headers=admin).status_code == 404
    assert world.rows("select 1 from credentials.secrets where name = 'hunter' and ciphertext is not null") == []


def test_refused_secret_is_quoted_nowhere(api, team, capsys):
    body = {"value": ["sk-in-a-list"], "kind": "provider"}
    answer = api.put("/api/v1/secrets/hunter", json=body, headers=team["as_admin"])
    assert answer.status_code == 422
    assert "sk-in-a-list" not in answer.text + capsys.readouterr().out


def test_organization_and_its_settings(api, world, team):
    admin = team["as_admin"]
    tag = api.get("/api/v1/organization", headers=admin).headers["etag"]
    change = {"name": "Firm & Sons", "timeZone": "Europe/Berlin", "postalAddress": "Hafenweg 1, 20457 Hamburg"}
    changed = api.patch("/api/v1/organization", json=change, headers={**admin, "If-Match": tag})
    assert {name: changed.json()[name] for name in change} == change
    assert api.patch("/api/v1/organization", json=change, headers={**admin, "If-Match": tag}).status_code == 412
    assert api.patch("/api/v1/organization", json={"timeZone": "Mars/Base"}, headers=admin).status_code == 422
    assert api.patch("/api/v1/organization", json=change, headers=team["as_rep"]).status_code == 403
    assert api.patch("/api/v1/organization", json={"postalAddress": ""}, headers=admin).json()["postalAddress"] is None
    chosen = {"qualificationThreshold": 4, "defaultLegalBasis": "consent"}
    assert api.put("/api/v1/organization/settings", json=chosen, headers=admin).json() == chosen
    assert api.get("/api/v1/organization/settings", headers=admin).json() == chosen
    assert api.put("/api/v1/organization/settings", json=chosen, headers=team["as_rep"]).status_code == 403


def test_organization_is_closed_by_who_types_its_name(api, world):
    admin, rep = world.team_of("organization_admin", "sales_rep")
    headers = world.headers(admin)
    slug = api.get("/api/v1/organization", headers=headers).json()["slug"]
    path = "/api/v1/organization/closing"
    assert api.post(path, json={"slug": "other"}, headers=headers).status_code == 422
    assert api.post(path, json={"slug": slug}, headers=world.headers(rep)).status_code == 403
    closed = api.post(path, json={"slug": slug}, headers=headers)
    assert closed.status_code == 200, closed.text
    assert api.get("/api/v1/organization", headers=headers).status_code == 404


def test_notifications_are_the_persons_own(api, world, team):
    rows = [(f"note {number}", number) for number in range(5)]
    for title, number in rows:
        world.rows(
            "insert into app.notifications (organization_id, user_id, kind, title, message, created_at)"
            " values (%s, %s, 'lead_assigned', %s, 'm', now() - make_interval(mins => %s))",
            team["rep"].organization, team["rep"].user, title, number,
        )  # fmt: skip
    rep, path = team["as_rep"], "/api/v1/notifications"
    first = api.get(f"{path}?pageSize=2", headers=rep).json()
    assert [each["title"] for each in first["data"]] == ["note 0", "note 1"]
    assert (first["pagination"]["total"], first["pagination"]["hasMore"]) == (5, True)
    after = api.get(path, params={"pageSize": 2, "cursor": first["pagination"]["nextCursor"]}, headers=rep).json()
    by_number = api.get(f"{path}?pageSize=2&page=2", headers=rep).json()
    assert [each["title"] for each in after["data"]] == ["note 2", "note 3"]
    assert after["data"] == by_number["data"]
    assert api.get(path, params={"cursor": "nonsense"}, headers=rep).status_code == 422
    assert api.get(path, headers=team["as_admin"]).json()["data"] == []
    one = first["data"][0]["notificationId"]
    assert api.post(f"{path}/{one}/read", headers=team["as_admin"]).json() == {"marked": 0}
    assert api.post(f"{path}/{one}/read", headers=rep).json() == {"marked": 1}
    assert api.get(f"{path}/unread-count", headers=rep).json() == {"unread": 4}
    assert api.get(f"{path}?unread=true", headers=rep).json()["pagination"]["total"] == 4
    assert api.post(f"{path}/read-all", headers=rep).json() == {"marked": 4}
    assert api.delete(f"{path}/{one}", headers=rep).status_code == 204
    assert api.delete(f"{path}/{one}", headers=rep).status_code == 404


def test_audit_log_says_who_did_what_from_where(api, team):
    admin = {**team["as_admin"], "User-Agent": "the audited agent"}
    made = api.post("/api/v1/clients", json={"name": f"client {uuid4()}"}, headers=admin).json()
    asked = {"resource": "clients", "resourceId": made["clientId"]}
    log = api.get("/api/v1/audit-log", params=asked, headers=admin).json()["data"]
    assert log, "the change is on record"
    assert {(each["agent"], each["actorUserId"]) for each in log} == {("the audited agent", str(team["admin"].user))}
    page = api.get("/api/v1/audit-log?pageSize=2", headers=admin).json()
    following = {"pageSize": 2, "cursor": page["pagination"]["nextCursor"]}
    later = api.get("/api/v1/audit-log", params=following, headers=admin).json()
    assert not {each["auditId"] for each in page["data"]} & {each["auditId"] for each in later["data"]}
    foreign = {each["actorUserId"] for each in api.get("/api/v1/audit-log", headers=team["as_rep"]).json()["data"]}
    assert foreign <= {str(team["rep"].user)}
    assert api.get("/api/v1/audit-log?since=yesterday", headers=admin).status_code == 422
    assert api.get("/api/v1/audit-log?cursor=WzEsMl0", headers=admin).status_code == 422
