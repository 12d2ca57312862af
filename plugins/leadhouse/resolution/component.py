"""The connected component around what changed, in one scope, read through the key index.

A scope is null for the shared records, or one organization: its own atoms, and the shared entities they touch, which
stand in it as they are. The frontier grows by shared keys, match decisions and standing redirects until nothing new
comes; the rest of the tables is never read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.resolution.keys import HUB_NAMES
from leadhouse.resolution.partition import BY_CONTINUITY, BY_DECISION, CONTINUES, Joint, Rank

HubKey = tuple[str, str, str]
STRENGTH = {
    "vat_id": 2, "domain": 3, "email": 4, "social_url": 5, "name_company": 6, "phone_name": 7, "name_place": 8,
    "name_employer": 8,
}  # fmt: skip
BY_MODEL = 9  # strength of what the match model decided: behind keys, continuity and all that people said
NEWEST = 2**62  # ranks an entity whose batch has no number yet behind all others


def is_models(decided_by: str) -> bool:
    """Whether the match model decided, not a person."""
    return decided_by.startswith("model ")


@dataclass(frozen=True, slots=True)
class Node:
    """An entity as the partition sees it. Dead: no current subject has it as its origin."""

    entity_id: UUID
    is_shared: bool
    status: str
    created_batch_no: int
    is_live: bool


@dataclass
class Component:
    """Everything that a scope has to decide anew. `beside` are shared entities that are active no more."""

    scope: UUID | None
    nodes: dict[UUID, Node] = field(default_factory=dict)
    beside: set[UUID] = field(default_factory=set)
    holders: dict[HubKey, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    redirects: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)  # redirect id -> from, to
    decisions: dict[UUID, DictRow] = field(default_factory=dict)
    aliases: dict[UUID, UUID] = field(default_factory=dict)  # merged shared entity -> the one it became
    continued_by: dict[UUID, UUID] = field(default_factory=dict)  # entity without records -> who goes on under its id

    def is_own(self, entity_id: UUID) -> bool:
        """Whether the scope decides over the entity's status."""
        return self.scope is None or not self.nodes[entity_id].is_shared

    def target(self, entity_id: UUID) -> UUID:
        """The entity as a node of this scope."""
        return entity_id if entity_id in self.nodes else self.aliases.get(entity_id, entity_id)

    def ranks(self) -> dict[UUID, Rank]:
        """Shared before private, then the oldest, then the smallest id."""
        return {
            each.entity_id: (not each.is_shared, each.created_batch_no or NEWEST, each.entity_id)
            for each in self.nodes.values()
        }


def load_component(
    connection: Connection[DictRow],
    scope: UUID | None,
    start: set[UUID],
    partners: Mapping[UUID, set[UUID]] = MappingProxyType({}),
) -> Component:
    """The component of the start entities (own ones of the scope, or shared ones).

    `partners` are of the scope, too, and looked at together with whom they are named of.
    """
    component = Component(scope)
    seen: set[UUID] = set()
    keys: set[HubKey] = set()
    frontier = set(start)
    while frontier:
        seen |= frontier
        found = _add_nodes(connection, component, frontier)
        reached = _by_keys(connection, component, found, keys)
        reached |= _by_redirects(connection, component, frontier)
        reached |= _by_decisions(connection, component, frontier)
        reached |= {partner for entity in frontier & partners.keys() for partner in partners[entity]}
        frontier = reached - seen
    return component


def _add_nodes(connection: Connection[DictRow], component: Component, frontier: set[UUID]) -> list[Node]:
    rows = connection.execute(queries.load("resolution").select_entities, {"ids": list(frontier)})
    found: list[Node] = []
    for row in rows:
        is_shared = row["organization_id"] is None
        foreign = component.scope is not None and is_shared
        if foreign and row["status"] != "active":
            component.beside.add(row["entity_id"])
            continue
        live = True if foreign else row["is_live"]
        found.append(Node(row["entity_id"], is_shared, row["status"], row["created_batch_no"], live))
    component.nodes |= {each.entity_id: each for each in found}
    return found


def _by_keys(connection: Connection[DictRow], component: Component, found: list[Node], known: set[HubKey]) -> set[UUID]:
    sql = queries.load("resolution")
    own = [each.entity_id for each in found if component.is_own(each.entity_id)]
    foreign = [each.entity_id for each in found if not component.is_own(each.entity_id)]
    rows = connection.execute(sql.select_keys_of_atoms, {"ids": own}).fetchall()
    if foreign:
        rows += connection.execute(sql.select_keys_of_shared, {"ids": foreign}).fetchall()
    new = {(row["entity_kind"], row["key_kind"], row["key_value"]) for row in rows} - known
    known |= new
    columns: list[list[str]] = [list(column) for column in zip(*new, strict=True)] if new else [[], [], []]
    parameters: dict[str, Any] = {
        "scope": component.scope,
        "limit_kinds": list(HUB_NAMES),
        "names": list(HUB_NAMES.values()),
        **dict(zip(("kinds", "key_kinds", "key_values"), columns, strict=True)),
    }
    reached: set[UUID] = set()
    for row in connection.execute(sql.select_holders, parameters):
        component.holders[row["entity_kind"], row["key_kind"], row["key_value"]].add(row["node"])
        reached.add(row["node"])
    return reached


