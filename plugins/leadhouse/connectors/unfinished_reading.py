"""A source that was not read to its end is read on, not anew: what its last runs were answered is not asked again.

A ceiling, a limit of the provider, a failure or a kill ends a run before its source is read. The next run asks the same
calls in the same order; those that were answered since the reading began are served from the archive, free of charge
and of any call, so that the run gets to what nobody has read yet. Without this, ceilings would buy the first pages of a
long list again and again and never see the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from leadhouse.archive import Position, read_exchange
from leadhouse.archive.reader import ArchiveError
from leadhouse.connectors.api_connector import Answer, Call
from leadhouse.connectors.source_errors import Reason
from leadhouse.database import connect, queries

STATE = "reading"  # in app.sources.read_state
WHOLE_WITHIN = timedelta(days=1)  # a list that was read over more than that was never seen whole
ASKED_WRONGLY = frozenset({"not_valid", "wrong_url"})  # as a page's address that has run out is called
LONGEST_UNREAD = 100


@dataclass
class UnfinishedReading:
    """The answers of earlier runs of one reading. `since`: when it began (UTC); `unread`: fetches that state nothing.

    `served` are the fetches whose answers this run was given again.
    """

    source_key: str
    since: datetime
    unread: list[str] = field(default_factory=list)
    known: dict[str, Position] = field(default_factory=dict)  # by the answer's address
    served: set[UUID] = field(default_factory=set)

    def answer_to(self, call: Call, url: str) -> Answer | None:
        """What an earlier run was answered to the call (`url`: its address and key); None: it is to be asked."""
        position = self.known.get(url)
        if position is None:
            return None
        try:
            exchange = read_exchange(position.uri, position.offset, position.length)
        except ArchiveError:  # kept no longer
            return None
        if exchange.is_erased:
            return None
        self.served.add(exchange.fetch_id)
        return Answer(
            call.operation, exchange.url, exchange.body, exchange.status, exchange.headers, exchange.requested_at,
            fetch_id=exchange.fetch_id, is_from_archive=True,
        )  # fmt: skip

    @property
    def is_of_one_day(self) -> bool:
        """Whether all answers are so close together that who is in none of them is gone."""
        return not self.served or datetime.now(UTC) - self.since <= WHOLE_WITHIN

    def leave(self, reason: Reason, unread: Answer | None, *, has_gone_on: bool) -> None:
        """Notes how the run ended: the reading is over, goes on without an answer that cannot be read, or begins anew.

        It begins anew where a call that followed from an earlier run's answer is refused as wrong.
        """
        if reason == "works" or (reason in ASKED_WRONGLY and self.served and not has_gone_on):
            _execute("end_reading", source_key=self.source_key)
            return
        if reason == "malformed" and unread is not None:
            self.unread = [*self.unread, str(unread.fetch_id)][-LONGEST_UNREAD:]
        self.keep()

    def keep(self) -> None:
        """Writes it into the source's row, so that a run which is killed is gone on with."""
        state = {"since": self.since.isoformat(), "unread": self.unread}
        _execute("keep_reading", source_key=self.source_key, reading=Jsonb(state))


def open_reading(row: dict[str, Any], *, anew: bool = False) -> UnfinishedReading:
    """The source's unfinished reading with its answers, or one that begins now; written either way."""
    stated = {} if anew else row["read_state"].get(STATE) or {}
    if not stated:
        found = UnfinishedReading(row["source_key"], datetime.now(UTC))
        found.keep()
        return found
    found = UnfinishedReading(row["source_key"], datetime.fromisoformat(stated["since"]), list(stated["unread"]))
    values = {"source_key": found.source_key, "since": found.since, "unread": found.unread}
    with connect("imports") as connection:
        for each in connection.execute(_sql().list_answers_since, values):
            found.known[each["url"]] = Position(each["warc_uri"], each["warc_offset"], each["warc_length"])
    return found


def _execute(name: str, **values: Any) -> None:
    with connect("imports") as connection:
        connection.execute(getattr(_sql(), name), values)


def _sql() -> queries.Queries:
    return queries.load("source_runs")
