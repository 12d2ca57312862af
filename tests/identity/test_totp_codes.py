"""RFC 6238 appendix B, and the steps that are taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.identity import totp

SECRET = b"12345678901234567890"
MOMENT = datetime(2026, 11, 21, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
        (2000000000, "69279037"), (20000000000, "65353130"),
    ],
)  # fmt: skip
def test_codes_of_the_standard(seconds, code):
    assert totp.code_of(SECRET, totp.step_of(datetime.fromtimestamp(seconds, UTC)), digits=8) == code


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_go_wrong_by_one_step(steps, is_taken):
    step = totp.step_of(MOMENT) + steps
    found = totp.matching_step(SECRET, totp.code_of(SECRET, step), MOMENT)
    assert found == (step if is_taken else None)


def test_uri_holds_secret_account_and_issuer():
    uri = totp.provisioning_uri(SECRET, "ada@x.example")
    assert uri == (
        "otpauth://totp/Leadhouse:ada%40x.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Leadhouse&digits=6&period=30"
    )
