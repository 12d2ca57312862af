"""What a landing's transaction writes, table by table; what is to be written was decided before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from leadhouse.landing.staging import FEW, insert_rows
from leadhouse.landing.storable import clean_json, clean_text
from leadhouse.records import Fetch


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes the rows of one landing, each with the landing's id, so that its batch can be found by them."""

    run_on: date
    landing_id: UUID
    organization_id: UUID | None

    def write_fetches(self, connection: Connection[Any], fetches: Sequence[Fetch], lease: ShardLease | None) -> None:
        """Rows of raw.fetches, of the lease's job and shard."""
        if not fetches:
            return
        job_id, shard_no = (lease.job_id, lease.shard_no) if lease else (None, None)
        made = (rows.fetch_row(each, self.run_on, self.landing_id, job_id, shard_no) for each in fetches)
        insert_rows(connection, "fetches", rows.FETCHES, made)

    def write_plan(self, connection: Connection[Any], plan: Plan) -> tuple[int, int]:
        """Extractions, their records and what is applied; returns how many records and how many statements landed."""
        landed = self._write_fresh(connection, plan) if plan.fresh else (0, 0)
        if len(plan.applications) > FEW:
            bulk = BulkRows(self.run_on, self.landing_id)
            bulk.write_applications(connection, applied_lines(plan.applications))
        elif plan.applications:
            applied: Iterable[list[Any]] = ([i, *each, self.landing_id] for i, each in enumerate(plan.applications))
            insert_rows(connection, "applications", rows.APPLICATIONS, applied)
        return landed

    def _write_fresh(self, connection: Connection[Any], plan: Plan) -> tuple[int, int]:
        prepared = [(each, str(key)) for each, (_, key) in plan.fresh if isinstance(each, PreparedStatement)]
        if len(prepared) == len(plan.fresh) > FEW:
            written = BulkRows(self.run_on, self.landing_id).write_statements(connection, prepared)
            return sum(len(each) for each, _ in written), sum(bool(each) for each, _ in written)
        found = (rows.extraction_row(each, key, self.landing_id) for each, key in plan.fresh)
        inserted = insert_rows(connection, "extractions", rows.EXTRACTIONS, found)
        taken = {row["extraction_id"] for row in inserted}
        mine = [(each, key) for each, key in plan.fresh if key[1] in taken]
        landed = 0
        if any(each.companies for each, _ in mine):
            companies = (row for each, key in mine for row in rows.company_rows(each, key, self.landing_id))
            landed += insert_rows(connection, "company_records", rows.COMPANY_RECORDS, companies).rowcount
        if any(each.persons for each, _ in mine):
            persons = (row for each, key in mine for row in rows.person_rows(each, key, self.landing_id))
            landed += insert_rows(connection, "person_records", rows.PERSON_RECORDS, persons).rowcount
        return landed, sum(bool(each) for each, _ in mine)

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
