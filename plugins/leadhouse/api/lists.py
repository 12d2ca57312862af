"""Lists of leads and their members; segments, which are rules, with a count of whom they find."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Field, JsonValue

from leadhouse.api.lead_shapes import LeadIds, ListedLead
from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names, version_of
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, hold, require_changeable
from leadhouse.leads import lists as lead_lists
from leadhouse.leads import segments as lead_segments
from leadhouse.leads import work_list
from leadhouse.leads.criteria import FIELDS, OPERATORS, compile_criteria

lists = APIRouter(prefix="/lists", tags=["lists"])
segments = APIRouter(prefix="/segments", tags=["segments"])

ListSort = sort_names("ListSort", "name", "members", "created_at", "updated_at")
ListPaging = Annotated[Paging, Depends(paging_by(ListSort, ListSort("name"), "asc"))]
LISTS = Listing(
    "list_lists", "list_id",
    {"name": "text", "members": "numeric", "created_at": "timestamptz", "updated_at": "timestamptz"},
)  # fmt: skip
SegmentSort = sort_names("SegmentSort", "name", "created_at", "updated_at")
SegmentPaging = Annotated[Paging, Depends(paging_by(SegmentSort, SegmentSort("name"), "asc"))]
SEGMENTS = Listing(
    "list_segments", "segment_id", {"name": "text", "created_at": "timestamptz", "updated_at": "timestamptz"}
)
PREVIEWED = 10

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]
Description = Annotated[str, Field(max_length=5000, pattern=r"^[^\x00]*$")]
Criteria = Annotated[
    dict[str, JsonValue],
    Field(
        description=f"all, any, not over conditions. Fields: {', '.join(FIELDS)}. Operators: {', '.join(OPERATORS)}."
    ),
]
_RULE: Any = {"all": [{"field": "status", "is_one_of": ["new", "qualified"]}, {"field": "lead_score", "at_least": 60}]}


class ListShape(Shape):
    """A list; `members` counts the live leads in it that the caller sees."""

    list_id: UUID
    name: str
    description: str | None
    is_shared: bool
    members: int
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class ListToCreate(Shape):
    """A new list, the caller's; a shared one is seen in the scope of the role."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Fair in May", "isShared": True}]})

    name: Name
    description: Description | None = None
    is_shared: bool = True


class ListUpdate(Shape):
    """What changes; what is left out stays."""

    name: Name | None = None
    description: Description | None = None
    is_shared: bool | None = None


class ListMembers(Shape):
    """Up to 100 leads."""

    lead_ids: LeadIds


class ChangedMembers(Shape):
    """The leads that the call put in or took out."""

    lead_ids: list[UUID]


class SegmentShape(Shape):
    """A saved rule, looked up anew with every use."""

    segment_id: UUID
    name: str
    description: str | None
    criteria: dict[str, Any]
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class SegmentToCreate(Shape):
    """A rule to save."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Warm", "criteria": _RULE}]})

    name: Name
    description: Description | None = None
    criteria: Criteria


class SegmentUpdate(Shape):
    """What changes; what is left out stays."""

    name: Name | None = None
    description: Description | None = None
    criteria: Criteria | None = None


class SegmentRule(Shape):
    """A rule to be tried."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"criteria": _RULE}]})

    criteria: Criteria


class SegmentPreview(Shape):
    """How many live leads a rule finds that the caller sees, and the first of them."""

    total: int
    leads: list[ListedLead]


@lists.get("", operation_id="list_lists", summary="The lists that the caller sees, in pages")
def list_lists(work: Work, organization_id: OrganizationId, paging: ListPaging) -> Page[ListShape]:
    """`search` asks for words in name and description."""
    filters = {"organization_id": organization_id, "list_id": None, "search": paging.search}
    return read_page(work, LISTS, paging, ListShape, **filters)


