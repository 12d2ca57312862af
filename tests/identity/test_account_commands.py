"""`leadhouse accounts`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from typer.testing import CliRunner

from leadhouse.commands.accounts import app
from leadhouse.delivery.account_mails import queue_mail
from leadhouse.identity.accounts import delete_account
from leadhouse.identity.invitations import invite_member
from leadhouse.identity.sign_in import sign_in

run = CliRunner()


def test_first_super_admin_is_made_by_the_operator_and_is_on_record(world, origin, password):
    person, other = world.member("organization_admin"), world.organization()
    world.member("organization_admin", person.organization)
    slug = world.value("select slug from identity.organizations where organization_id = %s", person.organization)
    outcome = run.invoke(app, ["promote", person.email.upper(), "--organization", slug])
    assert (outcome.exit_code, outcome.stdout.strip()) == (0, f"super admin: {person.user}")
    assert sign_in(person.email, password, origin, other).organization_id == other
    [act] = world.acts(resource="members", verb="update", organization_id=person.organization)
    assert (act["component"], act["change"]["role"]) == (
        "administrator", {"old": "organization_admin", "new": "super_admin"},
    )  # fmt: skip


def test_unknown_users_and_organizations_are_said_so(world):
    outcome = run.invoke(app, ["promote", "nobody@x.example", "--organization", "nowhere"])
    assert outcome.exit_code == 1
    assert "no such user" in outcome.stderr
    outcome = run.invoke(app, ["restore", str(uuid4())])
    assert (outcome.exit_code, "no user" in outcome.stderr) == (1, True)


def test_deleted_user_is_taken_back(world, origin):
    _, person = world.team_of("organization_admin", "sales_rep")
    delete_account(person.user, origin)
    assert run.invoke(app, ["restore", str(person.user)]).exit_code == 0
    assert world.value("select deleted_at from identity.users where user_id = %s", person.user) is None


def test_signing_key_changes(world):
    before = world.rows("select key_id from identity.signing_keys where retired_at is null")
    outcome = run.invoke(app, ["rotate-signing-key"])
    assert outcome.exit_code == 0
    [now] = world.rows("select key_id from identity.signing_keys where retired_at is null")
    assert now["key_id"] in outcome.stdout
    assert now not in before


def test_codes_of_mails_that_wait_are_shown_to_the_operator(world):
    admin, person = world.member("organization_admin"), world.member()
    until = datetime.now(UTC) + timedelta(hours=1)
    with world.acting(admin) as connection:
        made = invite_member(connection, "invited@x.example", "sales_rep")
    queue_mail("invitation", until, invitation_id=made.invitation_id, token=made.token)
    queue_mail("password_reset", until, user_id=person.user, token="a token")
    queue_mail("password_reset", datetime.now(UTC), user_id=person.user, token="one that is over")
    assert made.token in run.invoke(app, ["show-mails", "Invited@x.example"]).stdout
    shown = run.invoke(app, ["show-mails", person.email]).stdout
    assert shown.split()[0] == "password_reset"
    assert (shown.strip().endswith("a token"), "over" in shown, made.token in shown) == (True, False, False)
    assert "No mail" in run.invoke(app, ["show-mails", "nobody@x.example"]).stdout
