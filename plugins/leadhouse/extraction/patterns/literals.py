"""Which of many literals may stand in a text, all asked at once.

Hundreds of stems in dozens of languages are looked for on every page, and nearly all of them stand on none. So the
text's runs of three letters are marked in one table of 64 K, and every literal whose own runs are not all marked is out
(a Bloom filter over trigrams; R. Cox, "Regular Expression Matching with a Trigram Index", 2012): 0.05 to 0.2 ms a page
for all literals. The answer is a guard: what is not told does not stand in the text, what is told may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MARKS: Final = 1 << 16
_RUNS: Final = 6  # of a literal that are looked up; rare ones are told by fewer
_SHORTEST: Final = 3  # letters; shorter literals are always told


class _Watched:
    """Literals in the order in which they were first asked for, and where their runs stand in the table."""

    def __init__(self) -> None:
        self.literals: dict[str, list[int]] = {}
        self.names: list[str] = []
        self.places: NDArray[Any] | None = None  # (_RUNS, literals)

    def add(self, literals: tuple[str, ...]) -> None:
        """Watch literals from now on."""
        for literal in literals:
            if literal not in self.literals:
                self.literals[literal] = _chosen(literal)
        self.names, self.places = list(self.literals), None


_watched: Final = _Watched()


def watch(literals: tuple[str, ...]) -> int:
    """Let `standing` tell these literals, too; returns how many are told now."""
    for literal in literals:
        if literal not in _watched.literals:
            _watched.add(literals)
            break
    return len(_watched.literals)


def standing(text: str) -> frozenset[str]:
    """Those watched literals that may stand in a text; no other one does. Case counts."""
    import numpy as np

    names, places = _watched.names, _watched.places
    if places is None:
        places = np.array(list(_watched.literals.values()), dtype=np.intp).T.copy()
        _watched.places = places
    marks = np.zeros(_MARKS, dtype=bool)
    marks[_runs(text)] = True
    marks[0] = True  # where literals point that are too short to have a run
    told = np.logical_and.reduce(marks.take(places))
    return frozenset([names[index] for index in told.nonzero()[0].tolist()])


def _runs(text: str) -> NDArray[Any]:
    """The places of all runs of a text in the table."""
    import numpy as np

    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    first, second, third = units[:-2], units[1:-1], units[2:]
    places: NDArray[Any] = first * np.uint16(40503) ^ second * np.uint16(31153) ^ third * np.uint16(57)
    return places.astype(np.intp)


def _chosen(literal: str) -> list[int]:
    """The places of up to _RUNS runs of a literal, spread over it, repeated to that number."""
    units = memoryview(literal.encode("utf-16-le", "surrogatepass")).cast("H").tolist()
    last = len(units) - _SHORTEST
    if len(literal) < _SHORTEST:
        return [0] * _RUNS
    starts = [index * last // (_RUNS - 1) for index in range(_RUNS)]
    return [(units[at] * 40503 ^ units[at + 1] * 31153 ^ units[at + 2] * 57) & (_MARKS - 1) for at in starts]
