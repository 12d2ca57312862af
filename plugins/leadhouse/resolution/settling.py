"""Settles one scope: partitions the component and writes what follows, redirects, statuses and assignments.

Many starts are settled in parts: components touch nothing of each other, so that what is held in memory is one part's.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.resolution.changes import ChangeKind, Changes
from leadhouse.resolution.component import Component, choose_heirs, joints, load_component, pairs_apart
from leadhouse.resolution.partition import Cluster, Joint, partition

AT_ONCE = 5000  # starts whose components are held at a time
_KIND_OF_TURN: dict[tuple[str, str], ChangeKind] = {
    ("active", "merged"): "merged",
    ("active", "retired"): "retired",
    ("merged", "active"): "unmerged",
    ("merged", "retired"): "retired",
    ("retired", "active"): "created",
    ("retired", "merged"): "merged",
}


def settle(
    connection: Connection[DictRow],
    scope: UUID | None,
    start: set[UUID],
    heirs: dict[UUID, set[UUID]],
    changes: Changes,
) -> None:
    """Decide anew who is who around `start`; `heirs` are atoms that go on where an entity's own records have gone."""
    partners = _partners(start, heirs)
    new, settled, waiting = frozenset(changes.entities), set[UUID](), list(start)
    for first in range(0, len(waiting), AT_ONCE):
        part = set(waiting[first : first + AT_ONCE]) - settled
        if part:
            component = load_component(connection, scope, part, partners)
            settled |= component.nodes.keys() | component.beside
            _settle_component(connection, component, heirs, new, changes)
    if start and scope is not None:
        _touch_people_of_companies(connection, scope, changes)


def _partners(start: set[UUID], heirs: dict[UUID, set[UUID]]) -> dict[UUID, set[UUID]]:
    """Who has to be looked at together though no key connects them: an entity and the atoms that may go on for it."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for entity in heirs.keys() & start:
        for heir in heirs[entity] & start:
            found[entity].add(heir)
            found[heir].add(entity)
    return found


def _settle_component(
    connection: Connection[DictRow],
    component: Component,
    heirs: dict[UUID, set[UUID]],
    new: frozenset[UUID],
    changes: Changes,
) -> None:
    dead = {each.entity_id for each in component.nodes.values() if not each.is_live}
    _write_heirs(connection, component, choose_heirs(component, heirs))
    clusters = partition(component.ranks(), joints(component), pairs_apart(component), dead)
    _write_redirects(connection, component, clusters, changes)
    _write_statuses(connection, component, clusters, new, changes)
    moved = _write_assignments(connection, component, clusters, changes)
    _touch_people(connection, component.scope, moved, changes)


def _write_heirs(connection: Connection[DictRow], component: Component, chosen: dict[UUID, UUID]) -> None:
    if chosen:
        component.continued_by |= chosen
        parameters = {"ids": list(chosen), "heirs": list(chosen.values())}
        connection.execute(queries.load("resolution").update_continuations, parameters)


def _write_redirects(
    connection: Connection[DictRow], component: Component, clusters: list[Cluster], changes: Changes
) -> None:
    sql = queries.load("resolution")
    wanted = {node: (each.canonical, joint) for each in clusters for node, joint in each.joined.items()}
    stale: list[UUID] = []
    for redirect_id, (source, target) in component.redirects.items():
        if source in wanted and wanted[source][0] == target:
            del wanted[source]
            continue
        stale.append(redirect_id)
        _touch_redirect(component, source, target, source in wanted, changes)
    if stale:
        connection.execute(sql.revert_redirects, {"ids": stale})
        changes.reverted += stale
    if not wanted:
        return
    ids = [uuid.uuid4() for _ in wanted]
    connection.execute(
        sql.insert_redirects,
        {
            "scope": component.scope,
            "ids": ids,
            "sources": list(wanted),
            "targets": [target for target, _ in wanted.values()],
            "reasons": [_reason(joint) for _, joint in wanted.values()],
        },
    )
    changes.redirects += ids
    for source, (target, _) in wanted.items():
        changes.add(source, component.scope, "merged")
        changes.add(target, component.scope, "updated")


def _touch_redirect(component: Component, source: UUID, target: UUID, moves: bool, changes: Changes) -> None:
    """A redirect falls: its target loses something, and its source stands alone unless it moves on."""
    if target in component.nodes:
        changes.add(target, component.scope, "updated")
    foreign = source in component.beside or (source in component.nodes and not component.is_own(source))
    if foreign and not moves:
        changes.add(source, component.scope, "unmerged")


def _reason(joint: Joint) -> str:
    return f"{joint.reason}: {joint.label}"


def _write_statuses(
    connection: Connection[DictRow],
    component: Component,
    clusters: list[Cluster],
    new: frozenset[UUID],
    changes: Changes,
) -> None:
    statuses: dict[UUID, str] = {}
    for each in clusters:
        is_live = any(component.nodes[node].is_live for node in each.nodes)
        statuses[each.canonical] = "active" if is_live else "retired"
        statuses |= dict.fromkeys(each.joined, "merged")
    turned = {
        node: status
        for node, status in statuses.items()
        if component.is_own(node) and component.nodes[node].status != status
    }
    for node, status in turned.items():
        changes.add(node, component.scope, _KIND_OF_TURN[component.nodes[node].status, status])
    for node in new & statuses.keys():
        changes.add(node, component.scope, "created")
    if turned:
        sql = queries.load("resolution")
        connection.execute(sql.update_statuses, {"ids": list(turned), "statuses": list(turned.values())})


def _write_assignments(
    connection: Connection[DictRow], component: Component, clusters: list[Cluster], changes: Changes
) -> list[UUID]:
    """Returns the subjects that belong to another entity now."""
    sql = queries.load("resolution")
    places: list[tuple[UUID, UUID, str | None, str]] = []
    for each in clusters:
        atoms = [node for node in each.nodes if component.is_own(node) and component.nodes[node].is_live]
        for atom in atoms:
            joint = each.joined.get(atom)
            places.append(
                (atom, each.canonical, joint.label, joint.reason) if joint else (atom, atom, None, "first key")
            )
    connection.execute(sql.create_places)
    connection.execute(sql.truncate_places)
    columns = [list(column) for column in zip(*places, strict=True)] if places else [[], [], [], []]
    connection.execute(sql.insert_places, dict(zip(("origins", "entities", "keys", "reasons"), columns, strict=True)))
    moved = connection.execute(sql.select_moved_subjects).fetchall()
    for row in moved:
        if row["former_entity_id"] in component.nodes:
            changes.add(row["former_entity_id"], component.scope, "updated")
    changes.assignments |= {row["subject_id"] for row in connection.execute(sql.update_assignments)}
    return [row["subject_id"] for row in moved]


def _touch_people(connection: Connection[DictRow], scope: UUID | None, moved: list[UUID], changes: Changes) -> None:
    """A person's row names the company: where that became another, the person has changed."""
    sql = queries.load("resolution")
    for row in connection.execute(sql.select_people_of_subjects, {"subject_ids": moved}):
        changes.add(row["entity_id"], row["organization_id"] or scope, "updated")


def _touch_people_of_companies(connection: Connection[DictRow], scope: UUID, changes: Changes) -> None:
    """People of companies that the organization has joined or parted."""
    sql = queries.load("resolution")
    joined = [entity for entity in changes.touched(scope) if changes.kinds[entity, scope] in {"merged", "unmerged"}]
    for row in connection.execute(sql.select_people_of_companies, {"ids": joined, "scope": scope}):
        changes.add(row["entity_id"], scope, "updated")
