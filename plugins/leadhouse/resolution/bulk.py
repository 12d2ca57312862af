"""The first full reading, and any of very many units: read in one pass, decided in memory, written by sets.

What is *fresh* is placed here: shared records that nothing known before can reach, by a unit, a key, a block or an id
that goes on. All else is left to the usual way (`stage`), in the same transaction: an organization's own records, and
what touches something known. Components touch nothing of each other, so that both ways together say what the usual one
says alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.ledger.batches import take_batch_number
from leadhouse.resolution.bulk_copying import copy_lines
from leadhouse.resolution.bulk_groups import find_groups
from leadhouse.resolution.bulk_places import Places
from leadhouse.resolution.bulk_reading import stage_statements
from leadhouse.resolution.bulk_weighing import weigh
from leadhouse.resolution.bulk_writing import stage_opinions, write_fresh
from leadhouse.resolution.changes import ChangeKind

BULK_FROM = 2000  # units; below it a look-up a record costs less than reading and grouping in one go


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was read (statements) and, of it, placed here, under the batch's number; None when there was nothing."""

    statements: int
    placed: int = 0
    batch_no: int | None = None
    kinds: Counter[ChangeKind] = field(default_factory=Counter)


def place_fresh(connection: Connection[DictRow], run_id: str) -> Fresh:
    """Read the touched units (`reading.touch_units`) and place what is fresh; the rest is in `read_subjects` then."""
    records, statements = stage_statements(connection)
    groups = find_groups(records)
    known = np.union1d(_known(connection), records.twice()).astype(np.int64)
    fresh = ~groups.touching(known)
    sql = queries.load("resolution_bulk")
    copy_lines(connection, "rest_rows", (f"{row}\n" for row in np.flatnonzero(~fresh).tolist()))
    connection.execute(sql.insert_rest_subjects)
    connection.execute(sql.insert_rest_keys)
    if not fresh.any():
        return Fresh(statements)
    joined = stage_opinions(connection, weigh(records, groups, fresh))
    places = Places(records, groups, fresh, joined)
    del records, groups
    batch_no = take_batch_number(connection, "entities")
    kinds = Counter[ChangeKind]({"created": len(places.atoms) - len(places.joints), "merged": len(places.joints)})
    parameters = {"batch_no": batch_no, "run_id": run_id, "reason": "landed", "changed": len(places.atoms)}
    connection.execute(queries.load("resolution").insert_batch, parameters)
    write_fresh(connection, places, batch_no)
    return Fresh(statements, len(places.rows), batch_no, kinds)


def _known(connection: Connection[DictRow]) -> list[int]:
    sql = queries.load("resolution_bulk")
    row = connection.execute(sql.select_is_known).fetchone()
    if row is None or not row["is_known"]:
        return []
    return [each["row_no"] for each in connection.execute(sql.select_known_rows) if each["row_no"] is not None]
