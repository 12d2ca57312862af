"""The plan of a campaign: who would be written to, when, at what price, who not and why. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from leadhouse.campaigns.audience import wave_of
from leadhouse.campaigns.candidates import Candidate, evaluate, find_step, list_candidates
from leadhouse.database import connect


@dataclass(frozen=True)
class Plan:
    """What a wave of the step would do at `wave_at` (UTC), if its gate let it through."""

    campaign_id: UUID
    name: str
    status: str
    step_no: int
    wave_at: datetime
    account: str
    obstacle: str | None
    price_eur: Decimal
    sendable: tuple[Candidate, ...]
    held: tuple[Candidate, ...]

    @property
    def held_by_rule(self) -> dict[str, int]:
        """How many each rule holds."""
        return dict(Counter(str(candidate.rule_id) for candidate in self.held).most_common())

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: counts, price in EUR, and a line for each candidate."""
        return {
            "campaign_id": str(self.campaign_id),
            "name": self.name,
            "status": self.status,
            "step_no": self.step_no,
            "wave_at": self.wave_at.isoformat(),
            "account": self.account,
            "obstacle": self.obstacle,
            "candidates": len(self.sendable) + len(self.held),
            "to_send": len(self.sendable),
            "price_eur": float(self.price_eur),
            "held_by_rule": self.held_by_rule,
            "sendable": [_line(candidate) for candidate in self.sendable],
            "held": [_line(candidate) for candidate in self.held],
        }


def plan(campaign_id: UUID, step_no: int = 1, now: datetime | None = None) -> Plan:
    """What a wave at `now` would do; evaluated as for freezing, and rolled back.

    Raises:
        CampaignNotReadyError: no such step, or its set-up lacks something.
    """
    instant = now or datetime.now(UTC)
    with connect("campaigns") as connection:
        step = find_step(connection, campaign_id, step_no)
        starts = max(instant, step["send_at"] or instant)
        evaluate(connection, step, starts)
        candidates = list_candidates(connection)
        connection.rollback()
    sendable = tuple(candidate for candidate in candidates if candidate.rule_id is None)
    held = tuple(candidate for candidate in candidates if candidate.rule_id is not None)
    return Plan(
        campaign_id, step["name"], step["status"], step_no, wave_of(starts), step["from_email"], _obstacle(step),
        step["price_eur"] * len(sendable), sendable, held,
    )  # fmt: skip


def _obstacle(step: dict[str, Any]) -> str | None:
    """Why nothing would go out at all, or None."""
    if step["account_status"] != "active":
        reason = step["paused_reason"] or "no reason given"
        return f"the account {step['from_email']} is {step['account_status']}: {reason}"
    return None if step["status"] == "active" else f"the campaign is {step['status']}"


def _line(candidate: Candidate) -> dict[str, Any]:
    return {
        "lead_id": str(candidate.lead_id),
        "full_name": candidate.full_name,
        "email": candidate.email_normalized,
        "company": candidate.company_name,
        "score": candidate.lead_score,
        "rule": candidate.rule_id,
        "evidence": candidate.evidence,
        "held_until": candidate.held_until.isoformat() if candidate.held_until else None,
    }
