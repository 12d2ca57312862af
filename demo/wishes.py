"""A lead search in plain language: asked of the model, confirmed by a person, looked for, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from leadhouse.leads import lead_searches
from leadhouse.leads.lead_searches import SearchReport

Json = dict[str, Any]


def begin_search(organization_id: UUID, wish: Json, run_on: date) -> list[UUID]:
    """Ask, confirm and start a wish (`name`, `question`), from where it stands; returns its jobs."""
    row = _find(organization_id, wish["name"])
    if row is None:
        row = lead_searches.ask(organization_id, wish["name"], wish["question"])
    if row["state"] == "proposed":
        row = lead_searches.confirm(row["lead_search_id"])  # as a person does who has read the proposal
    if row["state"] == "confirmed":
        row = lead_searches.start(row["lead_search_id"], run_on)
    return list(row["job_ids"])


def report_search(organization_id: UUID, wish: Json) -> Json | None:
    """What the search has come to, as `lead_searches.SearchReport`, with the question; None before it was asked."""
    row = _find(organization_id, wish["name"])
    if row is None:
        return None
    found: SearchReport = lead_searches.report(row["lead_search_id"])
    told = asdict(found) | {"lead_search_id": str(found.lead_search_id)}
    return {"question": wish["question"], "criteria": row["criteria"], "sources": row["source_keys"], **told}


def _find(organization_id: UUID, name: str) -> Json | None:
    found = lead_searches.list_searches(organization_id)
    return next((row for row in found if row["name"] == name), None)
