"""The caller's own account: who I am, my preferences, password, second factor, sessions and linked accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from leadhouse.api.callers import PersonSignedIn, forget_callers, outside_account
from leadhouse.api.idempotency import once
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.sign_in import From, Name, Password, TokenOnly, hashing
from leadhouse.api.transactions import Work
from leadhouse.database.queries import load
from leadhouse.identity import accounts, external_identities, passwords, preferences, second_factors, sessions
from leadhouse.identity import invitations as joining
from leadhouse.identity.errors import WrongCredentialsError
from leadhouse.identity.second_factors import Enrolment as TotpEnrolment

router = APIRouter(tags=["account"])
OwnPaging = Annotated[Paging, Depends(paging_without_order())]


class Membership(Shape):
    """An organization in which the person works."""

    organization_id: UUID
    name: str
    slug: str
    role: str


class Me(Shape):
    """Who asks. `permissions` is what the caller may do here: resource, action and scope (own, team, all)."""

    user_id: UUID
    email: str
    full_name: str | None
    email_confirmed_at: datetime | None
    organization_id: UUID | None
    role: str | None
    client_id: UUID | None
    api_key_id: UUID | None
    has_second_factor: bool
    permissions: list[str]
    organizations: list[Membership]


class NewName(Shape):
    """What a person is called."""

    full_name: Name


class PreferencesChange(Shape):
    """What is given is changed; the two mappings are merged by key."""

    theme: Literal["light", "dark", "system"] | None = None
    language: Annotated[str | None, Field(max_length=35, examples=["de"])] = None
    time_zone: Annotated[str | None, Field(max_length=64, examples=["Europe/Berlin"])] = None
    email_notifications: Annotated[
        dict[str, bool] | None, Field(description="Kind of notification → whether it goes by mail, too.")
    ] = None
    other: dict[str, Any] | None = None


class PreferencesAnswer(Shape):
    """All of a person's preferences."""

    theme: str
    language: str
    time_zone: str
    email_notifications: dict[str, bool]
    other: dict[str, Any]


class PasswordChange(Shape):
    """The current password and the new one."""

    current_password: Password
    new_password: Password


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


class SessionAnswer(Shape):
    """One place where the person is signed in."""

    session_id: UUID
    organization_id: UUID | None
    authenticated_by: str
    device: str | None
    address: str | None
    agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_this: bool


class LinkedAccount(Shape):
    """An account elsewhere with which the person signs in."""

    external_identity_id: UUID
    provider: str
    created_at: datetime
    last_used_at: datetime | None


class OrganizationChoice(Shape):
    """Where to work from now on."""

    organization_id: UUID


class AccessToken(Shape):
    """A new access token; the session's refresh token stays."""

    access_token: str
    access_expires_at: datetime


class Joined(Shape):
    """The membership that came of an invitation."""

    organization_id: UUID
    role: str


@router.get("/me", operation_id="get_me", summary="Who asks")
def get_me(work: Work) -> Me:
    """The person, the role and what it may do here, and the organizations to choose from."""
    row = work.connection.execute(load("api").get_me).fetchone()
    if row is None:
        raise not_found("account")
    return Me(**row, api_key_id=work.caller.api_key_id)


@router.patch("/me", operation_id="rename_me", summary="Change the own name")
def rename_me(body: NewName, work: Work, _: PersonSignedIn) -> Me:
    """As others of the organization see it."""
    accounts.rename_person(work.connection, body.full_name)
    return get_me(work)


@router.delete("/me", status_code=204, operation_id="delete_me", summary="Delete the own account")
def delete_me(caller: PersonSignedIn, origin: From) -> None:
    """Memberships, keys and sessions end. The operator can take it back for 30 days."""
    once(lambda beside: accounts.delete_account(caller.user_id, origin, beside=beside), bool)


@router.get("/me/preferences", operation_id="get_preferences", summary="The own preferences")
def get_preferences(work: Work, _: PersonSignedIn) -> PreferencesAnswer:
    """The defaults where nothing was said."""
    return PreferencesAnswer.model_validate(preferences.get_preferences(work.connection))


