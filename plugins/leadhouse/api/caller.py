"""Who asks, as every part of the interface hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the database takes it. Without an organization, a person who is a member of none."""

    user_id: UUID
    organization_id: UUID | None
    session_id: UUID | None
    api_key_id: UUID | None
    claims: dict[str, Any]
