"""Files: upload in one piece or in parts, list, read, delete, restore."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Depends, File, Form, Path, Query, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from leadhouse import files
from leadhouse.api.exports import send_file
from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names, version_of
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, hold
from leadhouse.database.queries import load
from leadhouse.files.uploads import MOST_PARTS

router = APIRouter(prefix="/files", tags=["files"])
uploads = APIRouter(prefix="/file-uploads", tags=["files"])

FileSort = sort_names("FileSort", "created_at", "original_name", "size_bytes")
FilePaging = Annotated[Paging, Depends(paging_by(FileSort, FileSort("createdAt")))]
FILES = Listing(
    "list_files", "object_id", {"created_at": "timestamptz", "original_name": "text", "size_bytes": "numeric"}
)
NO_FILTER: dict[str, Any] = {"object_id": None, "bucket": None, "search": None}
BucketName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Key = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f\x7f]+$")]
ContentType = Annotated[str, Field(max_length=200, pattern=r"^[\w.+-]+/[\w.+-]+$")]
PartNumber = Annotated[int, Path(ge=1, le=MOST_PARTS)]
BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The bytes, in the file's own type.",
    }
}


class FileShape(Shape):
    """A stored file; `sha256` is hexadecimal."""

    object_id: UUID
    bucket: str
    key: str
    original_name: str
    content_type: str
    size_bytes: int
    sha256: str
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime | None


class UploadToStart(Shape):
    """A file that comes in parts."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"bucket": "imports", "originalName": "leads.csv", "contentType": "text/csv"}]}
    )

    bucket: BucketName = "imports"
    original_name: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
    content_type: ContentType
    key: Key | None = None


class StartedUpload(Shape):
    """An upload that waits for its parts, for a day."""

    upload_id: UUID


class PartShape(Shape):
    """A part that is stored; `etag` is its SHA-256 in hexadecimal."""

    part_number: int
    size_bytes: int
    etag: str


class UploadEnd(Shape):
    """What the whole must be."""

    size_bytes: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    replaces: bool = False


@router.get("", operation_id="list_files", summary="The files that the caller reaches, in pages")
def list_files(
    work: Work,
    organization_id: OrganizationId,
    paging: FilePaging,
    bucket: Annotated[BucketName | None, Query()] = None,
) -> Page[FileShape]:
    """`search` asks for a part of the name."""
    filters = {**NO_FILTER, "bucket": bucket, "search": paging.search, "organization_id": organization_id}
    return read_page(work, FILES, paging, FileShape, **filters)


@router.post("", status_code=201, operation_id="upload_file", summary="Upload a file in one piece")
def upload_file(
    work: Work,
    organization_id: OrganizationId,
    conditions: Conditions,
    file: Annotated[UploadFile, File(description="Its type and name are those that the part declares.")],
    bucket: Annotated[BucketName, Form()] = "imports",
    key: Annotated[Key | None, Form(description="How it is called in the bucket; else an id.")] = None,
) -> FileShape:
    """What a bucket takes is checked by type, by size and by the first bytes."""
    name = file.filename or "file"
    stored = files.put(
        work.connection, organization_id, bucket, key or f"{uuid4()}/{name}"[:1024], file.file,
        (file.content_type or "").partition(";")[0].strip().lower(), original_name=name,
    )  # fmt: skip
    return _answer(work, organization_id, stored.object_id, conditions)


@router.get("/{object_id:uuid}", operation_id="get_file", summary="One file's description")
def get_file(work: Work, organization_id: OrganizationId, object_id: UUID, conditions: Conditions) -> FileShape:
    """Its bytes are at `/content`."""
    return _answer(work, organization_id, object_id, conditions)


@router.get(
    "/{object_id:uuid}/content", operation_id="read_file", summary="A file's bytes", responses=BYTES,
    response_class=StreamingResponse,
)  # fmt: skip
def read_file(work: Work, organization_id: OrganizationId, object_id: UUID) -> StreamingResponse:
    """To be saved: no browser shows them."""
    return send_file(files.find(work.connection, organization_id, object_id))


