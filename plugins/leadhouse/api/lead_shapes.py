"""Shapes of leads: as the list shows them, with their details, and what is asked of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue

from leadhouse.api.shapes import Shape
from leadhouse.leads.work import LARGEST_CALL, LeadStatus, Priority

Text = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
Tag = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")]
Tags = Annotated[list[Tag], Field(max_length=50)]
CustomFields = Annotated[dict[Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")], JsonValue],
                         Field(max_length=100)]  # fmt: skip
Address = Annotated[str, Field(min_length=3, max_length=320, pattern=r"^[^\x00\s]+$")]
LeadIds = Annotated[list[UUID], Field(min_length=1, max_length=LARGEST_CALL)]


class ListedLead(Shape):
    """A lead as the work list shows it. Facts of person and company come from the marts and from corrections."""

    lead_id: UUID
    entity_kind: Literal["person", "company"]
    status: LeadStatus
    priority: Priority
    rating_1_to_5: int | None = None
    owner_id: UUID | None
    campaign_id: UUID | None
    tags: list[str]
    first_source: str
    full_name: str | None
    title: str | None
    email_normalized: str | None
    email_status: str | None
    phone_e164: str | None
    company_id: UUID | None
    company_name: str | None
    domain: str | None
    country_code: str | None
    lead_score: int | None
    created_at: datetime
    updated_at: datetime


class Qualification(Shape):
    """A person's judgement of a lead: the rating against the threshold of that time, who gave it, and the one before.

    `criteria` are the rater's own: what was looked at and what was found.
    """

    model_config = ConfigDict(extra="ignore")

    rating: int
    threshold: int
    is_qualified: bool
    rated_at: datetime
    rated_by: UUID | None
    former_rating: int | None
    criteria: dict[str, Any]


class LeadShape(ListedLead):
    """A lead with everything that stands beside it; `qualification_data` is null until the lead is rated."""

    entity_id: UUID
    qualification_data: Annotated[Qualification | None, BeforeValidator(lambda stored: stored or None)]
    owner_name: str | None
    owner_email: str | None
    campaign_name: str | None
    client_id: UUID | None
    notes: str | None
    custom_fields: dict[str, Any]
    created_by: UUID | None


class FactsShape(Shape):
    """Facts of a lead's person or company; a null says that there is none."""

    full_name: Annotated[str, Field(max_length=300)] | None = None
    title: Annotated[str, Field(max_length=300)] | None = None
    email_normalized: Annotated[str, Field(max_length=254)] | None = None
    phone_e164: Annotated[str, Field(max_length=20)] | None = None
    company_name: Annotated[str, Field(max_length=300)] | None = None
    domain: Annotated[str, Field(max_length=253)] | None = None
    country_code: Annotated[str, Field(max_length=2)] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What was given, as `leadhouse.leads.entry` names it."""
        names = {"email_normalized": "email"}
        given = self.model_fields_set & set(FactsShape.model_fields)
        return {names.get(name, name): getattr(self, name) for name in given}


class LeadToEnter(FactsShape):
    """A new lead: a person or a company by what is known of it, and the work on it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"fullName": "Mara Petersen", "title": "Head of Sales",
                                         "emailNormalized": "mara@nordlicht.example", "companyName": "Nordlicht GmbH",
                                         "priority": "high", "tags": ["fair"]}]}
    )  # fmt: skip

    social_url: Annotated[str, Field(max_length=500)] | None = None
    campaign_id: UUID | None = None
    status: LeadStatus | None = None
    priority: Priority | None = None
    tags: Tags | None = None
    notes: Text | None = None
    custom_fields: CustomFields | None = None
    assigned_to: Address | None = None


class LeadUpdate(FactsShape):
    """What changes; what is left out stays. Facts become corrections, which go before what sources say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "contacted", "notes": "Called back."}]})

    status: LeadStatus | None = None
    priority: Priority | None = None
    tags: Tags | None = None
    notes: Text | None = None
    custom_fields: CustomFields | None = None
    campaign_id: UUID | None = None
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] | None = None

    @property
    def work(self) -> dict[str, Any]:
        """What was given of the work on the lead."""
        given = self.model_fields_set - set(FactsShape.model_fields)
        return {name: getattr(self, name) for name in given}


class LeadRating(Shape):
    """A person's judgement with the criteria it rests on; the organization's threshold makes the status of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rating": 4, "criteria": {"budget": "confirmed", "timing": "this quarter"}}]}
    )

    rating: Annotated[int, Field(ge=1, le=5)]
    criteria: CustomFields = Field(default_factory=dict)


class RatedLead(Shape):
    """What a rating made of a lead."""

    lead_id: UUID
    status: LeadStatus
    rating_1_to_5: int
    qualification_data: Qualification


class Assignment(Shape):
    """To whom a lead goes, by the member's e-mail address; the member is notified."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "rep@nordlicht.example"}]})

    email: Address


class AssignedLead(Shape):
    """Who has the lead now."""

    lead_id: UUID
    owner_id: UUID


class BulkIds(Shape):
    """Up to 100 leads."""

    lead_ids: LeadIds


class BulkUpdate(BulkIds):
    """The same change of up to 100 leads; `tags` replaces, `addTags` and `removeTags` change."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"leadIds": ["7d1f5f0e-51cf-4f0b-a3a8-4c6a0b8d3c11"], "status": "contacted",
                                         "addTags": ["spring"]}]}
    )  # fmt: skip

    status: LeadStatus | None = None
    priority: Priority | None = None
    tags: Tags | None = None
    add_tags: Tags | None = None
    remove_tags: Tags | None = None
    notes: Text | None = None
    custom_fields: CustomFields | None = None
    campaign_id: UUID | None = None
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] | None = None


class BulkAssignment(BulkIds):
    """To whom up to 100 leads go; null takes them from whoever has them."""

    email: Address | None


class LeadOutcome(Shape):
    """What became of one lead of a bulk call."""

    lead_id: UUID
    outcome: Literal["updated", "deleted", "forbidden", "not_found"]


class BulkAnswer(Shape):
    """An outcome for each lead, and how many were changed."""

    changed: int
    outcomes: list[LeadOutcome]


class StatusChangeShape(Shape):
    """One step of a lead's way; `fromStatus` is null where it begins."""

    from_status: LeadStatus | None
    to_status: LeadStatus
    changed_at: datetime
    changed_by: UUID | None
    reason: str | None


class OwnerChangeShape(Shape):
    """Who had a lead."""

    from_owner_id: UUID | None
    to_owner_id: UUID | None
    changed_at: datetime
    changed_by: UUID | None


class LegalBasisShape(Shape):
    """On which ground a lead's data is kept (GDPR, article 6)."""

    basis: str
    recorded_at: datetime
    recorded_by: UUID | None
    evidence: dict[str, Any]


class LeadHistory(Shape):
    """A lead's way: status and owner from the first on, the grounds with the one that counts first."""

    statuses: list[StatusChangeShape]
    owners: list[OwnerChangeShape]
    legal_bases: list[LegalBasisShape]


class ScoreFactor(Shape):
    """What one factor saw and what it gave."""

    factor: str
    input_value: str | None
    points: int
    max_points: int
    reason: str


class LeadScore(Shape):
    """The score of now, 0 to 100, and why."""

    lead_id: UUID
    lead_score: int | None
    factors: list[ScoreFactor]
