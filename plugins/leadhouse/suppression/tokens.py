"""Signed tokens of unsubscribe links: a message's id and an HMAC-SHA-256 (RFC 2104) over it, cut to 128 bits.

The token names a message and not an address, so that a link tells nobody who was written to; it never expires, because
an opt-out must work as long as the mail exists (RFC 8058 needs neither cookie nor sign-in).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from uuid import UUID

from leadhouse.settings import settings

_PURPOSE = b"leadhouse unsubscribe 1\x00"  # a signature for one purpose is none for another
_SIGNATURE_BYTES = 16
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


class InvalidTokenError(ValueError):
    """The token was not made with this installation's key."""


def sign_token(message_id: UUID) -> str:
    """The token of a message: 43 characters of base64url (RFC 4648 section 5).

    Raises RuntimeError when no signing key is set.
    """
    return base64.urlsafe_b64encode(message_id.bytes + _signature(message_id.bytes)).decode().rstrip("=")


def read_token(token: str) -> UUID:
    """The message that the token names. Raises InvalidTokenError."""
    if not _FORM.fullmatch(token):
        raise InvalidTokenError("not of the form of a token")
    try:
        raw = base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise InvalidTokenError("not base64url") from error
    message_id = UUID(bytes=raw[:16])
    # the whole text and not the bytes: the last character carries two unused bits, and one spelling alone counts
    if not hmac.compare_digest(sign_token(message_id), token):
        raise InvalidTokenError("the signature does not match")
    return message_id


def _signature(identifier: bytes) -> bytes:
    key = settings().signing_key
    if key is None or len(key.get_secret_value()) < 16:
        raise RuntimeError(
            "LEADHOUSE_SIGNING_KEY is not set, or shorter than 16 characters: unsubscribe links cannot be signed. "
            "`leadhouse up` makes one; keep it, or the links in mail that went out stop working."
        )
    return hmac.digest(key.get_secret_value().encode(), _PURPOSE + identifier, hashlib.sha256)[:_SIGNATURE_BYTES]
