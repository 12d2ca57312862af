"""Waves: which are due, from a verdict to the outbox, and the end with its counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg import Connection

from leadhouse.campaigns.audience import find_snapshot, freeze_audience, wave_of
from leadhouse.campaigns.candidates import CampaignNotReadyError, evaluate, find_step, read_config
from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.delivery import mark_lost, pause_poor_account, send_queued
from leadhouse.quality import GateRefusedError, GateVerdict, run_gate

WhyDue = Literal["audience", "unfinished", "not_ready"]


class GateBlockedError(Exception):
    """The gate refused the wave: every sendable candidate is decided as `gate_failed`, no message exists."""

    def __init__(self, name: str, verdict: GateVerdict) -> None:
        self.verdict = verdict
        super().__init__(
            f"The gate refuses {name!r} (result {verdict.gate_run_id}, {verdict.rows_checked} rows), nothing was "
            f"sent:\n{verdict.explain()}\nCorrect or stop the rows and wait for the next wave, or override this result "
            "with a name, a reason and an expiry."
        )


@dataclass(frozen=True)
class DueWave:
    """A wave that has something to do. `wave_at` is its hour, UTC."""

    campaign_id: UUID
    name: str
    step_no: int
    wave_at: datetime
    suite_name: str
    why: WhyDue


@dataclass(frozen=True)
class WaveSummary:
    """The end of a wave. The decisions sum to `candidates`; `messages` are counted by state."""

    snapshot_id: UUID
    candidates: int
    sendable: int
    decisions: dict[str, int]
    messages: dict[str, int]
    verdict: str | None = None
    paused_reason: str | None = None
    sending: dict[str, int] = field(default_factory=dict)


def due_campaigns(now: datetime) -> list[DueWave]:
    """Waves that would do something at `now`: one unfinished wave at a time and step, else a new audience.

    A new wave is due when it would decide something that is not decided yet: somebody new, somebody whose reason
    changed, a blocked candidate whose facts changed. So a blocked or held campaign does not wake anybody every hour.
    A step whose set-up lacks something is due as `not_ready`, so that its task fails with the reason.
    """
    queries, hour = load("campaigns"), wave_of(now)
    found = []
    with connect("campaigns") as connection:
        for step in connection.execute(queries.list_active_steps, {"now": now}).fetchall():
            why_and_when = _why_due(connection, step, now, hour)
            if why_and_when:
                found.append(DueWave(**step, why=why_and_when[0], wave_at=why_and_when[1]))
            connection.rollback()
    return found


def queue_messages(snapshot_id: UUID, gate_run_id: UUID) -> int:
    """Makes one message a sendable member, and a decision for each; returns the number of new messages. Idempotent.

    A failed result makes none: its candidates are decided as `gate_failed`, and an override of it lets them go later.
    Caps, contact gap and stops are looked at once more, one wave of an organization at a time: waves that were frozen
    side by side, or long ago, never make more messages together than a day allows, nor two for one address.

    Raises:
        LookupError: no such snapshot, or the result is not one of this snapshot.
        CampaignNotReadyError: the configuration is not valid.
        psycopg.errors.IntegrityError: the result does not stand any more (expired or revoked).
    """
    queries = load("campaigns")
    with connect("campaigns") as connection:
        key = {"snapshot_id": snapshot_id, "gate_run_id": gate_run_id}
        wave = connection.execute(queries.find_wave, key).fetchone()
        if wave is None or wave["verdict"] is None:
            raise LookupError(f"There is no gate result {gate_run_id} of snapshot {snapshot_id}.")
        if wave["verdict"] == "failed":
            connection.execute(queries.decide_gate_failed, wave)
            return 0
        _hold_overtaken(connection, wave)
        queued = connection.execute(queries.queue_messages, wave).rowcount
        connection.execute(queries.decide_sent, wave)
        return queued


def finish_wave(snapshot_id: UUID, run_id: str, verdict: str | None = None) -> WaveSummary:
    """Marks what dead senders left, pauses an account of poor reputation, and counts.

    Raises:
        RuntimeError: the decisions do not sum to the audience.
    """
    with connect("campaigns") as connection:
        wave = connection.execute(
            load("campaigns").find_wave, {"snapshot_id": snapshot_id, "gate_run_id": None}
        ).fetchone()
    if wave is None:
        raise LookupError(f"There is no snapshot {snapshot_id}.")
    mark_lost(wave["campaign_id"], run_id)
    with connect("delivery") as connection:
        paused = pause_poor_account(connection, wave["organization_id"], wave["email_account_id"])
    with connect("campaigns") as connection:
        summary = _count(connection, snapshot_id, verdict, paused)
    if verdict and sum(summary.decisions.values()) != summary.candidates:
        raise RuntimeError(
            f"Snapshot {snapshot_id}: {summary.decisions} do not sum to {summary.candidates} candidates."
        )
    return summary


def run_wave(campaign_id: UUID, step_no: int, wave_at: datetime, run_id: str) -> WaveSummary:
    """The whole way of a wave: freeze, gate, queue, send, finish. Repeating it continues it.

    What was put off or resumed outside the campaign's send window, or still waits when it closes, stays queued until
    the window opens.

    Raises:
        CampaignNotReadyError: the set-up lacks something.
        GateBlockedError: the gate refused; the wave's decisions are written.
        leadhouse.quality.GateRefusedError: a result of this wave was revoked, or it was frozen too long ago. Nothing of
            it goes out: what was queued is cancelled, who was not decided on is held for the next wave.
        leadhouse.quality.RuleNotEvaluatedError: the gate has no verdict; the wave is continued later.
        leadhouse.delivery.TransportError: the server cannot be used; what is queued stays queued.
    """
    snapshot_id = freeze_audience(campaign_id, step_no, wave_at)
    with connect("campaigns") as connection:
        step = find_step(connection, campaign_id, step_no)
        counts = _count(connection, snapshot_id, None, None)
    if not counts.sendable:  # nobody's turn: all are held, each with its reason
        return finish_wave(snapshot_id, run_id, "skipped")
    verdict = _judge(snapshot_id, step)
    queue_messages(snapshot_id, verdict.gate_run_id)
    if not verdict.lets_through:
        raise GateBlockedError(step["name"], verdict)
    window, begins = read_config(step).send_window, wave_of(wave_at)

    def is_open() -> bool:
        return window.is_open(max(begins, datetime.now(UTC)), step["time_zone"])

    sending = send_queued(campaign_id, run_id, may_go_on=is_open) if is_open() else {}
    summary = finish_wave(snapshot_id, run_id, verdict.verdict)
    return WaveSummary(**{**summary.__dict__, "sending": sending})


def _judge(snapshot_id: UUID, step: dict[str, Any]) -> GateVerdict:
    """The gate's verdict, without messages that wait behind a result which ended meanwhile."""
    queries, wave = load("campaigns"), {**step, "snapshot_id": snapshot_id}
    with connect("campaigns") as connection:
        connection.execute(queries.cancel_fallen, wave)
    try:
        return run_gate(snapshot_id, step["suite_name"])
    except GateRefusedError as refusal:
        with connect("campaigns") as connection:
            connection.execute(queries.hold_refused, {**wave, "reason": str(refusal)})
        raise


