"""Why a value is what it is: every candidate with its source, bytes, time, extractor and the rule that decided.

`app.explain_lead` and `app.explain_entity` are the one definition; here are their rows as objects.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.database import connect, queries

Origin = Literal["page", "provider", "file", "correction"]


@dataclass(frozen=True)
class Candidate:
    """One candidate value as an organization sees it. `value` is None for the correction "there is none".

    `place` counts from 1; times are UTC; the archive position (`warc_*`, bytes) is None where no page was read.
    `content_hash` is SHA-256 (hex) of what was read: the page's body, the provider's answer, the file's row.
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
    warc_length: int | None
    content_hash: str | None
    fetched_at: datetime | None
    extraction_id: UUID | None
    origin: Origin
    provider: str | None
    price_eur: Decimal | None
    request_id: UUID | None


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
        parameters = {"lead_id": lead_id, "attribute": attribute}
        rows = connection.execute(queries.load("leads").explain_lead, parameters).fetchall()
    return LeadExplanation(
        lead_id=lead_id,
        person_id=lead["person_id"] or (lead["entity_id"] if lead["entity_kind"] == "person" else None),
        company_id=lead["company_id"] or (lead["entity_id"] if lead["entity_kind"] == "company" else None),
        person=_by_attribute(row for row in rows if row["entity_kind"] == "person"),
        company=_by_attribute(row for row in rows if row["entity_kind"] == "company"),
    )


def explain_entity(
    organization_id: UUID, kind: Literal["person", "company"], entity_id: UUID, attribute: str | None = None
) -> dict[str, list[Candidate]]:
    """The same for a person or company that need not be a lead; empty when the organization sees no value of it."""
    parameters = {"organization_id": organization_id, "kind": kind, "entity_id": entity_id, "attribute": attribute}
    with connect("leads") as connection:
        return _by_attribute(connection.execute(queries.load("leads").explain_entity, parameters).fetchall())


def find_lead_organization(connection: Connection[Any], lead_id: UUID) -> UUID:
    """Whose lead it is, for an operator who has only its id.

    Raises:
        LookupError: there is no such lead.
    """
    row = connection.execute(queries.load("leads").find_lead_organization, {"lead_id": lead_id}).fetchone()
    if row is None:
        raise LookupError(f"There is no lead {lead_id}.")
    return UUID(str(row["organization_id"]))


def _by_attribute(rows: Any) -> dict[str, list[Candidate]]:
    names = [each.name for each in fields(Candidate)]
    found: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        found[row["attribute"]].append(Candidate(**{name: row[name] for name in names}))
    return dict(found)
