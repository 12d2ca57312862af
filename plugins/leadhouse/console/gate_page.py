"""The Gate page: each verdict with its rules, the rows it is about, and the messages that exist because of it."""

from __future__ import annotations

from uuid import UUID

from leadhouse.console.rendering import render_page
from leadhouse.database import connect
from leadhouse.database.queries import load


def gate_page(gate_run_id: UUID | None) -> str | None:
    """All verdicts, newest first, or one with its rules and rows; None when there is no such verdict."""
    queries = load("console")
    with connect("console") as connection:
        results = connection.execute(queries.list_gate_results, {"gate_run_id": gate_run_id}).fetchall()
        if gate_run_id is None:
            return render_page("gate.html", results=results)
        if not results:
            return None
        result = results[0]
        judged = result["overrides_gate_run_id"] or gate_run_id  # an override has no rules of its own
        rules = connection.execute(queries.list_gate_rules, {"gate_run_id": judged}).fetchall()
        of_snapshot = {"snapshot_id": result["snapshot_id"]}
        for rule in rules:
            members = {**of_snapshot, "members": rule["unexpected_members"]}
            rule["rows"] = connection.execute(queries.list_unexpected_members, members).fetchall()
        return render_page(
            "gate_result.html",
            result=result,
            rules=rules,
            decisions=connection.execute(queries.count_decisions, of_snapshot).fetchall(),
            messages=connection.execute(queries.count_snapshot_messages, of_snapshot).fetchall(),
        )
