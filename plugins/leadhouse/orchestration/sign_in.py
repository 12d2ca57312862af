"""Airflow's sign-in for pages of ours: apps that a plugin mounts are open unless they ask."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.core_api.security import get_user
from airflow.configuration import conf
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

RESOURCE = "Leadhouse"
FORBIDDEN = "Your role may not see this page. Ask an operator."

bearer = HTTPBearer(auto_error=False)


async def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> BaseUser:
    """The user of the session cookie or token.

    Raises:
        HTTPException: 303 to the sign-in for a browser, 401 for everything else.
    """
    try:
        return await get_user(request, bearer_credentials=credentials)
    except HTTPException as error:
        if "text/html" not in request.headers.get("accept", "") or credentials is not None:
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "Sign in to Airflow first.") from error
        raise HTTPException(HTTPStatus.SEE_OTHER, headers={"Location": _sign_in_url(request)}) from error


async def airflow_account(request: Request) -> tuple[str, str] | None:
    """The account of Airflow's session cookie, as ("airflow", id): for the API, which knows whom it is linked to."""
    try:
        user = await get_user(request, bearer_credentials=None)
    except HTTPException:
        return None
    return "airflow", str(user.get_id())


User = Annotated[Any, Depends(signed_in)]


def viewer(user: User) -> None:
    """Passes whoever may see the Airflow UI: figures, no person's data.

    Raises:
        HTTPException: 403.
    """
    if not get_auth_manager().is_authorized_custom_view(method="GET", resource_name=RESOURCE, user=user):
        raise HTTPException(HTTPStatus.FORBIDDEN, FORBIDDEN)


def operator(user: User) -> None:
    """Passes whoever may read Airflow's connections, and so the data of every organization anyway.

    Raises:
        HTTPException: 403.
    """
    viewer(user)
    if not get_auth_manager().is_authorized_connection(method="GET", user=user):
        raise HTTPException(HTTPStatus.FORBIDDEN, FORBIDDEN)


def editor(user: User) -> str:
    """Passes whoever may change Airflow's connections; returns the name under which the person's decisions stand.

    Raises:
        HTTPException: 403.
    """
    operator(user)
    if not get_auth_manager().is_authorized_connection(method="PUT", user=user):
        raise HTTPException(HTTPStatus.FORBIDDEN, FORBIDDEN)
    return f"airflow {user.get_name()}"


def _sign_in_url(request: Request) -> str:
    base = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return base + get_auth_manager().get_url_login(next_url=str(request.url))
