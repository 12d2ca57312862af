"""Patterns that are tried only on texts that hold what no match can do without.

A pattern for many languages is an alternation of dozens of words, which `re` tries one by one at every character,
above all where case is ignored. Yet every match holds one of a few literals that the pattern itself tells, and looking
for those takes a fraction of the time: what search engines for source code do (R. Cox, "Regular Expression Matching
with a Trigram Index", 2012). Answers are the pattern's own; `tests/extraction/test_guarded.py` holds them against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, Final

_parser: Final = import_module("re._parser")  # what `re.compile` reads a pattern with; the standard library's own
_MIN_LETTERS = 2  # a single letter stands in nearly every text
_MAX_LITERALS = 600
_RARE = 4  # letters of a literal that hardly stands in a text by chance
_MAX_SPELLINGS, _FEW = 64, 4  # of one run of letters: while it is short, and once it is rare
# Letters that `re.I` takes for another, but `str.lower` does not (`re._casefix`, and U+0130), each with the other one.
_ONE_CASE: Final = str.maketrans(
    {
        "\u0130": "i", "\u0131": "i", "\u017f": "s", "\u00b5": "\u03bc", "\u0345": "\u03b9", "\u1fbe": "\u03b9",
        "\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\u03d0": "\u03b2", "\u03f5": "\u03b5", "\u03d1": "\u03b8",
        "\u03f0": "\u03ba", "\u03d6": "\u03c0", "\u03f1": "\u03c1", "\u03c2": "\u03c3", "\u03a3": "\u03c3",
        "\u03d5": "\u03c6", "\u1e9b": "\u1e61", "\ufb06": "\ufb05", "\u1c80": "\u0432", "\u1c81": "\u0434",
        "\u1c82": "\u043e", "\u1c83": "\u0441", "\u1c84": "\u0442", "\u1c85": "\u0442", "\u1c86": "\u044a",
        "\u1c87": "\u0463", "\u1c88": "\ua64b",
    }
)  # fmt: skip
_OF_TWO_CASES: Final = re.compile("[" + "".join(map(chr, _ONE_CASE)) + "]")


def in_one_case(text: str) -> str:
    """A text in lower case, in which letters are equal wherever `re.I` holds them equal."""
    if not text.isascii() and _OF_TWO_CASES.search(text):
        text = text.translate(_ONE_CASE)
    return text.lower()


class Guarded:
    """A pattern that is asked only about texts with one of its `literals`; methods answer as those of `re.Pattern`."""

    __slots__ = ("_ascii", "_folded", "literals", "pattern")

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self._folded: Callable[[str], str] = in_one_case if pattern.flags & re.I else str
        found = _needed(_parser.parse(pattern.pattern, pattern.flags), self._folded)
        self.literals: tuple[str, ...] = _minimal(found) if found is not None else ("",)
        self._ascii = tuple(filter(str.isascii, self.literals))  # no other one stands in a text that is ASCII

    def may_match(self, text: str) -> bool:
        """Whether a text holds one of the literals: without one the pattern matches nowhere in it."""
        literals = self._ascii if text.isascii() else self.literals
        if not literals:
            return False
        text = self._folded(text)
        for literal in literals:  # noqa: SIM110 - a generator takes twice as long, and this is what is saved here
            if literal in text:
                return True
        return False

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in a text."""
        return self.pattern.search(text) if self.may_match(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the start of a text."""
        return self.pattern.match(text) if self.may_match(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches in a text, in order."""
        return self.pattern.finditer(text) if self.may_match(text) else iter(())


def guarded(pattern: str, flags: int = 0) -> Guarded:
    """Compile a pattern for texts of which few match."""
    return Guarded(re.compile(pattern, flags))


class AnyOf:
    """Several guarded patterns under one guard: most texts hold nothing that any of them needs."""

    __slots__ = ("_ascii", "literals")

    def __init__(self, *patterns: Guarded) -> None:
        self.literals = _minimal({literal for pattern in patterns for literal in pattern.literals})
        self._ascii = tuple(filter(str.isascii, self.literals))

    def may_match(self, text: str) -> bool:
        """Whether one of the patterns, all of which ignore case, may match in a text."""
        literals = self._ascii if text.isascii() else self.literals
        text = in_one_case(text)
        for literal in literals:  # noqa: SIM110 - as above
            if literal in text:
                return True
        return False


# What a pattern needs ----------------------------------------------------------------------------------------------


def _needed(parsed: Iterable[Any], folded: Callable[[str], str]) -> set[str] | None:
    """Literals of which every match of a parsed sequence holds one; None where it may match without any."""
    found: list[set[str]] = []
    runs = {""}
    for operation, argument in parsed:
        kind = str(operation)
        if kind in {"AT", "ASSERT", "ASSERT_NOT"}:
            continue  # takes no room
        spellings = _spellings(kind, argument, folded)
        if spellings and len(runs) * len(spellings) <= (_MAX_SPELLINGS if min(map(len, runs)) < _RARE else _FEW):
            runs = {run + spelling for run in runs for spelling in spellings}
            continue
        found.append(runs)
        runs = {""}
        if (inner := _of_group(kind, argument, folded)) is not None:
            found.append(inner)
    found.append(runs)
    useful = [each for each in found if min(map(len, each)) >= _MIN_LETTERS and len(each) <= _MAX_LITERALS]
    return min(useful, key=_cost, default=None)


def _spellings(kind: str, argument: Any, folded: Callable[[str], str]) -> set[str]:
    """All that one place of a pattern may hold (``m[eé]xico``, ``e-?mail``, ``pol(?:and|ska)``); none if it is much."""
    found: set[str] = set()
    if kind == "LITERAL":
        found = {folded(chr(argument))}
    elif kind == "IN" and len(argument) <= _FEW and all(str(entry[0]) == "LITERAL" for entry in argument):
        found = {folded(chr(entry[1])) for entry in argument}
    elif kind == "MAX_REPEAT" and argument[:2] == (0, 1):
        found = _whole(argument[2], folded)
        found = {*found, ""} if found else found
    elif kind == "SUBPATTERN":
        found = _whole(argument[3], folded)
    elif kind == "BRANCH":
        branches = [_whole(branch, folded) for branch in argument[1]]
        found = set().union(*branches) if all(branches) else found
    return found if len(found) <= _MAX_SPELLINGS else set()


def _whole(parsed: Iterable[Any], folded: Callable[[str], str]) -> set[str]:
    """Everything that a parsed sequence matches; nothing if it is much, or not to be told."""
    found = {""}
    for operation, argument in parsed:
        if str(operation) in {"AT", "ASSERT", "ASSERT_NOT"}:
            continue
        spellings = _spellings(str(operation), argument, folded)
        found = {known + spelling for known in found for spelling in spellings}
        if not found or len(found) > _MAX_SPELLINGS:
            return set()
    return found


def _of_group(kind: str, argument: Any, folded: Callable[[str], str]) -> set[str] | None:
    if kind == "SUBPATTERN":
        return _needed(argument[3], folded)
    if kind == "ATOMIC_GROUP":
        return _needed(argument, folded)
    if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return _needed(argument[2], folded) if argument[0] > 0 else None
    if kind == "BRANCH":
        branches = [_needed(branch, folded) for branch in argument[1]]
        return None if None in branches else set().union(*(branch for branch in branches if branch is not None))
    return None


def _cost(literals: set[str]) -> tuple[int, int]:
    """Rare literals first: their shortest tells how often they stand by chance; then few of them."""
    return -min(_RARE, *map(len, literals)), len(literals)


def _minimal(literals: set[str]) -> tuple[str, ...]:
    """Literals without those that another one is part of, short ones first."""
    kept: list[str] = []
    for literal in sorted(literals, key=lambda each: (len(each), each)):
        if not any(known in literal for known in kept):
            kept.append(literal)
    return tuple(kept)
