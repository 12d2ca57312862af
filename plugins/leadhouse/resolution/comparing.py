"""How alike two values are, as a level: 0 unlike, the highest of a kind equal. The model weighs the levels.

Values are compared once for every different pair of them, the usual measures in C (rapidfuzz).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from leadhouse.resolution.comparable import label_of

Levels = NDArray[Any]
Texts = Sequence[str]
Rarity = Mapping[str, float]  # word -> how much its agreement says, log(records / records with it)
TOP: dict[str, int] = {
    "name": 3, "text": 5, "street": 5, "company": 5, "place": 2, "date": 4, "code": 2, "email": 3, "phone": 2,
    "number": 2, "category": 2, "site": 4,
}  # fmt: skip
WORDED = frozenset({"text", "street", "company"})  # compared word by word
NULL = -1
_CHUNK = 500_000
_NO_FIGURE = re.compile(r"\D+")


def _resemblance(one: Texts, other: Texts) -> NDArray[Any]:
    return np.asarray(cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float32))


def _edits(one: Texts, other: Texts, most: int) -> NDArray[Any]:
    """Insertions, deletions, replacements and swaps of neighbours; more than `most` count as one more."""
    return np.asarray(cpdist(one, other, scorer=OSA.distance, score_cutoff=most, dtype=np.int32))


def names(one: Texts, other: Texts) -> Levels:
    """2: a slip (one edit, or Jaro-Winkler .92); 1: alike (.8), an initial or a short form."""
    resemblance = _resemblance(one, other)
    levels = np.where(resemblance >= 0.8, 1, 0).astype(np.int8)
    for i in np.flatnonzero(levels == 0).tolist():
        if one[i].startswith(other[i]) or other[i].startswith(one[i]):
            levels[i] = 1
    levels[resemblance >= 0.92] = 2
    near = np.flatnonzero(resemblance < 0.92)
    rest = near.tolist()
    edits = _edits([one[i] for i in rest], [other[i] for i in rest], 1)
    long = np.fromiter((min(len(one[i]), len(other[i])) > 3 for i in rest), dtype=bool, count=len(near))
    levels[near[(edits <= 1) & long]] = 2
    return levels


def dates(one: Texts, other: Texts) -> Levels:
    """3: one edit; 2: two edits, or two of year, month and day; 1: the same year, or day and month swapped."""
    edits = _edits(one, other, 2)
    levels = np.where(edits <= 1, 3, np.where(edits == 2, 2, 0)).astype(np.int8)
    for i in np.flatnonzero(levels == 0).tolist():
        a, b = one[i], other[i]
        equal = (a[:4] == b[:4]) + (a[4:6] == b[4:6]) + (a[6:] == b[6:])
        swapped = a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]
        levels[i] = 2 if equal >= 2 or swapped else 1 if a[:4] == b[:4] else 0
    return levels


def codes(one: Texts, other: Texts) -> Levels:
    """1: one edit in four or more signs."""
    edits = _edits(one, other, 1)
    long = np.fromiter((min(len(a), len(b)) >= 4 for a, b in zip(one, other, strict=True)), bool, len(one))
    return np.asarray((edits <= 1) & long, dtype=np.int8)


def emails(one: Texts, other: Texts) -> Levels:
    """2: two edits at most, none in a figure; 1: the same name at another host, or one edit in a figure.

    Addresses that merely look alike are no evidence beside the names they are made of: namesakes are numbered.
    """
    close = _edits(one, other, 2) <= 2
    levels = np.zeros(len(one), dtype=np.int8)
    for i, (a, b) in enumerate(zip(one, other, strict=True)):
        if close[i]:
            figures, other_figures = _NO_FIGURE.sub("", a), _NO_FIGURE.sub("", b)
            levels[i] = 2 if figures == other_figures else int(OSA.distance(a, b, score_cutoff=1) <= 1)
        elif a.partition("@")[0] == b.partition("@")[0]:
            levels[i] = 1
    return levels


def phones(one: Texts, other: Texts) -> Levels:
    """1: one edit, or the last seven digits."""
    near = _edits(one, other, 1) <= 1
    tail = np.fromiter((a[-7:] == b[-7:] for a, b in zip(one, other, strict=True)), bool, len(one))
    return np.asarray(near | tail, dtype=np.int8)


def places(one: Texts, other: Texts) -> Levels:
    """1: Jaro-Winkler .85, or one name holds all words of the other (``New York``, ``New York City``)."""
    levels = (_resemblance(one, other) >= 0.85).astype(np.int8)
    for i in np.flatnonzero(levels == 0).tolist():
        a, b = set(one[i].split()), set(other[i].split())
        levels[i] = a <= b or b <= a
    return levels


def numbers(one: Texts, other: Texts) -> Levels:
    """1: within a tenth."""
    a, b = (np.fromiter(map(float, side), dtype=np.float64, count=len(side)) for side in (one, other))
    return np.asarray(np.abs(a - b) <= 0.1 * np.maximum(np.abs(a), np.abs(b)), dtype=np.int8)


def categories(one: Texts, other: Texts) -> Levels:
    """1: a value in common, or one that the other holds as a word."""
    found = np.zeros(len(one), dtype=np.int8)
    for i, (a, b) in enumerate(zip(one, other, strict=True)):
        found[i] = bool(set(a.split("|")) & set(b.split("|"))) or bool(
            set(a.replace("|", " ").split()) & set(b.replace("|", " ").split())
        )
    return found


def sites(one: Texts, other: Texts) -> Levels:
    """A company's domain beside its name (``domain name``, either may be missing).

    4: one domain; 3: one label under two suffixes; 2: the label is the other's name; 1: it is not; 0: two domains.
    """
    found = np.empty(len(one), dtype=np.int8)
    for i, (a, b) in enumerate(zip(one, other, strict=True)):
        (domain, _, called), (other_domain, _, other_called) = a.partition(" "), b.partition(" ")
        if domain and other_domain:
            same_label = label_of(domain) == label_of(other_domain)
            found[i] = 4 if domain == other_domain else 3 if same_label else 0
        elif domain or other_domain:
            label, plain = (label_of(domain), other_called) if domain else (label_of(other_domain), called)
            found[i] = NULL if not plain else 2 if label == plain else 1
        else:
            found[i] = NULL
    return found


def texts(one: Texts, other: Texts, rarity: Rarity, usual: float, *, is_name: bool = False) -> Levels:
    """Words weighed by their rarity: 4 the same but for blanks and order; 3, 2, 1 alike (.8, .6, .4); see `_likeness`.

    `usual` is the rarity of a word that is not known. Of names (`is_name`) both of which have a word that the other
    lacks, little likeness is left: two shops of one chain, two rooms of one hotel.
    """
    weigh = _Words(rarity, usual, is_name)
    return np.fromiter((weigh.level(a, b) for a, b in zip(one, other, strict=True)), dtype=np.int8, count=len(one))


class _Words:
    """Compares texts word by word; remembers each text's words."""

    def __init__(self, rarity: Rarity, usual: float, is_name: bool) -> None:
        self._rarity, self._usual, self._is_name = rarity, usual, is_name
        self._known: dict[str, tuple[frozenset[str], float, frozenset[str]]] = {}

    def level(self, one: str, other: str) -> int:
        if one.replace(" ", "") == other.replace(" ", ""):
            return 4
        likeness = self._likeness(one, other)
        return 4 if likeness >= 0.995 else 3 if likeness >= 0.8 else 2 if likeness >= 0.6 else int(likeness >= 0.4)

    def _of(self, text: str) -> tuple[frozenset[str], float, frozenset[str]]:
        known = self._known.get(text)
        if known is None:
            held = frozenset(text.split())
            figures = frozenset(word for word in held if word.isdigit())
            known = self._known[text] = (held, sum(map(self._weight, held)), figures)
        return known

    def _weight(self, word: str) -> float:
        return self._rarity.get(word, self._usual)

    def _likeness(self, one: str, other: str) -> float:
        """Weight in common over the mean of weight in all and weight of the lesser: a name and a part of it are alike.

        Different figures (a house number, a model) make two of what is otherwise alike.
        """
        (held, total, figures), (other_held, other_total, other_figures) = self._of(one), self._of(other)
        alone, other_alone = held - other_held, other_held - held
        shared = sum(map(self._weight, held & other_held))
        if alone and other_alone and (min(len(held), len(other_held)) <= 4 or shared > 0.1 * (total + other_total)):
            similar, alone, other_alone = self._similar(alone, other_alone)
            shared += similar  # of long texts only where something is in common already
        dice = 2 * shared / (total + other_total) if total + other_total else 0.0
        part = shared / min(total, other_total) if min(total, other_total) > 0 else 0.0
        likeness = dice if dice >= 0.8 else 0.6 * dice + 0.4 * min(part, 1.0) - 0.05
        if self._is_name and alone and other_alone:
            likeness = 0.0
        if figures and other_figures and not figures & other_figures:
            likeness = min(likeness, 0.39)
        return min(likeness, 1.0)

    def _similar(
        self, alone: frozenset[str], other_alone: frozenset[str]
    ) -> tuple[float, frozenset[str], frozenset[str]]:
        """What words that only one has share by likeness: a slip, an abbreviation; and the words that are left."""
        free, found = defaultdict[str, list[str]](list), 0.0
        left = set(alone)
        for word in sorted(other_alone):
            free[word[0]].append(word)
        for word in sorted(alone):
            near = next((each for each in free.get(word[0], ()) if is_form_of(word, each)), None)
            if near is not None:
                free[near[0]].remove(near)
                left.discard(word)
                found += 0.9 * (self._weight(word) + self._weight(near)) / 2
        return found, frozenset(left), frozenset(word for words in free.values() for word in words)


