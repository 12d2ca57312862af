"""Companies and people as the marts know them, each value with where it stands and why it won; so for a lead."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from psycopg import sql

from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.database import queries

companies = APIRouter(prefix="/companies", tags=["companies"])
people = APIRouter(prefix="/people", tags=["people"])
of_leads = APIRouter(prefix="/leads", tags=["leads"])

CompanySort = sort_names("CompanySort", "name", "domain", "source_count", "completeness_ratio", "last_verified_at")
CompanyPaging = Annotated[Paging, Depends(paging_by(CompanySort, CompanySort("name"), "asc"))]
COMPANIES = Listing(
    "list_companies", "company_id",
    {"name": "text", "domain": "text", "source_count": "numeric", "completeness_ratio": "numeric",
     "last_verified_at": "timestamptz"},
)  # fmt: skip
PersonSort = sort_names("PersonSort", "full_name", "source_count", "last_verified_at")
PersonPaging = Annotated[Paging, Depends(paging_by(PersonSort, PersonSort("fullName"), "asc"))]
PEOPLE = Listing(
    "list_people", "person_id", {"full_name": "text", "source_count": "numeric", "last_verified_at": "timestamptz"}
)
ALL_COMPANIES: dict[str, Any] = {"company_id": None, "country_code": (), "industry_code": (), "search": None}
ALL_PEOPLE: dict[str, Any] = {
    "person_id": None, "company_id": None, "country_code": (), "seniority": (), "email_status": (), "search": None,
}  # fmt: skip
Codes = Annotated[list[Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")]] | None, Query(max_length=50)]
Countries = Annotated[
    list[Annotated[str, Query(pattern=r"^[A-Z]{2}$")]] | None, Query(alias="countryCode", max_length=50)
]
Attribute = Annotated[str | None, Query(max_length=60, pattern=r"^[a-z0-9_]+$", description="One attribute alone.")]


class CompanyShape(Shape):
    """A company as the organization sees it. `isPrivate`: nobody else knows of it."""

    company_id: UUID
    name: str | None
    legal_name: str | None
    domain: str | None
    country_code: str | None
    industry_code: str | None
    employee_band: str | None
    email_generic: str | None
    phone_e164: str | None
    is_private: bool
    source_count: int
    completeness_ratio: float
    last_verified_at: datetime | None


class PersonShape(Shape):
    """A person as the organization sees it."""

    person_id: UUID
    company_id: UUID | None
    full_name: str | None
    title_raw: str | None
    seniority: str | None
    department: str | None
    email_normalized: str | None
    email_status: str | None
    phone_e164: str | None
    social_urls: list[str]
    country_code: str | None
    is_private: bool
    source_count: int
    last_verified_at: datetime | None


class CandidateShape(Shape):
    """One candidate value of an attribute: where it stands, how sure it is, and the rule that placed it."""

    attribute: str
    value: str | None
    place: int
    is_winner: bool
    is_primary: bool
    rule_id: str
    confidence: float
    agreeing_sources: int
    source_key: str
    url: str | None
    locator: str | None
    raw_value: str | None
    observed_at: datetime | None
    extractor: str | None
    extractor_version: str | None
    is_private: bool


class CompanyDetails(CompanyShape):
    """A company with the candidates of each of its values, best first."""

    values: list[CandidateShape]


class PersonDetails(PersonShape):
    """A person with the candidates of each value, best first."""

    values: list[CandidateShape]


class LeadProvenance(Shape):
    """What is known of a lead's person and company, and why each value is what it is."""

    lead_id: UUID
    person_id: UUID | None
    company_id: UUID | None
    person: list[CandidateShape]
    company: list[CandidateShape]


