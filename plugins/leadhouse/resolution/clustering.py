"""Who is one, from the weights of pairs: groups join by what all their pairs say, not by their best pair alone.

A chain of likenesses (a franchise, a family) does not become one: two groups join only while the mean weight of the
pairs between them is high enough, pairs that are no candidates included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.blocking import Pairs

Weigh = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]
LARGEST = 400  # of a component whose pairs are all weighed; a larger one is joined by its known pairs
SPAN = 15.0  # beyond this a weight counts no more: one field more or less must not decide over a whole group


def components(records: int, pairs: Pairs) -> NDArray[Any]:
    """For each row the lowest row that pairs connect it with."""
    label = np.arange(records)
    low, high = pairs
    while True:
        least = np.minimum(label[low], label[high])
        former = label.copy()
        np.minimum.at(label, low, least)
        np.minimum.at(label, high, least)
        label = label[label]
        if np.array_equal(label, former):
            return label


def cluster(records: int, pairs: Pairs, weights: NDArray[Any], threshold: float, weigh: Weigh) -> NDArray[Any]:
    """For each row its cluster, named by its lowest row.

    Args:
        pairs: the candidates, each once, low row first.
        threshold: the least weight at which two are one.
        weigh: the weight of any other pairs, asked for where groups of more than two may join.
    """
    strong = weights >= threshold
    low, high, held = pairs[0][strong], pairs[1][strong], weights[strong]
    label = components(records, (low, high))
    sizes = np.bincount(label, minlength=records)
    edges: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    for number in np.flatnonzero(sizes[label[low]] > 2).tolist():
        edges[int(label[low[number]])].append((-float(held[number]), int(low[number]), int(high[number])))
    grown = [number for number in edges if 3 <= sizes[number] <= LARGEST]
    known = _between(label, grown, sizes, weigh)
    for number, found in edges.items():
        members = sorted({row for _, one, other in found for row in (one, other)})
        for group in _join(members, sorted(found), known.get(number, {}), threshold):
            label[group] = min(group)
    return label


def _between(
    label: NDArray[Any], grown: list[int], sizes: NDArray[Any], weigh: Weigh
) -> dict[int, dict[tuple[int, int], float]]:
    """The weights of all pairs within the given components, in one call."""
    wanted = np.flatnonzero(np.isin(label, np.array(grown, dtype=np.int64)))
    order = wanted[np.argsort(label[wanted], kind="stable")]
    left: list[NDArray[Any]] = []
    right: list[NDArray[Any]] = []
    start = 0
    while start < len(order):
        members = np.sort(order[start : start + sizes[label[order[start]]]])
        low, high = _pairs_of_size(len(members))
        left.append(members[low])
        right.append(members[high])
        start += len(members)
    if not left:
        return {}
    lows, highs = np.concatenate(left), np.concatenate(right)
    found: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
    for low_row, high_row, weight in zip(lows.tolist(), highs.tolist(), weigh(lows, highs).tolist(), strict=True):
        found[int(label[low_row])][low_row, high_row] = weight
    return found


@lru_cache(maxsize=64)
def _pairs_of_size(size: int) -> Pairs:
    low, high = np.triu_indices(size, k=1)
    return low, high


def _join(
    members: list[int], edges: list[tuple[float, int, int]], known: dict[tuple[int, int], float], threshold: float
) -> list[list[int]]:
    """The best pair first; two groups join while the mean weight between them reaches the threshold."""
    group = {row: [row] for row in members}
    for negative, one, other in edges:
        first, second = group[one], group[other]
        if first is second:
            continue
        between = [_bounded(known.get((min(a, b), max(a, b)), -negative)) for a in first for b in second]
        if sum(between) / len(between) >= threshold:
            first.extend(second)
            for row in second:
                group[row] = first
    return list({id(each): each for each in group.values()}.values())


def _bounded(weight: float) -> float:
    return max(-SPAN, min(SPAN, weight))
