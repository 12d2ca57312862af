"""A statement with its parameters, which somebody else asks: alone, or with others in one way there and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql


@dataclass(frozen=True, slots=True)
class Question:
    """`is_kept`: one plan serves all values of the parameters, so that a connection plans it once."""

    text: sql.SQL | sql.Composed
    values: Mapping[str, Any]
    is_kept: bool = False
