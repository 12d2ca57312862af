"""Who asked for what and when: in memory for tests, as JSON lines for people."""

from __future__ import annotations

import json
import time
from collections import deque
from pathlib import Path
from typing import TextIO, TypedDict


class Entry(TypedDict):
    """One request; `time` is seconds since the epoch, `path` includes the query.

    `retry_after` and `robots` are what the answer asked of its crawler: a pause, the rules (`demo.politeness`).
    """

    time: float
    host: str
    method: str
    path: str
    status: int
    bytes: int
    conditional: bool
    agent: str
    retry_after: str | None
    robots: str | None


class AccessLog:
    """The last 200,000 requests, and all of them in a file."""

    def __init__(self, path: Path | None = None) -> None:
        self.entries: deque[Entry] = deque(maxlen=200_000)
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None

    def add(
        self,
        host: str,
        method: str,
        path: str,
        status: int,
        size: int,
        headers: dict[str, str],
        retry_after: str | None = None,
        robots: str | None = None,
    ) -> None:
        """Record one request, written through at once so that a killed process loses none."""
        entry = Entry(
            time=time.time(), host=host, method=method, path=path, status=status, bytes=size,
            conditional="if-none-match" in headers or "if-modified-since" in headers,
            agent=headers.get("user-agent", ""), retry_after=retry_after, robots=robots,
        )  # fmt: skip
        self.entries.append(entry)
        if self._file:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()

    def of(self, host: str = "", since: float = 0.0) -> list[Entry]:
        """Entries of a host (all where empty) from an instant on."""
        return [entry for entry in self.entries if entry["time"] >= since and host in ("", entry["host"])]

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
