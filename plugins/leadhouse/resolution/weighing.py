"""Where keys don't decide: the model weighs who shares a block with what changed, and decides or asks.

Its word is a row in the match decisions, like a person's, and holds like one; but where a person has said anything of a
pair, the model is silent. ``same`` above the version's ``certain``; ``undecided`` from ``unsure`` on: those wait in the
review queue and join nothing. A pair's weight hangs on the two statements, the weights' version and the size of their
blocks alone, so that a full refresh says what the nights have said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.resolution.comparable import comparable
from leadhouse.resolution.compared_values import Texts, company_texts, person_texts
from leadhouse.resolution.component import is_models
from leadhouse.resolution.encoded import Column, encode
from leadhouse.resolution.keys import Kind
from leadhouse.resolution.match_model import MatchModel, compare, explain_levels
from leadhouse.resolution.versioned_weights import night_model

MOST_IN_BLOCK = 20  # holders; five thousand of one name in one city say nothing
AT_ONCE = 2000  # subjects whose pairs are weighed in one go
Pair = tuple[UUID | None, frozenset[UUID]]  # scope, and the two entities


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says of two entities: its best pair of their records.

    `weight` in bits; `decision`: same or undecided.
    """

    kind: Kind
    weight: float
    decision: str
    reason: str


def weigh_shared(connection: Connection[DictRow]) -> set[UUID]:
    """Weigh what changed in this transaction (`reading.read_units`) for all; returns the entities to settle anew."""
    subjects, around = _changed(connection)
    return _weigh_scopes(connection, subjects, around, of_organizations=False)[None]


def weigh_tenants(connection: Connection[DictRow], moved: list[UUID]) -> defaultdict[UUID | None, set[UUID]]:
    """The same for each organization's own records, once the shared ones are settled: they are weighed against those.

    `moved` are the shared entities that were touched; whoever was weighed against one of them is weighed again.
    """
    subjects, around = _changed(connection)
    sql = queries.load("resolution_matching")
    rows = connection.execute(sql.select_subjects_of_entities, {"ids": moved}).fetchall()
    subjects = sorted({*subjects, *(row["subject_id"] for row in rows)})
    return _weigh_scopes(connection, subjects, around | set(moved), of_organizations=True)


def _changed(connection: Connection[DictRow]) -> tuple[list[UUID], set[UUID]]:
    """The subjects to weigh, and entities that lost one."""
    sql = queries.load("resolution_matching")
    rows = connection.execute(sql.select_subjects_to_weigh, {"most": MOST_IN_BLOCK}).fetchall()
    lost = connection.execute(sql.select_vanished_origins).fetchall()
    return [row["subject_id"] for row in rows], {row["entity_id"] for row in lost}


def _weigh_scopes(
    connection: Connection[DictRow], subjects: list[UUID], around: set[UUID], *, of_organizations: bool
) -> defaultdict[UUID | None, set[UUID]]:
    statement = queries.load("resolution_matching").select_block_pairs
    opinions: dict[Pair, Opinion] = {}
    for start in range(0, len(subjects), AT_ONCE):
        part = subjects[start : start + AT_ONCE]
        values = {"subject_ids": part, "most": MOST_IN_BLOCK, "of_organizations": of_organizations}
        _add_opinions(connection, connection.execute(statement, values).fetchall(), opinions)
        around |= _entities_of(connection, part)
    return _decide(connection, opinions, around, of_organizations=of_organizations)


def _entities_of(connection: Connection[DictRow], subjects: list[UUID]) -> set[UUID]:
    rows = connection.execute(
        "select origin_entity_id, entity_id from resolution.assignments where subject_id = any (%s)", [subjects]
    )
    return {entity for row in rows for entity in (row["origin_entity_id"], row["entity_id"])}


def _add_opinions(connection: Connection[DictRow], pairs: list[DictRow], opinions: dict[Pair, Opinion]) -> None:
    texts = _texts(connection, sorted({row[side] for row in pairs for side in ("one", "two")}))
    kinds: tuple[Kind, ...] = ("company", "person")
    for kind in kinds:
        of_kind = [row for row in pairs if row["kind"] == kind and row["one"] in texts and row["two"] in texts]
        if of_kind:
            _weigh(night_model(kind), kind, of_kind, texts, opinions)


def _weigh(
    model: MatchModel, kind: Kind, pairs: list[DictRow], texts: Mapping[UUID, Texts], opinions: dict[Pair, Opinion]
) -> None:
    rows = {subject: i for i, subject in enumerate(sorted({row[side] for row in pairs for side in ("one", "two")}))}
    columns = encoded_texts(model, [texts[subject] for subject in rows])
    left, right = (np.array([rows[row[side]] for row in pairs], dtype=np.int64) for side in ("one", "two"))
    compared = compare(model, columns, left, right)
    weights = compared.weights(model)
    for number in np.flatnonzero(weights >= model.unsure).tolist():
        row, weight = pairs[number], float(weights[number])
        pair: Pair = row["scope"], frozenset((row["one_entity"], row["two_entity"]))
        known = opinions.get(pair)
        decision = "same" if weight >= model.certain else "undecided"
        if len(pair[1]) < 2 or (known is not None and known.weight >= weight):
            continue
        low, high = sorted((int(left[number]), int(right[number])))
        opinions[pair] = Opinion(
            kind, weight, decision, explain_weight(model, columns, (low, high), compared.levels[:, [number]], weight)
        )
        if row["are_one"] and decision == "undecided":
            del opinions[pair]


