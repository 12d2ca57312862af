"""Finds who is who in any table: the night's model and way of joining, with weights of the table itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.blocking import (
    MOST_IN_BLOCK,
    Pairs,
    all_pairs,
    combine,
    crowded,
    pairs_of,
    part_hashes,
    unite,
)
from leadhouse.resolution.clustering import cluster, components
from leadhouse.resolution.comparable import company_name, comparable, domain, without_place
from leadhouse.resolution.comparing import WORDED
from leadhouse.resolution.encoded import Column, Hashes, encode
from leadhouse.resolution.estimating import (
    Universe,
    add_values,
    add_words,
    begin,
    estimate,
    observe,
    starting_attribute,
)
from leadhouse.resolution.file_columns import FileColumn
from leadhouse.resolution.folding import fold_person
from leadhouse.resolution.match_model import Levels, MatchModel, compare, explain_pair, term_weights

ALL_PAIRS_UP_TO = 1500  # records; more are blocked
THRESHOLD = 0.0  # log2 of the odds: rather one than two
AS_GOOD = 0.5  # bits within which two counterparts are equally good
EQUALS = 2  # rows of the same values that are weighed; the others of a larger group go with them
LARGEST_IN_PAIRS = 2000  # rows of one group of which every pair is given: two million
ROUNDS = 3  # the weights of levels and those of rare values hang on each other
_WHOLE: dict[str, tuple[str, ...]] = {
    "name": ("whole", "sound"), "date": ("whole",), "code": ("whole",), "email": ("whole", "local"),
    "phone": ("whole",), "site": ("label",), "company": ("joined", "begin"), "text": ("joined",),
    "street": ("joined",),
}  # fmt: skip
_CHEAP = {
    "name": "start", "date": "year", "code": "start", "email": "start", "text": "start", "company": "start",
    "street": "start", "place": "start", "category": "whole", "phone": "start",
}  # fmt: skip


_PARTS_OF_NAME = ("given_name", "family_name")


@dataclass(frozen=True, slots=True)
class FileMatches:
    """Found pairs of rows (low, high) with their weights, the model that weighed them, and what it compared."""

    pairs: Pairs
    weights: NDArray[Any]
    candidates: int
    model: MatchModel
    columns: Mapping[str, Column]

    def explained(self, ids: Sequence[str]) -> Iterator[dict[str, object]]:
        """Each pair with its weight and what every attribute adds to it."""
        for low, high, weight in zip(*self.pairs, self.weights, strict=True):
            evidence = explain_pair(self.model, self.columns, int(low), int(high))
            yield {
                "id_a": ids[low],
                "id_b": ids[high],
                "weight": round(float(weight), 2),
                "prior": round(self.model.prior, 2),
                "evidence": [each.as_json() for each in evidence],
            }


def match_rows(rows: Sequence[Sequence[str]], mapped: Sequence[FileColumn], *, split: int | None = None) -> FileMatches:
    """Who is who among the rows; with `split` only pairs of a row before it and one from it on are given.

    A column ``source`` says which list a row is of. A list names each once: pairs are of two lists then, too. The
    weights are estimated on these very rows (u by counting, m by expectation and maximization).
    """
    columns = read_columns(rows, mapped)
    lists = _lists(len(rows), columns.pop("source", None), split)
    whole = Universe(len(rows), lists)
    kept = _without_surplus(columns) if lists is None else np.arange(len(rows))
    every, columns = columns, {name: each.take(kept) for name, each in columns.items()}
    universe = Universe(len(kept), lists)
    attributes = (
        add_words(starting_attribute(name, each.kind, weighs_terms=_weighs_terms(name, mapped)), each)
        for name, each in columns.items()
    )
    model = MatchModel("estimated on the file", 0.0, tuple(attributes))
    found = _candidates(columns, universe)
    model, weights = _estimate(model, columns, found, universe)

    def weigh(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
        return compare(model, every, left, right).weights(model)

    label = cluster(len(kept), found, weights, THRESHOLD, lambda one, other: weigh(kept[one], kept[other]))
    low, high = _within_clusters(_with_surplus(label, kept, every), whole)
    weights = weigh(low, high)
    if universe.lists is not None:
        best = best_of_lists((low, high), weights, universe.lists)
        low, high, weights = low[best], high[best], weights[best]
    return FileMatches((low, high), weights, len(found[0]), model, every)


def _equal_rows(columns: Mapping[str, Column]) -> NDArray[Any]:
    """For each row the lowest row of the very same values."""
    codes = np.stack([each.codes for each in columns.values()])
    _, first, inverse = np.unique(codes, axis=1, return_index=True, return_inverse=True)
    return np.asarray(first[inverse.ravel()])


def _without_surplus(columns: Mapping[str, Column]) -> NDArray[Any]:
    """The rows to weigh: of many equal ones some, or their number would make of their values what everybody has."""
    equal = _equal_rows(columns)
    order = np.argsort(equal, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(equal[order]) != 0])[: len(order)]
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    return np.sort(order[place < EQUALS])


def _with_surplus(label: NDArray[Any], kept: NDArray[Any], columns: Mapping[str, Column]) -> NDArray[Any]:
    """The clusters of all rows: what was not weighed goes with its equals, if those are one."""
    equal = _equal_rows(columns)
    found = np.arange(len(equal))
    found[kept] = kept[label]
    left_out = np.setdiff1d(np.arange(len(equal)), kept)
    others = kept[np.isin(equal[kept], equal[left_out])]
    one = {int(row): found[others[equal[others] == row]] for row in np.unique(equal[left_out])}
    for row in left_out.tolist():
        of_equals = one[int(equal[row])]
        if (of_equals == of_equals[0]).all():
            found[row] = of_equals[0]
    return found


def _lists(records: int, source: Column | None, split: int | None) -> NDArray[Any] | None:
    """The list each row is of: a file, or a value of the column ``source``; None when all are of one."""
    if split is not None:
        return (np.arange(records) >= split).astype(np.int64)
    if source is None or len(source.values) < 2:
        return None
    return source.codes.astype(np.int64) + 1


def best_of_lists(pairs: Pairs, weights: NDArray[Any], lists: NDArray[Any]) -> NDArray[Any]:
    """Pairs whose rows have no better counterpart in the other's list: a list names each once."""
    low, high = pairs
    size = int(lists.max()) + 1
    wanted = (low * size + lists[high], high * size + lists[low])
    best = np.ones(len(low), dtype=bool)
    for keys in wanted:
        places, inverse = np.unique(keys, return_inverse=True)
        most = np.full(len(places), -np.inf)
        np.maximum.at(most, inverse, weights)
        best &= weights >= most[inverse] - AS_GOOD
    return best


