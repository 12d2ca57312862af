"""What another order of providers would have cost and found, from the answers that are logged.

A provider that was never asked a question may have known the answer or not: there the result is a pair of bounds, and
the questions that make it so are counted. Nothing is invented, and nobody is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from leadhouse.database import connect, queries
from leadhouse.enrichment.providers import Price, list_steps


class ReplayError(ValueError):
    """The order cannot be replayed; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What a provider answered to one question; `is_good`: the waterfall stopped there. Price in euro."""

    outcome: str
    is_good: bool
    price_eur: Decimal


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most; equal where every question that the order puts is logged."""

    least: Decimal
    most: Decimal

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(self.least + other.least, self.most + other.most)


NOTHING = Bounds(Decimal(0), Decimal(0))
Question = dict[str, Logged]  # by provider


@dataclass
class WaterfallReplay:
    """An order, replayed. `cost_eur` and `found` are bounds of their own: the cheapest case is not the luckiest."""

    order: tuple[str, ...]
    wanted: str
    questions: int = 0
    logged_cost_eur: Decimal = Decimal(0)
    logged_found: int = 0
    cost_eur: Bounds = NOTHING
    found: Bounds = NOTHING
    never_asked: Counter[str] = field(
        default_factory=Counter
    )  # provider → questions that the order would have put to it
    calls: Counter[str] = field(default_factory=Counter)  # provider → logged answers that the order uses

    @property
    def is_exact(self) -> bool:
        """Whether all of it is logged."""
        return not self.never_asked

    def as_json(self) -> dict[str, Any]:
        """Plain values; amounts as text."""
        counted = {"never_asked": dict(self.never_asked), "calls": dict(self.calls)}
        return {
            "order": list(self.order), "wanted": self.wanted, "questions": self.questions,
            "logged_cost_eur": self.logged_cost_eur, "logged_found": self.logged_found,
            "cost_eur": asdict(self.cost_eur), "found": asdict(self.found), **counted, "is_exact": self.is_exact,
        }  # fmt: skip


def replay_waterfall(
    organization_id: UUID | None,
    order: Sequence[str],
    wanted: str = "person.email",
    first: date | None = None,
    last: date | None = None,
) -> WaterfallReplay:
    """The order over the questions of an organization, or of all, that were put from `first` to `last`.

    Days are UTC and included; None: all. A question is what was wanted of one person or company within one window;
    who is one today was one question.
    Answers from the cache are left out: they repeat what was paid for.

    Raises:
        ReplayError: the order is empty or names a provider twice, or one whose price is neither listed nor logged.
    """
    if not order or len(set(order)) != len(order):
        raise ReplayError(f"An order names each provider once: {', '.join(order) or 'it is empty'}.")
    entity_kind, _, attribute = wanted.partition(".")
    values = {
        "organization_id": organization_id, "entity_kind": entity_kind, "attribute": attribute, "first": first,
        "last": last,
    }  # fmt: skip
    with connect("enrichment") as connection:
        rows = connection.execute(queries.load("enrichment").select_logged_answers, values).fetchall()
        steps = [each for each in list_steps(connection, organization_id) if each.wanted == wanted]
    questions = _questions(rows)
    prices = {each.provider: each.price for each in steps}
    goes_on = any(each.goes_on_after_unknown for each in steps)
    return replay_order(questions, order, wanted, _with_logged_prices(prices, questions, order), goes_on=goes_on)


def replay_order(
    questions: Sequence[Question], order: Sequence[str], wanted: str, prices: Mapping[str, Price], *, goes_on: bool
) -> WaterfallReplay:
    """The same over questions at hand. `goes_on`: a lost answer does not end the waterfall."""
    told = WaterfallReplay(tuple(order), wanted, len(questions))
    for question in questions:
        told.logged_cost_eur += sum((each.price_eur for each in question.values()), Decimal(0))
        told.logged_found += any(each.is_good for each in question.values())
        cost, found = _walk(question, order, prices, goes_on, told)
        told.cost_eur += cost
        told.found += found
    return told


def _walk(
    question: Question, order: Sequence[str], prices: Mapping[str, Price], goes_on: bool, told: WaterfallReplay
) -> tuple[Bounds, Bounds]:
    """Cost and find of one question from the first of `order` on."""
    if not order:
        return NOTHING, NOTHING
    name, logged = order[0], question.get(order[0])
    if logged is not None:
        told.calls[name] += 1
        paid = Bounds(logged.price_eur, logged.price_eur)
        if logged.is_good:
            return paid, Bounds(Decimal(1), Decimal(1))
        if logged.outcome == "unknown" and not goes_on:
            return paid, NOTHING
        cost, found = _walk(question, order[1:], prices, goes_on, told)
        return paid + cost, found
    told.never_asked[name] += 1
    cost, found = _walk(question, order[1:], prices, goes_on, told)
    hit, miss = prices[name].price_eur, prices[name].price_eur if prices[name].charges == "call" else Decimal(0)
    return Bounds(min(hit, miss + cost.least), max(hit, miss + cost.most)), Bounds(found.least, Decimal(1))


def _questions(rows: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The rows of one question together; of several calls to one provider all that was paid, and the last outcome.

    A good answer stays one, whatever came after it: two who have become one were two questions then, and the second
    call was made although the first had found what was wanted.
    """
    found: dict[tuple[Any, ...], Question] = {}
    for row in rows:
        question = found.setdefault((row["organization_id"], row["entity_id"], row["window_starts_on"]), {})
        former = question.get(row["provider"])
        paid = row["price_eur"] + (former.price_eur if former else 0)
        if former is not None and former.is_good:
            question[row["provider"]] = replace(former, price_eur=paid)
            continue
        is_good = row["outcome"] == "hit" and row["is_good"] is not False
        question[row["provider"]] = Logged(row["outcome"], is_good, paid)
    return list(found.values())


def _with_logged_prices(
    listed: Mapping[str, Price], questions: Sequence[Question], order: Sequence[str]
) -> dict[str, Price]:
    """Listed prices; for a provider that is not listed any more, the highest that it was paid."""
    known = dict(listed)
    for name in order:
        paid = [each[name] for each in questions if name in each]
        if name not in known and paid:
            charges_misses = any(each.outcome == "miss" and each.price_eur > 0 for each in paid)
            known[name] = Price(max(each.price_eur for each in paid), "call" if charges_misses else "hit")
        if name not in known:
            raise ReplayError(f"Nothing is known of {name!r}: it has no price for this, and no answer is logged.")
    return known
