"""Fitting the table of bounces: judged on domains it has not seen, honest about what it cannot tell."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.enrichment import email_checks
from leadhouse.enrichment.bounce_fit import OutcomesError, fit
from leadhouse.enrichment.bounce_model import BounceClass, BounceModel, Outcomes, load_model

MODEL = BounceModel("1", 50, {"valid": BounceClass(0.02), "role": BounceClass(0.04), "unknown": BounceClass(0.15)})


def world(rates: dict[str, float], domains: int = 200, seed: int = 7) -> dict[str, dict[str, Outcomes]]:
    """Made-up outcomes: ten messages of each class to every domain, bouncing at these rates."""
    dice = random.Random(seed)
    return {
        f"d{number}.example": {
            name: Outcomes(10, sum(dice.random() < rate for _ in range(10))) for name, rate in rates.items()
        }
        for number in range(domains)
    }


def test_a_fit_beats_priors_that_are_far_off_and_finds_the_rates() -> None:
    found = fit(MODEL, world({"valid": 0.10, "role": 0.30}))
    assert found.is_better
    assert found.fitted.log_loss < found.before.log_loss
    assert found.fitted.brier < found.before.brier
    assert found.model.probability("valid") == pytest.approx(0.10, abs=0.02)
    assert found.model.probability("role") == pytest.approx(0.30, abs=0.03)
    assert (found.messages, found.domains, found.model.version) == (4000, 200, "2")
    assert {name: messages for name, (*_, messages) in found.unseen.items()} == {"role": 2000, "valid": 2000}
    assert found.calibration_error < 0.01
    for stated, observed, _ in found.unseen.values():
        assert stated == pytest.approx(observed, abs=0.01)


def test_a_fit_does_not_claim_to_beat_priors_that_are_right() -> None:
    found = fit(MODEL, world({"valid": 0.02, "role": 0.04}))
    assert not found.is_better
    assert found.fitted.log_loss == pytest.approx(found.before.log_loss, abs=0.003)


def test_it_is_judged_by_domains_that_it_has_not_seen() -> None:
    """Whole domains bounce: what is learnt of one says nothing of another, and the figures must not pretend it does."""
    dice = random.Random(3)
    outcomes = {f"d{n}.example": {"valid": Outcomes(50, 50 * (dice.random() < 0.1))} for n in range(60)}
    found = fit(MODEL, outcomes)
    rate = found.bounced / found.messages
    assert found.fitted.brier > 0.9 * rate * (1 - rate)
    [(stated, _, messages)] = found.unseen.values()
    assert messages == found.messages, "every domain is judged once, by a table that has not seen it"
    assert stated != found.model.probability("valid")


@pytest.mark.parametrize(
    "outcomes",
    [
        {},
        world({"valid": 0.1}, domains=19),
        {f"d{n}.example": {"valid": Outcomes(9, 0)} for n in range(50)},
        {f"d{n}.example": {"valid": Outcomes(9, 9)} for n in range(50)},
    ],
)
def test_too_little_is_no_ground_for_a_table(outcomes: dict[str, dict[str, Outcomes]]) -> None:
    with pytest.raises(OutcomesError, match="The former table stays"):
        fit(MODEL, outcomes)


def test_the_command_fits_to_ones_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses of another system, checked now: names of domains that no DNS answers for are of the class unknown."""
    monkeypatch.setattr(email_checks, "find_routes", lambda domains, server: {})
    sent, table = tmp_path / "sent.csv", tmp_path / "table.toml"
    lines = [f"someone@@d{n}.example,1\nx..y@d{n}.example,{n % 2}" for n in range(40)]
    sent.write_text("email,bounced\n" + "\n".join(lines) + "\n")
    done = CliRunner().invoke(app, ["verification", "fit", "--out", str(table), "--outcomes", str(sent)])
    assert done.exit_code == 0, done.output
    assert "80 messages to 40 domains" in done.output
    assert load_model(table).classes["invalid"].sent == 80
    sent.write_text("email,bounced\na@b.example,maybe\n")
    refused = CliRunner().invoke(app, ["verification", "fit", "--out", str(table), "--outcomes", str(sent)])
    assert refused.exit_code == 1
    assert "'maybe'" in refused.output
