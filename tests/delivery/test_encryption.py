"""STARTTLS: used where asked for, refused where the certificate is not one we trust."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadhouse.delivery import TransportError, send_queued
from leadhouse.settings import settings


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1, signed by itself: (file of certificate and key, server's context)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


def queued(world):
    with world.database.owner() as connection:
        connection.execute("update app.email_accounts set security = 'starttls'")
    campaign_id = world.campaign([world.lead("anna@x.example")])
    world.queued(campaign_id)
    return campaign_id


def test_trusted_certificate(served, certificate, monkeypatch):
    file, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with served(tls_context=context, require_starttls=True) as (world, sink):
        assert send_queued(queued(world), "run")["accepted"] == 1
        assert sink.addresses == {"anna@x.example": 1}


def test_certificate_that_nobody_vouches_for(served, certificate):
    _, context = certificate
    with served(tls_context=context, require_starttls=True) as (world, sink):
        campaign_id = queued(world)
        with pytest.raises(TransportError, match=r"certificate.*Nothing was sent"):
            send_queued(campaign_id, "run")
        assert (world.states(campaign_id), sink.messages) == ({"queued": 1}, [])


def test_account_without_encryption_may_not_leave_this_machine(served, monkeypatch):
    with served() as (world, _):
        campaign_id = queued(world)
        with world.database.owner() as connection:
            connection.execute("update app.email_accounts set security = 'none', smtp_host = '203.0.113.7'")
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "203.0.113.7")
        settings.cache_clear()
        with pytest.raises(TransportError, match="this machine alone"):
            send_queued(campaign_id, "run")
