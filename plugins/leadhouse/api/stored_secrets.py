"""Secrets of the organization and of its people: stored and replaced, listed by name, never shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, Field, SecretBytes, SecretStr

from leadhouse import credentials
from leadhouse.api.caller_work import CallerWork
from leadhouse.api.hooks import EMAIL_SECRET
from leadhouse.api.idempotency import once
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.transactions import Work
from leadhouse.credentials.stored_secrets import require_reach
from leadhouse.database import connect
from leadhouse.database.beside import Beside
from leadhouse.webhooks.messages import is_strong

router = APIRouter(prefix="/secrets", tags=["secrets"])
SecretPaging = Annotated[Paging, Depends(paging_without_order())]
SecretName = Annotated[str, Path(max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9 @._:/-]*$", examples=["hunter"])]
Owner = Annotated[Literal["organization", "me"], Query(description="Whose: the organization's, or the caller's alone.")]


class SecretValue(Shape):
    """The value; nothing shows it again. `kind` is what reads it: smtp, provider, linkedin, webhook, other."""

    value: Annotated[SecretStr, Field(min_length=1, max_length=20_000, examples=["sk-1234"])]
    kind: Annotated[str, Field(pattern="^[a-z_]{1,40}$", examples=["provider"])] = "other"
    expires_at: AwareDatetime | None = None


class StoredSecret(Shape):
    """Its id, which a replacement keeps."""

    secret_id: UUID


class SecretAnswer(Shape):
    """What may be shown of a secret: everything but its value."""

    secret_id: UUID
    name: str
    kind: str
    owner: Literal["organization", "me"]
    last_used_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime


@router.get("", operation_id="list_secrets", summary="Names of secrets")
def list_secrets(work: Work, paging: SecretPaging) -> Page[SecretAnswer]:
    """The organization's, where the role reads integrations, and the caller's own."""
    found = credentials.list_secrets(work.connection, _organization_id(work))
    return paging.slice(
        SecretAnswer(
            secret_id=each.secret_id, name=each.name, kind=each.kind, owner="me" if each.user_id else "organization",
            last_used_at=each.last_used_at, expires_at=each.expires_at, created_at=each.created_at,
            updated_at=each.updated_at,
        )
        for each in found
    )  # fmt: skip


@router.put("/{name}", operation_id="put_secret", summary="Store or replace a secret")
def put_secret(name: SecretName, body: SecretValue, work: Work, owner: Owner = "organization") -> StoredSecret:
    """Sealed before it reaches the database. `email events` signs what a mail provider reports: `whsec_` and 24 to 64
    random bytes in base64."""
    if name == EMAIL_SECRET and owner == "organization" and not is_strong(body.value.get_secret_value()):
        detail = "This secret signs reports: it has to be whsec_ and 24 to 64 random bytes in base64. Make one anew."
        raise ProblemError(Problem.INVALID, detail, errors=[{"pointer": "/body/value", "detail": detail}])
    organization_id, user_id = _organization_id(work), _user_id(work, owner)
    for action in ("create", "update"):
        require_reach(work.connection, organization_id, user_id, action)
    value = SecretBytes(body.value.get_secret_value().encode())

    def put(beside: Beside) -> UUID:
        with connect("credentials") as connection:
            made = credentials.put_secret(
                connection, organization_id, name, value, kind=body.kind, user_id=user_id, expires_at=body.expires_at
            )
            beside(connection, made)
            return made

    return StoredSecret(secret_id=once(put, UUID))


@router.delete("/{name}", status_code=204, operation_id="delete_secret", summary="Delete a secret")
def delete_secret(name: SecretName, work: Work, owner: Owner = "organization") -> None:
    """Its ciphertext included; it cannot be restored."""
    organization_id, user_id = _organization_id(work), _user_id(work, owner)
    require_reach(work.connection, organization_id, user_id, "delete")

    def delete(beside: Beside) -> bool:
        with connect("credentials") as connection:
            is_deleted = credentials.delete_secret(connection, organization_id, name, user_id=user_id)
            if is_deleted:
                beside(connection, True)
            return is_deleted

    if not once(delete, bool):
        raise not_found("secret")


def _organization_id(work: CallerWork) -> UUID:
    if work.caller.organization_id is None:
        raise not_found("organization")
    return work.caller.organization_id


def _user_id(work: CallerWork, owner: str) -> UUID | None:
    return work.caller.user_id if owner == "me" else None
