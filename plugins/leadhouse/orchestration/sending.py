"""Tasks of `send_campaigns`: what is due, one mapped task a campaign, and word of what was attempted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from airflow.sdk import TriggerRule
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from leadhouse.orchestration.assets import MESSAGES
from leadhouse.orchestration.conventions import current_run, stage_task
from leadhouse.settings import settings

WAIT_HOURS = 3


@stage_task()
def find_due() -> list[dict[str, Any]]:
    """The campaigns with a step that is due, unless work of the night is still on its way to the marts.

    Whoever finishes that work wakes this DAG again.
    """
    from leadhouse import campaigns

    waiting_for = _unfinished_work()
    if waiting_for:
        raise AirflowSkipException(f"Campaigns wait for the marts: {', '.join(waiting_for)}.")
    now = datetime.now(UTC) + timedelta(days=settings().clock_offset_days)
    return [_as_argument(campaign) for campaign in campaigns.due_campaigns(now)]


@stage_task(map_index_template="{{ task.op_kwargs['due']['name'] }}")
def send_campaign(due: dict[str, Any]) -> dict[str, int]:
    """Freeze the audience, judge it, and send when the gate lets it pass; a refusal fails this campaign alone.

    Raises:
        AirflowFailException: the gate refuses, or the set-up lacks something; a retry would change neither.
    """
    from leadhouse import campaigns, quality
    from leadhouse.ledger.steps import recorded_step

    campaign_id, run_id = UUID(due["campaign_id"]), current_run().run_id
    refusal: Exception | None = None
    with recorded_step("campaigns", run_id, "send_campaigns", f"{due['name']} ({campaign_id})") as step:
        try:
            wave_at = datetime.fromisoformat(due["wave_at"])
            summary = campaigns.run_wave(campaign_id, due["step_no"], wave_at, run_id)
        except (campaigns.GateBlockedError, quality.GateRefusedError, campaigns.CampaignNotReadyError) as error:
            refusal, step.outcome, step.message = error, "partial", str(error)[:2000]
            step.counts["not_ready" if isinstance(error, campaigns.CampaignNotReadyError) else "blocked"] = 1
        else:
            step.counts |= {"candidates": summary.candidates, "sendable": summary.sendable, **summary.messages}
    if refusal is not None:  # outside the step: its row says what the refusal was, not that the stage broke
        raise AirflowFailException(str(refusal)) from refusal
    return {"attempted": 0, **summary.sending}


@stage_task(outlets=[MESSAGES], trigger_rule=TriggerRule.ALL_DONE)
def announce_messages(sent: Any) -> int:
    """Wake the marts when messages were attempted."""
    attempted = sum(int(counts.get("attempted", 0)) for counts in sent or [] if counts)
    if not attempted:
        raise AirflowSkipException("No message was attempted.")
    return attempted


def _unfinished_work() -> list[str]:
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    consumers = {"resolution": "resolve_entities", "marts": "build_marts"}
    with connect("console") as connection:
        rows = connection.execute(load("orchestration").find_unfinished_work, {"hours": WAIT_HOURS, **consumers})
        return [f"{row['kind']} {row['subject']}" for row in rows]


def _as_argument(campaign: Any) -> dict[str, Any]:
    return {
        "campaign_id": str(campaign.campaign_id),
        "name": campaign.name,
        "step_no": campaign.step_no,
        "wave_at": campaign.wave_at.isoformat(),
        "suite_name": campaign.suite_name,
    }
