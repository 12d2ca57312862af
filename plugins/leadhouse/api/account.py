"""The caller's own account: who I am, my preferences, password and sessions; where I work, and whom I join."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends
from pydantic import Field

from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.idempotency import once
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.sign_in import Accepted, From, Name, Password, TokenOnly, hashing, send_mail
from leadhouse.api.transactions import Work
from leadhouse.database.queries import load
from leadhouse.identity import accounts, passwords, preferences, sessions, sign_up
from leadhouse.identity import invitations as joining
from leadhouse.identity.errors import WrongCredentialsError

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
        raise wrong_credentials("currentPassword", error) from error


@router.post(
    "/me/email-confirmation", status_code=202, operation_id="request_email_confirmation",
    summary="Ask for another mail that confirms the address",
)  # fmt: skip
def request_email_confirmation(caller: PersonSignedIn, work: Work, origin: From, later: BackgroundTasks) -> Accepted:
    """Its link takes the place of the former one's, good for three days. 409 where the address is confirmed already."""
    if get_me(work).email_confirmed_at is not None:
        raise ProblemError(Problem.CONFLICT, "Your address is confirmed already.")
    until = datetime.now(UTC) + sign_up.CONFIRMATION_LIFETIME
    token = once(lambda beside: sign_up.request_email_confirmation(caller.user_id, origin, beside=beside), str)
    later.add_task(send_mail, "email_confirmation", until, user_id=caller.user_id, token=token)
    return Accepted(message="A mail with the next step is on its way to your address.")


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


def wrong_credentials(member: str, error: Exception) -> ProblemError:
    """A member of the body is not the right one; not 401, which would say that the caller is not signed in."""
    errors = [{"pointer": f"/body/{member}", "detail": str(error)}]
    return ProblemError(Problem.INVALID, str(error), errors=errors)


def _fields(instance: Any) -> dict[str, Any]:
    return {name: getattr(instance, name) for name in instance.__dataclass_fields__}
