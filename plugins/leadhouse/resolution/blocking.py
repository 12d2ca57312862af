"""Which pairs are compared at all: those that share a block.

A block's key is a hash of some of a record's values, the same wherever and whenever it is made, so that it can stand in
an index. A block that too many share says too little and is left out (a hub).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.comparable import label_of
from leadhouse.resolution.encoded import Column, Hashes
from leadhouse.resolution.folding import REMEMBERED

Pairs = tuple[NDArray[Any], NDArray[Any]]
MOST_IN_BLOCK = 100
_MIX = np.uint64(0x9E3779B97F4A7C15)  # of splitmix64 (Steele, Lea and Flood 2014)


@lru_cache(maxsize=REMEMBERED)
def sound(value: str) -> str:
    """The consonants of a name, doubled and like-sounding ones as one: slips in vowels do not matter."""
    plain = value.translate(_LIKE_SOUNDS)
    kept = plain[:1] + "".join(each for each in plain[1:] if each not in "aeiouyhw")
    return "".join(each for i, each in enumerate(kept) if i == 0 or each != kept[i - 1])[:6]


_LIKE_SOUNDS = str.maketrans("czqgvpdmx", "sskkfbtns")
PARTS: dict[str, Callable[[str], str]] = {
    "whole": lambda value: value,
    "start": lambda value: value.replace(" ", "")[:3],
    "begin": lambda value: value.replace(" ", "")[:6],
    "end": lambda value: value.replace(" ", "")[-4:],
    "initial": lambda value: value[:1],
    "sound": sound,
    "year": lambda value: value[:4],
    "day": lambda value: value[4:],
    "local": lambda value: value.partition("@")[0],
    "joined": lambda value: value.replace(" ", ""),
    "label": lambda value: label_of(value.partition(" ")[0]) or value.partition(" ")[2],
    "domain": lambda value: value.partition(" ")[0],
}


def part_hashes(columns: Mapping[str, Column], name: str, part: str) -> Hashes:
    """The hash of a part of each record's value, 0 where it is missing."""
    column = columns[name]
    cut = PARTS[part]
    each = np.fromiter((_hash(cut(value)) for value in column.values), dtype=np.uint64, count=len(column.values))
    found = np.zeros(len(column.codes), dtype=np.uint64)
    held = column.codes >= 0
    found[held] = each[column.codes[held]]
    return found


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") if text else 0


def combine(hashes: Iterable[Hashes]) -> Hashes:
    """One hash of several, in their order; 0 where one is missing."""
    total: Hashes | None = None
    missing: NDArray[Any] | None = None
    for each in hashes:
        if total is None or missing is None:
            total, missing = each.copy(), each == 0
            continue
        missing |= each == 0
        total = (total * _MIX) ^ (each + (total >> np.uint64(29)))
    if total is None or missing is None:
        raise ValueError("A block needs one part at least.")
    total[missing] = 0
    return total


def block_hashes(columns: Mapping[str, Column], blocks: Sequence[Sequence[str]]) -> list[Hashes]:
    """For each block rule (``["family_name:sound", "birth_date:year"]``) the key of every record, 0 for none."""
    made: dict[str, Hashes] = {}
    found: list[Hashes] = []
    for number, block in enumerate(blocks):
        parts = [tuple(each.split(":")) for each in block]
        if any(name not in columns for name, _ in parts):
            continue
        for text, (name, part) in zip(block, parts, strict=True):
            if text not in made:
                made[text] = part_hashes(columns, name, part)
        salt = np.full(len(next(iter(made.values()))), number + 1, dtype=np.uint64)
        found.append(combine([salt, *(made[text] for text in block)]))
    return found


def pairs_of(keys: Hashes, rows: NDArray[Any] | None = None, most: int = MOST_IN_BLOCK) -> Pairs:
    """All pairs (low, high) of different rows that share a key; keys of more than `most` entries make none."""
    held = np.flatnonzero(keys)
    order = held[np.argsort(keys[held], kind="stable")]
    values = keys[order]
    of = order if rows is None else rows[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else np.empty(0, np.int64)
    sizes = np.diff(np.r_[starts, len(values)])
    keep = np.repeat((sizes > 1) & (sizes <= most), sizes)
    values, of = values[keep], of[keep]
    left: list[NDArray[Any]] = []
    right: list[NDArray[Any]] = []
    for distance in range(1, most):
        same = np.flatnonzero(values[distance:] == values[:-distance]) if distance < len(values) else np.empty(0, int)
        if not len(same):
            break
        one, other = of[same], of[same + distance]
        left.append(np.minimum(one, other))
        right.append(np.maximum(one, other))
    if not left:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    lows, highs = np.concatenate(left), np.concatenate(right)
    differ = lows != highs
    return lows[differ], highs[differ]


def crowded(keys: Hashes, most: int = MOST_IN_BLOCK) -> NDArray[Any]:
    """The entries whose key is a hub."""
    held = np.flatnonzero(keys)
    _, inverse, counts = np.unique(keys[held], return_inverse=True, return_counts=True)
    found = np.zeros(len(keys), dtype=bool)
    found[held] = counts[inverse] > most
    return found


def unite(pairs: Iterable[Pairs], records: int) -> Pairs:
    """Each pair once, by low row, then high."""
    coded = [np.empty(0, np.int64), *(low * records + high for low, high in pairs)]
    each = np.unique(np.concatenate(coded))
    low, high = np.divmod(each, max(records, 1))
    return low, high


def all_pairs(records: int) -> Pairs:
    """Every pair of rows; for small tables."""
    low, high = np.triu_indices(records, k=1)
    return low.astype(np.int64), high.astype(np.int64)
