"""What becomes of a row that stood before: three modes, each with one meaning in a store that only appends.

**upsert** (the usual one): the file is the whole list. What is new or changed lands, what is gone is retracted.
**skip**: what stands stays. A row that stands already, whatever it says now, is known; only new rows land, none goes.
**merge**: the file adds. A filled cell takes the place of what stood of its attribute, an empty one leaves it; custom
fields are joined the same way; no row goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.landing.prepared import PreparedStatement
from leadhouse.landing.standing import read_standing, standing_hashes, units_that_stand
from leadhouse.records import CompanyRecord, Extraction, PersonRecord

Mode = Literal["upsert", "skip", "merge"]
Record = CompanyRecord | PersonRecord


def split_standing(
    connection: Connection[Any], statements: Sequence[PreparedStatement]
) -> tuple[list[PreparedStatement], int]:
    """Of a part in mode *skip*: those whose unit says nothing yet, and how many are left out."""
    standing = units_that_stand(connection, {each.unit_id for each in statements})
    fresh = [each for each in statements if each.unit_id not in standing]
    return fresh, len(statements) - len(fresh)


def merge_standing(
    connection: Connection[Any], statements: Sequence[PreparedStatement]
) -> list[Extraction | PreparedStatement]:
    """Of a part in mode *merge*: each with what its unit said before and it does not say again.

    What says nothing but what stands, or of a unit that says nothing yet, stays as it is prepared: joined with what
    stood it would be the same, and reading that, record by record, costs more than all else.
    """
    stands = standing_hashes(connection, {each.unit_id for each in statements})
    said = [(each.unit_id, each.statement_hash) for each in statements]
    differing = {unit for unit, statement in said if stands.setdefault(unit, statement) != statement}
    before: dict[UUID, list[Record]] = read_standing(connection, differing)
    merged: list[Extraction | PreparedStatement] = []
    for each in statements:
        unit = each.unit_id
        if unit not in differing:
            merged.append(each)
            continue
        found = _merge(each.extraction, before.get(unit, ()))
        before[unit] = [*found.companies, *found.persons]
        merged.append(found)
    return merged


def _merge(said: Extraction, before: Sequence[Record]) -> Extraction:
    companies = {each.record_key: each for each in said.companies}
    persons = {each.record_key: each for each in said.persons}
    for record in before:
        if isinstance(record, CompanyRecord):
            companies[record.record_key] = _joined(record, companies.get(record.record_key))
        else:
            persons[record.record_key] = _joined(record, persons.get(record.record_key))
    kept = {"companies": tuple(companies.values()), "persons": tuple(persons.values())}
    return said.model_copy(update=kept) if before else said


def _joined(before: Any, now: Any) -> Any:
    if now is None:
        return before
    values: Mapping[Any, Any] = {**before.values, **now.values}
    custom = {**before.custom_fields, **now.custom_fields}
    update: dict[str, Any] = {"values": values, "custom_fields": custom}
    if isinstance(now, PersonRecord):
        update["company_key"] = now.company_key or before.company_key
    return now.model_copy(update=update)
