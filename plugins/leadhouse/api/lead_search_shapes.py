"""Lead searches as the interface states them: criteria, where to look, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from leadhouse.api.shapes import Shape

SearchState = Literal["asked", "proposed", "refused", "confirmed", "running", "finished"]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]
Criteria = Annotated[
    dict[str, JsonValue],
    Field(
        description="entity_kind, country_codes, industry_codes, titles, source_keys and limit; all may be left out."
    ),
]
Places = Annotated[dict[str, JsonValue], Field(description="Where to look: tags, place, country_code, queries.")]


class SearchShape(Shape):
    """A search. It makes leads only after a person has confirmed its criteria."""

    lead_search_id: UUID
    name: str
    question: str | None
    state: SearchState
    criteria: dict[str, Any]
    discovery: dict[str, Any]
    is_active: bool
    message: str | None
    source_keys: list[str]
    job_ids: list[UUID]
    confirmed_at: datetime | None
    finished_at: datetime | None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class SearchToCreate(Shape):
    """Criteria that a person types in: confirmed by that."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Ports", "criteria": {"country_codes": ["DE"], "titles": ["sales"]}}]}
    )

    name: Name
    criteria: Criteria = Field(default_factory=dict)
    discovery: Places = Field(default_factory=dict)


class SearchQuestion(Shape):
    """A question in plain language, of which criteria are proposed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Ports", "question": "Heads of sales of shipyards in Hamburg"}]}
    )

    name: Name
    question: Annotated[str, Field(min_length=3, max_length=2000, pattern=r"^[^\x00]*$")]


class SearchUpdate(Shape):
    """What changes; what is left out stays."""

    name: Name | None = None
    criteria: Criteria | None = None
    discovery: Places | None = None
    is_active: bool | None = None


class SearchConfirmation(Shape):
    """Yes to the proposal, or to what is made of it here."""

    criteria: Criteria | None = None
    discovery: Places | None = None


class SearchReportShape(Shape):
    """What came of a search so far. `requested` null: any number; `jobs` by their status.

    `unread_sources` are those whose last run did not come to their end: their next one goes on.
    """

    lead_search_id: UUID
    name: str
    state: SearchState
    requested: int | None
    met: int
    is_exhausted: bool
    jobs: dict[str, int]
    message: str
    unread_sources: int
