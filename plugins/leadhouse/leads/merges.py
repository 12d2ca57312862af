"""Leads follow their entities: a merge closes the loser's lead and keeps its work, an un-merge opens it again."""

from __future__ import annotations

from leadhouse.database import connect, queries
from leadhouse.ledger.steps import recorded_step


def follow_merges(run_id: str) -> int:
    """Bring leads in line with the standing redirects; return how many were closed or opened again.

    Where an organization has a lead on both sides of a merge, the winner's goes on with tags and notes of the other,
    which is closed and leaves a row in app.lead_redirects. A lead alone keeps its entity, whose redirect the marts
    follow. A second call changes nothing.
    """
    with recorded_step("leads", run_id, "follow_merges", "all") as step, connect("leads") as connection:
        reopened = connection.execute(queries.load("leads").reopen_unmerged_leads).fetchone() or {"leads": 0}
        closed = connection.execute(queries.load("leads").close_merged_leads).fetchone() or {"leads": 0}
        step.counts.update(reopened=reopened["leads"], closed=closed["leads"])
        return int(reopened["leads"]) + int(closed["leads"])
