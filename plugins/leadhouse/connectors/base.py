"""What a connector is: something that says, unit by unit, what a source states, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from leadhouse.landing import Quarantined
from leadhouse.records import Extraction


class ImportFileError(ValueError):
    """The file as a whole is no table; the message says what was found, where, and what to do."""


class Connector(Protocol):
    """One source of one organization: a file, an account at a provider, a listing.

    It knows no database. Reading the source again states the same units under the same keys, so that the landing can
    tell what is known, what has changed, and what is gone.
    """

    @property
    def source_key(self) -> str:
        """``<kind>/<name>``, as in app.sources."""

    @property
    def organization_id(self) -> UUID:
        """Whose source it is: what a connector reads is private."""

    def statements(self) -> Iterator[Extraction | Quarantined]:
        """Extractions, and what was refused with its reason, as a stream. Raises only when nothing can be read."""
