"""From sign-up to a deleted account, over HTTP, with mails through a real SMTP server."""

from __future__ import annotations

import base64
import re
import threading
import time
from datetime import UTC, datetime
from uuid import uuid4

import jwt
import pytest

from leadhouse.delivery.account_mails import queue_mail, send_due_mails, send_until
from leadhouse.identity import totp
from leadhouse.settings import settings
from tests.delivery.smtp_sink import Sink

PASSWORD = "nine purple walruses sing"
OTHER = "another long enough phrase"


@pytest.fixture(scope="module")
def sink(world):
    with Sink() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{server.port}")
        patch.setenv("LEADHOUSE_MAIL_SERVER", f"smtp://127.0.0.1:{server.port}")
        patch.setenv("LEADHOUSE_MAIL_FROM", "Leadhouse <no-reply@leadhouse.test>")
        settings.cache_clear()
        yield server
    settings.cache_clear()


def last_mail(sink, address):
    return [mail for to, mail in sink.messages if to == address][-1].decode()


def token_in(mail):
    return re.search(r"^([\w-]{43})\s*$", mail, re.M)[1]


def bearer(tokens):
    return {"Authorization": f"Bearer {tokens['accessToken']}"}


def signed_up(api, sink, name="Ada Berg"):
    """A new person's address, and the tokens of a sign-in."""
    email = f"{uuid4().hex[:12]}@new.example"
    body = {"email": email, "password": PASSWORD, "fullName": name, "organizationName": f"Firm {email[:6]}"}
    answer = api.post("/api/v1/auth/sign-up", json=body)
    assert answer.status_code == 202, answer.text
    return email, signed_in(api, email)


