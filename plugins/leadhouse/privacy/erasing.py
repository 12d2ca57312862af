"""Erasing a person, in one order, each step once.

    find        who is meant; hashes into database and key file: from here on the person is kept out
    archive     pages become tombstones
    raw         records, answers, events, checks
    resolution  who is who is settled again without them
    tables      leads, messages, audiences, quarantine: every tagged column; the leads are closed
    history     dbt's tables as they are: rows of the person, values that say an identifier
    marts       a build of what is left, and the projection of facts
    files       logs, error files, exports below the home
    certificate what was done; what the erasure looked for is deleted

After the marts it looks again: what a landing that was already under way has brought is erased in another round. A
step's work and its row commit together, or the work can be repeated: an erasure that was killed goes on with `resume`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.leads import project_facts
from leadhouse.privacy import erasures
from leadhouse.privacy.certificates import Certificate, make_certificate, store_certificate
from leadhouse.privacy.erasures import ErasureError, PersonRequest, Targets
from leadhouse.privacy.files import erase_files
from leadhouse.privacy.finding import find_person, keys_of
from leadhouse.privacy.key_file import append_keys, insert_keys
from leadhouse.privacy.pages import erase_pages, erase_pages_due, find_pages
from leadhouse.privacy.sweeping import sweep_database, sweep_marts
from leadhouse.resolution import resolve_units
from leadhouse.transform import build_marts

ROUNDS = 3
TABLES = ["resolution", "app", "quality", "billing", "identity", "credentials", "files", "raw"]
Counts = Mapping[str, Any]
Elsewhere = Callable[[], Connection[Any]]


def erase_person(request: PersonRequest, run_id: str, *, airflow: Elsewhere | None = None) -> Certificate:
    """Erase whom the request names everywhere, and keep them out; returns the certificate.

    Args:
        airflow: opens Airflow's own database, where it is reachable: results of tasks and parameters of runs.

    Raises:
        ErasureError: the request names nobody, or another process works on it.
        RuntimeError: no erasure key is set.
    """
    return resume(request_erasure(request), run_id, airflow=airflow)


def request_erasure(request: PersonRequest, *, repeats: UUID | None = None) -> UUID:
    """Write the request down, to be carried out by `resume`; its id. Raises ErasureError."""
    with connect("privacy") as connection:
        return erasures.create(connection, request, repeats)


def open_erasures() -> list[UUID]:
    """People's erasures that are to be begun or gone on with, oldest first."""
    with connect("privacy") as connection:
        rows = connection.execute(_sql().list_open_erasures).fetchall()
    return [row["erasure_id"] for row in rows if row["kind"] == "person"]


def resume(erasure_id: UUID, run_id: str, *, airflow: Elsewhere | None = None) -> Certificate:
    """Carry out what of an erasure is not done yet; one that is done gives its certificate again.

    Raises:
        ErasureError: there is no such erasure, or another process works on it.
    """
    with connect("privacy", autocommit=True) as connection:
        row = connection.execute(_sql().lock_erasure, {"erasure_id": erasure_id}).fetchone()
        if not row or not row["is_mine"]:
            raise ErasureError(f"Another process works on the erasure {erasure_id}; wait for it.")
        erasure = connection.execute(_sql().select_erasure, {"erasure_id": erasure_id}).fetchone()
        if erasure is None or erasure["kind"] != "person":
            raise ErasureError(f"There is no erasure {erasure_id} of a person.")
        if erasure["state"] == "done":
            return Certificate(erasure["certificate"], erasure["certificate_text"], erasure["certificate_hash"])
        connection.execute(_sql().start_erasure, {"erasure_id": erasure_id})
        _Erasing(connection, erasure, run_id, airflow).run()
        return _finish(connection, erasure)