@lists.post("", status_code=201, operation_id="create_list", summary="Make a list")
def create_list(work: Work, organization_id: OrganizationId, body: ListToCreate, conditions: Conditions) -> ListShape:
    """Shared, or the caller's alone."""
    made = lead_lists.create_list(work.connection, organization_id, **body.model_dump(by_alias=False))
    return _list(work, organization_id, made, conditions)


@lists.get("/{list_id:uuid}", operation_id="get_list", summary="One list")
def get_list(work: Work, organization_id: OrganizationId, list_id: UUID, conditions: Conditions) -> ListShape:
    """Its leads are those of `GET /leads?listId=`."""
    return _list(work, organization_id, list_id, conditions)


@lists.put("/{list_id:uuid}", operation_id="update_list", summary="Change a list")
def update_list(
    work: Work, organization_id: OrganizationId, list_id: UUID, body: ListUpdate, conditions: Conditions
) -> ListShape:
    """What is left out stays."""
    hold(work.connection, "list", list_id)
    conditions.require(version_of(_read_list(work, organization_id, list_id)))
    stated = body.model_dump(by_alias=False)
    _require(lead_lists.change_list(work.connection, organization_id, list_id, **stated), "change")
    return _list(work, organization_id, list_id, conditions)


@lists.delete("/{list_id:uuid}", status_code=204, operation_id="delete_list", summary="Delete a list")
def delete_list(work: Work, organization_id: OrganizationId, list_id: UUID, conditions: Conditions) -> None:
    """It can be restored for 30 days; its leads stay."""
    hold(work.connection, "list", list_id)
    conditions.require(version_of(_read_list(work, organization_id, list_id)))
    _require(lead_lists.delete_list(work.connection, organization_id, list_id), "delete")


@lists.post("/{list_id:uuid}/restore", operation_id="restore_list", summary="Bring a deleted list back")
def restore_list(work: Work, organization_id: OrganizationId, list_id: UUID, conditions: Conditions) -> ListShape:
    """Within 30 days of its deletion."""
    if not lead_lists.restore_list(work.connection, organization_id, list_id):
        raise not_found("deleted list")
    return _list(work, organization_id, list_id, conditions)


@lists.post("/{list_id:uuid}/members", operation_id="add_list_members", summary="Put leads into a list")
def add_list_members(work: Work, organization_id: OrganizationId, list_id: UUID, body: ListMembers) -> ChangedMembers:
    """Answers with those that are new in it; leads that the caller does not see are left out."""
    _read_list(work, organization_id, list_id)
    return ChangedMembers(lead_ids=lead_lists.add_members(work.connection, organization_id, list_id, body.lead_ids))


@lists.delete("/{list_id:uuid}/members", operation_id="remove_list_members", summary="Take leads out of a list")
def remove_list_members(
    work: Work, organization_id: OrganizationId, list_id: UUID, body: ListMembers
) -> ChangedMembers:
    """Answers with those that were in it; the leads themselves stay."""
    _read_list(work, organization_id, list_id)
    require_changeable(work.connection, "list", list_id)
    return ChangedMembers(lead_ids=lead_lists.remove_members(work.connection, organization_id, list_id, body.lead_ids))


@segments.get("", operation_id="list_segments", summary="The segments that the caller sees, in pages")
def list_segments(work: Work, organization_id: OrganizationId, paging: SegmentPaging) -> Page[SegmentShape]:
    """`search` asks for words in name and description."""
    filters = {"organization_id": organization_id, "segment_id": None, "search": paging.search}
    return read_page(work, SEGMENTS, paging, SegmentShape, **filters)


@segments.post("", status_code=201, operation_id="create_segment", summary="Save a rule")
def create_segment(
    work: Work, organization_id: OrganizationId, body: SegmentToCreate, conditions: Conditions
) -> SegmentShape:
    """From a closed vocabulary of fields and operators."""
    made = lead_segments.create_segment(work.connection, organization_id, body.name, body.criteria, body.description)
    return _segment(work, organization_id, made, conditions)


@segments.post("/preview", operation_id="preview_segment", summary="Try a rule")
def preview_segment(work: Work, organization_id: OrganizationId, body: SegmentRule) -> SegmentPreview:
    """How many leads it finds, and the best of them; nothing is saved."""
    return _preview(work, organization_id, body.criteria)


