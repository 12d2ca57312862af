"""Authenticators and recovery codes: enrolled, confirmed, used once, removed."""

from __future__ import annotations

import base64
import threading
import time
from datetime import UTC, datetime

import pytest

from leadhouse.identity import second_factors, totp
from leadhouse.identity.errors import IdentityError, ThrottledError, TokenError, WrongCredentialsError
from leadhouse.identity.external_identities import link_external_identity, sign_in_externally
from leadhouse.identity.passwords import change_password, request_password_reset, reset_password
from leadhouse.identity.sessions import SignedIn
from leadhouse.identity.sign_in import SecondFactorNeeded, complete_sign_in, sign_in


def secret_of(enrolment):
    return base64.b32decode(enrolment.secret + "=" * (-len(enrolment.secret) % 8))


def code_at(enrolment, steps=0):
    """The code of a step beside the current one, which lasts for two seconds more: it is used up by then."""
    left = totp.STEP_SECONDS - time.time() % totp.STEP_SECONDS
    if left < 2:
        time.sleep(left + 0.01)
    return totp.code_of(secret_of(enrolment), totp.step_of(datetime.now(UTC)) + steps)


@pytest.fixture
def enrolled(world, origin):
    """A person with a confirmed factor, its enrolment and the recovery codes; the current code is used up."""
    person = world.member()
    enrolment = second_factors.enrol_factor(person.user, origin)
    codes = second_factors.confirm_factor(person.user, code_at(enrolment, -1), origin)
    return person, enrolment, codes


def test_sign_in_needs_the_code_once_confirmed(world, enrolled, origin, password):
    person, enrolment, _ = enrolled
    asked = sign_in(person.email, password, origin)
    assert isinstance(asked, SecondFactorNeeded)
    assert world.rows("select 1 from identity.sessions where user_id = %s", person.user) == []
    entered = complete_sign_in(asked.challenge, code_at(enrolment), origin)
    assert (entered.user_id, entered.organization_id) == (person.user, person.organization)
    assert (
        world.value("select authenticated_by from identity.sessions where session_id = %s", entered.session_id)
        == "totp"
    )
    with pytest.raises(TokenError):
        complete_sign_in(asked.challenge, code_at(enrolment, 1), origin)


def test_a_sign_in_that_the_former_password_began_is_not_completed(enrolled, origin, password):
    person, enrolment, _ = enrolled
    begun = sign_in(person.email, password, origin)
    change_password(person.user, None, password, "another long enough phrase", origin)
    with pytest.raises(TokenError):
        complete_sign_in(begun.challenge, code_at(enrolment), origin)


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_who_proves_the_address_first_is_rid_of_whoever_signed_up_with_it(world, enrolled, origin, is_confirmed):
    person, _, _ = enrolled
    if is_confirmed:
        world.rows("update identity.users set email_confirmed_at = now() where user_id = %s", person.user)
    link_external_identity(person.user, "corporate", f"subject of {person.user}", origin)
    mail = request_password_reset(person.email, origin)
    reset_password(mail.token, "another long enough phrase", origin)
    with pytest.raises(WrongCredentialsError, match="linked"):
        sign_in_externally("corporate", f"subject of {person.user}", origin)
    entered = sign_in(person.email, "another long enough phrase", origin)
    assert isinstance(entered, SecondFactorNeeded) is is_confirmed


def test_an_enrolment_counts_from_its_confirmation_on(world, origin, password):
    person = world.member()
    first = second_factors.enrol_factor(person.user, origin)
    assert isinstance(sign_in(person.email, password, origin), SignedIn)
    second = second_factors.enrol_factor(person.user, origin)
    with pytest.raises(WrongCredentialsError):
        second_factors.confirm_factor(person.user, code_at(first), origin)
    assert len(second_factors.confirm_factor(person.user, code_at(second), origin)) == 10
    with pytest.raises(IdentityError, match="already"):
        second_factors.enrol_factor(person.user, origin)
    with pytest.raises(IdentityError, match="No enrolment"):
        second_factors.confirm_factor(person.user, code_at(second, 1), origin)


