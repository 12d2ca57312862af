"""Uploads in parts: begun, sent in any order and again, then completed into an object or aborted.

Part numbers run from 1 to 10,000 without a gap by the end; an etag is the part's SHA-256 in hexadecimal. An upload that
is neither completed nor aborted within its time is aborted by the sweep. Like `objects`, all of it runs in the
transaction and under the role of the connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256 as new_sha256
from typing import IO, Any
from uuid import UUID, uuid4

from psycopg import Connection

from leadhouse.database.queries import load
from leadhouse.files.objects import (
    Bucket,
    FileMissingError,
    FileRefusedError,
    StoredFile,
    check_request,
    find_bucket,
    safe_name,
    storage_name,
    store_object,
)
from leadhouse.files.store import Store, chunks_of

LIFETIME = timedelta(days=1)
MOST_PARTS = 10_000


@dataclass(frozen=True)
class Part:
    """A part that is stored."""

    part_number: int
    size_bytes: int
    etag: str


def start_upload(
    connection: Connection[Any],
    organization_id: UUID,
    bucket: str,
    key: str,
    content_type: str,
    *,
    original_name: str | None = None,
    lifetime: timedelta = LIFETIME,
) -> UUID:
    """Begins an upload and returns its id. Raises as `put`."""
    place = find_bucket(connection, organization_id, bucket)
    check_request(place, key, content_type)
    [row] = connection.execute(
        load("files").insert_upload,
        {"organization_id": organization_id, "bucket_id": place.bucket_id, "key": key, "content_type": content_type,
         "original_name": safe_name(original_name or key), "lifetime": lifetime},
    )  # fmt: skip
    return UUID(str(row["upload_id"]))


def upload_part(
    connection: Connection[Any], organization_id: UUID, upload_id: UUID, part_number: int, content: bytes | IO[bytes]
) -> Part:
    """Stores one part, or replaces it; parts of one upload are stored one after the other.

    Raises:
        FileMissingError: no such open upload within reach.
        FileRefusedError: an empty part, or a number outside 1 to 10,000.
        FileTooLargeError: with the other parts it is more than the bucket takes.
    """
    if not 1 <= part_number <= MOST_PARTS:
        raise FileRefusedError(f"Part {part_number} is refused: parts are numbered from 1 to {MOST_PARTS}.")
    queries, upload, part_id = load("files"), _open_upload(connection, organization_id, upload_id), uuid4()
    key = {"organization_id": organization_id, "upload_id": upload_id, "part_number": part_number, "part_id": part_id}
    [others] = connection.execute(queries.sum_parts, key)
    room = _bucket_of(connection, upload).max_bytes - others["size_bytes"]
    store, name = Store(), storage_name(organization_id, part_id)
    written = store.write(name, chunks_of(content), room)
    try:
        if not written.size_bytes:
            raise FileRefusedError(f"Part {part_number} is empty. Send its bytes, or leave it out.")
        connection.execute(queries.put_part, {**key, "size_bytes": written.size_bytes, "etag": written.sha256})
    except BaseException:
        store.remove([name])
        raise
    return Part(part_number, written.size_bytes, written.sha256)


def list_parts(connection: Connection[Any], organization_id: UUID, upload_id: UUID) -> list[Part]:
    """The stored parts by number, so that an interrupted sender knows what is still to be sent."""
    key = {"organization_id": organization_id, "upload_id": upload_id}
    rows = connection.execute(load("files").list_parts, key)
    return [Part(row["part_number"], row["size_bytes"], row["etag"]) for row in rows]


def complete_upload(
    connection: Connection[Any],
    organization_id: UUID,
    upload_id: UUID,
    *,
    size_bytes: int,
    sha256: str | None = None,
    replace: bool = False,
) -> StoredFile:
    """Joins the parts into an object, checking each part's etag and the whole's size and, where given, SHA-256.

    The parts' bytes are removed by the sweep, once this has committed.

    Raises:
        FileMissingError: no such open upload within reach, or a part's bytes are gone.
        FileRefusedError: a part is missing or damaged, size or hash differ, the key is taken, the type is another one.
        FileTooLargeError: more than the bucket takes.
    """
    queries, upload = load("files"), _open_upload(connection, organization_id, upload_id)
    key = {"organization_id": organization_id, "upload_id": upload_id}
    parts = connection.execute(queries.list_parts, key).fetchall()
    _require_whole(parts, size_bytes)
    wanted = {
        name: upload[name] for name in ("organization_id", "bucket_id", "key", "original_name", "content_type")
    } | {"object_id": uuid4(), "expires_at": None}
    chunks = _verified(_joined(parts), sha256)
    file = store_object(connection, _bucket_of(connection, upload), wanted, chunks, replace=replace)
    connection.execute(queries.complete_upload, {**key, "object_id": file.object_id})
    return file


def abort_upload(connection: Connection[Any], organization_id: UUID, upload_id: UUID) -> None:
    """Ends an upload; its parts are forgotten, their bytes swept. Raises FileMissingError."""
    queries, key = load("files"), {"organization_id": organization_id, "upload_id": upload_id}
    _open_upload(connection, organization_id, upload_id)
    connection.execute(queries.delete_parts, key)
    connection.execute(queries.abort_upload, key)


def _open_upload(connection: Connection[Any], organization_id: UUID, upload_id: UUID) -> dict[str, Any]:
    key = {"organization_id": organization_id, "upload_id": upload_id}
    row: dict[str, Any] | None = connection.execute(load("files").lock_upload, key).fetchone()
    if row is None or row["state"] != "open":
        state = row["state"] if row else "not there within your reach"
        raise FileMissingError(f"Upload {upload_id} is {state}; begin a new one.")
    return row


def _bucket_of(connection: Connection[Any], upload: dict[str, Any]) -> Bucket:
    row = connection.execute(load("files").find_bucket_by_id, {"bucket_id": upload["bucket_id"]}).fetchone()
    if row is None:
        raise FileMissingError(f"The bucket of upload {upload['upload_id']} is out of your reach.")
    return Bucket(**row)


def _require_whole(parts: list[dict[str, Any]], size_bytes: int) -> None:
    missing = sorted(set(range(1, len(parts) + 1)) - {part["part_number"] for part in parts})
    if not parts or missing:
        raise FileRefusedError(f"The upload lacks part {missing[0] if missing else 1}. Send it, then complete again.")
    total = sum(part["size_bytes"] for part in parts)
    if total != size_bytes:
        raise FileRefusedError(f"The parts have {total} bytes together, not {size_bytes}. Send the missing ones again.")


def _joined(parts: list[dict[str, Any]]) -> Iterator[bytes]:
    store = Store()
    for part in parts:
        try:
            file = store.open(part["storage_name"])
        except FileNotFoundError:
            raise FileMissingError(f"The bytes of part {part['part_number']} are gone. Send it again.") from None
        digest = new_sha256()
        with file:
            for chunk in chunks_of(file):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != part["etag"]:
            raise FileRefusedError(f"Part {part['part_number']} was damaged in the store. Send it again.")


def _verified(chunks: Iterable[bytes], sha256: str | None) -> Iterator[bytes]:
    digest = new_sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if sha256 is not None and digest.hexdigest() != sha256.lower():
        raise FileRefusedError("The joined file has another SHA-256 than announced. Send the parts again.")
