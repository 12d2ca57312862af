"""Randomness that depends on names instead of call order, so that any page can be made alone and at any time."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def digest(*parts: object) -> int:
    """64 bits that follow from the parts alone, equal on every machine and Python version."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def fraction(*parts: object) -> float:
    """A number in [0, 1) that follows from the parts."""
    return digest(*parts) / 2**64


def pick(options: Sequence[T], *parts: object) -> T:
    """One of the options."""
    return options[digest(*parts) % len(options)]


def generator(*parts: object) -> random.Random:
    """A seeded generator for a longer draw; only `random()`-based methods, which are stable between versions."""
    return random.Random(digest(*parts))
