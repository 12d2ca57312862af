"""Charged calls whose reader died after their answer was archived: the bytes are there, so the call is settled by them.

An answer is written to the archive before a row points at it. A reader that dies between the two leaves a call that
the ledger calls lost, and bytes that nobody points at. The next run looks for them before it asks anybody anything:
what was paid is read, and nothing is paid twice. An answer that died with its reader, before it was archived, stays
`unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from leadhouse.archive import Exchange, Position
from leadhouse.archive.reader import read_exchanges
from leadhouse.connectors.call_ledger import Claim
from leadhouse.database import connect, queries


@dataclass(frozen=True)
class FoundAnswer:
    """An archived answer that no row points at, and the call that paid for it."""

    claim: Claim
    exchange: Exchange
    position: Position


def archive_name(source_key: str, run_on: date) -> str:
    """Where the answers of a source's runs of a day lie below the archive's root, but for the run's own ending."""
    name = re.sub(r"[^\w.-]+", "-", source_key)
    return f"sources/{run_on}/{name}-"


def new_archive_name(source_key: str, run_on: date) -> str:
    """The same for one run: nobody else writes there."""
    return f"{archive_name(source_key, run_on)}{uuid4().hex[:12]}"


def find_lost_answers(root: str, row: Mapping[str, Any], run_on: date, since: datetime) -> dict[str, FoundAnswer]:
    """Answers to lost calls of a source (`row` of app.sources), by their address, which ends with the call's key.

    Looked for are calls of the run's day, and those since the unfinished reading began (`since`, UTC): an older answer
    would pass for today's. For who holds the source's lock.
    """
    asked = {"source_key": row["source_key"], "run_on": run_on, "since": since}
    with connect("imports") as connection:
        lost = connection.execute(queries.load("source_runs").list_lost_calls, asked).fetchall()
    found: dict[str, FoundAnswer] = {}
    for day in sorted({each["run_on"] for each in lost}):
        of_day = {each["call_key"][:32]: each for each in lost if each["run_on"] == day}
        for exchange, position in read_exchanges(root, archive_name(row["source_key"], day)):
            call = of_day.get(exchange.url.rpartition("#")[2])
            if call is None or exchange.source_key != row["source_key"]:
                continue
            claim = Claim(call["call_id"], call["reserved_eur"], call["budget_id"])
            found[exchange.url] = FoundAnswer(claim, exchange, position)
    return found
