"""Where the atoms of a bulk reading stand: keys and the model's decisions join them, `partition` says how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.bulk_groups import Groups
from leadhouse.resolution.bulk_records import KEY_KINDS, KINDS, Records
from leadhouse.resolution.clustering import components
from leadhouse.resolution.component import BY_MODEL, STRENGTH
from leadhouse.resolution.partition import Joint, partition

Rows = NDArray[Any]


@dataclass
class Joined:
    """Pairs of atoms that the model has joined."""

    ones: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)

    def append(self, one: int, other: int, decision_id: UUID, author: str) -> None:
        """One more."""
        self.ones.append(one)
        self.others.append(other)
        self.ids.append(decision_id)
        self.authors.append(author)


@dataclass(frozen=True, slots=True)
class Place:
    """The atom whose id another one has now, and what joined it."""

    canonical: int
    label: str
    reason: str


class Places:
    """The fresh rows and their atoms; `joints` has those that stand under another's id."""

    def __init__(self, records: Records, groups: Groups, fresh: Rows, joined: Joined) -> None:
        self._records, self._groups = records, groups
        self.rows = np.flatnonzero(fresh)
        self.row_atoms = groups.atoms[self.rows]
        self.atoms = np.unique(self.row_atoms)
        self._sizes = np.bincount(self.row_atoms, minlength=len(groups.first_rows))
        self._ids = self._ids_by_rank()
        self.joints: dict[int, Place] = {}
        whole = self._whole(joined)
        joints = self._joints(fresh, joined, whole)
        for members in _grouped(self.atoms, whole):
            self._settle(members, joints.pop(int(whole[members[0]]), []))

    def kind(self, atom: int) -> str:
        """company or person."""
        return KINDS[self._records.kinds[int(self._groups.first_rows[atom])]]

    def origin(self, atom: int) -> tuple[str, str]:
        """The first key that makes the atom; of a row without one its subject."""
        entry = int(self._groups.first_keys[atom])
        if entry < 0:
            return "subject", str(UUID(bytes=bytes(self._records.subject(int(self._groups.first_rows[atom])))))
        return KEY_KINDS[self._records.key_kinds[entry]], self._records.key_values[entry]

    def entity_hex(self, atom: int) -> str:
        """The id of the atom's own entity."""
        return str(self._ids[atom].tobytes().hex())

    def subject_hex(self, row: int) -> str:
        """The row's subject."""
        return self._records.subject(row).hex()

    def _whole(self, joined: Joined) -> Rows:
        """By atom the component of keys and decisions that it is in."""
        by_keys = self._groups.by_keys[self._groups.first_rows]
        edges = tuple(by_keys[np.array(side, dtype=np.int64)] for side in (joined.ones, joined.others))
        return np.asarray(components(len(self._records), (edges[0], edges[1]))[by_keys])

    def _joints(
        self, fresh: Rows, joined: Joined, whole: Rows
    ) -> dict[int, list[tuple[int, str, tuple[int, ...], str]]]:
        """By component what joins its atoms: strength, label, atoms, reason."""
        found: dict[int, list[tuple[int, str, tuple[int, ...], str]]] = {}
        for entry, atoms in self._shared_keys(fresh):
            strength = STRENGTH[KEY_KINDS[self._records.key_kinds[entry]]]
            joint = (strength, self._records.key_label(entry), tuple(atoms), "exact key")
            found.setdefault(int(whole[atoms[0]]), []).append(joint)
        for one, other, decision, author in zip(joined.ones, joined.others, joined.ids, joined.authors, strict=True):
            joint = (BY_MODEL, f"decision:{decision}", (one, other), f"decided by {author}")
            found.setdefault(int(whole[one]), []).append(joint)
        return found

    def _shared_keys(self, fresh: Rows) -> Iterator[tuple[int, list[int]]]:
        """Keys that several atoms hold: an entry of each, and the atoms."""
        rows = np.frombuffer(self._records.key_rows, np.int32)[self._groups.standing]
        kept = fresh[rows]
        keys, entries = self._groups.keys[kept], self._groups.standing[kept]
        atoms = self._groups.atoms[rows[kept]]
        order = np.lexsort((atoms, keys))
        keys, atoms, entries = keys[order], atoms[order], entries[order]
        single = np.flatnonzero(np.r_[True, (keys[1:] != keys[:-1]) | (atoms[1:] != atoms[:-1])])[: len(keys)]
        keys, atoms, entries = keys[single], atoms[single], entries[single]
        starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])[: len(keys)]
        ends = np.r_[starts[1:], len(keys)] if len(starts) else starts
        for start, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
            yield int(entries[start]), atoms[start:end].tolist()

    def _ids_by_rank(self) -> Rows:
        """Of entities made together the one that most subjects speak of has the smallest id, see `atoms`."""
        ids = np.zeros((len(self._sizes), 16), np.uint8)
        new, start = _random_ids(len(self.atoms)), 0
        sizes = self._sizes[self.atoms]
        for size in np.unique(sizes)[::-1]:  # one size at a time: the sorted texts of all would fill the memory
            of_size = self.atoms[sizes == size].tolist()
            texts = [str((self.kind(atom), None, *self.origin(atom))) for atom in of_size]
            order = [of_size[place] for place in sorted(range(len(texts)), key=texts.__getitem__)]
            ids[order] = new[start : start + len(order)]
            start += len(order)
        return ids

    def _settle(self, members: list[int], found: list[tuple[int, str, tuple[int, ...], str]]) -> None:
        entities = {atom: UUID(bytes=bytes(self._ids[atom])) for atom in members}
        atoms = {entity: atom for atom, entity in entities.items()}
        joints = [
            Joint(strength, label, frozenset(entities[atom] for atom in held), reason)
            for strength, label, held, reason in found
        ]
        for cluster in partition({entity: (entity,) for entity in atoms}, joints, ()):
            for entity, joint in cluster.joined.items():
                self.joints[atoms[entity]] = Place(atoms[cluster.canonical], joint.label, joint.reason)


def _random_ids(number: int) -> Rows:
    """Ids of version 4 (RFC 9562, section 5.4), 16 bytes each, the smallest first."""
    found = np.frombuffer(os.urandom(16 * number), np.uint8).reshape(-1, 16).copy()
    found[:, 6] = (found[:, 6] & 0x0F) | 0x40
    found[:, 8] = (found[:, 8] & 0x3F) | 0x80
    halves = found.view(">u8")
    return np.asarray(found[np.lexsort((halves[:, 1], halves[:, 0]))])


def _grouped(atoms: Rows, whole: Rows) -> Iterator[list[int]]:
    """The atoms of each component of several."""
    order = atoms[np.argsort(whole[atoms], kind="stable")]
    labels, counts = np.unique(whole[order], return_counts=True)
    several = np.isin(whole[order], labels[counts > 1])
    pairs = zip(whole[order][several].tolist(), order[several].tolist(), strict=True)
    for _, members in groupby(pairs, key=itemgetter(0)):
        yield [atom for _, atom in members]
