"""The bytes: any fsspec address, one file an object or part, named by ids that the database makes.

A file is written whole under a temporary name, synced, then named; its row is committed after. What has no row is
swept. A reader never meets a half-written file, and a name is never used twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from leadhouse.files.content_types import SNIFF_BYTES
from leadhouse.settings import settings

CHUNK_BYTES = 1024 * 1024
_NAME = re.compile(r"[0-9a-f-]{36}/[0-9a-f]{2}/[0-9a-f-]{36}")
_PARTIAL = ".partial"


class FileTooLargeError(ValueError):
    """More bytes than the bucket takes; nothing was kept."""


@dataclass(frozen=True)
class Written:
    """What was written: its size, SHA-256 (hex) and first bytes."""

    size_bytes: int
    sha256: str
    start: bytes


class Store:
    """Files under one address. Names are ``organization/xx/id`` of lower-case UUIDs, and nothing else is a name."""

    def __init__(self, root: str | None = None) -> None:
        self._fs, base = fsspec.core.url_to_fs(root or settings().files_root)
        self._base = base.rstrip("/")
        self._is_local = isinstance(self._fs, LocalFileSystem)

    def write(self, name: str, chunks: Iterable[bytes], max_bytes: int) -> Written:
        """Writes and syncs a file. Raises FileTooLargeError past `max_bytes`, keeping nothing."""
        path = self._path(name)
        partial = f"{path}.{secrets.token_hex(8)}{_PARTIAL}"
        if self._is_local:
            Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            written = self._write_partial(partial, chunks, max_bytes)
            self._fs.mv(partial, path)
        except BaseException:
            self._remove_quietly(partial)
            raise
        if self._is_local:
            _sync_folder(Path(path).parent)
        return written

    def open(self, name: str) -> IO[bytes]:
        """The file for reading, seekable. Raises FileNotFoundError."""
        return cast("IO[bytes]", self._fs.open(self._path(name), "rb"))

    def size(self, name: str) -> int | None:
        """Bytes of a file; None when there is none."""
        try:
            return int(self._fs.size(self._path(name)))
        except FileNotFoundError:
            return None

    def remove(self, names: Iterable[str]) -> int:
        """Removes files; those that are gone already do not count."""
        return sum(self._remove_quietly(self._path(name)) for name in names)

    def written_before(self, moment: datetime) -> Iterator[tuple[str, bool]]:
        """Names of files that were last written before `moment` (UTC), and whether each is a temporary one."""
        if not self._fs.exists(self._base):
            return
        for path in self._fs.find(self._base):
            name = str(path)[len(self._base) :].lstrip("/")
            is_partial = name.endswith(_PARTIAL)
            known = _NAME.match(name)
            if known and (is_partial or known.end() == len(name)) and self._modified(str(path)) < moment:
                yield name, is_partial

    def remove_partial(self, name: str) -> int:
        """Removes a temporary file that a killed writer left."""
        if not name.endswith(_PARTIAL):
            raise ValueError(f"{name!r} is no temporary file.")
        return int(self._remove_quietly(f"{self._base}/{name}"))

    def _write_partial(self, partial: str, chunks: Iterable[bytes], max_bytes: int) -> Written:
        digest, size, start = hashlib.sha256(), 0, b""
        with self._create(partial) as file:
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise FileTooLargeError(
                        f"The file has more than {max_bytes} bytes, the most its bucket takes. Nothing was stored."
                    )
                digest.update(chunk)
                start = start if len(start) >= SNIFF_BYTES else (start + chunk)[:SNIFF_BYTES]
                file.write(chunk)
            if self._is_local:
                file.flush()
                os.fsync(file.fileno())
        return Written(size, digest.hexdigest(), start)

    def _create(self, path: str) -> IO[bytes]:
        if self._is_local:
            return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        return cast("IO[bytes]", self._fs.open(path, "wb"))

    def _path(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a stored file; names are made of ids by the database.")
        return f"{self._base}/{name}"

    def _modified(self, path: str) -> datetime:
        moment: datetime = self._fs.modified(path)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _remove_quietly(self, path: str) -> bool:
        try:
            self._fs.rm_file(path)
        except FileNotFoundError:
            return False
        return True


def chunks_of(content: bytes | IO[bytes]) -> Iterator[bytes]:
    """Pieces of at most a mebibyte of bytes or of an open file."""
    if isinstance(content, bytes):
        yield from (content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES))
        return
    while chunk := content.read(CHUNK_BYTES):
        yield chunk


def _sync_folder(folder: Path) -> None:
    """The name of a new file is durable once its folder is (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
