"""Unipile's interface to one LinkedIn account: its owner, its connections, profiles and companies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import json_answer
from demo.world.model import Answer, Company, Person

Json = dict[str, Any]
ACCOUNT = "demo-account"


@dataclass
class UnipileSimulator(Simulator):
    """`X-API-KEY` and the account's id; `is_connected` false: LinkedIn has signed the account out."""

    is_connected: bool = True
    page_size: int = 5  # at most, whatever is asked for

    def refusal(self, asked: Asked) -> Answer | None:
        """401 without the token or for an account that is signed out, 404 for one that is unknown."""
        if asked.headers.get("x-api-key") != self.key:
            return _problem(401, "missing_credentials", "Missing credentials")
        if asked.one("account_id") != ACCOUNT:
            return _problem(404, "resource_not_found", "Account not found")
        if not self.is_connected:
            return _problem(401, "disconnected_account", "Disconnected account")
        return None

    def answer(self, asked: Asked) -> Answer:
        """By path."""
        path = asked.path.removeprefix("/api/v1")
        if asked.method != "GET":
            return _problem(404, "resource_not_found", "Not found")
        if path == "/users/me":
            return json_answer(
                {"object": "AccountOwnerProfile", "provider": "LINKEDIN", "provider_id": "ACoAA-owner",
                 "public_identifier": "demo-owner", "first_name": "Demo", "last_name": "Owner"}
            )  # fmt: skip
        if path == "/users/relations":
            return self._relations(asked)
        kind, _, identifier = path.strip("/").rpartition("/")
        found = {"users": self._profile, "linkedin/company": self._company}.get(kind)
        answer = found(identifier) if found else None
        return json_answer(answer) if answer else _problem(404, "resource_not_found", "User not found")

    def _relations(self, asked: Asked) -> Answer:
        people = [person for company in self.world for person in company.people]
        size, start = min(self.page_size, asked.number("limit", 100)), asked.number("cursor", 0)
        more = start + size < len(people)
        items = [_relation(each) for each in people[start : start + size]]
        following = str(start + size) if more else None
        return json_answer({"object": "UserRelationsList", "items": items, "cursor": following})

    def _profile(self, identifier: str) -> Json | None:
        for company in self.world:
            for person in company.people:
                if identifier in (handle(person), f"ACoAA-{person.key}"):
                    return _profile(company, person)
        return None

    def _company(self, identifier: str) -> Json | None:
        return next((_company(each) for each in self.world if identifier == company_handle(each)), None)


def handle(person: Person) -> str:
    """The public name of a profile."""
    return f"{person.given}-{person.family}-{person.key}".lower().replace(" ", "-").replace(".", "-")


def company_handle(company: Company) -> str:
    """The public name of a company's page."""
    return company.domain.partition(".")[0]


def _relation(person: Person) -> Json:
    return {
        "object": "UserRelation", "first_name": person.given, "last_name": person.family, "headline": person.title,
        "public_identifier": handle(person), "public_profile_url": f"https://www.linkedin.com/in/{handle(person)}",
        "created_at": 1771943752000, "member_id": f"ACoAA-{person.key}", "member_urn": f"urn:li:member:{person.key}",
        "connection_urn": f"urn:li:fsd_connection:{person.key}",
    }  # fmt: skip


def _profile(company: Company, person: Person) -> Json:
    return {
        "object": "UserProfile", "provider": "LINKEDIN", "provider_id": f"ACoAA-{person.key}",
        "public_identifier": handle(person), "first_name": person.given, "last_name": person.family,
        "headline": f"{person.title} at {company.name}", "location": company.address.city,
        "contact_info": {"emails": [person.email]}, "websites": [], "is_open_profile": False, "is_premium": False,
        "work_experience": [
            {"position": person.title, "company": company.name, "skills": [], "start": "1/1/2020", "end": None},
            {"position": "Trainee", "company": "Elsewhere", "skills": [], "start": "1/1/2015", "end": "1/1/2020"},
        ],
    }  # fmt: skip


def _company(company: Company) -> Json:
    address = company.address
    return {
        "object": "CompanyProfile", "id": str(90_000 + company.index), "name": company.name,
        "public_identifier": company_handle(company), "website": f"https://www.{company.domain}",
        "profile_url": f"https://www.linkedin.com/company/{company_handle(company)}", "industry": [company.trade],
        "employee_count": company.employees,
        "locations": [{
            "is_headquarter": True, "country": address.country_code, "city": address.city,
            "postalCode": address.postal_code, "street": [address.street],
        }],
    }  # fmt: skip


def _problem(status: int, kind: str, title: str) -> Answer:
    return json_answer({"title": title, "type": f"errors/{kind}", "status": status}, status)
