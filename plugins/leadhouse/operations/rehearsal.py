"""A migration rehearsed on a restored copy: what it does to every row, and whether its rollback takes it back.

Two copies of the same backup: one stays as it was, the other is migrated and rolled back. After each step the rows of
every table are counted and hashed over the columns that both copies have. A migration that changes rows says so in its
header (``-- changes: app.leads``); any other difference is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from leadhouse.database import admin_to, migrations
from leadhouse.database.queries import load
from leadhouse.operations.backups import make_backup, restore_into
from leadhouse.operations.contents import Columns, hash_rows, list_tables
from leadhouse.operations.postgres_programs import database_of
from leadhouse.operations.restoring import grants_of_migrations
from leadhouse.operations.scratch import scratch_database

Step = Literal["migrated", "rolled back"]
Verdict = Literal["same", "declared", "new", "unexplained"]


@dataclass(frozen=True)
class TableDifference:
    """One table after one step. Rows are None where the table does not exist."""

    step: Step
    table: str
    rows_before: int | None
    rows_after: int | None
    verdict: Verdict
    what: str


@dataclass(frozen=True)
class Rehearsal:
    """What was applied and rolled back, and what it did to the tables; unchanged tables are only counted."""

    applied: list[str]
    tables_compared: int
    rows_compared: int
    differences: list[TableDifference]
    catalog_left: list[str]

    @property
    def succeeded(self) -> bool:
        """No unexplained difference, and the rollback restores the catalog."""
        return not self.catalog_left and all(each.verdict != "unexplained" for each in self.differences)


def rehearse(admin_url: str, dump: Path | None = None, folder: Path = migrations.FOLDER) -> Rehearsal:
    """Restore `dump` (default: one made now) twice into scratch databases of the server, migrate one, compare.

    The platform goes on meanwhile. Takes twice the database's size on the server's disk, until it ends.

    Raises:
        MigrationError: a migration fails on the copy.
        BackupError: the dump cannot be made or restored.
    """
    if dump is None:
        with TemporaryDirectory(prefix="leadhouse-rehearsal-") as made:
            return rehearse(admin_url, make_backup(admin_url, Path(made)).path, folder)
    grants_of_migrations(admin_url, folder)  # roles that the pending migrations add, and those of a new server
    with scratch_database(admin_url, "before") as before:
        restore_into(before, dump)
        pending = migrations.list_pending(before, folder)  # also makes the tables that record, in both copies
        with scratch_database(admin_url, "after", template=database_of(before)) as after:
            return _rehearse_on(before, after, pending, folder)


def _rehearse_on(before: str, after: str, pending: list[migrations.PendingMigration], folder: Path) -> Rehearsal:
    declared = frozenset[str]().union(*(each.changes for each in pending))
    catalog = _catalog(after)
    applied = migrations.migrate(after, folder)
    compared, differences = _compare(before, after, "migrated", declared)
    migrations.rollback(after, len(applied), folder)
    _, reverted = _compare(before, after, "rolled back", declared)
    left = sorted({f"{kind} {name}" for kind, name, _ in catalog ^ _catalog(after)})
    return Rehearsal(applied, len(compared), sum(compared.values()), differences + reverted, left)


def _compare(
    before: str, after: str, step: Step, declared: frozenset[str]
) -> tuple[dict[str, int], list[TableDifference]]:
    with admin_to(before) as old, admin_to(after) as new:
        columns, found = list_tables(old), list_tables(new)
        common = _common(columns, found)
        hashes, hashed = hash_rows(old, common), hash_rows(new, common)
        gone = hash_rows(old, {name: columns[name] for name in columns.keys() - common.keys()})
        made = hash_rows(new, {name: found[name] for name in found.keys() - common.keys()})
    rows = {name: _rows(value) for name, value in hashes.items()}
    listed = [*_changed(step, hashes, hashed, declared), *_one_sided(step, gone, made, declared)]
    if step == "rolled back":
        listed += _lost_columns(step, columns, found, rows)
    return rows, sorted(listed, key=lambda each: (each.verdict != "unexplained", each.table))


def _common(columns: Columns, found: Columns) -> Columns:
    """The tables of both sides, each with the columns of both."""
    both = {
        name: tuple(column for column in columns[name] if column in found[name])
        for name in columns.keys() & found.keys()
    }
    return {name: common for name, common in both.items() if common}


def _changed(
    step: Step, hashes: dict[str, str], hashed: dict[str, str], declared: frozenset[str]
) -> Iterable[TableDifference]:
    for name in sorted(hashes):
        if hashes[name] != hashed[name]:
            counts = _rows(hashes[name]), _rows(hashed[name])
            what = "rows added or removed" if counts[0] != counts[1] else "values changed"
            yield TableDifference(step, name, *counts, "declared" if name in declared else "unexplained", what)


def _one_sided(
    step: Step, gone: dict[str, str], made: dict[str, str], declared: frozenset[str]
) -> Iterable[TableDifference]:
    for name, value in gone.items():
        verdict: Verdict = "declared" if name in declared else "unexplained"
        yield TableDifference(step, name, _rows(value), None, verdict, "table dropped")
    for name, value in made.items():
        verdict = "new" if step == "migrated" else "unexplained"
        yield TableDifference(step, name, None, _rows(value), verdict, "table made")


def _lost_columns(step: Step, columns: Columns, found: Columns, rows: dict[str, int]) -> Iterable[TableDifference]:
    """After the rollback every column must be there again, and no other."""
    for name in sorted(columns.keys() & found.keys()):
        if differing := sorted(set(columns[name]) ^ set(found[name])):
            what = f"columns differ: {', '.join(differing)}"
            yield TableDifference(step, name, rows.get(name), rows.get(name), "unexplained", what)


def _rows(value: str) -> int:
    return int(value.partition(":")[0])


def _catalog(url: str) -> set[tuple[str, str, str]]:
    with admin_to(url) as connection:
        rows = connection.execute(load("operations").list_catalog)
        return {(row["kind"], row["name"], row["detail"]) for row in rows}
