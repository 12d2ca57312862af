"""Stripe's webhook signatures (https://docs.stripe.com/webhooks#verify-manually, scheme v1).

The header reads ``t=<unix seconds>,v1=<hex>[,v1=<hex>…]``; the signed text is ``<t>.<body>``, HMAC-SHA256 with the
endpoint's secret. Several v1 stand there while a secret is being rolled.
"""

from __future__ import annotations

import hashlib
import hmac
import time

TOLERANCE_SECONDS = 300


class SignatureError(ValueError):
    """The event is not Stripe's, or too old to be trusted; nothing may be done with it."""


def verify_signature(body: bytes, header: str, secret: str, now: float | None = None) -> None:
    """Nothing when `body` was signed with `secret` within five minutes of `now` (Unix seconds; None: the clock).

    Raises:
        SignatureError: no signature fits, or the time stamp is too far from now (a replay).
    """
    parts = [part.partition("=")[::2] for part in header.split(",")]
    stamp = next((value for name, value in parts if name.strip() == "t"), "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise SignatureError("The Stripe-Signature header has no time stamp; is this address called by Stripe?")
    expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest().encode()
    stated = [value.strip().encode() for name, value in parts if name.strip() == "v1"]
    if not any(hmac.compare_digest(expected, each) for each in stated):
        raise SignatureError(
            "No signature fits the body: check the endpoint's secret, and that nothing changes the body."
        )
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE_SECONDS:
        raise SignatureError("The signature is older than five minutes: a replay, or a clock that is wrong.")
