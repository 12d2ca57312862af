"""Who is who: records become entities by exact keys, with stable ids, and every join can be undone."""

from leadhouse.resolution.decisions import DecisionError, DecisionSummary, decide, unmerge
from leadhouse.resolution.stage import ResolutionSummary, full_refresh, resolve_unread

__all__ = [
    "DecisionError",
    "DecisionSummary",
    "ResolutionSummary",
    "decide",
    "full_refresh",
    "resolve_unread",
    "unmerge",
]
