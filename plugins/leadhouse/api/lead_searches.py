"""Lead searches: criteria typed in, or proposed from a question and confirmed; what they found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from psycopg.types.json import Jsonb

from leadhouse.api.idempotency import once
from leadhouse.api.lead_search_shapes import (
    SearchConfirmation,
    SearchQuestion,
    SearchReportShape,
    SearchShape,
    SearchState,
    SearchToCreate,
    SearchUpdate,
)
from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names, version_of
from leadhouse.api.outside_calls import outside_call
from leadhouse.api.problems import MEDIA_TYPE, Problem, ProblemError
from leadhouse.api.shapes import Page, Paging, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, hold
from leadhouse.connectors.source_errors import SourceError
from leadhouse.database import connect, queries
from leadhouse.enrichment.language_model import LanguageModelError
from leadhouse.leads import lead_searches
from leadhouse.leads.lead_searches import SearchStateError
from leadhouse.leads.search_questions import SearchQuestionError
from leadhouse.settings import settings

router = APIRouter(prefix="/lead-searches", tags=["lead searches"])

SearchSort = sort_names("SearchSort", "created_at", "updated_at", "name")
SearchPaging = Annotated[Paging, Depends(paging_by(SearchSort, SearchSort("createdAt")))]
SEARCHES = Listing(
    "list_lead_searches", "lead_search_id", {"created_at": "timestamptz", "updated_at": "timestamptz", "name": "text"}
)
MODEL_FAILED: dict[int | str, dict[str, Any]] = {
    502: {
        "description": Problem.OUTSIDE_FAILED.title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


@router.get("", operation_id="list_lead_searches", summary="The searches that the caller reaches, in pages")
def list_lead_searches(
    work: Work,
    organization_id: OrganizationId,
    paging: SearchPaging,
    state: Annotated[list[SearchState] | None, Query()] = None,
) -> Page[SearchShape]:
    """`search` asks for words in name and question."""
    filters = {
        "organization_id": organization_id,
        "lead_search_id": None,
        "state": state or (),
        "search": paging.search,
    }
    return read_page(work, SEARCHES, paging, SearchShape, **filters)


@router.post("", status_code=201, operation_id="create_lead_search", summary="Search by criteria")
def create_lead_search(
    work: Work, organization_id: OrganizationId, body: SearchToCreate, conditions: Conditions
) -> SearchShape:
    """It takes what matches after each build of the marts; `start` looks for more."""
    values = {
        "organization_id": organization_id, "name": body.name, "criteria": _criteria(body.criteria), "question": None,
        "state": "confirmed", "discovery": _discovery(body.discovery), "is_active": True,
    }  # fmt: skip
    [row] = work.connection.execute(queries.load("lead_searches").insert_search, values)
    return _answer(work, organization_id, row["lead_search_id"], conditions)


@router.post(
    "/ask", status_code=201, operation_id="ask_lead_search", summary="Search by a question", responses=MODEL_FAILED
)
def ask_lead_search(
    work: Work, organization_id: OrganizationId, body: SearchQuestion, conditions: Conditions
) -> SearchShape:
    """A language model proposes criteria; nothing is looked for before a person confirms them.

    Under an Idempotency-Key the model is asked once: repeated after its answer was lost, the search is answered as it
    stands, `asked` or `refused`.
    """
    _require_right(work, "lead_searches", "create")
    if settings().language_model_url is None:
        raise ProblemError(Problem.CONFLICT, "This platform has no language model: search by criteria.")
    with _told(), outside_call():
        made = once(
            lambda beside: lead_searches.ask(organization_id, body.name, body.question, beside=beside)[
                "lead_search_id"
            ],
            UUID,
        )
    with connect("leads") as connection:
        key = {"lead_search_id": made, "user_id": work.caller.user_id}
        connection.execute(queries.load("resources").name_search_maker, key)
    return _answer(work, organization_id, made, conditions)


@router.get("/{lead_search_id:uuid}", operation_id="get_lead_search", summary="One search")
def get_lead_search(
    work: Work, organization_id: OrganizationId, lead_search_id: UUID, conditions: Conditions
) -> SearchShape:
    """Its criteria and its state."""
    return _answer(work, organization_id, lead_search_id, conditions)


@router.put("/{lead_search_id:uuid}", operation_id="update_lead_search", summary="Change a search")
def update_lead_search(
    work: Work, organization_id: OrganizationId, lead_search_id: UUID, body: SearchUpdate, conditions: Conditions
) -> SearchShape:
    """Leads that it made stay."""
    hold(work.connection, "lead search", lead_search_id)
    found = _read(work, organization_id, lead_search_id)
    conditions.require(version_of(found))
    if body.is_active and found.state not in ("confirmed", "running", "finished"):
        raise ProblemError(Problem.CONFLICT, f"The search is {found.state}: confirm it first.")
    values = {
        "name": body.name, "is_active": body.is_active,
        "criteria": None if body.criteria is None else _criteria(body.criteria),
        "discovery": None if body.discovery is None else _discovery(body.discovery),
    }  # fmt: skip
    _do(work, "change_search", organization_id, lead_search_id, **values)
    return _answer(work, organization_id, lead_search_id, conditions)


@router.delete("/{lead_search_id:uuid}", status_code=204, operation_id="delete_lead_search", summary="Delete a search")
def delete_lead_search(
    work: Work, organization_id: OrganizationId, lead_search_id: UUID, conditions: Conditions
) -> None:
    """Leads that it made stay."""
    hold(work.connection, "lead search", lead_search_id)
    conditions.require(version_of(_read(work, organization_id, lead_search_id)))
    _do(work, "delete_search", organization_id, lead_search_id)


@router.post("/{lead_search_id:uuid}/confirm", operation_id="confirm_lead_search", summary="Confirm a proposal")
def confirm_lead_search(
    work: Work, organization_id: OrganizationId, lead_search_id: UUID, body: SearchConfirmation, conditions: Conditions
) -> SearchShape:
    """As it was proposed, or as it is put here."""
    _require_change(work, organization_id, lead_search_id)
    with _told():
        criteria = None if body.criteria is None else lead_searches.read_criteria(body.criteria)
        discovery = None if body.discovery is None else lead_searches.read_discovery(body.discovery)
        once(lambda beside: _done(lead_searches.confirm(lead_search_id, criteria, discovery, beside=beside)), None)
    return _answer(work, organization_id, lead_search_id, conditions)


@router.post("/{lead_search_id:uuid}/start", operation_id="start_lead_search", summary="Look for more")
def start_lead_search(
    work: Work, organization_id: OrganizationId, lead_search_id: UUID, conditions: Conditions
) -> SearchShape:
    """By the ways of discovery that are set up; repeated, it finds the same sources and the same job."""
    _require_change(work, organization_id, lead_search_id)
    _require_right(work, "jobs", "create")
    with _told():
        lead_searches.start(lead_search_id)
    return _answer(work, organization_id, lead_search_id, conditions)


@router.get("/{lead_search_id:uuid}/report", operation_id="report_lead_search", summary="What came of a search")
def report_lead_search(work: Work, organization_id: OrganizationId, lead_search_id: UUID) -> SearchReportShape:
    """How many were requested, how many met the criteria, and whether what was looked through is exhausted."""
    _read(work, organization_id, lead_search_id)
    return SearchReportShape.model_validate(asdict(lead_searches.report(lead_search_id)))


def _done(_: Any) -> None:
    """What the component returned is not asked for: the caller reads the search under the own rights."""


def _read(work: Work, organization_id: UUID, lead_search_id: UUID) -> SearchShape:
    filters = {"organization_id": organization_id, "lead_search_id": lead_search_id, "state": (), "search": None}
    return read_one(work.connection, SEARCHES, SearchShape, "lead search", **filters)


def _answer(work: Work, organization_id: UUID, lead_search_id: UUID, conditions: Conditions) -> SearchShape:
    found = _read(work, organization_id, lead_search_id)
    return conditions.answer(found, version_of(found))


def _do(work: Work, query: str, organization_id: UUID, lead_search_id: UUID, **values: Any) -> None:
    key = {"organization_id": organization_id, "lead_search_id": lead_search_id}
    statement = getattr(queries.load("resources"), query)
    if work.connection.execute(statement, {**key, **values}).fetchone() is None:
        raise ProblemError(Problem.REFUSED, "You may look at this search and not change it.")


def _require_change(work: Work, organization_id: UUID, lead_search_id: UUID) -> None:
    """Raises ProblemError (404, 403) unless the caller may change the search, which a component does then."""
    _read(work, organization_id, lead_search_id)
    key = {"organization_id": organization_id, "lead_search_id": lead_search_id, "action": "update"}
    row = work.connection.execute(queries.load("resources").may_change_search, key).fetchone()
    if row is None or not row["is_allowed"]:
        raise ProblemError(Problem.REFUSED, "You may look at this search and not change it.")


def _require_right(work: Work, resource: str, action: str) -> None:
    work.connection.execute(queries.load("resources").require_right, {"resource": resource, "action": action})


def _criteria(stated: dict[str, Any]) -> Jsonb:
    with _told():
        return Jsonb(lead_searches.read_criteria(stated).model_dump(mode="json", exclude_none=True))


def _discovery(stated: dict[str, Any]) -> Jsonb:
    with _told():
        return Jsonb(lead_searches.read_discovery(stated).model_dump(mode="json", exclude_none=True))


@contextmanager
def _told() -> Iterator[None]:
    """What a search refuses, as problems."""
    try:
        yield
    except SearchStateError as error:
        raise ProblemError(Problem.CONFLICT, str(error)) from error
    except (SearchQuestionError, SourceError) as error:
        raise ProblemError(Problem.INVALID, str(error)) from error
    except LanguageModelError as error:
        raise ProblemError(Problem.OUTSIDE_FAILED, str(error)) from error
