"""Landings of several sources in one transaction: what each would ask and write alone is asked and written once.

A landing of one small source is twelve statements for a dozen rows, and most of a night's sources have not changed. The
rows are the same, each with its own landing's id, and every landing keeps its own batch with its own counts and number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from psycopg import Connection

from leadhouse.landing.contract import LandingCounts, ShardLease
from leadhouse.landing.plan import make_plan, seen_unchanged
from leadhouse.landing.row_writer import write_fetches
from leadhouse.landing.staging import insert_rows
from leadhouse.landing.transaction import Landing
from leadhouse.landing.waiting import Waiting, tally

BATCHES = {
    "position": "int4", "landing_id": "uuid", "run_on": "date", "run_id": "text", "source_key": "text",
    "organization_id": "uuid", "job_id": "uuid", "received": "int4", "landed": "int4", "known": "int4",
    "quarantined": "int4",
}  # fmt: skip


def commit_together(landings: Sequence[Landing], lease: ShardLease | None = None) -> list[LandingCounts]:
    """Commits all or none; the counts of each in their order. After an error nothing was written: it may be repeated.

    They are of one component, day and `lease`, borrow one connection, and each has its source. What they hold is small
    (a few hundred pages in all); a landing that is flushed in parts commits alone.

    Raises:
        StaleLeaseError: the lease is held by another process.
    """
    written = [each for each in landings if len(each)]
    if not written:
        return [LandingCounts(0, 0, 0, 0, None)] * len(landings)
    with ExitStack() as open_landings:
        for each in written:
            open_landings.enter_context(each)
        connection = written[0].begin()
        for each in written[1:]:
            each.join(written[0])
        found = iter(_write(connection, [each.take() for each in written], lease))
        counts = [next(found) if len(each) else LandingCounts(0, 0, 0, 0, None) for each in landings]
        connection.commit()
    return counts


def _write(connection: Connection[Any], waiting: Sequence[Waiting], lease: ShardLease | None) -> list[LandingCounts]:
    first = waiting[0].writer
    fetches = ((each.writer.landing_id, fetch) for each in waiting for fetch in each.fetches)
    write_fetches(connection, first.run_on, fetches, lease)
    unchanged = [(each, seen) for each in waiting for seen in seen_unchanged(each.fetches, each.writer.organization_id)]
    statements = [(each, statement) for each in waiting for statement in each.statements]
    plan = make_plan(connection, [said for _, said in statements], first.run_on, [seen for _, seen in unchanged])
    owners = {unit: each.writer.landing_id for each, (unit, _) in unchanged}
    owners |= {said.unit_id: each.writer.landing_id for each, said in statements}
    landed = replace(first, landing_ids=owners).write_plan(connection, plan)
    new = {id(statement) for statement in landed}
    return _number(connection, waiting, [_counted(connection, each, new) for each in waiting])


def _counted(connection: Connection[Any], each: Waiting, new: set[int]) -> Counter[str]:
    quarantined = each.writer.write_quarantine(connection, each.quarantine, each.batch["source_key"])
    stated = sum(map(len, each.statements))
    landed = sum(len(statement) for statement in each.statements if id(statement) in new)
    return tally(stated, landed, len(each.quarantine), quarantined, each.repeated)


def _number(
    connection: Connection[Any], waiting: Sequence[Waiting], counted: Sequence[Counter[str]]
) -> list[LandingCounts]:
    """Batches with their numbers, in the last statement before the commit (see `leadhouse.ledger.batches`)."""
    pairs = list(zip(waiting, counted, strict=True))
    given = ({**each.batch, **counts, "position": i} for i, (each, counts) in enumerate(pairs))
    made = insert_rows(connection, "batches", BATCHES, ([row[name] for name in BATCHES] for row in given))
    numbers = {row["landing_id"]: row["batch_no"] for row in made}
    return [LandingCounts(**counts, batch_no=numbers[each.writer.landing_id]) for each, counts in pairs]
