"""Everything that is kept, read again with today's extractors: pages of sites, answers of interfaces, imported files.

No socket is opened but to the database, nothing is paid, no credential is opened. Shown first, then applied: see
`leadhouse.landing.replayed` for what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_replay import replay_source
from leadhouse.connectors.source_types import TYPES
from leadhouse.database import connect, queries
from leadhouse.imports.file_replay import replay_files
from leadhouse.landing.replayed import Replayed


def replay_archive(
    first: date,
    last: date,
    source_keys: Sequence[str] | None,
    run_id: str,
    *,
    applies: bool,
    run_on: date | None = None,
) -> Replayed:
    """Reads what runs of these days (UTC, both included) archived, as far back as the archive is kept.

    `source_keys` None: all sources. `applies` lets the statements stand, else they are kept unapplied. Safe to repeat
    and to break off: a source that was applied is applied. A source whose parameters are wrong today is told in
    `unread` and ends no other.
    """
    from scrapers.replay import replay  # Scrapy is not loaded by who only reads sources

    found = replay(first, last, source_keys, run_id, applies=applies, run_on=run_on)
    for key in _answered_sources(first, last, source_keys):
        try:
            replay_source(key, first, last, run_id, applies=applies, run_on=run_on, found=found)
        except SourceError as error:
            found.unread[key] = str(error)
    return replay_files(first, last, source_keys, run_id, applies=applies, run_on=run_on, found=found)


def _answered_sources(first: date, last: date, source_keys: Sequence[str] | None) -> list[str]:
    """Sources that are read call by call and have archived answers of the days."""
    wanted = {
        "kinds": [name for name, each in TYPES.items() if each.connector], "first": first, "last": last,
        "source_keys": list(source_keys) if source_keys else None,
    }  # fmt: skip
    with connect("imports") as connection:
        rows = connection.execute(queries.load("source_runs").select_answered_sources, wanted)
        return [str(row["source_key"]) for row in rows]
