"""What goes wrong between a source and us, in the words that its test and its run both use."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "works", "not_valid", "unauthorized", "not_allowed", "no_credit", "rate_limited", "unreachable", "refused_address",
    "wrong_url", "provider_failed", "malformed", "over_budget",
]  # fmt: skip

WHAT_TO_DO: dict[Reason, str] = {
    "unauthorized": "Check the credentials: store them anew and name the secret.",
    "not_allowed": "The account's plan or the key's scope does not include this call: ask the provider to open it.",
    "no_credit": "The account has no credit left: buy some, or wait for its next period.",
    "rate_limited": "Try again later, or lower requests_per_second.",
    "unreachable": "Check the address and the network; nothing was charged.",
    "refused_address": "Name an address of the open internet, or let the operator allow this one.",
    "wrong_url": "Correct the address of the source.",
    "provider_failed": "The provider is at fault: try again later.",
    "malformed": "The answer is not what its interface promises: check the address and the parameters.",
    "over_budget": "Raise the ceiling, or wait for the next period.",
    "not_valid": "Correct what the source states.",
}


class SourceError(RuntimeError):
    """A call that gave nothing; the message says which call, what came, and what to do. It holds no credentials.

    `retry_after`: seconds after which the source may be asked again, where it said so. `is_charge_unknown`: the call
    may have been charged although its answer never came.
    """

    def __init__(
        self,
        reason: Reason,
        what_came: str,
        *,
        retry_after: float | None = None,
        status_code: int | None = None,
        is_charge_unknown: bool = False,
    ) -> None:
        super().__init__(f"{what_came.rstrip('.')}. {WHAT_TO_DO.get(reason, '')}".strip())
        self.reason = reason
        self.retry_after = retry_after
        self.status_code = status_code
        self.is_charge_unknown = is_charge_unknown
