"""Archived answers read again with today's connectors: nobody is asked, nothing is paid.

Shown first: what each unit would say is kept in raw, unapplied, and held against what stands. Applied then: the same
once more, one row of raw.applications a unit that differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leadhouse.archive import Exchange, read_exchange
from leadhouse.archive.reader import ArchiveError
from leadhouse.connectors.api_connector import Answer, ApiConnector, SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import find_type, read_parameters
from leadhouse.connectors.stored_sources import find_source
from leadhouse.database import connect, queries
from leadhouse.landing import Landing, Quarantined
from leadhouse.landing.replayed import Replayed
from leadhouse.landing.standing import read_standing
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


def replay_source(
    source: str,
    first: date,
    last: date,
    run_id: str,
    *,
    applies: bool,
    run_on: date | None = None,
    found: Replayed | None = None,
) -> Replayed:
    """Reads the newest archived answer of each unit within the days again; `applies` lets it stand. Safe to repeat.

    What a later run has said of a unit goes on standing. The figures are added to `found`. Raises as `read_again`.
    """
    found = found if found is not None else Replayed(is_applied=applies)
    read = read_again(source, first, last)
    newest = {each.unit_key: each for each in read.statements}  # oldest first: the last one stays
    for name in ("answers", "gone", "erased", "failed"):
        setattr(found, name, getattr(found, name) + getattr(read, name))
    found.refused += len(read.refused)
    row = find_source(source)
    with connect("imports") as connection:
        standing = read_standing(connection, [each.unit_id for each in newest.values()])
        asked = {
            "unit_ids": [each.unit_id for each in newest.values()],
            "seen_at": [each.observed_at for each in newest.values()],
        }
        statement = queries.load("landing").select_applied_at
        applied = {each["unit_id"]: each["observed_at"] for each in connection.execute(statement, asked)}
    with Landing(
        "imports", run_on=run_on or datetime.now(UTC).date(), run_id=run_id, source_key=row["source_key"],
        organization_id=row["organization_id"], applies=applies,
    ) as landing:  # fmt: skip
        for each in newest.values():
            found.note(each, standing.get(each.unit_id, ()))
            # behind the last time that the same answer was applied, so that it comes to stand (A → B → A)
            seen = applied.get(each.unit_id)
            moved = {"observed_at": seen + timedelta(microseconds=1)} if seen else {}
            landing.add_extraction(each.model_copy(update=moved))
        landing.commit()
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
