"""The suites by name: one module a suite."""

from __future__ import annotations

from leadhouse.quality.rules import Suite
from leadhouse.quality.suites.campaign_audience import CAMPAIGN_AUDIENCE

SUITES = {suite.name: suite for suite in (CAMPAIGN_AUDIENCE,)}


def find_suite(name: str) -> Suite:
    """The suite of that name.

    Raises:
        LookupError: there is none; the message lists those that exist.
    """
    try:
        return SUITES[name]
    except KeyError:
        raise LookupError(f"There is no suite {name!r}. Suites: {', '.join(sorted(SUITES))}.") from None
