"""Hunter's Email Finder, version 2: ``GET /v2/email-finder`` with a key in a header and a score of 0 to 100.

https://hunter.io/api-documentation/v2#email-finder. Its answers name no price: an address that is found takes a credit
of the plan, which costs what the provider's row says; one that is not takes none. The base address is without ``/v2``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from leadhouse.enrichment.provider_client import ProviderClient, Question


class HunterFinder(ProviderClient):
    """Asked for people's addresses by full name and domain."""

    not_found: ClassVar[frozenset[int]] = frozenset({404, 451})  # 451: the person asked Hunter to forget the address
    not_finished: ClassVar[frozenset[int]] = frozenset({202})

    def credentials(self, key: str) -> dict[str, str]:
        """A header of its own, so that the key stands in no URL."""
        return {"X-API-KEY": key}

    def question(self, full_name: str, company_domain: str) -> Question:
        """Everything in the query."""
        return Question("/v2/email-finder", "GET", params={"full_name": full_name, "domain": company_domain})

    def translate(self, payload: dict[str, Any]) -> dict[str, Any]:
        """``{"data": {"email": null or text, "score": 0..100, "verification": {"status"}}}``"""
        found = payload["data"]
        if not found["email"]:
            return {"status": "miss", "charged_eur": 0}
        return {
            "status": "hit",
            "email": found["email"],
            "confidence": float(found.get("score") or 0) / 100,
            "charged_eur": str(self.price_eur),
        }
