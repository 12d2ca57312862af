"""Members, teams and clients: roles changed, people removed and taken back, the last admin, uniqueness of live rows."""

from __future__ import annotations

import threading

import pytest

from leadhouse.identity.errors import IdentityError, LastAdminError, RefusedError, TakenError
from leadhouse.identity.members import change_role, leave_organization, list_members, remove_member, restore_member
from leadhouse.identity.sessions import list_sessions
from leadhouse.identity.sign_in import sign_in
from leadhouse.identity.teams import (
    add_team_member,
    create_client,
    create_team,
    delete_client,
    delete_team,
    list_clients,
    list_teams,
    remove_team_member,
    rename_client,
    rename_team,
    restore_client,
    restore_team,
)


def role_of(world, person):
    return world.value(
        "select role from identity.members where organization_id = %s and user_id = %s",
        person.organization, person.user,
    )  # fmt: skip


def test_an_admin_changes_roles_in_the_own_organization_alone(world):
    admin, person = world.team_of("organization_admin", "sales_rep")
    stranger = world.member("organization_admin")
    with world.acting(admin) as connection:
        assert change_role(connection, person.user, "sales_manager")
        assert not change_role(connection, stranger.user, "read_only")
    with world.acting(stranger) as connection:
        assert not change_role(connection, person.user, "read_only")
    assert role_of(world, person) == "sales_manager"


@pytest.mark.parametrize("role", ["sales_manager", "sales_rep", "read_only"])
def test_others_change_nobody_not_even_themselves(world, role):
    _, person, other = world.team_of("organization_admin", role, "read_only")
    for work in (
        lambda connection: change_role(connection, person.user, "organization_admin"),
        lambda connection: change_role(connection, other.user, "client"),
        lambda connection: remove_member(connection, other.user),
        lambda connection: restore_member(connection, other.user),
    ):
        with world.acting(person) as connection, pytest.raises(RefusedError):
            work(connection)


def test_members_are_written_by_functions_alone(world):
    admin, person = world.team_of("organization_admin", "sales_rep")
    for statement in (
        "update identity.members set role = 'super_admin'",
        "delete from identity.members",
        f"insert into identity.members values ('{admin.organization}', '{person.user}', 'read_only')",  # noqa: S608
        f"select identity.end_membership('{admin.organization}', '{person.user}')",
        f"select identity.create_organization('{admin.user}', 'x-y', 'X')",
        f"select identity.delete_user('{person.user}')",
    ):
        with world.acting(admin) as connection, pytest.raises(Exception, match="permission denied"):
            connection.execute(statement)


def test_rank_protects_who_stands_above(world):
    _, manager, admin = world.team_of("organization_admin", "sales_manager", "organization_admin")
    world.rows(
        "insert into identity.role_permissions"
        " select 'sales_manager', 'members', unnest(array['update', 'delete']), 'all'"
    )
    try:
        for work in (
            lambda connection: change_role(connection, admin.user, "sales_rep"),
            lambda connection: change_role(connection, manager.user, "organization_admin"),
            lambda connection: remove_member(connection, admin.user),
        ):
            with world.acting(manager) as connection, pytest.raises(RefusedError, match="above yours"):
                work(connection)
    finally:
        world.rows(
            "delete from identity.role_permissions"
            " where role = 'sales_manager' and resource = 'members' and action <> 'read'"
        )
    assert role_of(world, admin) == "organization_admin"


def test_operator_works_in_every_organization(world):
    operator, person = world.member("super_admin"), world.member("sales_rep")
    world.member("organization_admin", person.organization)
    claims = {"sub": str(operator.user), "organization_id": str(person.organization), "role": "authenticated"}
    with world.as_claims(claims) as connection:
        assert change_role(connection, person.user, "organization_admin")


def test_role_client_and_a_client_go_together(world):
    admin, person = world.team_of("organization_admin", "sales_rep")
    with world.acting(admin) as connection:
        client = create_client(connection, "Acme")
        with pytest.raises(IdentityError):
            change_role(connection, person.user, "client")
        with pytest.raises(IdentityError):
            change_role(connection, person.user, "sales_rep", client)
        assert change_role(connection, person.user, "client", client)


def test_the_last_admin_stays(world):
    admin, person = world.team_of("organization_admin", "sales_rep")
    for work in (
        lambda connection: change_role(connection, admin.user, "sales_rep"),
        lambda connection: remove_member(connection, admin.user),
        leave_organization,
    ):
        with world.acting(admin) as connection, pytest.raises(LastAdminError, match="last admin"):
            work(connection)
    assert role_of(world, admin) == "organization_admin"
    with world.acting(admin) as connection:
        change_role(connection, person.user, "organization_admin")
        assert leave_organization(connection)
    with world.acting(person) as connection, pytest.raises(LastAdminError):
        leave_organization(connection)


