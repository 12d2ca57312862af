"""Degrees, registers and schools behind a name (``Jane Roe, DDS, M.Ed.``)."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.people.job_titles import is_department, is_title_word
from leadhouse.extraction.people.words import DEGREES, HONORIFICS

_CREDENTIAL = re.compile(
    r"^(?=(?:[^A-Z]*[A-Z]){2})(?:[A-Z][A-Za-z.]{2,7}|[A-Z]{2,5}-[A-Z]{1,4}|[A-Z][a-z]?\.[A-Za-z.\-]{2,12})$"
)  # MScPT, LL.M., RMT
_BEHIND_COMMA = frozenset(("JP", "SJ", "ND", "CA", "AM", "OSB"))  # elsewhere they are initials
_SHORT_CREDENTIAL = re.compile(r"^[A-Z][a-z]?\.[A-Z]?[a-z]{1,5}\.?$")  # B.Tech, S.Kom., P.Eng.
_REGISTERED = re.compile(r"^[BCDFGHJ-NP-TV-XZ]{3,5}$")  # capitals without a vowel are no surname
_COUNSEL = frozenset(("S.C.", "K.C.", "Q.C.", "J.P."))  # appointments behind a name of two long words
_GENERATIONS = frozenset(["ml.", "st.", "jun.", "sen.", "nejml.", "mł.", "ifj.", "id.", "d.y.", "d.æ.", "d.ä."])
_BETWEEN = re.compile(r"[\s,]+")
_IN_BRACKETS = re.compile(r"\s*\([^()]{1,30}\)")


def without_degrees(text: str) -> str:
    """``Jane Roe, DDS, M.Ed.`` and ``Jane Roe PhD`` without what follows the name."""
    head, comma, tail = text.partition(",")
    if comma and all(_is_credential(part) for part in re.split(r"[\s,]+", tail.strip()) if part):
        text = head
    parts = text.split()
    while len(parts) > 2 and (
        is_degree(parts[-1])
        or parts[-1] in _GENERATIONS
        or parts[-1] in _COUNSEL
        or _REGISTERED.match(parts[-1])
        or _SHORT_CREDENTIAL.match(parts[-1])
    ):
        parts.pop()
    return " ".join(parts)


@lru_cache(maxsize=10_000)
def _is_credential(part: str) -> bool:
    """Whether a word behind a name and a comma is a degree, a school or a register: by list, or by its capitals."""
    if is_degree(part) or _SHORT_CREDENTIAL.match(part) or part in _BEHIND_COMMA:
        return True
    bare = part.strip("().,")
    if is_title_word(bare) or is_department(bare):
        return False
    return bool(_CREDENTIAL.match(bare)) or (part[-1:] == "." and fold(bare) in HONORIFICS)


def is_credentials(text: str) -> bool:
    """Whether a short text is degrees and nothing else (``LLB (Wits)``, ``dipl. Ing. ETH``)."""
    if len(text) > 40 or not any(map(str.isupper, text)):
        return False
    bare = _IN_BRACKETS.sub(" ", text) if "(" in text else text
    return all(map(_is_credential, _BETWEEN.split(bare.strip())))


@lru_cache(maxsize=10_000)
def is_degree(part: str) -> bool:
    """Whether a word is a degree or a membership by list; a word with one capital is a name's."""
    bare = part.strip("(),").rstrip("®")
    if bare.rstrip(".") in {"Esq", "Esquire"}:
        return True
    return sum(char.isupper() for char in bare) >= 2 and fold(bare) in DEGREES
