"""The model that weighs a pair: Fellegi and Sunter's, with term frequencies, as Splink has it.

A pair's weight is log2 of the odds that the two are one: the prior, and for each attribute log2(m / u) of its level,
m being the share of pairs of one and the same that have this level, u that of pairs of two. Of equal values the u is
the share of the very value: a rare name says more than a frequent one (Splink's term-frequency adjustment). A missing
value says nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.comparing import NULL, TOP, WORDED, levels_of
from leadhouse.resolution.encoded import Column

Rows = NDArray[Any]
ELSEWHERE = -8.0  # bits: of 256 pairs of one company hardly one is like that
LEAST = 1e-9  # no share is nothing


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Shares of the values of an attribute, and of the words in them. What is not listed has the share `unseen`."""

    values: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, float] = field(default_factory=dict)
    unseen: float = 1e-5

    def rarity(self) -> dict[str, float]:
        """How much each word says: log(1 / share)."""
        return {word: -math.log(share) for word, share in self.words.items()}


@dataclass(frozen=True)
class Attribute:
    """One compared attribute: m and u of its levels, lowest first. `weighs_terms`: equal values by their share."""

    name: str
    kind: str
    m: tuple[float, ...]
    u: tuple[float, ...]
    weighs_terms: bool = True
    frequencies: Frequencies = field(default_factory=Frequencies)

    @cached_property
    def weights(self) -> NDArray[Any]:
        """log2(m / u) by level, and 0 for a missing value at the end (index -1).

        Where values have shares of their own, equality is weighed by `term_weights` instead of u.
        """
        found = [math.log2(max(m, LEAST) / max(u, LEAST)) for m, u in zip(self.m, self.u, strict=True)]
        if self.frequencies.values:
            found[-1] = math.log2(max(self.m[-1], LEAST))
        made = np.array([*found, 0.0], dtype=np.float32)
        made.setflags(write=False)
        return made

    def term_weights(self, values: Sequence[str]) -> NDArray[Any]:
        """What equality in each of the values says, by its share: log2(1 / share)."""
        shares, unseen = self.frequencies.values, self.frequencies.unseen
        each = np.fromiter((shares.get(value, unseen) for value in values), dtype=np.float64, count=len(values))
        return -np.log2(np.maximum(each, LEAST)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class MatchModel:
    """Attributes and prior. `prior`: log2 of the odds that any two records are one. `version` is part of every link."""

    version: str
    prior: float
    attributes: tuple[Attribute, ...]
    blocks: tuple[tuple[str, ...], ...] = ()
    certain: float = 12.0  # weight from which a pair is one by itself
    unsure: float = 0.0  # weight from which a person is asked

    def digest(self) -> str:
        """Changes with any weight, share or threshold."""
        return hashlib.sha256(json.dumps(as_document(self), sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one attribute says of a pair; `weight` in bits, `term_weight` its part by the value's rarity."""

    attribute: str
    one: str
    other: str
    level: int
    top: int
    weight: float
    term_weight: float

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the pair."""
        return {
            "attribute": self.attribute,
            "one": self.one,
            "other": self.other,
            "level": f"{self.level} of {self.top}" if self.level >= 0 else "missing",
            "weight": round(self.weight, 2),
            "of_which_rarity": round(self.term_weight, 2),
        }


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of pairs, one row an attribute, and the part of the weight that equal values' rarity makes."""

    levels: NDArray[Any]
    terms: NDArray[Any]

    def weights(self, model: MatchModel) -> NDArray[Any]:
        """The weight of each pair."""
        total = np.full(self.levels.shape[1], model.prior, dtype=np.float32)
        for row, attribute in zip(self.levels, model.attributes, strict=True):
            total += attribute.weights[row]
        return np.asarray(total + self.terms)


def compare(model: MatchModel, columns: Mapping[str, Column], left: Rows, right: Rows) -> Levels:
    """Compare the rows of `left` with those of `right`, pair by pair. An attribute without a column is missing."""
    levels = np.full((len(model.attributes), len(left)), NULL, dtype=np.int8)
    for row, attribute in zip(levels, model.attributes, strict=True):
        if attribute.name in columns:
            row[:] = _levels(attribute, columns[attribute.name], left, right)
    _settle_swapped(model, columns, left, right, levels)
    return Levels(levels, term_weights(model, columns, levels, left))


def term_weights(model: MatchModel, columns: Mapping[str, Column], levels: NDArray[Any], left: Rows) -> NDArray[Any]:
    """What the rarity of equal values adds to each pair."""
    terms = _elsewhere(model, levels)
    for row, attribute in zip(levels, model.attributes, strict=True):
        if attribute.frequencies.values and attribute.name in columns:
            column = columns[attribute.name]
            equal = np.flatnonzero(row == len(attribute.m) - 1)
            if len(equal):
                held = column.codes[left[equal]]
                places, inverse = np.unique(held, return_inverse=True)
                terms[equal] += attribute.term_weights([column.values[i] for i in places])[inverse]
    return terms


def _elsewhere(model: MatchModel, levels: NDArray[Any]) -> NDArray[Any]:
    """A company at another address in another city, or there under not quite the same name, is another.

    It is a branch of a chain, or a namesake. Taken alone each of the two may be a slip or a move, and the weights,
    which know no attribute of another, would count two slips. People move, companies with one door hardly do.
    """
    found = np.zeros(levels.shape[1], dtype=np.float32)
    rows = {attribute.name: row for attribute, row in zip(model.attributes, levels, strict=True)}
    if {"name", "street"} <= rows.keys():
        city = rows.get("city", np.full_like(rows["name"], NULL))
        renamed = (rows["name"] >= 0) & (rows["name"] < TOP["company"])
        found[(rows["street"] == 0) & ((city == 0) | ((city > 0) & renamed))] = ELSEWHERE
    return found


def _levels(attribute: Attribute, column: Column, left: Rows, right: Rows) -> NDArray[Any]:
    one, other = column.codes[left], column.codes[right]
    found = np.full(len(one), TOP[attribute.kind], dtype=np.int8)
    found[(one < 0) | (other < 0)] = NULL
    compared = (one >= 0) & (other >= 0)
    if attribute.kind != "site":
        compared &= one != other
    places = np.flatnonzero(compared)
    if not len(places):
        return found
    low, high = np.minimum(one[places], other[places]), np.maximum(one[places], other[places])
    pairs, inverse = np.unique(low.astype(np.int64) * len(column.values) + high, return_inverse=True)
    lows, highs = np.divmod(pairs, len(column.values))
    rarity = attribute.frequencies.rarity() if attribute.kind in WORDED else {}
    usual = -math.log(attribute.frequencies.unseen)
    values = column.values
    each = levels_of(attribute.kind, [values[i] for i in lows], [values[i] for i in highs], rarity, usual)
    found[places] = each[inverse]
    return found


def _settle_swapped(
    model: MatchModel, columns: Mapping[str, Column], left: Rows, right: Rows, levels: NDArray[Any]
) -> None:
    """Given and family name in each other's place count as a slip in both."""
    numbers = {attribute.name: i for i, attribute in enumerate(model.attributes)}
    if not {"given_name", "family_name"} <= numbers.keys() & columns.keys():
        return
    given, family = columns["given_name"], columns["family_name"]
    places = dict(zip(given.values, range(len(given.values)), strict=True))
    as_given = np.fromiter((places.get(value, -2) for value in family.values), np.int32, len(family.values))
    family_codes = np.where(family.codes >= 0, as_given[family.codes] if len(as_given) else -2, -2)
    swapped = (given.codes[left] >= 0) & (given.codes[left] == family_codes[right])
    swapped &= (given.codes[right] >= 0) & (given.codes[right] == family_codes[left])
    for name in ("given_name", "family_name"):
        row = levels[numbers[name]]
        row[swapped & (row < 2)] = 2


def explain_pair(model: MatchModel, columns: Mapping[str, Column], left: int, right: int) -> list[Evidence]:
    """What each attribute says of one pair; with the prior their weights add up to the pair's."""
    levels = compare(model, columns, np.array([left]), np.array([right])).levels
    return explain_levels(model, columns, left, right, levels[:, :1])


def explain_levels(
    model: MatchModel, columns: Mapping[str, Column], left: int, right: int, levels: NDArray[Any]
) -> list[Evidence]:
    """The same of a pair that was compared before: `levels` is its column, one row an attribute."""
    found: list[Evidence] = []
    for i, attribute in enumerate(model.attributes):
        if attribute.name not in columns:
            continue
        column, level = columns[attribute.name], int(levels[i, 0])
        one, other = (column.values[column.codes[row]] if column.codes[row] >= 0 else "" for row in (left, right))
        weight, term = float(attribute.weights[level]), 0.0
        if attribute.frequencies.values and level == len(attribute.m) - 1:
            weight += float(attribute.term_weights([one])[0])
            term = weight - math.log2(max(attribute.m[-1], LEAST) / max(attribute.u[-1], LEAST))
        found.append(Evidence(attribute.name, one, other, level, len(attribute.m) - 1, weight, term))
    if (rule := float(_elsewhere(model, levels)[0])) != 0.0:
        found.append(Evidence("at another place", "", "", 0, 0, rule, 0.0))
    return found


def probability(weight: float) -> float:
    """Of the odds that a weight (log2) stands for."""
    return 1 / (1 + 2.0**-weight) if weight > -1000 else 0.0


def with_weights(attribute: Attribute, m: NDArray[Any], u: NDArray[Any]) -> Attribute:
    """The attribute with other shares."""
    return replace(attribute, m=tuple(map(float, m)), u=tuple(map(float, u)))


def as_document(model: MatchModel) -> dict[str, Any]:
    """The model as its versioned file holds it."""
    return {
        "version": model.version,
        "prior": round(model.prior, 4),
        "certain": model.certain,
        "unsure": model.unsure,
        "blocks": [list(block) for block in model.blocks],
        "attributes": [
            {
                "name": each.name,
                "kind": each.kind,
                "m": [round(m, 9) for m in each.m],
                "u": [round(u, 12) for u in each.u],
                "weighs_terms": each.weighs_terms,
                "unseen": each.frequencies.unseen,
                "values": dict(each.frequencies.values),
                "words": dict(each.frequencies.words),
            }
            for each in model.attributes
        ],
    }


def from_document(document: Mapping[str, Any]) -> MatchModel:
    """The model of a file's content; raises KeyError or TypeError where something is missing."""
    attributes = tuple(
        Attribute(
            each["name"],
            each["kind"],
            tuple(each["m"]),
            tuple(each["u"]),
            each["weighs_terms"],
            Frequencies(each.get("values", {}), each.get("words", {}), each["unseen"]),
        )
        for each in document["attributes"]
    )
    blocks = tuple(tuple(block) for block in document["blocks"])
    return MatchModel(
        document["version"], document["prior"], attributes, blocks, document["certain"], document["unsure"]
    )


def load_model(path: Path) -> MatchModel:
    """The model of a versioned file (JSON)."""
    return from_document(json.loads(path.read_text(encoding="utf-8")))


def save_model(model: MatchModel, path: Path) -> None:
    """Write the model as a versioned file."""
    path.write_text(json.dumps(as_document(model), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
