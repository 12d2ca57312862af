"""Sign-up, confirmation of the address, passwords changed and reset, accounts deleted and restored."""

from __future__ import annotations

import threading

import pytest

from leadhouse.identity import passwords
from leadhouse.identity.accounts import delete_account, rename_person, restore_account
from leadhouse.identity.errors import (
    AddressTakenError,
    IdentityError,
    LastAdminError,
    ThrottledError,
    TokenError,
    WeakPasswordError,
    WrongCredentialsError,
)
from leadhouse.identity.sessions import refresh
from leadhouse.identity.sign_in import sign_in
from leadhouse.identity.sign_up import confirm_email, request_email_confirmation, sign_up

NEW = "another phrase entirely"


def test_sign_up_makes_a_user_an_organization_and_its_admin(world, origin, password):
    made = sign_up(" New.Admin@X.example", password, "Ada Berg", "Müller & Söhne GmbH", origin)
    [row] = world.rows(
        "select slug, name, role, email_normalized, full_name, email_confirmed_at from identity.members"
        " join identity.organizations using (organization_id) join identity.users using (user_id) where user_id = %s",
        made.user_id,
    )
    assert row == {
        "slug": "muller-sohne-gmbh", "name": "Müller & Söhne GmbH", "role": "organization_admin",
        "email_normalized": "new.admin@x.example", "full_name": "Ada Berg", "email_confirmed_at": None,
    }  # fmt: skip
    assert sign_in("new.admin@x.example", password, origin).organization_id == made.organization_id
    [act] = world.acts(verb="sign_up", actor_user_id=made.user_id)
    assert act["organization_id"] == made.organization_id


def test_organizations_of_one_name_get_slugs_of_their_own(world, origin, password):
    first = sign_up("slug1@x.example", password, "", "Same Name", origin)
    second = sign_up("slug2@x.example", password, "", "Same Name", origin)
    third = sign_up("slug3@x.example", password, "", "株", origin)
    slugs = [
        world.value("select slug from identity.organizations where organization_id = %s", each.organization_id)
        for each in (first, second, third)
    ]
    assert slugs[0] == "same-name"
    assert slugs[1].startswith("same-name-")
    assert slugs[2].startswith("organization-")


def test_a_taken_address_leaves_nothing_behind(world, origin, password):
    person = world.member()
    before = world.value("select count(*) from identity.organizations")
    with pytest.raises(AddressTakenError):
        sign_up(person.email, password, "", "Other", origin)
    assert world.value("select count(*) from identity.organizations") == before


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@x.example", "a b@x.example", "ada@localhost", "a@b@c.example"])
def test_what_is_no_address_is_refused(world, origin, password, email):
    with pytest.raises(IdentityError, match="address"):
        sign_up(email, password, "", "Other", origin)


def test_confirmation_is_for_once_and_the_newest_counts(world, origin, password):
    made = sign_up("confirm@x.example", password, "", "Confirming", origin)
    newer = request_email_confirmation(made.user_id, origin)
    with pytest.raises(TokenError):
        confirm_email(made.confirmation_token, origin)
    assert confirm_email(newer, origin) == made.user_id
    with pytest.raises(TokenError):
        confirm_email(newer, origin)
    assert world.value("select email_confirmed_at from identity.users where user_id = %s", made.user_id)


def test_expired_confirmation_is_refused(world, origin):
    user, _ = world.user()
    token = request_email_confirmation(user, origin)
    world.rows("update identity.one_time_tokens set expires_at = now() where user_id = %s", user)
    with pytest.raises(TokenError):
        confirm_email(token, origin)


def test_changing_the_password_ends_the_other_sessions(world, origin, password):
    person = world.member()
    here, there = sign_in(person.email, password, origin), sign_in(person.email, password, origin)
    passwords.change_password(person.user, here.session_id, password, NEW, origin)
    assert refresh(here.refresh_token, origin).session_id == here.session_id
    with pytest.raises(TokenError, match="revoked"):
        refresh(there.refresh_token, origin)
    with pytest.raises(WrongCredentialsError):
        sign_in(person.email, password, origin)
    assert sign_in(person.email, NEW, origin).user_id == person.user


def test_a_password_is_changed_with_the_former_one_alone(world, origin, password):
    person = world.member()
    with pytest.raises(WrongCredentialsError):
        passwords.change_password(person.user, None, "not the password", NEW, origin)
    with pytest.raises(WeakPasswordError):
        passwords.change_password(person.user, None, password, "short", origin)
    assert sign_in(person.email, password, origin).user_id == person.user
    [act] = world.acts(verb="change_password", actor_user_id=person.user)
    assert act["outcome"] == "failed"


