"""CSV exports of leads: under the caller's policies, every row recorded, no cell that a spreadsheet would run.

A cell that a spreadsheet could take for a formula begins with an apostrophe (OWASP, CSV Injection): =, +, -, @, tab,
carriage return, line feed and their full-width forms, also behind blanks. Quotes, separators and line breaks are quoted
(RFC 4180). Files are UTF-8 with a byte-order mark, which spreadsheets want.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

from leadhouse import files
from leadhouse.database import queries
from leadhouse.identity.audit import record_act
from leadhouse.leads.segments import get_segment
from leadhouse.leads.work import LeadChangeError, errors_told
from leadhouse.leads.work_list import LeadFilter, conditions_of

COLUMNS = (
    "lead_id", "full_name", "title", "email", "email_status", "phone", "company", "domain", "country_code", "status",
    "priority", "rating", "lead_score", "owner", "campaign", "source", "tags", "notes", "entity_kind", "created_at",
    "updated_at",
)  # fmt: skip
CUSTOM = "custom_fields."
ROWS_A_FETCH = 1_000
_LIVE = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class ExportWish(BaseModel):
    """What to export. A segment's criteria are added to the filter's; `custom_fields.<name>` is a column, too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="leads", min_length=1, max_length=200)
    columns: tuple[str, ...] = Field(default=COLUMNS, min_length=1, max_length=100)
    wanted: LeadFilter = Field(default_factory=LeadFilter)
    segment_id: UUID | None = None
    leaves_out_exported: bool = False


@dataclass(frozen=True)
class Export:
    """A finished export; `sha256` (hexadecimal) and `size_bytes` are the file's."""

    export_id: UUID
    row_count: int
    size_bytes: int
    sha256: str
    object_id: UUID | None


@dataclass(frozen=True)
class ExportEntry:
    """One line of the list of exports; what is not known yet is None."""

    export_id: UUID
    name: str
    columns: list[str]
    list_id: UUID | None
    segment_id: UUID | None
    leaves_out_exported: bool
    state: str
    row_count: int | None
    size_bytes: int | None
    sha256: str | None
    object_id: UUID | None
    created_by: UUID | None
    created_at: datetime
    finished_at: datetime | None


def export_leads(connection: Connection[Any], organization_id: UUID, wish: ExportWish) -> Export:
    """Write the leads of a wish to a CSV file in the bucket `exports`, in the caller's transaction.

    The rows are recorded with it, and the act is in the audit log. With `leaves_out_exported`, leads of any earlier
    export of the organization are left out; such exports wait for each other.

    Raises:
        LeadChangeError: an unknown column, or criteria that cannot be read. LeadRefusedError: the role exports nothing.
        LeadNotFoundError: no such list or segment. FileTooLargeError: more than the bucket takes.
    """
    with tempfile.TemporaryFile() as file:
        made = write_export(connection, organization_id, wish, file)
        file.seek(0)
        key = f"{made.export_id}.csv"
        kept = files.put(
            connection, organization_id, "exports", key, file, "text/csv", original_name=f"{wish.name[:100]}.csv"
        )
    return _complete(connection, organization_id, made, kept.object_id)


def write_export(connection: Connection[Any], organization_id: UUID, wish: ExportWish, file: IO[bytes]) -> Export:
    """The same into a binary file of the caller's, who says with `finish_export` that it was given out."""
    _check_columns(wish.columns)
    export_id = _begin(connection, organization_id, wish)
    sink = _HashingSink(file)
    text = io.TextIOWrapper(io.BufferedWriter(sink), encoding="utf-8-sig", newline="")
    written = write_csv(text, wish.columns, _rows(connection, organization_id, export_id))
    text.flush()
    return Export(export_id, written, sink.size_bytes, sink.sha256, None)


def finish_export(connection: Connection[Any], organization_id: UUID, made: Export) -> Export:
    """Record that what `write_export` wrote was given out."""
    return _complete(connection, organization_id, made, None)


def list_exports(connection: Connection[Any], organization_id: UUID, limit: int = 50) -> list[ExportEntry]:
    """The exports that the caller sees, the newest first."""
    parameters = {"organization_id": organization_id, "limit": limit}
    return [ExportEntry(**row) for row in connection.execute(queries.load("lead_exports").list_exports, parameters)]


