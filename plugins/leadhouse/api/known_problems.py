"""What the components and the database raise, and which problem it is: one table.

A message says what happened and what to do; what the server alone should know (constraint details, statements, values)
stays in its log, under the request's id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

from leadhouse.api.problems import Problem
from leadhouse.billing.plans import BillingError
from leadhouse.campaigns.editing import CampaignChangeError
from leadhouse.credentials import CredentialError, SecretMissingError
from leadhouse.database import DatabaseError
from leadhouse.events import EventsGoneError
from leadhouse.files.objects import FileMissingError, FileRefusedError
from leadhouse.files.store import FileTooLargeError
from leadhouse.identity import errors as identity
from leadhouse.jobs.control import JobNotFoundError
from leadhouse.jobs.requests import JobStateError
from leadhouse.jobs.source_care import SourceNotValidError
from leadhouse.leads.work import LeadChangeError, LeadNotFoundError, LeadRefusedError
from leadhouse.ledger.costs import BudgetExceededError, InsufficientCreditsError
from leadhouse.network import AddressRefusedError
from leadhouse.webhooks import WebhookError

ASKED = re.compile(r"your role does not (?P<action>[a-z]+) (?P<resource>[a-z_]+)$")  # of identity.require


@dataclass(frozen=True, slots=True)
class _Known:
    """How an exception is answered; without `words` by its own message."""

    problem: Problem
    words: str | None = None
    headers: Callable[[Any], dict[str, str]] | None = None
    says: re.Pattern[str] | None = None  # what its message holds, of a kind that is a fault otherwise


def _retry_after(error: Any) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after)}


_BUSY = "The server is busy. Try again in a few seconds."
_LATER: Callable[[Any], dict[str, str]] = lambda _: {"Retry-After": "5"}  # noqa: E731
_NONE = "There is no such thing, or not for you."
_CHANGED = "The platform is being changed. Try again in a few seconds."
_READS = "The platform only reads just now. Try again in a few seconds."
# What a session meets whose statement was planned, or is being planned, while a migration or a build goes on.
_STALE_PLAN = re.compile(r"cached plan must not change")
_MOVED = re.compile(r"cache lookup failed|could not open relation|tuple concurrently (updated|deleted)")
_BEARER: Callable[[Any], dict[str, str]] = lambda _: {"WWW-Authenticate": "Bearer"}  # noqa: E731

# The nearest class of an exception counts.
KNOWN: dict[type[BaseException], _Known] = {
    identity.WrongCredentialsError: _Known(Problem.NOT_SIGNED_IN, headers=_BEARER),
    identity.ThrottledError: _Known(Problem.TOO_MANY_REQUESTS, headers=_retry_after),
    identity.WeakPasswordError: _Known(Problem.INVALID),
    identity.TakenError: _Known(Problem.CONFLICT),
    identity.TokenError: _Known(Problem.INVALID),
    identity.RefusedError: _Known(Problem.REFUSED),
    identity.LastAdminError: _Known(Problem.CONFLICT),
    identity.IdentityError: _Known(Problem.INVALID),
    LeadNotFoundError: _Known(Problem.NOT_FOUND),
    LeadRefusedError: _Known(Problem.REFUSED),
    LeadChangeError: _Known(Problem.INVALID),
    CampaignChangeError: _Known(Problem.INVALID),
    JobNotFoundError: _Known(Problem.NOT_FOUND),
    JobStateError: _Known(Problem.CONFLICT),
    SourceNotValidError: _Known(Problem.INVALID),
    FileMissingError: _Known(Problem.NOT_FOUND),
    FileRefusedError: _Known(Problem.INVALID),
    FileTooLargeError: _Known(Problem.TOO_LARGE),
    EventsGoneError: _Known(Problem.GONE),
    SecretMissingError: _Known(Problem.NOT_FOUND),
    CredentialError: _Known(Problem.UNAVAILABLE, "Secrets cannot be kept or opened just now. Ask the operator."),
    BillingError: _Known(Problem.PAYMENT_NEEDED),
    InsufficientCreditsError: _Known(Problem.PAYMENT_NEEDED),
    BudgetExceededError: _Known(Problem.PAYMENT_NEEDED),
    AddressRefusedError: _Known(Problem.INVALID, "This address cannot be used: it has to be a public one."),
    WebhookError: _Known(Problem.INVALID),
    DatabaseError: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    PoolTimeout: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    psycopg.errors.InsufficientPrivilege: _Known(Problem.REFUSED),
    psycopg.errors.UniqueViolation: _Known(Problem.CONFLICT, "There is one like it already."),
    psycopg.errors.ForeignKeyViolation: _Known(Problem.INVALID, "Something that it names is not there."),
    psycopg.errors.CheckViolation: _Known(Problem.INVALID),
    psycopg.errors.NotNullViolation: _Known(Problem.INVALID, "Something that it needs is missing."),
    psycopg.errors.ExclusionViolation: _Known(Problem.CONFLICT, "There is one like it already."),
    psycopg.errors.IntegrityConstraintViolation: _Known(Problem.CONFLICT),
    psycopg.errors.ObjectNotInPrerequisiteState: _Known(Problem.CONFLICT),
    psycopg.errors.NoDataFound: _Known(Problem.NOT_FOUND, _NONE),
    psycopg.errors.DataError: _Known(Problem.INVALID, "A value is none of its kind, or out of its range."),
    psycopg.errors.SerializationFailure: _Known(Problem.CONFLICT, "Somebody else changed it at once. Try again."),
    psycopg.errors.DeadlockDetected: _Known(Problem.CONFLICT, "Somebody else changed it at once. Try again."),
    psycopg.errors.LockNotAvailable: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    psycopg.errors.QueryCanceled: _Known(Problem.UNAVAILABLE, "This took too long. Ask for less.", _LATER),
    psycopg.errors.IdleInTransactionSessionTimeout: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    psycopg.errors.ReadOnlySqlTransaction: _Known(Problem.UNAVAILABLE, _READS, _LATER),
    psycopg.errors.InvalidSqlStatementName: _Known(Problem.UNAVAILABLE, _CHANGED, _LATER),
    psycopg.errors.FeatureNotSupported: _Known(Problem.UNAVAILABLE, _CHANGED, _LATER, _STALE_PLAN),
    psycopg.errors.InternalError_: _Known(Problem.UNAVAILABLE, _CHANGED, _LATER, _MOVED),
    psycopg.OperationalError: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    LookupError: _Known(Problem.NOT_FOUND),
    PermissionError: _Known(Problem.REFUSED),
}
_OUR_LOOKUPS = (LookupError, PermissionError)  # as bases: a KeyError or an OSError of a fault is no answer


def known_problem(
    error: BaseException, permissions: Sequence[str] | None = None
) -> tuple[Problem, str, dict[str, str]] | None:
    """Problem, detail and headers for what a component raised; None for a fault.

    `permissions` are those of the API key that asks, None where a person does.
    """
    for kind in type(error).__mro__:
        found = KNOWN.get(kind)
        if found is None:
            continue
        if kind in _OUR_LOOKUPS and type(error) in (KeyError, IndexError, PermissionError):
            return None
        if found.says and not found.says.search(str(error)):
            return None
        return found.problem, found.words or _words(error, permissions), found.headers(error) if found.headers else {}
    return None


def is_passing(error: psycopg.Error) -> bool:
    """Whether the same would be answered if it were asked again at once: a server gone or ended, a plan overtaken."""
    if isinstance(error, PoolTimeout):
        return False
    lost = (psycopg.errors.AdminShutdown, psycopg.errors.CrashShutdown, psycopg.errors.InvalidSqlStatementName)
    is_lost = isinstance(error, lost) or (isinstance(error, psycopg.OperationalError) and error.sqlstate is None)
    return is_lost or bool(_STALE_PLAN.search(str(error)) or _MOVED.search(str(error)))


def _words(error: BaseException, permissions: Sequence[str] | None) -> str:
    """The message; of the database's errors message and hint, never the detail, which quotes values."""
    if isinstance(error, identity.RefusedError) and isinstance(error.__cause__, psycopg.Error):
        error = error.__cause__  # in the words for everybody's refusals, not with the table's name
    if not isinstance(error, psycopg.Error):
        return str(error)
    message, hint = error.diag.message_primary or "The database refuses it", error.diag.message_hint
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        asked, is_plain = ASKED.match(message), message.startswith(("permission denied", "new row"))
        if permissions is not None and (asked or is_plain):
            return _words_to_a_key(permissions, *(asked.groups() if asked else ("do", "that")))
        if is_plain:
            return "Your role does not do that. An admin of the organization can give you one that does."
    if isinstance(error, psycopg.errors.CheckViolation) and "violates check constraint" in message:
        return f"A value breaks the rule {error.diag.constraint_name or 'of its column'}."
    text = f"{message[:1].upper()}{message[1:]}"
    return f"{text}. {hint}" if hint else f"{text}."


def _words_to_a_key(permissions: Sequence[str], action: str, resource: str) -> str:
    """What the key may and what it lacks; permissions that its owner has lost are none of its any more."""
    told = f"This API key may do {', '.join(permissions) or 'nothing that its owner may do'}"
    lacking = "that is not enough here" if resource == "that" else f"it lacks {resource}:{_written(action)}"
    return f"{told}; {lacking}. Use a key that has it, of an owner whose role has it."


def _written(action: str) -> str:
    return "read" if action == "read" else "write"
