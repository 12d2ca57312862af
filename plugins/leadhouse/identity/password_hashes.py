"""Password hashes: Argon2id with the second recommended parameters of RFC 9106 (64 MiB, 3 passes, 4 lanes)."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from leadhouse.identity.errors import WeakPasswordError

SHORTEST, LONGEST = 12, 256  # characters; NIST SP 800-63B wants a minimum and no rules of composition

# Of a password that nobody knows: who has no account costs the same work as who has one.
DECOY = "$argon2id$v=19$m=65536,t=3,p=4$ZX8Azv8LAMs9zGJz6Thutw$Dq/ns2bSqWcLNvHeOJO93K2kMIBGM3hsEdoAAg3w4kQ"

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def hash_password(password: str) -> str:
    """The hash as it is stored (PHC string), salt and parameters within."""
    return _hasher.hash(_normalized(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one of the hash. Without a hash the work is the same, and the answer False."""
    try:
        _hasher.verify(stored or DECOY, _normalized(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def require_strength(password: str, email: str) -> None:
    """Raise WeakPasswordError for one that is too short, too long, one sign repeated, or holds the address's name."""
    text = _normalized(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise WeakPasswordError(f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(text)}.")
    if len(set(text)) < 4:
        raise WeakPasswordError("The password repeats a few signs only. Take several words, for example.")
    local = email.partition("@")[0].lower()
    if len(local) >= 4 and local in text.lower():
        raise WeakPasswordError("The password holds the name of the e-mail address. Take one that does not.")


def _normalized(password: str) -> str:
    """One form of what can be typed in several ways (NFKC, NIST SP 800-63B section 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
