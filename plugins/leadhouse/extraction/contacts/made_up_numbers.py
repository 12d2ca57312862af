"""Numbers that nobody answers: rows of figures, and ranges that regulators keep for fiction."""

from __future__ import annotations

import re

_FICTION = re.compile(
    r"(\d)\1{5,}|0?12345678?9?|23456789?|9876543|^\+1\d{3}555\d{4}$|^\+1555\d{7}$|^\+441632960"
    r"|^\+447700900|^\+4420794604?|^\+33199[0-9]0|^\+6125550|^\+61255[05]0|(?:123){3}|(?:01){4}"
    r"|^\+1\d{3}1234567|^\+\d{1,3}(?:[4-9]\d0|777|1[38]00)123456$|500600700|600700800"
)


def is_made_up(e164: str) -> bool:
    """Whether a number is one that themes and examples show."""
    return _FICTION.search(e164) is not None
