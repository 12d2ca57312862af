"""Telling others over HTTP what changes in an organization: subscriptions, signed messages, their delivery."""

from leadhouse.webhooks.endpoints import (
    NewWebhook,
    Webhook,
    WebhookError,
    WebhookNotFoundError,
    create_webhook,
    delete_webhook,
    find_webhook,
    list_deliveries,
    list_webhooks,
    redeliver,
    rotate_secret,
    send_test,
    update_webhook,
)
from leadhouse.webhooks.messages import EVENT_TYPES

__all__ = [
    "EVENT_TYPES", "NewWebhook", "Webhook", "WebhookError", "WebhookNotFoundError", "create_webhook", "delete_webhook",
    "find_webhook", "list_deliveries", "list_webhooks", "redeliver", "rotate_secret", "send_test", "update_webhook",
]  # fmt: skip
