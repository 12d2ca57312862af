"""Sign-in: the same work for known and unknown, counters, organizations, what is on record."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql

from leadhouse.database import connect
from leadhouse.identity import password_hashes, throttling
from leadhouse.identity.audit import Origin
from leadhouse.identity.errors import RefusedError, ThrottledError, WrongCredentialsError
from leadhouse.identity.password_hashes import verify_password
from leadhouse.identity.sign_in import sign_in
from leadhouse.identity.throttling import Rule, take_attempt


def test_right_password_opens_a_session_in_the_organization(world, origin, password):
    person = world.member()
    entered = sign_in(f"  {person.email.upper()} ", password, origin)
    assert (entered.user_id, entered.organization_id) == (person.user, person.organization)
    [session] = world.rows("select * from identity.sessions where user_id = %s", person.user)
    assert session["session_id"] == entered.session_id
    assert (str(session["address"]), session["agent"], session["device"]) == (origin.address, "Firefox", "desk")
    [act] = world.acts(verb="sign_in", actor_user_id=person.user)
    assert (act["outcome"], act["component"], str(act["address"]), act["details"]) == (
        "succeeded", "identity", origin.address, {"by": "password"},
    )  # fmt: skip


def test_nothing_secret_is_stored_plain(world, origin, password):
    person = world.member()
    entered = sign_in(person.email, password, origin)
    for table in ("sessions", "refresh_tokens", "refresh_families", "password_credentials", "audit_log", "throttles"):
        every = sql.SQL("select coalesce(string_agg(t::text, ' '), '') from identity.{} as t")
        stored = world.value(every.format(sql.Identifier(table)))
        assert entered.refresh_token not in stored
        assert password not in stored
        assert person.email not in stored


class Statements:
    """The statements that are run, and the Argon2 verifications, in order."""

    def __init__(self, monkeypatch):
        self.seen = []
        run, real = psycopg.Connection.execute, password_hashes._hasher

        def execute(connection, query, *args, **kwargs):
            self.seen.append(query.as_string() if hasattr(query, "as_string") else query)
            return run(connection, query, *args, **kwargs)

        def verify(*args):
            self.seen.append("argon2 verify")
            return real.verify(*args)

        monkeypatch.setattr(psycopg.Connection, "execute", execute)
        monkeypatch.setattr(password_hashes, "_hasher", SimpleNamespace(verify=verify))

    def of(self, work):
        self.seen.clear()
        with pytest.raises(WrongCredentialsError):
            work()
        return list(self.seen)


def test_unknown_address_costs_the_same_work(world, origin, monkeypatch):
    person = world.member()
    statements = Statements(monkeypatch)
    known = statements.of(lambda: sign_in(person.email, "not the password", origin))
    unknown = statements.of(lambda: sign_in("nobody@x.example", "not the password", origin))
    without_password, _ = world.user()
    world.rows("delete from identity.password_credentials where user_id = %s", without_password)
    email = world.value("select email_normalized from identity.users where user_id = %s", without_password)
    assert statements.of(lambda: sign_in(email, "not the password", origin)) == known == unknown
    assert known.count("argon2 verify") == 1
    assert len(known) >= 5


def test_failure_says_neither_who_nor_what(world, origin):
    person = world.member()
    messages = set()
    for email in (person.email, "nobody-else@x.example"):
        with pytest.raises(WrongCredentialsError) as caught:
            sign_in(email, "not the password", origin)
        messages.add(str(caught.value))
    assert len(messages) == 1
    [act] = world.acts(verb="sign_in", actor_user_id=person.user)
    assert (act["outcome"], act["organization_id"], act["details"]) == (
        "failed", person.organization, {"reason": "wrong_credentials"},
    )  # fmt: skip


def test_failures_are_counted_even_though_they_raise(world, origin, password):
    person = world.member()
    for _ in range(throttling.EMAIL.free + 1):
        with pytest.raises(WrongCredentialsError):
            sign_in(person.email, "not the password", origin)
    with pytest.raises(ThrottledError) as caught:
        sign_in(person.email, password, Origin("198.51.100.9"))  # the right one, from elsewhere
    assert 1 <= caught.value.retry_after <= throttling.EMAIL.first_seconds
    assert world.acts(verb="sign_in", actor_user_id=person.user)[-1]["outcome"] == "refused"
    world.rows("update identity.throttles set blocked_until = now() where blocked_until is not null")
    assert sign_in(person.email, password, origin).user_id == person.user
    digest = throttling._digest(throttling.EMAIL, person.email)
    assert world.rows("select 1 from identity.throttles where subject_hash = %s", digest) == []


def test_waits_double_up_to_the_longest(world):
    rule = Rule("factor", 2, 10, 60)
    waits = []
    with connect("identity", autocommit=True) as connection:
        for _ in range(8):
            take_attempt(connection, rule, "subject of waits")
            waits.append(
                world.value(
                    "select coalesce(round(extract(epoch from blocked_until - last_attempt_at)), 0)::int"
                    " from identity.throttles where subject_hash = %s",
                    throttling._digest(rule, "subject of waits"),
                )
            )
            world.rows("update identity.throttles set blocked_until = least(blocked_until, clock_timestamp())")
    assert waits == [0, 0, 10, 20, 40, 60, 60, 60]


def test_a_day_without_attempts_forgets_them(world):
    rule = Rule("factor", 1, 10, 60)
    with connect("identity", autocommit=True) as connection:
        take_attempt(connection, rule, "day")
        take_attempt(connection, rule, "day")
        with pytest.raises(ThrottledError):
            take_attempt(connection, rule, "day")
        world.rows("update identity.throttles set last_attempt_at = now() - interval '25 hours', blocked_until = now()")
        take_attempt(connection, rule, "day")
        take_attempt(connection, rule, "day")


def test_attempts_at_once_are_all_counted(world):
    rule = Rule("factor", 3, 30, 60)
    passed = []

    def attempt():
        with connect("identity", autocommit=True) as connection:
            try:
                take_attempt(connection, rule, "at once")
                passed.append(1)
            except ThrottledError:
                pass

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == rule.free + 1


def test_one_subscriber_of_ipv6_is_one_address():
    assert throttling.network_of("2001:db8:1:2:3::4") == throttling.network_of("2001:db8:1:2:ffff::1")
    assert throttling.network_of("2001:db8:1:3::1") != throttling.network_of("2001:db8:1:2::1")
    assert throttling.network_of("203.0.113.9") == "203.0.113.9"


def test_success_gives_back_its_attempt_at_the_address_and_no_other(world, password):
    person, elsewhere = world.member(), Origin("192.0.2.55")
    with pytest.raises(WrongCredentialsError):
        sign_in("stranger@x.example", "not the password", elsewhere)
    sign_in(person.email, password, elsewhere)
    digest = throttling._digest(throttling.ADDRESS, "192.0.2.55")
    assert world.value("select attempts from identity.throttles where subject_hash = %s", digest) == 1


def test_success_does_not_end_the_wait_that_failures_beside_it_brought(world, password, monkeypatch):
    """Who has an account of his own signs in again and again while he guesses at others' from the same address."""
    person, elsewhere = world.member(), Origin("192.0.2.56")
    monkeypatch.setattr(throttling, "ADDRESS", Rule("address", 2, 30, 900))

    def verify_while_guessing(stored, given):
        if given == password:
            for _ in range(2):
                with pytest.raises(WrongCredentialsError):
                    sign_in("stranger@x.example", "not the password", elsewhere)
        return verify_password(stored, given)

    monkeypatch.setattr("leadhouse.identity.sign_in.verify_password", verify_while_guessing)
    assert sign_in(person.email, password, elsewhere).user_id == person.user
    with pytest.raises(ThrottledError):
        sign_in("stranger@x.example", "not the password", elsewhere)