@companies.get("", operation_id="list_companies", summary="The companies that the caller reaches, in pages")
def list_companies(
    work: Work,
    _: OrganizationId,
    paging: CompanyPaging,
    country_code: Countries = None,
    industry_code: Annotated[Codes, Query(alias="industryCode")] = None,
) -> Page[CompanyShape]:
    """`search` asks for words in name, legal name and domain."""
    chosen = {"country_code": country_code or (), "industry_code": industry_code or (), "search": paging.search}
    _require_marts(work)
    return read_page(work, COMPANIES, paging, CompanyShape, **{**ALL_COMPANIES, **chosen})


@companies.get("/{company_id:uuid}", operation_id="get_company", summary="One company, with where its values stand")
def get_company(work: Work, _: OrganizationId, company_id: UUID, attribute: Attribute = None) -> CompanyDetails:
    """Every candidate of every value, or of one attribute."""
    _require_marts(work)
    found = read_one(work.connection, COMPANIES, CompanyShape, "company", **{**ALL_COMPANIES, "company_id": company_id})
    values = _values(work, "list_company_values", company_id, attribute)
    return CompanyDetails(**found.model_dump(by_alias=False), values=values)


@people.get("", operation_id="list_people", summary="The people that the caller reaches, in pages")
def list_people(
    work: Work,
    _: OrganizationId,
    paging: PersonPaging,
    company_id: Annotated[UUID | None, Query(alias="companyId")] = None,
    country_code: Countries = None,
    seniority: Codes = None,
    email_status: Annotated[Codes, Query(alias="emailStatus")] = None,
) -> Page[PersonShape]:
    """`search` asks for words in name, title and address."""
    chosen = {
        "company_id": company_id, "country_code": country_code or (), "seniority": seniority or (),
        "email_status": email_status or (), "search": paging.search,
    }  # fmt: skip
    _require_marts(work)
    return read_page(work, PEOPLE, paging, PersonShape, **{**ALL_PEOPLE, **chosen})


@people.get("/{person_id:uuid}", operation_id="get_person", summary="One person, with where the values stand")
def get_person(work: Work, _: OrganizationId, person_id: UUID, attribute: Attribute = None) -> PersonDetails:
    """Every candidate of every value, or of one attribute."""
    _require_marts(work)
    found = read_one(work.connection, PEOPLE, PersonShape, "person", **{**ALL_PEOPLE, "person_id": person_id})
    values = _values(work, "list_person_values", person_id, attribute)
    return PersonDetails(**found.model_dump(by_alias=False), values=values)


@of_leads.get("/{lead_id:uuid}/provenance", operation_id="get_lead_provenance", summary="Why a lead's values are so")
def get_lead_provenance(
    work: Work, organization_id: OrganizationId, lead_id: UUID, attribute: Attribute = None
) -> LeadProvenance:
    """Of its person and its company, as the marts were last built; empty for a lead that they do not hold yet."""
    _require_marts(work)
    key = {"organization_id": organization_id, "lead_id": lead_id}
    row = work.connection.execute(queries.load("resources").find_lead_entities, key).fetchone()
    if row is None:
        raise not_found("lead")
    person, company = row["person_id"], row["company_id"]
    return LeadProvenance(
        lead_id=lead_id, person_id=person, company_id=company,
        person=_values(work, "list_person_values", person, attribute) if person else [],
        company=_values(work, "list_company_values", company, attribute) if company else [],
    )  # fmt: skip


def _values(work: Work, name: str, entity_id: UUID, attribute: str | None) -> list[CandidateShape]:
    statement: sql.SQL = getattr(queries.load("resources"), name)
    rows = work.connection.execute(statement, {"entity_id": entity_id, "attribute": attribute})
    return [CandidateShape.model_validate(row) for row in rows]


def _require_marts(work: Work) -> None:
    """Raises ProblemError (503) on a platform whose marts were never built."""
    row = work.connection.execute(queries.load("resources").find_marts).fetchone()
    if row is None or not row["are_built"]:
        raise ProblemError(Problem.UNAVAILABLE, "The marts are not built yet. They are after the first night.")
