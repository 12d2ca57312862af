"""The Matches page: pairs of which the match model is not sure, what they state, what it weighed; a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from leadhouse import resolution
from leadhouse.console.rendering import render_page
from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.resolution import review
from leadhouse.resolution.match_model import probability
from leadhouse.resolution.versioned_weights import night_model

Decision = Literal["same", "different", "undecided"]
AT_ONCE = 20  # pairs of a page, newest first; what is decided makes room for the next
SHARED = "Shared"
SHOWN = 4  # values of an attribute; the rest is counted
# what tells most stands first, the rest behind it in the order of its name
FIRST = ("full_name", "name", "legal_name", "title", "company_name", "company_domain", "domain", "email", "phone_e164",
         "address", "vat_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of a pair. `match_decision_id`: the row of the queue that is answered, if it is one."""

    entity_a: UUID
    entity_b: UUID
    decision: Decision
    organization_id: UUID | None = None
    reason: str | None = None
    match_decision_id: UUID | None = None


def matches_page(organization_id: UUID | None, decided: UUID | None = None, refusal: str = "") -> str | None:
    """The queue of a scope (None: the shared records); None when there is no such organization.

    `decided` is the answer that was just given, `refusal` says why one was not taken.
    """
    names = _organizations()
    if organization_id not in names:
        return None
    waiting = review.count_waiting()
    pairs = review.waiting_pairs(organization_id, AT_ONCE)
    answered = review.decided_pairs(organization_id)
    stated = review.read_statements(_entities([*pairs, *answered]), organization_id)
    return render_page(
        "matches.html",
        scopes=[
            (each, names[each], waiting.get(each, 0)) for each in names if each in {None, organization_id, *waiting}
        ],
        organization_id=organization_id,
        scope=names[organization_id],
        waiting=waiting.get(organization_id, 0),
        pairs=[_shown(pair, stated) for pair in pairs],
        answered=[(pair, _title(pair.entity_a, stated), _title(pair.entity_b, stated)) for pair in answered],
        decided=next((pair for pair in answered if pair.match_decision_id == decided), None),
        refusal=refusal,
    )


def answer_pair(answer: Answer, decided_by: str) -> UUID:
    """Writes the decision, which holds at once; returns its id.

    Raises:
        resolution.DecisionError: it cannot be made, or somebody else has answered the pair of the queue meanwhile.
        LookupError: the queue never had such a row.
    """
    if answer.match_decision_id and (said := review.find_answer(answer.match_decision_id)):
        raise resolution.DecisionError(f"This pair waits no more: {said[1]} has said {said[0]}. Nothing was changed.")
    made = resolution.decide(
        answer.entity_a,
        answer.entity_b,
        answer.decision,
        decided_by=decided_by,
        run_id=f"console__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}",
        organization_id=answer.organization_id,
        reason=answer.reason or None,
    )
    return made.match_decision_id


def _organizations() -> dict[UUID | None, str]:
    with connect("console") as connection:
        rows = connection.execute(load("console").find_organization_names).fetchall()
    return {None: SHARED, **{row["organization_id"]: row["name"] for row in rows}}


def _entities(pairs: Iterable[review.WaitingPair | review.DecidedPair]) -> set[UUID]:
    return {entity for pair in pairs for entity in (pair.entity_a, pair.entity_b)}


def _title(entity: UUID, stated: Mapping[UUID, review.Statements]) -> str:
    return stated[entity].title or str(entity)


def _shown(pair: review.WaitingPair, stated: Mapping[UUID, review.Statements]) -> dict[str, Any]:
    """What the template needs of a pair."""
    model = night_model("company" if pair.entity_kind == "company" else "person")
    sides = [(entity, _title(entity, stated), stated[entity]) for entity in (pair.entity_a, pair.entity_b)]
    return {
        "pair": pair,
        "sides": sides,
        "rows": _rows(sides[0][2], sides[1][2]),
        "parts": review.read_weight(pair.reason),
        "certain": model.certain,
        "probability": probability(pair.match_weight),
    }


def _rows(one: review.Statements, other: review.Statements) -> list[dict[str, Any]]:
    """A row an attribute that either states: the values of both, those that they share first."""
    names = sorted(
        {*one.values, *other.values},
        key=lambda name: (name not in FIRST, FIRST.index(name) if name in FIRST else 0, name),
    )
    rows = []
    for name in names:
        left, right = one.values.get(name, {}), other.values.get(name, {})
        common = left.keys() & right.keys()
        rows.append({"attribute": name, "common": common, "sides": [_values(side, common) for side in (left, right)]})
    return rows


def _values(side: Mapping[str, int], common: Iterable[str]) -> dict[str, Any]:
    ordered = sorted(side, key=lambda value: value not in common)
    return {"shown": ordered[:SHOWN], "more": max(0, len(ordered) - SHOWN)}