@router.delete("/{object_id:uuid}", status_code=204, operation_id="delete_file", summary="Delete a file")
def delete_file(work: Work, organization_id: OrganizationId, object_id: UUID, conditions: Conditions) -> None:
    """It can be restored until it is purged."""
    hold(work.connection, "file", object_id)
    conditions.require(version_of(_read(work, organization_id, object_id)))
    if not files.delete(work.connection, organization_id, object_id):
        raise ProblemError(Problem.REFUSED, "You may read this file and not delete it.")


@router.post("/{object_id:uuid}/restore", operation_id="restore_file", summary="Bring a deleted file back")
def restore_file(work: Work, organization_id: OrganizationId, object_id: UUID, conditions: Conditions) -> FileShape:
    """Until it is purged."""
    if not files.restore(work.connection, organization_id, object_id):
        raise not_found("deleted file")
    return _answer(work, organization_id, object_id, conditions)


@uploads.post("", status_code=201, operation_id="start_upload", summary="Begin an upload in parts")
def start_upload(work: Work, organization_id: OrganizationId, body: UploadToStart) -> StartedUpload:
    """Parts may be sent in any order and again, then the upload is completed or aborted."""
    made = files.start_upload(
        work.connection, organization_id, body.bucket, body.key or f"{uuid4()}/{body.original_name}",
        body.content_type, original_name=body.original_name,
    )  # fmt: skip
    return StartedUpload(upload_id=made)


@uploads.put("/{upload_id:uuid}/parts/{part_number}", operation_id="upload_part", summary="Send a part of an upload")
def upload_part(
    work: Work,
    organization_id: OrganizationId,
    upload_id: UUID,
    part_number: PartNumber,
    body: Annotated[bytes, Body(media_type="application/octet-stream")],
) -> PartShape:
    """The body is the part's bytes; a part that comes again takes the place of the former."""
    return PartShape.model_validate(files.upload_part(work.connection, organization_id, upload_id, part_number, body))


@uploads.get("/{upload_id:uuid}/parts", operation_id="list_parts", summary="The parts that are stored")
def list_parts(work: Work, organization_id: OrganizationId, upload_id: UUID) -> list[PartShape]:
    """By number, so that an interrupted sender knows what is still to be sent."""
    key = {"organization_id": organization_id, "upload_id": upload_id}
    if work.connection.execute(load("resources").find_upload, key).fetchone() is None:
        raise not_found("upload")
    return [PartShape.model_validate(each) for each in files.list_parts(work.connection, organization_id, upload_id)]


@uploads.post("/{upload_id:uuid}/complete", status_code=201, operation_id="complete_upload", summary="Join the parts")
def complete_upload(
    work: Work, organization_id: OrganizationId, upload_id: UUID, body: UploadEnd, conditions: Conditions
) -> FileShape:
    """Each part and the whole are checked."""
    made = files.complete_upload(
        work.connection, organization_id, upload_id, size_bytes=body.size_bytes, sha256=body.sha256,
        replace=body.replaces,
    )  # fmt: skip
    return _answer(work, organization_id, made.object_id, conditions)


@uploads.delete("/{upload_id:uuid}", status_code=204, operation_id="abort_upload", summary="Abort an upload")
def abort_upload(work: Work, organization_id: OrganizationId, upload_id: UUID) -> None:
    """Its parts are forgotten."""
    files.abort_upload(work.connection, organization_id, upload_id)


def _read(work: Work, organization_id: UUID, object_id: UUID) -> FileShape:
    filters = {**NO_FILTER, "organization_id": organization_id, "object_id": object_id}
    return read_one(work.connection, FILES, FileShape, "file", **filters)


def _answer(work: Work, organization_id: UUID, object_id: UUID, conditions: Conditions) -> FileShape:
    found = _read(work, organization_id, object_id)
    return conditions.answer(found, version_of(found))
