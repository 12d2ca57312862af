"""Whoever proves an address is rid of whoever signed up with it before, and of nothing that came after."""

from __future__ import annotations

import base64
import threading
from datetime import UTC, datetime

import psycopg
import pytest

from leadhouse.identity import one_time_tokens, second_factors, totp
from leadhouse.identity.api_keys import authenticate_api_key, create_api_key
from leadhouse.identity.component_work import component, one, transaction
from leadhouse.identity.errors import TokenError, WrongCredentialsError
from leadhouse.identity.external_identities import link_external_identity, sign_in_externally
from leadhouse.identity.invitations import accept_invitation, invite_member
from leadhouse.identity.passwords import request_password_reset, reset_password
from leadhouse.identity.proofs import prove_address
from leadhouse.identity.sessions import refresh, touch_session
from leadhouse.identity.sign_in import SecondFactorNeeded, sign_in
from leadhouse.identity.sign_up import confirm_email, request_email_confirmation
from tests.identity.conftest import ORIGIN, PASSWORD

NEW = "another long enough phrase"


class Squatter:
    """Somebody who signed up with the address of another and made what can be made."""

    def __init__(self, world):
        self.world, self.person = world, world.member("organization_admin")
        self.signed_in = sign_in(self.person.email, PASSWORD, ORIGIN)
        with world.acting(self.person, session_id=str(self.signed_in.session_id)) as connection:
            self.key = create_api_key(connection, "kept", ["leads:read"]).key
        self.subject = f"subject of {self.person.user}"
        link_external_identity(self.person.user, "corporate", self.subject, ORIGIN)
        enrolment = second_factors.enrol_factor(self.person.user, ORIGIN)
        secret = base64.b32decode(enrolment.secret + "=" * (-len(enrolment.secret) % 8))
        second_factors.confirm_factor(self.person.user, totp.code_of(secret, totp.step_of(datetime.now(UTC))), ORIGIN)
        self.begun = sign_in(self.person.email, PASSWORD, ORIGIN)
        assert isinstance(self.begun, SecondFactorNeeded)

    def holds(self):
        """What of it still opens the account."""
        held = set()
        with component() as connection:
            if touch_session(connection, self.signed_in.session_id):
                held.add("session")
            if one(connection, "get_live_factor", user_id=self.person.user):
                held.add("second factor")
            if one_time_tokens.find(connection, self.begun.challenge, "second_factor"):
                held.add("begun sign-in")
            try:
                authenticate_api_key(connection, self.key, ORIGIN)
                held.add("key")
            except WrongCredentialsError:
                pass
        try:
            sign_in_externally("corporate", self.subject, ORIGIN)
            held.add("linked account")
        except WrongCredentialsError:
            pass
        return held


EVERYTHING = {"session", "second factor", "begun sign-in", "key", "linked account"}


def by_confirmation(squatter):
    confirm_email(request_email_confirmation(squatter.person.user, ORIGIN), ORIGIN)


def by_reset(squatter):
    reset_password(request_password_reset(squatter.person.email, ORIGIN).token, NEW, ORIGIN)


def by_invitation(squatter):
    inviter = squatter.world.member("organization_admin")
    with squatter.world.acting(inviter) as connection:
        token = invite_member(connection, squatter.person.email, "read_only").token
    accept_invitation(token, squatter.person.user, ORIGIN)


@pytest.mark.parametrize("prove", [by_confirmation, by_reset, by_invitation])
def test_who_proves_the_address_is_rid_of_who_signed_up_with_it(world, prove):
    squatter = Squatter(world)
    assert squatter.holds() == EVERYTHING
    prove(squatter)
    assert squatter.holds() == set()
    with pytest.raises(TokenError):
        refresh(squatter.signed_in.refresh_token, ORIGIN)
    assert world.value("select email_confirmed_at from identity.users where user_id = %s", squatter.person.user)


def test_the_session_that_brings_the_proof_goes_on_alone(world):
    squatter = Squatter(world)
    user = squatter.person.user
    confirm_email(request_email_confirmation(user, ORIGIN), ORIGIN, squatter.signed_in.session_id)
    assert squatter.holds() == {"session"}
    assert refresh(squatter.signed_in.refresh_token, ORIGIN).user_id == user


def test_anothers_session_saves_nothing(world):
    squatter, other = Squatter(world), world.member()
    theirs = sign_in(other.email, PASSWORD, ORIGIN).session_id
    confirm_email(request_email_confirmation(squatter.person.user, ORIGIN), ORIGIN, theirs)
    assert squatter.holds() == set()
    with component() as connection:
        assert touch_session(connection, theirs)


def test_what_was_made_after_the_proof_stays(world):
    person = world.member("organization_admin")
    user = person.user
    confirm_email(request_email_confirmation(user, ORIGIN), ORIGIN)
    confirmed = world.value("select email_confirmed_at from identity.users where user_id = %s", user)
    signed_in = sign_in(person.email, PASSWORD, ORIGIN)
    with world.acting(person, session_id=str(signed_in.session_id)) as connection:
        key = create_api_key(connection, "mine", ["leads:read"]).key
    confirm_email(request_email_confirmation(user, ORIGIN), ORIGIN)
    with component() as connection:
        assert touch_session(connection, signed_in.session_id)
        assert authenticate_api_key(connection, key, ORIGIN)["sub"] == str(user)
        assert not prove_address(connection, user)
    reset_password(request_password_reset(person.email, ORIGIN).token, NEW, ORIGIN)
    with component() as connection:
        assert not touch_session(connection, signed_in.session_id)  # a reset ends sessions, and no key of the owner
        assert authenticate_api_key(connection, key, ORIGIN)["sub"] == str(user)
    assert world.value("select email_confirmed_at from identity.users where user_id = %s", user) == confirmed


def test_a_key_that_is_being_made_is_waited_for_and_ends(world):
    person = world.member("organization_admin")
    session = sign_in(person.email, PASSWORD, ORIGIN).session_id
    proved = threading.Event()

    def prove():
        with component() as connection, transaction(connection, ORIGIN):
            prove_address(connection, person.user)
        proved.set()

    with world.acting(person, session_id=str(session)) as connection:
        key = create_api_key(connection, "late", ["leads:read"]).key
        thread = threading.Thread(target=prove)
        thread.start()
        assert not proved.wait(0.2)
    thread.join(30)
    assert proved.is_set()
    with component() as connection, pytest.raises(WrongCredentialsError, match="revoked"):
        authenticate_api_key(connection, key, ORIGIN)


def test_an_invitation_that_is_not_accepted_proves_nothing(world):
    person, inviter = world.member(), world.member("organization_admin")
    with world.acting(inviter) as connection:
        token = invite_member(connection, "somebody.else@x.example", "read_only").token
    with pytest.raises(TokenError):
        accept_invitation(token, person.user, ORIGIN)
    assert world.value("select email_confirmed_at from identity.users where user_id = %s", person.user) is None
    with world.acting(inviter) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select identity.prove_address(%s)", (person.user,))