def write_csv(text: Any, columns: Iterable[str], rows: Iterable[dict[str, Any]]) -> int:
    """Write a header and the rows; return the number of rows."""
    names, written = tuple(columns), 0
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in names])
    for row in rows:
        writer.writerow([safe_cell(_value(row, name)) for name in names])
        written += 1
    return written


def safe_cell(value: Any) -> str:
    """A value as the text of a cell; one that a spreadsheet would run begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    text = text.replace("\0", "")
    if isinstance(value, int | float):
        return text
    is_live = text[:1] in _LIVE or text.lstrip()[:1] in _LIVE
    return f"'{text}" if text and is_live else text


def _value(row: dict[str, Any], name: str) -> Any:
    return row["custom_fields"].get(name.removeprefix(CUSTOM)) if name.startswith(CUSTOM) else row[name]


def _check_columns(columns: tuple[str, ...]) -> None:
    unknown = [name for name in columns if name not in COLUMNS and not name.startswith(CUSTOM)]
    if unknown:
        raise LeadChangeError(
            f"Leads have no column {', '.join(map(repr, unknown))}. They have: {', '.join(COLUMNS)}, {CUSTOM}<name>."
        )


def _begin(connection: Connection[Any], organization_id: UUID, wish: ExportWish) -> UUID:
    """Record the export with its rows: from here on they count as exported, if the transaction commits."""
    wanted = _with_segment(connection, organization_id, wish)
    condition, statements = conditions_of(wanted), queries.load("lead_exports")
    scope = {"organization_id": organization_id, "leaves_out_exported": wish.leaves_out_exported}
    stated = {
        "name": wish.name, "columns": list(wish.columns), "list_id": wanted.list_id, "segment_id": wish.segment_id,
        "criteria": Jsonb(wanted.model_dump(mode="json", exclude_defaults=True)),
    }  # fmt: skip
    with errors_told():
        row = connection.execute(statements.insert_export, {**scope, **stated}).fetchone() or {}
        export_id = UUID(str(row["export_id"]))
        if wish.leaves_out_exported:
            connection.execute(statements.lock_organization, scope)
        statement = statements.record_rows.format(conditions=condition.text)
        connection.execute(statement, {**scope, **condition.parameters, "export_id": export_id})
    return export_id


def _with_segment(connection: Connection[Any], organization_id: UUID, wish: ExportWish) -> LeadFilter:
    if wish.segment_id is None:
        return wish.wanted
    rules = [wish.wanted.criteria, get_segment(connection, organization_id, wish.segment_id)["criteria"]]
    return wish.wanted.model_copy(update={"criteria": {"all": [rule for rule in rules if rule]} if any(rules) else {}})


def _rows(connection: Connection[Any], organization_id: UUID, export_id: UUID) -> Iterator[dict[str, Any]]:
    """The recorded rows through a cursor of the server: memory holds a thousand of them at a time."""
    with connection.cursor(name=f"export_{uuid4().hex}") as cursor:
        cursor.itersize = ROWS_A_FETCH
        key = {"organization_id": organization_id, "export_id": export_id}
        for row in cursor.execute(queries.load("lead_exports").read_rows, key):
            yield dict(row)


def _complete(connection: Connection[Any], organization_id: UUID, made: Export, object_id: UUID | None) -> Export:
    finished = Export(made.export_id, made.row_count, made.size_bytes, made.sha256, object_id)
    stated = {
        "row_count": made.row_count, "size_bytes": made.size_bytes, "sha256": made.sha256, "object_id": object_id,
    }  # fmt: skip
    key = {"organization_id": organization_id, "export_id": made.export_id}
    with errors_told():
        connection.execute(queries.load("lead_exports").complete_export, {**key, **stated})
    details = {"rows": made.row_count, "size_bytes": made.size_bytes, "sha256": made.sha256}
    record_act(connection, "export", "leads", made.export_id, details=details, organization_id=organization_id)
    return finished


class _HashingSink(io.RawIOBase):
    """Passes bytes on to a file, counts and hashes them."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self.file, self.hash, self.size_bytes = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        chunk = bytes(content)
        self.file.write(chunk)
        self.hash.update(chunk)
        self.size_bytes += len(chunk)
        return len(chunk)

    @property
    def sha256(self) -> str:
        return self.hash.hexdigest()
