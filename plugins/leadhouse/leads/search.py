"""Search over leads: words in name, company, address, domain and title, accents and case aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.leads.work import LeadStatus, Priority, errors_told
from leadhouse.leads.work_list import LeadFilter

Cursor = tuple[int, UUID]


@dataclass(frozen=True)
class FoundLead:
    """A lead that holds every word of the query."""

    lead_id: UUID
    full_name: str | None
    title: str | None
    email_normalized: str | None
    company_name: str | None
    domain: str | None
    country_code: str | None
    lead_score: int | None
    status: LeadStatus
    priority: Priority
    owner_id: UUID | None
    campaign_id: UUID | None
    tags: list[str]
    created_at: datetime

    @property
    def cursor(self) -> Cursor:
        """Where the page behind this row begins."""
        return -1 if self.lead_score is None else self.lead_score, self.lead_id


def search_leads(
    connection: Connection[Any],
    query: str,
    wanted: LeadFilter | None = None,
    *,
    after: Cursor | None = None,
    limit: int = 50,
) -> list[FoundLead]:
    """Live leads of the caller's organization and scope, best score first; none for an empty query.

    Words of one or two letters count where a word begins, longer ones anywhere. Of the filter, status, priority, tags,
    owner and campaign count.

    Raises:
        LeadChangeError: a page of more than 200 rows. LeadRefusedError: the caller's role reads no leads.
    """
    after_score, after_id = after or (None, None)
    names = {"status", "priority", "tags", "owner_id", "campaign_id"}
    stated = (wanted or LeadFilter()).model_dump(mode="json", include=names, exclude_defaults=True)
    parameters = {
        "query": query, "filters": Jsonb(stated), "limit": limit, "after_score": after_score, "after_id": after_id,
    }  # fmt: skip
    with errors_told():
        return [FoundLead(**row) for row in connection.execute(queries.load("lead_search").search_leads, parameters)]
