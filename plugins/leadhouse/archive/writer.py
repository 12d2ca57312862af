"""Appends exchanges to WARC files that nobody else writes.

A file is named by its run, shard and a serial, created exclusively and never opened again, so that a retry cannot
overwrite what a former try kept. Rows that point into a file may be committed after `sync` alone.
"""

from __future__ import annotations

import os
from io import FileIO
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from leadhouse.archive.records import Exchange, Position, information_member, members

MAX_BYTES = 64 * 1024 * 1024
SOFTWARE = "leadhouse"


class ArchiveWriter:
    """The one writer of a process for ``<root>/<name>-<serial>.warc.gz``.

    On a local disk a file grows record by record and `sync` is fsync: what was written survives the death of the
    process. An object store knows whole objects only, so there `sync` uploads what has gathered as one file.
    """

    def __init__(self, root: str, name: str, *, max_bytes: int = MAX_BYTES) -> None:
        self._fs, base = fsspec.core.url_to_fs(root)
        self._stem = f"{base.rstrip('/')}/{name}"
        self._max_bytes = max_bytes
        self._serial = 0
        self._is_local = isinstance(self._fs, LocalFileSystem)
        self._file: FileIO | None = None
        self._gathered: list[bytes] = []
        self._path, self._uri, self._size = "", "", 0

    def write(self, exchange: Exchange) -> Position:
        """Append one exchange (response, then request). Durable after the next `sync`."""
        response, request = members(exchange)
        if self._path and self._size + len(response) + len(request) > self._max_bytes:
            self._finish()
        if not self._path:
            self._begin()
        position = Position(self._uri, self._size, len(response))
        self._append(response + request)
        return position

    def sync(self) -> None:
        """Returns when every position handed out so far can be read after a power cut."""
        if self._file is not None:
            os.fsync(self._file.fileno())
        elif self._gathered:
            self._finish()

    def close(self) -> None:
        """Sync and let go of the file."""
        self._finish()

    def _begin(self) -> None:
        while True:
            self._path = f"{self._stem}-{self._serial:05d}.warc.gz"
            self._serial += 1
            if self._is_local:
                self._fs.makedirs(os.path.dirname(self._path), exist_ok=True)  # noqa: PTH120
                try:
                    self._file = open(self._path, "xb", buffering=0)  # noqa: PTH123, SIM115
                except FileExistsError:
                    continue
                _sync_folder(self._path)
                break
            if not self._fs.exists(self._path):
                break
        self._uri, self._size = self._fs.unstrip_protocol(self._path), 0
        self._append(information_member(self._path.rpartition("/")[2], SOFTWARE))

    def _append(self, data: bytes) -> None:
        if self._file is not None:
            _write_whole(self._file, data)  # to the kernel: a killed process loses nothing
        else:
            self._gathered.append(data)
        self._size += len(data)

    def _finish(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
        elif self._gathered:
            self._fs.pipe_file(self._path, b"".join(self._gathered))
            self._gathered.clear()
        self._path, self._size = "", 0

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _write_whole(file: FileIO, data: bytes) -> None:
    """All of it: a file without a buffer may take a part (write(2))."""
    written = file.write(data)
    while written < len(data):
        data = data[written:]
        written = file.write(data)


def _sync_folder(path: str) -> None:
    """The name of a new file is durable once its folder is (fsync(2))."""
    folder = os.open(os.path.dirname(path), os.O_RDONLY)  # noqa: PTH120
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
