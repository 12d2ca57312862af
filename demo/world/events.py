"""What changes in the world from night to night: people come, leave and move, numbers change, pages are edited."""

from __future__ import annotations

from dataclasses import replace

from demo.world.cast import EMPLOYER_CHANGE, PHONE_CHANGE
from demo.world.companies import build
from demo.world.identifiers import SLOTS
from demo.world.model import Company, Person
from demo.world.people import address_of, make_person, pattern_of
from demo.world.randomness import fraction, pick

EDITED_SHARE = 0.05  # of the pages of ordinary sites, each day
EVENT_SHARE = 0.02  # of the companies, each day after the first


def revised_on(seed: int, host: str, path: str, day: int) -> int:
    """The last day, 0 to `day`, on which the words of a page were edited."""
    for candidate in range(day, 0, -1):
        if fraction(seed, "edit", host, path, candidate) < EDITED_SHARE:
            return candidate
    return 0


def _leave(company: Company, person: Person, day: int) -> Company:
    staff = tuple(other for other in company.people if other.key != person.key)
    return replace(company, people=staff, former=(*company.former, person), changed_on=day)


def _join(company: Company, person: Person, day: int) -> Company:
    taken = {other.email for other in (*company.people, *company.former)}
    if person.email in taken:
        return company
    return replace(company, people=(*company.people, person), changed_on=day)


def _new_phone(company: Company, day: int) -> Company:
    """The switchboard moves between the first and the last number of the company's block."""
    serial = int(company.phone[-3:]) % SLOTS
    step = SLOTS - 1 if serial == 0 else 1 - SLOTS
    digits = str(int(company.phone[-3:]) + step).zfill(3)
    return replace(company, phone=company.phone[:-3] + digits, changed_on=day)


def mover(seed: int) -> Person:
    """The person who changes employer, as the former company knows the address."""
    people: tuple[Person, ...] = build(seed, EMPLOYER_CHANGE["from"]).people
    return people[EMPLOYER_CHANGE["person"]]


def _move(seed: int, company: Company, day: int) -> Company:
    person = mover(seed)
    if company.index == EMPLOYER_CHANGE["from"]:
        return _leave(company, person, day)
    email = address_of(
        person.given, person.family, pattern_of(seed, company.index), company.mail_domain, company.country
    )
    return _join(company, replace(person, email=email, title="Project Manager", shown_email=True, phone=None), day)


def _planned(seed: int, company: Company, day: int) -> Company:
    if day == EMPLOYER_CHANGE["day"] and company.index in (EMPLOYER_CHANGE["from"], EMPLOYER_CHANGE["to"]):
        company = _move(seed, company, day)
    if day == PHONE_CHANGE["day"] and company.index == PHONE_CHANGE["company"]:
        company = _new_phone(company, day)
    return company


def _drawn(seed: int, company: Company, day: int) -> Company:
    if fraction(seed, "event", company.index, day) >= EVENT_SHARE:
        return company
    kind = pick(("phone", "join", "leave"), seed, "kind", company.index, day)
    if kind == "phone":
        return _new_phone(company, day)
    if kind == "leave" and len(company.people) > 2:
        return _leave(company, company.people[-1], day)
    newcomer = make_person(seed, company.index, 20 + day, company.country, company.mail_domain)
    return _join(company, newcomer, day)


def state_on(seed: int, index: int, day: int) -> Company:
    """Company `index` after the events of days 1 to `day`."""
    company = build(seed, index)
    for today in range(1, day + 1):
        company = _planned(seed, company, today)
        if today > 1 or index >= 20:
            company = _drawn(seed, company, today)
    return company
