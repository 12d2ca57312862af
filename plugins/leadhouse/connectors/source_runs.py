"""One run of a source that is read call by call: pages are asked for, kept, landed and paid for, one after the other.

A page has three steps. A charged call is written and its price reserved before it is sent; the answer's bytes are in
the archive before a row points at them; the statements, the price that was taken, and where to go on are committed
together. So a run that is killed has landed whole pages, and its next try serves the charged answers it had from the
archive instead of paying again, the last one too, which had not landed (`leadhouse.connectors.lost_calls`). A run that
did not come to the end of its source is gone on with (`leadhouse.connectors.unfinished_reading`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from leadhouse.archive import ArchiveWriter, Exchange, Position, read_exchange
from leadhouse.connectors.api_client import Patience
from leadhouse.connectors.api_connector import Answer, ApiConnector, Call, Page, SourceOf
from leadhouse.connectors.call_ledger import CallLedger, Claim
from leadhouse.connectors.found_sites import request_crawl
from leadhouse.connectors.lost_calls import FoundAnswer, find_lost_answers, new_archive_name
from leadhouse.connectors.source_errors import Reason, SourceError
from leadhouse.connectors.source_landing import Pending, SourceLanding
from leadhouse.connectors.source_notices import tell_run
from leadhouse.connectors.source_types import find_type, open_connector, without_secrets
from leadhouse.connectors.stored_sources import find_source, note_result, open_secret
from leadhouse.connectors.unfinished_reading import open_reading
from leadhouse.database import connect, free_and_close, queries
from leadhouse.landing.watching import Limits
from leadhouse.settings import settings

_KEPT_PRIVATE = frozenset({"set-cookie", "authorization", "www-authenticate"})


UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class SourceBusyError(RuntimeError):
    """Another process reads the source now; nothing was done."""


@dataclass(frozen=True)
class SourceSummary:
    """What a run did. `reason` is ``works`` where it came to its end; else why it stopped, with `detail` for a person.

    Records: received = landed + known + quarantined. `eur` is what was charged, or may have been. `resumed` are answers
    of earlier runs of the same reading, which were not asked for again.
    """

    source_key: str
    calls: int
    received: int
    landed: int
    known: int
    quarantined: int
    retracted: int
    eur: Decimal
    reason: Reason
    detail: str
    crawl_job_id: UUID | None = None  # of the sites that were found and that nobody crawled yet
    resumed: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether everything was read that was to be."""
        return self.reason == "works"

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "eur": float(self.eur),
            "crawl_job_id": str(self.crawl_job_id) if self.crawl_job_id else None,
        }


class _EnoughError(Exception):
    """The run has what it may have."""


def run_source(
    source: str,
    run_on: date,
    run_id: str,
    *,
    patience: Patience | None = None,
    before_call: Callable[[], None] = lambda: None,
    anew: bool = False,
) -> SourceSummary:
    """Reads a source (by key or id) and lands what it states, private to its organization.

    Where the last run did not come to its end, this one goes on with it; `anew`: it begins again. `before_call` is
    asked at each safe point, and ends the run by raising: what has landed stays.

    Raises:
        LookupError: there is no such source.
        SourceBusyError: it is being read, or the session that kept others from it was lost on the way.
        SourceError: it cannot be read at all: its parameters, its credentials, its address. What goes wrong later
            stands in the summary.
    """
    row = find_source(source)
    connection = connect("imports", autocommit=True)
    try:
        held = connection.execute(_sql().lock_source, {"source_key": row["source_key"]}).fetchone()
        if not held or not held["is_mine"]:
            raise SourceBusyError(f"The source {row['source_key']} is being read now; its next run goes on from there.")
        row = find_source(source)  # as the run before has left it

        def ask_first() -> None:
            before_call()
            _require_session(connection, row["source_key"])

        return _Run(row, run_on, run_id, ask_first, patience, anew).run()
    finally:
        free_and_close(connection)  # another run may begin at once


def _require_session(connection: Connection[Any], source_key: str) -> None:
    """The lock is the session's: when the server or a pooler has ended that, another reader may have begun."""
    try:
        connection.execute("select")
    except psycopg.OperationalError as error:
        raise SourceBusyError(
            f"The source {source_key} may be read by another now: the database ended the session that held it. "
            "What has landed stays; its next run goes on from there."
        ) from error


