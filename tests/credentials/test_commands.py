"""`leadhouse secrets`: values come in by standard input or a hidden prompt and never come out."""

from __future__ import annotations

import io
import sys

import pytest
from typer.testing import CliRunner

from leadhouse.commands.credentials import app
from leadhouse.credentials import get_secret, new_master_key

VALUE = "a value of the tests"


@pytest.fixture
def run(tenants):
    def invoke(*arguments, given=None):
        result = CliRunner().invoke(app, list(arguments), input=given)
        assert VALUE not in result.output
        return result.exit_code, " ".join(result.output.split())

    return invoke


def stored(component, organization, name, **owner):
    return get_secret(component, organization, name, **owner).get_secret_value().decode()


def test_put_list_rotate_rewrap_delete(run, tenants, component, master_keys):
    import os

    north = tenants.organizations["north"]
    assert run("put", "hubspot", "--organization", "north", "--kind", "provider", given=f"{VALUE}\n") == (0, "stored")
    assert stored(component, north, "hubspot") == VALUE
    mine = ["--organization", str(north), "--user", "sales_rep@north.example"]
    assert run("put", "linkedin", *mine, "--expires-at", "2031-02-03", given=VALUE) == (0, "stored")
    rep = tenants.users["north", "sales_rep"]
    assert stored(component, north, "linkedin", user_id=rep) == VALUE
    code, listed = run("list", "--organization", "north")
    assert code == 0
    assert "hubspot provider shared used 2" in listed
    assert f"linkedin other user {rep}" in listed
    assert "expires 2031-02-03 00:00" in listed
    assert run("list") == (0, "")
    assert run("rotate-key", "--organization", "north") == (0, "re-encrypted 2 secrets under a new data key")
    master_keys(new_master_key(), os.environ["LEADHOUSE_MASTER_KEYS"])
    assert run("rewrap") == (0, "wrapped 2 data keys under the current master key")
    assert stored(component, north, "hubspot") == VALUE
    assert run("delete", "linkedin", *mine) == (0, "deleted")
    assert run("delete", "linkedin", *mine)[0] == 1


def test_platform_secret(run, component):
    assert run("put", "provider/mailscout", given=VALUE) == (0, "stored")
    assert stored(component, None, "provider/mailscout") == VALUE
    assert "provider/mailscout" in run("list")[1]


def test_hidden_prompt(run, component, monkeypatch):
    """At a terminal the value is asked for without echo; what the runner gives as input is not read."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("leadhouse.commands.credentials.getpass.getpass", lambda prompt: VALUE)
    monkeypatch.setattr(
        "leadhouse.commands.credentials.sys", type("Sys", (), {"stdin": Terminal(), "stdout": sys.stdout})
    )
    assert run("put", "asked") == (0, "stored")
    assert stored(component, None, "asked") == VALUE


@pytest.mark.parametrize(
    ("arguments", "given", "told"),
    [
        (["put", "x", "--organization", "nowhere"], VALUE, "There is no organization 'nowhere'"),
        (["put", "x", "--organization", "north", "--user", "who@x.example"], VALUE, "is no member"),
        (["put", "x", "--user", "sales_rep@north.example"], VALUE, "is no member"),
        (["put", "x"], "\n", "The value is empty"),
        (["put", "x", "--kind", "Not A Word"], VALUE, "A kind is a lower-case word"),
        (["put", "--email-account", "a@b.example", "--organization", "north"], VALUE, "no email account 'a@b.example'"),
        (["delete", "x"], None, "There is no secret 'x'"),
    ],
)  # fmt: skip
def test_failures_say_what_to_do(run, arguments, given, told):
    code, output = run(*arguments, given=given)
    assert code == 1
    assert told in output


@pytest.mark.parametrize(
    "arguments", [["put"], ["put", "x", "--email-account", "a@b.example"], ["put", "--email-account", "a@b.example"]]
)
def test_wrong_calls(run, arguments):
    assert run(*arguments, given=VALUE)[0] == 2


def test_sign_in_of_an_account(run, tenants, component, database):
    north = tenants.organizations["north"]
    with database.owner() as owner:
        owner.execute(
            "insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port)"
            " values (%s, 'a@north.example', 'A', 'smtp.north.example', 587)",
            [north],
        )
    account = ["--organization", "north", "--email-account", "a@north.example", "--username", "anna"]
    assert run("put", *account, given=VALUE) == (0, "stored")
    kept = '{"host": "smtp.north.example", "username": "anna", "password": "a value of the tests"}'
    assert stored(component, north, "smtp a@north.example") == kept
    with database.owner() as owner:
        [row] = owner.execute("select secret_id from app.email_accounts")
        [secret] = owner.execute("select secret_id from credentials.secrets")
    assert row == secret


def test_home_gets_a_master_key_once(database, monkeypatch, tmp_path):
    from leadhouse.local import home_settings
    from leadhouse.settings import settings

    first, second = new_master_key(), new_master_key()
    home_settings.save_missing_settings({"LEADHOUSE_MASTER_KEYS": first})
    home_settings.save_missing_settings({"LEADHOUSE_MASTER_KEYS": second, "LEADHOUSE_PROVIDER_NAME": "x"})
    assert home_settings.read_settings() == {"LEADHOUSE_MASTER_KEYS": first, "LEADHOUSE_PROVIDER_NAME": "x"}
    assert settings().master_keys.get_secret_value() == first
    assert home_settings.settings_file().stat().st_mode & 0o777 == 0o600
