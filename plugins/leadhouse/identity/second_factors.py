"""The second factor of a person: an authenticator, and recovery codes for when it is lost.

The secret is sealed under the platform's key and not an organization's: a person may be a member of several, and
closing one must lock nobody out of the others.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.credentials import open_sealed, seal
from leadhouse.database.beside import Beside, alone
from leadhouse.identity import throttling, totp
from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import component, done, one, queries, transaction
from leadhouse.identity.errors import IdentityError, ThrottledError, WrongCredentialsError

RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits: nobody guesses them from their hashes either
_WRONG = "The code is wrong or was used before. Wait for the next one of the authenticator, or take a recovery code."


@dataclass(frozen=True)
class Enrolment:
    """What the person's authenticator needs; shown once. It counts from `confirm_factor` on."""

    factor_id: UUID
    secret: str
    uri: str


def enrol_factor(user_id: UUID, origin: Origin, *, beside: Beside = alone) -> Enrolment:
    """Start an enrolment; an unconfirmed former one is dropped.

    Raises:
        IdentityError: there is a confirmed factor, or no such user.
    """
    secret = totp.make_secret()
    with component() as connection, transaction(connection, origin, user_id):
        person = one(connection, "get_user", user_id=user_id)
        standing = one(connection, "get_live_factor", user_id=user_id)
        if person is None or (standing and standing["confirmed_at"]):
            raise IdentityError("A second factor is enrolled already. Remove it first, with one of its codes.")
        connection.execute(queries.hold_user, {"user_id": user_id})
        connection.execute(queries.delete_factor, {"user_id": user_id})
        sealed = seal(connection, None, secret, _context(user_id))
        made = one(connection, "insert_factor", user_id=user_id, secret_sealed=sealed) or {}
        record_act(connection, "enrol", "totp_factors", made["factor_id"])
        uri = totp.provisioning_uri(secret, person["email_normalized"])
        enrolled = Enrolment(made["factor_id"], totp.base32(secret), uri)
        beside(connection, enrolled)
        return enrolled


def confirm_factor(user_id: UUID, code: str, origin: Origin, *, beside: Beside = alone) -> list[str]:
    """Prove that the authenticator works; from now on signing in needs it. Returns the recovery codes, shown once.

    Raises:
        WrongCredentialsError, ThrottledError: as `check_code`.
        IdentityError: no enrolment waits for its confirmation.
    """
    with component() as connection:
        standing = one(connection, "get_live_factor", user_id=user_id)
        if standing is None or standing["confirmed_at"]:
            raise IdentityError("No enrolment waits for its confirmation. Start one first.")
        check_code(connection, user_id, code, origin)
        codes = [_make_recovery_code() for _ in range(RECOVERY_CODES)]
        with transaction(connection, origin, user_id):
            if not done(connection, "confirm_factor", factor_id=standing["factor_id"]):
                raise IdentityError("No enrolment waits for its confirmation. Start one first.")
            hashes = [_recovery_hash(each) for each in codes]
            stored = {"factor_id": standing["factor_id"], "code_hashes": hashes}
            connection.execute(queries.insert_recovery_codes, stored)
            record_act(connection, "confirm", "totp_factors", standing["factor_id"])
            beside(connection, codes)
        return codes


def remove_factor(user_id: UUID, code: str, origin: Origin, *, beside: Beside = alone) -> None:
    """Take the factor away, with one of its codes. Raises as `check_code`."""
    with component() as connection:
        check_code(connection, user_id, code, origin)
        with transaction(connection, origin, user_id):
            removed = one(connection, "delete_factor", user_id=user_id)
            record_act(connection, "remove", "totp_factors", removed["factor_id"] if removed else None)
            beside(connection, None)


def check_code(
    connection: Connection[Any], user_id: UUID, code: str, origin: Origin
) -> Literal["totp", "recovery_code"]:
    """Use up a code of the authenticator or a recovery code; says which it was. `connection` is in autocommit mode.

    Raises:
        WrongCredentialsError: wrong, or used before (RFC 6238 section 5.2), or there is no factor.
        ThrottledError: too many wrong codes.
    """
    try:
        throttling.take_attempt(connection, throttling.FACTOR, str(user_id))
    except ThrottledError:
        _record_refusal(connection, user_id, origin, "throttled")
        raise
    factor = one(connection, "get_live_factor", user_id=user_id)
    means = _use(connection, user_id, factor, code.replace(" ", ""), origin) if factor else None
    if means is None:
        _record_refusal(connection, user_id, origin, "wrong_code")
        raise WrongCredentialsError(_WRONG)
    throttling.forget_attempts(connection, throttling.FACTOR, str(user_id))
    return means


def count_recovery_codes(user_id: UUID) -> int:
    """How many of them are left."""
    with component() as connection:
        row = one(connection, "count_recovery_codes", user_id=user_id)
        return int(row["unused"]) if row else 0


def _use(
    connection: Connection[Any], user_id: UUID, factor: dict[str, Any], code: str, origin: Origin
) -> Literal["totp", "recovery_code"] | None:
    """The marks are set by statements that let one of several at once through."""
    factor_id = factor["factor_id"]
    if len(code) == totp.DIGITS and code.isascii() and code.isdigit():
        secret = open_sealed(connection, None, bytes(factor["secret_sealed"]), _context(user_id))
        step = totp.matching_step(secret, code, datetime.now(UTC))
        is_fresh = step is not None and done(connection, "use_factor_step", factor_id=factor_id, step=step)
        return "totp" if is_fresh else None
    with transaction(connection, origin, user_id):
        if not done(connection, "use_recovery_code", factor_id=factor_id, code_hash=_recovery_hash(code)):
            return None
        record_act(connection, "use", "recovery_codes", factor_id)
        return "recovery_code"


def _record_refusal(connection: Connection[Any], user_id: UUID, origin: Origin, reason: str) -> None:
    with transaction(connection, origin, user_id):
        outcome: Literal["refused", "failed"] = "refused" if reason == "throttled" else "failed"
        record_act(connection, "verify", "totp_factors", outcome=outcome, details={"reason": reason})


def _make_recovery_code() -> str:
    """Sixteen letters and digits in four groups."""
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _recovery_hash(code: str) -> bytes:
    return hashlib.sha256(code.replace("-", "").replace(" ", "").lower().encode()).digest()


def _context(user_id: UUID) -> str:
    return f"identity totp factor of {user_id}"
