"""Weights from a file's own records, without an answer key: u by counting, m by expectation and maximization.

For `leadhouse dedupe` alone: the night uses the versioned weights, which change only with their file. The starting
weights count as some pairs seen before, so that a small or odd file cannot turn a level's meaning around.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.blocking import Pairs
from leadhouse.resolution.comparing import WORDED
from leadhouse.resolution.encoded import Column
from leadhouse.resolution.match_model import (
    Attribute,
    Frequencies,
    Levels,
    MatchModel,
    compare,
    with_weights,
)

# What somebody is called. Whatever else two have in common (premises, a chain's city, a switchboard), one and the same
# are hardly ever called by two names that are nothing like each other.
IDENTITIES = frozenset({"name", "full_name", "heading"})
UNLIKE_NAMES = 0.003
# How many pairs of one are unlike in an attribute at most. Beyond that the search has found something else than who is
# who: namesakes, neighbours, one family.
UNLIKE: dict[str, float] = {
    "name": 0.2, "date": 0.2, "code": 0.25, "email": 0.25, "phone": 0.4, "place": 0.35, "street": 0.25,
}  # fmt: skip
MOST_COPIES = 2.0  # pairs a record: groups of five on average
HIGHEST_PRIOR = -1.0  # one pair of three: a table of two rows has one pair, and that is no reason to join it
SAMPLE = 150_000
ROUNDS = 30
M_BEFORE = 20.0  # pairs that the starting m counts for
M_SHARE = 0.5  # and as a share of the pairs found: what a file teaches never outweighs them by more than two to one
U_BEFORE = 2.0  # pairs that the starting u counts for, at each level


def add_words(attribute: Attribute, column: Column) -> Attribute:
    """The attribute with the shares of the words in the column's own values."""
    if attribute.kind not in WORDED:
        return attribute
    counts, held = column.counts(), defaultdict[str, int](int)
    for value, count in zip(column.values, counts, strict=True):
        for word in set(value.split()):
            held[word] += int(count)
    total = int(counts.sum()) + 1
    words = {word: (count + 0.5) / total for word, count in held.items()}
    return replace(attribute, frequencies=Frequencies({}, words, 1 / total))


def add_values(attribute: Attribute, column: Column, entities: NDArray[Any], universe: Universe) -> Attribute:
    """The attribute with the share of each value, among the entities found so far or, where there are lists, in a list.

    Not among rows: the very duplicates would make their values look frequent. A list names each once, so that what
    repeats within one is chance. What one or two hold has the share that Good and Turing (1953) give to
    one's: 2 n2 / n1 of one in all, n1 and n2 being how many values one and two hold (of two the pair at hand may be
    both).
    """
    if not attribute.weighs_terms:
        return attribute
    held = np.flatnonzero(column.codes >= 0)
    size = len(column.values) + 1
    if universe.lists is None:
        each = np.unique(entities[held] * np.int64(size) + column.codes[held]) % size
        lists = 1
    else:
        each, lists = universe.lists[held] * np.int64(size) + column.codes[held], len(np.unique(universe.lists[held]))
    groups, counts = np.unique(each, return_counts=True)
    least = np.full(len(column.values), len(each) + 1, dtype=np.int64)  # what one list alone repeats is that list's way
    np.minimum.at(least, groups % size, counts)
    total = max(len(each) / max(lists, 1), 1.0)
    unseen = min(1.0, (2 * int((counts == 2).sum()) + 1) / (int((counts == 1).sum()) + 1)) / total
    shares = np.where((least <= 2) | (least > len(each)), unseen, least / total)
    values = dict(zip(column.values, shares.tolist(), strict=True))
    return replace(attribute, frequencies=replace(attribute.frequencies, values=values, unseen=unseen))


@dataclass(frozen=True, slots=True)
class Observed:
    """The levels of all candidates, and of random pairs that are none: they are taken to be two."""

    seen: Levels
    outside: Levels
    rest: int  # pairs that are no candidates
    equal: tuple[int | None, ...]  # by attribute, pairs of equal values in all


def observe(model: MatchModel, columns: Mapping[str, Column], candidates: Pairs, universe: Universe) -> Observed:
    """Compare the candidates and the sample, once for all rounds."""
    outside = compare(model, columns, *universe.sample_outside(candidates))
    equal = tuple(_equal(columns[each.name], universe) for each in model.attributes)
    return Observed(compare(model, columns, *candidates), outside, max(universe.pairs - len(candidates[0]), 0), equal)