def test_a_confirmation_that_breaks_off_leaves_no_factor_without_recovery_codes(world, origin, password):
    person = world.member()
    enrolment = second_factors.enrol_factor(person.user, origin)

    def killed(*_):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        second_factors.confirm_factor(person.user, code_at(enrolment, -1), origin, beside=killed)
    assert isinstance(sign_in(person.email, password, origin), SignedIn)
    assert len(second_factors.confirm_factor(person.user, code_at(enrolment), origin)) == 10


def test_a_code_is_used_once_and_no_earlier_one_after_it(enrolled, origin, password):
    person, enrolment, _ = enrolled
    challenge = sign_in(person.email, password, origin).challenge
    complete_sign_in(challenge, code_at(enrolment, 1), origin)
    challenge = sign_in(person.email, password, origin).challenge
    for steps in (1, 0, -1):
        with pytest.raises(WrongCredentialsError):
            complete_sign_in(challenge, code_at(enrolment, steps), origin)


def test_of_one_code_at_once_one_passes(world, enrolled, origin):
    person, enrolment, _ = enrolled
    code, outcomes = code_at(enrolment), []

    def attempt():
        try:
            with second_factors.component() as connection:
                outcomes.append(second_factors.check_code(connection, person.user, code, origin))
        except (WrongCredentialsError, ThrottledError):
            outcomes.append(None)

    threads = [threading.Thread(target=attempt) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("totp") == 1
    assert len(outcomes) == 5


def test_recovery_codes_work_once_each(world, enrolled, origin, password):
    person, _, codes = enrolled
    assert second_factors.count_recovery_codes(person.user) == 10
    challenge = sign_in(person.email, password, origin).challenge
    entered = complete_sign_in(challenge, codes[3].upper().replace("-", " "), origin)
    means = world.value("select authenticated_by from identity.sessions where session_id = %s", entered.session_id)
    assert means == "recovery_code"
    assert second_factors.count_recovery_codes(person.user) == 9
    challenge = sign_in(person.email, password, origin).challenge
    with pytest.raises(WrongCredentialsError):
        complete_sign_in(challenge, codes[3], origin)
    assert len(world.acts(verb="use", resource="recovery_codes", actor_user_id=person.user)) == 1


def test_guesses_are_throttled_and_on_record(world, enrolled, origin, password):
    person, enrolment, _ = enrolled
    challenge = sign_in(person.email, password, origin).challenge
    wrong = f"{(int(code_at(enrolment)) + 1) % 10**6:06}"
    for _ in range(6):
        with pytest.raises(WrongCredentialsError):
            complete_sign_in(challenge, wrong, origin)
    with pytest.raises(ThrottledError):
        complete_sign_in(challenge, code_at(enrolment), origin)
    outcomes = [act["outcome"] for act in world.acts(verb="verify", actor_user_id=person.user)]
    assert outcomes == ["failed"] * 6 + ["refused"]


def test_removal_takes_a_code(world, enrolled, origin, password):
    person, enrolment, _ = enrolled
    with pytest.raises(WrongCredentialsError):
        second_factors.remove_factor(person.user, "not a code", origin)
    second_factors.remove_factor(person.user, code_at(enrolment), origin)
    assert isinstance(sign_in(person.email, password, origin), SignedIn)
    with pytest.raises(WrongCredentialsError):
        second_factors.remove_factor(person.user, code_at(enrolment, 1), origin)


def test_challenge_expires(world, enrolled, origin, password):
    person, enrolment, _ = enrolled
    challenge = sign_in(person.email, password, origin).challenge
    world.rows("update identity.one_time_tokens set expires_at = now() where user_id = %s", person.user)
    with pytest.raises(TokenError, match="expired"):
        complete_sign_in(challenge, code_at(enrolment), origin)


def test_secret_is_sealed_and_read_by_nobody(world, enrolled):
    person, enrolment, codes = enrolled
    row = world.rows("select * from identity.totp_factors where user_id = %s", person.user)[0]
    assert secret_of(enrolment) not in bytes(row["secret_sealed"])
    stored = world.value("select string_agg(encode(code_hash, 'escape'), ' ') from identity.recovery_codes")
    assert codes[0] not in stored
    with world.acting(person) as connection:
        [mine] = connection.execute("select factor_id, confirmed_at from identity.totp_factors").fetchall()
        assert mine["factor_id"] == enrolment.factor_id
