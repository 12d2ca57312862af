"""What one import says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RowError:
    """A refused row."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True)
class ImportSummary:
    """What one import did, or would do (`is_dry_run`); rows add up: landed + known + quarantined."""

    file: str
    kind: str
    source_key: str
    rows: int
    landed: int
    known: int
    quarantined: int
    retracted: int  # rows of the former file that are gone
    companies: int  # records stated
    persons: int
    suppressed: int  # addresses that were not suppressed before
    mapping: dict[str, str]  # column -> field
    custom_fields: tuple[str, ...]  # columns that are kept as they are
    columns: list[dict[str, Any]]  # column, field or None, why, confidence 0..1
    encoding: str
    delimiter: str
    header_line: int
    notes: tuple[str, ...]  # what is left unread, in sentences
    reasons: dict[str, int]  # of quarantined rows
    errors: tuple[RowError, ...]  # the first ones
    errors_file: str | None
    batch_no: int | None
    is_dry_run: bool
    mode: str

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        errors = [{"line": each.line, "reason": each.reason, "detail": each.detail} for each in self.errors]
        return {**found, "custom_fields": list(self.custom_fields), "notes": list(self.notes), "errors": errors}
