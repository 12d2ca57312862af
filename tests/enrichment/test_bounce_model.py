"""The table of bounces: what it says, how it learns, and how its truth is measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhouse.enrichment.bounce_model import (
    BounceClass,
    BounceModel,
    Outcomes,
    as_toml,
    bounce_class,
    calibrate,
    load_model,
    measure,
)  # fmt: skip

MODEL = BounceModel("1", 50, {"valid": BounceClass(0.02), "role": BounceClass(0.04), "unknown": BounceClass(0.15)})


def test_a_table_without_outcomes_says_its_priors() -> None:
    assert [MODEL.probability(name) for name in ("valid", "role", "never heard of")] == [0.02, 0.04, 0.15]


def test_outcomes_move_the_table_as_far_as_they_are_many() -> None:
    few, many = (calibrate(MODEL, {"valid": Outcomes(n, n // 10)}).probability("valid") for n in (10, 10_000))
    assert 0.02 < few < 0.04
    assert many == pytest.approx(0.1, abs=0.001)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_probability_is_one_and_moves_towards_what_happened(sent: int, bounced: int) -> None:
    outcomes = {"role": Outcomes(sent, min(sent, bounced))}
    found = calibrate(MODEL, outcomes)
    assert 0 < found.probability("role") < 1
    before, after = measure(MODEL, outcomes), measure(found, outcomes)
    assert (after.calibration_error or 0) <= (before.calibration_error or 0) + 1e-4


def test_reliability_is_zero_where_the_table_is_right() -> None:
    right = {"valid": Outcomes(1000, 20), "role": Outcomes(500, 20)}
    wrong = {"valid": Outcomes(1000, 320)}
    assert measure(MODEL, right).calibration_error == 0
    assert measure(MODEL, wrong).calibration_error == pytest.approx(0.3)
    assert measure(MODEL, wrong).by_class["valid"] == (0.02, 0.32, 1000)
    assert measure(MODEL, {}).brier is None


def test_a_version_is_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    path.write_text(as_toml(calibrate(MODEL, {"role": Outcomes(7, 3)})))
    found = load_model(path)
    assert (found.version, found.classes["role"]) == ("2", BounceClass(0.04, 7, 3))
    path.write_text("version = '1'\n")
    load_model.cache_clear()
    with pytest.raises(ValueError, match="no table of bounces"):
        load_model(path)


def test_the_projects_own_table_knows_every_class() -> None:
    own = load_model()
    states = [
        ("valid", None, {}), ("valid", None, {"is_free": True}), ("valid", None, {"is_catch_all": False}),
        ("risky", "role", {"is_role": True}), ("risky", "catch_all", {"is_catch_all": True}),
        ("risky", "implicit_mx", {}), ("risky", "smtputf8", {}), ("risky", "disposable", {}),
        ("unknown", "no_answer", {}),
        ("invalid", "no_mx", {}),
    ]  # fmt: skip
    assert {bounce_class(status, reason, **flags) for status, reason, flags in states} == own.classes.keys()
    assert own.probability("invalid") > own.probability("disposable") > own.probability("valid")
