"""The probability that mail to an address bounces for good: a versioned table by class, calibrated by outcomes.

How good a table is, is measured as forecasts are: Brier's score (the mean squared error) and the expected calibration
error (how far the stated probabilities lie from what happened, weighted by messages), both 0 at best.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

_OWN = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Messages of a class: how many were sent, how many of them bounced for good."""

    sent: int
    bounced: int

    def __add__(self, other: Outcomes) -> Outcomes:
        return Outcomes(self.sent + other.sent, self.bounced + other.bounced)


@dataclass(frozen=True, slots=True)
class BounceClass:
    """One line of the table."""

    prior: float
    sent: int = 0
    bounced: int = 0

    def probability(self, strength: float) -> float:
        """The mean of the beta distribution that the prior and the outcomes give."""
        return (self.prior * strength + self.bounced) / (strength + self.sent)


@dataclass(frozen=True, slots=True)
class BounceModel:
    """The table. `strength`: how many messages the priors count for."""

    version: str
    strength: float
    classes: Mapping[str, BounceClass]

    def probability(self, name: str) -> float:
        """0..1; a class that the table does not know is as one that nothing is known about."""
        return round((self.classes.get(name) or self.classes["unknown"]).probability(self.strength), 4)


@dataclass(frozen=True, slots=True)
class Reliability:
    """How a table's probabilities compare with outcomes; None where nothing was sent."""

    messages: int
    brier: float | None
    calibration_error: float | None
    by_class: Mapping[str, tuple[float, float, int]]  # stated, observed, messages


def bounce_class(
    status: str, reason: str | None, *, is_free: bool = False, is_role: bool = False, is_catch_all: bool | None = None
) -> str:
    """The line of the table for a check's result: the reason that decides first, see `email_status.judge`."""
    if status in {"invalid", "unknown"}:
        return status
    if reason in {"disposable", "implicit_mx", "smtputf8", "catch_all"}:
        return reason
    if is_catch_all is False:
        return "accepted"
    return "role" if is_role else "free" if is_free else "valid"


@lru_cache(maxsize=4)
def load_model(path: Path | None = None) -> BounceModel:
    """The table of a file, or the project's own.

    Raises:
        ValueError: the file is no such table; the message says what is missing.
    """
    chosen = path or _OWN
    try:
        found = tomllib.loads(chosen.read_text(encoding="utf-8"))
        classes = {name: BounceClass(**line) for name, line in found["classes"].items()}
        model = BounceModel(str(found["version"]), float(found["strength"]), classes)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{chosen} is no table of bounces ({error}): see enrichment/bounce_model.toml.") from error
    if "unknown" not in classes or model.strength <= 0:
        raise ValueError(f"{chosen} needs a strength above 0 and the class 'unknown'.")
    if any(not (0 < each.prior < 1 and 0 <= each.bounced <= each.sent) for each in classes.values()):
        raise ValueError(f"{chosen}: a prior lies between 0 and 1, and no more bounce than are sent.")
    return model


def calibrate(model: BounceModel, outcomes: Mapping[str, Outcomes]) -> BounceModel:
    """The next version: the same priors with all outcomes of now (they are counted anew, not added)."""
    classes = {
        name: replace(each, sent=outcomes[name].sent, bounced=outcomes[name].bounced) if name in outcomes else each
        for name, each in model.classes.items()
    }
    version = str(int(model.version) + 1) if model.version.isdigit() else f"{model.version}.1"
    return BounceModel(version, model.strength, classes)


def measure(model: BounceModel, outcomes: Mapping[str, Outcomes]) -> Reliability:
    """How far the table was from what happened."""
    total = sum(each.sent for each in outcomes.values())
    squares = error = 0.0
    by_class: dict[str, tuple[float, float, int]] = {}
    for name, each in sorted(outcomes.items()):
        if each.sent:
            stated, observed = model.probability(name), each.bounced / each.sent
            squares += each.bounced * (1 - stated) ** 2 + (each.sent - each.bounced) * stated**2
            error += each.sent * abs(stated - observed)
            by_class[name] = (stated, round(observed, 4), each.sent)
    if not total:
        return Reliability(0, None, None, {})
    return Reliability(total, round(squares / total, 5), round(error / total, 5), by_class)


def as_toml(model: BounceModel) -> str:
    """The table as a file that `load_model` reads."""
    lines = [
        f"{name} = {{prior = {each.prior}, sent = {each.sent}, bounced = {each.bounced}}}"
        for name, each in model.classes.items()
    ]
    return "\n".join([f'version = "{model.version}"', f"strength = {model.strength:g}", "", "[classes]", *lines, ""])
