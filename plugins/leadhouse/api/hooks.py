"""What others tell the platform, signed: Stripe's events, and what mail providers report of messages.

Open to strangers, for a signature is their sign-in; both are idempotent by the event's own id, so that a sender may
repeat until it is answered with 200.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Request
from pydantic import AwareDatetime, Field, SecretBytes, ValidationError, model_validator
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool

from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.rate_limits import OpenLimit
from leadhouse.api.shapes import Shape
from leadhouse.billing import SignatureError, StripeEventError, apply_stripe_event, verify_signature
from leadhouse.credentials import SecretMissingError, get_secret
from leadhouse.database import connect
from leadhouse.delivery.received_events import Landed, Report, ReportKind, land_report
from leadhouse.delivery.replies import ReasonClass
from leadhouse.delivery.reply_kinds import ReplyKind
from leadhouse.webhooks.messages import is_strong

STRIPE_SECRET = "stripe webhook"  # noqa: S105  the name of the platform's secret
EMAIL_SECRET = "email events"  # noqa: S105  the name of an organization's
LARGEST_BODY = 1024 * 1024
log = structlog.get_logger("leadhouse.api")

router = APIRouter(prefix="/hooks", tags=["hooks"], dependencies=[Depends(OpenLimit(1200))])
Text = Annotated[str, Field(max_length=20_000)]
_REFUSED = "The signature does not fit the body, or is too old. Check the secret of both sides."


class Received(Shape):
    """What became of an event."""

    outcome: str


class EmailReport(Shape):
    """What happened to a message that went out; it is named by its id or by its Message-ID."""

    event_id: Annotated[str, Field(min_length=1, max_length=200, examples=["evt_1f3a"])]
    type: Annotated[ReportKind, Field(examples=["bounced"])]
    message_id: UUID | None = None
    rfc_message_id: Annotated[str | None, Field(max_length=998, examples=["<0b6f@mail.firm.example>"])] = None
    occurred_at: AwareDatetime | None = None
    reason_class: ReasonClass | None = None
    smtp_code: Annotated[int | None, Field(ge=200, le=599)] = None
    dsn_status: Annotated[str | None, Field(pattern=r"^[245]\.\d{1,3}\.\d{1,3}$")] = None
    subject: Text | None = None
    text: Annotated[Text | None, Field(description="Of a reply: what it says.")] = None
    reply_kind: Annotated[
        ReplyKind | None, Field(description="Of a reply: what you take it for. Left out, its words are read.")
    ] = None

    @model_validator(mode="after")
    def _names_a_message(self) -> EmailReport:
        if self.message_id is None and self.rfc_message_id is None:
            raise ValueError("messageId or rfcMessageId names the message")
        return self


class EmailReports(Shape):
    """Up to 100 reports."""

    events: Annotated[list[EmailReport], Field(min_length=1, max_length=100)]


class ReportOutcome(Shape):
    """What became of one report; `unknown_message`: the organization sent none of this id."""

    event_id: str
    outcome: Literal["landed", "repeated", "unknown_message"]


class ReportOutcomes(Shape):
    """One outcome a report, in their order."""

    events: list[ReportOutcome]


_STRIPE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "description": "An event, as Stripe sends it."}}},
    }
}
_REPORTS = {"type": "array", "minItems": 1, "maxItems": 100, "items": EmailReport.model_json_schema()}
_EMAIL_SCHEMA = {
    "type": "object", "required": ["events"], "additionalProperties": False, "properties": {"events": _REPORTS},
}  # fmt: skip
_EMAIL_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _EMAIL_SCHEMA}}}}


@router.post("/stripe", operation_id="receive_stripe_event", summary="An event of Stripe", openapi_extra=_STRIPE_BODY)
async def receive_stripe_event(request: Request, stripe_signature: Annotated[str, Header(max_length=2000)]) -> Received:
    """Mirrors customers, subscriptions and payments. Its secret is the platform's, `stripe webhook`."""
    return await run_in_threadpool(_apply_stripe, await _body(request), stripe_signature)


