"""What is held about the caller's own account, as one JSON document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from pydantic.alias_generators import to_camel

from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.shapes import Shape
from leadhouse.api.sign_in import From
from leadhouse.identity import accounts

router = APIRouter(tags=["account"])
Rows = list[dict[str, Any]]


class AccountExport(Shape):
    """Rows by what they are; their fields are those of the API elsewhere, times are UTC."""

    exported_at: datetime
    account: Rows
    preferences: Rows
    memberships: Rows
    teams: Rows
    sessions: Rows
    linked_accounts: Rows
    second_factors: Rows
    api_keys: Rows
    secrets: Annotated[Rows, Field(description="Names of the person's own, never a value.")]
    invitations: Annotated[Rows, Field(description="To the address, where it is confirmed; and what was accepted.")]
    mails: Rows
    notifications: Rows
    usage_events: Rows
    acts: Annotated[Rows, Field(description="What the person did, as the audit log has it.")]


@router.get("/me/export", operation_id="export_me", summary="All that is held about the own account")
def export_me(caller: PersonSignedIn, origin: From, response: Response) -> AccountExport:
    """Over all organizations, to be taken along (GDPR, articles 15 and 20). No secret and no hash is in it; what the
    person works on is the organizations'. Of notifications, usage events and acts the newest 10,000."""
    sections = accounts.export_account(caller.user_id, origin)
    response.headers["Content-Disposition"] = 'attachment; filename="leadhouse-account.json"'
    response.headers["Cache-Control"] = "no-store"
    named = {name: [{to_camel(column): value for column, value in row.items()} for row in rows]
             for name, rows in sections.items()}  # fmt: skip
    return AccountExport(exported_at=datetime.now(UTC), **named)
