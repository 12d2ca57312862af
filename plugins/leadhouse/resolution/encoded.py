"""Columns as codes: each different value stands once, a record holds its number. A million records stay small."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[Any]
Hashes = NDArray[Any]
MISSING = -1


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of all records: `codes[row]` is the place in `values`, or `MISSING`."""

    name: str
    kind: str
    codes: Codes
    values: Sequence[str]

    def map(self, form: Callable[[str], str]) -> Column:
        """The same records with every different value passed through `form` once; empty becomes missing."""
        encoder = Encoder(form)
        places = np.fromiter((encoder.place(value) for value in self.values), dtype=np.int32, count=len(self.values))
        codes = np.where(self.codes >= 0, places[self.codes] if len(places) else MISSING, MISSING).astype(np.int32)
        return Column(self.name, self.kind, codes, encoder.values)

    def take(self, rows: NDArray[Any]) -> Column:
        """The column of some of the records, in the given order."""
        return Column(self.name, self.kind, self.codes[rows], self.values)

    def counts(self) -> NDArray[Any]:
        """How many records hold each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.int64)


class Encoder:
    """Gives each different form of the texts a number, in the order in which they come."""

    def __init__(self, form: Callable[[str], str]) -> None:
        self._form = form
        self.known: dict[str, int] = {}  # text -> place
        self._others: dict[str, int] = {}  # value that has not come as a text of that very form -> place
        self.values: list[str] = []

    def place(self, text: str) -> int:
        """The number of the text's form; `MISSING` when nothing is left of it."""
        known = self.known.get(text)
        if known is None:
            known = self.known[text] = self._place_new(text)
        return known

    def _place_new(self, text: str) -> int:
        value = self._form(text)
        if not value:
            return MISSING
        place = self._others.get(value)
        if place is None:
            same = self.known.get(value, MISSING)
            place = same if same >= 0 and self.values[same] == value else len(self.values)
            if place == len(self.values):
                self.values.append(text if value == text else value)
                if value != text:
                    self._others[value] = place
        return place


def encode(name: str, kind: str, texts: Iterable[str], form: Callable[[str], str]) -> Column:
    """The column of the texts, each in the form in which it is compared."""
    encoder = Encoder(form)
    codes = array("i", (encoder.place(text) for text in texts))
    return Column(name, kind, np.frombuffer(codes, dtype=np.int32) if codes else np.empty(0, np.int32), encoder.values)