def test_reset_by_mail_ends_every_session_and_works_once(world, origin, password):
    person = world.member()
    entered = sign_in(person.email, password, origin)
    mail = passwords.request_password_reset(person.email, origin)
    assert (mail.user_id, mail.email) == (person.user, person.email)
    with pytest.raises(WeakPasswordError):
        passwords.reset_password(mail.token, "short", origin)
    assert passwords.reset_password(mail.token, NEW, origin) == person.user
    with pytest.raises(TokenError):
        passwords.reset_password(mail.token, "a third phrase here", origin)
    with pytest.raises(TokenError, match="revoked"):
        refresh(entered.refresh_token, origin)
    assert sign_in(person.email, NEW, origin).user_id == person.user


def test_of_two_resets_at_once_one_counts(world, origin):
    person = world.member()
    mail = passwords.request_password_reset(person.email, origin)
    outcomes = []

    def attempt(new):
        try:
            outcomes.append(passwords.reset_password(mail.token, new, origin))
        except TokenError:
            outcomes.append(None)

    threads = [threading.Thread(target=attempt, args=(f"{NEW} {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted([str(person.user), "None", "None", "None"])


def test_reset_of_an_unknown_address_is_recorded_and_throttled_like_any(world, origin):
    for _ in range(passwords.throttling.PASSWORD_RESET.free + 1):
        assert passwords.request_password_reset("unknown@x.example", origin) is None
    with pytest.raises(ThrottledError):
        passwords.request_password_reset("unknown@x.example", origin)
    acts = world.acts(verb="request_password_reset", resource_id=None) or world.rows(
        "select outcome from identity.audit_log where verb = 'request_password_reset' and actor_user_id is null"
    )
    assert {act["outcome"] for act in acts} == {"failed"}


def test_a_person_changes_the_own_name_and_no_other(world):
    person, other = world.team_of("sales_rep", "organization_admin")
    with world.acting(person) as connection:
        assert rename_person(connection, "  Bo Lind ")
        connection.execute("update identity.users set full_name = 'X'")  # reaches the own row alone
    names = world.rows("select full_name from identity.users where user_id = any (%s)", [person.user, other.user])
    assert sorted(str(each["full_name"]) for each in names) == ["None", "X"]
    [change, _] = world.acts(verb="update", resource="users", resource_id=str(person.user))
    assert change["change"] == {"full_name": {"masked": True}}


def test_deleted_account_comes_back_with_what_ended_with_it(world, origin, password):
    admin, person = world.team_of("organization_admin", "sales_rep")
    left = world.organization()
    world.rows(
        "insert into identity.members (organization_id, user_id, role, deleted_at)"
        " values (%s, %s, 'sales_rep', now() - interval '1 day')", left, person.user,
    )  # fmt: skip
    entered = sign_in(person.email, password, origin)
    assert delete_account(person.user, origin)
    assert not delete_account(person.user, origin)
    with pytest.raises(TokenError):
        refresh(entered.refresh_token, origin)
    with world.acting(person) as connection:
        assert connection.execute("select identity.current_organization_id() as mine").fetchone()["mine"] is None
    assert restore_account(person.user, origin)
    live = world.rows(
        "select organization_id from identity.members where user_id = %s and deleted_at is null", person.user
    )
    assert [each["organization_id"] for each in live] == [admin.organization]
    assert sign_in(person.email, password, origin).organization_id == admin.organization


def test_an_address_is_free_once_its_user_is_deleted_and_then_not_given_back(world, origin, password):
    _, person = world.team_of("organization_admin", "sales_rep")
    delete_account(person.user, origin)
    sign_up(person.email, password, "", "Successor", origin)
    with pytest.raises(AddressTakenError):
        restore_account(person.user, origin)


def test_account_is_gone_for_good_after_30_days(world, origin):
    _, person = world.team_of("organization_admin", "sales_rep")
    delete_account(person.user, origin)
    world.rows("update identity.users set deleted_at = now() - interval '31 days' where user_id = %s", person.user)
    assert not restore_account(person.user, origin)


def test_last_admin_cannot_delete_the_account(world, origin):
    admin, _ = world.team_of("organization_admin", "sales_rep")
    with pytest.raises(LastAdminError, match="last admin"):
        delete_account(admin.user, origin)
    assert world.value("select deleted_at from identity.users where user_id = %s", admin.user) is None
