"""Saved searches: what an organization looks for becomes its leads when the marts hold it.

A campaign whose `config.audience.lead_search_id` names a search takes what the search matches as its members.
"""

from __future__ import annotations

from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leadhouse.database import connect, queries
from leadhouse.leads.merges import follow_merges
from leadhouse.ledger.steps import Step, recorded_step


class SearchCriteria(BaseModel):
    """The criteria of `app.lead_searches`; what is left out does not restrict.

    Codes are compared as they stand, a title matches when it holds one of `titles` in any case. `source_keys`: at least
    one of these sources states something of it. `limit` is the number of leads that the search may hold at a time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    entity_kind: Literal["company", "person"] = "person"
    country_codes: tuple[str, ...] | None = None
    industry_codes: tuple[str, ...] | None = None
    titles: tuple[str, ...] | None = None
    source_keys: tuple[str, ...] | None = None
    limit: int | None = Field(default=None, ge=0, le=1_000_000_000)


def adopt_from_searches(run_id: str) -> int:
    """Follow merges, then adopt what the active searches match; return the number of leads that are new or changed.

    Entities that ever were a lead of the organization, deleted ones included, are not adopted again. A search with
    criteria that cannot be read is named in the step's outcome and stops no other.
    """
    with recorded_step("leads", run_id, "adopt_leads", "all") as step:
        changed = follow_merges(run_id)
        with connect("leads") as connection:
            searches = connection.execute(queries.load("leads").get_active_searches).fetchall()
        adopted = sum(_adopt(search, step) for search in searches)
        step.counts.update(searches=len(searches), adopted=adopted, closed_or_reopened=changed)
        return adopted + changed


def _adopt(search: DictRow, step: Step) -> int:
    try:
        criteria = SearchCriteria.model_validate(search["criteria"])
    except ValidationError as error:
        _name_bad_search(search, error, step)
        return 0
    source = f"search:{search['lead_search_id']}"
    statements = queries.load("leads")
    statement = statements.adopt_people if criteria.entity_kind == "person" else statements.adopt_companies
    with connect("leads") as connection:
        scope: dict[str, Any] = {"organization_id": search["organization_id"], "source": source}
        free_places, is_feeding = _free_places(connection, criteria, scope), bool(search["campaign_ids"])
        parameters = scope | _lists(criteria) | {"free_places": free_places, "is_feeding": is_feeding}
        matches = connection.execute(statement, parameters).fetchall()
        enrolment = {"campaign_ids": search["campaign_ids"], "entity_ids": [match["entity_id"] for match in matches]}
        enrolled = connection.execute(statements.enrol_members, scope | enrolment).fetchall() if is_feeding else []
        step.counts["enrolled"] = int(step.counts.get("enrolled", 0)) + len(enrolled)
        return sum(match["is_new"] for match in matches)


def _lists(criteria: SearchCriteria) -> dict[str, list[str] | None]:
    names = ("country_codes", "industry_codes", "titles", "source_keys")
    return {name: list(value) if (value := getattr(criteria, name)) else None for name in names}


def _free_places(connection: Connection[DictRow], criteria: SearchCriteria, scope: dict[str, Any]) -> int | None:
    """How many more leads the search may hold, and the organization's tier allows; None: any number."""
    row = connection.execute(queries.load("leads").count_leads_of_source, scope).fetchone() or {
        "leads": 0,
        "room": None,
    }
    places = [] if criteria.limit is None else [max(0, criteria.limit - int(row["leads"]))]
    return min([*places, *([] if row["room"] is None else [int(row["room"])])], default=None)


def _name_bad_search(search: DictRow, error: ValidationError, step: Step) -> None:
    reasons = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    step.outcome = "partial"
    step.message = " ".join(
        filter(None, [step.message, f"Search {search['name']!r} was left out, correct its criteria: {reasons}."])
    )