def signed_in(api, email, password=PASSWORD, **more):
    answer = api.post("/api/v1/auth/sign-in", json={"email": email, "password": password, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def code_of(secret, steps=0):
    """The code of a step beside the current one, which lasts for two seconds more: it is used up by then."""
    left = totp.STEP_SECONDS - time.time() % totp.STEP_SECONDS
    if left < 2:
        time.sleep(left + 0.01)
    padded = secret + "=" * (-len(secret) % 8)
    return totp.code_of(base64.b32decode(padded), totp.step_of(datetime.now(UTC)) + steps)


def test_sign_up_confirm_and_look_at_oneself(api, sink):
    email, tokens = signed_up(api, sink)
    me = api.get("/api/v1/me", headers=bearer(tokens)).json()
    assert (me["email"], me["fullName"], me["role"]) == (email, "Ada Berg", "organization_admin")
    [organization] = me["organizations"]
    assert (organization["organizationId"], organization["name"]) == (tokens["organizationId"], f"Firm {email[:6]}")
    assert "leads:read:all" in me["permissions"]
    assert (me["emailConfirmedAt"], me["hasSecondFactor"]) == (None, False)
    mail = last_mail(sink, email)
    assert "Auto-Submitted: auto-generated" in mail
    confirming = {"json": {"token": token_in(mail)}, "headers": bearer(tokens)}
    other = api.post("/api/v1/auth/sign-in", json={"email": email, "password": PASSWORD}).json()
    assert api.post("/api/v1/auth/confirm-email", **confirming).status_code == 204
    assert api.get("/api/v1/me", headers=bearer(tokens)).json()["emailConfirmedAt"]
    assert api.get("/api/v1/me", headers=bearer(other)).status_code == 401  # it may be another's who signed up first
    assert api.post("/api/v1/auth/confirm-email", json={"token": token_in(mail)}).status_code == 422


def test_a_lost_confirmation_is_asked_for_again(api, sink):
    email, tokens = signed_up(api, sink)
    lost = token_in(last_mail(sink, email))
    asked = api.post("/api/v1/me/email-confirmation", headers=bearer(tokens))
    assert asked.status_code == 202, asked.text
    newer = token_in(last_mail(sink, email))
    assert newer != lost
    assert api.post("/api/v1/auth/confirm-email", json={"token": lost}).status_code == 422
    confirming = {"json": {"token": newer}, "headers": bearer(tokens)}
    assert api.post("/api/v1/auth/confirm-email", **confirming).status_code == 204
    again = api.post("/api/v1/me/email-confirmation", headers=bearer(tokens))
    assert (again.status_code, again.json()["detail"]) == (409, "Your address is confirmed already.")


def test_mails_of_confirmation_are_few(api, sink):
    _, tokens = signed_up(api, sink)
    answers = [api.post("/api/v1/me/email-confirmation", headers=bearer(tokens)) for _ in range(5)]
    assert {each.status_code for each in answers} == {202, 429}
    assert int(answers[-1].headers["retry-after"]) > 0


def test_address_that_is_taken_looks_like_a_new_one(api, sink, world):
    email, _ = signed_up(api, sink)
    body = {"email": email, "password": OTHER, "fullName": "Eve", "organizationName": "Eve's"}
    again = api.post("/api/v1/auth/sign-up", json=body)
    fresh = api.post("/api/v1/auth/sign-up", json={**body, "email": f"{uuid4().hex}@new.example"})
    assert (again.status_code, again.json()) == (fresh.status_code, fresh.json())
    assert "You have an account already" in last_mail(sink, email)
    assert api.post("/api/v1/auth/sign-in", json={"email": email, "password": OTHER}).status_code == 401


def test_wrong_password_and_unknown_address_are_told_alike(api, sink):
    email, _ = signed_up(api, sink)
    wrong = api.post("/api/v1/auth/sign-in", json={"email": email, "password": OTHER})
    unknown = api.post("/api/v1/auth/sign-in", json={"email": "nobody@none.example", "password": OTHER})
    same = ("type", "title", "status", "detail")
    assert wrong.status_code == 401
    assert {name: wrong.json()[name] for name in same} == {name: unknown.json()[name] for name in same}
    for _ in range(6):
        throttled = api.post("/api/v1/auth/sign-in", json={"email": email, "password": OTHER})
    assert throttled.status_code == 429
    assert int(throttled.headers["retry-after"]) > 0


def test_weak_password_and_malformed_address(api):
    body = {"email": "x@new.example", "password": "short", "fullName": "X", "organizationName": "X"}
    assert api.post("/api/v1/auth/sign-up", json=body).status_code == 422
    assert api.post("/api/v1/auth/sign-up", json={**body, "email": "none", "password": PASSWORD}).status_code == 422


def test_password_never_comes_back(api):
    body = {"email": "x@new.example", "password": ["the password itself"], "fullName": "X", "organizationName": "X"}
    assert "the password itself" not in api.post("/api/v1/auth/sign-up", json=body).text


def test_refresh_goes_once_and_a_second_use_ends_the_session(api, sink):
    _, tokens = signed_up(api, sink)
    spent = {"refreshToken": tokens["refreshToken"]}
    following = api.post("/api/v1/auth/refresh", json=spent).json()
    assert following["refreshToken"] != tokens["refreshToken"]
    assert api.get("/api/v1/me", headers=bearer(following)).status_code == 200
    assert api.post("/api/v1/auth/refresh", json=spent).status_code == 401
    assert api.get("/api/v1/me", headers=bearer(following)).status_code == 401


def test_sign_out_ends_at_once(api, sink):
    _, tokens = signed_up(api, sink)
    assert api.post("/api/v1/auth/sign-out", headers=bearer(tokens)).status_code == 204
    assert api.get("/api/v1/me", headers=bearer(tokens)).status_code == 401
    assert api.post("/api/v1/auth/refresh", json={"refreshToken": tokens["refreshToken"]}).status_code == 401


def test_password_reset_by_mail(api, sink):
    email, tokens = signed_up(api, sink)
    known = api.post("/api/v1/auth/password-reset-requests", json={"email": email.upper()})
    unknown = api.post("/api/v1/auth/password-reset-requests", json={"email": "nobody@none.example"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, known.json())
    token = token_in(last_mail(sink, email))
    weak = api.post("/api/v1/auth/password-resets", json={"token": token, "password": "short"})
    assert weak.status_code == 422
    assert api.post("/api/v1/auth/password-resets", json={"token": token, "password": OTHER}).status_code == 204
    assert api.get("/api/v1/me", headers=bearer(tokens)).status_code == 401
    assert api.post("/api/v1/auth/password-resets", json={"token": token, "password": OTHER}).status_code == 422
    signed_in(api, email, OTHER)


def test_token_of_a_reset_stands_nowhere_in_the_database(api, sink, world):
    email, _ = signed_up(api, sink)
    api.post("/api/v1/auth/password-reset-requests", json={"email": email})
    token = token_in(last_mail(sink, email))
    [mail] = world.rows(
        "select mails.* from identity.mails join identity.users using (user_id)"
        " where email_normalized = %s and kind = 'password_reset'", email,
    )  # fmt: skip
    assert (mail["state"], mail["token_sealed"], mail["reply_code"]) == ("sent", None, 250)
    assert token not in str(world.rows("select * from identity.mails"))


def test_change_of_password_ends_the_other_sessions(api, sink):
    email, first = signed_up(api, sink)
    second = signed_in(api, email)
    body = {"currentPassword": OTHER, "newPassword": OTHER}
    wrong = api.post("/api/v1/me/password", json=body, headers=bearer(second))
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/body/currentPassword")
    body = {"currentPassword": PASSWORD, "newPassword": OTHER}
    assert api.post("/api/v1/me/password", json=body, headers=bearer(second)).status_code == 204
    assert api.get("/api/v1/me", headers=bearer(second)).status_code == 200
    assert api.get("/api/v1/me", headers=bearer(first)).status_code == 401


def test_second_factor_from_enrolment_to_removal(api, sink):
    email, tokens = signed_up(api, sink)
    mine = bearer(tokens)
    enrolment = api.post("/api/v1/me/second-factor", headers=mine).json()
    assert enrolment["uri"].startswith("otpauth://totp/")
    confirm = "/api/v1/me/second-factor/confirm"
    assert api.post(confirm, json={"code": "000000"}, headers=mine).status_code == 422
    codes = api.post(confirm, json={"code": code_of(enrolment["secret"], -1)}, headers=mine).json()["recoveryCodes"]
    assert len(codes) == 10
    state = api.get("/api/v1/me/second-factor", headers=mine).json()
    assert state == {"isEnrolled": True, "recoveryCodesLeft": 10}
    challenge = signed_in(api, email)
    assert set(challenge) == {"challenge"}
    answer = {**challenge, "code": code_of(enrolment["secret"])}
    done = api.post("/api/v1/auth/second-factor", json=answer)
    assert done.status_code == 200
    assert api.post("/api/v1/auth/second-factor", json=answer).status_code == 401
    by_recovery = api.post("/api/v1/auth/second-factor", json={**signed_in(api, email), "code": codes[0]})
    assert by_recovery.status_code == 200
    removed = api.post("/api/v1/me/second-factor/remove", json={"code": codes[1]}, headers=bearer(done.json()))
    assert removed.status_code == 204
    assert "accessToken" in signed_in(api, email)


def test_sessions_are_listed_and_ended(api, sink):
    email, first = signed_up(api, sink)
    second = signed_in(api, email, device="the phone")
    listed = api.get("/api/v1/me/sessions", headers=bearer(first)).json()["data"]
    assert {each["device"]: each["isThis"] for each in listed} == {None: True, "the phone": False}
    path = f"/api/v1/me/sessions/{second['sessionId']}"
    assert api.delete(path, headers=bearer(first)).status_code == 204
    assert api.get("/api/v1/me", headers=bearer(second)).status_code == 401
    assert api.delete(path, headers=bearer(first)).status_code == 404


def test_preferences_and_name(api, sink):
    _, tokens = signed_up(api, sink)
    mine = bearer(tokens)
    changed = api.patch("/api/v1/me/preferences", json={"language": "de", "other": {"columns": [1]}}, headers=mine)
    assert changed.json()["language"] == "de"
    api.patch("/api/v1/me/preferences", json={"other": {"wide": True}, "timeZone": "Europe/Berlin"}, headers=mine)
    kept = api.get("/api/v1/me/preferences", headers=mine).json()
    assert kept == {
        "theme": "system", "language": "de", "timeZone": "Europe/Berlin", "emailNotifications": {},
        "other": {"columns": [1], "wide": True},
    }  # fmt: skip
    assert api.patch("/api/v1/me/preferences", json={"timeZone": "Mars/Base"}, headers=mine).status_code == 422
    assert api.patch("/api/v1/me", json={"fullName": "Ada B."}, headers=mine).json()["fullName"] == "Ada B."


def test_account_is_deleted(api, sink, world):
    email, tokens = signed_up(api, sink)
    world.rows(
        "insert into identity.members (organization_id, user_id, role)"
        " select %s, user_id, 'organization_admin' from identity.users where user_id <> %s limit 1",
        tokens["organizationId"], tokens["userId"],
    )  # fmt: skip
    assert api.delete("/api/v1/me", headers=bearer(tokens)).status_code == 204
    assert api.get("/api/v1/me", headers=bearer(tokens)).status_code == 401
    assert api.post("/api/v1/auth/sign-in", json={"email": email, "password": PASSWORD}).status_code == 401


def test_last_admin_cannot_go(api, sink):
    _, tokens = signed_up(api, sink)
    assert api.delete("/api/v1/me", headers=bearer(tokens)).status_code == 409
    assert api.post("/api/v1/members/leave", headers=bearer(tokens)).status_code == 409


def test_others_can_verify_tokens(api, sink):
    _, tokens = signed_up(api, sink)
    keys = jwt.PyJWKSet.from_dict(api.get("/api/v1/auth/keys").json())
    kid = jwt.get_unverified_header(tokens["accessToken"])["kid"]
    claims = jwt.decode(tokens["accessToken"], keys[kid].key, algorithms=["EdDSA"], issuer="leadhouse")
    assert claims["sub"] == tokens["userId"]


def test_mail_that_was_put_off_goes_out_later_and_a_refused_one_never(world, sink):
    person = world.member()
    answers = iter(["451 4.7.1 later", None])
    sink.at_rcpt = lambda address, tries: next(answers) if address == person.email else None
    expires_at = datetime(2099, 1, 1, tzinfo=UTC)
    mail_id = queue_mail("password_reset", expires_at, user_id=person.user, token="x" * 43)
    assert send_due_mails() == 0
    assert state_of(world, mail_id) == ("queued", 451)
    assert send_due_mails() == 0, "it is not due yet"
    world.rows("update identity.mails set due_at = now() where mail_id = %s", mail_id)
    stopped = threading.Event()
    beside = threading.Thread(target=send_until, args=(stopped, 0.05))
    beside.start()
    deadline = time.monotonic() + 30
    while state_of(world, mail_id)[0] == "queued" and time.monotonic() < deadline:
        time.sleep(0.05)
    stopped.set()
    beside.join()
    assert state_of(world, mail_id) == ("sent", 250)
    sink.at_rcpt = lambda address, tries: "550 5.1.1 nobody" if address == person.email else None
    refused = queue_mail("password_reset", expires_at, user_id=person.user, token="y" * 43)
    send_due_mails()
    sink.at_rcpt = None
    assert state_of(world, refused) == ("rejected", 550)


def test_lost_answer_is_never_sent_again(world, sink):
    person = world.member()
    sink.after_data = lambda address, tries: "DROP" if address == person.email else None
    mail_id = queue_mail("password_reset", datetime(2099, 1, 1, tzinfo=UTC), user_id=person.user, token="x" * 43)
    send_due_mails()
    sink.after_data = None
    send_due_mails()
    assert state_of(world, mail_id)[0] == "unknown"
    assert len([1 for to, _ in sink.messages if to == person.email]) == 1


def test_senders_at_once_send_each_mail_once(world, sink):
    people = [world.member() for _ in range(8)]
    for person in people:
        queue_mail("password_reset", datetime(2099, 1, 1, tzinfo=UTC), user_id=person.user, token="x" * 43)
    threads = [threading.Thread(target=send_due_mails) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for person in people:
        assert len([1 for to, _ in sink.messages if to == person.email]) == 1


def test_mail_that_is_worth_nothing_any_more_is_not_sent(world, sink):
    person = world.member()
    mail_id = queue_mail("password_reset", datetime(2020, 1, 1, tzinfo=UTC), user_id=person.user, token="x" * 43)
    assert send_due_mails() == 0
    assert state_of(world, mail_id)[0] == "expired"


def state_of(world, mail_id):
    [row] = world.rows("select state, reply_code from identity.mails where mail_id = %s", mail_id)
    return row["state"], row["reply_code"]
