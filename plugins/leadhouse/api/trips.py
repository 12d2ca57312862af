"""A transaction that only reads, in one way there and back: its statements go out together and end with one Sync.

Between two Syncs PostgreSQL takes statements of the extended protocol for one transaction (manual, "Message Flow",
"Pipelining"): it is over with the last of them, whatever came of it, and leaves neither role nor claims behind. libpq's
pipeline is spoken here without psycopg's cursors, which wait for the socket after each statement: in a thread each wait
gives the interpreter away and queues for it again, and seven of them took longer than Postgres did.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import Connection, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout
from starlette.concurrency import run_in_threadpool

from leadhouse.database.questions import Question

AT_ONCE_SECONDS = 0.001  # that the event loop waits for the pool
MOST_PREPARED = 100  # statements of a connection; what comes later is planned each time

_PARAMETER = re.compile(r"%(?:%|\((\w+)\)s)?")
_Answers = list[list[TupleRow]]
_Key = tuple[bytes, tuple[int, ...]]
_FAILED = frozenset({pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE})
_STALE = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.FeatureNotSupported)
_numbers = itertools.count(1)
_prepared: WeakKeyDictionary[Connection[Any], dict[_Key, bytes]] = WeakKeyDictionary()


class _Trip:
    """One way there and back. Not for several threads at once; the connection is nobody else's meanwhile."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection, self._libpq = connection, connection.pgconn
        self._adapts = Transformer(connection)
        self._names = _prepared.setdefault(connection, {})
        self._sent: deque[tuple[_Key, bytes] | None] = deque()  # of each result to come: the plan it makes, if any
        self._answers: _Answers = []
        self._failure: pq.abc.PGresult | None = None

    def send(self, questions: Sequence[Question]) -> None:
        """Put everything into libpq's hands."""
        self._libpq.enter_pipeline_mode()
        for each in questions:
            self._put(each)
        self._libpq.pipeline_sync()

    def is_out(self) -> bool:
        """Whether all of it has gone out; what the socket does not take now has to be offered again."""
        return not self._libpq.flush()

    def has_come(self) -> bool:
        """Take in what is there; true behind the last answer."""
        libpq = self._libpq
        libpq.consume_input()
        while not libpq.is_busy():
            result = libpq.get_result()
            if result is None:  # the end of one statement's results
                if libpq.status == pq.ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection was lost")
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                libpq.exit_pipeline_mode()
                return True
            self._take(result)
        return False

    def answers(self) -> _Answers:
        """The rows of each question. Raises psycopg.Error as the statement that failed."""
        if self._failure is not None:
            self._names.clear()  # they may be what failed; those that are there are made again under new names
            raise error_from_result(self._failure, self._connection.info.encoding)
        return self._answers

    def _put(self, asked: Question) -> None:
        text, names = _numbered(asked.text.as_string(self._connection))
        adapts = self._adapts
        values = adapts.dump_sequence([asked.values[name] for name in names], [PyFormat.AUTO] * len(names))
        types = adapts.types or ()
        key = (text, types)
        name = self._names.get(key) if asked.is_kept else None
        if name is None and asked.is_kept and len(self._names) < MOST_PREPARED:
            name = b"trip_%d" % next(_numbers)
            self._libpq.send_prepare(name, text, types)
            self._sent.append((key, name))
        if name is None:
            self._libpq.send_query_params(text, values, types, adapts.formats)
        else:
            self._libpq.send_query_prepared(name, values, adapts.formats)
        self._sent.append(None)

    def _take(self, result: pq.abc.PGresult) -> None:
        if result.status in _FAILED:
            self._failure = self._failure or result
        made = self._sent.popleft()
        if made is not None:
            if result.status == pq.ExecStatus.COMMAND_OK:
                self._names[made[0]] = made[1]
        elif result.status == pq.ExecStatus.TUPLES_OK:
            self._adapts.set_pgresult(result)
            self._answers.append(self._adapts.load_rows(0, result.ntuples, tuple))


@lru_cache(maxsize=1000)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with ``$1`` for ``%(name)s``, and the names in their order.

    Raises:
        ValueError: a percent sign that is neither a parameter's nor doubled.
    """
    places: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        if found[0] == "%":
            raise ValueError(f"A percent sign stands alone at {found.start()} of: {text}")
        return f"${places.setdefault(found[1], len(places) + 1)}" if found[1] else "%"

    return _PARAMETER.sub(place, text).encode(), tuple(places)


async def ask_in_one_trip(source: ConnectionPool[Connection[Any]], questions: Sequence[Question]) -> _Answers:
    """The rows of each question, on a connection of the pool, which is in no transaction before and after.

    Whoever is cancelled meanwhile leaves a closed connection, which the pool replaces.

    Raises:
        psycopg.Error: of the first statement that failed.
        PoolTimeout: all connections are in use.
    """
    connection = await _free_connection(source)
    try:
        return await _ask(source, connection, questions)
    except _STALE:  # psycopg deallocates all plans after a rollback, these too; or what they return was changed
        planned_anew = [replace(each, is_kept=False) for each in questions]
        return await _ask(source, await _free_connection(source), planned_anew)
    except psycopg.OperationalError:
        if not connection.broken:
            raise
    await run_in_threadpool(source.check)  # the server was started anew meanwhile; no other is sure to live either
    return await _ask(source, await run_in_threadpool(source.getconn), questions)


async def _free_connection(source: ConnectionPool[Connection[Any]]) -> Connection[Any]:
    """One that is free, else, waited for in a thread, a new one."""
    with suppress(PoolTimeout):
        return source.getconn(AT_ONCE_SECONDS)
    return await run_in_threadpool(source.getconn)


async def _ask(
    source: ConnectionPool[Connection[Any]], connection: Connection[Any], questions: Sequence[Question]
) -> _Answers:
    """On this connection, which goes back to the pool."""
    trip, loop, file = _Trip(connection), asyncio.get_running_loop(), connection.fileno()
    try:
        trip.send(questions)
        while not trip.is_out():
            await _ready(loop.add_writer, loop.remove_writer, file)
            trip.has_come()
        while not trip.has_come():
            await _ready(loop.add_reader, loop.remove_reader, file)
    except BaseException:
        if not connection.broken:
            connection.close()  # answers may still come, and would be taken for those of the next
        raise
    finally:
        source.putconn(connection)
    return trip.answers()


async def _ready(add: Any, remove: Any, file: int) -> None:
    ready = asyncio.get_running_loop().create_future()
    add(file, _is_ready, ready)
    try:
        await ready
    finally:
        remove(file)


def _is_ready(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
