"""How the caller signs in: an authenticator as second factor, and accounts elsewhere that stand for the person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from leadhouse.api.account import OwnPaging, wrong_credentials
from leadhouse.api.callers import PersonSignedIn, forget_callers, outside_account
from leadhouse.api.idempotency import once
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Shape
from leadhouse.api.sign_in import From
from leadhouse.api.transactions import Work
from leadhouse.database.queries import load
from leadhouse.identity import external_identities, second_factors
from leadhouse.identity.errors import WrongCredentialsError
from leadhouse.identity.second_factors import Enrolment as TotpEnrolment

router = APIRouter(tags=["account"])


class SecondFactorState(Shape):
    """Whether signing in needs a code, and how many recovery codes are left."""

    is_enrolled: bool
    recovery_codes_left: int


class Enrolment(Shape):
    """What an authenticator needs, shown once; `uri` is what a QR code holds."""

    secret: str
    uri: str


class Code(Shape):
    """A code of the authenticator, or a recovery code where one may stand in its place."""

    code: Annotated[str, Field(min_length=6, max_length=40, examples=["123456"])]


class RecoveryCodes(Shape):
    """Each signs in once, when the authenticator is lost. Shown once."""

    recovery_codes: list[str]


class LinkedAccount(Shape):
    """An account elsewhere with which the person signs in."""

    external_identity_id: UUID
    provider: str
    created_at: datetime
    last_used_at: datetime | None


@router.get("/me/second-factor", operation_id="get_second_factor", summary="The own second factor")
def get_second_factor(work: Work, caller: PersonSignedIn) -> SecondFactorState:
    """Whether an authenticator is enrolled and confirmed."""
    row = work.connection.execute(load("api").get_me).fetchone() or {}
    left = second_factors.count_recovery_codes(caller.user_id)
    return SecondFactorState(is_enrolled=bool(row.get("has_second_factor")), recovery_codes_left=left)


@router.post("/me/second-factor", status_code=201, operation_id="enrol_second_factor", summary="Enrol an authenticator")
def enrol_second_factor(caller: PersonSignedIn, origin: From) -> Enrolment:
    """It counts once it is confirmed; an unconfirmed former one is dropped."""
    made = once(lambda beside: second_factors.enrol_factor(caller.user_id, origin, beside=beside), TotpEnrolment)
    return Enrolment(secret=made.secret, uri=made.uri)


@router.post("/me/second-factor/confirm", operation_id="confirm_second_factor", summary="Confirm the authenticator")
def confirm_second_factor(body: Code, caller: PersonSignedIn, origin: From) -> RecoveryCodes:
    """From now on signing in needs it."""
    try:
        codes = once(
            lambda beside: second_factors.confirm_factor(caller.user_id, body.code, origin, beside=beside), list[str]
        )
        return RecoveryCodes(recovery_codes=codes)
    except WrongCredentialsError as error:
        raise wrong_credentials("code", error) from error


@router.post(
    "/me/second-factor/remove", status_code=204, operation_id="remove_second_factor", summary="Remove the authenticator"
)  # fmt: skip
def remove_second_factor(body: Code, caller: PersonSignedIn, origin: From) -> None:
    """With one of its codes."""
    try:
        once(lambda beside: second_factors.remove_factor(caller.user_id, body.code, origin, beside=beside), None)
    except WrongCredentialsError as error:
        raise wrong_credentials("code", error) from error


@router.get("/me/linked-accounts", operation_id="list_linked_accounts", summary="Accounts elsewhere")
def list_linked_accounts(work: Work, _: PersonSignedIn, paging: OwnPaging) -> Page[LinkedAccount]:
    """With which the person can sign in."""
    found = external_identities.list_external_identities(work.connection)
    return paging.slice(LinkedAccount.model_validate(each) for each in found)


@router.post(
    "/me/linked-accounts", status_code=201, operation_id="link_account", summary="Link the Airflow account that asks"
)  # fmt: skip
async def link_account(request: Request, caller: PersonSignedIn, origin: From) -> LinkedAccount:
    """Sent with an access token and Airflow's own session: from then on that session alone signs in here.

    Other accounts are linked by `/auth/providers/{provider}/link`.
    """
    account = await outside_account(request)
    if account is None:
        detail = "Send it with a session of Airflow, beside the access token."
        raise ProblemError(Problem.INVALID, detail)
    made = await run_in_threadpool(
        once,
        lambda beside: external_identities.link_external_identity(caller.user_id, *account, origin, beside=beside),
        UUID,
    )
    return LinkedAccount(
        external_identity_id=made, provider=account[0], created_at=datetime.now(UTC), last_used_at=None
    )


@router.delete(
    "/me/linked-accounts/{external_identity_id}", status_code=204, operation_id="unlink_account",
    summary="Unlink an account elsewhere",
)  # fmt: skip
def unlink_account(external_identity_id: UUID, caller: PersonSignedIn, origin: From) -> None:
    """It signs in no more."""
    is_unlinked = once(
        lambda beside: external_identities.unlink_external_identity(
            caller.user_id, external_identity_id, origin, beside=beside
        ),
        bool,
    )
    if not is_unlinked:
        raise not_found("linked account")
    forget_callers()
