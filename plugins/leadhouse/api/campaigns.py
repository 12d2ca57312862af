"""Campaigns: list, details, create, change, delete, restore, steps, members."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field, JsonValue

from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, etag_of, hold, require_changeable
from leadhouse.campaigns import editing
from leadhouse.campaigns.editing import CampaignStatus, CampaignType, Channel
from leadhouse.database import queries

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

CampaignSort = sort_names(
    "CampaignSort", "created_at", "updated_at", "name", "status", "members", "leads", "response_rate",
    "qualification_rate", "conversion_rate",
)  # fmt: skip
CampaignPaging = Annotated[Paging, Depends(paging_by(CampaignSort, CampaignSort("createdAt")))]
CAMPAIGNS = Listing(
    "list_campaigns", "campaign_id",
    {"created_at": "timestamptz", "updated_at": "timestamptz", "name": "text", "status": "text", "members": "numeric",
     "leads": "numeric", "response_rate": "numeric", "qualification_rate": "numeric", "conversion_rate": "numeric"},
)  # fmt: skip
MemberSort = sort_names("MemberSort", "added_at", "full_name")
MemberPaging = Annotated[Paging, Depends(paging_by(MemberSort, MemberSort("addedAt")))]
MEMBERS = Listing("list_members", "lead_id", {"added_at": "timestamptz", "full_name": "text"})
EVERYTHING: dict[str, Any] = {"campaign_id": None, "status": (), "type": (), "client_id": None, "search": None}

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]
Description = Annotated[str, Field(max_length=5000, pattern=r"^[^\x00]*$")]
Config = Annotated[dict[str, JsonValue], Field(max_length=50)]


class CampaignShape(Shape):
    """A campaign. Rates are null where there is nothing to divide by."""

    campaign_id: UUID
    name: str
    description: str | None
    type: CampaignType
    status: CampaignStatus
    client_id: UUID | None
    client_name: str | None
    email_account_id: UUID | None
    suite_name: str
    config: dict[str, Any]
    members: int
    members_stopped: int
    leads: int
    leads_qualified: int
    leads_contacted: int
    leads_converted: int
    attempted: int
    delivered: int
    people_delivered: int
    people_replied: int
    response_rate: float | None
    qualification_rate: float | None
    conversion_rate: float | None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class CampaignToCreate(Shape):
    """A new campaign, a draft. `config` holds caps and wanted attributes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Spring", "type": "email", "description": "Ports and shipyards"}]}
    )

    name: Name
    type: CampaignType = "email"
    description: Description | None = None
    client_id: UUID | None = None
    email_account_id: UUID | None = None
    config: Config = Field(default_factory=dict)


class CampaignUpdate(Shape):
    """What changes; what is left out stays. `status` follows draft, active, paused, completed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "paused"}]})

    name: Name | None = None
    description: Description | None = None
    status: CampaignStatus | None = None
    client_id: UUID | None = None
    email_account_id: UUID | None = None
    config: Config | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """What was given; a null empties what may be empty."""
        may_be_empty = {"description", "client_id", "email_account_id"}
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in given.items() if value is not None or name in may_be_empty}


class StepShape(Shape):
    """One step of a campaign. Templates are Jinja, rendered as plain text."""

    step_no: Annotated[int, Field(ge=1, le=100)]
    channel: Channel = "email"
    delay_days: Annotated[int, Field(ge=0, le=365)] = 0
    send_at: datetime | None = None
    subject_template: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
    body_template: Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]


class Steps(Shape):
    """All steps of a campaign, numbered from 1."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"steps": [{"stepNo": 1, "subjectTemplate": "A question for {{ company.name }}",
                                                    "bodyTemplate": "Hello {{ person.full_name }}, …"}]}]}
    )  # fmt: skip

    steps: Annotated[list[StepShape], Field(max_length=100)]


class MemberShape(Shape):
    """A lead in a campaign; nothing more is sent to who was stopped."""

    lead_id: UUID
    added_at: datetime
    stopped_at: datetime | None
    stopped_reason: str | None
    full_name: str | None
    company_name: str | None
    email_normalized: str | None


class MemberIds(Shape):
    """Up to 1,000 leads."""

    lead_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class MembersToStop(MemberIds):
    """Members that are to be written to no more."""

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")] = "stopped by a person"


class ChangedLeads(Shape):
    """The leads that the call changed."""

    lead_ids: list[UUID]


@router.get("", operation_id="list_campaigns", summary="The campaigns that the caller reaches, in pages")
def list_campaigns(
    work: Work,
    organization_id: OrganizationId,
    paging: CampaignPaging,
    status: Annotated[list[CampaignStatus] | None, Query()] = None,
    type: Annotated[list[CampaignType] | None, Query()] = None,  # noqa: A002  the column's name
    client_id: Annotated[UUID | None, Query(alias="clientId")] = None,
) -> Page[CampaignShape]:
    """`search` asks for words in name and description."""
    chosen = {"status": status or (), "type": type or (), "client_id": client_id, "search": paging.search}
    filters = {**EVERYTHING, **chosen, "organization_id": organization_id}
    return read_page(work, CAMPAIGNS, paging, CampaignShape, **filters)


@router.post("/create", status_code=201, operation_id="create_campaign", summary="Create a campaign as a draft")
def create_campaign(
    work: Work, organization_id: OrganizationId, body: CampaignToCreate, response: Response
) -> CampaignShape:
    """Add steps and members, then set its status to active."""
    campaign_id = editing.create_campaign(work.connection, organization_id, body.model_dump(by_alias=False))
    return _answer(work, organization_id, campaign_id, response)