def _by_redirects(connection: Connection[DictRow], component: Component, frontier: set[UUID]) -> set[UUID]:
    parameters = {"scope": component.scope, "ids": list(frontier)}
    reached: set[UUID] = set()
    for row in connection.execute(queries.load("resolution").select_redirects_around, parameters):
        component.redirects[row["redirect_id"]] = (row["from_entity_id"], row["to_entity_id"])
        reached |= {row["from_entity_id"], row["to_entity_id"]}
    for row in connection.execute(queries.load("resolution").select_continuations, parameters):
        component.continued_by[row["entity_id"]] = row["continued_by_id"]
        reached |= {row["entity_id"], row["continued_by_id"]}
    return reached


def _by_decisions(connection: Connection[DictRow], component: Component, frontier: set[UUID]) -> set[UUID]:
    """Decisions name the entities of their day; shared ones that have merged since stand for what they became."""
    sql = queries.load("resolution")
    ids = set(frontier)
    if component.scope is not None:
        ids |= _add_aliases(connection, component, ids)
    rows = connection.execute(sql.select_decisions_around, {"scope": component.scope, "ids": list(ids)}).fetchall()
    component.decisions |= {row["match_decision_id"]: row for row in rows}
    named = {row[side] for row in rows for side in ("entity_a", "entity_b")}
    if component.scope is not None:
        _add_aliases(connection, component, named)
    joined = (row for row in rows if row["decision"] == "same")
    return {component.target(row[side]) for row in joined for side in ("entity_a", "entity_b")}


def _add_aliases(connection: Connection[DictRow], component: Component, ids: set[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for row in connection.execute(queries.load("resolution").select_aliases, {"ids": list(ids)}):
        component.aliases[row["from_entity_id"]] = row["to_entity_id"]
        found.add(row["from_entity_id"])
    return found


def joints(component: Component) -> list[Joint]:
    """What holds nodes together: keys, decisions, and the continuity of ids whose records have gone."""
    made = [
        Joint(STRENGTH[key_kind], f"{key_kind}:{value}", frozenset(nodes))
        for (_, key_kind, value), nodes in component.holders.items()
        if len(nodes) > 1
    ]
    for decision_id, row in component.decisions.items():
        if row["decision"] == "same":
            nodes = frozenset({component.target(row["entity_a"]), component.target(row["entity_b"])})
            strength = BY_MODEL if is_models(row["decided_by"]) else BY_DECISION
            made.append(Joint(strength, f"decision:{decision_id}", nodes, f"decided by {row['decided_by']}"))
    made += [
        Joint(BY_CONTINUITY, f"continues:{dead}", frozenset((dead, partner)), CONTINUES)
        for dead, partner in {**component.continued_by, **_merged_dead(component)}.items()
        if dead in component.nodes and not component.nodes[dead].is_live
    ]
    return made


def _merged_dead(component: Component) -> dict[UUID, UUID]:
    """Nodes without records that stand redirected, and where to."""
    return {
        source: target
        for source, target in component.redirects.values()
        if source in component.nodes and target in component.nodes and not component.nodes[source].is_live
    }


def choose_heirs(component: Component, heirs: dict[UUID, set[UUID]]) -> dict[UUID, UUID]:
    """Who goes on where an entity's own records have gone: dead entity to one living node, only the new choices.

    Who was chosen once stays it while it lives. Else it is the oldest of those whose records went on (`heirs`) and of
    those that were merged into it. One partner alone: an entity without records must not join two that have some.
    """
    ranks, claims = component.ranks(), defaultdict[UUID, set[UUID]](set)
    for source, target in component.redirects.values():
        claims[target].add(source)
    living = {each.entity_id for each in component.nodes.values() if each.is_live}
    merged, chosen = _merged_dead(component), dict[UUID, UUID]()
    for dead in component.nodes.keys() - living - merged.keys():
        claimants = (claims[dead] | heirs.get(dead, set())) & living
        if component.continued_by.get(dead) not in living and claimants:
            chosen[dead] = min(claimants, key=ranks.__getitem__)
    return chosen


def pairs_apart(component: Component) -> list[tuple[UUID, UUID]]:
    """Pairs that a decision keeps apart; in an organization its own 'same' beats a shared 'different'."""
    same = {
        frozenset((row["entity_a"], row["entity_b"]))
        for row in component.decisions.values()
        if row["decision"] == "same" and not is_models(row["decided_by"])
    }
    pairs = []
    for row in component.decisions.values():
        overruled = row["organization_id"] is None and frozenset((row["entity_a"], row["entity_b"])) in same
        one, other = component.target(row["entity_a"]), component.target(row["entity_b"])
        if row["decision"] == "different" and not overruled and one != other:
            pairs.append((one, other))
    return pairs
