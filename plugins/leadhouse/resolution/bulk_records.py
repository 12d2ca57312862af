"""Many statements in little memory: what a first reading has to know of each shared record, as arrays by row.

A record's keys and blocks stand as hashes, its compared texts one behind the other in one buffer: some 400 bytes a
record, where objects would take ten times as much. What is written of a record goes to the server while it is read.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from leadhouse.resolution.compared_values import Texts
from leadhouse.resolution.keys import HUB_NAMES, Key, Kind, by_rank
from leadhouse.resolution.versioned_weights import night_model

KINDS: tuple[Kind, ...] = ("company", "person")
KEY_KINDS = tuple(HUB_NAMES)
COMPARED = {kind: tuple(each.name for each in night_model(kind).attributes) for kind in KINDS}
_NUMBERS = {kind: number for number, kind in enumerate(KEY_KINDS)}
_OF_COMPANIES = 0x5851F42D4C957F2D  # told apart: a block of companies and one of people may be one text
_BETWEEN = "\0"  # Postgres keeps no text with it


@dataclass
class TextBuffer:
    """Texts one behind the other, read by their number."""

    held: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("q", (0,)))

    def append(self, text: str) -> None:
        """The text gets the next number."""
        self.held += text.encode()
        self.ends.append(len(self.held))

    def __getitem__(self, number: int) -> str:
        return self.held[self.ends[number] : self.ends[number + 1]].decode()


@dataclass
class Records:
    """Shared records by row. Keys are the joining ones, first key first within a row; rows ascend in all arrays."""

    subjects: bytearray = field(default_factory=bytearray)
    kinds: array[int] = field(default_factory=lambda: array("b"))
    key_rows: array[int] = field(default_factory=lambda: array("i"))
    key_kinds: array[int] = field(default_factory=lambda: array("b"))
    key_hashes: array[int] = field(default_factory=lambda: array("q"))
    key_checks: array[int] = field(default_factory=lambda: array("q"))
    key_names: array[int] = field(default_factory=lambda: array("q"))
    key_values: TextBuffer = field(default_factory=TextBuffer)
    block_rows: array[int] = field(default_factory=lambda: array("i"))
    block_hashes: array[int] = field(default_factory=lambda: array("Q"))
    texts: TextBuffer = field(default_factory=TextBuffer)

    def __len__(self) -> int:
        return len(self.kinds)

    def add(self, subject_id: UUID, kind: Kind, keys: Iterable[Key], texts: Texts) -> int:
        """Take a record in; returns its row."""
        row = len(self.kinds)
        self.subjects += subject_id.bytes
        self.kinds.append(KINDS.index(kind))
        joining: list[Key] = []
        for key in keys:
            if key.is_joining:
                joining.append(key)
            elif key.kind == "block":
                self.block_rows.append(row)
                self.block_hashes.append(int(key.value, 16) ^ (_OF_COMPANIES if kind == "company" else 0))
        if len(joining) > 1:
            joining = list(by_rank(kind, sorted(joining, key=lambda key: key.value)))
        for key in joining:
            self._add_key(row, key)
        self.texts.append(_BETWEEN.join([texts[name] for name in COMPARED[kind]]))
        return row

    def _add_key(self, row: int, key: Key) -> None:
        text = f"{key.kind}:{key.value}"  # kinds of companies' and of people's keys differ, but for e-mail addresses
        if key.kind == "email":
            text += KINDS[self.kinds[row]]
        self.key_rows.append(row)
        self.key_kinds.append(_NUMBERS[key.kind])
        self.key_hashes.append(hash(text))
        self.key_checks.append(hash(text[::-1]))
        self.key_names.append(hash(key.counted))
        self.key_values.append(key.value)

    def subject(self, row: int) -> bytearray:
        """The 16 bytes of the row's subject id."""
        return self.subjects[16 * row : 16 * row + 16]

    def texts_of(self, row: int) -> Texts:
        """What the row says, as it is compared."""
        return dict(zip(COMPARED[KINDS[self.kinds[row]]], self.texts[row].split(_BETWEEN), strict=True))

    def key_label(self, entry: int) -> str:
        """Kind and value of a key, as an assignment names it."""
        return f"{KEY_KINDS[self.key_kinds[entry]]}:{self.key_values[entry]}"

    def subject_ranks(self) -> NDArray[Any]:
        """The place of each row in the order of the subjects' ids."""
        halves = np.frombuffer(self.subjects, dtype=">u8").reshape(-1, 2)
        ranks = np.empty(len(self), np.int64)
        ranks[np.lexsort((halves[:, 1], halves[:, 0]))] = np.arange(len(self))
        return ranks

    def twice(self) -> NDArray[Any]:
        """Rows whose subject another row has, too."""
        halves = np.frombuffer(self.subjects, dtype=">u8").reshape(-1, 2)
        order = np.lexsort((halves[:, 1], halves[:, 0]))
        same = np.flatnonzero((halves[order[1:]] == halves[order[:-1]]).all(axis=1))
        return np.union1d(order[same], order[same + 1])
