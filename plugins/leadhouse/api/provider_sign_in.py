"""Signing in by an OpenID provider, and linking an account there to one here.

What is remembered while the person is at the provider is in a cookie of that browser, sealed: state, nonce, verifier
and, where an account is linked, whose.
"""

from __future__ import annotations

import hmac
import json
import time
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, model_validator

from leadhouse.api import openid
from leadhouse.api.caller import Caller
from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.rate_limits import OpenLimit
from leadhouse.api.shapes import Shape
from leadhouse.api.sign_in import From, Token, Tokens
from leadhouse.credentials import SealError, open_sealed, seal
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component
from leadhouse.identity.errors import TokenError
from leadhouse.identity.external_identities import link_external_identity, sign_in_externally
from leadhouse.identity.external_sign_up import Vouched, join_externally, sign_up_externally
from leadhouse.identity.sessions import SignedIn
from leadhouse.settings import settings

router = APIRouter(prefix="/auth/providers", tags=["sign-in"], dependencies=[Depends(OpenLimit())])
linking = APIRouter(prefix="/auth/providers", tags=["sign-in"])
COOKIE, COOKIE_SECONDS = "leadhouse_provider_sign_in", 600
_CONTEXT = "sign-in by a provider"


class ProviderAnswer(Shape):
    """One that can be signed in by, and where that begins."""

    name: str
    sign_in_url: str


class ProviderList(Shape):
    """Those of this installation."""

    data: list[ProviderAnswer]


class AtProvider(Shape):
    """Where the browser that asked has to go now."""

    authorization_url: str


ShortName = Annotated[str, Field(min_length=1, max_length=120)]  # a cookie has 4,096 bytes


class ProviderSignUp(Shape):
    """An organization of one's own, or the token of an invitation's mail; the name, else the provider's."""

    organization_name: ShortName | None = None
    invitation: Token | None = None
    full_name: ShortName | None = None

    @model_validator(mode="after")
    def _names_one(self) -> ProviderSignUp:
        if (self.organization_name is None) == (self.invitation is None):
            raise ValueError("either organizationName or invitation")
        return self


@router.get("", operation_id="list_providers", summary="Providers to sign in by")
def list_providers() -> ProviderList:
    """None, where the settings name none."""
    return ProviderList(
        data=[
            ProviderAnswer(name=each.name, sign_in_url=f"{_base()}/{each.name}/sign-in") for each in openid.providers()
        ]
    )


@router.get(
    "/{provider}/sign-in", status_code=303, operation_id="begin_provider_sign_in", summary="Sign in by a provider",
    response_class=RedirectResponse, responses={502: {"description": "The provider does not answer."}},
)  # fmt: skip
def begin_sign_in(provider: str) -> Response:
    """Sends a browser to the provider; it comes back to `/callback`."""
    begun = openid.begin(openid.find_provider(provider), _callback(provider))
    return _remembering(RedirectResponse(begun.url, 303), provider, begun, None)


@router.get(
    "/{provider}/callback", operation_id="complete_provider_sign_in", summary="Back from a provider",
    responses={401: {"description": "What the provider says does not hold, or its account is linked to nobody."},
               502: {"description": "The provider does not answer."}},
)  # fmt: skip
def complete_sign_in(
    provider: str,
    request: Request,
    response: Response,
    origin: From,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str | None, Query(max_length=200)] = None,
) -> Tokens:
    """Tokens of a new session. Of a link that was begun, the account is linked first; of a sign-up, it is made."""
    known = openid.find_provider(provider)
    begun = _remembered(request, provider)
    if error is not None or not code or not hmac.compare_digest(state.encode(), str(begun["state"]).encode()):
        raise ProblemError(Problem.NOT_SIGNED_IN, "This sign-in was not completed, or not begun here. Begin again.")
    vouched = openid.complete(known, _callback(provider), code, begun["verifier"], begun["nonce"])
    if begun.get("sign_up"):
        done = _sign_up(vouched, origin, **begun["sign_up"])
    else:
        if begun["user_id"] is not None:
            _link(begun, known.key, vouched.subject, origin)
        done = sign_in_externally(known.key, vouched.subject, origin)
    response.delete_cookie(COOKIE, path=_cookie_path())
    return Tokens.model_validate(done)


