"""A table of bounces fitted to what was sent, and whether it forecasts better than the table it came from.

Judged on domains that it has not seen: mail to one domain bounces together, so a split by message would flatter it. How
much the priors count for is chosen by an inner cross-validation, within the domains that an outer fold leaves for
fitting; so the figures are those of a table fitted without the domains that it is judged by.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from leadhouse.enrichment.bounce_model import BounceModel, Outcomes, calibrate

STRENGTHS = (5.0, 20.0, 50.0, 200.0, 1000.0)  # of the priors, in messages
FEWEST_DOMAINS = 20  # below it a cross-validation says nothing
SURE = 2.0  # standard errors by which a difference must pass chance

ByDomain = Mapping[str, Mapping[str, Outcomes]]  # domain → class → outcomes


class OutcomesError(ValueError):
    """The outcomes cannot be read, or are too few to judge a table by; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How far a table was from what happened, per message: Brier's score and log loss (nats), both 0 at best."""

    brier: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted table, and both tables on domains that neither has seen.

    `gain` is the mean log loss that the fit saves a message, `gain_error` its standard error over domains. `unseen` is
    the reliability table of the fits without the domains that they are judged by: class → stated, observed, messages.
    """

    model: BounceModel
    messages: int
    bounced: int
    domains: int
    before: Forecast
    fitted: Forecast
    gain: float
    gain_error: float
    unseen: Mapping[str, tuple[float, float, int]]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over unseen domains: the mean of |stated - observed| by messages; 0 at best."""
        told = sum(messages * abs(stated - observed) for stated, observed, messages in self.unseen.values())
        return round(told / self.messages, 5)

    @property
    def is_better(self) -> bool:
        """Whether the fit beats the former table by more than chance."""
        return self.gain > SURE * self.gain_error


def fit(former: BounceModel, outcomes: ByDomain, folds: int = 5) -> Fit:
    """The next version of a table from all outcomes, with the strength that forecasts best.

    Raises OutcomesError: fewer than 20 domains were written to, or nothing has bounced, or all has.
    """
    sent, bounced = _total(outcomes.values())
    if len(outcomes) < FEWEST_DOMAINS or not 0 < bounced < sent:
        raise OutcomesError(
            f"{sent} messages to {len(outcomes)} domains, {bounced} bounced: a fit needs {FEWEST_DOMAINS} domains and "
            "both outcomes. The former table stays."
        )
    before, fitted, gains = [0.0, 0.0], [0.0, 0.0], []
    unseen: dict[str, list[float]] = {}  # class → stated sum, bounced, sent
    for train, held_out in _splits(outcomes, folds):
        table = _fitted(former, train, _best_strength(former, train, folds))
        for classes in held_out.values():
            was, now = _loss(former, classes), _loss(table, classes)
            before, fitted = [*map(sum, zip(before, was, strict=True))], [*map(sum, zip(fitted, now, strict=True))]
            gains.append(was[1] - now[1])
            _note(unseen, table, classes)
    gain = sum(gains) / sent
    spread = math.sqrt(sum((each - sum(gains) / len(gains)) ** 2 for each in gains)) / sent
    model = _fitted(former, outcomes, _best_strength(former, outcomes, folds))
    return Fit(
        model, sent, bounced, len(outcomes), _per_message(before, sent), _per_message(fitted, sent), gain, spread,
        {name: (round(said / n, 4), round(back / n, 4), int(n)) for name, (said, back, n) in sorted(unseen.items())},
    )  # fmt: skip


def _note(unseen: dict[str, list[float]], table: BounceModel, classes: Mapping[str, Outcomes]) -> None:
    for name, each in classes.items():
        if each.sent:
            sums = unseen.setdefault(name, [0.0, 0.0, 0.0])
            told = (table.probability(name) * each.sent, each.bounced, each.sent)
            unseen[name] = [*map(sum, zip(sums, told, strict=True))]


def _best_strength(former: BounceModel, outcomes: ByDomain, folds: int) -> float:
    losses = dict.fromkeys(STRENGTHS, 0.0)
    for train, held_out in _splits(outcomes, folds):
        for strength in STRENGTHS:
            table = _fitted(former, train, strength)
            losses[strength] += sum(_loss(table, classes)[1] for classes in held_out.values())
    return min(losses, key=lambda strength: (losses[strength], -strength))


def _fitted(former: BounceModel, outcomes: ByDomain, strength: float) -> BounceModel:
    by_class: dict[str, Outcomes] = {}
    for classes in outcomes.values():
        for name, each in classes.items():
            known = name if name in former.classes else "unknown"
            by_class[known] = by_class.get(known, Outcomes(0, 0)) + each
    return calibrate(replace(former, strength=strength), by_class)


def _splits(outcomes: ByDomain, folds: int) -> Iterable[tuple[ByDomain, ByDomain]]:
    """Train and held-out domains; a domain is always in the same fold."""
    for number in range(folds):
        held_out = {name: each for name, each in outcomes.items() if _fold(name, folds) == number}
        if held_out:
            yield {name: each for name, each in outcomes.items() if name not in held_out}, held_out


def _fold(domain: str, folds: int) -> int:
    return int.from_bytes(hashlib.sha256(domain.encode()).digest()[:4]) % folds


def _loss(table: BounceModel, classes: Mapping[str, Outcomes]) -> tuple[float, float]:
    """Sums of squared error and log loss over the messages of one domain."""
    squares = logs = 0.0
    for name, each in classes.items():
        stated = min(max(table.probability(name), 1e-4), 1 - 1e-4)
        stayed = each.sent - each.bounced
        squares += each.bounced * (1 - stated) ** 2 + stayed * stated**2
        logs -= each.bounced * math.log(stated) + stayed * math.log(1 - stated)
    return squares, logs


def _total(domains: Iterable[Mapping[str, Outcomes]]) -> tuple[int, int]:
    every = [each for classes in domains for each in classes.values()]
    return sum(each.sent for each in every), sum(each.bounced for each in every)


def _per_message(sums: list[float], messages: int) -> Forecast:
    return Forecast(round(sums[0] / messages, 5), round(sums[1] / messages, 5))
