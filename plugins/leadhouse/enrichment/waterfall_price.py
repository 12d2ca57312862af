"""What a run of the waterfall would cost, before it runs: at most, as expected, and what ceilings allow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.enrichment.providers import StepOfWaterfall, list_steps
from leadhouse.enrichment.wanted import insert_wanted

LEAST_CALLS = 20  # below it a hit rate is a guess, and no expectation is told


@dataclass(frozen=True, slots=True)
class StepPrice:
    """A provider that may be asked; `hits` of `calls` are its settled answers to this organization within a year."""

    position: int
    provider: str
    price_eur: Decimal
    charges: str
    calls: int
    hits: int


@dataclass(frozen=True, slots=True)
class AttributePrice:
    """An attribute's part: so many people or companies wait for it. `expected_eur` None: too little is known."""

    wanted: str
    entities: int
    steps: tuple[StepPrice, ...]
    most_eur: Decimal
    expected_eur: Decimal | None


@dataclass(frozen=True, slots=True)
class WaterfallPrice:
    """The whole. `room_eur` is what budget, day and job leave; None: no budget covers the day, and nobody is asked."""

    organization_id: UUID
    day: date
    attributes: tuple[AttributePrice, ...]
    most_eur: Decimal
    expected_eur: Decimal | None
    most_credits: Decimal
    room_eur: Decimal | None

    def as_json(self) -> dict[str, Any]:
        """Plain values; amounts as text."""
        return asdict(self)


def price_waterfall(organization_id: UUID, day: date) -> WaterfallPrice:
    """What asking for everything that is wanted now would cost on that day (UTC). Nothing is asked and nothing written.

    The requests are laid out as the run would lay them out, in a transaction that is undone.
    """
    with connect("enrichment") as connection:
        insert_wanted(connection, day, organization_id)
        waiting = _waiting(connection, organization_id)
        steps, experience = list_steps(connection, organization_id), _experience(connection, organization_id)
        room = _room(connection, organization_id, day)
        in_credits = connection.execute(queries.load("enrichment").price_call_in_credits).fetchone() or {}
        connection.rollback()
    attributes = tuple(
        _price_attribute(wanted, counted, [each for each in steps if each.wanted == wanted], experience)
        for wanted, counted in sorted(waiting.items())
    )
    expected = [each.expected_eur for each in attributes]
    calls = sum(each.entities * len(each.steps) for each in attributes)
    return WaterfallPrice(
        organization_id, day, attributes, sum((each.most_eur for each in attributes), Decimal(0)),
        None if None in expected else sum((each for each in expected if each is not None), Decimal(0)),
        calls * Decimal(in_credits.get("credits") or 0), room,
    )  # fmt: skip


def most_of(steps: Sequence[StepOfWaterfall]) -> Decimal:
    """The most that one chain of questions may cost: misses that are charged, then the dearest place to end."""
    most = so_far = Decimal(0)
    for each in steps:
        most = max(most, so_far + each.price.price_eur)
        if each.price.charges == "call" or each.goes_on_after_unknown:
            so_far += each.price.price_eur
    return max(most, so_far)


def expected_of(steps: Sequence[StepOfWaterfall], experience: dict[tuple[str, str], tuple[int, int]]) -> Decimal | None:
    """The mean price of a chain by the hit rates until now; None where a provider has answered too seldom."""
    total, reached = Decimal(0), Decimal(1)
    for each in steps:
        calls, hits = experience.get((each.wanted, each.provider), (0, 0))
        if calls < LEAST_CALLS:
            return None
        rate = Decimal(hits) / calls
        charged = Decimal(1) if each.price.charges == "call" else rate
        total += reached * charged * each.price.price_eur
        reached *= 1 - rate
    return total.quantize(Decimal("0.000001"))


def _price_attribute(
    wanted: str,
    waiting: Counter[str],
    steps: list[StepOfWaterfall],
    experience: dict[tuple[str, str], tuple[int, int]],
) -> AttributePrice:
    most, expected = Decimal(0), Decimal(0)
    is_known = True
    for provider, entities in waiting.items():
        names = [each.provider for each in steps]
        left = steps[names.index(provider) :] if provider in names else []
        most += entities * most_of(left)
        mean = expected_of(left, experience)
        is_known &= mean is not None
        expected += entities * (mean or 0)
    prices = tuple(
        StepPrice(
            each.position, each.provider, each.price.price_eur, each.price.charges,
            *experience.get((wanted, each.provider), (0, 0)),
        )
        for each in steps
    )  # fmt: skip
    return AttributePrice(wanted, waiting.total(), prices, most, expected if is_known else None)


def _waiting(connection: Connection[DictRow], organization_id: UUID) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    values = {"organization_id": organization_id}
    for row in connection.execute(queries.load("enrichment").count_waiting_requests, values):
        found[row["wanted"]][row["provider"]] = row["requests"]
    return found


def _experience(connection: Connection[DictRow], organization_id: UUID) -> dict[tuple[str, str], tuple[int, int]]:
    rows = connection.execute(queries.load("enrichment").count_answers, {"organization_id": organization_id})
    return {(row["wanted"], row["provider"]): (row["calls"], row["hits"]) for row in rows}


def _room(connection: Connection[DictRow], organization_id: UUID, day: date) -> Decimal | None:
    values = {"organization_id": organization_id, "today": day}
    row = connection.execute(queries.load("enrichment").find_room, values).fetchone()
    return None if row is None else Decimal(row["room_eur"])
