"""Who would be written to now, and who not and why: evaluated into a temporary table, by plan and freeze alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leadhouse.database.queries import load
from leadhouse.delivery import MessageTemplate, TemplateError, TemplateValueError, message_values
from leadhouse.quality.suites.campaign_audience import ADDRESS_PATTERN, LARGEST_WAVE, VERIFIED_WITHIN_DAYS


class CampaignNotReadyError(Exception):
    """The campaign cannot be evaluated as it is set up; the message says what is missing and where to set it."""


class SendWindow(BaseModel):
    """When mail may go out, in the organization's time zone; ISO weekdays, Monday is 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    opens_at: time = time(0)
    closes_at: time = time.max

    def is_open(self, moment: datetime, time_zone: str) -> bool:
        """Whether mail may go out at `moment`, as `fill_candidates` decides it of a candidate."""
        local = moment.astimezone(ZoneInfo(time_zone))
        return local.isoweekday() in self.weekdays and self.opens_at <= local.time() < self.closes_at


class CampaignConfig(BaseModel):
    """What `app.campaigns.config` means to this component; other components' keys are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    daily_cap: int = Field(default=LARGEST_WAVE, ge=0)
    contact_gap_days: int = Field(default=30, ge=0)  # between two campaigns of the organization to one address
    send_window: SendWindow = SendWindow()


@dataclass(frozen=True)
class Candidate:
    """One member and what is decided of it; `rule_id` null: it would go to the gate."""

    member_id: UUID
    lead_id: UUID
    full_name: str | None
    email_normalized: str | None
    company_name: str | None
    lead_score: int | None
    is_defective: bool
    rule_id: str | None
    evidence: dict[str, Any]
    held_until: datetime | None


def find_step(connection: Connection[Any], campaign_id: UUID, step_no: int) -> dict[str, Any]:
    """The step's row with campaign, account and organization.

    Raises:
        CampaignNotReadyError: there is no such e-mail step, it has no account, or no postal address is known.
    """
    key = {"campaign_id": campaign_id, "step_no": step_no}
    step = connection.execute(load("campaigns").find_step, key).fetchone()
    if step is None:
        raise CampaignNotReadyError(
            f"Campaign {campaign_id} has no e-mail step {step_no} with an account: look at app.campaigns and "
            "app.campaign_steps."
        )
    if not (step["postal_address"] or "").strip():
        raise CampaignNotReadyError(
            f"{step['organization_name']} has no postal address, which every commercial message states: "
            "set identity.organizations.postal_address."
        )
    return dict(step)


def evaluate(connection: Connection[Any], step: dict[str, Any], now: datetime) -> None:
    """Fills the temporary table `candidates` for the step at `now`; lives to the end of the transaction.

    Raises:
        CampaignNotReadyError: the configuration or a template is not valid.
    """
    queries, config = load("campaign_candidates"), read_config(step)
    key = {name: step[name] for name in ("campaign_id", "step_no", "delay_days", "time_zone", "organization_id")}
    connection.execute(queries.create_candidates)
    connection.execute(
        queries.fill_candidates,
        {
            **key,
            "now": now,
            "address_pattern": ADDRESS_PATTERN,
            "verified_within": timedelta(days=VERIFIED_WITHIN_DAYS),
            "contact_gap": timedelta(days=config.contact_gap_days),
            "weekdays": list(config.send_window.weekdays),
            "opens_at": config.send_window.opens_at,
            "closes_at": config.send_window.closes_at,
        },
    )
    _hold_unrendered(connection, step)
    connection.execute(
        queries.hold_over_cap,
        {
            **key,
            "now": now,
            "email_account_id": step["email_account_id"],
            "daily_limit": step["daily_limit"],
            "daily_cap": config.daily_cap,
        },
    )


def list_candidates(connection: Connection[Any]) -> list[Candidate]:
    """The evaluated candidates: those that would go first, by score."""
    return [Candidate(**row) for row in connection.execute(load("campaign_candidates").list_candidates)]


def read_config(campaign: dict[str, Any]) -> CampaignConfig:
    """The configuration of a row with `name` and `config` of a campaign. Raises CampaignNotReadyError: not valid."""
    try:
        return CampaignConfig.model_validate(campaign["config"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CampaignNotReadyError(f"Campaign {campaign['name']!r}, config.{where}: {first['msg']}.") from error


def _hold_unrendered(connection: Connection[Any], step: dict[str, Any]) -> None:
    """Holds candidates of whom the template names what is not known: found out before the gate, not while sending."""
    queries = load("campaign_candidates")
    try:
        template = MessageTemplate.compile(step["subject_template"], step["body_template"])
    except TemplateError as error:
        raise CampaignNotReadyError(f"Campaign {step['name']!r}, step {step['step_no']}: {error}") from error
    sending = {**step, "campaign_name": step["name"]}
    missing: dict[UUID, str] = {}
    for row in connection.execute(queries.list_to_render):
        try:
            template.render(message_values(row, sending, "https://example.invalid/unsubscribe"))
        except TemplateValueError as error:
            missing[row["member_id"]] = str(error)
    if missing:
        connection.execute(queries.hold_unrendered, {"member_ids": list(missing), "missing": list(missing.values())})