@lru_cache(maxsize=1 << 18)
def is_form_of(one: str, other: str) -> bool:
    """Whether two words are one with a slip, or one shortens the other (``blvd``, ``boulevard``)."""
    if one[0] != other[0] or one.isdigit() or other.isdigit():
        return False
    short, long = sorted((one, other), key=len)
    if len(short) >= 2 and len(short) < len(long) and _shortens(short, long):
        return True
    return len(short) >= 5 and OSA.distance(one, other, score_cutoff=1 + (len(short) > 7)) <= 1 + (len(short) > 7)


def _shortens(short: str, long: str) -> bool:
    if len(short) >= 3 and long.startswith(short):
        return True
    if short[-1] != long[-1] or len(short) > 5:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


_MEASURES: dict[str, Callable[[Texts, Texts], Levels]] = {
    "name": names,
    "date": dates,
    "code": codes,
    "email": emails,
    "phone": phones,
    "place": places,
    "number": numbers,
    "category": categories,
    "site": sites,
}


def levels_of(kind: str, one: Texts, other: Texts, rarity: Rarity, usual: float = math.inf) -> Levels:
    """The level of each pair of different values (pairs of equal ones have the top level, but for `sites`)."""
    if kind in WORDED:
        return texts(one, other, rarity, usual, is_name=kind == "company")
    measure = _MEASURES[kind]
    parts = [measure(one[i : i + _CHUNK], other[i : i + _CHUNK]) for i in range(0, len(one), _CHUNK)]
    return np.concatenate(parts) if parts else np.empty(0, np.int8)
