"""Invitations: who may invite whom, for once, also when two accept at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg
import pytest

from leadhouse.identity.errors import IdentityError, RefusedError, TakenError, TokenError
from leadhouse.identity.invitations import accept_invitation, invite_member, list_invitations, revoke_invitation
from leadhouse.identity.members import change_role, list_members, remove_member
from leadhouse.identity.sign_in import sign_in
from leadhouse.identity.sign_up import sign_up_by_invitation
from leadhouse.identity.teams import create_client, create_team


def invite(world, inviter, email, role="sales_rep", **options):
    with world.acting(inviter) as connection:
        return invite_member(connection, email, role, **options)


def reason_of(token, user, origin):
    with pytest.raises(TokenError) as caught:
        accept_invitation(token, user, origin)
    return caught.value.reason


@pytest.fixture
def admin(world):
    return world.member("organization_admin")


def test_invited_stranger_signs_up_as_a_member_with_a_confirmed_address(world, admin, origin, password):
    made = invite(world, admin, "  Guest@X.example ", "sales_manager")
    entered = sign_up_by_invitation(made.token, password, "Guest", origin)
    assert entered.organization_id == admin.organization
    with world.acting(admin) as connection:
        [guest] = [each for each in list_members(connection) if each.user_id == entered.user_id]
    assert (guest.email_normalized, guest.role) == ("guest@x.example", "sales_manager")
    row = world.rows(
        "select email_confirmed_at, member.created_by from identity.users"
        " join identity.members as member using (user_id)"
        " where user_id = %s", entered.user_id,
    )[0]  # fmt: skip
    assert row["email_confirmed_at"] is not None
    assert row["created_by"] == admin.user
    assert sign_in("guest@x.example", password, origin).organization_id == admin.organization
    with pytest.raises(TokenError):
        sign_up_by_invitation(made.token, password, "Guest", origin)


def test_token_is_stored_as_a_hash_that_nobody_reads(world, admin):
    made = invite(world, admin, "hash@x.example")
    assert made.token not in str(
        world.rows("select * from identity.invitations where invitation_id = %s", made.invitation_id)
    )
    with world.acting(admin) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select token_hash from identity.invitations")
        assert [each.invitation_id for each in list_invitations(connection)] == [made.invitation_id]


def test_accepted_once_however_many_at_once(world, admin, origin):
    user, email = world.user()
    token, outcomes = invite(world, admin, email).token, []
    barrier = threading.Barrier(6)

    def attempt():
        barrier.wait()
        try:
            outcomes.append(accept_invitation(token, user, origin).role)
        except TokenError as error:
            outcomes.append(error.reason)

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["sales_rep"] + ["spent"] * 5


def test_two_strangers_at_once_make_one_account(world, admin, origin, password):
    token, outcomes = invite(world, admin, "twice@x.example").token, []

    def attempt():
        try:
            outcomes.append(str(sign_up_by_invitation(token, password, "", origin).user_id))
        except IdentityError:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("refused") == 2
    assert world.value("select count(*) from identity.users where email_normalized = 'twice@x.example'") == 1


def test_why_an_invitation_is_refused(world, admin, origin):
    user, email = world.user()
    other, _ = world.user()
    assert reason_of("no such token", user, origin) == "unknown"
    first = invite(world, admin, email)
    second = invite(world, admin, email)
    assert reason_of(first.token, user, origin) == "revoked"
    assert reason_of(second.token, other, origin) == "other_address"
    with world.acting(admin) as connection:
        assert revoke_invitation(connection, second.invitation_id)
        assert not revoke_invitation(connection, second.invitation_id)
    assert reason_of(second.token, user, origin) == "revoked"
    third = invite(world, admin, email, lifetime=timedelta(seconds=-1))
    assert reason_of(third.token, user, origin) == "expired"
    assert world.rows("select 1 from identity.members where user_id = %s", user) == []


@pytest.mark.parametrize("role", ["sales_manager", "sales_rep", "read_only"])
def test_only_who_may_create_members_invites(world, role):
    person = world.member(role)
    with pytest.raises(RefusedError):
        invite(world, person, "x@x.example", "read_only")
    with world.acting(person) as connection, pytest.raises(RefusedError):
        revoke_invitation(connection, person.user)


def test_nobody_invites_above_the_own_rank(world, origin):
    organization = world.organization()
    manager = world.member("sales_manager", organization)
    world.rows("insert into identity.role_permissions values ('sales_manager', 'members', 'create', 'own')")
    try:
        for role in ("organization_admin", "super_admin"):
            with pytest.raises(RefusedError, match="above yours"):
                invite(world, manager, "high@x.example", role)
        user, email = world.user()
        mine = invite(world, manager, email, "sales_manager")
        with world.acting(world.member("sales_manager", organization)) as connection:
            assert list_invitations(connection) == []  # scope own: another's
            assert not revoke_invitation(connection, mine.invitation_id)
        with world.acting(manager) as connection:
            assert [each.invitation_id for each in list_invitations(connection)] == [mine.invitation_id]
        assert accept_invitation(mine.token, user, origin).role == "sales_manager"
    finally:
        world.rows(
            "delete from identity.role_permissions"
            " where role = 'sales_manager' and resource = 'members' and action = 'create'"
        )


def test_super_admins_are_made_by_super_admins_alone(world, origin):
    admin, operator = world.team_of("organization_admin", "super_admin")
    with pytest.raises(RefusedError):
        invite(world, admin, "root@x.example", "super_admin")
    user, email = world.user()
    made = invite(world, operator, email, "super_admin")
    assert accept_invitation(made.token, user, origin).role == "super_admin"
    with world.acting(admin) as connection, pytest.raises(RefusedError, match="above yours"):
        change_role(connection, admin.user, "super_admin")


def test_an_inviter_who_may_no_more_gives_nothing(world, admin, origin):
    inviter = world.member("organization_admin", admin.organization)
    user, email = world.user()
    made = invite(world, inviter, email, "organization_admin")
    with world.acting(admin) as connection:
        change_role(connection, inviter.user, "sales_rep")
    assert reason_of(made.token, user, origin) == "not_granted"
    with world.acting(admin) as connection:
        change_role(connection, inviter.user, "organization_admin")
        remove_member(connection, inviter.user)
    assert reason_of(made.token, user, origin) == "not_granted"


def test_client_and_team_come_with_the_invitation(world, admin, origin):
    with world.acting(admin) as connection:
        client, team = create_client(connection, "Acme"), create_team(connection, "North")
    for options in ({"role": "client"}, {"role": "sales_rep", "client_id": client}):
        with pytest.raises(IdentityError):
            invite(world, admin, "c@x.example", **options)
    user, email = world.user()
    accept_invitation(invite(world, admin, email, "client", client_id=client).token, user, origin)
    assert world.value("select client_id from identity.members where user_id = %s", user) == client
    mate, mail = world.user()
    accept_invitation(invite(world, admin, mail, team_id=team).token, mate, origin)
    assert world.value("select team_id from identity.team_members where user_id = %s", mate) == team
    foreign = world.member("organization_admin")
    with pytest.raises(IdentityError):
        invite(world, foreign, "c@x.example", "client", client_id=client)


def test_members_are_not_invited_and_removed_ones_come_back(world, admin, origin):
    user, email = world.user()
    accept_invitation(invite(world, admin, email, "sales_rep").token, user, origin)
    with pytest.raises(TakenError, match="member already"):
        invite(world, admin, email)
    with world.acting(admin) as connection:
        remove_member(connection, user)
    assert accept_invitation(invite(world, admin, email, "read_only").token, user, origin).role == "read_only"
    rows = world.rows("select role, deleted_at from identity.members where user_id = %s", user)
    assert rows == [{"role": "read_only", "deleted_at": None}]


def test_an_invitation_never_changes_a_live_member(world, admin, origin):
    user, email = world.user()
    made = invite(world, admin, email, "read_only")
    world.rows(
        "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'sales_manager')",
        admin.organization, user,
    )  # fmt: skip
    assert accept_invitation(made.token, user, origin).role == "sales_manager"


def test_other_organizations_see_nothing(world, admin):
    made = invite(world, admin, "tenant@x.example")
    with world.acting(world.member("organization_admin")) as connection:
        assert list_invitations(connection) == []
        assert not revoke_invitation(connection, made.invitation_id)
