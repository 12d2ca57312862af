"""The stage: what has landed since the last run becomes entities, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.ledger.batches import advance, position
from leadhouse.ledger.steps import recorded_step
from leadhouse.resolution.atoms import assign_origins
from leadhouse.resolution.bulk import BULK_FROM, Fresh, place_fresh
from leadhouse.resolution.changes import Changes, Reason
from leadhouse.resolution.reading import Dirty, keep_changes, read_units, touch_units
from leadhouse.resolution.settling import settle
from leadhouse.resolution.weighing import weigh_shared, weigh_tenants

CONSUMER = "resolve_entities"


@dataclass(frozen=True, slots=True)
class ResolutionSummary:
    """What one resolution read and changed. `batch_no` is its entry in the ledger, None when nothing changed."""

    batch_no: int | None
    raw_batch_no: int
    units: int
    subjects: int
    dirty: int
    entities_changed: int
    created: int
    merged: int
    unmerged: int
    retired: int


def resolve_unread(run_id: str) -> ResolutionSummary:
    """Resolve what the unread raw batches touched; what is unchanged keeps its place unread.

    One transaction: entities, assignments, redirects, the ledger's changes and the position move together or not at
    all. A second resolver waits.
    """
    with recorded_step("resolution", run_id, "resolve_entities", "all") as step:
        with connect("resolution") as connection:
            summary = _resolve(connection, run_id, everything=False)
        step.counts |= _counts(summary)
        if summary.units == 0 and summary.batch_no is None:
            step.outcome = "skipped"
    return summary


def full_refresh(run_id: str) -> ResolutionSummary:
    """Read every statement again and place every subject anew; ids and decisions stay.

    After `resolve_unread` it changes nothing but the ledger: all entities stand in it, so that all marts are rebuilt.
    """
    with recorded_step("resolution", run_id, "resolve_entities", "full refresh") as step:
        with connect("resolution") as connection:
            summary = _resolve(connection, run_id, everything=True)
        step.counts |= _counts(summary)
    return summary


def resolve_units(run_id: str, unit_ids: list[UUID]) -> ResolutionSummary:
    """Read the given units again, out of their turn: records of them were erased. Unread batches stay unread.

    Entities that nothing states any more retire, and all that stood on the units is in the ledger.
    """
    with recorded_step("resolution", run_id, "resolve_entities", "erased") as step:
        with connect("resolution") as connection:
            connection.execute(queries.load("resolution").lock_resolution)
            after = position(connection, CONSUMER, "raw")
            units = touch_units(connection, None, unit_ids)
            summary = _settle(connection, run_id, units, (after, after), "refreshed")
        step.counts |= _counts(summary)
    return summary


def _counts(summary: ResolutionSummary) -> dict[str, int | float | str]:
    names = ("units", "subjects", "dirty", "entities_changed", "created", "merged", "unmerged", "retired")
    return {name: getattr(summary, name) for name in names}


def _resolve(connection: Connection[DictRow], run_id: str, *, everything: bool) -> ResolutionSummary:
    sql = queries.load("resolution")
    connection.execute(sql.lock_resolution)
    after = position(connection, CONSUMER, "raw")
    row = connection.execute(sql.select_newest_batch).fetchone()
    upto = (row and row["batch_no"]) or 0
    if upto <= after and not everything:
        return ResolutionSummary(None, after, 0, 0, 0, 0, 0, 0, 0, 0)
    units = touch_units(connection, None if everything else (after, upto))
    advance(connection, CONSUMER, "raw", upto)
    if everything:
        return _settle(connection, run_id, units, (after, upto), "refreshed", everything=True)
    fresh = place_fresh(connection, run_id) if units >= BULK_FROM else None
    return _settle(connection, run_id, units, (after, upto), "landed", fresh)


def _settle(
    connection: Connection[DictRow],
    run_id: str,
    units: int,
    batches: tuple[int, int],
    reason: Reason,
    fresh: Fresh | None = None,
    *,
    everything: bool = False,
) -> ResolutionSummary:
    """Place what the touched units say and publish what changed; `batches` are those (after, up to) that were read.

    `fresh` is what a bulk reading has placed already: the rest of it follows.
    """
    subjects = fresh.statements if fresh else read_units(connection)
    changes = Changes(batch_no=fresh.batch_no, counted=fresh.kinds) if fresh else Changes()
    dirty = keep_changes(connection, everything=everything)
    _place(connection, dirty, changes)
    _weigh(connection, changes)
    _touch_read(connection, *batches, changes)
    batch_no = changes.publish(connection, run_id, reason)
    return ResolutionSummary(
        batch_no,
        batches[1],
        units,
        subjects,
        len(dirty) + (fresh.placed if fresh else 0),
        len({entity for entity, _ in changes.kinds}) + changes.counted.total(),
        changes.count("created"),
        changes.count("merged"),
        changes.count("unmerged"),
        changes.count("retired"),
    )


def _place(connection: Connection[DictRow], dirty: list[Dirty], changes: Changes) -> None:
    """The shared scope first, then every organization that holds something of its own around it."""
    placed, changes.entities = assign_origins(connection, dirty)
    starts: dict[UUID | None, set[UUID]] = defaultdict(set)
    heirs: dict[UUID, set[UUID]] = defaultdict(set)
    for each in dirty:
        origin = placed.get(each.subject_id)
        known = {each.former_entity_id, each.former_origin_id, origin}
        starts[each.organization_id] |= {entity for entity in known if entity is not None}
        if each.goes_on and origin and each.former_entity_id and each.former_entity_id != origin:
            heirs[each.former_entity_id].add(origin)
        if each.has_vanished and each.former_entity_id:
            changes.add(each.former_entity_id, each.organization_id, "updated")
    settle(connection, None, starts.pop(None, set()), heirs, changes)
    for row in connection.execute(queries.load("resolution").select_tenants_of_changed_keys):
        starts[row["organization_id"]].add(row["node"])
    settle_tenants(connection, starts, heirs, changes)


def _weigh(connection: Connection[DictRow], changes: Changes) -> None:
    """Settle where the match model has decided anew: first for all, then for each organization against what is so."""
    settle(connection, None, weigh_shared(connection), {}, changes)
    weighed = weigh_tenants(connection, changes.touched(None))
    if weighed or changes.kinds:
        settle_tenants(connection, weighed, {}, changes)


def settle_tenants(
    connection: Connection[DictRow],
    starts: dict[UUID | None, set[UUID]],
    heirs: dict[UUID, set[UUID]],
    changes: Changes,
) -> None:
    """Settle every organization: around its own changes, and around what changed in the shared scope."""
    sql = queries.load("resolution")
    shared = changes.touched(None)
    for row in connection.execute(sql.select_affected_tenants, {"ids": shared}).fetchall():
        starts[row["organization_id"]].add(row["node"])
    for organization_id in sorted(starts, key=str):
        settle(connection, organization_id, starts[organization_id], heirs, changes)


def touch_tenant_targets(connection: Connection[DictRow], changes: Changes) -> None:
    """A changed shared entity that an organization has joined to another changes that other's overlay."""
    sql = queries.load("resolution")
    for row in connection.execute(sql.select_tenant_targets, {"ids": changes.touched(None)}).fetchall():
        changes.add(row["entity_id"], row["organization_id"], "updated")


def _touch_read(connection: Connection[DictRow], after: int, upto: int, changes: Changes) -> None:
    """Unmoved entities whose records were stated anew, and those with an address that was checked."""
    sql = queries.load("resolution")
    for statement in (sql.select_places_of_read, sql.select_checked_entities):
        for row in connection.execute(statement, {"after": after, "upto": upto}):
            changes.add(row["entity_id"], row["organization_id"], "updated")
    touch_tenant_targets(connection, changes)
