"""Webhooks of an organization: who is told of its changes over HTTP, and what was sent (Standard Webhooks 1.0.0)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from leadhouse import webhooks
from leadhouse.api.idempotency import once
from leadhouse.api.problems import not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, hold
from leadhouse.webhooks import messages

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
ListPaging = Annotated[Paging, Depends(paging_without_order())]
Url = Annotated[str, Field(min_length=8, max_length=2000, examples=["https://example.com/hooks/leadhouse"])]
Name = Annotated[str, Field(min_length=1, max_length=200, examples=["CRM"])]
EventTypes = Annotated[
    list[messages.EventType], Field(min_length=1, max_length=50, examples=[["lead.*", "job.updated"]])
]
Status = Literal["pending", "delivered", "failed"]


class NewWebhookShape(Shape):
    """A subscription to make."""

    name: Name
    url: Url
    event_types: EventTypes
    format: Annotated[messages.Format, Field(description="`slack` and `zapier` get bodies of their own form.")] = (
        "standard"
    )


class WebhookChangeShape(Shape):
    """What of a subscription is to be changed. Enabled again, it begins with what happens from then on."""

    name: Name | None = None
    url: Url | None = None
    event_types: EventTypes | None = None
    status: Literal["enabled", "disabled"] | None = None


class ZapShape(Shape):
    """What Zapier sends to subscribe (REST hooks)."""

    hook_url: Url
    event_type: messages.EventType


class WebhookShape(Shape):
    """A subscription. Of Slack's and Zapier's addresses the host is shown: whoever knows the rest may post there."""

    webhook_id: UUID
    name: str
    format: messages.Format
    url: str
    event_types: list[str]
    status: Literal["enabled", "disabled"]
    disabled_reason: str | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


class CreatedWebhookShape(WebhookShape):
    """A new subscription with its signing secret, which is shown here alone."""

    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]


class SecretShape(Shape):
    """A new signing secret, shown here alone; for 24 hours the former one signs, too."""

    secret: str


class AttemptShape(Shape):
    """One try to deliver a message."""

    attempt_no: int
    attempted_at: datetime
    duration_ms: int
    response_status: int | None
    response_body: str | None
    error: str | None


class DeliveryShape(Shape):
    """A message: its id is what the receiver gets as `webhook-id`."""

    delivery_id: UUID
    webhook_id: UUID
    event_type: str
    payload: dict[str, Any]
    status: Status
    attempt_count: int
    next_attempt_at: datetime
    response_status: int | None
    delivered_at: datetime | None
    created_at: datetime
    attempts: list[AttemptShape]


class DeliveryIdShape(Shape):
    """A message that was put in line."""

    delivery_id: UUID


@router.get("", operation_id="list_webhooks", summary="The organization's webhooks")
def list_webhooks(work: Work, paging: ListPaging) -> Page[WebhookShape]:
    """Newest first. Needs the permission `integrations:read`."""
    found, total = webhooks.list_webhooks(work.connection, paging.page_size, paging.offset)
    return paging.answer([_shape(each) for each in found], total)


@router.post("", operation_id="create_webhook", summary="Subscribe to changes", status_code=201)
def create_webhook(wanted: NewWebhookShape, work: Work) -> CreatedWebhookShape:
    """Messages begin with what happens from now on. The address must be public and https."""
    made = webhooks.create_webhook(work.connection, wanted.name, wanted.url, wanted.event_types, wanted.format)
    return CreatedWebhookShape(**_shape(made.webhook).model_dump(by_alias=False), secret=made.secret)


@router.get("/event-types", operation_id="list_event_types", summary="What can be subscribed to")
def list_event_types(work: Work) -> list[str]:
    """Names of events, and patterns that stand for several."""
    return list(messages.EVENT_TYPES)


@router.get("/samples", operation_id="list_webhook_samples", summary="Messages as they look")
def list_webhook_samples(
    work: Work, event_type: Annotated[messages.EventType, Query(alias="eventType")] = "lead.created"
) -> list[dict[str, Any]]:
    """One message of the type in Zapier's form, for setting up a receiver."""
    name = "lead.created" if event_type == "*" else event_type.replace("*", "created")
    return [messages.flat(messages.sample(name), "00000000-0000-4000-8000-000000000000")]