class _Erasing:
    """One process at one erasure."""

    def __init__(
        self, connection: Connection[DictRow], erasure: DictRow, run_id: str, airflow: Elsewhere | None
    ) -> None:
        self._connection, self._id, self._run_id = connection, erasure["erasure_id"], run_id
        self._airflow, self._steps = airflow, erasures.steps_done(connection, erasure["erasure_id"])

    def run(self) -> None:
        for number in range(1, ROUNDS + 1):
            suffix = f" {number}" if number > 1 else ""
            if number > 1 and f"find{suffix}" not in self._steps and not self._is_anything_left():
                break
            for step in (self.find, self.archive, self.raw, self.resolution, self.tables, self.history, self.marts):
                name = f"{step.__name__}{suffix}"
                if name not in self._steps:
                    step(name)
        if "files" not in self._steps:
            self.files("files")

    def find(self, step: str) -> None:
        """The keys reach the file before the database: no hash is in use that a restore would lack."""
        with self._connection.transaction():
            targets = self._targets()
            find_person(self._connection, targets)
            erasures.save_targets(self._connection, self._id, targets)
        tokens = keys_of(targets)
        append_keys(tokens, self._id)
        with self._connection.transaction():
            known = targets.identifiers
            insert_keys(self._connection, tokens, self._id)
            row = self._connection.execute(_sql().cancel_messages, {"erasure_id": self._id}).fetchone()
            counts = {
                "addresses": len(known.emails), "numbers": len(known.phones), "profiles": len(known.social_urls),
                "spellings of the name": len(known.names), "statements": len(targets.units),
                "waiting messages cancelled": row["changed"] if row else 0, "hashes that keep out": len(tokens),
            }  # fmt: skip
            self._record(step, counts)

    def archive(self, step: str) -> None:
        targets = self._targets()
        targets.pages |= find_pages(targets)
        with self._connection.transaction():  # first written down, so that a repetition counts the same
            erasures.save_targets(self._connection, self._id, targets)
        counts = erase_pages(targets)
        erase_pages_due()
        with self._connection.transaction():
            self._record(step, counts)

    def raw(self, step: str) -> None:
        with self._connection.transaction():
            self._record(step, self._erase_tagged(["raw"]))

    def resolution(self, step: str) -> None:
        summary = resolve_units(self._run_id, sorted(self._targets().units))
        with self._connection.transaction():
            self._record(step, {"entities retired": summary.retired, "entities read again": summary.entities_changed})

    def tables(self, step: str) -> None:
        with self._connection.transaction():
            counts = self._erase_tagged(TABLES)
            row = self._connection.execute(_sql().close_leads, {"erasure_id": self._id}).fetchone()
            self._record(step, {**counts, "leads closed": row["changed"] if row else 0})

    def history(self, step: str) -> None:
        """Before the build, which would tell the loss of a value as a change."""
        with connect("transform") as transform:
            counts = sweep_marts(transform, self._targets())
            erasures.record_step(transform, self._id, step, counts)
        self._steps[step] = counts

    def marts(self, step: str) -> None:
        """What is left is built; what a build that was under way had brought back goes now."""
        build_marts(self._run_id)
        project_facts(self._run_id)
        self.history(step)

    def files(self, step: str) -> None:
        targets = self._targets()
        if self._airflow is not None and "airflow" not in self._steps:
            with self._airflow() as elsewhere:
                counts = sweep_database(elsewhere, targets)
            with self._connection.transaction():
                self._record("airflow", counts)
        counts = erase_files(targets)
        with self._connection.transaction():
            self._record(step, counts)

    def _erase_tagged(self, schemas: list[str]) -> dict[str, int]:
        rows = self._connection.execute(_sql().erase_tagged, {"erasure_id": self._id, "schemas": schemas})
        return {f"{row['table_name']}.{row['column_name']}": row["changed"] for row in rows}

    def _is_anything_left(self) -> bool:
        with self._connection.transaction():
            return find_person(self._connection, self._targets()) > 0

    def _targets(self) -> Targets:
        return erasures.load_targets(self._connection, self._id)

    def _record(self, step: str, counts: Counts) -> None:
        erasures.record_step(self._connection, self._id, step, counts)
        self._steps[step] = dict(counts)


def _finish(connection: Connection[DictRow], erasure: DictRow) -> Certificate:
    with connection.transaction():
        certificate = make_certificate(erasure, erasures.steps_done(connection, erasure["erasure_id"]))
        store_certificate(connection, erasure, certificate)
        connection.execute(_sql().delete_targets, {"erasure_id": erasure["erasure_id"]})
    return certificate


def _sql() -> queries.Queries:
    return queries.load("privacy")
