"""Atoms, hubs and connected records of a bulk reading, over arrays; the rules are those of `atoms` and `component`.

An *atom* is who shares a first key. Rows are *fresh* as long as nothing that was known before can reach them, neither
by a key nor by a block: nobody but each other decides who they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.blocking import Pairs
from leadhouse.resolution.bulk_records import KEY_KINDS, Records
from leadhouse.resolution.clustering import components
from leadhouse.resolution.keys import HUB_NAMES
from leadhouse.resolution.weighing import MOST_IN_BLOCK

Rows = NDArray[Any]


class CollisionError(RuntimeError):
    """Two different keys have one hash: once in ten million readings of a million records."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What the keys and blocks of all rows say.

    `atoms`: each row's atom, numbered from 0. `first_keys`: by atom the entry of its key, -1 for one that has none and
    stands for its row alone, `first_rows`. `standing`: entries of keys that join, with `keys` a number for each
    different key. `by_keys`: the lowest row that keys connect each row with. `around`: the same by keys and blocks.
    """

    atoms: Rows
    first_keys: Rows
    first_rows: Rows
    standing: Rows
    keys: Rows
    by_keys: Rows
    around: Rows
    blocks: Pairs  # of each entry in a block that is no hub: its row and a number for the block

    def touching(self, known: Rows) -> Rows:
        """For each row whether any of the known rows can reach it."""
        return np.asarray(np.isin(self.around, np.unique(self.around[known])))


def find_groups(records: Records) -> Groups:
    """Group the records.

    Raises CollisionError when hashes cannot tell the keys apart; the next process hashes otherwise.
    """
    rows = np.frombuffer(records.key_rows, np.int32) if len(records.key_rows) else np.empty(0, np.int32)
    keys, hubs = _keys(records)
    standing = np.flatnonzero(~hubs[keys]) if len(keys) else np.empty(0, np.int64)
    held, number = rows[standing].astype(np.int64), keys[standing]
    atoms, first_keys, first_rows = _atoms(len(records), standing, held, number)
    block_rows, blocks = _blocks(records)
    by_keys = components(len(records), _stars(held, number))
    one, other = _stars(block_rows, blocks)
    around = components(len(records), (by_keys[one], by_keys[other]))[by_keys]
    return Groups(atoms, first_keys, first_rows, standing, number, by_keys, around, (block_rows, blocks))


def _keys(records: Records) -> tuple[Rows, Rows]:
    """A number for the key of each entry, and for each number whether too many names hold the key."""
    if not len(records.key_rows):
        return np.empty(0, np.int64), np.empty(0, bool)
    hashes, checks = np.frombuffer(records.key_hashes, np.int64), np.frombuffer(records.key_checks, np.int64)
    names = np.frombuffer(records.key_names, np.int64)
    order = np.lexsort((names, hashes))
    hashes, names, checks = hashes[order], names[order], checks[order]
    new_key = np.r_[True, hashes[1:] != hashes[:-1]]
    if (checks[1:] != checks[:-1])[~new_key[1:]].any():
        raise CollisionError("Two keys have one hash: run it again, another process hashes otherwise.")
    new_name = np.r_[True, names[1:] != names[:-1]] | new_key
    numbers = np.cumsum(new_key) - 1
    counts = np.bincount(numbers[new_name])
    limits = np.array([HUB_NAMES[kind] for kind in KEY_KINDS])
    kinds = np.frombuffer(records.key_kinds, np.int8)[order][new_key]
    found = np.empty(len(order), np.int64)
    found[order] = numbers
    return found, counts > limits[kinds]


def _atoms(records: int, standing: Rows, rows: Rows, keys: Rows) -> tuple[Rows, Rows, Rows]:
    """Each row's atom; by atom the entry of its first key (-1: none) and its lowest row."""
    keyed, first = np.unique(rows, return_index=True)
    mark = np.arange(records) + (int(keys.max()) + 1 if len(keys) else 0)  # without a key a row is for itself
    mark[keyed] = keys[first]
    entry = np.full(records, -1, np.int64)
    entry[keyed] = standing[first]
    _, lowest, atoms = np.unique(mark, return_index=True, return_inverse=True)
    return atoms, entry[lowest], lowest


def _blocks(records: Records) -> Pairs:
    """Row and number of the block of each entry, hubs left out."""
    if not len(records.block_rows):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    _, numbers, counts = np.unique(
        np.frombuffer(records.block_hashes, np.uint64), return_inverse=True, return_counts=True
    )
    kept = (counts[numbers] > 1) & (counts[numbers] <= MOST_IN_BLOCK)
    return np.frombuffer(records.block_rows, np.int32)[kept].astype(np.int64), numbers[kept]


def _stars(rows: Rows, numbers: Rows) -> Pairs:
    """For each row that holds a number the first row that does."""
    if not len(rows):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    order = np.argsort(numbers, kind="stable")
    sorted_rows, sorted_numbers = rows[order], numbers[order]
    starts = np.flatnonzero(np.r_[True, sorted_numbers[1:] != sorted_numbers[:-1]])
    first = np.repeat(sorted_rows[starts], np.diff(np.r_[starts, len(order)]))
    differ = first != sorted_rows
    return first[differ], sorted_rows[differ]
