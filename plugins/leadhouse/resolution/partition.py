"""The partition of a component: which nodes are one, given the edges and the pairs that must stay apart.

Pure and deterministic: the same nodes, edges and pairs give the same clusters in whatever order they come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

Rank = tuple[object, ...]
BY_DECISION, BY_CONTINUITY = 0, 1  # strengths; keys are weaker
CONTINUES = "its records have gone, its id goes on"


@dataclass(frozen=True, slots=True)
class Joint:
    """Nodes that something says are one: a shared key, a decision, an id that goes on. Lower `strength` wins."""

    strength: int
    label: str
    nodes: frozenset[UUID]
    reason: str = "exact key"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One entity: the node whose id it keeps, and for every other node the label and reason that joined it."""

    canonical: UUID
    joined: Mapping[UUID, Joint]

    @property
    def nodes(self) -> frozenset[UUID]:
        """All nodes."""
        return frozenset((self.canonical, *self.joined))


@dataclass
class _Forest:
    """Union-find whose roots know their members and whom these must not meet."""

    foes: dict[UUID, set[UUID]]
    parent: dict[UUID, UUID] = field(default_factory=dict)
    members: dict[UUID, set[UUID]] = field(default_factory=dict)
    links: dict[UUID, list[tuple[UUID, Joint]]] = field(default_factory=dict)

    def add(self, node: UUID) -> None:
        self.parent[node], self.members[node], self.links[node] = node, {node}, []

    def root(self, node: UUID) -> UUID:
        while self.parent[node] != node:
            self.parent[node] = self.parent[self.parent[node]]
            node = self.parent[node]
        return node

    def join(self, one: UUID, other: UUID, joint: Joint) -> bool:
        """False when a pair of the two groups must stay apart."""
        first, second = self.root(one), self.root(other)
        if first == second:
            return True
        if len(self.members[first]) < len(self.members[second]):
            first, second = second, first
        if any(self.foes.get(node, set()) & self.members[first] for node in self.members[second]):
            return False
        self.parent[second] = first
        self.members[first] |= self.members.pop(second)
        self.links[one].append((other, joint))
        self.links[other].append((one, joint))
        return True


def partition(
    ranks: Mapping[UUID, Rank],
    joints: Iterable[Joint],
    apart: Iterable[tuple[UUID, UUID]],
    dead: Collection[UUID] = (),
) -> list[Cluster]:
    """Clusters of the nodes of `ranks`; the node of the lowest rank gives its id.

    Joints are taken by strength, then label. One that would bring together a pair of `apart` joins what it can: its
    nodes, by rank, each to the first group that takes it. `dead` nodes have no records of their own: reasons start from
    the first living one.
    """
    foes: dict[UUID, set[UUID]] = {}
    for one, other in apart:
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    forest = _Forest(foes)
    for node in ranks:
        forest.add(node)
    for joint in sorted(joints, key=lambda each: (each.strength, each.label)):
        heads: list[UUID] = []
        for node in sorted((node for node in joint.nodes if node in ranks), key=ranks.__getitem__):
            if not any(forest.join(head, node, joint) for head in heads):
                heads.append(node)
    return [_cluster(sorted(members, key=ranks.__getitem__), forest, dead) for members in forest.members.values()]


def _cluster(members: list[UUID], forest: _Forest, dead: Collection[UUID]) -> Cluster:
    canonical = members[0]
    root = next((node for node in members if node not in dead), canonical)
    joined: dict[UUID, Joint] = {}
    if root != canonical:
        joined[root] = Joint(BY_CONTINUITY, f"continues:{canonical}", frozenset((root, canonical)), CONTINUES)
    reached, waiting = {root}, deque([root])
    while waiting:
        node = waiting.popleft()
        for other, joint in forest.links[node]:
            if other not in reached:
                reached.add(other)
                waiting.append(other)
                if other != canonical:
                    joined[other] = joint
    return Cluster(canonical, joined)
