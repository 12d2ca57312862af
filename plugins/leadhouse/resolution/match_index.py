"""Many records under one version of the weights: all at once, or some new ones against the rest, with equal clusters.

What the new ones do not touch is not read: their blocks are looked up in sorted keys, and only the groups that they
reach are joined anew. The clusters are those of a run over everything, since a pair's weight hangs on the pair alone,
and a block on its size, whose crossing of the limit makes its records new again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.blocking import MOST_IN_BLOCK, Pairs, block_hashes, pairs_of, unite
from leadhouse.resolution.clustering import cluster, components
from leadhouse.resolution.comparable import comparable
from leadhouse.resolution.encoded import Column, Encoder
from leadhouse.resolution.match_model import MatchModel, compare

AT_ONCE = 1_000_000  # pairs compared in one go; bounds the memory


class MatchIndex:
    """Records with their blocks, links and clusters. `clusters[row]` is the lowest row of the row's cluster."""

    def __init__(self, model: MatchModel, *, threshold: float = 0.0, most_in_block: int = MOST_IN_BLOCK) -> None:
        self.model, self.threshold, self.most_in_block = model, threshold, most_in_block
        self._encoders = {each.name: Encoder(_form(each.kind)) for each in model.attributes}
        self._codes = {each.name: array("i") for each in model.attributes}
        self._keys: list[NDArray[Any]] = []
        self._rows: list[NDArray[Any]] = []
        self._low = self._high = np.empty(0, np.int64)
        self._weights = np.empty(0, np.float32)
        self._component = np.empty(0, np.int64)
        self.clusters = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(next(iter(self._codes.values())))

    def append(self, records: Iterable[Sequence[str]]) -> None:
        """Take records in, their texts in the order of the model's attributes; `match_all` or `match_new` follows."""
        held = [
            (self._encoders[each.name].known, self._encoders[each.name].place, self._codes[each.name].append)
            for each in self.model.attributes
        ]
        for record in records:
            for (known, place, add), text in zip(held, record, strict=True):
                code = known.get(text)  # in line: this runs for every cell
                add(place(text) if code is None else code)

    def columns(self) -> dict[str, Column]:
        """All records by attribute."""
        return {
            each.name: Column(
                each.name,
                each.kind,
                np.frombuffer(self._codes[each.name], dtype=np.int32).copy(),
                self._encoders[each.name].values,
            )
            for each in self.model.attributes
        }

    def sample(self, records: int) -> tuple[dict[str, Column], Pairs]:
        """The columns of random records, the same ones each time, and their pairs that share a block.

        A share of all pairs is the same among some of the records: weights are estimated on these as well as on all.
        """
        rows = np.sort(np.random.default_rng(len(self)).permutation(len(self))[:records])
        columns = _compact(self.columns(), rows)
        hashes = block_hashes(columns, self.model.blocks)
        return columns, unite((pairs_of(keys, most=self.most_in_block) for keys in hashes), len(rows))

    def weights_of(self, low: Sequence[int], high: Sequence[int]) -> NDArray[Any]:
        """The weight of each of the given pairs of rows."""
        return self._weigh(self.columns(), np.asarray(low), np.asarray(high))

    def match_all(self) -> None:
        """Compare and join everything anew."""
        columns = self.columns()
        self._keys, self._rows = [], []
        for keys in block_hashes(columns, self.model.blocks):
            held = np.flatnonzero(keys)
            order = held[np.argsort(keys[held], kind="stable")]
            self._keys.append(keys[order])
            self._rows.append(order)
        found = (pairs_of(keys, rows, self.most_in_block) for keys, rows in zip(self._keys, self._rows, strict=True))
        low, high = unite(found, len(self))
        weights = self._weigh(columns, low, high)
        strong = weights >= self.threshold
        self._low, self._high, self._weights = low[strong], high[strong], weights[strong]
        self._component = components(len(self), (self._low, self._high))
        self.clusters = self._cluster(columns, np.arange(len(self)), self._low, self._high, self._weights)

    def match_new(self, first: int) -> None:
        """Compare the records from row `first` on with all, and join what they touch anew."""
        columns = self.columns()
        new = np.arange(first, len(self))
        again = self._add_blocks(columns, new)
        rows = np.union1d(new, again)
        gone = np.isin(self._low, again) | np.isin(self._high, again)
        touched = [rows, self._low[gone], self._high[gone]]
        low, high = self._around(columns, rows)
        weights = self._weigh(columns, low, high)
        strong = weights >= self.threshold
        low, high, weights = low[strong], high[strong], weights[strong]
        self._low = np.concatenate([self._low[~gone], low])
        self._high = np.concatenate([self._high[~gone], high])
        self._weights = np.concatenate([self._weights[~gone], weights])
        self._component = np.concatenate([self._component, new])
        self.clusters = np.concatenate([self.clusters, new])
        self._join_around(columns, np.concatenate([*touched, low, high]))

    def _add_blocks(self, columns: dict[str, Column], new: NDArray[Any]) -> NDArray[Any]:
        """File the new records under their blocks; returns the older rows of blocks that have become hubs by it."""
        turned: list[NDArray[Any]] = [np.empty(0, np.int64)]
        for number, keys in enumerate(block_hashes(_compact(columns, new), self.model.blocks)):
            held = np.flatnonzero(keys)
            order = held[np.argsort(keys[held], kind="stable")]
            added, counts = np.unique(keys[order], return_counts=True)
            start = np.searchsorted(self._keys[number], added, "left")
            end = np.searchsorted(self._keys[number], added, "right")
            before = end - start
            crossed = np.flatnonzero((before <= self.most_in_block) & (before + counts > self.most_in_block))
            turned += [self._rows[number][start[i] : end[i]] for i in crossed.tolist()]
            places = np.searchsorted(self._keys[number], keys[order], "right")
            self._keys[number] = np.insert(self._keys[number], places, keys[order])
            self._rows[number] = np.insert(self._rows[number], places, new[order])
        return np.unique(np.concatenate(turned))

    def _around(self, columns: dict[str, Column], rows: NDArray[Any]) -> Pairs:
        """Every pair of the given rows with any row that shares a block."""
        found: list[Pairs] = []
        for number, keys in enumerate(block_hashes(_compact(columns, rows), self.model.blocks)):
            held = np.flatnonzero(keys)
            start = np.searchsorted(self._keys[number], keys[held], "left")
            end = np.searchsorted(self._keys[number], keys[held], "right")
            sizes = end - start
            keep = (sizes > 1) & (sizes <= self.most_in_block)
            sizes, start, own = sizes[keep], start[keep], rows[held[keep]]
            places = np.repeat(start - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(int(sizes.sum()))
            one, other = np.repeat(own, sizes), self._rows[number][places]
            differ = one != other
            found.append((np.minimum(one, other)[differ], np.maximum(one, other)[differ]))
        return unite(found, len(self))

    def _join_around(self, columns: dict[str, Column], rows: NDArray[Any]) -> None:
        members = np.flatnonzero(np.isin(self._component, np.unique(self._component[rows])))
        linked = np.isin(self._low, members)
        low, high = (np.searchsorted(members, side[linked]) for side in (self._low, self._high))
        self._component[members] = members[components(len(members), (low, high))]
        self.clusters[members] = members[self._cluster(columns, members, low, high, self._weights[linked])]

    def _cluster(
        self,
        columns: dict[str, Column],
        rows: NDArray[Any],
        low: NDArray[Any],
        high: NDArray[Any],
        weights: NDArray[Any],
    ) -> NDArray[Any]:
        def weigh(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
            return self._weigh(columns, rows[left], rows[right])

        return cluster(len(rows), (low, high), weights, self.threshold, weigh)

    def _weigh(self, columns: dict[str, Column], low: NDArray[Any], high: NDArray[Any]) -> NDArray[Any]:
        parts = [
            compare(self.model, columns, low[i : i + AT_ONCE], high[i : i + AT_ONCE]).weights(self.model)
            for i in range(0, len(low), AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.float32)


def _form(kind: str) -> Callable[[str], str]:
    return lambda text: comparable(kind, text)


def _compact(columns: dict[str, Column], rows: NDArray[Any]) -> dict[str, Column]:
    """The columns of some rows with their values alone: nothing is made for the values of all others."""
    found: dict[str, Column] = {}
    for name, column in columns.items():
        codes = column.codes[rows]
        places, inverse = np.unique(codes, return_inverse=True)
        missing = int(len(places) > 0 and places[0] < 0)
        values = [column.values[i] for i in places[missing:].tolist()]
        found[name] = Column(name, column.kind, (inverse - missing).astype(np.int32), values)
    return found
