"""Subscriptions of an organization: made, changed and looked at by its members, `connection` acts as the caller.

Who may is the permission on `integrations`. Address and signing secrets are sealed together (`leadhouse.credentials`);
the row shows of a Slack or Zapier address the host alone, for whoever knows the rest may post there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb
from pydantic import SecretBytes

from leadhouse import network
from leadhouse.credentials import delete_secret, get_secret, put_secret
from leadhouse.database import connect, queries
from leadhouse.database.beside import Beside, alone
from leadhouse.webhooks import messages

MOST_WEBHOOKS = 50  # of an organization: each event goes to each of them
BOTH_SIGN = timedelta(hours=24)  # after a rotation the former secret signs beside the new one for so long


class WebhookError(ValueError):
    """The address or an event type cannot be used; the message says which and why."""


class WebhookNotFoundError(LookupError):
    """There is no such webhook or delivery in the caller's reach."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription; `url` as it may be shown, times are UTC."""

    webhook_id: UUID
    organization_id: UUID
    name: str
    format: messages.Format
    url: str
    event_types: list[str]
    status: Literal["enabled", "disabled"]
    disabled_reason: str | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A subscription at the one moment when its signing secret is known."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes and what signs it, newest secret first."""

    url: str
    signing_secrets: list[str]


def create_webhook(
    connection: Connection[Any],
    name: str,
    url: str,
    event_types: Sequence[str],
    message_format: messages.Format = "standard",
) -> NewWebhook:
    """Subscribes to what happens from now on.

    Raises:
        WebhookError: not https, not a global address, an unknown event type, or one webhook too many.
        psycopg.errors.InsufficientPrivilege: the caller's role makes no integrations.
    """
    require_types(event_types)
    require_target(url)
    if _count(connection, "count_webhooks", {}) >= MOST_WEBHOOKS:
        raise WebhookError(f"There are {MOST_WEBHOOKS} webhooks already, the most there may be. Delete one first.")
    webhook_id, secret = uuid4(), messages.new_secret()
    values = {"webhook_id": webhook_id, "name": name, "format": message_format, "url": shown(url, message_format),
              "event_types": sorted(set(event_types))}  # fmt: skip
    row = connection.execute(_sql().insert_webhook, values).fetchone()
    if row is None:
        raise psycopg.errors.InsufficientPrivilege("your role makes no integrations")
    _store(row["organization_id"], webhook_id, {"url": url, "secret": secret})
    return NewWebhook(Webhook(**row), secret)


def list_webhooks(connection: Connection[Any], limit: int = 100, offset: int = 0) -> tuple[list[Webhook], int]:
    """The organization's, newest first, and how many there are."""
    rows = connection.execute(_sql().list_webhooks, {"limit": limit, "offset": offset})
    return [Webhook(**row) for row in rows], _count(connection, "count_webhooks", {})


def find_webhook(connection: Connection[Any], webhook_id: UUID) -> Webhook:
    """One subscription. Raises WebhookNotFoundError."""
    return _webhook(connection.execute(_sql().find_webhook, {"webhook_id": webhook_id}).fetchone(), webhook_id)


def update_webhook(connection: Connection[Any], webhook_id: UUID, changes: Mapping[str, Any]) -> Webhook:
    """Changes name, url, event_types or status (``enabled`` begins with what happens from now on).

    Raises:
        WebhookError: as `create_webhook`.
        WebhookNotFoundError: there is none that the caller may change.
    """
    if changes.get("event_types") is not None:
        require_types(changes["event_types"])
    held, url = _lock(connection, webhook_id), changes.get("url")
    if url is not None:
        require_target(url)
    values = {
        "webhook_id": webhook_id, "name": changes.get("name"), "status": changes.get("status"),
        "url": shown(url, held["format"]) if url else None, "event_types": changes.get("event_types"),
    }  # fmt: skip
    changed = _webhook(connection.execute(_sql().update_webhook, values).fetchone(), webhook_id)
    if url is not None:  # last: what can be refused was not
        _store(held["organization_id"], webhook_id, {**_stored(held["organization_id"], webhook_id), "url": url})
    return changed


def delete_webhook(connection: Connection[Any], webhook_id: UUID) -> None:
    """Ends a subscription with its log and its secret. Raises WebhookNotFoundError."""
    row = connection.execute(_sql().delete_webhook, {"webhook_id": webhook_id}).fetchone()
    if row is None:
        raise _missing(webhook_id)
    with connect("credentials") as keeper:
        delete_secret(keeper, row["organization_id"], _name(webhook_id))


def rotate_secret(connection: Connection[Any], webhook_id: UUID, *, beside: Beside = alone) -> str:
    """A new signing secret; the former one signs, too, for 24 hours.

    `beside` is told of it in the keeper's transaction. Raises WebhookNotFoundError.
    """
    held = _lock(connection, webhook_id)
    known, secret = _stored(held["organization_id"], webhook_id), messages.new_secret()
    until = datetime.now(UTC) + BOTH_SIGN
    rotated = {"secret": secret, "former": known["secret"], "former_until": until.isoformat()}
    _store(held["organization_id"], webhook_id, {"url": known["url"], **rotated}, lambda keeper: beside(keeper, secret))
    return secret


