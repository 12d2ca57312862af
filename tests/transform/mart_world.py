"""A small world for the marts: statements land through the real landing, who is who is said by the test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from leadhouse.landing import Landing
from leadhouse.records import CompanyRecord, Extraction, PersonRecord, Value, subject_id

RUN_ON = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Values = Mapping[str, Any]


def values(stated: Values) -> dict[str, tuple[Value, ...]]:
    """``{"name": "Acme"}``, ``{"phone_e164": ["+49…", ("+49…", 0.4)]}``: a value, or values with confidences."""
    spread = {name: each if isinstance(each, list) else [each] for name, each in stated.items()}
    return {
        name: tuple(
            Value(value=v[0], confidence=v[1]) if isinstance(v, tuple) else Value(value=v, confidence=0.8) for v in each
        )
        for name, each in spread.items()
    }


class MartWorld:
    """Organizations, statements, entities; each change of who is who goes into the ledger as resolution would"
    " write it."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.clock = NOON

    def organization(self, slug: str) -> UUID:
        with self.database.owner() as connection:
            row = connection.execute(
                "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id",
                [slug, slug],
            ).fetchone()
        return row["organization_id"]

    def state(
        self,
        unit: str,
        companies: Mapping[str, Values] | None = None,
        people: Mapping[str, tuple[Values, str | None]] | None = None,
        *,
        source: str = "web/acme.example",
        organization: UUID | None = None,
    ) -> dict[str, UUID]:
        """Land what a unit states now; returns record key → subject."""
        self.clock += timedelta(minutes=1)
        extraction = Extraction(
            source_key=source, unit_key=unit, extractor="company_site", extractor_version="1",
            content_hash=hashlib.sha256(f"{unit}{self.clock}".encode()).hexdigest(), observed_at=self.clock,
            organization_id=organization,
            companies=tuple(
                CompanyRecord(record_key=key, values=values(each)) for key, each in (companies or {}).items()
            ),
            persons=tuple(
                PersonRecord(record_key=key, values=values(each), company_key=company)
                for key, (each, company) in (people or {}).items()
            ),
        )  # fmt: skip
        component = "imports" if organization else "landing"
        landing = Landing(
            component, run_on=RUN_ON, run_id="cli__world", source_key=source, organization_id=organization
        )
        landing.add_extraction(extraction)
        landing.commit()
        known = {key: subject_id(extraction.unit_id, "company", key) for key in companies or {}}
        employers = {
            subject_id(extraction.unit_id, "person", key): known.get(company or "")
            for key, (_, company) in (people or {}).items()
        }
        self.note_subjects(extraction.unit_id, organization, known, employers)
        return known | dict(zip(people or {}, employers, strict=True))

    def note_subjects(
        self,
        unit_id: UUID,
        organization: UUID | None,
        companies: Mapping[str, UUID],
        employers: Mapping[UUID, UUID | None],
    ) -> None:
        """The current subjects of a unit, as resolution remembers them."""
        rows = [*((each, "company", None) for each in companies.values())]
        rows += [(person, "person", employer) for person, employer in employers.items()]
        with self.database.owner() as connection:
            connection.execute("delete from resolution.subjects where unit_id = %s", [unit_id])
            for subject, kind, employer in rows:
                connection.execute(
                    "insert into resolution.subjects (subject_id, entity_kind, organization_id, unit_id,"
                    " company_subject_id)"
                    " values (%s, %s, %s, %s, %s)",
                    [subject, kind, organization, unit_id, employer],
                )

    def entity(self, kind: str, *subjects: UUID, organization: UUID | None = None) -> UUID:
        """A new entity to which the subjects belong; `organization` makes it private."""
        entity_id = uuid4()
        with self.ledger("landed") as (connection, batch):
            connection.execute(
                "insert into resolution.entities (entity_id, entity_kind, organization_id, created_batch_no) values"
                " (%s, %s, %s, %s)",
                [entity_id, kind, organization, batch],
            )
            self._change(connection, batch, entity_id, organization, "created")
        for subject in subjects:
            self.assign(subject, entity_id, organization=organization)
        return entity_id

    def assign(self, subject: UUID, entity_id: UUID, *, organization: UUID | None = None) -> None:
        """The subject (of an organization's private record) belongs to the entity."""
        with self.ledger("landed") as (connection, batch):
            connection.execute(
                "insert into resolution.assignments (subject_id, entity_kind, organization_id, entity_id,"
                " origin_entity_id,"
                " match_reason, batch_no) select %(subject)s, entity_kind, %(organization)s, entity_id, entity_id,"
                " 'test', %(batch)s"
                " from resolution.entities where entity_id = %(entity)s"
                " on conflict (subject_id) do update set entity_id = excluded.entity_id",
                {"subject": subject, "organization": organization, "entity": entity_id, "batch": batch},
            )
            self._change(connection, batch, entity_id, organization, "updated")

    def touch(self, entity_id: UUID, organization: UUID | None = None) -> None:
        """What resolution writes when a landing changed an entity's records."""
        with self.ledger("landed") as (connection, batch):
            self._change(connection, batch, entity_id, organization, "updated")

    def merge(self, loser: UUID, winner: UUID, organization: UUID | None = None) -> None:
        """Join two entities, for all or inside one organization."""
        with self.ledger("decided") as (connection, batch):
            connection.execute(
                "insert into resolution.redirects (organization_id, from_entity_id, to_entity_id, reason, batch_no)"
                " values (%s, %s, %s, 'test', %s)",
                [organization, loser, winner, batch],
            )
            if organization is None:
                connection.execute("update resolution.entities set status = 'merged' where entity_id = %s", [loser])
                connection.execute(
                    "update resolution.assignments set entity_id = %s where entity_id = %s", [winner, loser]
                )
            for entity_id in (loser, winner):
                self._change(connection, batch, entity_id, organization, "merged")

    def unmerge(self, loser: UUID, winner: UUID, organization: UUID | None = None) -> None:
        """Part what `merge` joined."""
        with self.ledger("decided") as (connection, batch):
            connection.execute(
                "update resolution.redirects set reverted_batch_no = %s where from_entity_id = %s and"
                " reverted_batch_no is null"
                " and organization_id is not distinct from %s",
                [batch, loser, organization],
            )
            if organization is None:
                connection.execute("update resolution.entities set status = 'active' where entity_id = %s", [loser])
                connection.execute(
                    "update resolution.assignments set entity_id = %s where origin_entity_id = %s", [loser, loser]
                )
            for entity_id in (loser, winner):
                self._change(connection, batch, entity_id, organization, "unmerged")

    def correct(self, organization: UUID, entity_id: UUID, attribute: str, value: str | None) -> None:
        """A correction, by the one function that makes them."""
        with self.database.connect("leads") as connection:
            connection.execute(
                "select app.correct_value(%s, %s, %s, %s, 'known better')", [organization, entity_id, attribute, value]
            )

    def know_email(self, subject: UUID, email: str) -> None:
        """The exact key that resolution keeps of a subject."""
        with self.database.owner() as connection:
            connection.execute(
                "insert into resolution.subject_keys (subject_id, entity_kind, key_kind, key_value) values (%s,"
                " 'person', 'email', %s)",
                [subject, email],
            )

    def check_email(self, email: str, status: str) -> None:
        """A landed check of an address."""
        with self.database.connect("enrichment") as connection:
            landing_id = uuid4()
            connection.execute("select raw.ensure_partitions(%s)", [RUN_ON])
            connection.execute(
                "insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status,"
                " is_syntax_valid, has_mx,"
                " is_role, is_free, is_disposable, checked_at) values (%s, %s, %s, 'x', %s, true, true, false,"
                " false, false, now())",
                [RUN_ON, email, landing_id, status],
            )
            connection.execute(
                "insert into raw.batches (batch_no, landing_id, run_on, run_id, received, landed, known, quarantined)"
                " values (app.take_batch_number('raw'), %s, %s, 'cli__world', 1, 1, 0, 0)",
                [landing_id, RUN_ON],
            )

    def rows(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows as nobody's policy limits them."""
        with self.database.kept_owner() as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def seen_by(self, login_url: str, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows as a login of a person sees them."""
        with psycopg.connect(login_url, row_factory=psycopg.rows.dict_row) as connection:
            return connection.execute(statement, parameters or None).fetchall()

    @contextmanager
    def ledger(self, reason: str) -> Iterator[tuple[psycopg.Connection[Any], int]]:
        """A transaction of resolution with its batch."""
        with self.database.owner() as connection:
            row = connection.execute(
                "insert into resolution.batches (batch_no, run_id, reason)"
                " values (app.take_batch_number('entities'), 'cli__world', %s) returning batch_no",
                [reason],
            ).fetchone()
            yield connection, row["batch_no"]

    @staticmethod
    def _change(
        connection: psycopg.Connection[Any], batch: int, entity_id: UUID, organization: UUID | None, kind: str
    ) -> None:
        connection.execute(
            "insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)"
            " select %s, entity_id, entity_kind, %s, %s from resolution.entities where entity_id = %s on conflict"
            " do nothing",
            [batch, organization, kind, entity_id],
        )
