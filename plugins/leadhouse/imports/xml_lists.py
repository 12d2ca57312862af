"""XML as a table: the element that repeats is a row, what it holds are the columns.

A document with a DTD is refused, so no entity is ever expanded or fetched (XML 1.0, 4.4); depth, size and the number of
different elements are bounded.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from xml.parsers import expat

from leadhouse.imports.column_names import field_of, is_group
from leadhouse.imports.delimited_rows import Row

MOST_BYTES = 1 << 28  # of a document, which is held in memory
MOST_DEPTH = 16
MOST_PATHS = 2_000
MOST_COLUMNS = 500
_START = re.compile(rb"\s*<\?xml\s")
_KINDS = ("type", "kind", "label", "rel")  # attributes that say which of several a value is: ``<phone type="work">``
_Path = tuple[str, ...]


class XmlListError(ValueError):
    """What is wrong with a document, for people."""


def is_xml(start: bytes) -> bool:
    """Whether bytes begin like an XML document that says so."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start[: len(start) // 2 * 2].decode("utf-16", "replace").encode("ascii", "replace")
    return _START.match(start.removeprefix(codecs.BOM_UTF8)) is not None


def read_list(content: bytes) -> dict[str, list[Row]]:
    """The list of a document by its element's name: the columns' names as row 0, then each element with its line.

    Raises:
        XmlListError: a document with a DTD, one that is not well formed, too large or deep, or without a list.
    """
    if len(content) > MOST_BYTES:
        raise XmlListError(f"it holds more than {MOST_BYTES >> 20} MB")
    census = _Census()
    _parse(content, census.start, census.end, None)
    record = census.record()
    if record is None:
        raise XmlListError("it holds no list of elements")
    reader = _Records(record)
    _parse(content, reader.start, reader.end, reader.text)
    names = list(dict.fromkeys(key for _, each in reader.found for key in each))[:MOST_COLUMNS]
    rows = [Row(line, [each.get(key, "") for key in names]) for line, each in reader.found]
    return {record[-1]: [Row(0, column_names(names)), *rows]}


def column_names(keys: Sequence[str]) -> list[str]:
    """As columns are called: ``name.first`` is *first name*, ``profile.city`` is *city* where there is no other."""
    ends = Counter(key.rpartition(".")[2] for key in keys)
    return [_column_name(key, is_alone=ends[key.rpartition(".")[2]] == 1) for key in keys]


def _column_name(key: str, *, is_alone: bool) -> str:
    above, _, last = key.rpartition(".")
    whose = above.rpartition(".")[2]
    known = is_alone and field_of(last) is not None
    if not above or (known and not is_group(whose)):
        return last
    turned = f"{last} {whose}"
    return next((each for each in (key, turned) if field_of(each)), last if known else key)


def _parse(
    content: bytes,
    start: Callable[[_Path, dict[str, str], int], None],
    end: Callable[[_Path], None],
    text: Callable[[str], None] | None,
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    paths: list[_Path] = [()]

    def start_element(name: str, attributes: dict[str, str]) -> None:
        if len(paths) > MOST_DEPTH:
            raise XmlListError(f"its elements lie more than {MOST_DEPTH} deep")
        paths.append((*paths[-1], _local(name)))
        start(paths[-1], attributes, parser.CurrentLineNumber)

    def end_element(name: str) -> None:
        end(paths.pop())

    parser.StartElementHandler, parser.EndElementHandler = start_element, end_element
    parser.StartDoctypeDeclHandler = _refuse
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise XmlListError(f"it is not well formed ({error})") from error


def _refuse(*_: Any) -> None:
    raise XmlListError("it has a document type declaration, which is not read")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Census:
    """How often each path of elements occurs, and which hold anything but text."""

    def __init__(self) -> None:
        self._counts: Counter[_Path] = Counter()
        self._parents: dict[_Path, set[str]] = {}

    def start(self, path: _Path, attributes: dict[str, str], line: int) -> None:
        self._counts[path] += 1
        if len(self._counts) > MOST_PATHS:
            raise XmlListError(f"it holds more than {MOST_PATHS} kinds of elements")
        if len(path) > 1:
            self._parents.setdefault(path[:-1], set()).add(path[-1])
        for each in attributes:
            self._parents.setdefault(path, set()).add(f"@{each}")

    def end(self, path: _Path) -> None:
        """Nothing is settled before the end of the document."""

    def record(self) -> _Path | None:
        """The first element, from the root on, that repeats; where none does, the one that holds most."""
        holding = [path for path in self._parents if len(path) > 1]
        repeated = [path for path in holding if self._counts[path] > self._counts[path[:-1]]]
        if repeated:
            return min(repeated, key=lambda path: (len(path), -self._counts[path]))
        return max(holding, key=lambda path: (len(self._parents[path]), -len(path)), default=None)


class _Records:
    """The elements at one path as texts by key, with the line that each begins on."""

    def __init__(self, record: _Path) -> None:
        self._record, self._depth = record, len(record)
        self.found: list[tuple[int, dict[str, str]]] = []
        self._now: dict[str, str] | None = None
        self._open: list[tuple[str, list[str]]] = []  # key and texts of the elements that are open

    def start(self, path: _Path, attributes: dict[str, str], line: int) -> None:
        if path == self._record:
            self._now = {}
            self.found.append((line, self._now))
        if self._now is None:
            return
        said = {_local(name): value for name, value in attributes.items()}
        kind = next((said.pop(each) for each in _KINDS if len(path) > self._depth and each in said), "")
        key = ".".join(path[self._depth :]) + (f" {kind.strip()}" if kind.strip() else "")
        self._open.append((key, []))
        for name, value in said.items():
            self._add(f"{key}.{name}" if key else name, value)

    def text(self, text: str) -> None:
        if self._open:
            self._open[-1][1].append(text)

    def end(self, path: _Path) -> None:
        if self._now is None:
            return
        key, texts = self._open.pop()
        self._add(key or self._record[-1], "".join(texts))
        if path == self._record:
            self._now = None

    def _add(self, key: str, text: str) -> None:
        if self._now is not None and (text := text.strip()):
            self._now[key] = f"{self._now[key]}; {text}" if key in self._now else text
