"""The sweep: what has expired, what was deleted long enough ago, abandoned uploads, bytes whose row never committed.

Rows first: a file is removed only after the commit that says so. A sweep that is killed is taken up by the next one,
which finds the files without a row.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from psycopg import Connection

from leadhouse.database.queries import load
from leadhouse.files.store import Store

KEEP_DELETED = timedelta(days=30)  # as long as a deleted file can be restored
GRACE = timedelta(hours=6)  # longer than any transaction lives, so that no file is taken whose row still commits
BATCH = 1000


def sweep_expired(
    connection: Connection[Any], *, keep_deleted: timedelta = KEEP_DELETED, grace: timedelta = GRACE
) -> dict[str, int]:
    """Sweeps once and returns counts: ``expired``, ``purged`` (objects), ``aborted`` (uploads), ``removed`` (files).

    `connection` is the component's (`files`), in autocommit mode: each batch is a transaction of its own.

    Raises ValueError when it is not.
    """
    if not connection.autocommit:
        raise ValueError("A sweep needs connect('files', autocommit=True): bytes go after the commit that frees them.")
    queries, store = load("files"), Store()
    expired = len(_in_batches(connection, queries.expire_objects, {}))
    purged = _in_batches(connection, queries.purge_objects, {"keep": keep_deleted})
    removed = store.remove(row["storage_name"] for row in purged)
    aborted = len(_in_batches(connection, queries.expire_uploads, {}))
    parts = connection.execute(queries.delete_finished_parts).fetchall()
    removed += store.remove(row["storage_name"] for row in parts)
    removed += _remove_unknown(connection, store, datetime.now(UTC) - grace)
    return {"expired": expired, "purged": len(purged), "aborted": aborted, "removed": removed}


def _in_batches(connection: Connection[Any], query: Any, values: dict[str, Any]) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    while rows := connection.execute(query, {**values, "batch": BATCH}).fetchall():
        done += rows
    return done


def _remove_unknown(connection: Connection[Any], store: Store, written_before: datetime) -> int:
    """Files that no row names, and temporary ones, written before that moment."""
    removed, found = 0, store.written_before(written_before)
    while some := list(islice(found, BATCH)):
        removed += sum(store.remove_partial(name) for name, is_partial in some if is_partial)
        names = [name for name, is_partial in some if not is_partial]
        rows = connection.execute(load("files").list_unknown_names, {"names": names})
        removed += store.remove([row["name"] for row in rows])
    return removed