@router.post(
    "/email/{organization_id}", operation_id="receive_email_events", summary="What a mail provider reports",
    openapi_extra=_EMAIL_BODY,
)  # fmt: skip
async def receive_email_events(
    request: Request,
    organization_id: UUID,
    webhook_id: Annotated[str, Header(max_length=200)],
    webhook_timestamp: Annotated[str, Header(max_length=40)],
    webhook_signature: Annotated[str, Header(max_length=2000)],
) -> ReportOutcomes:
    """Bounces, complaints, replies and opt-outs, signed as Standard Webhooks says with the secret `email events`."""
    headers = {
        "webhook-id": webhook_id, "webhook-timestamp": webhook_timestamp, "webhook-signature": webhook_signature,
    }  # fmt: skip
    return await run_in_threadpool(_land_reports, organization_id, await _body(request), headers)


def _apply_stripe(body: bytes, signature: str) -> Received:
    secret = _secret(None, STRIPE_SECRET)
    try:
        verify_signature(body, signature, secret)
    except SignatureError as error:
        raise ProblemError(Problem.NOT_SIGNED_IN, str(error)) from None
    stated = _json(body)
    try:
        with connect("billing") as connection:
            return Received(outcome=apply_stripe_event(connection, stated))
    except StripeEventError as error:
        raise ProblemError(Problem.INVALID, str(error)) from error


def _land_reports(organization_id: UUID, body: bytes, headers: dict[str, str]) -> ReportOutcomes:
    secret = _secret(organization_id, EMAIL_SECRET)
    if not is_strong(secret):  # of before such were refused
        log.warning("the secret of a hook is too weak: make another", organization_id=str(organization_id))
        raise _not_set_up()
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (
        WebhookVerificationError,
        ValueError,
        RuntimeError,
    ):  # no base64, no text
        raise ProblemError(Problem.NOT_SIGNED_IN, _REFUSED) from None
    try:
        stated = EmailReports.model_validate(_json(body))
    except ValidationError as error:
        found = [{"pointer": "/" + "/".join(map(str, each["loc"])), "detail": each["msg"]} for each in error.errors()]
        raise ProblemError(Problem.INVALID, "Some events cannot be read.", errors=found[:20]) from None
    outcomes: list[tuple[str, Landed]] = [
        (each.event_id, land_report(organization_id, _report(each), "hook")) for each in stated.events
    ]
    return ReportOutcomes(events=[ReportOutcome(event_id=name, outcome=outcome) for name, outcome in outcomes])


def _report(stated: EmailReport) -> Report:
    said = {"text": stated.text, "subject": stated.subject}
    return Report(
        stated.event_id, stated.type, stated.message_id, stated.rfc_message_id, stated.occurred_at,
        stated.reason_class, stated.smtp_code, stated.dsn_status, {name: text for name, text in said.items() if text},
        stated.reply_kind,
    )  # fmt: skip


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ProblemError(Problem.TOO_LARGE, f"The body is larger than {LARGEST_BODY:,} bytes.")
    return body


def _secret(organization_id: UUID | None, name: str) -> str:
    """The secret of a hook; whoever has set none up has no hook."""
    try:
        with connect("credentials") as keeper:
            value: SecretBytes = get_secret(keeper, organization_id, name)
    except SecretMissingError:
        raise _not_set_up() from None
    return value.get_secret_value().decode()


def _not_set_up() -> ProblemError:
    return ProblemError(Problem.NOT_FOUND, "This hook is not set up here.")


def _json(body: bytes) -> dict[str, Any]:
    try:
        stated = json.loads(body)
    except ValueError:
        stated = None
    if not isinstance(stated, dict):
        raise ProblemError(Problem.MALFORMED, "The body is no JSON object.")
    return stated
