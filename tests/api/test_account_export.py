"""What a person takes along: everything of the own account, nothing of anybody else, nothing that opens it."""

from __future__ import annotations

import json

from leadhouse.identity import second_factors
from leadhouse.identity.external_identities import link_external_identity
from leadhouse.identity.invitations import invite_member
from tests.identity.conftest import ORIGIN

PATH = "/api/v1/me/export"


def made(api, headers):
    answer = api.get(PATH, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def test_an_account_is_exported_whole(api, world):
    person, mate = world.team_of("organization_admin", "sales_rep")
    headers = world.headers(person)
    enrolment = second_factors.enrol_factor(person.user, ORIGIN)
    link_external_identity(person.user, "corporate", f"subject of {person.user}", ORIGIN)
    key = api.post("/api/v1/api-keys", json={"name": "nightly", "permissions": ["leads:read"]}, headers=headers).json()[
        "key"
    ]
    assert api.put("/api/v1/secrets/own?owner=me", json={"value": "sk-secret"}, headers=headers).status_code == 200
    assert api.patch("/api/v1/me/preferences", json={"theme": "dark"}, headers=headers).status_code == 200
    for user, title in ((person.user, "For me"), (mate.user, "For the mate")):
        world.rows(
            "insert into app.notifications (organization_id, user_id, kind, title) values (%s, %s, 'x', %s)",
            person.organization, user, title,
        )  # fmt: skip
    export = made(api, headers)
    [account] = export["account"]
    assert (account["userId"], account["email"]) == (str(person.user), person.email)
    assert [each["organizationId"] for each in export["memberships"]] == [str(person.organization)]
    assert [each["theme"] for each in export["preferences"]] == ["dark"]
    assert [each["name"] for each in export["apiKeys"]] == ["nightly"]
    assert [(each["name"], each["kind"]) for each in export["secrets"]] == [("own", "other")]
    assert [each["subject"] for each in export["linkedAccounts"]] == [f"subject of {person.user}"]
    assert [each["confirmedAt"] for each in export["secondFactors"]] == [None]
    assert [each["title"] for each in export["notifications"]] == ["For me"]
    assert {"sign_in", "enrol", "export"} <= {each["verb"] for each in export["acts"]}
    assert len(export["sessions"]) == 1
    text = json.dumps(export)
    for hidden in (key, enrolment.secret, "sk-secret", "hash", "sealed", mate.email, str(mate.user)):
        assert hidden not in text, hidden


def test_invitations_are_the_persons_once_the_address_is(api, world):
    person, inviter = world.member(), world.member("organization_admin")
    with world.acting(inviter) as connection:
        invite_member(connection, person.email, "read_only")
    headers = world.headers(person)
    assert made(api, headers)["invitations"] == []
    world.rows("update identity.users set email_confirmed_at = now() where user_id = %s", person.user)
    [invitation] = made(api, headers)["invitations"]
    assert (invitation["organizationId"], invitation["role"]) == (str(inviter.organization), "read_only")


def test_a_key_exports_nobody(api, world):
    assert api.get(PATH, headers=world.key(world.member("organization_admin"), "leads:read")).status_code == 403
    assert api.get(PATH).status_code == 401
