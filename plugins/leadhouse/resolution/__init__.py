"""Who is who: records become entities by exact keys and weighed likeness, with stable ids; every join can be undone."""

from leadhouse.resolution.decisions import DecisionError, DecisionSummary, decide, unmerge
from leadhouse.resolution.explanation import Explanation, explain
from leadhouse.resolution.stage import ResolutionSummary, full_refresh, resolve_units, resolve_unread

__all__ = [
    "DecisionError",
    "DecisionSummary",
    "Explanation",
    "ResolutionSummary",
    "decide",
    "explain",
    "full_refresh",
    "resolve_units",
    "resolve_unread",
    "unmerge",
]
