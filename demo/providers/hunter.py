"""Hunter's interface, version 2: account, domain search, email finder, email verifier."""

from __future__ import annotations

import re
from typing import Any

from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import json_answer
from demo.world.model import Answer, Company, Person
from demo.world.provider_answers import find_person

Json = dict[str, Any]
SHARE_OF_SCORE = 94


class HunterSimulator(Simulator):
    """`X-API-KEY`; a credit for ten addresses of a domain, one for a person found, one for a verification."""

    in_flight: tuple[str, ...] = ()  # addresses whose verification goes on at the first call

    def refusal(self, asked: Asked) -> Answer | None:
        """401 without the key, in any of the three places."""
        given = asked.headers.get("x-api-key") or asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.key in (given, asked.one("api_key")):
            return None
        return _error(401, "authentication_failed", "No user found for the API key supplied")

    def busy(self) -> Answer:
        """Hunter's words."""
        told = {"errors": [{"id": "too_many_requests", "code": 429, "details": "You've reached the limit."}]}
        return json_answer(told, 429, {"Retry-After": "0"})

    def answer(self, asked: Asked) -> Answer:
        """By path."""
        routes = {
            "/account": self._account, "/domain-search": self._search, "/email-finder": self._find,
            "/email-verifier": self._verify,
        }  # fmt: skip
        route = routes.get(asked.path.removeprefix("/v2"))
        if route is None or asked.method != "GET":
            return _error(404, "not_found", "This call does not exist")
        return route(asked)

    def _account(self, _: Asked) -> Answer:
        meter = {"used": int(1000 - self.credits), "available": 1000}
        return json_answer({"data": {
            "first_name": "Demo", "last_name": "Owner", "email": "owner@demo.example", "plan_name": "Starter",
            "plan_level": 1, "reset_date": "2027-01-01", "team_id": 1,
            "requests": {"searches": meter, "verifications": meter, "credits": meter},
        }})  # fmt: skip

    def _search(self, asked: Asked) -> Answer:
        company = self.owner(asked.one("domain"))
        if not asked.one("domain"):
            return _error(400, "wrong_params", "You are missing the domain parameter")
        limit, offset = min(100, asked.number("limit", 10)), asked.number("offset", 0)
        emails = _addresses(company, asked.one("type")) if company else []
        shown = emails[offset : offset + limit]
        if not self.charge(-(-len(shown) // 10)):
            return _error(429, "usage_exceeded", "You've reached the limit for the number of searches per period.")
        data: Json = {"domain": asked.one("domain"), "disposable": False, "webmail": False, "emails": shown}
        if company:
            data |= _company(company)
        meta = {"results": len(emails), "limit": limit, "offset": offset, "params": {"domain": asked.one("domain")}}
        return json_answer({"data": data, "meta": meta})

    def _find(self, asked: Asked) -> Answer:
        company = self.owner(asked.one("domain"))
        name = asked.one("full_name") or f"{asked.one('first_name')} {asked.one('last_name')}".strip()
        if not name:
            return _error(400, "wrong_params", "You are missing the full_name parameter")
        person = find_person(company, name) if company else None
        if person is None or company is None:
            return _error(404, "not_found", "No email was found")
        if not self.charge(1):
            return _error(429, "usage_exceeded", "You've reached the limit for the number of searches per period.")
        return json_answer({
            "data": {
                "first_name": person.given, "last_name": person.family, "email": person.email, "score": SHARE_OF_SCORE,
                "domain": company.domain, "accept_all": False, "position": person.title, "company": company.name,
                "sources": [], "verification": {"date": "2026-10-01T00:00:00Z", "status": "valid"},
            },
            "meta": {"params": {"full_name": name, "domain": company.domain}},
        })  # fmt: skip

    def _verify(self, asked: Asked) -> Answer:
        email = asked.one("email")
        if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) is None:
            return _error(400, "invalid_email", "The email address is invalid")
        if email in self.in_flight:
            self.in_flight = tuple(each for each in self.in_flight if each != email)
            return Answer(202, {}, b"", "application/json")
        if not self.charge(1):
            return _error(429, "usage_exceeded", "You've reached the limit for the number of verifications per period.")
        company = self.owner(email.rpartition("@")[2])
        known = company is not None and any(person.email == email for person in company.people)
        return json_answer({
            "data": {
                "status": "valid" if known else "invalid", "score": 96 if known else 3, "email": email, "regexp": True,
                "gibberish": False, "disposable": False, "webmail": False, "mx_records": company is not None,
                "smtp_server": company is not None, "smtp_check": known, "accept_all": False, "block": False,
                "sources": [],
            },
            "meta": {"params": {"email": email}},
        })  # fmt: skip


def _addresses(company: Company, kind: str) -> list[Json]:
    generic = [{"value": each, "type": "generic", "confidence": 90, "sources": []} for each in company.emails]
    personal = [_address(person) for person in company.people]
    return [each for each in (*generic, *personal) if not kind or each["type"] == kind]


def _address(person: Person) -> Json:
    address: Json = {
        "value": person.email, "type": "personal", "confidence": 91, "first_name": person.given,
        "last_name": person.family, "position": person.title, "sources": [],
        "verification": {"date": "2026-10-01T00:00:00Z", "status": "valid"},
    }  # fmt: skip
    return address | ({"phone_number": person.phone} if person.phone else {})


def _company(company: Company) -> Json:
    networks = {
        name: [each for each in company.socials if name in each] for name in ("linkedin", "facebook", "instagram")
    }
    return {
        "accept_all": False, "pattern": "{first}.{last}", "organization": company.name, "industry": company.trade,
        "country": company.country, "city": company.address.city, "postal_code": company.address.postal_code,
        "street": company.address.street, "headcount": f"{max(1, company.employees // 2)}-{company.employees + 1}",
        "technologies": [],
        **{name: urls[0] for name, urls in networks.items() if urls},
    }  # fmt: skip


def _error(status: int, name: str, details: str) -> Answer:
    return json_answer({"errors": [{"id": name, "code": status, "details": details}]}, status)
