"""Leads: list, details, enter, change, rate, assign, many at once, delete, restore, history, score."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError

from leadhouse.api.lead_pages import read_leads
from leadhouse.api.lead_shapes import (
    AssignedLead,
    Assignment,
    BulkAnswer,
    BulkAssignment,
    BulkIds,
    BulkUpdate,
    LeadHistory,
    LeadOutcome,
    LeadRating,
    LeadScore,
    LeadShape,
    LeadToEnter,
    LeadUpdate,
    ListedLead,
    Qualification,
    RatedLead,
)
from leadhouse.api.listing import OrganizationId, sort_names, version_of
from leadhouse.api.planned_routes import answers_itself, of_query_alone
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.shapes import Page, Paging, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, Tags, hold
from leadhouse.leads import scoring, work_list
from leadhouse.leads import work as lead_work
from leadhouse.leads.entry import LeadFacts, NewLead, correct_lead, enter_lead
from leadhouse.leads.work import LeadChanges, LeadStatus, Outcome, Priority

router = APIRouter(prefix="/leads", tags=["leads"])

LeadSort = sort_names("LeadSort", "created_at", "updated_at", "lead_score", "full_name")
LeadPaging = Annotated[Paging, Depends(paging_by(LeadSort, LeadSort("createdAt")))]
Statuses = Annotated[list[LeadStatus] | None, Query(description="One or several statuses.")]
Priorities = Annotated[list[Priority] | None, Query(description="One or several priorities.")]


@of_query_alone
class LeadQuery:
    """What the list of leads is narrowed to."""

    def __init__(
        self,
        status: Statuses = None,
        priority: Priorities = None,
        campaign_id: Annotated[UUID | None, Query(alias="campaignId")] = None,
        assigned_to: Annotated[UUID | None, Query(alias="assignedTo", description="The owner's user id.")] = None,
        tag: Annotated[list[str] | None, Query(max_length=20, description="Tags that a lead must have.")] = None,
        list_id: Annotated[UUID | None, Query(alias="listId")] = None,
    ) -> None:
        self.wanted = work_list.LeadFilter(
            status=tuple(status or ()), priority=tuple(priority or ()), campaign_id=campaign_id, owner_id=assigned_to,
            tags=tuple(each.replace("\x00", "") for each in tag or ()), list_id=list_id,
        )  # fmt: skip


Wanted = Annotated[LeadQuery, Depends()]


@router.get("", operation_id="list_leads", summary="The leads that the caller reaches, in pages")
@answers_itself
async def list_leads(
    work: Work, organization_id: OrganizationId, paging: LeadPaging, query: Wanted, if_none_match: Tags = None
) -> Page[ListedLead]:
    """Filters narrow it, `search` asks for words in name, company, address, domain and title.

    Who sends the `ETag` of a page back in `If-None-Match` gets 304 until a lead that the caller reaches changes.
    """
    wanted = query.wanted.model_copy(update={"search": paging.search})
    return await read_leads(work, organization_id, paging, wanted, if_none_match)


@router.post("/create", status_code=201, operation_id="create_lead", summary="Enter a lead by hand")
def create_lead(work: Work, organization_id: OrganizationId, body: LeadToEnter, conditions: Conditions) -> LeadShape:
    """Who is known already is taken; a second lead on the same person or company is refused."""
    facts = {name: value for name, value in body.facts.items() if value is not None}
    if body.social_url:
        facts["social_url"] = body.social_url
    lead_id = enter_lead(work.connection, organization_id, _told(NewLead, facts), body.campaign_id)
    names = ("status", "priority", "tags", "notes", "custom_fields")
    changes = {name: getattr(body, name) for name in names if getattr(body, name) is not None}
    if changes:
        _change(work, lead_id, changes)
    if body.assigned_to:
        lead_work.assign_lead(work.connection, lead_id, body.assigned_to)
    return _answer(work, organization_id, lead_id, conditions)


@router.post("/bulk-update", operation_id="update_leads", summary="The same change of up to 100 leads")
def update_leads(work: Work, _: OrganizationId, body: BulkUpdate) -> BulkAnswer:
    """Each lead gets an outcome; what is wrong with the change itself refuses the whole call."""
    given = {name: getattr(body, name) for name in body.model_fields_set - {"lead_ids"}}
    return _bulk(lead_work.update_leads(work.connection, body.lead_ids, _told(LeadChanges, given)))


@router.post("/bulk-assign", operation_id="assign_leads", summary="Give up to 100 leads to a member")
def assign_leads(work: Work, _: OrganizationId, body: BulkAssignment) -> BulkAnswer:
    """The member is notified once."""
    return _bulk(lead_work.assign_leads(work.connection, body.lead_ids, body.email))


@router.delete("/bulk", operation_id="delete_leads", summary="Delete up to 100 leads")
def delete_leads(work: Work, _: OrganizationId, body: BulkIds) -> BulkAnswer:
    """Each can be restored for 30 days."""
    return _bulk(lead_work.delete_leads(work.connection, body.lead_ids))


@router.get("/{lead_id:uuid}", operation_id="get_lead", summary="One lead")
def get_lead(work: Work, organization_id: OrganizationId, lead_id: UUID, conditions: Conditions) -> LeadShape:
    """With what is known of its person and company."""
    return _answer(work, organization_id, lead_id, conditions)


@router.put("/{lead_id:uuid}", operation_id="update_lead", summary="Change a lead")
def update_lead(
    work: Work, organization_id: OrganizationId, lead_id: UUID, body: LeadUpdate, conditions: Conditions
) -> LeadShape:
    """What is left out stays. Facts of person or company are kept as corrections, for this organization alone."""
    _require_version(work, organization_id, lead_id, conditions)
    changes = body.work
    if changes:
        _change(work, lead_id, changes)
    if body.facts:
        correct_lead(work.connection, lead_id, _told(LeadFacts, body.facts), body.reason)
    if not changes and not body.facts:
        raise ProblemError(Problem.INVALID, "Nothing is to be changed: give at least one field.")
    return _answer(work, organization_id, lead_id, conditions)


@router.delete("/{lead_id:uuid}", status_code=204, operation_id="delete_lead", summary="Delete a lead")
def delete_lead(work: Work, organization_id: OrganizationId, lead_id: UUID, conditions: Conditions) -> None:
    """It can be restored for 30 days."""
    _require_version(work, organization_id, lead_id, conditions)
    _require(lead_work.delete_leads(work.connection, [lead_id]), lead_id)


@router.post("/{lead_id:uuid}/qualify", operation_id="qualify_lead", summary="Rate a lead from 1 to 5")
def qualify_lead(work: Work, _: OrganizationId, lead_id: UUID, body: LeadRating) -> RatedLead:
    """From the organization's threshold on it qualifies, below it rejects; the criteria are kept."""
    made = lead_work.rate_lead(work.connection, lead_id, body.rating, body.criteria)
    qualification = Qualification.model_validate(made.qualification)
    return RatedLead(
        lead_id=made.lead_id, status=made.status, rating_1_to_5=made.rating, qualification_data=qualification
    )


