"""Exports of leads as CSV: made under the caller's policies, every row recorded, streamed from the kept file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field, JsonValue

from leadhouse import files
from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names, version_of
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions
from leadhouse.files.store import chunks_of
from leadhouse.leads.exports import COLUMNS, ExportWish, export_leads
from leadhouse.leads.work import LeadStatus, Priority
from leadhouse.leads.work_list import LeadFilter

router = APIRouter(prefix="/exports", tags=["exports"])

ExportSort = sort_names("ExportSort", "created_at", "name", "row_count")
ExportPaging = Annotated[Paging, Depends(paging_by(ExportSort, ExportSort("createdAt")))]
EXPORTS = Listing("list_exports", "export_id", {"created_at": "timestamptz", "name": "text", "row_count": "numeric"})
Column = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}, "description": "The file."}
}


class ExportShape(Shape):
    """An export; `sha256` (hexadecimal) and `sizeBytes` are the file's."""

    export_id: UUID
    name: str
    columns: list[str]
    list_id: UUID | None
    segment_id: UUID | None
    leaves_out_exported: bool
    state: Literal["running", "completed", "failed"]
    row_count: int | None
    size_bytes: int | None
    sha256: str | None
    object_id: UUID | None
    created_by: UUID | None
    created_at: datetime
    finished_at: datetime | None


class ExportToMake(Shape):
    """Which leads, and what of them. A segment's rule is added to the filters."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Fair", "columns": ["full_name", "email", "company"],
                                         "status": ["qualified"], "leavesOutExported": True}]}
    )  # fmt: skip

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")] = "leads"
    columns: Annotated[
        list[Column], Field(min_length=1, max_length=100, description=f"{', '.join(COLUMNS)}, custom_fields.<name>.")
    ] = Field(default_factory=lambda: list(COLUMNS))
    status: list[LeadStatus] = Field(default_factory=list)
    priority: list[Priority] = Field(default_factory=list)
    campaign_id: UUID | None = None
    assigned_to: UUID | None = None
    tags: Annotated[list[Column], Field(max_length=20)] = Field(default_factory=list)
    list_id: UUID | None = None
    segment_id: UUID | None = None
    search: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] | None = None
    criteria: dict[str, JsonValue] = Field(default_factory=dict)
    leaves_out_exported: bool = False

    @property
    def wish(self) -> ExportWish:
        """The same, as `leadhouse.leads.exports` takes it."""
        wanted = LeadFilter(
            status=tuple(self.status), priority=tuple(self.priority), campaign_id=self.campaign_id,
            owner_id=self.assigned_to, tags=tuple(self.tags), list_id=self.list_id, search=self.search,
            criteria=dict(self.criteria),
        )  # fmt: skip
        return ExportWish(
            name=self.name, columns=tuple(self.columns), wanted=wanted, segment_id=self.segment_id,
            leaves_out_exported=self.leaves_out_exported,
        )  # fmt: skip


@router.get("", operation_id="list_exports", summary="The exports that the caller sees, in pages")
def list_exports(work: Work, organization_id: OrganizationId, paging: ExportPaging) -> Page[ExportShape]:
    """The newest first, unless asked otherwise."""
    return read_page(work, EXPORTS, paging, ExportShape, organization_id=organization_id, export_id=None)


@router.post("", status_code=201, operation_id="make_export", summary="Export leads as CSV")
def make_export(work: Work, organization_id: OrganizationId, body: ExportToMake, conditions: Conditions) -> ExportShape:
    """The file is kept and can be read again; no cell of it is run by a spreadsheet."""
    made = export_leads(work.connection, organization_id, body.wish)
    return _answer(work, organization_id, made.export_id, conditions)


@router.get("/{export_id:uuid}", operation_id="get_export", summary="One export")
def get_export(work: Work, organization_id: OrganizationId, export_id: UUID, conditions: Conditions) -> ExportShape:
    """What was exported, when and by whom."""
    return _answer(work, organization_id, export_id, conditions)


@router.get(
    "/{export_id:uuid}/file", operation_id="read_export", summary="The file of an export", responses=CSV,
    response_class=StreamingResponse,
)  # fmt: skip
def read_export(work: Work, organization_id: OrganizationId, export_id: UUID) -> StreamingResponse:
    """CSV (RFC 4180), UTF-8 with a byte-order mark."""
    found = _read(work, organization_id, export_id)
    if found.object_id is None:
        raise ProblemError(Problem.NOT_FOUND, "The file of this export was not kept.")
    return send_file(files.find(work.connection, organization_id, found.object_id))


def send_file(stored: files.StoredFile) -> StreamingResponse:
    """A stored file as a stream that a browser saves and never shows. Raises FileMissingError."""
    name = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_. ") else "_" for sign in stored.original_name
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(stored.size_bytes)}
    return StreamingResponse(_pieces(files.open_file(stored)), media_type=stored.content_type, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from chunks_of(file)


def _read(work: Work, organization_id: UUID, export_id: UUID) -> ExportShape:
    key = {"organization_id": organization_id, "export_id": export_id}
    return read_one(work.connection, EXPORTS, ExportShape, "export", **key)


def _answer(work: Work, organization_id: UUID, export_id: UUID, conditions: Conditions) -> ExportShape:
    found = _read(work, organization_id, export_id)
    return conditions.answer(found, version_of(found))
