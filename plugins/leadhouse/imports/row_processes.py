"""Many rows at once: processes beside this one, each with what was settled for the table, read one chunk after another.

They are forked, which costs milliseconds where a new interpreter with the component's tables takes a second of CPU.
A process with several threads is not forked (a lock that another thread holds would stay locked): it reads by itself.
What a process that ended owes is read by this one: that costs time and no row. (With one of its processes the whole of
a `ProcessPoolExecutor` is lost, and a `multiprocessing.Pool` waits for its answer for ever.)
"""

from __future__ import annotations

import marshal
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

LEAST_BYTES = 1 << 20  # of a file for which a fork is worth while: some thousand rows
AHEAD = 2  # chunks that wait beside those that are being read

Read = Callable[[Any], Any]  # from values that `marshal` takes to such values


def processes_for(size: int) -> int:
    """How many processes should read a file of so many bytes; 0: this one alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    is_worth_it = size >= LEAST_BYTES and cores > 1 and hasattr(os, "fork") and threading.active_count() == 1
    return cores if is_worth_it else 0


class RowProcesses:
    """Forked processes that apply one function; they end with the block. Fork before you start threads."""

    def __init__(self, read: Read, count: int) -> None:
        self._read, self._count = read, count
        self._ids: list[int] = []
        self._pipes: list[Connection[Any, Any]] = []
        self._idle: SimpleQueue[Connection[Any, Any]] = SimpleQueue()

    def __enter__(self) -> Self:
        for _ in range(self._count):
            ours, theirs = Pipe()
            child = os.fork()
            if child == 0:
                _serve(self._read, theirs, [*self._pipes, ours])
            theirs.close()
            self._ids.append(child)
            self._pipes.append(ours)
            self._idle.put(ours)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pipe in self._pipes:
            pipe.close()  # which ends the process
        for each in self._ids:
            with suppress(ChildProcessError):
                os.waitpid(each, 0)

    def map(self, chunks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Each chunk with what the function makes of it, in order; some chunks are taken ahead."""
        waiting: deque[tuple[Any, Future[Any]]] = deque()
        with ThreadPoolExecutor(self._count) as askers:
            try:
                for chunk in chunks:
                    waiting.append((chunk, askers.submit(self._ask, chunk)))
                    if len(waiting) > self._count + AHEAD:
                        yield self._answered(*waiting.popleft())
                while waiting:
                    yield self._answered(*waiting.popleft())
            finally:
                for _, future in waiting:
                    future.cancel()

    def _ask(self, chunk: Any) -> Any:
        pipe = self._idle.get()
        try:
            pipe.send_bytes(marshal.dumps(chunk))
            return marshal.loads(pipe.recv_bytes())  # noqa: S302 - from a process of our own
        except (EOFError, OSError):
            return None
        finally:
            self._idle.put(pipe)

    def _answered(self, chunk: Any, answer: Future[Any]) -> tuple[Any, Any]:
        found = answer.result()
        return chunk, self._read(chunk) if found is None else found


def _serve(read: Read, pipe: Connection[Any, Any], others: Iterable[Connection[Any, Any]]) -> None:
    """Answers until nobody asks; never returns, and leaves alone what was open in the process that was forked."""
    try:
        for each in others:
            each.close()
        while True:
            chunk = marshal.loads(pipe.recv_bytes())  # noqa: S302 - from the process that forked this one
            pipe.send_bytes(marshal.dumps(read(chunk)))
    finally:
        os._exit(0)
