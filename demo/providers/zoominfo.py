"""ZoomInfo's interface: sign-in, searches that hide, enrichment in parts of 25, what is left of the period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo.providers.apollo import COUNTRIES
from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import json_answer
from demo.world.model import Answer, Company, Person

Json = dict[str, Any]
TOKEN = "header.claims.signature"
BULK = 25


@dataclass
class ZoomInfoSimulator(Simulator):
    """`/authenticate` for user name ``demo`` and the key as password; a record that is matched takes one credit.

    `not_to_call` are keys of people whose number is flagged.
    """

    not_to_call: frozenset[str] = frozenset()

    def refusal(self, asked: Asked) -> Answer | None:
        """401 without the token, or with another password."""
        if asked.path == "/authenticate":
            right = (asked.body or {}) == {"username": "demo", "password": self.key}
            return None if right else json_answer({"error": "Authentication failed"}, 401)
        is_signed_in = asked.headers.get("authorization") == f"Bearer {TOKEN}"
        return None if is_signed_in else json_answer({"error": "Invalid token"}, 401)

    def answer(self, asked: Asked) -> Answer:
        """By path."""
        routes = {
            ("POST", "/authenticate"): lambda _: json_answer({"jwt": TOKEN}),
            ("GET", "/lookup/usage"): self._usage,
            ("POST", "/search/contact"): self._search_contacts,
            ("POST", "/search/company"): self._search_companies,
            ("POST", "/enrich/contact"): self._enrich_contacts,
            ("POST", "/enrich/company"): self._enrich_companies,
        }
        route = routes.get((asked.method, asked.path))
        return route(asked) if route else json_answer({"error": "not found"}, 404)

    def _usage(self, _: Asked) -> Answer:
        kinds = {"requestLimit": 1_000_000, "recordLimit": 1_000_000, "uniqueIdLimit": int(self.credits)}
        usage = [
            {"limitType": name, "description": name, "limit": 1_000_000, "currentUsage": 0, "usageRemaining": left}
            for name, left in kinds.items()
        ]
        return json_answer({"usage": usage})

    def _search_contacts(self, asked: Asked) -> Answer:
        title = str(asked.body.get("jobTitle") or "").lower()
        pairs = [(each, person) for each in self.world for person in each.people if title in person.title.lower()]
        return self._searched(asked, [_hidden(company, person) for company, person in pairs])

    def _search_companies(self, asked: Asked) -> Answer:
        country = str(asked.body.get("country") or "").lower()
        named = [each for each in self.world if not country or COUNTRIES.get(each.country, "").lower() == country]
        return self._searched(asked, [{"id": _company_id(each), "name": each.name} for each in named])

    def _searched(self, asked: Asked, found: list[Json]) -> Answer:
        size, page = int(asked.body.get("rpp") or 25), int(asked.body.get("page") or 1)
        shown = found[(page - 1) * size : page * size]
        return json_answer({"maxResults": len(found), "totalResults": len(shown), "currentPage": page, "data": shown})

    def _enrich_contacts(self, asked: Asked) -> Answer:
        inputs = (asked.body or {}).get("matchPersonInput")
        if not isinstance(inputs, list) or not 1 <= len(inputs) <= BULK:
            return json_answer({"error": "between 1 and 25 inputs"}, 400)
        people = {_person_id(person): (company, person) for company in self.world for person in company.people}
        mails = {person.email: pair for pair in people.values() for person in pair[1:]}
        found = [(each, people.get(each.get("personId")) or mails.get(each.get("emailAddress"))) for each in inputs]
        return self._enriched(asked, [(each, self._contact(*pair) if pair else None) for each, pair in found])

    def _enrich_companies(self, asked: Asked) -> Answer:
        inputs = (asked.body or {}).get("matchCompanyInput")
        if not isinstance(inputs, list) or not 1 <= len(inputs) <= BULK:
            return json_answer({"error": "between 1 and 25 inputs"}, 400)
        companies = {_company_id(each): each for each in self.world}
        hosts = [str(each.get("companyWebsite") or "").partition("//")[2] for each in inputs]
        found = [
            (each, companies.get(each.get("companyId")) or self.owner(host))
            for each, host in zip(inputs, hosts, strict=True)
        ]
        return self._enriched(asked, [(each, _company(company) if company else None) for each, company in found])

    def _enriched(self, asked: Asked, found: list[tuple[Json, Json | None]]) -> Answer:
        if not self.charge(sum(record is not None for _, record in found)):
            return json_answer({"error": "Insufficient credits"}, 402)
        result = [
            {"input": {name.lower(): value for name, value in given.items()}, "data": [record] if record else []}
            for given, record in found
        ]
        fields = [each.lower() for each in asked.body["outputFields"]]
        return json_answer({"success": True, "data": {"outputFields": [fields], "result": result}})

    def _contact(self, company: Company, person: Person) -> Json:
        return {
            "id": _person_id(person), "firstName": person.given, "middleName": "", "lastName": person.family,
            "email": person.email, "phone": person.phone or company.phone,
            "directPhoneDoNotCall": person.key in self.not_to_call, "jobTitle": person.title,
            "country": COUNTRIES.get(company.country, company.country), "contactAccuracyScore": 92,
            "managementLevel": ["Manager"], "externalUrls": [],
            "company": {
                "id": _company_id(company), "name": company.name, "website": f"www.{company.domain}",
                "phone": company.phone, "street": company.address.street, "city": company.address.city,
                "zipCode": company.address.postal_code, "employeeCount": company.employees,
                "country": COUNTRIES.get(company.country, company.country), "primaryIndustry": [company.trade],
                "socialMediaUrls": [],
            },
        }  # fmt: skip


def _company_id(company: Company) -> int:
    return 340_000_000 + company.index


def _person_id(person: Person) -> int:
    company, _, number = person.key.partition(".")
    return 1_200_000_000 + 1_000 * int(company) + int(number)


def _hidden(company: Company, person: Person) -> Json:
    return {
        "id": _person_id(person), "firstName": person.given, "middleName": "", "lastName": person.family,
        "validDate": "6/19/2026 1:41 PM", "lastUpdatedDate": "", "jobTitle": person.title, "contactAccuracyScore": 92,
        "hasEmail": True, "hasSupplementalEmail": False, "hasDirectPhone": bool(person.phone), "hasMobilePhone": False,
        "company": {"id": _company_id(company), "name": company.name},
    }  # fmt: skip


def _company(company: Company) -> Json:
    return {
        "id": _company_id(company), "name": company.name, "website": f"www.{company.domain}",
        "domainList": list(company.domains), "phone": company.phone, "fax": company.fax,
        "street": company.address.street, "city": company.address.city, "zipCode": company.address.postal_code,
        "country": COUNTRIES.get(company.country, company.country), "employeeCount": company.employees,
        "socialMediaUrls": [{"type": "site", "url": url, "followerCount": "0"} for url in company.socials],
        "primaryIndustry": [company.trade],
    }  # fmt: skip
