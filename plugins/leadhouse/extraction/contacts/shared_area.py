"""Numbers without an area code behind one that has it: ``0422 262 7788, 262 7799``, ``(81) 8363 4410 y 8363 4411``."""

from __future__ import annotations

import re

_FEWEST, _MOST = 5, 9  # figures of a number without its area code
_BRACKETS = re.compile(r"(?P<calling>\+\d{1,3})?[ .-]*\((?P<area>\d{2,5})\)")
_GROUPS = re.compile(r"\d+")
_BEFORE = re.compile(r"(?P<number>\+?\(?\d[\d ().–-]{6,20}\d)\s*(?:[,/&;]|\b[^\W\d_]{1,4}\b)\s*\Z")


def with_area(previous: str, part: str) -> str | None:
    """A number as written with the area code of another, where that one is written apart from as many figures.

    Returns figures, with a plus where `previous` has one; None where the two do not match.
    """
    figures = re.sub(r"\D", "", part)
    if not _FEWEST <= len(figures) <= _MOST:
        return None
    if match := _BRACKETS.match(previous):  # its own area code, however long the number behind it
        return f"{match['calling'] or ''}{match['area']}{figures}"
    local = 0
    groups = _GROUPS.findall(previous)
    for index in range(len(groups) - 1, 0, -1):
        local += len(groups[index])
        if local == len(figures):
            return ("+" if previous.lstrip("( ").startswith("+") else "") + "".join(groups[:index]) + figures
    return None


def number_before(label: str) -> str | None:
    """The number that a label ends with, when a comma or a short word (``y``, ``and``) joins what follows."""
    match = _BEFORE.search(label)
    return match["number"] if match else None
