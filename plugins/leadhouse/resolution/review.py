"""The review queue: pairs of which the match model is not sure, for a person to decide, and what people have said."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.resolution.keys import Payload

# a part of `weighing.explain_weight`: `name 3/5 +9.3`; the prior has no level
PART = re.compile(r"(?P<attribute>[a-z_ ]+?) (?:(?P<level>\d+)/(?P<top>\d+) )?(?P<weight>[+-]\d+\.\d)(?:, |$)")
OF_COMPANY = {"name": "company_name", "legal_name": "company_name", "domain": "company_domain"}
ADDRESS = ("street", "postal_code", "city", "region", "country_code")


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """Two entities, the model's weight in bits and its parts in words; `decisions.decide` takes them off the queue."""

    match_decision_id: UUID
    entity_kind: str
    entity_a: UUID
    entity_b: UUID
    match_weight: float
    reason: str | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """What a person has said of two entities, and it stands."""

    match_decision_id: UUID
    entity_kind: str
    entity_a: UUID
    entity_b: UUID
    decision: str
    reason: str | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class WeightPart:
    """What one attribute adds to a pair's weight, in bits. `level` of `top`: 0 unlike, the highest equal."""

    attribute: str
    weight: float
    level: int | None
    top: int | None


@dataclass(frozen=True, slots=True)
class Statements:
    """What the records behind an entity state: attribute → value → how many of them, the most frequent first."""

    records: int
    sources: tuple[str, ...]
    values: dict[str, dict[str, int]]

    @property
    def title(self) -> str | None:
        """The name that most records give."""
        found = next((self.values[each] for each in ("full_name", "name", "legal_name") if each in self.values), {})
        return next(iter(found), None)


def waiting_pairs(organization_id: UUID | None = None, most: int = 100) -> list[WaitingPair]:
    """The newest `most` pairs of a scope: the shared ones, or those of one organization, never another's."""
    with connect("resolution") as connection:
        rows = connection.execute(_sql().select_waiting_pairs, {"scope": organization_id, "most": most})
        return [WaitingPair(**row) for row in rows]


def count_waiting() -> dict[UUID | None, int]:
    """How many pairs wait in each scope that has any; None is the shared one."""
    with connect("resolution") as connection:
        return {row["organization_id"]: row["waiting"] for row in connection.execute(_sql().count_waiting_pairs)}


def decided_pairs(organization_id: UUID | None = None, most: int = 20) -> list[DecidedPair]:
    """The newest `most` decisions of people that stand in a scope."""
    with connect("resolution") as connection:
        rows = connection.execute(_sql().select_decided_pairs, {"scope": organization_id, "most": most})
        return [DecidedPair(**row) for row in rows]


def find_answer(match_decision_id: UUID) -> tuple[str, str] | None:
    """What somebody has said meanwhile of a pair that waited, and who: (decision, decided by); None while it waits.

    Raises LookupError: there is no such decision.
    """
    parameters = {"match_decision_id": match_decision_id}
    with connect("resolution") as connection:
        waiting = connection.execute(_sql().select_decision, parameters).fetchone()
        if waiting is None:
            raise LookupError(f"There is no match decision {match_decision_id}.")
        if not waiting["is_reverted"]:
            return None
        answer = connection.execute(_sql().select_answer, waiting).fetchone()
    return (answer["decision"], answer["decided_by"]) if answer else ("nothing any more", "the match model")


def read_weight(reason: str | None) -> list[WeightPart]:
    """The parts of a weight that `weighing` has put in words, the prior first; none of what a person wrote."""
    _, sign, parts = (reason or "").partition(" = ")
    if not sign:
        return []
    return [
        WeightPart(
            part["attribute"],
            float(part["weight"]),
            int(part["level"]) if part["level"] else None,
            int(part["top"]) if part["top"] else None,
        )
        for part in PART.finditer(parts)
    ]


def read_statements(entities: Iterable[UUID], organization_id: UUID | None = None) -> dict[UUID, Statements]:
    """What the records behind the ids state now, as a scope sees them; an id without records has none.

    Of each the first fifty records are read. A person's include the company of the same page or row.
    """
    wanted = list(set(entities))
    with connect("resolution") as connection:
        parameters = {"ids": wanted, "scope": organization_id}
        rows = connection.execute(_sql().select_records_of_entities, parameters).fetchall()
        said = _payloads(connection, {row["unit_id"] for row in rows})
    found: defaultdict[UUID, list[tuple[str, Payload]]] = defaultdict(list)
    for row in rows:
        if row["subject_id"] in said:
            found[row["entity_id"]].append(said[row["subject_id"]])
    return {entity: _added_up(found[entity]) for entity in wanted}


def _payloads(connection: Connection[DictRow], units: set[UUID]) -> dict[UUID, tuple[str, Payload]]:
    """By subject: the unit that says it (an address, a row), and what it says."""
    reading, wanted = queries.load("resolution_reading"), {"unit_ids": list(units)}
    companies = connection.execute(reading.select_company_statements, wanted).fetchall()
    by_record = {row["record_id"]: row["payload"] for row in companies}
    names = {row["unit_id"]: row["unit_key"] for row in connection.execute(_sql().select_unit_keys, wanted)}
    found = {row["subject_id"]: (row["unit_key"], row["payload"]) for row in companies}
    for row in connection.execute(reading.select_person_statements, wanted):
        company = by_record.get(row["company_record_id"], {})
        of_company = {OF_COMPANY[name]: values for name, values in company.items() if name in OF_COMPANY}
        found[row["subject_id"]] = names.get(row["unit_id"], ""), {**of_company, **row["payload"]}
    return found


def _added_up(statements: list[tuple[str, Payload]]) -> Statements:
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, payload in statements:
        for attribute, candidates in payload.items():
            counted[attribute].update({_text(each) for each in candidates})
    values = {attribute: dict(found.most_common()) for attribute, found in counted.items()}
    return Statements(len(statements), tuple(sorted({unit for unit, _ in statements if unit})), values)


def _text(candidate: dict[str, object]) -> str:
    parts = candidate.get("parts")
    if isinstance(parts, dict) and (told := [str(parts[name]) for name in ADDRESS if parts.get(name)]):
        return ", ".join(told)
    return str(candidate["value"])


def _sql() -> queries.Queries:
    return queries.load("resolution_review")