def estimate(model: MatchModel, observed: Observed, universe: Universe) -> MatchModel:
    """The model with the weights and the prior of these records."""
    seen = observed.seen
    patterns, of = _patterns(seen)
    counted = np.bincount(of, minlength=patterns.shape[1])
    named = not any(each.kind == "site" for each in model.attributes)  # nothing but the name says who it is
    elsewhere = [_elsewhere(observed, i, len(each.m)) for i, each in enumerate(model.attributes)]
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp2(-np.clip(seen.weights(model), -60, 60)))
        matched = np.bincount(of, weights=chance, minlength=patterns.shape[1])
        attributes = tuple(
            _maximize(each, patterns[i], matched, counted - matched, elsewhere[i], named=named)
            for i, each in enumerate(model.attributes)
        )
        former, found = model.prior, min(max(float(chance.sum()), 1.0), MOST_COPIES * universe.records)
        model = replace(model, attributes=attributes, prior=_prior(found, universe.pairs))
        if abs(model.prior - former) < 1e-3:
            break
    return model


def begin(model: MatchModel, columns: Mapping[str, Column], observed: Observed, universe: Universe) -> MatchModel:
    """Where the search begins: how often values meet at all, less where nearly every row has a value of its own.

    Agreement in such an attribute is hardly chance. Without this, a file whose only evidence is one identifying
    attribute ends where all its duplicates count as chance.
    """
    attributes, expected, total = [], universe.records * 0.05, universe.pairs
    for i, each in enumerate(model.attributes):
        size, row, column = len(each.m), observed.seen.levels[i], columns[each.name]
        own = len(column.values) / max(int((column.codes >= 0).sum()), 1)
        inside = np.bincount(row[row >= 0], minlength=size).astype(np.float64)
        if each.weighs_terms:
            expected = max(expected, float(inside[-1]) * own**2)
        u = (inside * np.array([1.0] + [(1 - own) ** 2] * (size - 1)) + _elsewhere(observed, i, size) + 0.5) / total
        entities = np.arange(universe.records) if own < 0.5 else column.codes.astype(np.int64)
        attributes.append(add_values(with_weights(each, np.array(each.m), u / u.sum()), column, entities, universe))
    return replace(model, attributes=tuple(attributes), prior=_prior(max(expected, 1.0), total))


def _prior(expected: float, pairs: int) -> float:
    """Log2 of the odds that any two are one; below even odds, so that a pair which nothing speaks for is none."""
    return min(math.log2(expected / pairs), HIGHEST_PRIOR)


def _elsewhere(observed: Observed, number: int, size: int) -> NDArray[Any]:
    """How many pairs beside the candidates have each level of an attribute: the highest counted, the others sampled."""
    row = observed.outside.levels[number]
    counts = np.bincount(row[row >= 0], minlength=size) * (observed.rest / max(len(row), 1))
    if (equal := observed.equal[number]) is not None:
        counts[-1] = max(equal - int((observed.seen.levels[number] == size - 1).sum()), 0)
    return np.asarray(counts)


