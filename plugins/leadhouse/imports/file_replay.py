"""Imported files read again with today's reader, under the mapping that each was imported by: see `replay_archive`.

What a later import has said of a row goes on standing. A file that was the whole list (*upsert*) and is its source's
newest one retracts the rows that it does not give any more; of a file in mode *skip* only the rows that it brought are
read, and in mode *merge* what is read now is joined with what stands, as it was then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, cast

from psycopg import Connection

from leadhouse.database import connect, queries
from leadhouse.files.objects import FileMissingError
from leadhouse.imports.column_memory import Remembered
from leadhouse.imports.csv_file import CsvFile
from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.import_modes import Mode, merge_standing
from leadhouse.imports.kept_files import kept_file
from leadhouse.landing import Landing, Quarantined
from leadhouse.landing.prepared import PreparedStatement
from leadhouse.landing.replayed import Replayed
from leadhouse.landing.standing import read_standing
from leadhouse.records import Extraction

PART_ROWS = 2_000
BEHIND = timedelta(microseconds=1)


def replay_files(
    first: date,
    last: date,
    source_keys: Sequence[str] | None,
    run_id: str,
    *,
    applies: bool,
    run_on: date | None = None,
    found: Replayed | None = None,
) -> Replayed:
    """Reads the files that runs of these days (both included) imported, oldest first; `applies` lets them stand.

    `source_keys` None: all. Opens no socket but to the database and pays nothing. Safe to repeat: a file is applied as
    a whole or not at all. The figures are added to `found`; a file that cannot be read today is told in `unread`.
    """
    found = found if found is not None else Replayed(is_applied=applies)
    wanted = {"first": first, "last": last, "source_keys": list(source_keys) if source_keys else None}
    with connect("imports", autocommit=True) as connection:
        for row in connection.execute(_sql().list_imported_files, wanted).fetchall():
            found.files += 1
            if row["object_id"] is None:
                found.gone += 1
                continue
            kept = (row["organization_id"], row["object_id"], row["file_name"], row["content_hash"])
            try:
                with kept_file(connection, *kept) as path, _landing(row, run_id, run_on, applies=applies) as landing:
                    file = CsvFile(
                        path, row["organization_id"], row["source_key"], row["kind"],
                        recall=partial(_as_then, row), observed_at=row["observed_at"] + BEHIND,
                    )  # fmt: skip
                    _FileReplay(connection, row, file, landing, found).run(applies=applies)
            except FileMissingError:
                found.gone += 1
            except (ImportFileError, ValueError) as error:
                found.unread[row["source_key"]] = str(error)
    return found


def _as_then(row: Mapping[str, Any], _: Sequence[str]) -> Remembered:
    """How the columns were read when the file was imported."""
    return Remembered(row["mapping"], row["kind"])


def _landing(row: Mapping[str, Any], run_id: str, run_on: date | None, *, applies: bool) -> Landing:
    return Landing(
        "imports", run_on=run_on or datetime.now(UTC).date(), run_id=run_id, source_key=row["source_key"],
        organization_id=row["organization_id"], applies=applies,
    )  # fmt: skip


@dataclass
class _FileReplay:
    """One file. `connection` asks, `landing` writes."""

    connection: Connection[Any]
    row: Mapping[str, Any]
    file: CsvFile
    landing: Landing
    found: Replayed

    def run(self, *, applies: bool) -> None:
        """Lands what its rows say otherwise today, all of it or nothing."""
        differs = False
        rows = self.file.read()
        while part := list(islice(rows, PART_ROWS)):
            self.found.refused += sum(isinstance(each, Quarantined) for _, each in part)
            said = [each for _, each in part if isinstance(each, PreparedStatement)]
            differs |= self._land(self._differing(said))
        if self.row["mode"] == "upsert" and self.row["is_newest"] and self.file.unit_keys:
            differs |= self._land(self._gone())
        if differs:
            if applies:
                self.landing.begin().execute(_sql().move_imported_file, {"import_id": self.row["import_id"]})
            self.landing.commit()

    def _differing(self, said: Sequence[PreparedStatement]) -> list[PreparedStatement | Extraction]:
        """The statements that would come to stand in place of others."""
        units = {"unit_ids": [each.unit_id for each in said]}
        rows = self.connection.execute(queries.load("landing").select_statements, units)
        standing = {row["unit_id"]: (row["observed_at"], row["statement_hash"]) for row in rows}
        until, mode = self.row["observed_at"], cast("Mode", self.row["mode"])
        mine = [
            each for each in said
            if (at := standing.get(each.unit_id, (until, ""))[0]) <= until and (mode != "skip" or at == until)
        ]  # fmt: skip
        read = merge_standing(self.connection, mine) if mode == "merge" else mine
        differing = [each for each in read if standing.get(each.unit_id, (until, ""))[1] != each.statement_hash]
        self.found.unchanged += len(mine) - len(differing)
        return differing

    def _gone(self) -> list[PreparedStatement | Extraction]:
        empty = self.file.retraction(self.file.unit_prefix)
        asked = {
            "organization_id": self.row["organization_id"], "source_key": self.row["source_key"],
            "prefix": self.file.unit_prefix, "empty_hash": empty.statement_hash,
        }  # fmt: skip
        standing = self.connection.execute(_sql().select_standing_units, asked).fetchall()
        keys = [each["unit_key"] for each in standing if each["unit_key"] not in self.file.unit_keys]
        return [self.file.retraction(key) for key in keys]

    def _land(self, differing: Sequence[PreparedStatement | Extraction]) -> bool:
        before = read_standing(self.connection, [each.unit_id for each in differing])
        for each in differing:
            said = each.extraction if isinstance(each, PreparedStatement) else each
            self.found.note(said, before.get(each.unit_id, ()))
            if isinstance(each, PreparedStatement):
                self.landing.add_prepared(each)
            else:
                self.landing.add_extraction(each)
        if differing:
            self.landing.flush()
        return bool(differing)


def _sql() -> queries.Queries:
    return queries.load("imports")
