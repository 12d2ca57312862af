"""The transaction that serves a request: on a pooled connection of the login `leadhouse_api`, as the caller.

Role and claims are local to the transaction and go out together with its begin. It is opened at the first use of
`CallerWork.connection`, committed before the answer begins to go out, and rolled back when the answer is a refusal.
What streams afterwards takes a transaction of its own (`caller_transaction`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, TupleRow, tuple_row
from psycopg_pool import ConnectionPool
from starlette.concurrency import run_in_threadpool

from leadhouse.api.caller import Caller
from leadhouse.api.connections import WAIT_SECONDS, pool
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.trips import ask_in_one_trip
from leadhouse.database.queries import load
from leadhouse.database.questions import Question
from leadhouse.identity.audit import Origin
from leadhouse.settings import settings


class CallerWork:
    """The work of one request. Not for several threads at once."""

    def __init__(self, caller: Caller, origin: Origin) -> None:
        self.caller, self.origin = caller, origin
        self._pool: ConnectionPool[Connection[DictRow]] | None = None
        self._connection: Connection[DictRow] | None = None
        self._turns: asyncio.Semaphore | None = None
        self._is_proved = False

    async def take_turn(self) -> None:
        """Waits until a connection is free for this work. Raises ProblemError (503) after some seconds."""
        turns = _turns_of(asyncio.get_running_loop())
        try:
            async with asyncio.timeout(WAIT_SECONDS if turns.locked() else None):
                await turns.acquire()
        except TimeoutError:
            detail = "The server is busy. Try again in a few seconds."
            raise ProblemError(Problem.UNAVAILABLE, detail, headers={"Retry-After": "5"}) from None
        self._turns = turns

    async def end(self, commit: bool) -> None:
        """As `finish`, away from the event loop, and the turn is the next one's."""
        try:
            if self._connection is not None:
                await run_in_threadpool(self.finish, commit)
        finally:
            turns, self._turns = self._turns, None
            if turns is not None:
                turns.release()

    @property
    def connection(self) -> Connection[DictRow]:
        """The connection, in the caller's transaction; rows are dictionaries, times UTC.

        Raises:
            ProblemError: 401 when the caller's session or key was ended.
            PoolTimeout: all connections are in use.
        """
        if self._connection is None:
            self._open()
        assert self._connection is not None
        return self._connection

    def ask(self, *questions: Question, is_last: bool = False) -> list[list[TupleRow]]:
        """The rows of each question, as tuples, in one way there and back with whatever begins the transaction.

        The questions need none of each other's answers. With `is_last` the transaction is over after them: for a
        request that only reads, and reads nothing more. Raises as `connection`.
        """
        if self._connection is None:
            return self._open(*questions, is_last=is_last)
        with self._connection.pipeline():
            asked = _ask(self._connection, questions, is_last)
        return [each.fetchall() for each in asked]

    async def ask_alone(self, *questions: Question) -> list[list[TupleRow]]:
        """The same as a transaction of its own, awaited in the event loop: for a request that reads nothing else.

        Raises as `connection`.
        """
        answers = await ask_in_one_trip(pool(), [*self._set_up_questions(), *questions])
        if not answers[1][0][0]:
            raise _ended()
        self._is_proved = True
        return answers[2:]

    def finish(self, commit: bool) -> None:
        """Ends the transaction, if there is one, and gives the connection back.

        An answer that needed no row is a live caller's, too. Raises as `connection`, and what the commit raises.
        """
        if commit and not self._is_proved:
            self._open()
        connection, self._connection = self._connection, None
        if connection is None or self._pool is None:
            return
        try:
            if commit:
                connection.commit()
            else:
                with suppress(psycopg.OperationalError):  # broken: the pool replaces it
                    connection.rollback()
        finally:
            self._pool.putconn(connection)

    def _open(self, *questions: Question, is_last: bool = False) -> list[list[TupleRow]]:
        self._pool = pool()
        connection = self._pool.getconn()
        try:
            try:
                is_live, asked = self._set_up(connection, questions, is_last)
            except psycopg.OperationalError:
                if not connection.broken:
                    raise
                self._pool.putconn(connection)  # the server was started anew meanwhile; no other is sure to live either
                self._pool.check()
                connection = self._pool.getconn()
                is_live, asked = self._set_up(connection, questions, is_last)
        except BaseException:
            with suppress(psycopg.Error):
                connection.rollback()
            self._pool.putconn(connection)
            raise
        self._connection = connection
        if not is_live:
            self.finish(commit=False)
            raise _ended()
        self._is_proved = True
        return [each.fetchall() for each in asked]

    def _set_up(
        self, connection: Connection[DictRow], questions: tuple[Question, ...], is_last: bool
    ) -> tuple[bool, list[Cursor[TupleRow]]]:
        """Begin, role, claims, whether the caller still lives, and the questions: one way there and back."""
        set_up, check = self._set_up_questions()
        with connection.pipeline():
            connection.execute(set_up.text, set_up.values)
            checked = connection.execute(check.text)
            asked = _ask(connection, questions, is_last)
        row = checked.fetchone()
        return bool(row and row["is_live"]), asked

    def _set_up_questions(self) -> tuple[Question, Question]:
        """Role and claims, then whether the caller still lives."""
        request = {"address": self.origin.address, "agent": self.origin.agent}
        values = {
            "claims": json.dumps(self.caller.claims),
            "request": json.dumps({name: value for name, value in request.items() if value}),
        }
        sql = load("api")
        return Question(sql.set_up_caller, values, is_kept=True), Question(sql.check_caller, {}, is_kept=True)


@contextmanager
def caller_transaction(caller: Caller, origin: Origin | None = None) -> Iterator[Connection[DictRow]]:
    """A transaction of the caller's outside of a request's own: for streams, which read long after their answer began.

    Commits at the end, rolls back on an exception. Raises as `CallerWork.connection`.
    """
    work = CallerWork(caller, origin or Origin())
    try:
        yield work.connection
    except BaseException:
        work.finish(commit=False)
        raise
    work.finish(commit=True)


def _ended() -> ProblemError:
    return ProblemError(
        Problem.NOT_SIGNED_IN, "This sign-in or key was ended. Sign in again.",
        headers={"WWW-Authenticate": 'Bearer realm="leadhouse", error="invalid_token"'},
    )  # fmt: skip


def _ask(connection: Connection[Any], questions: tuple[Question, ...], is_last: bool) -> list[Cursor[TupleRow]]:
    """Send the questions on a connection in pipeline mode; the answers are there when it ends."""
    asked = [connection.cursor(row_factory=tuple_row) for _ in questions]
    for cursor, question in zip(asked, questions, strict=True):
        cursor.execute(question.text, question.values, prepare=question.is_kept)
    if is_last:
        connection.execute("commit", prepare=False)
    return asked


def _turns_of(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    """A semaphore belongs to a loop; a server has one, a test one a request."""
    return _turns.setdefault(loop, asyncio.Semaphore(settings().api_connections))


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
