"""The gate: a suite of expectations over a frozen audience, and verdicts that are never changed.

Held or blocked: where the line runs
------------------------------------
A candidate of a wave is **held** (by who freezes the audience, with a rule and its evidence) when nothing is
wrong with the data and it is merely not this person's turn: suppressed, no address yet, an address not verified yet or
too long ago, contacted a short while ago, outside the send window, over the cap. Time, enrichment or a person changes
that, the others go out, and nobody is alarmed.

A wave is **blocked** (here) when something is *known to be wrong* in what was meant to be sent: broken syntax, a role
or disposable address, a domain without mail exchanger, one person twice, no legal basis. Such rows do not come one by
one: they say that the list was made carelessly, and its good-looking rows deserve no trust either. Leaving them out
silently would hide the bad source and let the rest ruin the sender's reputation. So a known defect outranks an unknown
state: a role address that nobody verified is a defect, not a candidate that waits.

A blocked wave goes out in no way but three: the rows are stopped or corrected and the next wave is frozen; the defect
was none and a named person overrides this one result, with a reason and an expiry; or the rule is wrong and the suite
gets a new version. The database keeps it so: `app.messages` refers to result and member by composite keys.
"""

from leadhouse.quality.gate import (
    GateRefusedError,
    GateVerdict,
    RuleNotEvaluatedError,
    override,
    revoke,
    run_gate,
    standing_verdict,
)
from leadhouse.quality.rules import Rule, RuleResult, Suite
from leadhouse.quality.suites import find_suite

__all__ = [
    "GateRefusedError",
    "GateVerdict",
    "Rule",
    "RuleNotEvaluatedError",
    "RuleResult",
    "Suite",
    "find_suite",
    "override",
    "revoke",
    "run_gate",
    "standing_verdict",
]