def test_organization_asked_for_then_of_the_last_session_then_the_oldest(world, origin, password):
    person, other = world.member(), world.organization()
    world.rows(
        "insert into identity.members (organization_id, user_id, role, created_at)"
        " values (%s, %s, 'read_only', now() + '1 s')",
        other, person.user,
    )  # fmt: skip
    assert sign_in(person.email, password, origin).organization_id == person.organization
    assert sign_in(person.email, password, origin, other).organization_id == other
    assert sign_in(person.email, password, origin).organization_id == other
    with pytest.raises(RefusedError, match="not a member"):
        sign_in(person.email, password, origin, world.organization())


def test_super_admin_enters_every_organization(world, origin, password):
    person, other = world.member("super_admin"), world.organization()
    assert sign_in(person.email, password, origin, other).organization_id == other


def test_deleted_user_is_unknown(world, origin, password):
    person = world.member()
    world.rows("update identity.users set deleted_at = now() where user_id = %s", person.user)
    with pytest.raises(WrongCredentialsError):
        sign_in(person.email, password, origin)


def test_hash_of_old_parameters_is_renewed_at_the_next_sign_in(world, origin, password):
    person = world.member()
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(password)
    world.rows("update identity.password_credentials set password_hash = %s where user_id = %s", old, person.user)
    sign_in(person.email, password, origin)
    stored = world.value("select password_hash from identity.password_credentials where user_id = %s", person.user)
    assert stored != old
    assert not password_hashes.needs_rehash(stored)
