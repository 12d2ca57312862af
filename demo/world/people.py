"""The people of a company: names of its country, titles of its language, one address pattern for all."""

from __future__ import annotations

from demo.world.model import Person
from demo.world.randomness import digest, fraction, pick
from demo.world.texts import language, latin, places, spelled

PATTERNS = ("{given}.{family}", "{initial}.{family}", "{family}", "{given}", "{initial}{family}")


def address_of(given: str, family: str, pattern: str, domain: str, country: str) -> str:
    """An e-mail address after the company's pattern."""
    first, last = latin(given, country).replace("-", ""), latin(family, country).replace("-", "")
    return pattern.format(given=first, initial=first[:1], family=last) + f"@{domain}"


def pattern_of(seed: int, index: int) -> str:
    """The address pattern of company `index`; given names alone only in small firms, so not for large indices."""
    return pick(PATTERNS[:3] if index >= 20 else PATTERNS[:2], seed, "pattern", index)


def make_person(seed: int, index: int, number: int, country: str, domain: str) -> Person:
    """Person `number` (0 is the legal head) of company `index`."""
    place, text = places()[country], language(places()[country]["language"])
    start = digest(seed, "people", index)
    given = place["given"][(start + number) % len(place["given"])]
    family = place["family"][(start // 97 + number * (1 + number // len(place["given"]))) % len(place["family"])]
    title = text["titles"][0] if number == 0 else text["titles"][1 + (start // 7 + number) % (len(text["titles"]) - 1)]
    doctor = fraction(seed, "doctor", index, number) < 0.15 and country in {"DE", "AT"}
    return Person(
        key=f"{index}.{number}",
        given=spelled(given),
        family=spelled(family),
        title=title,
        email=address_of(given, family, pattern_of(seed, index), domain, country),
        shown_email=fraction(seed, "shown", index, number) < 0.5,
        honorific="Dr." if doctor else "",
        legal_head=number == 0,
    )


def make_people(seed: int, index: int, count: int, country: str, domain: str) -> tuple[Person, ...]:
    """`count` people whose names and addresses differ."""
    found: dict[str, Person] = {}
    number = 0
    while len(found) < count:
        person = make_person(seed, index, number, country, domain)
        found.setdefault(person.email, person)
        number += 1
    return tuple(found.values())
