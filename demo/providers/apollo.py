"""Apollo's REST interface: searches of people (hidden) and organizations, bulk enrichment, the profile of the key."""

from __future__ import annotations

import hashlib
from typing import Any

from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import json_answer
from demo.world.model import Answer, Company, Person
from demo.world.provider_answers import find_person

Json = dict[str, Any]
COUNTRIES = {
    "DE": "Germany",
    "AT": "Austria",
    "FR": "France",
    "GB": "United Kingdom",
    "ES": "Spain",
    "IT": "Italy",
    "IL": "Israel",
}
BULK = 10


class ApolloSimulator(Simulator):
    """`x-api-key`; 1 credit a page of organizations, 1 a person or organization that is found."""

    def refusal(self, asked: Asked) -> Answer | None:
        """401 without the key."""
        if asked.headers.get("x-api-key") == self.key:
            return None
        return json_answer({"error": "Invalid access credentials."}, 401)

    def busy(self) -> Answer:
        """Apollo's words, and its headers."""
        told = {"message": "The maximum number of api calls allowed is 600 times per hour. Please upgrade your plan."}
        return json_answer(told, 429, {"Retry-After": "0", "x-rate-limit-minute": "50", "x-minute-requests-left": "49"})

    def answer(self, asked: Asked) -> Answer:
        """By path."""
        routes = {
            ("GET", "/users/api_profile"): self._profile,
            ("POST", "/mixed_people/api_search"): self._search_people,
            ("POST", "/mixed_companies/search"): self._search_companies,
            ("POST", "/people/bulk_match"): self._match,
            ("POST", "/organizations/bulk_enrich"): self._enrich,
        }
        route = routes.get((asked.method, asked.path.removeprefix("/api/v1")))
        return route(asked) if route else json_answer({"error": "not found"}, 404)

    def _profile(self, asked: Asked) -> Answer:
        profile: Json = {
            "id": _id("user", 1), "team_id": _id("team", 1), "first_name": "Demo", "last_name": "Owner",
            "title": "Owner", "email": "owner@demo.example",
        }  # fmt: skip
        if asked.one("include_credit_usage") == "true":
            profile |= {"num_credits_remaining": int(self.credits), "effective_num_lead_credits": 1000}
        return json_answer(profile)

    def _search_people(self, asked: Asked) -> Answer:
        titles = [each.lower() for each in asked.query.get("person_titles[]", [])]
        found = [
            (company, person)
            for company in self._selected(asked)
            for person in company.people
            if not titles or any(title in person.title.lower() for title in titles)
        ]
        page = _page(asked, found)
        people = [_hidden_person(company, person) for company, person in page]
        return json_answer({"total_entries": len(found), "people": people})

    def _search_companies(self, asked: Asked) -> Answer:
        if not self.charge(1):
            return _no_credit()
        found = self._selected(asked)
        page, per_page = asked.number("page", 1), asked.number("per_page", 25)
        return json_answer({
            "breadcrumbs": [], "partial_results_only": False, "has_join": False, "disable_eu_prospecting": False,
            "partial_results_limit": 10000,
            "pagination": {
                "page": page, "per_page": per_page, "total_entries": len(found),
                "total_pages": -(-len(found) // per_page),
            },
            "accounts": [], "organizations": [_listed(each) for each in _page(asked, found)],
            "model_ids": [], "num_fetch_result": None, "derived_params": None,
        })  # fmt: skip

    def _match(self, asked: Asked) -> Answer:
        details = (asked.body or {}).get("details")
        if not isinstance(details, list) or not details:
            return _failed(400, "INVALID_REQUEST", "invalid request, missing details")
        if len(details) > BULK:
            return _failed(400, "RECORD_LIMIT_EXCEEDED", "domain count cannot be more than 10")
        matches = [self._matched(each) for each in details]
        taken = sum(each is not None for each in matches)
        if not self.charge(taken):
            return _no_credit()
        return json_answer({
            "request_id": 1, "status": "success", "error_code": None, "error_message": None,
            "total_requested_enrichments": len(details), "unique_enriched_records": taken,
            "missing_records": len(details) - taken, "credits_consumed": taken, "matches": matches,
        })  # fmt: skip

    def _matched(self, details: Json) -> Json | None:
        for company in self.world:
            for person in company.people:
                if details.get("id") == _id("person", person.key) or (details.get("email") or "-") == person.email:
                    return _person(company, person)
        company_of = self.owner(str(details.get("domain") or ""))
        named = find_person(company_of, str(details.get("name") or "")) if company_of else None
        return _person(company_of, named) if company_of and named else None

    def _enrich(self, asked: Asked) -> Answer:
        details = (asked.body or {}).get("details")
        domains = [str(each.get("domain")) for each in details] if details else asked.query.get("domains[]", [])
        if not 1 <= len(domains) <= BULK:
            return _failed(400, "RECORD_LIMIT_EXCEEDED", "domain count cannot be more than 10")
        found = [company for domain in domains if (company := self.owner(domain))]
        if not self.charge(len(found)):
            return _no_credit()
        return json_answer({
            "status": "success", "error_code": None, "error_message": None, "total_requested_records": len(domains),
            "total_requested_domains": len(domains), "unique_domains": len(set(domains)),
            "unique_records": len(set(domains)),
            "unique_enriched_records": len(found), "missing_records": len(domains) - len(found),
            "organizations": [_organization(each) for each in found],
        })  # fmt: skip

    def _selected(self, asked: Asked) -> list[Company]:
        domains = asked.query.get("q_organization_domains_list[]", [])
        places = [each.lower() for each in asked.query.get("organization_locations[]", [])]
        return [
            each
            for each in self.world
            if (not domains or each.domain in domains)
            and (not places or COUNTRIES.get(each.country, each.country).lower() in places)
        ]


def _id(kind: str, key: object) -> str:
    return hashlib.sha256(f"{kind}/{key}".encode()).hexdigest()[:24]


def _page(asked: Asked, found: list[Any]) -> list[Any]:
    page, per_page = asked.number("page", 1), asked.number("per_page", 25)
    return found[(page - 1) * per_page : page * per_page]


def _failed(status: int, code: str, message: str) -> Answer:
    return json_answer({"status": "failed", "error_code": code, "error_message": message}, status)


def _no_credit() -> Answer:
    return json_answer({"error": "You have insufficient credits.", "error_code": "INSUFFICIENT_CREDITS"}, 402)


def _listed(company: Company) -> Json:
    number = company.phone.replace(" ", "")
    return {
        "id": _id("organization", company.index), "name": company.name, "website_url": f"http://www.{company.domain}",
        "linkedin_url": next((each for each in company.socials if "linkedin" in each), None),
        "primary_phone": {"number": company.phone, "source": "Scraped", "sanitized_number": number},
        "phone": company.phone, "founded_year": company.founded, "primary_domain": company.domain,
        "sanitized_phone": number,
    }  # fmt: skip


def _organization(company: Company) -> Json:
    address = company.address
    return {
        **{name: value for name, value in _listed(company).items() if name != "sanitized_phone"},
        "industry": company.trade, "estimated_num_employees": company.employees, "raw_address": address.text,
        "street_address": address.street, "city": address.city, "postal_code": address.postal_code,
        "country": COUNTRIES.get(address.country_code, address.country_code), "keywords": [],
    }  # fmt: skip


def _hidden_person(company: Company, person: Person) -> Json:
    return {
        "id": _id("person", person.key), "first_name": person.given,
        "last_name_obfuscated": f"{person.family[:2]}***{person.family[-1]}", "title": person.title,
        "last_refreshed_at": "2026-01-15T10:30:00.000Z", "has_email": True, "has_city": True, "has_state": False,
        "has_country": True, "has_direct_phone": "Yes" if person.phone else "No",
        "organization": {"name": company.name, "has_industry": True, "has_phone": True, "has_city": True},
    }  # fmt: skip


def _person(company: Company, person: Person) -> Json:
    handle = f"{person.given}-{person.family}-{person.key}".lower().replace(" ", "-")
    return {
        "id": _id("person", person.key), "first_name": person.given, "last_name": person.family, "name": person.name,
        "linkedin_url": f"http://www.linkedin.com/in/{handle}",
        "title": person.title, "email_status": "verified", "email": person.email,
        "organization_id": _id("organization", company.index), "city": company.address.city,
        "country": COUNTRIES.get(company.country, company.country), "organization": _organization(company),
        "departments": [], "subdepartments": [], "functions": [], "seniority": "manager",
    }  # fmt: skip