def _why_due(
    connection: Connection[Any], step: dict[str, Any], now: datetime, hour: datetime
) -> tuple[WhyDue, datetime] | None:
    queries = load("campaigns")
    key = {"campaign_id": step["campaign_id"], "step_no": step["step_no"]}
    unfinished = connection.execute(queries.list_open_waves, {**key, "now": now}).fetchone()
    if unfinished:
        return "unfinished", unfinished["wave_at"]
    if find_snapshot(connection, {**key, "wave_at": hour}):
        return None
    try:
        evaluate(connection, find_step(connection, **key), now)
    except (CampaignNotReadyError, OverflowError, psycopg.DataError):  # a value out of bounds stops its task alone
        return "not_ready", hour
    row = connection.execute(queries.count_news, key).fetchone()
    return ("audience", hour) if row and row["news"] else None


def _hold_overtaken(connection: Connection[Any], wave: dict[str, Any]) -> None:
    queries, config = load("campaigns"), read_config(wave)
    connection.execute(queries.lock_outbox, wave)
    limits = {
        "now": max(wave["wave_at"], datetime.now(UTC)), "daily_cap": config.daily_cap,
        "contact_gap": timedelta(days=config.contact_gap_days),
    }  # fmt: skip
    connection.execute(queries.hold_overtaken, {**wave, **limits})


def _count(connection: Connection[Any], snapshot_id: UUID, verdict: str | None, paused: str | None) -> WaveSummary:
    queries, key = load("campaigns"), {"snapshot_id": snapshot_id}
    size = connection.execute(queries.count_sendable, key).fetchone() or {"candidates": 0, "sendable": 0}
    decisions = {row["decision"]: row["rows"] for row in connection.execute(queries.count_decisions, key)}
    messages = {row["state"]: row["rows"] for row in connection.execute(queries.count_messages, key)}
    return WaveSummary(snapshot_id, size["candidates"], size["sendable"], decisions, messages, verdict, paused)
