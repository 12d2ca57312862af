"""Members of the organization."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.invitations import Role
from leadhouse.api.problems import not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.transactions import Work
from leadhouse.identity import members

router = APIRouter(prefix="/members", tags=["members"])
MemberPaging = Annotated[Paging, Depends(paging_without_order())]


class MemberAnswer(Shape):
    """A membership; `deletedAt` once it has ended."""

    user_id: UUID
    email: str
    full_name: str | None
    role: str
    client_id: UUID | None
    created_at: datetime
    deleted_at: datetime | None


class RoleChange(Shape):
    """The new role. `clientId` goes with the role client, and with no other."""

    role: Role
    client_id: UUID | None = None


@router.get("", operation_id="list_members", summary="Members, by address")
def list_members(
    work: Work,
    paging: MemberPaging,
    with_removed: Annotated[bool, Query(alias="withRemoved", description="Also those who have left.")] = False,
) -> Page[MemberAnswer]:
    """Those whom the caller sees."""
    return paging.slice(
        MemberAnswer(
            user_id=each.user_id, email=each.email_normalized, full_name=each.full_name, role=each.role,
            client_id=each.client_id, created_at=each.created_at, deleted_at=each.deleted_at,
        )
        for each in members.list_members(work.connection, with_removed=with_removed)
    )  # fmt: skip


@router.post("/leave", status_code=204, operation_id="leave_organization", summary="Leave the organization")
def leave_organization(work: Work, _: PersonSignedIn) -> None:
    """In person. The last admin stays."""
    if not members.leave_organization(work.connection):
        raise not_found("membership")


@router.patch("/{user_id}", status_code=204, operation_id="change_member_role", summary="Give a member another role")
def change_role(user_id: UUID, body: RoleChange, work: Work) -> None:
    """Neither the former nor the new role may stand above the caller's."""
    if not members.change_role(work.connection, user_id, body.role, body.client_id):
        raise not_found("member")


@router.delete("/{user_id}", status_code=204, operation_id="remove_member", summary="Remove a member")
def remove_member(user_id: UUID, work: Work) -> None:
    """Keys, teams and sessions in the organization end with the membership; it can be restored for 30 days."""
    if not members.remove_member(work.connection, user_id):
        raise not_found("member")


@router.post("/{user_id}/restore", status_code=204, operation_id="restore_member", summary="Take a member back")
def restore_member(user_id: UUID, work: Work) -> None:
    """In the former role; keys and teams stay gone."""
    if not members.restore_member(work.connection, user_id):
        raise not_found("member who was removed in the last 30 days")
