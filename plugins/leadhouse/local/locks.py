"""A lock between processes of one machine, freed by the system when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path


class LockTimeoutError(RuntimeError):
    """Another process holds the lock for too long."""


@contextlib.contextmanager
def exclusive(path: Path, purpose: str, seconds: float = 120.0) -> Iterator[None]:
    """Hold the lock file `path` (made with its folder); wait for another holder up to `seconds`.

    Not re-entrant: a process that holds it and asks again waits for itself.

    Raises:
        LockTimeoutError: the message names the file and the purpose.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with path.open("w") as file:
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                raise LockTimeoutError(
                    f"Another process has held {path} ({purpose}) for {seconds:.0f} s. "
                    f"End it (`fuser {path}` names it) and try again."
                )
            time.sleep(0.05)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
