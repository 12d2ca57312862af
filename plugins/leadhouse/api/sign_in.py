"""Signing up and in, resets of passwords: what strangers may do. Guesses are counted in the database, by address."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from pydantic import Field, SecretStr

from leadhouse.api.callers import signed_in
from leadhouse.api.exchange import exchange_of
from leadhouse.api.idempotency import OfStranger, once_of_stranger
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.rate_limits import OpenLimit
from leadhouse.api.shapes import Shape
from leadhouse.delivery.account_mails import Kind, queue_mail, send_due_mails
from leadhouse.identity import access_tokens, passwords, sessions, sign_in, sign_up
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component
from leadhouse.identity.errors import AddressTakenError, TokenError
from leadhouse.identity.password_hashes import LONGEST
from leadhouse.identity.sessions import SignedIn

router = APIRouter(prefix="/auth", tags=["sign-in"], dependencies=[Depends(OpenLimit())])
T = TypeVar("T")

Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ada@firm.example"])]
# The limits of a password are the identity component's; the shape keeps out what no hash should be made of.
Password = Annotated[SecretStr, Field(max_length=LONGEST, examples=["correct horse battery staple"])]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Token = Annotated[str, Field(min_length=10, max_length=200)]
_hashing = threading.BoundedSemaphore(4)  # a hash takes 64 MiB and some tenths of a second


class SignUp(Shape):
    """A person with an organization of their own."""

    email: Email
    password: Password
    full_name: Name
    organization_name: Name


class InvitedSignUp(Shape):
    """A person whom an organization has invited."""

    invitation: Token
    password: Password
    full_name: Name


class SignIn(Shape):
    """Address and password; without an organization, the one of the last session."""

    email: Email
    password: Password
    organization_id: UUID | None = None
    device: Annotated[str | None, Field(max_length=200, description="What the person calls the device.")] = None


class SecondFactor(Shape):
    """What completes a sign-in: the challenge, and a code of the authenticator or a recovery code."""

    challenge: Token
    code: Annotated[str, Field(min_length=6, max_length=40, examples=["123456"])]
    organization_id: UUID | None = None
    device: Annotated[str | None, Field(max_length=200)] = None


class Refresh(Shape):
    """A refresh token; good for one use."""

    refresh_token: Token


class ResetRequest(Shape):
    """Whose password is to be reset."""

    email: Email


class Reset(Shape):
    """The token of the mail, and the new password."""

    token: Token
    password: Password


class TokenOnly(Shape):
    """The token of a mail."""

    token: Token


class Tokens(Shape):
    """What a person holds who is signed in: the access token goes with requests, the refresh token gets the next."""

    user_id: UUID
    session_id: UUID
    organization_id: UUID | None
    access_token: str
    access_expires_at: datetime
    refresh_token: str


class Challenge(Shape):
    """The password was right, and a second factor is enrolled: answer at `/auth/second-factor` within five minutes."""

    challenge: str


class Accepted(Shape):
    """The same whether the address is known or not."""

    message: str


async def origin_of(request: Request) -> Origin:
    """Where the request comes from, as the audit log keeps it."""
    return exchange_of(request.scope).origin


From = Annotated[Origin, Depends(origin_of)]


async def session_shown(request: Request) -> UUID | None:
    """The session whose access token came with a request that needs none."""
    if "authorization" not in request.headers:
        return None
    try:
        return (await signed_in(request)).session_id
    except ProblemError:
        return None


def hashing(work: Callable[[], T]) -> T:
    """What `work` returns; a few at a time, since each takes memory."""
    with _hashing:
        return work()


def send_mail(kind: Kind, expires_at: datetime, **what: Any) -> None:
    """Queue a mail and send what is due; for after the answer."""
    queue_mail(kind, expires_at, **what)
    send_due_mails()


@router.post("/sign-up", status_code=202, operation_id="sign_up", summary="A new account with an organization")
def create_account(body: SignUp, origin: From, later: BackgroundTasks, repeatable: OfStranger) -> Accepted:
    """It can sign in at once; its address gets a mail. Where the address has an account, its owner is told by mail."""
    try:
        made, was_done = hashing(
            lambda: once_of_stranger(
                repeatable,
                lambda beside: sign_up.sign_up(
                    body.email, body.password.get_secret_value(), body.full_name, body.organization_name, origin,
                    beside=beside,
                ),
                sign_up.SignedUp, AddressTakenError,
            )
        )  # fmt: skip
        if not was_done:
            until, token = datetime.now(UTC) + sign_up.CONFIRMATION_LIFETIME, made.confirmation_token
            later.add_task(send_mail, "email_confirmation", until, user_id=made.user_id, token=token)
    except AddressTakenError:
        later.add_task(_tell_owner, body.email)
    return Accepted(message="Sign in now. A mail to the address asks for its confirmation.")


@router.post(
    "/sign-up-by-invitation", status_code=201, operation_id="sign_up_by_invitation",
    summary="A new account by invitation",
)  # fmt: skip
def create_invited_account(body: InvitedSignUp, origin: From, repeatable: OfStranger) -> Tokens:
    """Signed in at once; the address counts as confirmed. Who has an account signs in and accepts the invitation."""
    password = body.password.get_secret_value()
    done, _ = hashing(
        lambda: once_of_stranger(
            repeatable,
            lambda beside: sign_up.sign_up_by_invitation(
                body.invitation, password, body.full_name, origin, beside=beside
            ),
            SignedIn, TokenError,
        )
    )  # fmt: skip
    return Tokens.model_validate(done)


@router.post("/confirm-email", status_code=204, operation_id="confirm_email", summary="The address is mine")
def confirm_email(body: TokenOnly, origin: From, session_id: Annotated[UUID | None, Depends(session_shown)]) -> None:
    """By the token of the mail. What was made before ends: sessions (but the one whose access token is sent along), API
    keys, second factor, linked accounts, for somebody else may have signed up with the address."""
    sign_up.confirm_email(body.token, origin, session_id)


@router.post("/sign-in", operation_id="sign_in", summary="Sign in with a password")
def begin_session(body: SignIn, origin: From) -> Tokens | Challenge:
    """Tokens, or the challenge of a second factor where one is enrolled."""
    known = replace(origin, device=body.device)
    password = body.password.get_secret_value()
    done = hashing(lambda: sign_in.sign_in(body.email, password, known, body.organization_id))
    if isinstance(done, sign_in.SecondFactorNeeded):
        return Challenge(challenge=done.challenge)
    return Tokens.model_validate(done)


@router.post("/second-factor", operation_id="complete_sign_in", summary="Complete a sign-in with a second factor")
def complete_session(body: SecondFactor, origin: From) -> Tokens:
    """A wrong code leaves the challenge standing; too many wait."""
    known = replace(origin, device=body.device)
    try:
        done = sign_in.complete_sign_in(body.challenge, body.code, known, body.organization_id)
    except TokenError as error:
        raise _signed_out(error) from error
    return Tokens.model_validate(done)


@router.post("/refresh", operation_id="refresh_tokens", summary="The next access token")
def refresh_tokens(body: Refresh, origin: From) -> Tokens:
    """Both tokens are new. A refresh token that comes back after its use ends the session: somebody else has it."""
    try:
        return Tokens.model_validate(sessions.refresh(body.refresh_token, origin))
    except TokenError as error:
        raise _signed_out(error) from error


@router.post(
    "/password-reset-requests", status_code=202, operation_id="request_password_reset", summary="Ask for a new password"
)  # fmt: skip
def request_reset(body: ResetRequest, origin: From, later: BackgroundTasks) -> Accepted:
    """A mail with a token goes to the address, if somebody has it. The answer is the same if nobody does."""
    asked = passwords.request_password_reset(body.email, origin)
    if asked is not None:
        expires_at = datetime.now(UTC) + passwords.RESET_LIFETIME
        later.add_task(send_mail, "password_reset", expires_at, user_id=asked.user_id, token=asked.token)
    return Accepted(message="If the address has an account, a mail with the next step is on its way.")


@router.post("/password-resets", status_code=204, operation_id="reset_password", summary="Set a new password by mail")
def reset_password(body: Reset, origin: From) -> None:
    """Every session of the person ends; a second factor stays needed."""
    password = body.password.get_secret_value()
    hashing(lambda: passwords.reset_password(body.token, password, origin))


@router.get("/keys", operation_id="list_signing_keys", summary="The keys that sign access tokens (RFC 7517)")
def list_signing_keys() -> dict[str, Any]:
    """A JSON Web Key Set, for others who verify."""
    with component() as connection:
        return access_tokens.public_key_set(access_tokens.load_public_keys(connection))


def _signed_out(error: TokenError) -> ProblemError:
    return ProblemError(Problem.NOT_SIGNED_IN, str(error), headers={"WWW-Authenticate": 'Bearer realm="leadhouse"'})


def _tell_owner(email: str) -> None:
    """A stranger's sign-up said nothing of it, so whose address it is hears of it."""
    from leadhouse.identity.accounts import find_user_by_address

    user_id = find_user_by_address(email)
    if user_id is not None:
        send_mail("address_taken", datetime.now(UTC) + passwords.RESET_LIFETIME, user_id=user_id)
