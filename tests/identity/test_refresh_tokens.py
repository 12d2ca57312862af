"""Sessions: rotation, reuse, revocation, also by many at once."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from leadhouse.database import connect
from leadhouse.identity.access_tokens import load_public_keys, verify_access_token
from leadhouse.identity.errors import RefusedError, TokenError, TokenReusedError
from leadhouse.identity.sessions import (
    list_sessions,
    refresh,
    revoke_session,
    sign_out,
    switch_organization,
    touch_session,
)
from leadhouse.identity.sign_in import sign_in


def is_live(session_id):
    with connect("identity") as connection:
        return touch_session(connection, session_id)


@pytest.fixture
def entered(world, origin, password):
    person = world.member()
    return person, sign_in(person.email, password, origin)


def test_each_refresh_spends_its_token(world, entered, origin):
    person, first = entered
    second = refresh(first.refresh_token, origin)
    third = refresh(second.refresh_token, origin)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert third.session_id == first.session_id
    with connect("identity") as connection:
        claims = verify_access_token(third.access_token, load_public_keys(connection))
    assert (claims["sub"], claims["organization_id"]) == (str(person.user), str(person.organization))
    unspent = world.rows(
        "select 1 from identity.refresh_tokens join identity.refresh_families using (family_id)"
        " where session_id = %s and spent_at is null", first.session_id,
    )  # fmt: skip
    assert len(unspent) == 1


def test_reuse_revokes_the_family_and_the_session_and_is_on_record(world, entered, origin):
    person, first = entered
    second = refresh(first.refresh_token, origin)
    with pytest.raises(TokenReusedError):
        refresh(first.refresh_token, origin)
    with pytest.raises(TokenError, match="revoked"):
        refresh(second.refresh_token, origin)  # the thief's, or the owner's: neither is told apart
    [session] = world.rows("select * from identity.sessions where session_id = %s", first.session_id)
    assert session["revoked_reason"] == "token_reused"
    assert not is_live(first.session_id)
    [act] = world.acts(verb="refresh", actor_user_id=person.user)
    assert (act["outcome"], act["resource_id"], act["details"]) == (
        "refused", str(first.session_id), {"reason": "token_reused"},
    )  # fmt: skip


def test_other_sessions_of_the_person_stay(world, entered, origin, password):
    person, first = entered
    other = sign_in(person.email, password, origin)
    refresh(first.refresh_token, origin)
    with pytest.raises(TokenReusedError):
        refresh(first.refresh_token, origin)
    assert is_live(other.session_id)


def test_of_many_at_once_one_wins_and_the_family_ends(world, entered, origin):
    _, first = entered
    outcomes = []
    barrier = threading.Barrier(8)

    def attempt():
        barrier.wait()
        try:
            outcomes.append(refresh(first.refresh_token, origin).refresh_token)
        except TokenError as error:
            outcomes.append(error.reason)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert sorted(each for each in outcomes if each == "reused") == ["reused"] * 7
    [winner] = [each for each in outcomes if each != "reused"]
    with pytest.raises(TokenError, match="revoked"):
        refresh(winner, origin)
    assert not is_live(first.session_id)


def test_unknown_and_expired_tokens_are_refused(world, entered, origin):
    _, first = entered
    with pytest.raises(TokenError, match="unknown"):
        refresh("no such token", origin)
    world.rows(
        "update identity.refresh_tokens set expires_at = now() from identity.refresh_families as family"
        " where family.family_id = refresh_tokens.family_id and session_id = %s", first.session_id,
    )  # fmt: skip
    with pytest.raises(TokenError, match="expired"):
        refresh(first.refresh_token, origin)
    assert is_live(first.session_id)


def test_no_refresh_outlives_the_session(world, entered, origin):
    _, first = entered
    world.rows(
        "update identity.sessions set expires_at = now() + interval '1 hour' where session_id = %s", first.session_id
    )
    second = refresh(first.refresh_token, origin)
    late = world.value(
        "select count(*) from identity.refresh_tokens join identity.refresh_families using (family_id)"
        " join identity.sessions using (session_id)"
        " where session_id = %s and spent_at is null and refresh_tokens.expires_at > sessions.expires_at",
        first.session_id,
    )
    assert late == 0
    world.rows("update identity.sessions set expires_at = now() where session_id = %s", first.session_id)
    with pytest.raises(TokenError, match="expired"):
        refresh(second.refresh_token, origin)


def test_sign_out_ends_session_and_tokens(world, entered, origin):
    person, first = entered
    assert sign_out(person.user, first.session_id, origin)
    assert not sign_out(person.user, first.session_id, origin)
    assert not is_live(first.session_id)
    with pytest.raises(TokenError, match="revoked"):
        refresh(first.refresh_token, origin)
    [act] = world.acts(verb="sign_out", actor_user_id=person.user)
    assert (act["session_id"], act["organization_id"]) == (first.session_id, person.organization)


def test_nobody_signs_others_out(world, entered, origin):
    _, first = entered
    assert not sign_out(world.member().user, first.session_id, origin)
    assert is_live(first.session_id)


def test_a_person_lists_and_revokes_the_own_sessions_alone(world, entered, origin, password):
    person, first = entered
    other = sign_in(person.email, password, origin)
    stranger = world.member("organization_admin", person.organization)
    with world.acting(person) as connection:
        assert {each.session_id for each in list_sessions(connection)} == {first.session_id, other.session_id}
        assert revoke_session(connection, other.session_id)
        assert not revoke_session(connection, other.session_id)
        assert [each.session_id for each in list_sessions(connection)] == [first.session_id]
    with world.acting(stranger) as connection:
        assert list_sessions(connection) == []
        assert not revoke_session(connection, first.session_id)
    with pytest.raises(TokenError, match="revoked"):
        refresh(other.refresh_token, origin)
    with world.acting(person, permissions=["leads:read"]) as connection:
        assert connection.execute("select * from identity.sessions").fetchall() == []
        with pytest.raises(RefusedError):
            revoke_session(connection, first.session_id)


def test_last_sight_is_written_once_a_minute(world, entered):
    _, first = entered
    stamp = "select last_seen_at from identity.sessions where session_id = %s"
    world.rows(
        "update identity.sessions set last_seen_at = now() - interval '2 minutes' where session_id = %s",
        first.session_id,
    )
    assert is_live(first.session_id)
    seen = world.value(stamp, first.session_id)
    assert is_live(first.session_id)
    assert world.value(stamp, first.session_id) == seen


def test_switching_needs_a_membership(world, entered, origin):
    person, first = entered
    other = world.organization()
    with pytest.raises(RefusedError):
        switch_organization(person.user, first.session_id, other, origin)
    world.rows(
        "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'read_only')", other, person.user
    )
    token, _ = switch_organization(person.user, first.session_id, other, origin)
    with connect("identity") as connection:
        assert verify_access_token(token, load_public_keys(connection))["organization_id"] == str(other)
    assert refresh(first.refresh_token, origin).organization_id == other
    with pytest.raises(TokenError):
        switch_organization(person.user, uuid4(), other, origin)


def test_ended_sign_ins_are_purged_and_live_ones_stay(world, entered, origin, password):
    person, first = entered
    ended = sign_in(person.email, password, origin)
    sign_out(person.user, ended.session_id, origin)
    world.rows(
        "update identity.sessions set revoked_at = now() - interval '40 days' where session_id = %s", ended.session_id
    )
    with connect("maintenance") as connection:
        row = connection.execute("select identity.purge_sign_ins(now() - interval '30 days') as removed").fetchone()
    assert row["removed"] >= 1
    left = world.rows("select session_id from identity.sessions where user_id = %s", person.user)
    assert [each["session_id"] for each in left] == [first.session_id]