def _estimate(
    model: MatchModel, columns: Mapping[str, Column], found: Pairs, universe: Universe
) -> tuple[MatchModel, NDArray[Any]]:
    """In rounds: the entities found tell what is rare, and what is rare tells the entities."""
    observed = observe(model, columns, found, universe)
    levels = observed.seen.levels
    model = begin(model, columns, observed, universe)
    for _ in range(ROUNDS):
        seen = Levels(levels, term_weights(model, columns, levels, found[0]))
        model = estimate(model, replace(observed, seen=seen), universe)
        strong = seen.weights(model) >= THRESHOLD
        entities = components(universe.records, (found[0][strong], found[1][strong]))
        attributes = tuple(add_values(each, columns[each.name], entities, universe) for each in model.attributes)
        model = replace(model, attributes=attributes)
    return model, Levels(levels, term_weights(model, columns, levels, found[0])).weights(model)


def estimate_model(model: MatchModel, columns: Mapping[str, Column], candidates: Pairs) -> MatchModel:
    """The model with weights and shares of these very records, to be kept as a version."""
    records = len(next(iter(columns.values())).codes)
    attributes = tuple(add_words(each, columns[each.name]) for each in model.attributes)
    return _estimate(replace(model, attributes=attributes), columns, candidates, Universe(records))[0]


def _weighs_terms(name: str, mapped: Sequence[FileColumn]) -> bool:
    return next((each.weighs_terms for each in mapped if each.attribute == name), name in _PARTS_OF_NAME)


def read_columns(rows: Sequence[Sequence[str]], mapped: Sequence[FileColumn]) -> dict[str, Column]:
    """The compared columns of the rows; a company's domain, name and address of mail make the column ``site``."""
    found: dict[str, Column] = {}
    places = next((each.place for each in mapped if each.attribute == "city"), None)
    cities = {comparable("place", row[places]) for row in rows if places < len(row)} if places is not None else set()
    for each in mapped:
        if each.kind == "domain":
            continue
        form = _form(each.kind, cities)
        texts = (row[each.place] if each.place < len(row) else "" for row in rows)
        if each.attribute == "full_name" and not any(other.attribute in _PARTS_OF_NAME for other in mapped):
            found |= _parts_of_names(texts)
        else:
            found[each.attribute] = encode(each.attribute, each.kind, texts, form)
    site = _sites(rows, mapped)
    if site is not None:
        found.pop("email", None)
        found["site"] = site
    return found


