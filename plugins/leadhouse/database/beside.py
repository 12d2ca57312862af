"""What a caller wants written in the transaction in which a component does something: there are both or neither.

def rename(name: str, *, beside: Beside = alone) -> int:
    with connect("leads") as connection:
        changed = connection.execute(…).rowcount
        beside(connection, changed)      # the last statement of the transaction
    return changed
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection

Beside = Callable[[Connection[Any], Any], None]
"""Called with the component's connection and what the function is about to return."""


def alone(connection: Connection[Any], result: Any) -> None:
    """Nothing else is written."""
