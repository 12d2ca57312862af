"""What an organization uses and pays: plan, usage against limits, wallet and its entries; events of the product."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, JsonValue

from leadhouse import billing
from leadhouse.api.listing import Listing, OrganizationId, read_page, sort_names
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.billing.usage_events import LARGEST_BATCH
from leadhouse.database import queries

wallet = APIRouter(prefix="/wallet", tags=["billing"])
plans = APIRouter(prefix="/billing", tags=["billing"])
events = APIRouter(prefix="/usage-events", tags=["usage"])

EntryKind = Literal["grant", "purchase", "debit", "refund", "expiry", "reversal"]
EntrySort = sort_names("EntrySort", "entry_no")
EntryPaging = Annotated[Paging, Depends(paging_by(EntrySort, EntrySort("entryNo")))]
ENTRIES = Listing("list_transactions", "entry_no", {"entry_no": "numeric"}, key_type="bigint")


class PlanShape(Shape):
    """An organization's standing. `tier` null: no subscription, and no limits."""

    organization_id: UUID
    slug: str
    tier: str | None
    status: str | None
    trial_ends_at: datetime | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancel_at_period_end: bool | None
    payment_failed: bool | None
    last_payment_at: datetime | None
    stripe_subscription_id: str | None
    has_access: bool
    balance: float | None


class UsageShape(Shape):
    """A metric of the tier: what is used now, and the limit; null: none."""

    metric: str
    used: int
    max_value: int | None


class TierShape(Shape):
    """A tier that can be bought, and its limits; a missing one is unlimited."""

    tier: str
    name: str
    included_credits: float
    trial_days: int
    limits: dict[str, int]


class WalletShape(Shape):
    """The credits that are left; null: the organization is not billed."""

    balance: float | None


class EntryShape(Shape):
    """An entry of the ledger; `amount` is negative for a debit or an expiry."""

    transaction_id: UUID
    entry_no: int
    kind: str
    amount: float
    balance_after: float
    reason: str
    request_id: UUID | None
    created_at: datetime


class UsageEventShape(Shape):
    """Something that a person did in the product; now, unless `occurredAt` says when (at most 7 days ago)."""

    event_type: Annotated[str, Field(min_length=1, max_length=100)]
    event_name: Annotated[str, Field(min_length=1, max_length=200)]
    properties: dict[str, JsonValue] = Field(default_factory=dict)
    occurred_at: datetime | None = None
    session_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    user_agent: Annotated[str, Field(max_length=1000)] | None = None
    ip_address: Annotated[str, Field(max_length=60)] | None = None


class UsageBatch(Shape):
    """Up to 1,000 events. A wrong one stops no other."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"events": [{"eventType": "page", "eventName": "leads opened"}]}]}
    )

    events: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=LARGEST_BATCH)]


class RefusedEvent(Shape):
    """An event that was refused: its place in the batch, from 0, and why."""

    place: int
    reason: str


class UsageAnswer(Shape):
    """What became of a batch: recorded and refused are all that was sent."""

    recorded: int
    refused: list[RefusedEvent]


class UsageDay(Shape):
    """Events, people and sessions of a day (UTC) by type and name."""

    day: date
    event_type: str
    event_name: str
    events: int
    users: int
    sessions: int


@plans.get("/plan", operation_id="get_plan", summary="The organization's plan")
def get_plan(work: Work, organization_id: OrganizationId) -> PlanShape:
    """Tier, period and access."""
    _require_billing(work)
    return PlanShape.model_validate(asdict(billing.find_plan(work.connection, organization_id)))


@plans.get("/usage", operation_id="get_usage", summary="Use and limit of every metric")
def get_usage(work: Work, organization_id: OrganizationId) -> list[UsageShape]:
    """As it is now; of a day: today, UTC."""
    found = billing.list_usage(work.connection, organization_id)
    return [UsageShape.model_validate(asdict(each)) for each in found]


@plans.get("/tiers", operation_id="list_tiers", summary="The tiers")
def list_tiers(work: Work, _: OrganizationId) -> list[TierShape]:
    """The lowest first."""
    rows = billing.list_tiers(work.connection)
    return [TierShape.model_validate({name: row[name] for name in TierShape.model_fields}) for row in rows]


@wallet.get("", operation_id="get_wallet", summary="The credits that are left")
def get_wallet(work: Work, organization_id: OrganizationId) -> WalletShape:
    """Every paid call takes of them; what failed at a provider is given back."""
    _require_billing(work)
    balance = billing.find_plan(work.connection, organization_id).balance
    return WalletShape(balance=None if balance is None else float(balance))


@wallet.get("/transactions", operation_id="list_transactions", summary="The entries of the wallet, in pages")
def list_transactions(
    work: Work,
    organization_id: OrganizationId,
    paging: EntryPaging,
    kind: Annotated[list[EntryKind] | None, Query()] = None,
) -> Page[EntryShape]:
    """The newest first; entries are never changed."""
    _require_billing(work)
    return read_page(work, ENTRIES, paging, EntryShape, organization_id=organization_id, kind=kind or ())


@events.post("", status_code=202, operation_id="record_usage_events", summary="Events of the product, in batches")
def record_usage_events(work: Work, organization_id: OrganizationId, body: UsageBatch) -> UsageAnswer:
    """Members of an event as of `UsageEventShape`; each wrong one is named, the others are kept."""
    stated = [_named(each) for each in body.events]
    made = billing.record_usage_events(work.connection, organization_id, work.caller.user_id, stated)
    refused = [RefusedEvent(place=place, reason=reason) for place, reason in made.refused]
    return UsageAnswer(recorded=made.recorded, refused=refused)


@events.get("/by-day", operation_id="list_usage_by_day", summary="Events counted by day")
def list_usage_by_day(
    work: Work,
    organization_id: OrganizationId,
    days: Annotated[int, Query(ge=1, le=366, description="The last so many days, today (UTC) included.")] = 30,
) -> list[UsageDay]:
    """Of all who are seen by the caller: the organization's for who reads analytics, else the caller's own."""
    since = datetime.now(UTC).date() - timedelta(days=days - 1)
    return [UsageDay.model_validate(row) for row in billing.list_usage_by_day(work.connection, organization_id, since)]


def _named(stated: dict[str, Any]) -> dict[str, Any]:
    """An event's members as the columns are called; what is unknown is refused there."""
    known = {field.alias or name: name for name, field in UsageEventShape.model_fields.items()}
    return {known.get(name, name): value for name, value in stated.items()}


def _require_billing(work: Work) -> None:
    """Raises psycopg.errors.InsufficientPrivilege for who may not read billing."""
    work.connection.execute(queries.load("resources").require_billing)
