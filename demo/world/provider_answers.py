"""What a data provider would answer: right, wrong or nothing, always the same for the same question."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from demo.world.generator import World
from demo.world.model import Company, Person
from demo.world.people import PATTERNS, address_of
from demo.world.randomness import fraction

_HONORIFICS = re.compile(r"\b(dr|prof|mag|dipl|ing|herr|frau|mr|mrs|ms)\b\.?", re.IGNORECASE)


class Verdict(StrEnum):
    """Whether the answer is the truth."""

    RIGHT = "right"
    WRONG = "wrong"
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider's make-up; prices in euro a hit, shares of 1."""

    name: str
    price_eur: float
    company_price_eur: float
    hit_rate: float
    wrong_rate: float
    limit_eur: float
    knows_today: bool  # otherwise its data are those of day 0
    phone_price_eur: float = 0.0
    failing_key: str = ""  # the first question about this person's address fails, and is not charged


CHEAP = Provider("findwell", 0.02, 0.01, 0.9, 0.3, 20.0, knows_today=False, phone_price_eur=0.01)
DEAR = Provider("verifio", 0.11, 0.04, 0.8, 0.0, 50.0, knows_today=True, phone_price_eur=0.05, failing_key="14.0")
PROVIDERS = (CHEAP, DEAR)
STALLING_KEY = "1.1"  # asking for this person charges and then times out, once


@dataclass(frozen=True, slots=True)
class Found:
    """An answer about a person; `email` is empty for a miss."""

    verdict: Verdict
    email: str = ""
    person_key: str = ""


def name_key(name: str) -> str:
    """Names compare without accents, case, academic titles and punctuation."""
    plain = unicodedata.normalize("NFKD", _HONORIFICS.sub(" ", name))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", " ", letters.casefold()).strip()


def find_person(company: Company, full_name: str) -> Person | None:
    """The employee, present or former, of that name."""
    wanted = name_key(full_name)
    for person in (*company.people, *company.former):
        if wanted in {name_key(person.name), name_key(person.on_imprint)}:
            return person
    return None


def _invented(person: Person, domain: str, country: str) -> str:
    """Another pattern than the company's: plausible and wrong."""
    options = (address_of(person.given, person.family, pattern, domain, country) for pattern in PATTERNS)
    return next(option for option in options if option != person.email)


def person_email(world: World, provider: Provider, full_name: str, domain: str) -> Found:
    """The provider's answer about a person's address."""
    company = (world if provider.knows_today else world.at(0)).owner(domain.lower().removeprefix("www."))
    person = find_person(company, full_name) if company else None
    if company is None or person is None:
        return Found(Verdict.MISS)
    if fraction(world.seed, provider.name, "hit", person.key) >= provider.hit_rate and person.key != STALLING_KEY:
        return Found(Verdict.MISS, person_key=person.key)
    if fraction(world.seed, provider.name, "wrong", person.key) < provider.wrong_rate:
        wrong = _invented(person, company.mail_domain, company.country)
        return Found(Verdict.WRONG, wrong, person.key)
    return Found(Verdict.RIGHT, person.email, person.key)


def person_phone(world: World, provider: Provider, full_name: str, domain: str) -> str | None:
    """The provider's answer about a person's direct number; None for a miss. Few people have one."""
    company = (world if provider.knows_today else world.at(0)).owner(domain.lower().removeprefix("www."))
    person = find_person(company, full_name) if company else None
    if person is None or fraction(world.seed, provider.name, "phone", person.key) >= provider.hit_rate:
        return None
    return person.phone


def company_facts(world: World, provider: Provider, domain: str) -> dict[str, object] | None:
    """The provider's answer about a company; None for a miss."""
    company = (world if provider.knows_today else world.at(0)).owner(domain.lower().removeprefix("www."))
    if company is None or fraction(world.seed, provider.name, "company", company.index) >= provider.hit_rate:
        return None
    wrong = fraction(world.seed, provider.name, "band", company.index) < provider.wrong_rate
    return {
        "name": company.name, "domain": company.domain, "country_code": company.country,
        "city": company.address.city, "phone": company.phone, "industry": company.trade,
        "employees": company.employees * (10 if wrong else 1),
    }  # fmt: skip
