"""What is sent: a message of an event in the form that the receiver reads, signed as Standard Webhooks 1.0.0 says.

A message names what changed and never what it holds: `{"type", "timestamp", "data": {"eventNo", "resource", "id",
"changedColumns"}}`. Whoever needs the row reads it with rights of their own.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from standardwebhooks import Webhook

Format = Literal["standard", "slack", "zapier"]

TEST_TYPE = "webhook.test"
SHORTEST_SECRET, LONGEST_SECRET, DISTINCT_BYTES = 24, 64, 12  # bytes; of 24 random ones 23 differ as a rule
# A notification is a person's own: no address of an organization hears of it.
EventType = Literal[
    "*",
    "lead.*", "lead.created", "lead.updated", "lead.deleted",
    "campaign.*", "campaign.created", "campaign.updated", "campaign.deleted",
    "job.*", "job.created", "job.updated", "job.deleted",
    "job_log.*", "job_log.created", "job_log.updated", "job_log.deleted",
    "source.*", "source.created", "source.updated", "source.deleted",
    "analytics.*", "analytics.created", "analytics.updated", "analytics.deleted",
]  # fmt: skip
EVENT_TYPES: tuple[str, ...] = get_args(EventType)


def new_secret() -> str:
    """A signing secret: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def is_strong(secret: str) -> bool:
    """Whether a signing secret is one: 24 to 64 bytes in base64, as Standard Webhooks 1.0.0 says, with or without
    `whsec_`, and no row of the same few bytes: whoever guesses it signs in the name of its owner.
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return SHORTEST_SECRET <= len(key) <= LONGEST_SECRET and len(set(key)) >= DISTINCT_BYTES


def headers_of(
    delivery_id: str, body: bytes, signing_secrets: Sequence[str], sent_at: datetime | None = None
) -> dict[str, str]:
    """The headers of a message: its id, when it is sent (Unix seconds) and a signature by each secret, newest first."""
    at = sent_at or datetime.now(UTC)
    signatures = [Webhook(secret).sign(delivery_id, at, body.decode()) for secret in signing_secrets]
    return {
        "content-type": "application/json",
        "user-agent": "Leadhouse-Webhooks/1",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def body_of(payload: Mapping[str, Any], message_format: Format, delivery_id: str) -> bytes:
    """The body in the receiver's form.

    Slack reads `{"text"}` (incoming webhooks); Zapier makes fields of a flat object and tells items apart by `id`.
    """
    if message_format == "slack":
        return _encoded({"text": slack_text(payload)})
    if message_format == "zapier":
        return _encoded(flat(payload, delivery_id))
    return _encoded(payload)


def slack_text(payload: Mapping[str, Any]) -> str:
    """One line: `Lead updated: status, priority (id …)`. What Slack would take for markup is escaped."""
    data, (resource, verb) = payload.get("data", {}), str(payload["type"]).split(".", 1)
    columns = ", ".join(str(column).replace("_", " ") for column in data.get("changedColumns", []))
    text = f"{resource.replace('_', ' ').capitalize()} {verb}"
    text += f": {columns}" if columns else ""
    text += f" ({data['id']})" if data.get("id") else ""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def flat(payload: Mapping[str, Any], delivery_id: str) -> dict[str, Any]:
    """A message as one object without nesting; `id` is the delivery's."""
    data = dict(payload.get("data", {}))
    return {
        "id": delivery_id, "type": payload["type"], "timestamp": payload["timestamp"], "eventNo": data.get("eventNo"),
        "resource": data.get("resource"), "resourceId": data.get("id"),
        "changedColumns": ",".join(data.get("changedColumns", [])),
    }  # fmt: skip


def sample(event_type: str) -> dict[str, Any]:
    """A message of a type as it may look, for tests and for setting up a receiver."""
    resource, _, verb = event_type.partition(".")
    data = {
        "eventNo": 0, "resource": {"analytics": "analytics", "job_log": "jobs"}.get(resource, f"{resource}s"),
        "id": "00000000-0000-4000-8000-000000000000", "changedColumns": ["status"] if verb == "updated" else [],
    }  # fmt: skip
    return {"type": event_type, "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "data": data}


def _encoded(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
