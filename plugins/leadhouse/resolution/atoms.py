"""Atoms: subjects with one first key are one, always, and an entity stands for them.

That entity is the subject's origin. It is remembered by the key, so that who vanishes and comes back has the same id,
and a merge of atoms can be undone. A hub is nobody's first key.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.resolution.keys import Key, Kind, by_rank
from leadhouse.resolution.reading import LIMITS, Dirty

AtomKey = tuple[Kind, UUID | None, str, str]


def assign_origins(connection: Connection[DictRow], dirty: list[Dirty]) -> tuple[dict[UUID, UUID], list[UUID]]:
    """Give every dirty subject that is present its origin; returns origin by subject, and the entities that are new."""
    sql = queries.load("resolution")
    atoms = _first_keys(connection, [each for each in dirty if not each.has_vanished])
    sizes = Counter(atoms.values())
    origins = _known(connection, list(sizes))
    new = sorted((atom for atom in sizes if atom not in origins), key=lambda atom: (-sizes[atom], str(atom)))
    # Of entities made together the one with the smallest id counts as the oldest: the one that most subjects speak of.
    ids = sorted(uuid.uuid4() for _ in new)
    connection.execute(
        sql.insert_entities,
        {"ids": ids, "kinds": [atom[0] for atom in new], "organizations": [atom[1] for atom in new]},
    )
    connection.execute(sql.insert_origins, {**_columns(new), "ids": ids})
    origins |= dict(zip(new, ids, strict=True))
    placed = {subject: origins[atom] for subject, atom in atoms.items()}
    connection.execute(sql.upsert_assignments, {"subjects": list(placed), "origins": list(placed.values())})
    return placed, ids


def _first_keys(connection: Connection[DictRow], present: list[Dirty]) -> dict[UUID, AtomKey]:
    held: dict[UUID, list[Key]] = defaultdict(list)
    for row in connection.execute(queries.load("resolution").select_dirty_keys):
        held[row["subject_id"]].append(Key(row["key_kind"], row["key_value"]))
    candidates = {
        each.subject_id: [
            (each.kind, each.organization_id, key.kind, key.value)
            for key in by_rank(each.kind, sorted(held[each.subject_id], key=lambda key: key.value))
        ]
        for each in present
    }
    standing = _standing(connection, {atom for atoms in candidates.values() for atom in atoms})
    return {
        each.subject_id: next(
            (atom for atom in candidates[each.subject_id] if atom in standing),
            (each.kind, each.organization_id, "subject", str(each.subject_id)),
        )
        for each in present
    }


def _standing(connection: Connection[DictRow], wanted: set[AtomKey]) -> set[AtomKey]:
    """Those that are no hub in their own scope."""
    listed = list(wanted)
    parameters = {
        **LIMITS,
        "kinds": [kind for kind, _, _, _ in listed],
        "organizations": [organization for _, organization, _, _ in listed],
        "keys": [key_kind for _, _, key_kind, _ in listed],
        "key_values": [value for _, _, _, value in listed],
    }
    rows = connection.execute(queries.load("resolution").select_standing_keys, parameters)
    return {listed[row["number"] - 1] for row in rows}


def _known(connection: Connection[DictRow], atoms: list[AtomKey]) -> dict[AtomKey, UUID]:
    found = connection.execute(queries.load("resolution").select_origins, _columns(atoms))
    return {atoms[row["number"] - 1]: row["entity_id"] for row in found}


def _columns(atoms: Iterable[AtomKey]) -> dict[str, list[object]]:
    columns = zip(*atoms, strict=True) if atoms else ((), (), (), ())
    return dict(zip(("kinds", "organizations", "key_kinds", "key_values"), map(list, columns), strict=True))