def send_test(connection: Connection[Any], webhook_id: UUID) -> UUID:
    """Puts a message of the type ``webhook.test`` in line; returns the delivery's id. Raises WebhookNotFoundError."""
    _lock(connection, webhook_id)
    payload = {**messages.sample(messages.TEST_TYPE), "data": {"id": str(webhook_id), "resource": "webhooks"}}
    values = {"delivery_id": uuid4(), "webhook_id": webhook_id, "event_type": messages.TEST_TYPE,
              "payload": Jsonb(payload)}  # fmt: skip
    row = connection.execute(_sql().insert_test_delivery, values).fetchone()
    if row is None:
        raise _missing(webhook_id)
    found: UUID = row["delivery_id"]
    return found


def list_deliveries(
    connection: Connection[Any],
    webhook_id: UUID,
    *,
    status: str | None = None,
    delivery_id: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[dict[str, Any]], int]:
    """What was sent and what was answered, newest first, each with its attempts; and how many there are."""
    values = {"webhook_id": webhook_id, "status": status, "delivery_id": delivery_id, "limit": limit, "offset": offset}
    rows = connection.execute(_sql().list_deliveries, values).fetchall()
    return rows, _count(connection, "count_deliveries", {"webhook_id": webhook_id, "status": status})


def redeliver(connection: Connection[Any], webhook_id: UUID, delivery_id: UUID) -> None:
    """Sends a message again, under the id that it had. Raises WebhookNotFoundError."""
    values = {"webhook_id": webhook_id, "delivery_id": delivery_id}
    if connection.execute(_sql().redeliver_message, values).fetchone() is None:
        raise WebhookNotFoundError(f"There is no delivery {delivery_id} of webhook {webhook_id}.")


def target_of(organization_id: UUID, webhook_id: UUID, now: datetime | None = None) -> Target:
    """Address and secrets, for the sender. Raises leadhouse.credentials.CredentialError."""
    known = _stored(organization_id, webhook_id)
    both = "former" in known and datetime.fromisoformat(known["former_until"]) > (now or datetime.now(UTC))
    return Target(known["url"], [known["secret"], *([known["former"]] if both else [])])


def require_types(event_types: Sequence[str]) -> None:
    """Raises WebhookError for a type that no event has."""
    unknown = sorted(set(event_types) - set(messages.EVENT_TYPES))
    if unknown or not event_types:
        raise WebhookError(
            f"There is no event type {', '.join(unknown) or '(none)'}. There are: {', '.join(messages.EVENT_TYPES)}."
        )


def require_target(url: str) -> None:
    """Raises WebhookError unless it is https at a global address; what the settings allow may be http."""
    try:
        addresses, is_secure = network.assert_allowed(url), urlsplit(url).scheme == "https"
    except (OSError, ValueError):  # why stays here: the answer is no map of the network
        raise WebhookError(
            "This address cannot be used: it has to be a public one, and its name must resolve."
        ) from None
    if urlsplit(url).scheme not in ("http", "https") or urlsplit(url).username is not None:
        raise WebhookError("A webhook's address begins with https:// and holds no user name.")
    if not is_secure and any(network.is_global(address) for address in addresses):
        raise WebhookError("A webhook's address begins with https://.")


def shown(url: str, message_format: messages.Format) -> str:
    """What of an address may be shown."""
    parts = urlsplit(url)
    return url if message_format == "standard" else f"{parts.scheme}://{parts.netloc}/…"


def _lock(connection: Connection[Any], webhook_id: UUID) -> dict[str, Any]:
    row = connection.execute(_sql().lock_webhook, {"webhook_id": webhook_id}).fetchone()
    if row is None:
        raise _missing(webhook_id)
    return dict(row)


def _store(
    organization_id: UUID,
    webhook_id: UUID,
    target: Mapping[str, str],
    last: Callable[[Connection[Any]], None] | None = None,
) -> None:
    with connect("credentials") as keeper:
        value = SecretBytes(json.dumps(target).encode())
        put_secret(keeper, organization_id, _name(webhook_id), value, kind="webhook")
        if last is not None:
            last(keeper)


def _stored(organization_id: UUID, webhook_id: UUID) -> dict[str, str]:
    with connect("credentials") as keeper:
        value = get_secret(keeper, organization_id, _name(webhook_id))
    known: dict[str, str] = json.loads(value.get_secret_value())
    return known


def _name(webhook_id: UUID) -> str:
    return f"webhook/{webhook_id}"


def _webhook(row: dict[str, Any] | None, webhook_id: UUID) -> Webhook:
    if row is None:
        raise _missing(webhook_id)
    return Webhook(**row)


def _count(connection: Connection[Any], query: str, values: Mapping[str, Any]) -> int:
    row = connection.execute(getattr(_sql(), query), values).fetchone()
    return int(row["total"]) if row else 0


def _missing(webhook_id: UUID) -> WebhookNotFoundError:
    return WebhookNotFoundError(f"There is no webhook {webhook_id}.")


def _sql() -> queries.Queries:
    return queries.load("webhooks")
