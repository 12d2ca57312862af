"""Objects of buckets: put, read, list, delete, restore.

Each function works within the transaction of its connection, under the role of whoever calls: a member reaches the
files of the own scope (resource ``files``, owner ``created_by``), the component `files` all. A key is a text that
people choose and never a path: where the bytes lie follows from the row's ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID, uuid4

from psycopg import Connection, errors

from leadhouse.database.queries import load
from leadhouse.files.content_types import is_plausible
from leadhouse.files.store import Store, Written, chunks_of

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")
LONGEST_KEY = 1024


class FileRefusedError(ValueError):
    """The file does not fit its bucket, its key is taken, or it is not what is declared; nothing was stored."""


class FileMissingError(LookupError):
    """No such bucket, object or upload within the caller's reach, or its bytes are gone."""


@dataclass(frozen=True)
class Bucket:
    """Where objects go, and what it takes. `organization_id` is None for the platform's."""

    bucket_id: UUID
    organization_id: UUID | None
    name: str
    max_bytes: int
    allowed_types: list[str]
    retention_days: int | None


@dataclass(frozen=True)
class StoredFile:
    """An object's row. Times are UTC; `sha256` is hexadecimal."""

    object_id: UUID
    organization_id: UUID
    bucket_id: UUID
    key: str
    original_name: str
    content_type: str
    size_bytes: int
    sha256: str
    storage_name: str
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime | None
    deleted_at: datetime | None


def put(
    connection: Connection[Any],
    organization_id: UUID,
    bucket: str,
    key: str,
    content: bytes | IO[bytes],
    content_type: str,
    *,
    original_name: str | None = None,
    expires_at: datetime | None = None,
    replace: bool = False,
) -> StoredFile:
    """Stores bytes under a key of a bucket. They are on disk before the row is written, and swept if it never commits.

    `content_type` without parameters, e.g. ``text/csv``; `original_name` is shown to people, the key's last part by
    default; `expires_at` can only shorten the bucket's retention; `replace` deletes the live object of that key.

    Raises:
        FileMissingError: no such bucket.
        FileRefusedError, FileTooLargeError: see there.
        psycopg.errors.InsufficientPrivilege: the caller may not create files there.
    """
    place, object_id = find_bucket(connection, organization_id, bucket), uuid4()
    check_request(place, key, content_type)
    wanted = {
        "organization_id": organization_id, "object_id": object_id, "bucket_id": place.bucket_id, "key": key,
        "original_name": safe_name(original_name or key), "content_type": content_type, "expires_at": expires_at,
    }  # fmt: skip
    return store_object(connection, place, wanted, chunks_of(content), replace=replace)


def find(connection: Connection[Any], organization_id: UUID, object_id: UUID) -> StoredFile:
    """A live object's row. Raises FileMissingError."""
    key = {"organization_id": organization_id, "object_id": object_id}
    return _found(connection.execute(load("files").find_object, key).fetchone(), str(object_id))


def find_by_key(connection: Connection[Any], organization_id: UUID, bucket: str, key: str) -> StoredFile:
    """The live object of a key. Raises FileMissingError."""
    place = find_bucket(connection, organization_id, bucket)
    wanted = {"organization_id": organization_id, "bucket_id": place.bucket_id, "key": key}
    return _found(connection.execute(load("files").find_object_by_key, wanted).fetchone(), f"{bucket}/{key}")


def list_files(
    connection: Connection[Any],
    organization_id: UUID,
    bucket: str,
    *,
    prefix: str = "",
    after: str = "",
    wanted: int = 100,
) -> list[StoredFile]:
    """Live objects whose key begins with `prefix`, by key, behind the key `after`; `wanted` of them at most."""
    place = find_bucket(connection, organization_id, bucket)
    key = {"organization_id": organization_id, "bucket_id": place.bucket_id, "prefix": prefix}
    rows = connection.execute(load("files").list_objects, {**key, "after": after, "wanted": wanted})
    return [StoredFile(**row) for row in rows]


def open_file(file: StoredFile) -> IO[bytes]:
    """The bytes of an object that `find` gave to the caller, seekable; to be closed by the caller.

    Raises FileMissingError when the store has no such file, or one of another size.
    """
    store = Store()
    size = store.size(file.storage_name)
    if size != file.size_bytes:
        raise FileMissingError(
            f"The bytes of file {file.object_id} ({file.original_name!r}) are {'gone' if size is None else 'damaged'}: "
            f"the store has {size or 0} of {file.size_bytes}. Restore {file.storage_name} from a backup of the store."
        )
    return store.open(file.storage_name)


