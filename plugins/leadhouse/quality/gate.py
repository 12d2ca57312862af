"""Verdicts: run a suite over a snapshot, override a failed result by name, revoke one that should not have been."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.quality.checking import check_snapshot
from leadhouse.quality.rules import RuleResult, Suite
from leadhouse.quality.suites import find_suite

Verdict = Literal["passed", "failed", "overridden"]

VALID_FOR = timedelta(hours=24)  # after the audience was frozen: what is judged are facts of then
LONGEST_OVERRIDE = timedelta(days=7)
SHORTEST_REASON = 10


class GateRefusedError(Exception):
    """The gate does not do what was asked; the message says why and what to do instead."""


class RuleNotEvaluatedError(Exception):
    """A critical rule got no answer: there is no verdict, and nothing is kept. Asked again, it may have one."""


@dataclass(frozen=True)
class GateVerdict:
    """One row of quality.gate_results with its rules. `expires_at` is UTC."""

    gate_run_id: UUID
    organization_id: UUID
    snapshot_id: UUID
    suite_name: str
    suite_version: str
    verdict: Verdict
    rows_checked: int
    seconds: float
    expires_at: datetime
    rules: tuple[RuleResult, ...] = ()

    @property
    def lets_through(self) -> bool:
        """Whether messages may be made from it (the database decides again at each insert and claim)."""
        return self.verdict != "failed"

    @property
    def failures(self) -> tuple[RuleResult, ...]:
        """The rules that failed, whatever their severity."""
        return tuple(rule for rule in self.rules if not rule.passed)

    @property
    def failed_rules(self) -> tuple[str, ...]:
        """The ids of the critical rules that failed: why the verdict is what it is."""
        return tuple(each.rule.rule_id for each in self.failures if each.rule.severity == "critical")

    def explain(self) -> str:
        """The failed rules in one line each, or that there are none."""
        lines = [
            f"{each.rule.rule_id} ({each.rule.severity}): {each.observed}, limit {each.rule.threshold}"
            for each in self.failures
        ]
        return "\n".join(lines) or f"{len(self.rules)} rules hold for {self.rows_checked} rows"


def run_gate(snapshot_id: UUID, suite_name: str) -> GateVerdict:
    """The verdict on the sendable rows of a snapshot; a standing one of the same suite version is not repeated.

    Frozen rows and one version give one verdict, so that a retried task adds nothing. An override that stands comes
    before the failure that it names. A verdict ends a day after the audience was frozen, whenever it is given: what was
    true of people a week ago says nothing about today.

    Raises:
        LookupError: no such snapshot, or no such suite.
        GateRefusedError: a result of this snapshot was revoked, or it was frozen more than a day ago: only the next
            wave's audience can pass.
        RuleNotEvaluatedError: a critical rule could not be evaluated, as where the database went away meanwhile.
    """
    suite = find_suite(suite_name)
    with connect("quality") as connection:
        key = {"snapshot_id": snapshot_id, "valid_for": VALID_FOR}
        snapshot = connection.execute(load("quality").lock_snapshot, key).fetchone()
        if snapshot is None:
            raise LookupError(f"There is no snapshot {snapshot_id}. Freeze the audience first.")
        standing = _standing(connection, snapshot_id, suite)
        if standing is None and snapshot["is_stale"]:
            raise GateRefusedError(
                f"The audience {snapshot_id} was frozen on {snapshot['created_at']:%d %B %Y at %H:%M} UTC, too long "
                "ago to be judged today. It does not go out; the next wave freezes a new one."
            )
        return standing or _check(connection, suite, snapshot_id, snapshot)


def standing_verdict(snapshot_id: UUID, suite_name: str) -> GateVerdict | None:
    """The verdict that `run_gate` would return without checking anything, or None. Raises as `run_gate` does."""
    with connect("quality") as connection:
        return _standing(connection, snapshot_id, find_suite(suite_name))


def override(gate_run_id: UUID, by: str, reason: str, expires_at: datetime) -> UUID:
    """Lets one failed result through until `expires_at`: a new row that names it. Returns the new result's id.

    Raises:
        GateRefusedError: no such failed result, no person, a reason under 10 characters, or an expiry that is past or
            more than 7 days ahead.
    """
    _check_override(by, reason, expires_at)
    queries = load("quality")
    with connect("quality") as connection:
        row = connection.execute(queries.find_verdict, {"gate_run_id": gate_run_id}).fetchone()
        if row is None or row["verdict"] != "failed":
            state = "does not exist" if row is None else f"has the verdict {row['verdict']}"
            raise GateRefusedError(f"Gate result {gate_run_id} {state}: an override names a failed result.")
        [made] = connection.execute(
            queries.insert_override,
            {
                "gate_run_id": gate_run_id,
                "overridden_by": by.strip(),
                "reason": reason.strip(),
                "expires_at": expires_at,
            },
        )
    return UUID(str(made["gate_run_id"]))


def revoke(gate_run_id: UUID, by: str, reason: str) -> None:
    """Withdraws a result for good: no message is made from it any more, its queued ones are cancelled at their claim.

    Waits for inserts that are under way. A second revocation changes nothing. Raises GateRefusedError when there is no
    such result, or no person or reason.
    """
    if not by.strip() or not reason.strip():
        raise GateRefusedError("A revocation names a person and a reason.")
    queries = load("quality")
    with connect("quality") as connection:
        if connection.execute(queries.find_verdict, {"gate_run_id": gate_run_id}).fetchone() is None:
            raise GateRefusedError(f"There is no gate result {gate_run_id}.")
        connection.execute(
            queries.insert_revocation, {"gate_run_id": gate_run_id, "revoked_by": by.strip(), "reason": reason.strip()}
        )


def _check_override(by: str, reason: str, expires_at: datetime) -> None:
    if not by.strip():
        raise GateRefusedError("An override names the person who answers for it.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise GateRefusedError(f"An override has a reason of at least {SHORTEST_REASON} characters.")
    if expires_at.tzinfo is None:
        raise GateRefusedError("The expiry of an override has a time zone.")
    if not timedelta(0) < expires_at - datetime.now(UTC) <= LONGEST_OVERRIDE:
        raise GateRefusedError(f"An override expires in the future, {LONGEST_OVERRIDE.days} days ahead at most.")


def _standing(connection: Connection[Any], snapshot_id: UUID, suite: Suite) -> GateVerdict | None:
    rows = connection.execute(load("quality").find_verdicts, {"snapshot_id": snapshot_id}).fetchall()
    for row in rows:
        if row["revoked_by"] and row["verdict"] == "passed":
            raise GateRefusedError(
                f"Gate result {row['gate_run_id']} of snapshot {snapshot_id} was revoked by {row['revoked_by']} "
                f"({row['revoked_reason']}). This audience does not go out; the next wave freezes a new one."
            )
    usable = [
        row for row in rows if not row["is_expired"] and not row["revoked_by"] and row["suite_name"] == suite.name
    ]
    overrides = [row for row in usable if row["verdict"] == "overridden"]
    same = [row for row in usable if row["suite_version"] == suite.version and row["verdict"] != "overridden"]
    chosen = next(iter([*overrides, *same]), None)
    return _read(connection, chosen, suite) if chosen else None


def _read(connection: Connection[Any], row: dict[str, Any], suite: Suite) -> GateVerdict:
    """A stored verdict; the rules of an override are those of the result it names."""
    judged = row["overrides_gate_run_id"] or row["gate_run_id"]
    found = {each["rule_id"]: each for each in connection.execute(load("quality").find_rules, {"gate_run_id": judged})}
    rules = tuple(
        RuleResult(
            rule, each["passed"], each["observed"] or "", each["unexpected_count"], tuple(each["unexpected_members"])
        )
        for rule in suite.rules
        if (each := found.get(rule.rule_id))
    )
    names = ("gate_run_id", "organization_id", "snapshot_id", "suite_name", "suite_version", "verdict", "rows_checked",
             "seconds", "expires_at")  # fmt: skip
    return GateVerdict(**{name: row[name] for name in names}, rules=rules)


def _check(connection: Connection[Any], suite: Suite, snapshot_id: UUID, snapshot: dict[str, Any]) -> GateVerdict:
    started = time.monotonic()
    results, worst, report = check_snapshot(suite, snapshot_id)
    seconds = time.monotonic() - started
    _refuse_unanswered(results)
    broken = worst == "critical" or any(not each.passed and each.rule.severity == "critical" for each in results)
    verdict: Verdict = "failed" if broken else "passed"
    key = {"suite_name": suite.name, "suite_version": suite.version}
    owner = {"organization_id": snapshot["organization_id"], "snapshot_id": snapshot_id}
    queries = load("quality")
    connection.execute(queries.insert_suite, {**key, "expectations": Jsonb([rule.as_json() for rule in suite.rules])})
    made = connection.execute(
        queries.insert_verdict,
        {**key, **owner, "verdict": verdict, "rows_checked": snapshot["rows_checked"], "seconds": seconds,
         "result": Jsonb(report), "frozen_at": snapshot["created_at"], "valid_for": VALID_FOR},
    ).fetchone()  # fmt: skip
    if made is None:
        raise RuntimeError(f"The verdict on snapshot {snapshot_id} was not written.")
    with connection.cursor() as cursor:
        cursor.executemany(queries.insert_rule, [_rule_row(made["gate_run_id"], owner, result) for result in results])
    return GateVerdict(
        made["gate_run_id"], owner["organization_id"], snapshot_id, suite.name, suite.version, verdict,
        snapshot["rows_checked"], seconds, made["expires_at"], tuple(results),
    )  # fmt: skip


def _refuse_unanswered(results: list[RuleResult]) -> None:
    unanswered = [each for each in results if each.error and each.rule.severity == "critical"]
    if unanswered:
        told = "; ".join(f"{each.rule.rule_id}: {each.error}" for each in unanswered)
        raise RuleNotEvaluatedError(f"The gate has no verdict, {len(unanswered)} rules were not evaluated: {told}")


def _rule_row(gate_run_id: UUID, owner: dict[str, Any], result: RuleResult) -> dict[str, Any]:
    return {
        "gate_run_id": gate_run_id,
        "organization_id": owner["organization_id"],
        "rule_id": result.rule.rule_id,
        "expectation_type": result.rule.expectation_type,
        "column_name": result.rule.column_name,
        "severity": result.rule.severity,
        "passed": result.passed,
        "observed": result.observed,
        "threshold": result.rule.threshold,
        "unexpected_count": result.unexpected_count,
        "unexpected_members": list(result.unexpected_members),
    }