@router.patch("/me/preferences", operation_id="change_preferences", summary="Change the own preferences")
def change_preferences(body: PreferencesChange, work: Work, _: PersonSignedIn) -> PreferencesAnswer:
    """Returns all of them."""
    changed = preferences.update_preferences(work.connection, **body.model_dump(by_alias=False))
    return PreferencesAnswer.model_validate(changed)


@router.post("/me/password", status_code=204, operation_id="change_password", summary="Change the password")
def change_password(body: PasswordChange, caller: PersonSignedIn, origin: From) -> None:
    """Every other session of the person ends."""
    current, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    try:
        hashing(
            lambda: once(
                lambda beside: passwords.change_password(
                    caller.user_id, caller.session_id, current, new, origin, beside=beside
                ),
                None,
            )
        )
    except WrongCredentialsError as error:
        raise _wrong("currentPassword", error) from error


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
        raise _wrong("code", error) from error


@router.post(
    "/me/second-factor/remove", status_code=204, operation_id="remove_second_factor", summary="Remove the authenticator"
)  # fmt: skip
def remove_second_factor(body: Code, caller: PersonSignedIn, origin: From) -> None:
    """With one of its codes."""
    try:
        once(lambda beside: second_factors.remove_factor(caller.user_id, body.code, origin, beside=beside), None)
    except WrongCredentialsError as error:
        raise _wrong("code", error) from error


@router.get("/me/sessions", operation_id="list_sessions", summary="Where the person is signed in")
def list_sessions(work: Work, caller: PersonSignedIn, paging: OwnPaging) -> Page[SessionAnswer]:
    """Last seen first."""
    found = sessions.list_sessions(work.connection)
    return paging.slice(SessionAnswer(**_fields(each), is_this=each.session_id == caller.session_id) for each in found)


@router.delete("/me/sessions/{session_id}", status_code=204, operation_id="revoke_session", summary="End a session")
def revoke_session(session_id: UUID, work: Work) -> None:
    """One of the own; it ends at once."""
    if not sessions.revoke_session(work.connection, session_id):
        raise not_found("session")


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


@router.post("/auth/sign-out", status_code=204, operation_id="sign_out", summary="End this session", tags=["sign-in"])
def sign_out(caller: PersonSignedIn, origin: From) -> None:
    """Its tokens are worth nothing from now on."""
    if caller.session_id is None:
        raise ProblemError(Problem.CONFLICT, "The session is another system's: sign out there.")
    session_id = caller.session_id
    once(lambda beside: sessions.sign_out(caller.user_id, session_id, origin, beside=beside), bool)


@router.post(
    "/auth/switch-organization", operation_id="switch_organization", summary="Work in another organization",
    tags=["sign-in"],
)  # fmt: skip
def switch_organization(body: OrganizationChoice, caller: PersonSignedIn, origin: From) -> AccessToken:
    """One in which the person is a member."""
    if caller.session_id is None:
        raise ProblemError(Problem.CONFLICT, "The session is another system's: sign in here first.")
    session_id, wanted = caller.session_id, body.organization_id
    token, expires_at = once(
        lambda beside: sessions.switch_organization(caller.user_id, session_id, wanted, origin, beside=beside),
        tuple[str, datetime],
    )
    return AccessToken(access_token=token, access_expires_at=expires_at)


@router.post("/invitations/accept", operation_id="accept_invitation", summary="Join by an invitation")
def accept_invitation(body: TokenOnly, caller: PersonSignedIn, origin: From) -> Joined:
    """For who has an account already. To work there, switch to the organization. The token proves the address."""
    done = once(
        lambda beside: joining.accept_invitation(
            body.token, caller.user_id, origin, session_id=caller.session_id, beside=beside
        ),
        joining.Accepted,
    )
    return Joined(organization_id=done.organization_id, role=done.role)


def _wrong(member: str, error: Exception) -> ProblemError:
    """Not 401, which would say that the caller is not signed in."""
    errors = [{"pointer": f"/body/{member}", "detail": str(error)}]
    return ProblemError(Problem.INVALID, str(error), errors=errors)


def _fields(instance: Any) -> dict[str, Any]:
    return {name: getattr(instance, name) for name in instance.__dataclass_fields__}