def encoded_texts(model: MatchModel, texts: list[Texts]) -> dict[str, Column]:
    """The model's columns of the texts of some records."""
    found: dict[str, Column] = {}
    for attribute in model.attributes:
        kind, name = attribute.kind, attribute.name
        form = str if kind == "site" else (lambda text, kind=kind: comparable(kind, text))
        found[name] = encode(name, kind, (each[name] for each in texts), form)
    return found


def explain_weight(
    model: MatchModel, columns: Mapping[str, Column], pair: tuple[int, int], levels: NDArray[Any], weight: float
) -> str:
    """The weights in bits, without the values: they stand in the records."""
    evidence = [each for each in explain_levels(model, columns, *pair, levels) if each.level >= 0]
    parts = ", ".join(f"{each.attribute} {each.level}/{each.top} {each.weight:+.1f}" for each in evidence)
    return f"weight {weight:.1f} = prior {model.prior:+.1f}, {parts}"


def _texts(connection: Connection[DictRow], subjects: list[UUID]) -> dict[UUID, Texts]:
    """What the current statements of the subjects say, as it is compared."""
    units = connection.execute(
        queries.load("resolution_matching").select_units_of_subjects, {"subject_ids": subjects}
    ).fetchall()
    parameters = {"unit_ids": [row["unit_id"] for row in units]}
    sql, wanted = queries.load("resolution_reading"), set(subjects)
    companies = connection.execute(sql.select_company_statements, parameters).fetchall()
    by_record = {row["record_id"]: row["payload"] for row in companies}
    found = {row["subject_id"]: company_texts(row["payload"]) for row in companies if row["subject_id"] in wanted}
    for row in connection.execute(sql.select_person_statements, parameters):
        if row["subject_id"] in wanted:
            found[row["subject_id"]] = person_texts(row["payload"], by_record.get(row["company_record_id"]))
    return found


def _decide(
    connection: Connection[DictRow], opinions: dict[Pair, Opinion], around: set[UUID], *, of_organizations: bool
) -> defaultdict[UUID | None, set[UUID]]:
    """Write what is new, take back what no longer holds; the pairs that join or part are to be settled."""
    sql = queries.load("resolution_matching")
    ids = around | {entity for _, pair in opinions for entity in pair}
    touched = defaultdict[UUID | None, set[UUID]](set)
    stale: list[UUID] = []
    settled: set[Pair] = set()
    values = {"ids": list(ids), "of_organizations": of_organizations}
    for row in connection.execute(sql.select_decisions_on, values).fetchall():
        pair: Pair = row["organization_id"], frozenset((row["entity_a"], row["entity_b"]))
        opinion = opinions.get(pair)
        if not is_models(row["decided_by"]):
            settled.add(pair)
            continue
        if opinion is not None and (row["decision"], row["decided_by"]) == (opinion.decision, _author(opinion.kind)):
            settled.add(pair)
            continue
        if opinion is None and not pair[1] & around:
            continue  # it was not weighed: nothing is known against it
        stale.append(row["match_decision_id"])
        if row["decision"] == "same":
            touched[pair[0]] |= pair[1]
    new = {pair: opinion for pair, opinion in opinions.items() if pair not in settled}
    if stale:
        connection.execute(sql.revert_model_decisions, {"ids": stale})
    if new:
        connection.execute(sql.insert_model_decisions, _as_columns(new))
    for (scope, entities), opinion in new.items():
        if opinion.decision == "same":
            touched[scope] |= entities
    return touched


def _author(kind: Kind) -> str:
    return f"model {night_model(kind).version}"


def _as_columns(new: Mapping[Pair, Opinion]) -> dict[str, list[Any]]:
    pairs = sorted(new, key=lambda pair: (str(pair[0]), sorted(map(str, pair[1]))))
    opinions, sides = [new[pair] for pair in pairs], [sorted(pair[1], key=str) for pair in pairs]
    return {
        "organizations": [scope for scope, _ in pairs],
        "a": [side[0] for side in sides],
        "b": [side[1] for side in sides],
        "kinds": [each.kind for each in opinions],
        "decisions": [each.decision for each in opinions],
        "weights": [each.weight for each in opinions],
        "reasons": [each.reason for each in opinions],
        "decided_by": [_author(each.kind) for each in opinions],
    }