@router.post(
    "/{provider}/sign-up", operation_id="begin_provider_sign_up", summary="A new account by a provider",
    responses={502: {"description": "The provider does not answer."}},
)  # fmt: skip
def begin_sign_up(provider: str, body: ProviderSignUp, response: Response) -> AtProvider:
    """The browser that asks has to go to the address in the answer, with the cookie of the answer; `/callback` makes
    the account and signs in. Without an invitation the provider has to vouch for the address."""
    begun = openid.begin(openid.find_provider(provider), _callback(provider), openid.SIGN_UP_SCOPE)
    _remembering(response, provider, begun, None, body.model_dump(by_alias=False))
    return AtProvider(authorization_url=begun.url)


@linking.post("/{provider}/link", operation_id="link_provider_account", summary="Link an account at a provider")
def link_account(provider: str, caller: PersonSignedIn, response: Response) -> AtProvider:
    """The browser that asks has to go to the address in the answer, with the cookie of the answer; the session has to
    live until it comes back."""
    if caller.session_id is None:
        raise ProblemError(Problem.CONFLICT, "The session is another system's: sign in here first.")
    begun = openid.begin(openid.find_provider(provider), _callback(provider))
    _remembering(response, provider, begun, caller)
    return AtProvider(authorization_url=begun.url)


def _link(begun: dict[str, Any], provider: str, subject: str, origin: Origin) -> None:
    """For who is still signed in: the cookie outlives a session that was ended, and a proof of the address."""
    user_id, session_id = UUID(begun["user_id"]), UUID(begun["session_id"])
    try:
        link_external_identity(user_id, provider, subject, origin, session_id=session_id)
    except TokenError as error:
        raise ProblemError(Problem.NOT_SIGNED_IN, str(error)) from error


def _sign_up(
    vouched: Vouched, origin: Origin, organization_name: str | None, invitation: str | None, full_name: str | None
) -> SignedIn:
    if invitation is not None:
        return join_externally(vouched, invitation, full_name, origin)
    return sign_up_externally(vouched, organization_name or "", full_name, origin)


def _remembering(
    response: Response,
    provider: str,
    begun: openid.Beginning,
    linker: Caller | None,
    sign_up: dict[str, str | None] | None = None,
) -> Response:
    remembered = {
        "provider": provider, "state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier,
        "user_id": str(linker.user_id) if linker else None, "session_id": str(linker.session_id) if linker else None,
        "until": time.time() + COOKIE_SECONDS, "sign_up": sign_up,
    }  # fmt: skip
    with component() as connection:
        sealed = seal(connection, None, json.dumps(remembered, ensure_ascii=False).encode(), _CONTEXT)
    response.set_cookie(
        COOKIE, sealed.hex(), max_age=COOKIE_SECONDS, path=_cookie_path(), httponly=True, samesite="lax",
        secure=_base().startswith("https://"),
    )  # fmt: skip
    return response


def _remembered(request: Request, provider: str) -> dict[str, Any]:
    """Raises ProblemError (401) for a browser that has not begun here, or too long ago."""
    try:
        with component() as connection:
            opened = open_sealed(connection, None, bytes.fromhex(request.cookies.get(COOKIE, "")), _CONTEXT)
        found: dict[str, Any] = json.loads(opened)
    except (SealError, ValueError):
        found = {}
    if found.get("provider") != provider or found.get("until", 0) < time.time():
        raise ProblemError(Problem.NOT_SIGNED_IN, "This sign-in was not begun in this browser, or has expired.")
    return found


def _base() -> str:
    return f"{settings().public_url}/api/v1/auth/providers"


def _callback(provider: str) -> str:
    return f"{_base()}/{provider}/callback"


def _cookie_path() -> str:
    return urlsplit(_base()).path
