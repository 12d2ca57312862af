"""What a landing's transaction writes, table by table; what is to be written was decided before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.landing import rows
from leadhouse.landing.bulk_rows import BulkRows, applied_lines
from leadhouse.landing.contract import Quarantined, ShardLease
from leadhouse.landing.plan import Plan
from leadhouse.landing.prepared import PreparedStatement
from leadhouse.landing.rows import AnyStatement
from leadhouse.landing.staging import FEW, insert_rows
from leadhouse.landing.storable import clean_json, clean_text
from leadhouse.records import Fetch


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes the rows of one landing, each with the landing's id, so that its batch can be found by them.

    `landing_ids` are the landings of units that another landing brings in the same transaction.
    """

    run_on: date
    landing_id: UUID
    organization_id: UUID | None
    landing_ids: Mapping[UUID, UUID] = field(default_factory=dict)

    def write_fetches(self, connection: Connection[Any], fetches: Sequence[Fetch], lease: ShardLease | None) -> None:
        """Rows of raw.fetches, of the lease's job and shard."""
        write_fetches(connection, self.run_on, ((self.landing_id, each) for each in fetches), lease)

    def write_plan(self, connection: Connection[Any], plan: Plan) -> Sequence[AnyStatement]:
        """Extractions, their records and what is applied; returns the statements whose records landed."""
        landed = self._write_fresh(connection, plan) if plan.fresh else ()
        if len(plan.applications) > FEW and not self.landing_ids:
            bulk = BulkRows(self.run_on, self.landing_id)
            bulk.write_applications(connection, applied_lines(plan.applications))
        elif plan.applications:
            applied = ([i, *each, self._landing_of(each[0])] for i, each in enumerate(plan.applications))
            insert_rows(connection, "applications", rows.APPLICATIONS, applied)
        return landed

    def _write_fresh(self, connection: Connection[Any], plan: Plan) -> Sequence[AnyStatement]:
        prepared = [(each, str(key)) for each, (_, key) in plan.fresh if isinstance(each, PreparedStatement)]
        if len(prepared) == len(plan.fresh) > FEW and not self.landing_ids:
            written = BulkRows(self.run_on, self.landing_id).write_statements(connection, prepared)
            return [each for each, _ in written]
        fresh = [(each, key, self._landing_of(each.unit_id)) for each, key in plan.fresh]
        inserted = insert_rows(
            connection, "extractions", rows.EXTRACTIONS, (rows.extraction_row(*each) for each in fresh)
        )
        taken = {row["extraction_id"] for row in inserted}
        mine = [each for each in fresh if each[1][1] in taken]
        if any(each.companies for each, _, _ in mine):
            companies = (row for each in mine for row in rows.company_rows(*each))
            insert_rows(connection, "company_records", rows.COMPANY_RECORDS, companies)
        if any(each.persons for each, _, _ in mine):
            persons = (row for each in mine for row in rows.person_rows(*each))
            insert_rows(connection, "person_records", rows.PERSON_RECORDS, persons)
        return [each for each, _, _ in mine]

    def _landing_of(self, unit: UUID) -> UUID:
        return self.landing_ids.get(unit, self.landing_id)

    def write_quarantine(
        self, connection: Connection[Any], waiting: Mapping[str, Quarantined], source_key: str | None
    ) -> int:
        """What was refused, by its hash; returns how many rows were new."""
        if not waiting:
            return 0
        refused = (
            [
                self.landing_id, self.run_on, self.organization_id, each.source_key or source_key,
                clean_text(each.unit_key), each.line, each.reason, clean_text(each.detail),
                Jsonb(clean_json(each.payload)), key,
            ]
            for key, each in waiting.items()
        )  # fmt: skip
        return insert_rows(connection, "quarantine", rows.QUARANTINE, refused).rowcount


def write_fetches(
    connection: Connection[Any], run_on: date, fetches: Iterable[tuple[UUID, Fetch]], lease: ShardLease | None
) -> None:
    """Rows of raw.fetches, each with the id of its landing, of the lease's job and shard."""
    job_id, shard_no = (lease.job_id, lease.shard_no) if lease else (None, None)
    made = [rows.fetch_row(each, run_on, landing_id, job_id, shard_no) for landing_id, each in fetches]
    if made:
        insert_rows(connection, "fetches", rows.FETCHES, made)
