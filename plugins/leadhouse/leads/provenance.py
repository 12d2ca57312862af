"""Why a value is what it is: every candidate with its source, time, extractor and the rule that decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.database import connect, queries


@dataclass(frozen=True)
class Candidate:
    """One candidate value as an organization sees it. `value` is None for the correction "there is none".

    `place` counts from 1; `observed_at` is UTC; the archive position is None where no page was read.
    """

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
    observed_at: datetime
    extractor: str
    extractor_version: str
    is_private: bool
    record_id: UUID
    fetch_id: UUID | None
    warc_uri: str | None
    warc_offset: int | None


@dataclass(frozen=True)
class LeadExplanation:
    """Attribute → candidates, best first, of a lead's person (empty for a company's lead) and company."""

    lead_id: UUID
    person_id: UUID | None
    company_id: UUID | None
    person: dict[str, list[Candidate]]
    company: dict[str, list[Candidate]]


def explain_value(organization_id: UUID, lead_id: UUID, attribute: str | None = None) -> LeadExplanation:
    """Every candidate of the lead's person and company, or those of one attribute.

    Raises:
        LookupError: the organization has no such lead.
    """
    with connect("leads") as connection:
        lead = connection.execute(
            queries.load("leads").get_lead, {"organization_id": organization_id, "lead_id": lead_id}
        ).fetchone()
        if lead is None:
            raise LookupError(f"Organization {organization_id} has no lead {lead_id}.")
        person_id = lead["person_id"] or (lead["entity_id"] if lead["entity_kind"] == "person" else None)
        company_id = lead["company_id"] or (lead["entity_id"] if lead["entity_kind"] == "company" else None)
        return LeadExplanation(
            lead_id=lead_id,
            person_id=person_id,
            company_id=company_id,
            person=_explain(connection, "person", organization_id, person_id, attribute),
            company=_explain(connection, "company", organization_id, company_id, attribute),
        )


def explain_entity(
    organization_id: UUID, kind: Literal["person", "company"], entity_id: UUID, attribute: str | None = None
) -> dict[str, list[Candidate]]:
    """The same for a person or company that need not be a lead; empty when the organization sees no value of it."""
    with connect("leads") as connection:
        return _explain(connection, kind, organization_id, entity_id, attribute)


def _explain(
    connection: Connection[Any],
    kind: Literal["person", "company"],
    organization_id: UUID,
    entity_id: UUID | None,
    attribute: str | None,
) -> dict[str, list[Candidate]]:
    if entity_id is None:
        return {}
    statements = queries.load("leads")
    statement = statements.get_person_values if kind == "person" else statements.get_company_values
    parameters = {"organization_id": organization_id, "entity_id": entity_id, "attribute": attribute}
    explained: dict[str, list[Candidate]] = defaultdict(list)
    for row in connection.execute(statement, parameters):
        explained[row["attribute"]].append(Candidate(**row))
    for correction in connection.execute(statements.get_corrections, parameters).fetchall():
        stated = explained[correction["attribute"]]
        if not any(each.record_id == correction["correction_id"] for each in stated):
            explained[correction["attribute"]] = _with_correction(correction, stated)
    return dict(explained)


def _with_correction(correction: dict[str, Any], stated: list[Candidate]) -> list[Candidate]:
    """A correction that the marts do not hold as a candidate: one of "none", or one made since the last build."""
    is_value = correction["value"] is not None
    first = Candidate(
        attribute=correction["attribute"], value=correction["value"], place=1, is_winner=is_value, is_primary=is_value,
        rule_id="correction", confidence=1.0, agreeing_sources=1, source_key="correction", url=None, locator=None,
        raw_value=correction["reason"], observed_at=correction["created_at"], extractor="person", extractor_version="1",
        is_private=True, record_id=correction["correction_id"], fetch_id=None, warc_uri=None, warc_offset=None,
    )  # fmt: skip
    others = [each for each in stated if each.rule_id != "correction" or each.source_key != "correction"]
    rule = "correction" if is_value else "corrected_to_none"
    return [first, *(_beaten(each, place, rule) for place, each in enumerate(others, start=2))]


def _beaten(candidate: Candidate, place: int, rule: str) -> Candidate:
    return replace(candidate, place=place, is_winner=False, is_primary=False, rule_id=rule)
