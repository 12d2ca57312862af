"""One landing, one transaction: fetches, extractions, records, quarantine, and the batch that counts them.

What is counted are records: ``received = landed + known + quarantined``, a constraint of raw.batches. A record is
*known* when its unit says the same already, so a retry of a transaction whose answer was lost lands nothing twice.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from types import TracebackType
from typing import Any, Self
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg import Connection, errors

from leadhouse.database import connect, queries
from leadhouse.landing.bulk_rows import FirstLanding, FirstLines
from leadhouse.landing.contract import LandingCounts, Quarantined, ShardLease, StaleLeaseError
from leadhouse.landing.erased import Sieved, sieve, without_erased
from leadhouse.landing.plan import make_plan, seen_unchanged
from leadhouse.landing.prepared import PreparedStatement
from leadhouse.landing.row_writer import RowWriter
from leadhouse.landing.storable import Fault, Statement, clean_json, is_storable, read_statement
from leadhouse.landing.waiting import Waiting, tally
from leadhouse.ledger.batches import take_batch_number
from leadhouse.records import Extraction, Fetch, hash_json

# the day whose partitions a connection that is kept open has seen made
_partitioned: WeakKeyDictionary[Connection[Any], date] = WeakKeyDictionary()


class Landing:
    """Collects, then commits once: all or nothing.

        landing = Landing("landing", run_on=day, run_id=run, source_key="web/example.com")
        landing.add_fetch(fetch)
        landing.add_extraction(extraction)
        counts = landing.commit()

    `component` is the role that writes (landing, imports, enrichment, delivery). `source_key` may be None where
    one landing holds several sources. With a lease, a former holder is refused before anything is written. Who lands
    often keeps one `connection` of the component open (a new one costs more than a small batch); it stays open.

    Without `applies` extractions are kept, but nothing comes to stand by them; landed again with it, they are applied.

    What is too large to be held in memory is written part by part, in the same one transaction:

        with Landing("imports", …) as landing:
            landing.begin().execute(…)       # what belongs to the same transaction
            for part in parts:
                landing.add_extraction(…)
                landing.flush()
            landing.commit()                 # without it nothing of all this has happened
    """

    def __init__(
        self,
        component: str,
        *,
        run_on: date,
        run_id: str,
        source_key: str | None = None,
        organization_id: UUID | None = None,
        lease: ShardLease | None = None,
        connection: Connection[Any] | None = None,
        applies: bool = True,
    ) -> None:
        self._applies = applies
        self._component, self._run_on, self._run_id = component, run_on, run_id
        self._source_key, self._organization_id, self._lease = source_key, organization_id, lease
        self._fetches: list[Fetch] = []
        self._statements: list[Statement | PreparedStatement] = []
        self._first: FirstLanding | None = None
        self._lines: list[FirstLines] = []
        self._quarantine: dict[str, Quarantined] = {}
        self._repeated = 0
        self._connection: Connection[Any] | None = None
        self._borrowed = connection
        self._landing_id = uuid.uuid4()
        self._written: Counter[str] = Counter()
        self._keeps_anyone_out = False
        self.landed_extractions = 0  # extractions written by now that say something which was not known
        self.erased_extractions = 0  # extractions written by now that spoke of nobody but erased people
        self.erased_pages: list[Fetch] = []  # whose archived answers state an erased person: overwrite after the commit

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Undo what was not committed."""
        self._close()

    def add_fetch(self, fetch: Fetch) -> None:
        """One row of raw.fetches."""
        self._fetches.append(fetch)

    def add_extraction(self, extraction: Extraction) -> None:
        """The statement of one unit. Records that cannot land go to quarantine, their neighbours land.

        Raises ValueError when the extraction belongs to another organization than the landing.
        """
        if extraction.organization_id != self._organization_id:
            raise ValueError(
                f"{extraction.unit_key} belongs to organization {extraction.organization_id}, "
                f"this landing to {self._organization_id}: land them apart"
            )
        if not is_storable(extraction.unit_key):
            raise ValueError(f"The unit key {extraction.unit_key!r} holds characters that Postgres refuses.")
        statement, faults = read_statement(extraction)
        self._statements.append(statement)
        for fault in faults:
            self.quarantine(_quarantined(extraction, fault))

    def add_prepared(self, statement: PreparedStatement) -> None:
        """The statement of one unit of a source with many: see `leadhouse.landing.prepared`.

        Raises ValueError when it belongs to another organization than the landing.
        """
        if statement.origin.organization_id != self._organization_id:
            raise ValueError(f"{statement.unit_key} belongs to another organization than this landing: land them apart")
        self._statements.append(statement)

    def knows_nothing_yet(self) -> None:
        """The caller holds a lock under which nobody has ever landed anything of these units: nobody is asked."""
        self.begin()
        self._first = FirstLanding(self._run_on, self._landing_id)

    def lines_of(self, statements: Sequence[PreparedStatement]) -> FirstLines | None:
        """The rows of statements of which nobody is asked, for `add_lines`; None where somebody has to be.

        It touches no connection: it may run beside `flush`, in another thread.
        """
        if self._first is None or not self._applies or self._keeps_anyone_out:
            return None
        return self._first.lines_of(statements)

    def add_lines(self, lines: FirstLines) -> None:
        """Statements as `lines_of` has them."""
        self._lines.append(lines)

    def quarantine(self, refused: Quarantined) -> None:
        """Keep what was refused, with its reason. The same thing refused twice is kept once and counted as known.

        What an erased person says is kept without saying so, see `leadhouse.landing.erased`.
        """
        source_key = refused.source_key or self._source_key
        if source_key is None:
            raise ValueError(f"{refused.unit_key}: a landing of several sources needs the source key of each refusal")
        key = hash_json([source_key, refused.unit_key, refused.line, refused.reason, refused.payload])
        self._repeated += key in self._quarantine
        self._quarantine[key] = refused

    def without_erased(self, refused: Quarantined) -> Quarantined:
        """The refusal as quarantine will hold it: the same, or one that tells nothing of an erased person."""
        connection = self.begin()
        found = sieve(connection, [], [], [refused]) if self._keeps_anyone_out else None
        return found.quarantine[0] if found else refused

    def without_erased_emails(self, emails: Iterable[str]) -> frozenset[str]:
        """Those of the addresses that belong to nobody who was erased."""
        connection = self.begin()
        return without_erased(connection, emails) if self._keeps_anyone_out else frozenset(emails)

    def __len__(self) -> int:
        """Fetches, extractions and refusals that wait for the commit."""
        stated = len(self._statements) + sum(len(each.extractions) for each in self._lines)
        return len(self._fetches) + stated + len(self._quarantine)

    @property
    def _writer(self) -> RowWriter:
        return RowWriter(self._run_on, self._landing_id, self._organization_id)

    @property
    def landing_id(self) -> UUID:
        """What every row of the landing's transaction carries; ask after `begin`."""
        return self._landing_id

    def begin(self) -> Connection[Any]:
        """The landing's transaction, opened on the first call: for statements that are to stand or fall with it.

        Raises:
            StaleLeaseError: the lease is held by another process.
        """
        if self._connection is None:
            if self._written:
                raise RuntimeError("This landing was flushed and is over: a part of it cannot be repeated.")
            self._connection = connection = self._borrowed or connect(self._component)
            self._ensure_partitions(connection)
            self._assert_lease(connection)
            row = connection.execute(_sql().keeps_anyone_out).fetchone()
            self._keeps_anyone_out = bool(row and row["keeps_anyone_out"])
        return self._connection

    def flush(self) -> None:
        """Write what waits into the transaction that `commit` ends, and forget it.

        After an error the landing is spent: use it in a `with` statement, which undoes everything.
        """
        connection = self.begin()
        self._written += self._write(connection)
        self._fetches, self._statements, self._lines, self._quarantine, self._repeated = [], [], [], {}, 0

    def commit(self) -> LandingCounts:
        """Write everything in one transaction. After an error nothing was written; without `flush` it may be repeated.

        Raises:
            StaleLeaseError: the lease is held by another process.
        """
        if not len(self) and self._connection is None:
            return LandingCounts(0, 0, 0, 0, None)
        try:
            connection = self.begin()
            counts = self._number(connection, self._written + self._write(connection))
            connection.commit()
            return counts
        finally:
            self._close()

    def join(self, first: Landing) -> None:
        """Be written in the transaction that another landing of the same connection and lease has begun."""
        self._connection, self._keeps_anyone_out = first.begin(), first._keeps_anyone_out

    def take(self) -> Waiting:
        """What waits, without what an erased person says, for who writes several landings: `landing.together`."""
        connection = self.begin()
        if self._keeps_anyone_out:
            self._keep_erased_out(connection)
        return Waiting(self._writer, self._fetches, self._statements, self._quarantine, self._repeated, self._batch())

    def _close(self) -> None:
        if self._connection is not None:
            if self._borrowed is None:
                self._connection.close()  # a transaction that is still open is rolled back
            elif not self._borrowed.closed:
                self._borrowed.rollback()
            self._connection = None
            # the answer to a commit may be lost: its repetition must not meet its own id
            self._landing_id = uuid.uuid4()

    def _ensure_partitions(self, connection: Connection[Any]) -> None:
        """Once for a connection and a day: a partition of a day on which is landed does not go away."""
        if _partitioned.get(connection) != self._run_on:
            # a transaction of its own: the lock that makes a partition must not be held while rows are written
            connection.execute(_sql().ensure_partitions, {"run_on": self._run_on})
            connection.commit()
            _partitioned[connection] = self._run_on

    def _assert_lease(self, connection: Connection[Any]) -> None:
        if self._lease is None:
            return
        try:
            connection.execute(_sql().assert_lease, vars(self._lease))
        except errors.ObjectNotInPrerequisiteState as error:
            raise StaleLeaseError(str(error.diag.message_primary)) from error

    def _write(self, connection: Connection[Any]) -> Counter[str]:
        """Returns the counts of what waited."""
        if self._keeps_anyone_out:
            self._keep_erased_out(connection)
        self._writer.write_fetches(connection, self._fetches, self._lease)
        unchanged = seen_unchanged(self._fetches, self._organization_id)
        landed, others = self._write_first(connection)
        plan = make_plan(connection, others, self._run_on, unchanged)
        if not self._applies:
            plan.applications.clear()
        written = self._writer.write_plan(connection, plan)
        landed += sum(map(len, written))
        self.landed_extractions += sum(map(bool, written))
        stated = sum(map(len, self._statements)) + sum(each.stated for each in self._lines)
        quarantined = self._writer.write_quarantine(connection, self._quarantine, self._source_key)
        return tally(stated, landed, len(self._quarantine), quarantined, self._repeated)

    def _write_first(self, connection: Connection[Any]) -> tuple[int, list[Statement | PreparedStatement]]:
        """Writes what nobody has to be asked of; returns how many records landed, and the statements that are left."""
        if self._first is None or not self._applies:
            return 0, self._statements
        prepared = [each for each in self._statements if isinstance(each, PreparedStatement)]
        parts = [*self._lines, self._first.lines_of(prepared)]
        for each in parts:
            self._first.write(connection, each)
            self.landed_extractions += each.statements
        others: list[Statement | PreparedStatement] = [
            each for each in self._statements if not isinstance(each, PreparedStatement)
        ]
        return sum(each.records for each in parts), others

    def _keep_erased_out(self, connection: Connection[Any]) -> None:
        waiting = list(self._quarantine.values())
        found = sieve(connection, [each.extraction for each in self._statements], self._fetches, waiting)
        if found is None:
            return
        self._fetches, self._quarantine = found.fetches, {}
        self._statements = [
            former if former.extraction is kept else read_statement(kept)[0]
            for former, kept in zip(self._statements, found.extractions, strict=True)
        ]
        for refused in (*found.quarantine, *found.refused):
            self.quarantine(refused)
        self.erased_extractions += found.emptied
        self._note_pages(connection, found)

    def _note_pages(self, connection: Connection[Any], found: Sieved) -> None:
        """In the landing's transaction: who erases them is free to die."""
        if not found.pages:
            return
        self.erased_pages += found.pages
        positions = {
            "uris": [each.warc_uri for each in found.pages],
            "offsets": [each.warc_offset for each in found.pages],
            "lengths": [each.warc_length for each in found.pages],
        }
        connection.execute(queries.load("suppression").note_pages, positions)

    def _number(self, connection: Connection[Any], written: Counter[str]) -> LandingCounts:
        counts = {name: written[name] for name in ("received", "landed", "known", "quarantined")}
        batch_no = take_batch_number(connection, "raw")
        connection.execute(_sql().insert_batch, {**self._batch(), **counts, "batch_no": batch_no})
        return LandingCounts(**counts, batch_no=batch_no)

    def _batch(self) -> dict[str, Any]:
        """What the row of raw.batches says besides its counts and its number."""
        return {
            "landing_id": self._landing_id, "run_on": self._run_on, "run_id": self._run_id,
            "source_key": self._source_key, "organization_id": self._organization_id,
            "job_id": self._lease.job_id if self._lease else None,
        }  # fmt: skip


def _sql() -> queries.Queries:
    return queries.load("landing")


def _quarantined(extraction: Extraction, fault: Fault) -> Quarantined:
    payload = clean_json(fault.record.model_dump(mode="python", exclude_none=True))
    return Quarantined(extraction.unit_key, None, fault.reason, fault.detail, payload, source_key=extraction.source_key)
