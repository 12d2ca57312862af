"""The hashes of erased people beside the backups: a database restored from before an erasure gets them back.

One JSON object a line, appended and synced before anything is erased, never rewritten. It holds no personal data, and
without the erasure key nobody can tell whom it means.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import queries
from leadhouse.operations.backups import backup_folder
from leadhouse.suppression.erased_keys import Token, key_hash

NAME = "erased_keys.jsonl"


def key_file() -> Path:
    """Where the file is."""
    return backup_folder() / NAME


def append_keys(tokens: Iterable[Token], erasure_id: UUID) -> int:
    """Append what is not in the file yet; durable when it returns. Raises OSError, as where the disk is full."""
    known = {key for key, _, _ in _read()}
    lines = [
        json.dumps({"key": key_hash(token).hex(), "kind": token.kind, "erasure_id": str(erasure_id)}) + "\n"
        for token in sorted(tokens, key=lambda token: (token.kind, token.value))
    ]
    fresh = [line for line in lines if json.loads(line)["key"] not in known]
    path = key_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # a line that a killed writer left unfinished is ended first
        torn = path.stat().st_size and not path.read_bytes().endswith(b"\n")
        _write(descriptor, (("\n" if torn else "") + "".join(fresh)).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)
    return len(fresh)


def insert_keys(connection: Connection[Any], tokens: Iterable[Token], erasure_id: UUID) -> int:
    """The same into the database; from the caller's commit on, landings keep the person out."""
    rows: list[tuple[bytes, str, UUID]] = [(key_hash(token), token.kind, erasure_id) for token in tokens]
    return _insert(connection, rows)


def restore_keys(connection: Connection[Any]) -> int:
    """Give the database the keys of the file that it lacks; how many."""
    return _insert(connection, [(bytes.fromhex(key), kind, erasure_id) for key, kind, erasure_id in _read()])


def _write(descriptor: int, content: bytes) -> None:
    """All of it: one call writes a part where the disk is nearly full, and says so by its result alone."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folder(folder: Path) -> None:
    """A new file's name is durable when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _insert(connection: Connection[Any], rows: list[tuple[bytes, str, UUID]]) -> int:
    columns = {
        "hashes": [key for key, _, _ in rows],
        "kinds": [kind for _, kind, _ in rows],
        "erasures": [erasure_id for _, _, erasure_id in rows],
    }
    return connection.execute(queries.load("privacy").insert_keys, columns).rowcount


def _read() -> list[tuple[str, str, UUID]]:
    """Key (hex), kind and erasure of every whole line."""
    path = key_file()
    if not path.exists():
        return []
    found = []
    for line in path.read_text().splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue  # torn by a kill: its keys were not relied on, the erasure had not begun
        found.append((row["key"], row["kind"], UUID(row["erasure_id"])))
    return found