def delete(connection: Connection[Any], organization_id: UUID, object_id: UUID) -> bool:
    """Deletes an object, to be restored until it is purged; False when the caller reaches no such live one."""
    key = {"organization_id": organization_id, "object_id": object_id}
    return connection.execute(load("files").delete_object, key).fetchone() is not None


def restore(connection: Connection[Any], organization_id: UUID, object_id: UUID) -> bool:
    """Brings a deleted object back; False when it is not deleted, purged, past its time or out of reach.

    Raises FileRefusedError when another object has its key by now.
    """
    key = {"organization_id": organization_id, "object_id": object_id}
    try:
        with connection.transaction():
            return connection.execute(load("files").restore_object, key).fetchone() is not None
    except errors.UniqueViolation as error:
        raise FileRefusedError(
            f"File {object_id} cannot be restored: its key is another file's now. Delete that one first."
        ) from error


def ensure_bucket(
    connection: Connection[Any],
    organization_id: UUID | None,
    name: str,
    *,
    max_bytes: int,
    allowed_types: list[str],
    retention_days: int | None = None,
) -> UUID:
    """Makes a bucket of an organization (None: the platform's) or changes its limits; the component's connection."""
    values = {"organization_id": organization_id, "name": name, "max_bytes": max_bytes}
    limits = {"allowed_types": allowed_types, "retention_days": retention_days}
    [row] = connection.execute(load("files").insert_bucket, {**values, **limits})
    return UUID(str(row["bucket_id"]))


def find_bucket(connection: Connection[Any], organization_id: UUID, bucket: str) -> Bucket:
    """The organization's bucket of that name, else the platform's. Raises FileMissingError."""
    key = {"organization_id": organization_id, "bucket": bucket}
    row = connection.execute(load("files").find_bucket, key).fetchone()
    if row is None:
        raise FileMissingError(
            f"There is no bucket {bucket!r} for you in organization {organization_id}. The platform's are imports, "
            "exports and attachments; your role must reach files."
        )
    return Bucket(**row)


def check_request(bucket: Bucket, key: str, content_type: str) -> None:
    """What can be refused before a byte is read. Raises FileRefusedError."""
    if not 0 < len(key) <= LONGEST_KEY or _CONTROL.search(key):
        raise FileRefusedError(f"A key has 1 to {LONGEST_KEY} characters and no control characters.")
    if content_type not in bucket.allowed_types:
        raise FileRefusedError(
            f"The bucket {bucket.name!r} takes no {content_type}. It takes: {', '.join(bucket.allowed_types)}."
        )


def safe_name(name: str) -> str:
    """A file's name as people may be shown it: the last part, without control characters, 255 characters at most."""
    last = re.split(r"[/\\]", name)[-1]
    return _UNSAFE.sub("_", last)[-255:] or "file"


def storage_name(organization_id: UUID, file_id: UUID) -> str:
    """What the database calls the file of a row of that id (its generated column)."""
    return f"{organization_id}/{str(file_id)[:2]}/{file_id}"


def store_object(
    connection: Connection[Any],
    bucket: Bucket,
    wanted: dict[str, Any],
    chunks: Iterable[bytes],
    *,
    replace: bool = False,
) -> StoredFile:
    """Writes the bytes, then the row `wanted`; removes the bytes when they or the row are refused.

    Raises FileRefusedError, FileTooLargeError; see `put`.
    """
    store, name = Store(), storage_name(wanted["organization_id"], wanted["object_id"])
    written = store.write(name, chunks, bucket.max_bytes)
    try:
        if not is_plausible(wanted["content_type"], written.start):
            raise FileRefusedError(
                f"The file is declared as {wanted['content_type']}, but its content is something else. Declare what it "
                "is, or convert it. Nothing was stored."
            )
        return _insert_object(connection, wanted, written, replace=replace)
    except BaseException:
        store.remove([name])
        raise


def _insert_object(
    connection: Connection[Any], wanted: dict[str, Any], written: Written, *, replace: bool
) -> StoredFile:
    queries = load("files")
    values = {**wanted, "size_bytes": written.size_bytes, "sha256": written.sha256}
    try:
        with connection.transaction():
            if replace:
                connection.execute(queries.delete_former, values)
            row = connection.execute(queries.insert_object, values).fetchone()
    except errors.UniqueViolation as error:
        raise FileRefusedError(
            f"The key {wanted['key']!r} is taken in this bucket. Choose another, or replace the file if it is yours."
        ) from error
    return _found(row, str(wanted["object_id"]))


def _found(row: dict[str, Any] | None, label: str) -> StoredFile:
    if row is None:
        raise FileMissingError(f"There is no file {label} within your reach.")
    return StoredFile(**row)
