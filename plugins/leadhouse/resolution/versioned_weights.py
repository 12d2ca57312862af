"""The night's weights and term frequencies: a file a kind, of a version; nothing is learned at night.

The shares are reasoned, not counted in anybody's data: m from how records of one company or person usually differ,
u from how often values meet by chance, term frequencies from published name statistics, rounded. A change is a new
version, which is part of every decision that the model makes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from leadhouse.resolution.keys import Kind
from leadhouse.resolution.match_model import MatchModel, load_model


@cache
def night_model(kind: Kind) -> MatchModel:
    """The model in use for the kind."""
    return load_model(Path(__file__).parent / f"weights_{kind}.json")
