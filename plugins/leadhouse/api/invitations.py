"""Invitations into the organization: by address, for one role, good once and for a week."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends
from pydantic import Field

from leadhouse.api.problems import not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.sign_in import Email, send_mail
from leadhouse.api.transactions import Work
from leadhouse.identity import invitations

router = APIRouter(prefix="/invitations", tags=["members"])
InvitationPaging = Annotated[Paging, Depends(paging_without_order())]
Role = Literal["super_admin", "organization_admin", "sales_manager", "sales_rep", "read_only", "client"]


class NewInvitation(Shape):
    """Whom to invite, as what. `clientId` goes with the role client, and with no other."""

    email: Email
    role: Annotated[Role, Field(examples=["sales_rep"])]
    client_id: UUID | None = None
    team_id: UUID | None = None


class MadeInvitation(Shape):
    """The invitation. What accepts it goes to the address by mail and is shown to nobody else."""

    invitation_id: UUID
    expires_at: datetime


class InvitationAnswer(Shape):
    """One that is open; it is past once `expiresAt` is."""

    invitation_id: UUID
    email: str
    role: str
    client_id: UUID | None
    team_id: UUID | None
    created_by: UUID
    created_at: datetime
    expires_at: datetime


@router.get("", operation_id="list_invitations", summary="Open invitations")
def list_invitations(work: Work, paging: InvitationPaging) -> Page[InvitationAnswer]:
    """That the caller may see, newest first."""
    return paging.slice(
        InvitationAnswer(
            invitation_id=each.invitation_id, email=each.email_normalized, role=each.role, client_id=each.client_id,
            team_id=each.team_id, created_by=each.created_by, created_at=each.created_at, expires_at=each.expires_at,
        )
        for each in invitations.list_invitations(work.connection)
    )  # fmt: skip


@router.post("", status_code=201, operation_id="invite_member", summary="Invite somebody")
def invite_member(body: NewInvitation, work: Work, later: BackgroundTasks) -> MadeInvitation:
    """By mail, into a role of the own rank at most. It takes the place of a former one to the same address."""
    made = invitations.invite_member(
        work.connection, body.email, body.role, client_id=body.client_id, team_id=body.team_id
    )
    later.add_task(send_mail, "invitation", made.expires_at, invitation_id=made.invitation_id, token=made.token)
    return MadeInvitation(invitation_id=made.invitation_id, expires_at=made.expires_at)


@router.delete("/{invitation_id}", status_code=204, operation_id="revoke_invitation", summary="Withdraw an invitation")
def revoke_invitation(invitation_id: UUID, work: Work) -> None:
    """One that is open."""
    if not invitations.revoke_invitation(work.connection, invitation_id):
        raise not_found("invitation")
