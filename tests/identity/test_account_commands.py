"""`leadhouse accounts`."""

from __future__ import annotations

from uuid import uuid4

from typer.testing import CliRunner

from leadhouse.commands.accounts import app
from leadhouse.identity.accounts import delete_account
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
