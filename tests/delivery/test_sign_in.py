"""Accounts that sign in: the password comes from the organization's secrets and goes to its own server alone."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from pydantic import SecretStr

from leadhouse.credentials import delete_secret, new_master_key, rotate_data_key
from leadhouse.delivery import NotReadyError, TransportError, send_queued, store_sign_in
from leadhouse.delivery.sign_in import SignIn
from leadhouse.delivery.transport import Server, Transport
from leadhouse.settings import settings

ACCOUNT, PASSWORD = "mara@nordlicht.example", "a password of the tests"


@pytest.fixture
def signing(served, monkeypatch):
    """`with signing() as (world, sink, seen)`: a server that takes mail only from who has signed in."""

    @contextmanager
    def serve(password=PASSWORD):
        seen = []

        def authenticate(server, session, envelope, mechanism, data):
            assert isinstance(data, LoginPassword)
            seen.append((mechanism, data.login.decode(), data.password.decode()))
            return AuthResult(success=data.password.decode() == password, handled=False)

        monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
        options = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
        with served(**options) as (world, sink):
            yield world, sink, seen

    return serve


def campaign_of(world):
    campaign_id = world.campaign([world.lead("anna@x.example"), world.lead("bo@x.example")])
    world.queued(campaign_id)
    return campaign_id


def test_account_with_a_secret_signs_in(signing):
    with signing() as (world, sink, seen):
        campaign_id = campaign_of(world)
        store_sign_in(world.organization_id, ACCOUNT, "mara", SecretStr(PASSWORD))
        assert send_queued(campaign_id, "run")["accepted"] == 2
        assert {(login, password) for _, login, password in seen} == {("mara", PASSWORD)}
        assert len(seen) == 1
        assert set(sink.addresses) == {"anna@x.example", "bo@x.example"}


def test_sign_in_outlives_a_rotation_and_a_change_of_password(signing):
    with signing() as (world, _, _):
        campaign_id = campaign_of(world)
        first = store_sign_in(world.organization_id, ACCOUNT, "mara", SecretStr("old password"))
        assert store_sign_in(world.organization_id, ACCOUNT, "mara", SecretStr(PASSWORD)) == first
        with world.database.connect("credentials", autocommit=True) as connection:
            assert rotate_data_key(connection, world.organization_id) == 1
        assert send_queued(campaign_id, "run")["accepted"] == 2


def test_account_without_a_secret_is_refused_by_such_a_server(signing):
    with signing() as (world, sink, seen):
        campaign_id = campaign_of(world)
        counts = send_queued(campaign_id, "run")
        assert (counts["accepted"], seen, sink.messages) == (0, [], [])


def test_refused_sign_in_keeps_the_messages_and_the_password(signing):
    with signing("another password") as (world, sink, seen):
        campaign_id = campaign_of(world)
        store_sign_in(world.organization_id, ACCOUNT, "mara", SecretStr(PASSWORD))
        with pytest.raises(
            TransportError, match=r"refuses the sign-in of 'mara' \(535 .*leadhouse secrets put"
        ) as caught:
            send_queued(campaign_id, "run")
        assert seen
        assert PASSWORD not in f"{caught.value!r} {caught.value.__cause__!r}"
        assert (world.states(campaign_id), sink.messages) == ({"queued": 2}, [])


def test_server_that_knows_no_sign_in(served, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
    with served() as (world, sink):
        campaign_id = campaign_of(world)
        store_sign_in(world.organization_id, ACCOUNT, "mara", SecretStr(PASSWORD))
        with pytest.raises(TransportError, match="AUTH extension not supported"):
            send_queued(campaign_id, "run")
        assert sink.messages == []


@pytest.mark.parametrize("change", ["host", "deleted", "expired", "master key"])
def test_password_that_may_not_be_used_stops_the_sender(signing, change, monkeypatch):
    statements = {
        "host": "update app.email_accounts set smtp_host = 'localhost'",
        "expired": "update credentials.secrets set expires_at = now() - interval '1 day'",
    }
    told = {
        "host": "is for 127.0.0.1, the account's server is localhost", "deleted": "There is no secret",
        "expired": "expired at", "master key": "LEADHOUSE_MASTER_KEYS does not name",
    }  # fmt: skip
    with signing() as (world, sink, seen):
        campaign_id = campaign_of(world)
        store_sign_in(world.organization_id, ACCOUNT, "mara", SecretStr(PASSWORD))
        if change in statements:
            with world.database.owner() as owner:
                owner.execute(statements[change])
        elif change == "deleted":
            with world.database.connect("credentials") as connection:
                assert delete_secret(connection, world.organization_id, f"smtp {ACCOUNT}")
        else:
            monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
            settings.cache_clear()
        with pytest.raises(NotReadyError, match=f"{ACCOUNT} cannot sign in.*{told[change]}"):
            send_queued(campaign_id, "run")
        assert (seen, sink.messages, world.states(campaign_id)) == ([], [], {"queued": 2})


def test_account_that_is_not_there(signing):
    with signing() as (world, _, _), pytest.raises(LookupError, match=r"no email account 'nobody@x\.example'"):
        store_sign_in(world.organization_id, "nobody@x.example", "mara", SecretStr(PASSWORD))


def test_no_sign_in_without_encryption_beyond_this_machine(monkeypatch):
    """The address that was reached decides: the machine's own, but not loopback."""
    outer = _outer_address()
    listener = socket.create_server((outer, 0))
    port, heard = listener.getsockname()[1], []

    def answer():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as lines:
            lines.write(b"220 outer\r\n")
            while line := lines.readline():
                heard.append(line)
                lines.write(b"250-outer\r\n250 AUTH PLAIN LOGIN\r\n")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", outer)
    settings.cache_clear()
    # the check of the account's own setting is passed over, as a name that changes its address would
    monkeypatch.setattr("leadhouse.delivery.transport.assert_allowed", lambda *_: [])
    transport = Transport(Server(outer, port, "none", "x.example"), SignIn("mara", SecretStr(PASSWORD)))
    with pytest.raises(TransportError, match="signing in without encryption would show the password"):
        transport.open()
    thread.join(10)
    listener.close()
    settings.cache_clear()
    assert heard
    assert not [line for line in heard if line.upper().startswith(b"AUTH")]


def _outer_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; the system chooses the address it would go out from
            return probe.getsockname()[0]
        except OSError:
            pytest.skip("this machine has no address but loopback")
