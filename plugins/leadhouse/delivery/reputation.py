"""An account that hurts its own reputation stops by itself: bounces from 5 %, complaints from 0.1 %."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database.queries import load

BOUNCE_LIMIT = Decimal("0.05")  # of attempts; mailbox providers throttle or refuse senders above it
COMPLAINT_LIMIT = Decimal("0.001")  # of accepted messages; the large providers' own published aim
SMALLEST_SAMPLE = 50  # below, one bad address would be a rate
WINDOW = timedelta(days=30)


def pause_poor_account(connection: Connection[Any], organization_id: UUID, email_account_id: UUID) -> str | None:
    """Pauses the account when its last 30 days pass a limit; the reason, or None.

    A paused account's messages stay queued (the claim looks at the account's status); a person makes it active again.
    """
    row = connection.execute(
        load("delivery").pause_poor_account,
        {
            "organization_id": organization_id,
            "email_account_id": email_account_id,
            "window": WINDOW,
            "bounce_limit": BOUNCE_LIMIT,
            "complaint_limit": COMPLAINT_LIMIT,
            "smallest_sample": SMALLEST_SAMPLE,
        },
    ).fetchone()
    return str(row["paused_reason"]) if row else None
