"""Preferences and accounts elsewhere: a person's own alone."""

from __future__ import annotations

import pytest

from leadhouse.database import connect
from leadhouse.identity.errors import IdentityError, RefusedError, TakenError, WrongCredentialsError
from leadhouse.identity.external_identities import (
    link_external_identity,
    list_external_identities,
    sign_in_externally,
    unlink_external_identity,
)
from leadhouse.identity.preferences import Preferences, get_preferences, update_preferences, wants_email


def test_defaults_until_something_is_said_then_merged(world):
    person = world.member()
    with world.acting(person) as connection:
        assert get_preferences(connection) == Preferences()
        update_preferences(connection, theme="dark", time_zone="America/New_York", email_notifications={"job": False})
        update_preferences(connection, language="pt-BR", email_notifications={"lead": True}, other={"columns": [1]})
        assert get_preferences(connection) == Preferences(
            "dark", "pt-BR", "America/New_York", {"job": False, "lead": True}, {"columns": [1]}
        )
    with connect("events") as connection:
        kinds = {kind: wants_email(connection, person.user, kind) for kind in ("job", "lead", "never said")}
        assert kinds == {"job": False, "lead": True, "never said": True}
        assert wants_email(connection, world.member().user, "job")


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "pink"}, {"language": "English"}, {"time_zone": "Mars/Olympus"},
        {"email_notifications": {"job": "yes"}},
    ],
)  # fmt: skip
def test_values_of_no_kind_are_refused(world, wrong):
    with world.acting(world.member()) as connection:
        with pytest.raises(IdentityError):
            update_preferences(connection, **wrong)
        assert get_preferences(connection) == Preferences()


def test_nobody_else_reads_or_writes_them(world):
    person, admin = world.team_of("sales_rep", "organization_admin")
    with world.acting(person) as connection:
        update_preferences(connection, theme="dark")
    with world.acting(admin) as connection:
        assert connection.execute("select * from identity.user_preferences").fetchall() == []
        assert connection.execute("update identity.user_preferences set theme = 'light'").rowcount == 0
        with pytest.raises(Exception, match="row-level security"):
            connection.execute("insert into identity.user_preferences (user_id) values (%s)", (person.user,))
    with world.acting(person, permissions=["leads:read"]) as connection:
        assert get_preferences(connection) == Preferences()
        with pytest.raises(RefusedError):
            update_preferences(connection, theme="light")


def test_account_elsewhere_signs_in_until_it_is_unlinked(world, origin):
    person = world.member()
    with pytest.raises(WrongCredentialsError):
        sign_in_externally("google", "108", origin)
    linked = link_external_identity(person.user, "google", "108", origin)
    entered = sign_in_externally("google", "108", origin)
    assert (entered.user_id, entered.organization_id) == (person.user, person.organization)
    with world.acting(person) as connection:
        [mine] = list_external_identities(connection)
    assert (mine.external_identity_id, mine.provider, mine.last_used_at is not None) == (linked, "google", True)
    assert not unlink_external_identity(world.member().user, linked, origin)
    assert unlink_external_identity(person.user, linked, origin)
    with pytest.raises(WrongCredentialsError):
        sign_in_externally("google", "108", origin)


def test_one_account_elsewhere_is_one_user(world, origin):
    one, other = world.member(), world.member()
    linked = link_external_identity(one.user, "oidc.example", "s", origin)
    with pytest.raises(TakenError):
        link_external_identity(other.user, "oidc.example", "s", origin)
    unlink_external_identity(one.user, linked, origin)
    assert link_external_identity(other.user, "oidc.example", "s", origin)
    with world.acting(one) as connection:
        assert list_external_identities(connection) == []