@router.get("/{campaign_id:uuid}", operation_id="get_campaign", summary="One campaign")
def get_campaign(work: Work, organization_id: OrganizationId, campaign_id: UUID, response: Response) -> CampaignShape:
    """With what it counts so far; its analytics say more."""
    return _answer(work, organization_id, campaign_id, response)


@router.put("/{campaign_id:uuid}", operation_id="update_campaign", summary="Change a campaign")
def update_campaign(
    work: Work,
    organization_id: OrganizationId,
    campaign_id: UUID,
    body: CampaignUpdate,
    conditions: Conditions,
    response: Response,
) -> CampaignShape:
    """What is left out stays."""
    _require(work, organization_id, campaign_id, conditions)
    editing.change_campaign(work.connection, organization_id, campaign_id, body.changes)
    return _answer(work, organization_id, campaign_id, response)


@router.delete("/{campaign_id:uuid}", status_code=204, operation_id="delete_campaign", summary="Delete a campaign")
def delete_campaign(work: Work, organization_id: OrganizationId, campaign_id: UUID, conditions: Conditions) -> None:
    """It can be restored for 30 days; nothing goes out meanwhile."""
    _require(work, organization_id, campaign_id, conditions)
    editing.delete_campaign(work.connection, organization_id, campaign_id)


@router.post("/{campaign_id:uuid}/restore", operation_id="restore_campaign", summary="Bring a deleted campaign back")
def restore_campaign(
    work: Work, organization_id: OrganizationId, campaign_id: UUID, response: Response
) -> CampaignShape:
    """Within 30 days of its deletion."""
    editing.restore_campaign(work.connection, organization_id, campaign_id)
    return _answer(work, organization_id, campaign_id, response)


@router.get("/{campaign_id:uuid}/steps", operation_id="get_campaign_steps", summary="A campaign's steps")
def get_campaign_steps(work: Work, organization_id: OrganizationId, campaign_id: UUID) -> Steps:
    """In their order."""
    _read(work, organization_id, campaign_id)
    return _steps(work, organization_id, campaign_id)


@router.put("/{campaign_id:uuid}/steps", operation_id="replace_campaign_steps", summary="Write a campaign's steps")
def replace_campaign_steps(work: Work, organization_id: OrganizationId, campaign_id: UUID, body: Steps) -> Steps:
    """All of them; a step that was written to people stays as it is."""
    _read(work, organization_id, campaign_id)
    steps = [editing.Step(**each.model_dump(by_alias=False)) for each in body.steps]
    editing.replace_steps(work.connection, organization_id, campaign_id, steps)
    return _steps(work, organization_id, campaign_id)


@router.get("/{campaign_id:uuid}/members", operation_id="list_campaign_members", summary="The leads in a campaign")
def list_campaign_members(
    work: Work, organization_id: OrganizationId, campaign_id: UUID, paging: MemberPaging
) -> Page[MemberShape]:
    """Those that the caller sees, stopped ones included."""
    _read(work, organization_id, campaign_id)
    key = {"organization_id": organization_id, "campaign_id": campaign_id}
    return read_page(work, MEMBERS, paging, MemberShape, **key)


@router.post("/{campaign_id:uuid}/members", operation_id="add_campaign_members", summary="Put leads into a campaign")
def add_campaign_members(
    work: Work, organization_id: OrganizationId, campaign_id: UUID, body: MemberIds
) -> ChangedLeads:
    """Answers with those that are new in it."""
    _read(work, organization_id, campaign_id)
    added = editing.add_members(work.connection, organization_id, campaign_id, body.lead_ids)
    return ChangedLeads(lead_ids=added)


@router.post(
    "/{campaign_id:uuid}/members/stop", operation_id="stop_campaign_members", summary="Write to members no more"
)
def stop_campaign_members(
    work: Work, organization_id: OrganizationId, campaign_id: UUID, body: MembersToStop
) -> ChangedLeads:
    """For good; answers with those that were not stopped before."""
    _read(work, organization_id, campaign_id)
    require_changeable(work.connection, "campaign", campaign_id)
    stopped = editing.stop_members(work.connection, organization_id, campaign_id, body.lead_ids, body.reason)
    return ChangedLeads(lead_ids=stopped)


def _read(work: Work, organization_id: UUID, campaign_id: UUID) -> CampaignShape:
    filters = {**EVERYTHING, "organization_id": organization_id, "campaign_id": campaign_id}
    return read_one(work.connection, CAMPAIGNS, CampaignShape, "campaign", **filters)


def _require(work: Work, organization_id: UUID, campaign_id: UUID, conditions: Conditions) -> None:
    hold(work.connection, "campaign", campaign_id)
    conditions.require(*_version(_read(work, organization_id, campaign_id)))


def _answer(work: Work, organization_id: UUID, campaign_id: UUID, response: Response) -> CampaignShape:
    found = _read(work, organization_id, campaign_id)
    response.headers["ETag"] = etag_of(*_version(found))
    return found


def _version(found: CampaignShape) -> tuple[Any, ...]:
    """Of what people write alone: figures move by themselves, and a change must not fail because a message went out.

    So the tag stands for If-Match and not for If-None-Match.
    """
    return found.campaign_id, found.updated_at


def _steps(work: Work, organization_id: UUID, campaign_id: UUID) -> Steps:
    key = {"organization_id": organization_id, "campaign_id": campaign_id}
    rows = work.connection.execute(queries.load("resources").list_steps, key).fetchall()
    kept = [{name: row[name] for name in StepShape.model_fields} for row in rows]
    return Steps(steps=[StepShape.model_validate(each) for each in sorted(kept, key=lambda each: each["step_no"])])
