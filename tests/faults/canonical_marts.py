"""The marts without ids and times: equal for two nights that saw the same world, however often one was killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

# What tells when and where a row was made, not what it says.
PLACES = frozenset({"run_id", "warc_uri", "warc_offset", "fetch_id", "record_id", "suite_version", "latency_ms"})
ENTITY_MARTS = (
    "mart_companies.dim_companies",
    "mart_companies.fct_company_values",
    "mart_leads.dim_people",
    "mart_leads.fct_person_values",
    "mart_leads.dim_leads",
    "mart_leads.fct_score_factors",
)
# An entity by its records: whom a record is about follows from source, unit and key, in every database alike.
ENTITIES = """
select entity_id as id, string_agg(subject_id::text, ' ' order by subject_id) as name
  from resolution.assignments group by entity_id
"""
NAMES = {
    "organization_id": "select organization_id as id, slug as name from identity.organizations",
    "company_id": ENTITIES,
    "person_id": ENTITIES,
}

Row = tuple[tuple[str, Any], ...]


def canonical_marts(database: Any, marts: Iterable[str] = ENTITY_MARTS) -> dict[str, Counter[Row]]:
    """Every row of every mart as (column, value) pairs; entities by their records instead of their ids."""
    with database.owner() as connection:
        names = {
            column: {row["id"]: row["name"] for row in connection.execute(statement)}
            for column, statement in NAMES.items()
        }
        return {
            mart: Counter(_canonical(row, names) for row in connection.execute(f"select * from {mart}"))  # noqa: S608
            for mart in marts
        }


def differences(undisturbed: dict[str, Counter[Row]], disturbed: dict[str, Counter[Row]]) -> list[str]:
    """What one has and the other lacks, in words, at most ten a mart; empty where they are equal."""
    found = []
    for mart, rows in undisturbed.items():
        for what, missing in (("lost", rows - disturbed[mart]), ("too many", disturbed[mart] - rows)):
            found += [f"{mart}: {what}: {dict(row)}" for row in list(missing.elements())[:10]]
    return found


def _canonical(row: dict[str, Any], names: dict[str, dict[Any, str]]) -> Row:
    kept = {}
    for column, value in row.items():
        if column in names:
            kept[column] = names[column].get(value, value)
        elif column not in PLACES and not isinstance(value, UUID | date | datetime):
            kept[column] = value
    return tuple((column, _hashable(value)) for column, value in sorted(kept.items()))


def _hashable(value: Any) -> Any:
    return repr(value) if isinstance(value, list | dict) else value
