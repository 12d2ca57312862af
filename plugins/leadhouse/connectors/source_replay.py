"""Archived answers read again with today's connectors: nobody is asked, nothing is paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from leadhouse.archive import Exchange, read_exchange
from leadhouse.archive.reader import ArchiveError
from leadhouse.connectors.api_connector import Answer, ApiConnector, SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import find_type, read_parameters
from leadhouse.connectors.stored_sources import find_source
from leadhouse.database import connect, queries
from leadhouse.landing import Quarantined
from leadhouse.records import Extraction


@dataclass
class ReadAgain:
    """What the answers of a period state today; those that are gone, erased, or not readable any more are counted."""

    answers: int = 0
    gone: int = 0
    erased: int = 0
    failed: int = 0
    statements: list[Extraction] = field(default_factory=list)
    refused: list[Quarantined] = field(default_factory=list)


def read_again(source: str, first: date, last: date) -> ReadAgain:
    """Reads the answers that runs of these days (both included) archived, oldest first.

    Raises LookupError: there is no such source; SourceError: its parameters are wrong today.
    """
    found = ReadAgain()
    row = find_source(source)
    with connect("imports") as connection:
        period = {"source_key": row["source_key"], "first": first, "last": last}
        answers = connection.execute(_sql().list_answers, period).fetchall()
    connector = open_reader(row)
    for each in answers:
        found.answers += 1
        try:
            exchange = read_exchange(each["warc_uri"], each["warc_offset"], each["warc_length"])
        except ArchiveError:
            found.gone += 1
            continue
        _read(connector, exchange, found)
    return found


def open_reader(row: Mapping[str, Any]) -> ApiConnector:
    """A connector that reads answers and has no credentials to ask with. Raises SourceError."""
    kind = find_type(row["kind"])
    if kind.connector is None:
        raise SourceError("not_valid", f"A source of type {kind.name} is not read call by call")
    source = SourceOf(row["source_key"], row["organization_id"], row["read_state"])
    return kind.connector(source, read_parameters(kind, row["config"]), None, ask=_refuse)


def answer_of(exchange: Exchange) -> Answer:
    """The answer as it came."""
    return Answer(
        "archived", exchange.url, exchange.body, exchange.status, exchange.headers, exchange.requested_at,
        fetch_id=exchange.fetch_id, is_from_archive=True,
    )  # fmt: skip


def _read(connector: ApiConnector, exchange: Exchange, found: ReadAgain) -> None:
    if exchange.is_erased:
        found.erased += 1
        return
    try:
        statements = connector.read(answer_of(exchange))
    except SourceError:  # one answer's trouble must not end its source
        found.failed += 1
        return
    for each in statements:
        if isinstance(each, Extraction):
            found.statements.append(each)
        else:
            found.refused.append(each)


def _refuse(call: Any) -> Answer:
    raise AssertionError(f"{call} is asked for while archived answers are read")


def _sql() -> queries.Queries:
    return queries.load("source_runs")
