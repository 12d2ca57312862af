"""Access tokens: JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037), good for ten minutes.

The private key stands in the database, sealed; the public keys verify, so that whoever checks a token need not be able
to make one. A rotation retires the signing key; what it has signed holds until it expires.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from psycopg import Connection

from leadhouse.credentials import open_sealed, seal
from leadhouse.identity.component_work import one, queries
from leadhouse.identity.errors import TokenError

LIFETIME = timedelta(minutes=10)
ISSUER = "leadhouse"
ALGORITHM = "EdDSA"


@dataclass(frozen=True)
class AccessToken:
    """The token and when it expires (UTC)."""

    token: str
    expires_at: datetime


def issue_access_token(
    connection: Connection[Any], user_id: UUID, session_id: UUID, organization_id: UUID | None
) -> AccessToken:
    """Sign the claims of a session; the first call makes the first key. `connection` is the component's.

    Raises:
        leadhouse.credentials.CredentialError: the signing key cannot be opened with the master keys of the settings.
    """
    row = one(connection, "get_active_signing_key") or rotate_signing_key(connection, only_if_none=True)
    private_key = _private_key(_opened(connection, row["key_id"], bytes(row["private_key_sealed"])))
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER, "sub": str(user_id), "role": "authenticated", "session_id": str(session_id),
        "iat": now, "exp": now + LIFETIME, "jti": secrets.token_hex(8),
    }  # fmt: skip
    if organization_id is not None:
        claims["organization_id"] = str(organization_id)
    token = jwt.encode(claims, private_key, algorithm=ALGORITHM, headers={"kid": row["key_id"]})
    return AccessToken(token, now + LIFETIME)


def rotate_signing_key(connection: Connection[Any], *, only_if_none: bool = False) -> dict[str, Any]:
    """Make a new signing key and retire the former; return its row. Two at once take turns."""
    with connection.transaction():
        connection.execute(queries.hold_signing_keys)
        standing = one(connection, "get_active_signing_key")
        if only_if_none and standing:
            return standing
        made = Ed25519PrivateKey.generate()
        key_id = secrets.token_hex(8)
        sealed = seal(connection, None, made.private_bytes_raw(), _context(key_id))
        connection.execute(queries.retire_signing_keys)
        row = {"key_id": key_id, "private_key_sealed": sealed}
        public = made.public_key().public_bytes_raw()
        connection.execute(queries.insert_signing_key, {**row, "public_key": public})
        return row


def load_public_keys(connection: Connection[Any]) -> dict[str, Ed25519PublicKey]:
    """The keys that verify now, by id: the signing one, and those whose last token has not expired.

    A process keeps them for a minute at most, and loads them again when a token names another.
    """
    rows = connection.execute(queries.list_public_keys, {"seconds": LIFETIME.total_seconds()})
    return {row["key_id"]: Ed25519PublicKey.from_public_bytes(bytes(row["public_key"])) for row in rows}


def verify_access_token(token: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """The claims of a token, as the database takes them (`request.jwt.claims`).

    Whether the session was revoked meanwhile says `leadhouse.identity.sessions.touch_session`.

    Raises:
        TokenError: expired, malformed, or not signed with one of the keys.
    """
    try:
        key = keys[jwt.get_unverified_header(token).get("kid", "")]
        required = ["exp", "sub", "session_id"]
        claims = jwt.decode(token, key, algorithms=[ALGORITHM], issuer=ISSUER, options={"require": required})
    except jwt.ExpiredSignatureError as error:
        raise TokenError("The access token has expired. Get a new one with the refresh token.", "expired") from error
    except (jwt.InvalidTokenError, KeyError) as error:
        raise TokenError("The access token was not made here. Sign in.", "unknown") from error
    return dict(claims)


def public_key_set(keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """The keys as a JSON Web Key Set (RFC 7517), for others who verify."""
    encoded = {key_id: jwt.algorithms.OKPAlgorithm.to_jwk(key, as_dict=True) for key_id, key in keys.items()}
    return {"keys": [{**each, "kid": key_id, "alg": ALGORITHM, "use": "sig"} for key_id, each in encoded.items()]}


def _context(key_id: str) -> str:
    return f"identity signing key {key_id}"


def _opened(connection: Connection[Any], key_id: str, sealed: bytes) -> bytes:
    """The private key's 32 bytes; opened once a process."""
    known = _opened_keys()
    if key_id not in known:
        known.clear()  # one signs at a time
        known[key_id] = open_sealed(connection, None, sealed, _context(key_id))
    return known[key_id]


@lru_cache(maxsize=1)
def _opened_keys() -> dict[str, bytes]:
    return {}


def _private_key(raw: bytes) -> bytes:
    """The form that PyJWT takes: PEM, PKCS 8."""
    key = Ed25519PrivateKey.from_private_bytes(raw)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
