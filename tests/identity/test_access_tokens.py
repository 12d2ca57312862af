"""Access tokens: what they say, what is refused, and keys that change."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadhouse.database import connect
from leadhouse.identity.access_tokens import (
    LIFETIME,
    issue_access_token,
    load_public_keys,
    public_key_set,
    rotate_signing_key,
    verify_access_token,
)
from leadhouse.identity.errors import TokenError


@pytest.fixture
def component(world):
    with connect("identity", autocommit=True) as connection:
        yield connection


def test_token_says_who_where_and_how_long(component):
    user, session, organization = uuid4(), uuid4(), uuid4()
    issued = issue_access_token(component, user, session, organization)
    claims = verify_access_token(issued.token, load_public_keys(component))
    assert (claims["sub"], claims["session_id"], claims["organization_id"], claims["role"]) == (
        str(user), str(session), str(organization), "authenticated",
    )  # fmt: skip
    assert timedelta(0) < issued.expires_at - datetime.now(UTC) <= LIFETIME
    assert "organization_id" not in verify_access_token(
        issue_access_token(component, user, session, None).token, load_public_keys(component)
    )


def test_foreign_altered_and_expired_tokens_are_refused(component):
    issued = issue_access_token(component, uuid4(), uuid4(), None)
    keys = load_public_keys(component)
    [key_id] = [key_id for key_id in keys if key_id == jwt.get_unverified_header(issued.token)["kid"]]
    claims = {"iss": "leadhouse", "sub": "x", "session_id": "y", "exp": datetime.now(UTC) + timedelta(minutes=1)}
    mine = Ed25519PrivateKey.generate()
    forged = jwt.encode(claims, mine, algorithm="EdDSA", headers={"kid": key_id})
    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": key_id})
    symmetric = jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"kid": key_id})
    for token in (
        forged,
        unsigned,
        symmetric,
        issued.token[:-8],
        "nonsense",
        jwt.encode(claims, mine, algorithm="EdDSA"),
    ):
        with pytest.raises(TokenError):
            verify_access_token(token, keys)


def test_expired_token_says_so(component, monkeypatch):
    monkeypatch.setattr("leadhouse.identity.access_tokens.LIFETIME", timedelta(seconds=-1))
    issued = issue_access_token(component, uuid4(), uuid4(), None)
    monkeypatch.undo()
    with pytest.raises(TokenError, match="expired") as caught:
        verify_access_token(issued.token, load_public_keys(component))
    assert caught.value.reason == "expired"


def test_rotation_keeps_what_the_former_key_signed(world, component):
    before = issue_access_token(component, uuid4(), uuid4(), None).token
    rotate_signing_key(component)
    after = issue_access_token(component, uuid4(), uuid4(), None).token
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]
    keys = load_public_keys(component)
    verify_access_token(before, keys)
    verify_access_token(after, keys)
    world.rows(
        "update identity.signing_keys set retired_at = now() - interval '11 minutes' where retired_at is not null"
    )
    with pytest.raises(TokenError):
        verify_access_token(before, load_public_keys(component))


def test_private_key_is_sealed_and_the_public_ones_are_a_jwk_set(world, component):
    issue_access_token(component, uuid4(), uuid4(), None)
    row = world.rows("select * from identity.signing_keys where retired_at is null")[0]
    assert len(bytes(row["private_key_sealed"])) > 32
    [jwk] = [each for each in public_key_set(load_public_keys(component))["keys"] if each["kid"] == row["key_id"]]
    assert (jwk["kty"], jwk["crv"], jwk["alg"], "d" in jwk) == ("OKP", "Ed25519", "EdDSA", False)


def test_many_first_tokens_make_one_key(world):
    world.rows("delete from identity.signing_keys")

    def issue():
        with connect("identity", autocommit=True) as connection:
            issue_access_token(connection, uuid4(), uuid4(), None)

    threads = [threading.Thread(target=issue) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.value("select count(*) from identity.signing_keys") == 1
