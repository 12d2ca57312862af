"""Codes of an authenticator: RFC 6238 over RFC 4226, HMAC-SHA-1, six digits, steps of 30 seconds."""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT_STEPS = 1  # of a clock that goes wrong, either way (RFC 6238 section 5.2)
SECRET_BYTES = 20  # as long as the hash (RFC 4226 section 4, R6)


def make_secret() -> bytes:
    """A new shared secret."""
    return secrets.token_bytes(SECRET_BYTES)


def step_of(moment: datetime) -> int:
    """The number of the time step (since 1970, UTC)."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226 section 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = mac[-1] & 0x0F
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: bytes, code: str, moment: datetime) -> int | None:
    """The step whose code this is, at most one from now; None when there is none. Every candidate is compared."""
    now, found = step_of(moment), None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            found = step
    return found


def base32(secret: bytes) -> str:
    """The secret as a person types it into an authenticator."""
    return base64.b32encode(secret).decode().rstrip("=")


def provisioning_uri(secret: bytes, account: str, issuer: str = "Leadhouse") -> str:
    """What a QR code holds (the Key URI format that authenticators read)."""
    query = urlencode({"secret": base32(secret), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"