@segments.get("/{segment_id:uuid}", operation_id="get_segment", summary="One segment")
def get_segment(work: Work, organization_id: OrganizationId, segment_id: UUID, conditions: Conditions) -> SegmentShape:
    """Its rule."""
    return _segment(work, organization_id, segment_id, conditions)


@segments.get("/{segment_id:uuid}/preview", operation_id="preview_saved_segment", summary="Whom a segment finds now")
def preview_saved_segment(work: Work, organization_id: OrganizationId, segment_id: UUID) -> SegmentPreview:
    """How many leads, and the best of them."""
    found = _read_segment(work, organization_id, segment_id)
    return _preview(work, organization_id, found.criteria)


@segments.put("/{segment_id:uuid}", operation_id="update_segment", summary="Change a segment")
def update_segment(
    work: Work, organization_id: OrganizationId, segment_id: UUID, body: SegmentUpdate, conditions: Conditions
) -> SegmentShape:
    """What is left out stays."""
    hold(work.connection, "segment", segment_id)
    conditions.require(version_of(_read_segment(work, organization_id, segment_id)))
    stated = body.model_dump(by_alias=False)
    _require(lead_segments.change_segment(work.connection, organization_id, segment_id, **stated), "change")
    return _segment(work, organization_id, segment_id, conditions)


@segments.delete("/{segment_id:uuid}", status_code=204, operation_id="delete_segment", summary="Delete a segment")
def delete_segment(work: Work, organization_id: OrganizationId, segment_id: UUID, conditions: Conditions) -> None:
    """It can be restored for 30 days."""
    hold(work.connection, "segment", segment_id)
    conditions.require(version_of(_read_segment(work, organization_id, segment_id)))
    _require(lead_segments.delete_segment(work.connection, organization_id, segment_id), "delete")


@segments.post("/{segment_id:uuid}/restore", operation_id="restore_segment", summary="Bring a deleted segment back")
def restore_segment(
    work: Work, organization_id: OrganizationId, segment_id: UUID, conditions: Conditions
) -> SegmentShape:
    """Within 30 days of its deletion."""
    if not lead_segments.restore_segment(work.connection, organization_id, segment_id):
        raise not_found("deleted segment")
    return _segment(work, organization_id, segment_id, conditions)


def _read_list(work: Work, organization_id: UUID, list_id: UUID) -> ListShape:
    filters = {"organization_id": organization_id, "list_id": list_id, "search": None}
    return read_one(work.connection, LISTS, ListShape, "list", **filters)


def _list(work: Work, organization_id: UUID, list_id: UUID, conditions: Conditions) -> ListShape:
    found = _read_list(work, organization_id, list_id)
    return conditions.answer(found, version_of(found))


def _read_segment(work: Work, organization_id: UUID, segment_id: UUID) -> SegmentShape:
    filters = {"organization_id": organization_id, "segment_id": segment_id, "search": None}
    return read_one(work.connection, SEGMENTS, SegmentShape, "segment", **filters)


def _segment(work: Work, organization_id: UUID, segment_id: UUID, conditions: Conditions) -> SegmentShape:
    found = _read_segment(work, organization_id, segment_id)
    return conditions.answer(found, version_of(found))


def _preview(work: Work, organization_id: UUID, criteria: dict[str, Any]) -> SegmentPreview:
    compile_criteria(criteria)
    wanted = work_list.LeadFilter(criteria=criteria)
    page = work_list.list_leads(work.connection, organization_id, wanted, sort="lead_score", page_size=PREVIEWED)
    total = work_list.count_leads(work.connection, organization_id, wanted)
    return SegmentPreview(total=total, leads=[ListedLead.model_validate(row) for row in page.leads])


def _require(is_done: bool, action: str) -> None:
    if not is_done:
        raise ProblemError(Problem.REFUSED, f"You may look at it and not {action} it.")
