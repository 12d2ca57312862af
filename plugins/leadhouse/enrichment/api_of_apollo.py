"""Apollo's enrichment in the waterfall: one person, or one company, of a bulk call, which says what it took.

https://docs.apollo.io/reference/bulk-people-enrichment and bulk-organization-enrichment. A person or company that is
found takes a credit, whether or not its address is among what is shown; a credit costs what the provider's row says.
The base address is without ``/api/v1``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from leadhouse.enrichment.provider_client import Asked, ProviderClient, Question

HIDDEN_EMAIL = "email_not_unlocked@"  # stands where an address is known and not shown
# what Apollo says of an address that it shows, as a share
CONFIDENCE = {"verified": 0.95, "user managed": 0.9, "unverified": 0.5, "extrapolated": 0.5}


class ApolloFinder(ProviderClient):
    """Asked for people's addresses by full name and domain, and for companies' numbers by domain."""

    def credentials(self, key: str) -> dict[str, str]:
        """A header of its own."""
        return {"x-api-key": key}

    def question(self, full_name: str, company_domain: str) -> Question:
        """A bulk call of one."""
        return Question("/api/v1/people/bulk_match", json={"details": [{"name": full_name, "domain": company_domain}]})

    def request_for(self, asked: Asked) -> Question:
        """A company's number is asked for by its domain; what Apollo is not read for is asked as of anybody."""
        if asked.wanted == "company.phone_e164" and asked.company_domain:
            return Question("/api/v1/organizations/bulk_enrich", json={"details": [{"domain": asked.company_domain}]})
        return super().request_for(asked)

    def translate(self, payload: dict[str, Any]) -> dict[str, Any]:
        """``{"matches": [null or person], "credits_consumed"}``, or ``{"organizations": [company]}``."""
        if "matches" in payload:
            return self._of_person(next(iter(payload["matches"]), None), payload["credits_consumed"])
        found = next(iter(payload["organizations"]), None) or {}
        number = (found.get("primary_phone") or {}).get("sanitized_number")
        return self._told("phone_e164", number, 0.8, payload["unique_enriched_records"])

    def _of_person(self, person: dict[str, Any] | None, credits_taken: Any) -> dict[str, Any]:
        found = person or {}
        email = str(found.get("email") or "")
        shown = None if email.startswith(HIDDEN_EMAIL) else email or None
        return self._told("email", shown, CONFIDENCE.get(str(found.get("email_status")), 0.5), credits_taken)

    def _told(self, attribute: str, value: str | None, confidence: float, credits_taken: Any) -> dict[str, Any]:
        charged = self.price_eur * Decimal(int(credits_taken))
        status = {"status": "hit", attribute: value, "confidence": confidence} if value else {"status": "miss"}
        return {**status, "charged_eur": str(charged)}
