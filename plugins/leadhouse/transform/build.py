"""The marts, by the ledger of changes: what was touched since the last build is made again, whole, and tested."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from leadhouse.database import connect, queries
from leadhouse.ledger import batches
from leadhouse.ledger.steps import Step, recorded_step
from leadhouse.records import hash_json
from leadhouse.transform import dbt_project
from leadhouse.transform.dbt_project import NodeResult
from leadhouse.transform.staging import deploy_staging

CONSUMER = "build_marts"
NOT_AT_NIGHT = "path:models/staging resource_type:unit_test"
PROJECT_NODE = "project.leadhouse"


@dataclass(frozen=True)
class Window:
    """The unread batches of both streams; lower ends excluded, upper ends included."""

    from_batch: int
    to_batch: int
    from_landing_batch: int
    to_landing_batch: int


@dataclass(frozen=True)
class BuildSummary:
    """What one build did. `entities` were touched by the ledger; `nodes` counts models and tests by dbt's status."""

    run_id: str
    window: Window
    is_full_refresh: bool
    entities: int
    nodes: dict[str, int]
    rows_written: int
    seconds: float


def build_marts(run_id: str, full_refresh: bool = False) -> BuildSummary:
    """Build and test the marts from the unread batches, store each node's result, move the position when all is well.

    One build at a time: a second one waits. The first build, and one after a change of the models, is a full refresh by
    itself; its rows are the same as those of any number of builds by the ledger.

    Raises:
        DbtError: a model or test failed; the position stays, so the next build does the same work again.
        DatabaseError: the database is not configured, not reachable or not migrated.
    """
    with (
        recorded_step("transform", run_id, "build_marts", "all") as step,
        connect("transform", autocommit=True) as lock,
    ):
        _wait_for_turn(lock)
        return _build(lock, step, run_id, full_refresh)


def _wait_for_turn(connection: Connection[Any]) -> None:
    """Hold the build's lock to the end of the session, however long the build before takes."""
    connection.execute(queries.load("transform").wait_without_limit)
    connection.execute(queries.load("transform").lock_build)


def _build(connection: Connection[Any], step: Step, run_id: str, full_refresh: bool) -> BuildSummary:
    started = time.monotonic()
    manifest = dbt_project.parse()
    fingerprint = fingerprint_models(manifest)
    is_other_project = fingerprint != _stored_fingerprint(connection)
    is_full = full_refresh or is_other_project
    if is_other_project:
        deploy_staging(manifest=manifest)
    window = _unread(connection)
    entities = _count_unread(connection, window)
    results = dbt_project.invoke(
        "build",
        exclude=NOT_AT_NIGHT if is_full or entities else f"{NOT_AT_NIGHT} tag:entity",
        variables={**asdict(window), "built_at": datetime.now(UTC).isoformat()},
        full_refresh=is_full,
        manifest=manifest,
    )
    _store(connection, run_id, results)
    summary = BuildSummary(
        run_id=run_id,
        window=window,
        is_full_refresh=is_full,
        entities=entities,
        nodes=_count_by_status(results),
        rows_written=sum(result.rows_affected or 0 for result in results if '"mart_' in (result.relation or "")),
        seconds=round(time.monotonic() - started, 3),
    )
    step.counts.update(entities=entities, rows_written=summary.rows_written, **summary.nodes)
    dbt_project.raise_failures(results, "leadhouse airflow dags trigger build_marts")
    _finish(connection, run_id, window, fingerprint)
    return summary


def fingerprint_models(manifest: Any) -> str:
    """SHA-256 over everything that shapes the rows of entities: their models, contracts and the project's macros."""
    models = {
        node.unique_id: [node.checksum.checksum, {name: _shape(column) for name, column in node.columns.items()}]
        for node in manifest.nodes.values()
        if node.resource_type == "model" and ("entity" in node.tags or "staging" in node.tags)
    }
    macros = {name: macro.macro_sql for name, macro in manifest.macros.items() if macro.package_name == "leadhouse"}
    return hash_json([models, macros])


def _shape(column: Any) -> list[str]:
    """Type and constraints of a contract's column."""
    return [column.data_type, *sorted(str(getattr(each.type, "value", each.type)) for each in column.constraints)]


def _stored_fingerprint(connection: Connection[Any]) -> str | None:
    row = connection.execute(queries.load("transform").get_model_fingerprint).fetchone()
    return row["fingerprint"] if row else None


def _unread(connection: Connection[Any]) -> Window:
    """From the positions to the newest batches committed now; later ones are the next build's."""
    with connection.transaction():
        entities = batches.position(connection, CONSUMER, "entities")
        raw = batches.position(connection, CONSUMER, "raw")
    newest = connection.execute(queries.load("transform").get_newest_batches).fetchone() or {}
    return Window(entities, int(newest["entities"]), raw, int(newest["raw"]))


def _count_unread(connection: Connection[Any], window: Window) -> int:
    row = connection.execute(queries.load("transform").count_unread_changes, asdict(window)).fetchone() or {}
    return sum(int(row[name]) for name in ("entities", "checks", "events"))


def _count_by_status(results: Iterable[NodeResult]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for result in results:
        counts[result.status] = counts.get(result.status, 0) + 1
    return counts


def _store(connection: Connection[Any], run_id: str, results: Iterable[NodeResult]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            queries.load("transform").record_node, [{**asdict(result), "run_id": run_id} for result in results]
        )


def _finish(connection: Connection[Any], run_id: str, window: Window, fingerprint: str) -> None:
    """Positions and fingerprint, in one transaction."""
    project = NodeResult(PROJECT_NODE, "project", "success", 0.0, None, fingerprint, None, "dbt_project")
    with connection.transaction():
        batches.advance(connection, CONSUMER, "entities", window.to_batch)
        batches.advance(connection, CONSUMER, "raw", window.to_landing_batch)
        connection.execute(queries.load("transform").record_node, {**asdict(project), "run_id": run_id})
