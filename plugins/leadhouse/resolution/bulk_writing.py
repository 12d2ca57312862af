"""What a bulk reading has decided becomes rows: staged by COPY, written by one statement a table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.resolution.bulk_copying import NULL, copy_lines, escaped
from leadhouse.resolution.bulk_places import Joined, Places
from leadhouse.resolution.bulk_weighing import Opinion
from leadhouse.resolution.versioned_weights import night_model


def stage_opinions(connection: Connection[DictRow], opinions: Iterator[Opinion]) -> Joined:
    """Stage the model's decisions as they come; returns those that join."""
    joined = Joined()
    copy_lines(connection, "staged_decisions", _decision_lines(opinions, joined))
    return joined


def _decision_lines(opinions: Iterator[Opinion], joined: Joined) -> Iterator[str]:
    for each in opinions:
        decision_id, author = uuid.uuid4(), f"model {night_model(each.kind).version}"
        if each.decision == "same":
            joined.append(each.one, each.other, decision_id, author)
        values = (decision_id.hex, each.kind, each.one, each.other, each.decision, each.weight, each.reason, author)
        yield "\t".join(map(str, values)) + "\n"


def write_fresh(connection: Connection[DictRow], places: Places, batch_no: int) -> None:
    """Write subjects, keys, entities, assignments, redirects, decisions and changes of the fresh rows."""
    copy_lines(connection, "staged_entities", _entity_lines(places))
    copy_lines(connection, "staged_places", _place_lines(places))
    copy_lines(connection, "staged_redirects", _redirect_lines(places))
    sql, parameters = queries.load("resolution_bulk"), {"batch_no": batch_no}
    connection.execute(sql.insert_fresh_subjects)
    connection.execute(sql.insert_fresh_keys)
    connection.execute(sql.insert_fresh_entities, parameters)
    connection.execute(sql.insert_fresh_origins)
    connection.execute(sql.insert_fresh_assignments, parameters)
    connection.execute(sql.insert_fresh_redirects, parameters)
    connection.execute(sql.insert_fresh_decisions)
    connection.execute(sql.insert_fresh_changes, parameters)


def _entity_lines(places: Places) -> Iterator[str]:
    for atom in places.atoms.tolist():
        status = "merged" if atom in places.joints else "active"
        kind, (key_kind, value) = places.kind(atom), places.origin(atom)
        yield f"{atom}\t{places.entity_hex(atom)}\t{kind}\t{status}\t{key_kind}\t{escaped(value)}\n"


def _place_lines(places: Places) -> Iterator[str]:
    for row, atom in zip(places.rows.tolist(), places.row_atoms.tolist(), strict=True):
        origin = entity = places.entity_hex(atom)
        joint = places.joints.get(atom)
        if joint is not None:
            entity, key, reason = places.entity_hex(joint.canonical), escaped(joint.label), escaped(joint.reason)
        else:
            key_kind, value = places.origin(atom)
            is_keyed = key_kind != "subject"
            key = escaped(f"{key_kind}:{value}") if is_keyed else NULL
            reason = "first key" if is_keyed else "no joining key"
        yield f"{places.subject_hex(row)}\t{places.kind(atom)}\t{entity}\t{origin}\t{key}\t{reason}\n"


def _redirect_lines(places: Places) -> Iterator[str]:
    for atom, joint in places.joints.items():
        reason = escaped(f"{joint.reason}: {joint.label}")
        yield f"{places.entity_hex(atom)}\t{places.entity_hex(joint.canonical)}\t{reason}\n"