def test_two_admins_who_leave_at_once_take_turns(world):
    admins = world.team_of("organization_admin", "organization_admin")
    outcomes, barrier = [], threading.Barrier(2)

    def attempt(admin):
        with world.acting(admin) as connection:
            barrier.wait()
            try:
                outcomes.append(leave_organization(connection))
            except LastAdminError:
                outcomes.append("stays")

    threads = [threading.Thread(target=attempt, args=(admin,)) for admin in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["True", "stays"]


def test_a_closed_organization_needs_no_admin(world):
    [admin] = world.team_of("organization_admin")
    world.rows("update identity.organizations set deleted_at = now() where organization_id = %s", admin.organization)
    world.rows("update identity.members set deleted_at = now() where organization_id = %s", admin.organization)


def test_removal_ends_sessions_there_and_teams_and_is_undone_within_30_days(world, origin, password):
    admin, person = world.team_of("organization_admin", "sales_rep")
    other = world.organization()
    world.rows(
        "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'sales_rep')", other, person.user
    )
    sign_in(person.email, password, origin, person.organization)
    elsewhere = sign_in(person.email, password, origin, other)
    with world.acting(admin) as connection:
        team = create_team(connection, "North")
        assert add_team_member(connection, team, person.user)
        assert remove_member(connection, person.user)
        assert not remove_member(connection, person.user)
        assert [each.user_id for each in list_members(connection)] == [admin.user]
        assert {each.user_id for each in list_members(connection, with_removed=True)} == {admin.user, person.user}
        assert list_teams(connection)[0].user_ids == []
    live = {"sub": str(person.user), "organization_id": str(other), "role": "authenticated"}
    with world.as_claims(live) as connection:
        assert [each.session_id for each in list_sessions(connection)] == [elsewhere.session_id]
    with world.acting(person) as connection:
        assert connection.execute("select identity.may('leads', 'read') as may").fetchone()["may"] is False
    with world.acting(admin) as connection:
        assert restore_member(connection, person.user)
        assert not restore_member(connection, person.user)
        assert remove_member(connection, person.user)
    world.rows(
        "update identity.members set deleted_at = now() - interval '31 days'"
        " where organization_id = %s and user_id = %s",
        admin.organization, person.user,
    )  # fmt: skip
    with world.acting(admin) as connection:
        assert not restore_member(connection, person.user)


def test_a_key_does_not_leave_for_its_owner(world):
    admin, person = world.team_of("organization_admin", "sales_rep")
    with (
        world.acting(person, permissions=["members:write"]) as connection,
        pytest.raises(RefusedError, match="in person"),
    ):
        leave_organization(connection)
    with world.acting(admin, permissions=["leads:read"]) as connection, pytest.raises(RefusedError):
        remove_member(connection, person.user)


def test_live_names_are_unique_and_deleted_ones_are_not(world):
    admin, other = world.member("organization_admin"), world.member("organization_admin")
    for create, delete, restore, rename in (
        (create_team, delete_team, restore_team, rename_team),
        (create_client, delete_client, restore_client, rename_client),
    ):
        with world.acting(other) as connection:
            foreign = create(connection, "North")
        with world.acting(admin) as connection:
            first = create(connection, " North ")
            with pytest.raises(TakenError):
                create(connection, "north")
            assert delete(connection, first)
            assert not delete(connection, first)
            second = create(connection, "North")
            with pytest.raises(TakenError):
                restore(connection, first)
            assert rename(connection, second, "South")
            assert restore(connection, first)
            assert not rename(connection, foreign, "Mine")
            assert not delete(connection, foreign)
            assert not restore(connection, foreign)
    with world.acting(admin) as connection:
        assert [each.name for each in list_teams(connection)] == ["North", "South"]
        assert [each.name for each in list_clients(connection)] == ["North", "South"]


def test_teams_take_live_members_of_the_own_organization(world):
    admin, rep, mate = world.team_of("organization_admin", "sales_rep", "sales_rep")
    stranger = world.member("sales_rep")
    with world.acting(admin) as connection:
        team = create_team(connection, "North")
        assert add_team_member(connection, team, rep.user)
        assert add_team_member(connection, team, mate.user)
        assert not add_team_member(connection, team, rep.user)
        assert not add_team_member(connection, team, stranger.user)
        assert set(list_teams(connection)[0].user_ids) == {rep.user, mate.user}
    reach = "select identity.reach('lists', 'read') as ids"
    with world.acting(rep) as connection:
        assert set(connection.execute(reach).fetchone()["ids"]) == {rep.user, mate.user}
        with pytest.raises(RefusedError):
            create_team(connection, "Mine")
        assert not remove_team_member(connection, team, mate.user)
    with world.acting(admin) as connection:
        assert remove_team_member(connection, team, mate.user)
        assert not remove_team_member(connection, team, mate.user)
    with world.acting(rep) as connection:
        assert connection.execute(reach).fetchone()["ids"] == [rep.user]
