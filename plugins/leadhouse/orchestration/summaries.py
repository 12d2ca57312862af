"""What a stage's function returned, as the plain counts that Airflow keeps and shows."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any


def as_counts(summary: object) -> dict[str, Any]:
    """The numbers and short texts of a summary (dataclass or mapping), without its lists and nested parts."""
    values = asdict(summary) if is_dataclass(summary) and not isinstance(summary, type) else summary
    if not isinstance(values, dict):
        raise TypeError(f"A stage returned {type(summary).__name__}; a dataclass or a mapping of counts is expected.")
    return {name: value for name, value in values.items() if isinstance(value, int | float | str | bool)}
