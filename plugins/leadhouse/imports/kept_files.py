"""The bytes of imported files: kept in the organization's bucket of imports, so that they can be read again.

They stay as long as the bucket keeps files, are deleted with the organization, and when a person in them is erased. So
only what an erasure can search is kept: text, which is packed here, packed text and workbooks as they are, and of other
workbooks and XML the table as text, see `kept_tables`.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from psycopg import Connection

from leadhouse.files import objects
from leadhouse.files.content_types import SNIFF_BYTES, sniff
from leadhouse.files.store import CHUNK_BYTES, FileTooLargeError
from leadhouse.imports.kept_tables import as_text, is_unsearched
from leadhouse.imports.table import Table

BUCKET = "imports"
_PACKED = {"application/gzip", "application/zip"}
_NOT_KEPT = "The file is not kept and cannot be read again by replay_archive."
_UNSEARCHED = f"{_NOT_KEPT} Its form is one in which no erasure finds a person."
_TEXT = {"text/plain", "text/html"}


@dataclass(frozen=True, slots=True)
class Kept:
    """The file's hash (SHA-256, hex), and the object that holds its bytes, or a sentence that says why none does."""

    content_hash: str
    object_id: UUID | None
    note: str | None = None


def keep_file(
    connection: Connection[Any], organization_id: UUID, path: Path, month: str, table: Table | None = None
) -> Kept:
    """Store a file's bytes once for an organization and month (``2026-11``); the row stands or falls with the caller's.

    `table`: as the file was read, for one of which only that can be kept. Bytes whose row is never committed are swept
    with all others of that kind.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        kind = _kind(path, file.read(SNIFF_BYTES))
    key = f"imported/{month}/{digest}"
    if table is not None and is_unsearched(table):
        with as_text(table) as text:
            return (
                Kept(digest, None, _UNSEARCHED) if text is None else _kept(connection, organization_id, key, text, "")
            )
    if kind is None:
        return Kept(digest, None, _UNSEARCHED)
    return _kept(connection, organization_id, key, path, kind)


def _kept(connection: Connection[Any], organization_id: UUID, key: str, path: Path, kind: str) -> Kept:
    digest = key.rpartition("/")[2]
    try:
        stored = _find(connection, organization_id, key) or _put(connection, organization_id, key, path, kind)
    except (objects.FileMissingError, objects.FileRefusedError, FileTooLargeError) as error:
        # an import of the same bytes at the same time may have stored them meanwhile
        found = _find(connection, organization_id, key)
        return Kept(digest, found, None if found else f"{_NOT_KEPT} {error}")
    return Kept(digest, stored)


def _find(connection: Connection[Any], organization_id: UUID, key: str) -> UUID | None:
    try:
        return objects.find_by_key(connection, organization_id, BUCKET, key).object_id
    except objects.FileMissingError:
        return None


def _put(connection: Connection[Any], organization_id: UUID, key: str, path: Path, kind: str) -> UUID:
    is_packed = kind in _PACKED
    name, declared = (path.name, kind) if is_packed else (f"{path.name}.gz", "application/gzip")
    with _packed(path, is_packed=is_packed) as content:
        stored = objects.put(connection, organization_id, BUCKET, key, content, declared, original_name=name)
    return stored.object_id


@contextmanager
def kept_file(
    connection: Connection[Any], organization_id: UUID, object_id: UUID, name: str, content_hash: str
) -> Iterator[Path]:
    """The file as it was given, in a folder of its own that goes away again.

    Raises FileMissingError: it is past its time, was deleted or erased.
    """
    stored = objects.find(connection, organization_id, object_id)
    with objects.open_file(stored) as bytes_of, tempfile.TemporaryDirectory(prefix="leadhouse-import-") as folder:
        path = Path(folder) / (Path(name).name or "file")
        is_packed_here = stored.sha256 != content_hash
        with path.open("wb") as target, _unpacked(bytes_of) if is_packed_here else nullcontext(bytes_of) as source:
            shutil.copyfileobj(source, target, CHUNK_BYTES)
        yield path


def _kind(path: Path, start: bytes) -> str | None:
    """The type of a file whose words an erasure finds; None for any other."""
    found = sniff(start)
    if found == "application/zip":
        return None if _is_binary_workbook(path) else found
    return found if found in _PACKED | _TEXT else None


def _is_binary_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") and name.endswith(".bin") for name in archive.namelist())
    except zipfile.BadZipFile:
        return True


@contextmanager
def _packed(path: Path, *, is_packed: bool) -> Iterator[IO[bytes]]:
    with path.open("rb") as file, tempfile.SpooledTemporaryFile(max_size=1 << 24) as target:
        if is_packed:
            yield file
            return
        packed = cast("IO[bytes]", target)
        with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=packed, mtime=0) as packer:
            shutil.copyfileobj(file, packer, CHUNK_BYTES)
        target.seek(0)
        yield packed


def _unpacked(file: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    return cast("AbstractContextManager[IO[bytes]]", gzip.GzipFile(fileobj=file))
