"""Lands small statements through the real landing and reads back who is who."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from leadhouse.landing import Landing
from leadhouse.records import (
    CompanyAttribute,
    CompanyRecord,
    Extraction,
    PersonAttribute,
    PersonRecord,
    Value,
    subject_id,
)

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def values(enum: Any, stated: dict[str, Any]) -> dict[Any, tuple[Value, ...]]:
    """Plain values, one or a list an attribute, as the records have them."""
    listed = {name: each if isinstance(each, list) else [each] for name, each in stated.items()}
    return {enum(name): tuple(Value(value=text) for text in each) for name, each in listed.items()}


@dataclass
class World:
    """A database under test. Units are URLs, or any name for a file of an organization."""

    database: Any
    clock: datetime = NOON
    organizations: dict[str, uuid.UUID] = field(default_factory=dict)

    def organization(self, slug: str) -> uuid.UUID:
        """An organization of this name."""
        if slug not in self.organizations:
            with self.database.owner() as connection:
                row = connection.execute(
                    "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id",
                    (slug, slug),
                ).fetchone()
            self.organizations[slug] = row["organization_id"]
        return self.organizations[slug]

    def extraction(self, unit: str, company=None, people=(), owner=None, at=None) -> Extraction:
        """What a unit says: one company (or none) and its people, or a list of companies."""
        companies = company if isinstance(company, list) else [company] if company else []
        self.clock += timedelta(seconds=1)
        return Extraction(
            source_key=f"test/{owner or 'web'}",
            unit_key=unit,
            extractor="test",
            extractor_version="1",
            content_hash=hashlib.sha256(f"{unit}{company}{people}".encode()).hexdigest(),
            observed_at=at or self.clock,
            organization_id=self.organization(owner) if owner else None,
            companies=tuple(
                CompanyRecord(record_key=f"company{number}", values=values(CompanyAttribute, each))
                for number, each in enumerate(companies)
            ),
            persons=tuple(
                PersonRecord(
                    record_key=f"person{number}",
                    values=values(PersonAttribute, each),
                    company_key="company0" if companies else None,
                )
                for number, each in enumerate(people)
            ),
        )

    def land(self, unit: str, company=None, people=(), owner=None, at=None) -> None:
        """Lands one unit in a transaction of its own."""
        self.land_all([self.extraction(unit, company, people, owner, at)])

    def land_all(self, extractions: list[Extraction]) -> None:
        """Lands several units of one owner at once."""
        owner = extractions[0].organization_id
        landing = Landing(
            "imports" if owner else "landing", run_on=DAY, run_id="test", source_key="test/x", organization_id=owner
        )
        for each in extractions:
            landing.add_extraction(each)
        landing.commit()

    def subject(self, unit: str, owner=None, kind="company", number=0) -> uuid.UUID:
        """The subject that a unit's record is about."""
        organization = self.organizations[owner] if owner else None
        unit_id = Extraction(
            source_key=f"test/{owner or 'web'}", unit_key=unit, extractor="test", extractor_version="1",
            content_hash="0" * 64, observed_at=NOON, organization_id=organization,
        ).unit_id  # fmt: skip
        return subject_id(unit_id, kind, f"{kind}{number}")

    def query(self, statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Rows, as the administrator sees them."""
        with self.database.kept_owner() as connection:
            return connection.execute(statement, parameters).fetchall()

    def entity(self, unit: str, owner=None, kind="company", number=0) -> uuid.UUID | None:
        """The entity that a unit's record belongs to, None when it has none."""
        rows = self.query(
            "select entity_id from resolution.assignments where subject_id = %s",
            (self.subject(unit, owner, kind, number),),
        )
        return rows[0]["entity_id"] if rows else None

    def status(self, entity_id: uuid.UUID) -> str:
        """active, merged or retired."""
        return self.query("select status from resolution.entities where entity_id = %s", (entity_id,))[0]["status"]

    def redirects(self) -> set[tuple[Any, Any, Any]]:
        """The standing redirects: organization, from, to."""
        rows = self.query("select * from resolution.redirects where reverted_batch_no is null")
        return {(row["organization_id"], row["from_entity_id"], row["to_entity_id"]) for row in rows}

    def changes(self, batch_no: int) -> set[tuple[Any, Any, str]]:
        """The ledger of one batch: entity, organization, kind."""
        rows = self.query("select * from resolution.changes where batch_no = %s", (batch_no,))
        return {(row["entity_id"], row["organization_id"], row["change_kind"]) for row in rows}

    def forget_everything(self, *, resolved_only: bool = False) -> None:
        """Nothing is resolved any more; nothing is landed either, unless only the former is said."""
        resolved = (
            "batches", "entities", "assignments", "subjects", "subject_keys", "origins", "match_decisions", "redirects",
            "changes",
        )  # fmt: skip
        landed = ("batches", "applications", "extractions", "company_records", "person_records")
        tables = [f"resolution.{table}" for table in resolved] + [
            f"raw.{table}" for table in landed if not resolved_only
        ]
        with self.database.owner() as connection:
            connection.execute(
                f"truncate {', '.join(tables)}, app.consumer_positions, app.leads, app.corrections,"
                " app.enrichment_requests cascade"
            )

    def state(self) -> dict[str, set[tuple[Any, ...]]]:
        """All that resolution decides, ids included, without times and batch numbers."""
        tables = {
            "assignments": "subject_id, entity_id, origin_entity_id, organization_id, match_key, match_reason",
            "entities": "entity_id, entity_kind, organization_id, status",
            "redirects": "organization_id, from_entity_id, to_entity_id",
            "subject_keys": "subject_id, key_kind, key_value, is_joining, counted_name, organization_id",
            "subjects": "subject_id, unit_id, company_subject_id, organization_id",
            "origins": "entity_kind, organization_id, key_kind, key_value, entity_id",
        }
        where = {"redirects": " where reverted_batch_no is null"}
        return {
            table: {
                tuple(row.values())
                for row in self.query(f"select {columns} from resolution.{table}{where.get(table, '')}")  # noqa: S608
            }
            for table, columns in tables.items()
        }


@pytest.fixture
def world(database: Any) -> World:
    """An empty world of one test."""
    return World(database)
