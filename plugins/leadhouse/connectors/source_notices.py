"""What a run of a source has to tell a person: refused, empty, another form, too little, far more than before.

The same kinds and the same row as a crawled site has (`leadhouse.jobs.notices`): stage ``watch_source`` of
quality.step_outcomes, `counts` with how many the source names, whoever made it told once and not again every night.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from leadhouse.connectors.source_errors import Reason
from leadhouse.database import connect, queries
from leadhouse.landing.watching import Limits

Kind = Literal["ordinary", "blocked", "empty", "layout_changed", "too_few", "too_many", "broken"]
TITLES: dict[Kind, str] = {
    "blocked": "The provider lets us in no more",
    "empty": "It answers, and names nobody any more",
    "layout_changed": "Its answers have another form: they cannot be read",
    "too_few": "It names far fewer than before: nobody is retracted",
    "too_many": "It names far more than before",
    "broken": "It gives no usable answer",
}
_BY_REASON: dict[Reason, Kind] = {
    "unauthorized": "blocked", "not_allowed": "blocked", "no_credit": "blocked", "malformed": "layout_changed",
    "unreachable": "broken", "provider_failed": "broken", "wrong_url": "broken", "refused_address": "broken",
    "not_valid": "broken",
}  # fmt: skip
log = logging.getLogger(__name__)


def kind_of_run(reason: Reason, named: int, before: int | None, limits: Limits, *, is_read: bool) -> Kind | None:
    """What a run that named so many comes to; None: it was cut short by a ceiling or the pace, and says nothing.

    `before`: how many the last run named that was like the ones before it; None: there was none, or the source gives
    only what is new, so that numbers say nothing. `is_read`: all answers were read, and their list is not believed.
    """
    if reason in ("over_budget", "rate_limited"):
        return None
    if reason != "works":
        return "too_few" if is_read and reason == "malformed" else _BY_REASON[reason]
    if before is None or before < limits.least_values:
        return "ordinary"
    if named == 0:
        return "empty"
    return "too_many" if named > before * limits.most_times else "ordinary"


def tell_run(
    row: Mapping[str, Any],
    run_id: str,
    reason: Reason,
    detail: str,
    named: int,
    started_at: datetime,
    limits: Limits,
    *,
    is_read: bool,
    is_countable: bool,
) -> Kind | None:
    """Notes what a run of a source (`row` of app.sources) comes to, and tells its owner what is new; returns the kind.

    `is_countable`: the source names everybody each time, not only who is new. `started_at`: UTC.
    """
    jobs = queries.load("jobs")
    with connect("jobs") as connection:
        asked = {"source_key": row["source_key"]}
        former = connection.execute(queries.load("source_runs").find_former_count, asked).fetchone()
        before = former["named"] if former and is_countable else None
        kind = kind_of_run(reason, named, before, limits, is_read=is_read)
        if kind is None:
            return None
        notice = f"{detail} It named {named:,}" + (f", {before:,} before." if before is not None else ".")
        told = {
            "source_key": row["source_key"], "outcome": "succeeded" if kind == "ordinary" else "partial",
            "counts": {"kind": kind, "named": named},
            "message": None if kind == "ordinary" else f"{kind}: {notice}"[:2000],
            "started_at": started_at.isoformat(), "wall_seconds": (datetime.now(UTC) - started_at).total_seconds(),
            "organization_id": str(row["organization_id"]),
        }  # fmt: skip
        values = {"run_id": run_id, "stage": "watch_source", "rows": Jsonb([told])}
        connection.execute(jobs.insert_source_outcomes, values)
        if kind != "ordinary":
            shown = {"title": f"{row['name']}: {TITLES[kind]}", "notice": notice[:2000]}
            whom = {"kind": f"source_{kind}", "notice_kind": kind, "source_key": row["source_key"]}
            connection.execute(jobs.notify_source_owner, {**shown, **whom})
            log.warning("%s: %s: %s", row["source_key"], kind, notice)
    return kind
