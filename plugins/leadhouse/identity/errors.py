"""What the identity component refuses, by kind; each message says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection


class IdentityError(RuntimeError):
    """A request about accounts, members or keys is refused."""


class WrongCredentialsError(IdentityError):
    """Address and password, or the second factor, do not match. It is not said which, nor whether there is one."""


class ThrottledError(IdentityError):
    """Too many attempts; `retry_after` seconds have to pass."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"There were too many attempts. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class WeakPasswordError(IdentityError, ValueError):
    """The password is too short, too long or too easily guessed."""


class TakenError(IdentityError):
    """Another live row has this name, or somebody is a member already."""


class AddressTakenError(TakenError):
    """A live account has this address."""


class TokenError(IdentityError):
    """A token is unknown, expired, revoked or was used; `reason` says which."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class TokenReusedError(TokenError):
    """A spent refresh token came back: somebody else has it, so its whole family and the session are revoked."""


class RefusedError(IdentityError):
    """The caller's role, or the rank of another's, does not allow it."""


class LastAdminError(RefusedError):
    """The organization would be left without an admin."""


@contextmanager
def translated(connection: Connection[Any]) -> Iterator[None]:
    """A savepoint in the caller's transaction; what the database refuses comes out as an error of this module.

    Raises:
        LastAdminError, TakenError, RefusedError: by the database's error code.
    """
    try:
        with connection.transaction():
            yield
    except psycopg.errors.UniqueViolation as error:
        raise TakenError(_words(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise RefusedError(_words(error)) from error
    except (psycopg.errors.CheckViolation, psycopg.errors.ForeignKeyViolation) as error:
        raise IdentityError(_words(error)) from error
    except psycopg.errors.IntegrityConstraintViolation as error:
        raise LastAdminError(_words(error)) from error


def _words(error: psycopg.Error) -> str:
    """The database's message and hint; never its detail, which quotes values."""
    message, hint = error.diag.message_primary or "refused by the database", error.diag.message_hint
    return f"{message[:1].upper()}{message[1:]}. {hint}" if hint else f"{message[:1].upper()}{message[1:]}."