def _equal(column: Column, universe: Universe) -> int | None:
    """How many pairs of the universe hold equal values; None for a column whose equal values are no agreement."""
    if column.kind == "site":
        return None
    counts = column.counts()
    found = int((counts * (counts - 1) // 2).sum())
    if universe.lists is None:
        return found
    held = column.codes >= 0
    each = np.unique(universe.lists[held] * np.int64(len(column.values)) + column.codes[held], return_counts=True)[1]
    return found - int((each * (each - 1) // 2).sum())


def _patterns(seen: Levels) -> tuple[NDArray[Any], NDArray[Any]]:
    """The different columns of levels, and which of them each pair has."""
    coded = np.zeros(seen.levels.shape[1], dtype=np.int64)
    for row in seen.levels:
        coded = coded * 8 + (row + 1)
    _, first, inverse = np.unique(coded, return_index=True, return_inverse=True)
    return seen.levels[:, first], inverse


def _maximize(
    attribute: Attribute,
    levels: NDArray[Any],
    matched: NDArray[Any],
    unmatched: NDArray[Any],
    outside: NDArray[Any],
    *,
    named: bool,
) -> Attribute:
    size, held = len(attribute.m), levels >= 0
    before = M_BEFORE + M_SHARE * float(matched[held].sum())
    m = np.bincount(levels[held], weights=matched[held], minlength=size) + before * _start(attribute)
    u = np.bincount(levels[held], weights=unmatched[held], minlength=size) + outside
    u += U_BEFORE * np.array([0.9**level for level in range(size)])
    m, u = m / m.sum(), u / u.sum()
    most = UNLIKE_NAMES if named and attribute.name in IDENTITIES else UNLIKE.get(attribute.kind, 1.0)
    if m[0] > most:
        m[1:] *= (1 - most) / m[1:].sum()
        m[0] = most
    return with_weights(attribute, _rising(m, u), u)


def _start(attribute: Attribute) -> NDArray[Any]:
    """Without its versioned shares at hand the running m holds the same: it began there."""
    return np.array(_STARTS.get(attribute.kind, attribute.m), dtype=np.float64)


def _rising(m: NDArray[Any], u: NDArray[Any]) -> NDArray[Any]:
    """A higher level never says less than a lower one: levels that do are pooled with their lower neighbours."""
    groups: list[list[int]] = []
    for level in range(len(m)):
        groups.append([level])
        while len(groups) > 1 and _ratio(groups[-2], m, u) > _ratio(groups[-1], m, u):
            groups[-2:] = [groups[-2] + groups[-1]]
    found = m.copy()
    for group in groups:
        found[group] = u[group] * _ratio(group, m, u)
    return np.asarray(found / found.sum())


def _ratio(group: list[int], m: NDArray[Any], u: NDArray[Any]) -> float:
    return float(m[group].sum() / u[group].sum())


# Where the search for m begins, by kind: most pairs of one agree, some by a slip, few not at all.
_STARTS: dict[str, tuple[float, ...]] = {
    "name": (0.08, 0.07, 0.15, 0.7),
    "text": (0.05, 0.1, 0.15, 0.2, 0.15, 0.35),
    "street": (0.05, 0.1, 0.15, 0.2, 0.15, 0.35),
    "company": (0.05, 0.08, 0.12, 0.15, 0.1, 0.5),
    "place": (0.2, 0.15, 0.65),
    "date": (0.05, 0.05, 0.1, 0.15, 0.65),
    "code": (0.15, 0.15, 0.7),
    "email": (0.1, 0.1, 0.15, 0.65),
    "phone": (0.2, 0.1, 0.7),
    "number": (0.3, 0.3, 0.4),
    "category": (0.3, 0.2, 0.5),
    "site": (0.1, 0.15, 0.25, 0.1, 0.4),
}


def starting_attribute(name: str, kind: str, *, weighs_terms: bool) -> Attribute:
    """An attribute before anything is estimated; u falls by a power of ten a level."""
    m = _STARTS[kind]
    u = np.array([10.0 ** -(level * 4 / (len(m) - 1)) for level in range(len(m))])
    return Attribute(name, kind, m, tuple(map(float, u / u.sum())), weighs_terms)


class Universe:
    """Which pairs can be one at all: those of a table, or, where each row is of a list, those of two lists."""

    def __init__(self, records: int, lists: NDArray[Any] | None = None) -> None:
        self.records, self.lists = records, lists
        inside = sum(int(size) * (int(size) - 1) // 2 for size in np.bincount(lists)) if lists is not None else 0
        self.pairs = max(records * (records - 1) // 2 - inside, 1)

    def within(self, pairs: Pairs) -> NDArray[Any]:
        """The pairs that belong to it."""
        low, high = pairs
        return np.asarray(low != high if self.lists is None else self.lists[low] != self.lists[high])

    def sample_outside(self, candidates: Pairs) -> Pairs:
        """Random pairs that are no candidates; the same ones for the same table."""
        generator = np.random.default_rng(self.records)
        one, other = generator.integers(0, self.records, (2, SAMPLE))
        low, high = np.minimum(one, other), np.maximum(one, other)
        known = candidates[0] * self.records + candidates[1]
        free = self.within((low, high)) & ~np.isin(low * self.records + high, known)
        return low[free], high[free]