@router.post("/zapier", operation_id="subscribe_zap", summary="Subscribe a Zap (REST hook)", status_code=201)
def subscribe_zap(wanted: ZapShape, work: Work) -> WebhookShape:
    """Unsubscribe with DELETE /webhooks/{webhookId}; an answer of 410 unsubscribes, too."""
    name = f"Zapier: {wanted.event_type}"
    made = webhooks.create_webhook(work.connection, name, wanted.hook_url, [wanted.event_type], "zapier")
    return _shape(made.webhook)


@router.get("/{webhook_id}", operation_id="get_webhook", summary="One webhook")
def get_webhook(webhook_id: UUID, work: Work, conditions: Conditions) -> Any:
    """A subscription and how it fares."""
    found = webhooks.find_webhook(work.connection, webhook_id)
    return conditions.answer(_shape(found), found.updated_at)


@router.patch("/{webhook_id}", operation_id="update_webhook", summary="Change, disable or enable a webhook")
def update_webhook(webhook_id: UUID, wanted: WebhookChangeShape, work: Work, conditions: Conditions) -> WebhookShape:
    """Only what is named is changed."""
    hold(work.connection, "webhook", webhook_id)
    conditions.require(webhooks.find_webhook(work.connection, webhook_id).updated_at)
    changes = wanted.model_dump(by_alias=False, exclude_none=True)
    return _shape(webhooks.update_webhook(work.connection, webhook_id, changes))


@router.delete("/{webhook_id}", operation_id="delete_webhook", summary="Unsubscribe", status_code=204)
def delete_webhook(webhook_id: UUID, work: Work) -> Response:
    """Its log and its secret go with it."""
    webhooks.delete_webhook(work.connection, webhook_id)
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate-secret", operation_id="rotate_webhook_secret", summary="A new signing secret")
def rotate_webhook_secret(webhook_id: UUID, work: Work) -> SecretShape:
    """For 24 hours messages carry two signatures."""
    return SecretShape(
        secret=once(lambda beside: webhooks.rotate_secret(work.connection, webhook_id, beside=beside), str)
    )


@router.post("/{webhook_id}/test", operation_id="test_webhook", summary="Send a test message", status_code=202)
def test_webhook(webhook_id: UUID, work: Work) -> DeliveryIdShape:
    """A message of the type `webhook.test`; what became of it stands among the deliveries."""
    return DeliveryIdShape(delivery_id=webhooks.send_test(work.connection, webhook_id))


@router.get("/{webhook_id}/deliveries", operation_id="list_webhook_deliveries", summary="What was sent and answered")
def list_webhook_deliveries(
    webhook_id: UUID, work: Work, paging: ListPaging, status: Status | None = None
) -> Page[DeliveryShape]:
    """Newest first, each with its attempts; kept for 30 days."""
    webhooks.find_webhook(work.connection, webhook_id)
    rows, total = webhooks.list_deliveries(
        work.connection, webhook_id, status=status, limit=paging.page_size, offset=paging.offset
    )
    return paging.answer([DeliveryShape.model_validate(row) for row in rows], total)


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}", operation_id="get_webhook_delivery", summary="One message"
)  # fmt: skip
def get_webhook_delivery(webhook_id: UUID, delivery_id: UUID, work: Work) -> DeliveryShape:
    """What was sent, and each answer."""
    rows, _ = webhooks.list_deliveries(work.connection, webhook_id, delivery_id=delivery_id)
    if not rows:
        raise not_found("delivery")
    return DeliveryShape.model_validate(rows[0])


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver", operation_id="redeliver_webhook_message",
    summary="Send a message again", status_code=202,
)  # fmt: skip
def redeliver_webhook_message(webhook_id: UUID, delivery_id: UUID, work: Work) -> DeliveryIdShape:
    """Under the id that it had, and by the whole schedule again."""
    webhooks.redeliver(work.connection, webhook_id, delivery_id)
    return DeliveryIdShape(delivery_id=delivery_id)


def _shape(found: webhooks.Webhook) -> WebhookShape:
    return WebhookShape.model_validate(found)
