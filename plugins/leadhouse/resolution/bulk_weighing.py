"""The match model over a bulk reading: pairs of fresh rows that share a block, weighed in parts that touch nothing of
each other, so that a part's opinions are final. The rules are those of `weighing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.blocking import pairs_of, unite
from leadhouse.resolution.bulk_groups import Groups
from leadhouse.resolution.bulk_records import KINDS, Records
from leadhouse.resolution.keys import Kind
from leadhouse.resolution.match_model import compare
from leadhouse.resolution.versioned_weights import night_model
from leadhouse.resolution.weighing import MOST_IN_BLOCK, encoded_texts, explain_weight

AT_ONCE = 200_000  # pairs weighed in one go; bounds the memory
Rows = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says of two atoms: its best pair of their rows."""

    kind: Kind
    one: int
    other: int
    weight: float
    decision: str
    reason: str


def weigh(records: Records, groups: Groups, fresh: Rows) -> Iterator[Opinion]:
    """The model's opinions of the fresh rows; `fresh` says of each row whether it is."""
    low, high = _pairs(groups, fresh)
    if not len(low):
        return
    ranks = records.subject_ranks()
    swapped = ranks[low] > ranks[high]
    low, high = np.where(swapped, high, low), np.where(swapped, low, high)
    kinds = np.frombuffer(records.kinds, np.int8)[low]
    for number, kind in enumerate(KINDS):
        of_kind = np.flatnonzero(kinds == number)
        order = of_kind[np.argsort(groups.around[low[of_kind]], kind="stable")]
        for part in _parts(order, groups.around[low[order]]):
            yield from _weigh_part(records, groups, kind, ranks, (low[part], high[part]))


def _pairs(groups: Groups, fresh: Rows) -> tuple[Rows, Rows]:
    rows, blocks = groups.blocks
    kept = fresh[rows]
    found = pairs_of(blocks[kept].astype(np.uint64) + np.uint64(1), rows[kept], MOST_IN_BLOCK)
    low, high = unite([found], len(fresh))
    differ = groups.atoms[low] != groups.atoms[high]
    return low[differ], high[differ]


def _parts(order: Rows, around: Rows) -> Iterator[Rows]:
    """Some pairs at a time; what hangs together stays together."""
    starts = np.flatnonzero(np.r_[True, around[1:] != around[:-1]]) if len(order) else np.empty(0, np.int64)
    begin = 0
    while begin < len(order):
        later = starts[np.searchsorted(starts, min(begin + AT_ONCE, len(order))) :]
        end = int(later[0]) if len(later) else len(order)
        yield order[begin:end]
        begin = end


def _weigh_part(
    records: Records, groups: Groups, kind: Kind, ranks: Rows, pairs: tuple[Rows, Rows]
) -> Iterator[Opinion]:
    model = night_model(kind)
    rows = np.unique(np.concatenate(pairs))
    rows = rows[np.argsort(ranks[rows])]
    left, right = (np.searchsorted(ranks[rows], ranks[side]) for side in pairs)
    columns = encoded_texts(model, [records.texts_of(row) for row in rows.tolist()])
    compared = compare(model, columns, left, right)
    weights = compared.weights(model)
    for number in _best(groups, pairs, weights, model.unsure).tolist():
        one, other = int(pairs[0][number]), int(pairs[1][number])
        weight = float(weights[number])
        decision = "same" if weight >= model.certain else "undecided"
        if decision == "undecided" and groups.by_keys[one] == groups.by_keys[other]:
            continue
        pair = int(left[number]), int(right[number])
        reason = explain_weight(model, columns, pair, compared.levels[:, [number]], weight)
        yield Opinion(kind, int(groups.atoms[one]), int(groups.atoms[other]), weight, decision, reason)


def _best(groups: Groups, pairs: tuple[Rows, Rows], weights: Rows, least: float) -> Rows:
    """Of the pairs of each two atoms the one of the highest weight, if it is high enough."""
    strong = np.flatnonzero(weights >= least)
    one, other = groups.atoms[pairs[0][strong]], groups.atoms[pairs[1][strong]]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((-weights[strong], high, low))
    first = np.r_[True, (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])]
    return np.asarray(strong[order[first]] if len(order) else strong)
