"""A secret is nowhere in clear: dump, server log with every statement, application log, errors with their locals."""

from __future__ import annotations

import base64
import io
import logging
import subprocess
import traceback

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretBytes, SecretStr

from leadhouse.credentials import (
    CredentialError,
    get_secret,
    new_master_key,
    open_sealed,
    put_secret,
    rotate_data_key,
    rotate_master_key,
    seal,
)
from leadhouse.delivery.sign_in import SignIn
from leadhouse.local.postgres_binaries import installed_binaries

PLAIN = b"tr0ub4dor&3-canary-of-the-tests"


def shapes(value=PLAIN):
    """The value raw, in hexadecimal, and in base64 at each of the three places where it can begin."""
    found = {value, value.hex().encode(), value.hex().upper().encode(), value[:16]}
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + value)
        found.add(encoded[4:-4])
    return found


def assert_absent(text):
    raw = text.encode() if isinstance(text, str) else text
    assert raw
    for shape in shapes():
        assert shape not in raw


def test_the_search_finds_what_it_looks_for():
    for text in (
        PLAIN,
        b"a " + PLAIN.hex().encode(),
        base64.b64encode(b"\0user\0" + PLAIN),
        base64.b64encode(b"ab" + PLAIN),
    ):
        with pytest.raises(AssertionError):
            assert_absent(text)


def use_everything(connection, organization):
    """Every path that holds the plain value."""
    put_secret(connection, organization, "canary", SecretBytes(PLAIN))
    sealed = seal(connection, organization, PLAIN, "totp:1")
    rotate_data_key(connection, organization)
    put_secret(connection, organization, "canary", SecretBytes(PLAIN), kind="provider")
    assert get_secret(connection, organization, "canary").get_secret_value() == PLAIN
    assert open_sealed(connection, organization, sealed, "totp:1") == PLAIN
    rotate_master_key(connection)


def test_dump_holds_no_value(tenants, component, database):
    use_everything(component, tenants.organizations["north"])
    program = installed_binaries() / "pg_dump"
    for options in ((), ("--inserts",)):
        dump = subprocess.run(
            [program, *options, f"--dbname={database.admin_url}"], capture_output=True, check=True
        ).stdout
        assert b"canary" in dump
        assert b"credentials.secrets" in dump
        assert_absent(dump)


LOUD = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
}


def test_server_log_of_every_statement_holds_no_value(tenants, database):
    with database.owner(autocommit=True) as owner:
        for setting, value in LOUD.items():
            alter = sql.SQL("alter database {} set {} = {}")
            owner.execute(alter.format(sql.Identifier(database.name), sql.Identifier(setting), sql.Literal(value)))
        log = owner.execute(
            "select pg_current_logfile() as file, current_setting('data_directory') as folder"
        ).fetchone()
    with database.connect("credentials", autocommit=True) as connection:
        use_everything(connection, tenants.organizations["north"])
        with pytest.raises(psycopg.errors.CheckViolation):
            put_secret(connection, tenants.organizations["north"], "canary", SecretBytes(PLAIN), kind="Not A Word")
    text = server_log(log, database)
    assert b"insert into credentials.secrets" in text
    assert b"Not A Word" in text
    assert_absent(text)


def server_log(log, database):
    """What the server of this run has written; skips on a server whose log this machine has not."""
    import pathlib

    if log["file"]:
        return pathlib.Path(log["folder"], log["file"]).read_bytes()
    folder = pathlib.Path(log["folder"])
    for candidate in (folder.parent / "server.log", folder.parent.parent / "server.log"):
        if candidate.is_file():
            return candidate.read_bytes()
    return pytest.skip("the server's log is not on this machine")


def told(error):
    """An error as its text, its repr and its traceback with the local variables of every frame of the product."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    product = []
    for part in [frames, frames.__cause__, frames.__context__]:
        if part is not None:
            product += [f"{frame.name} {frame.locals}" for frame in part.stack if "leadhouse" in frame.filename]
    return "\n".join([str(error), repr(error), *product])


def broken(tenants, database, case, master_keys):
    """Each makes an operation fail while it holds the plain value."""
    north = tenants.organizations["north"]
    with database.connect("credentials") as connection:
        if case == "malformed name":
            put_secret(connection, north, "line\nbreak", SecretBytes(PLAIN))
        elif case == "no such member":
            put_secret(connection, north, "x", SecretBytes(PLAIN), user_id=tenants.users["south", "sales_rep"])
        elif case == "connection closed":
            connection.close()
            seal(connection, north, PLAIN, "x")
        elif case == "refused":
            connection.execute("set role leadhouse_delivery")
            put_secret(connection, north, "x", SecretBytes(PLAIN))
        elif case == "wrong purpose":
            open_sealed(connection, north, seal(connection, north, PLAIN, "x"), "y")
        elif case == "wrong master key":
            sealed = seal(connection, north, PLAIN, "x")
            master_keys(new_master_key())
            open_sealed(connection, north, sealed, "x")


@pytest.mark.parametrize(
    "case", ["malformed name", "no such member", "connection closed", "refused", "wrong purpose", "wrong master key"]
)
def test_errors_and_their_frames_hold_no_value(tenants, database, master_keys, case, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises((CredentialError, psycopg.Error)) as caught:
        broken(tenants, database, case, master_keys)
    text = told(caught.value)
    assert "connection" in text
    assert_absent(text)
    assert PLAIN.decode() not in caplog.text


def test_representations_hold_no_value(tenants, component, master_keys):
    from leadhouse.credentials.master_keys import master_keys as read_keys
    from leadhouse.credentials.sealing import active_data_key
    from leadhouse.settings import settings

    put_secret(component, None, "x", SecretBytes(PLAIN))
    with component.transaction():
        data_key = active_data_key(component, None)
    found = get_secret(component, None, "x")
    out = io.StringIO()
    print(found, repr(found), data_key, repr(read_keys()), settings(), SignIn("u", SecretStr(PLAIN.decode())), file=out)
    assert_absent(out.getvalue())
    key = settings().master_keys.get_secret_value().partition(":")[2]
    assert key not in out.getvalue()
    assert data_key._key.hex() not in out.getvalue()
    assert repr(data_key._key) not in out.getvalue()
