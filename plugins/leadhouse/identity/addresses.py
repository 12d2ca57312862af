"""The one form of an e-mail address by which people are known."""

from __future__ import annotations

import re

from leadhouse.identity.errors import IdentityError

LONGEST = 254  # RFC 5321 section 4.5.3.1.3
_FORM = re.compile(r"[^\s@\x00-\x1f]{1,64}@[^\s@.]+(\.[^\s@.]+)+")


def normalize_email(email: str) -> str:
    """Blanks off, lower case. Not checked: what is unknown is no account, whatever its form."""
    return email.strip().lower()[: LONGEST + 1]


def require_email(email: str) -> str:
    """The normal form of an address to which mail can go.

    Raises:
        IdentityError: it has not the form of one.
    """
    normalized = normalize_email(email)
    if len(normalized) > LONGEST or not _FORM.fullmatch(normalized):
        raise IdentityError("This is no e-mail address. Its form is name@domain.")
    return normalized