def _parts_of_names(texts: Iterable[str]) -> dict[str, Column]:
    """Given names and the family name, as the night compares them; it tells whose order is the other way, too."""
    parts = [fold_person(text).rpartition(" ") for text in texts]
    sides = zip(_PARTS_OF_NAME, (0, 2), strict=True)
    return {name: encode(name, "name", (each[side] for each in parts), _form("name", ())) for name, side in sides}


def _form(kind: str, cities: Collection[str]) -> Callable[[str], str]:
    if kind == "company":
        return lambda text: comparable(kind, without_place(text, cities))
    return lambda text: comparable(kind, text)


def _sites(rows: Sequence[Sequence[str]], mapped: Sequence[FileColumn]) -> Column | None:
    """``domain name`` of each company, from its domain, else its address of mail; None when the file has neither."""
    places = {each.attribute: each.place for each in mapped}
    if "name" not in places or not {"domain", "email"} & places.keys():
        return None

    def cell(row: Sequence[str], attribute: str) -> str:
        place = places.get(attribute, len(row))
        return row[place] if place < len(row) else ""

    def texts() -> Iterator[str]:
        for row in rows:
            host = domain(cell(row, "domain")) or domain(cell(row, "email"))
            yield f"{host} {company_name(cell(row, 'name')).replace(' ', '')}"

    return encode("site", "site", texts(), lambda text: text if text.strip() else "")


def _candidates(columns: Mapping[str, Column], universe: Universe) -> Pairs:
    records = universe.records
    found = all_pairs(records) if records <= ALL_PAIRS_UP_TO else unite(_blocked(columns), records)
    within = universe.within(found)
    return found[0][within], found[1][within]


def _blocked(columns: Mapping[str, Column]) -> Iterator[Pairs]:
    """Pairs by each attribute alone; where a value is frequent, with a part of every other attribute."""
    cheap = {
        name: part_hashes(columns, name, _CHEAP[column.kind])
        for name, column in columns.items()
        if column.kind in _CHEAP
    }
    for name, column in columns.items():
        others = [each for other, each in cheap.items() if other != name]
        for part in _WHOLE.get(column.kind, ()):
            yield from _refined(part_hashes(columns, name, part), None, others)
        if column.kind in WORDED:
            keys, rows = _word_keys(column)
            yield from _refined(keys, rows, others)


def _refined(keys: Hashes, rows: NDArray[Any] | None, others: Sequence[Hashes]) -> Iterator[Pairs]:
    yield pairs_of(keys, rows)
    many = crowded(keys)
    if not many.any():
        return
    frequent = np.where(many, keys, np.uint64(0))
    for other in others:
        narrower = combine([frequent, other if rows is None else other[rows]])
        yield pairs_of(narrower, rows, MOST_IN_BLOCK // 2)


def _word_keys(column: Column) -> tuple[Hashes, NDArray[Any]]:
    """A key for every word of every record, and the row it belongs to."""
    places: dict[str, int] = {}
    of_value = [[places.setdefault(word, len(places)) for word in set(value.split())] for value in column.values]
    hashes = part_hashes(
        {"word": Column("word", "text", np.arange(len(places), dtype=np.int32), list(places))}, "word", "whole"
    )
    held = np.flatnonzero(column.codes >= 0)
    counts = np.fromiter((len(of_value[code]) for code in column.codes[held]), dtype=np.int64, count=len(held))
    words = np.fromiter((word for code in column.codes[held] for word in of_value[code]), dtype=np.int64)
    return hashes[words], np.repeat(held, counts)


def _within_clusters(label: NDArray[Any], universe: Universe) -> Pairs:
    """All pairs of rows of one cluster that the table asks for; of a very large one each row with the first."""
    keys = label.astype(np.uint64) + np.uint64(1)
    large = np.flatnonzero(np.bincount(label, minlength=len(label))[label] > LARGEST_IN_PAIRS)
    stars = label[large], large
    found = unite([pairs_of(keys, most=LARGEST_IN_PAIRS), stars], len(label))
    within = universe.within(found)
    return found[0][within], found[1][within]
