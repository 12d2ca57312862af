"""Tokens that are shown once: 256 random bits, of which the database keeps the SHA-256 alone.

A fast hash is enough, and right, for what nobody can guess; passwords, which can be guessed, go through Argon2.
"""

from __future__ import annotations

import hashlib
import secrets


def make_token() -> str:
    """A new token: 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is stored and looked up: 32 bytes."""
    return hashlib.sha256(token.encode()).digest()