@router.post("/{lead_id:uuid}/assign", operation_id="assign_lead", summary="Give a lead to a member")
def assign_lead(work: Work, _: OrganizationId, lead_id: UUID, body: Assignment) -> AssignedLead:
    """By the member's address; the member is notified."""
    return AssignedLead(lead_id=lead_id, owner_id=lead_work.assign_lead(work.connection, lead_id, body.email))


@router.post("/{lead_id:uuid}/restore", operation_id="restore_lead", summary="Bring a deleted lead back")
def restore_lead(work: Work, organization_id: OrganizationId, lead_id: UUID, conditions: Conditions) -> LeadShape:
    """Within 30 days of its deletion."""
    lead_work.restore_lead(work.connection, lead_id)
    return _answer(work, organization_id, lead_id, conditions)


@router.get("/{lead_id:uuid}/history", operation_id="get_lead_history", summary="A lead's way")
def get_lead_history(work: Work, organization_id: OrganizationId, lead_id: UUID) -> LeadHistory:
    """Status, owners and legal grounds, with who changed them and when."""
    lead_work.get_lead(work.connection, organization_id, lead_id)
    statuses = lead_work.list_status_changes(work.connection, organization_id, lead_id)
    return LeadHistory.model_validate({
        "statuses": [asdict(each) for each in statuses],
        "owners": lead_work.list_owner_changes(work.connection, organization_id, lead_id),
        "legal_bases": lead_work.list_legal_bases(work.connection, organization_id, lead_id),
    })  # fmt: skip


@router.get("/{lead_id:uuid}/score", operation_id="get_lead_score", summary="A lead's score and why")
def get_lead_score(work: Work, organization_id: OrganizationId, lead_id: UUID) -> LeadScore:
    """As it is calculated now, from the organization's own weights where it has some."""
    lead_work.get_lead(work.connection, organization_id, lead_id)
    factors = [asdict(each) for each in scoring.explain_lead_score(work.connection, lead_id)]
    score = scoring.calculate_lead_score(work.connection, lead_id)
    return LeadScore.model_validate({"lead_id": lead_id, "lead_score": score, "factors": factors})


def _require_version(work: Work, organization_id: UUID, lead_id: UUID, conditions: Conditions) -> None:
    hold(work.connection, "lead", lead_id)
    conditions.require(version_of(_read(work, organization_id, lead_id)))


def _read(work: Work, organization_id: UUID, lead_id: UUID) -> LeadShape:
    row = lead_work.get_lead(work.connection, organization_id, lead_id)
    return LeadShape.model_validate({name: row[name] for name in LeadShape.model_fields})


def _answer(work: Work, organization_id: UUID, lead_id: UUID, conditions: Conditions) -> LeadShape:
    found = _read(work, organization_id, lead_id)
    return conditions.answer(found, version_of(found))


def _change(work: Work, lead_id: UUID, changes: dict[str, Any]) -> None:
    _require(lead_work.update_leads(work.connection, [lead_id], _told(LeadChanges, changes)), lead_id)


def _require(outcomes: dict[UUID, Outcome], lead_id: UUID) -> None:
    """Raises unless the one lead was changed."""
    outcome = outcomes.get(lead_id)
    if outcome == "forbidden":
        raise lead_work.LeadRefusedError(f"You may look at lead {lead_id} and not change it.")
    if outcome not in ("updated", "deleted"):
        raise lead_work.LeadNotFoundError(f"There is no live lead {lead_id} for you.")


def _bulk(outcomes: dict[UUID, Outcome]) -> BulkAnswer:
    told = [LeadOutcome(lead_id=key, outcome=outcome) for key, outcome in outcomes.items()]
    return BulkAnswer(changed=sum(each.outcome in ("updated", "deleted") for each in told), outcomes=told)


def _told(model: type[Any], given: dict[str, Any]) -> Any:
    """What was given in a component's own shape. Raises ProblemError (422) with a pointer to each fault."""
    try:
        return model(**given)
    except ValidationError as error:
        faults = [{"pointer": f"/body/{'/'.join(map(str, each['loc']))}", "detail": each["msg"]}
                  for each in error.errors(include_url=False, include_input=False)]  # fmt: skip
        raise ProblemError(Problem.INVALID, "; ".join(each["detail"] for each in faults), errors=faults) from None