@dataclass
class _Run:
    """One run of `run_source`."""

    row: dict[str, Any]
    run_on: date
    run_id: str
    before_call: Callable[[], None]
    patience: Patience | None
    anew: bool = False
    calls: int = 0
    settled: int = 0
    fresh_records: int = 0
    pending: Pending | None = None
    last_answer: Answer | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        key, organization_id = self.row["source_key"], self.row["organization_id"]
        kind = find_type(self.row["kind"])
        self.connector: ApiConnector = open_connector(
            kind, SourceOf(key, organization_id, self.row["read_state"]), self.row["config"], open_secret(self.row),
            ask=self._ask, patience=self.patience,
        )  # fmt: skip
        self._archive = ArchiveWriter(settings().archive_root, new_archive_name(key, self.run_on))
        self._ledger = CallLedger(key, organization_id, kind.name, self.run_on, self.run_id, self.connector.parameters)
        self._landed = SourceLanding(self.row, self.connector, self._ledger, self.run_on, self.run_id)
        self._reading = open_reading(self.row, anew=self.anew)

    def run(self) -> SourceSummary:
        self._ledger.mark_lost()
        self._lost = find_lost_answers(settings().archive_root, self.row, self.run_on, self._reading.since)
        reason, detail, is_read = "works", "Everything was read.", False
        try:
            for page in self.connector.pages():
                self._land(page)
            is_read = True
            if self._reading.is_of_one_day:
                self._landed.retract()
        except _EnoughError as enough:
            reason, detail = "over_budget", str(enough)
        except SourceError as error:
            reason, detail = error.reason, without_secrets(str(error), self.connector.credentials)
            self._landed.land_unread(self.pending, detail)
        except UNREADABLE as error:  # an answer of a form that nobody has thought of
            reason, detail = "malformed", f"An answer could not be read: {type(error).__name__}: {error}"[:500]
            self._landed.land_unread(self.pending, detail)
        finally:
            self.connector.close()
            self._archive.close()
        left: Any = "works" if is_read else reason  # a list that was read and is not believed is read anew
        self._reading.leave(left, self.last_answer, has_gone_on=self.fresh_records > 0)
        if reason in ("works", "over_budget"):
            self._execute("move_due_time", run_on=self.run_on)
        note_result(self.row, reason, detail)  # type: ignore[arg-type]
        parameters = self.connector.parameters
        tell_run(
            self.row, self.run_id, reason, detail, len(self._landed.unit_keys), self.started_at,  # type: ignore[arg-type]
            Limits.of(parameters.watch), is_read=is_read, is_countable=getattr(parameters, "incremental", None) is None,
        )  # fmt: skip
        sites = self._landed.sites if self.connector.discovers else {}
        crawl_job_id = request_crawl(self.row, sites, self.run_on, self.run_id)
        return self._summary(reason, detail, crawl_job_id)  # type: ignore[arg-type]

    def _land(self, page: Page) -> None:
        """Lands a page; one that an earlier run has landed is only counted among what the source names."""
        if page.answer.fetch_id in self._reading.served:
            self._landed.note_named(page)
            return
        before = self._landed.counts["received"]
        self._landed.land(page, self.pending or Pending(None, page.answer, None))
        self.pending = None
        self.fresh_records += self._landed.counts["received"] - before
        if self.fresh_records >= self.connector.parameters.max_records:
            raise _EnoughError(f"max_records is reached: {self.connector.parameters.max_records}.")

    # one call

    def _ask(self, call: Call) -> Answer:
        """The connector's way to make a call: claimed and reserved, sent, archived; or served from the archive."""
        self.before_call()
        url = f"{self.connector.url_of(call)}#{call.key[:32]}"
        if url in self._lost:
            return self._settle_lost(call, self._lost.pop(url))
        self.last_answer = self._reading.answer_to(call, url)
        if self.last_answer is not None:
            self.pending = None
            return self.last_answer
        self.last_answer = answer = self._ask_now(call)
        return answer

    def _ask_now(self, call: Call) -> Answer:
        if self.calls >= self.connector.parameters.max_calls:
            raise _EnoughError(f"max_calls is reached: {self.connector.parameters.max_calls}.")
        claim = self._ledger.claim(call) if call.is_charged else None
        if claim is not None and claim.position is not None:
            answer = self._from_archive(call, claim)
            self.pending = Pending(None, answer, None)
            return answer
        self.calls += 1
        try:
            answer = self.connector.send(call)
        except SourceError as error:
            if claim is not None:
                self._ledger.refuse(claim, error)
            raise
        position = self._keep(answer)
        self.pending = Pending(claim, answer, position)
        return answer

    def _settle_lost(self, call: Call, found: FoundAnswer) -> Answer:
        """An answer that was paid for and archived by a reader that died then: it lands now, and settles its call."""
        self.settled += 1
        self._ledger.spent_eur += found.claim.reserved_eur  # what this run says of it, less what is given back
        self.last_answer = answer = _archived(call, found.exchange)
        self.pending = Pending(found.claim, answer, found.position)
        return answer

    def _from_archive(self, call: Call, claim: Claim) -> Answer:
        assert claim.position is not None
        exchange = read_exchange(claim.position.uri, claim.position.offset, claim.position.length)
        if exchange.is_erased:
            raise SourceError("provider_failed", f"The answer to {call.operation} of today was erased")
        return _archived(call, exchange)

    def _keep(self, answer: Answer) -> Position:
        headers = tuple((name, value) for name, value in answer.headers if name.lower() not in _KEPT_PRIVATE)
        exchange = Exchange(
            answer.fetch_id, answer.url, answer.requested_at, answer.status_code, headers, answer.body,
            source_key=self.row["source_key"],
        )  # fmt: skip
        position = self._archive.write(exchange)
        self._archive.sync()
        return position

    def _execute(self, name: str, **values: Any) -> None:
        with connect("imports") as connection:
            connection.execute(getattr(_sql(), name), {"source_key": self.row["source_key"], **values})

    def _summary(self, reason: Reason, detail: str, crawl_job_id: UUID | None) -> SourceSummary:
        counted = {name: self._landed.counts[name] for name in ("received", "landed", "known", "quarantined")}
        return SourceSummary(
            self.row["source_key"], self.calls, **counted, retracted=self._landed.retracted, eur=self._ledger.spent_eur,
            reason=reason, detail=detail, crawl_job_id=crawl_job_id, 
            resumed=len(self._reading.served) + self.settled,
        )  # fmt: skip


def _archived(call: Call, exchange: Exchange) -> Answer:
    return Answer(
        call.operation, exchange.url, exchange.body, exchange.status, exchange.headers, exchange.requested_at,
        fetch_id=exchange.fetch_id, is_from_archive=True,
    )  # fmt: skip


def _sql() -> queries.Queries:
    return queries.load("source_runs")
