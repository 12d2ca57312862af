"""What the pages of one run leave behind: statements, the price of the call, and where to go on, in one transaction."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from leadhouse.archive import Position, erase_exchange
from leadhouse.connectors.api_connector import Answer, ApiConnector, Page
from leadhouse.connectors.call_ledger import CallLedger, Claim
from leadhouse.connectors.found_sites import sites_of
from leadhouse.connectors.source_errors import SourceError
from leadhouse.database import queries
from leadhouse.landing import Landing, Quarantined
from leadhouse.landing.storable import clean_text
from leadhouse.landing.watching import Limits
from leadhouse.records import Extraction, Fetch, Outcome


@dataclass(frozen=True)
class Pending:
    """An answer that has not landed yet; without a `position` it came from the archive, into which a row points."""

    claim: Claim | None
    answer: Answer
    position: Position | None


@dataclass
class SourceLanding:
    """The landings of one run of a source (`row` of app.sources).

    `counts`: received = landed + known + quarantined, over all pages; `sites`: where the companies that were stated
    have theirs, by domain.
    """

    row: Mapping[str, Any]
    connector: ApiConnector
    ledger: CallLedger
    run_on: date
    run_id: str
    counts: Counter[str] = field(default_factory=Counter)
    retracted: int = 0
    sites: dict[str, str] = field(default_factory=dict)
    unit_keys: set[str] = field(default_factory=set)

    def land(self, page: Page, pending: Pending) -> None:
        """Statements, price and cursor of a page."""
        with self._landing() as landing:
            connection = landing.begin()
            if pending.position is not None:
                landing.add_fetch(_fetch(pending.answer, pending.position, self.row["source_key"]))
            self.note_named(page)
            for each in page.statements:
                if isinstance(each, Extraction):
                    landing.add_extraction(each)
                else:
                    landing.quarantine(each)
            if pending.claim is not None and pending.position is not None:
                self.ledger.settle(connection, pending.claim, pending.answer, pending.position, page.credits)
            if page.cursor is not None:
                values = {"source_key": self.row["source_key"], "read_state": Jsonb(page.cursor)}
                connection.execute(_sql().keep_cursor, values)
            self._count(landing)

    def note_named(self, page: Page) -> None:
        """Which units and sites a page names, whether it lands now or has landed in an earlier run."""
        for each in page.statements:
            if isinstance(each, Extraction):
                self.unit_keys.add(each.unit_key)
                for domain, start in sites_of(each).items():
                    self.sites.setdefault(domain, start)

    def land_unread(self, pending: Pending | None, detail: str) -> None:
        """An answer that could not be read is kept, paid for as reserved, and refused with its reason."""
        if pending is None or pending.position is None:
            return
        answer = pending.answer
        shown = {"answer": clean_text(answer.body[:2000].decode("utf-8", "replace"))}
        with self._landing() as landing:
            connection = landing.begin()
            landing.add_fetch(_fetch(answer, pending.position, self.row["source_key"]))
            landing.quarantine(Quarantined(answer.url, None, "malformed_answer", detail, shown))
            if pending.claim is not None:
                self.ledger.settle(connection, pending.claim, answer, pending.position, None)
            self._count(landing)

    def retract(self) -> None:
        """Units that stood and are named no more say nothing any more, where a run names all there are.

        Raises SourceError where so few are named that the list is not to be believed; nobody is retracted then.
        """
        if not self.connector.states_everything or not self.unit_keys:
            return
        values = {
            "organization_id": self.row["organization_id"], "source_key": self.row["source_key"],
            "empty_hash": self._nothing("none").statement_hash,
        }  # fmt: skip
        with self._landing() as landing:
            found = landing.begin().execute(_sql().select_standing_units, values).fetchall()
            self._require_enough(len(found))
            for each in found:
                if each["unit_key"] not in self.unit_keys:
                    landing.add_extraction(self._nothing(each["unit_key"]))
                    self.retracted += 1
            if self.retracted:
                self._count(landing)

    def _require_enough(self, standing: int) -> None:
        named, limits = len(self.unit_keys), Limits.of(self.connector.parameters.watch)
        if standing >= limits.least_values and named < standing * limits.least_share:
            raise SourceError(
                "malformed",
                f"The list names {named} where {standing} stood: too few to be believed, so nobody is retracted. Look "
                "at what it answers; if it is true, state config.watch with a least_share below "
                f"{named / standing:.2f} and a reason",
            )

    def _nothing(self, unit_key: str) -> Extraction:
        return Extraction(
            source_key=self.row["source_key"], unit_key=unit_key, extractor=self.connector.extractor,
            extractor_version=self.connector.extractor_version, content_hash=hashlib.sha256(b"").hexdigest(),
            observed_at=datetime.now(UTC), organization_id=self.row["organization_id"],
        )  # fmt: skip

    def _landing(self) -> Landing:
        return Landing(
            "imports", run_on=self.run_on, run_id=self.run_id, source_key=self.row["source_key"],
            organization_id=self.row["organization_id"],
        )  # fmt: skip

    def _count(self, landing: Landing) -> None:
        counts = landing.commit()
        self.counts += {name: getattr(counts, name) for name in ("received", "landed", "known", "quarantined")}
        for fetch in landing.erased_pages:
            if fetch.warc_uri is not None and fetch.warc_offset is not None and fetch.warc_length is not None:
                with suppress(FileNotFoundError):
                    erase_exchange(Position(fetch.warc_uri, fetch.warc_offset, fetch.warc_length))


def _fetch(answer: Answer, position: Position, source_key: str) -> Fetch:
    content_type = next((value for name, value in answer.headers if name.lower() == "content-type"), None)
    return Fetch(
        fetch_id=answer.fetch_id, source_key=source_key, url=answer.url, requested_at=answer.requested_at,
        outcome=Outcome.FETCHED, status_code=answer.status_code, content_hash=answer.content_hash,
        content_type=content_type, body_bytes=len(answer.body), elapsed_ms=answer.elapsed_ms,
        warc_uri=position.uri, warc_offset=position.offset, warc_length=position.length,
    )  # fmt: skip


def _sql() -> queries.Queries:
    return queries.load("source_runs")
