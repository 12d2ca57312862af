"""API keys: shown once, never above their owner."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field

from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.transactions import Work
from leadhouse.identity import api_keys

router = APIRouter(prefix="/api-keys", tags=["API keys"])
KeyPaging = Annotated[Paging, Depends(paging_without_order())]


class NewKey(Shape):
    """What a key may do: `resource:action`, or `resource:write` for create, update and delete."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Nightly export"])]
    permissions: Annotated[
        list[Annotated[str, Field(pattern="^[a-z_]+:(read|write|create|update|delete)$")]],
        Field(min_length=1, max_length=100, examples=[["leads:read", "campaigns:write"]]),
    ]
    expires_at: AwareDatetime | None = None


class MadeKey(Shape):
    """The key itself: shown here, and never again."""

    api_key_id: UUID
    key: str


class KeyAnswer(Shape):
    """A key as its owner and the admins see it."""

    api_key_id: UUID
    user_id: UUID
    name: str
    prefix: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@router.get("", operation_id="list_api_keys", summary="API keys")
def list_keys(work: Work, paging: KeyPaging) -> Page[KeyAnswer]:
    """The caller's own, to an admin the organization's; newest first."""
    return paging.slice(KeyAnswer.model_validate(each) for each in api_keys.list_api_keys(work.connection))


@router.post("", status_code=201, operation_id="create_api_key", summary="Make an API key")
def create_key(body: NewKey, work: Work, _: PersonSignedIn) -> MadeKey:
    """Refused, where it should do more than its owner may."""
    if body.expires_at is not None and body.expires_at <= datetime.now(UTC):
        errors = [{"pointer": "/body/expiresAt", "detail": "It is over already."}]
        raise ProblemError(Problem.INVALID, "A key that has expired serves nobody.", errors=errors)
    made = api_keys.create_api_key(work.connection, body.name, body.permissions, body.expires_at)
    return MadeKey.model_validate(made)


@router.delete("/{api_key_id}", status_code=204, operation_id="revoke_api_key", summary="End an API key")
def revoke_key(api_key_id: UUID, work: Work) -> None:
    """At once."""
    if not api_keys.revoke_api_key(work.connection, api_key_id):
        raise not_found("API key")
