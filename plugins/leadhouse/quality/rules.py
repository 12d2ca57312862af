"""Suites as data: what is expected of the rows, how severe a breach is, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from leadhouse.records import hash_json

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Rule:
    """One expectation of Great Expectations, by its snake-case type and arguments.

    `threshold` is the limit in words, for the page; `reason` says why the rule exists and why it is this severe.
    `max_age_days` stands for ``min_value`` = that many days before the check (UTC), so that the suite's version does
    not change with the clock.
    """

    rule_id: str
    expectation_type: str
    arguments: Mapping[str, Any]
    severity: Severity
    threshold: str
    reason: str
    max_age_days: int | None = None

    @property
    def column_name(self) -> str | None:
        """The column, or the columns of a compound rule."""
        columns = self.arguments.get("column") or self.arguments.get("column_list")
        return ", ".join(columns) if isinstance(columns, list) else columns

    def as_json(self) -> dict[str, Any]:
        """What the suite's version is a hash of, and what quality.suites keeps."""
        return {
            "rule_id": self.rule_id,
            "type": self.expectation_type,
            "kwargs": dict(self.arguments),
            "max_age_days": self.max_age_days,
            "severity": self.severity,
            "threshold": self.threshold,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Suite:
    """A named list of rules; its version is the hash of its content."""

    name: str
    rules: tuple[Rule, ...]

    @property
    def version(self) -> str:
        """SHA-256 (hex) over the rules."""
        return hash_json([rule.as_json() for rule in self.rules])


@dataclass(frozen=True)
class RuleResult:
    """What one rule found. `unexpected_members` are member ids of the rows, 1,000 at most; `error` a failed check."""

    rule: Rule
    passed: bool
    observed: str
    unexpected_count: int = 0
    unexpected_members: tuple[UUID, ...] = ()
    error: str | None = None
