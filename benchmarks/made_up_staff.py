"""People at work of a seed: colleagues, families in one firm, namesakes, moves, shared telephones, slips and gaps."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.made_up_people import invented_words, slip

HEADER = ("id", "given_name", "family_name", "email", "phone", "company", "domain")
_FORMS = (" GmbH", " AG", " GmbH & Co. KG", "", "", " e.K.")
_GAPS = {"email": 0.35, "phone": 0.4, "company": 0.05, "domain": 0.25}  # how often a later record lacks the field


def write_staff(path: Path, records: int, seed: int = 11) -> None:
    """Write a CSV of `records` rows; ``id`` is ``<person>-<copy>``, so that the truth is in it (and never compared).

    Names follow Zipf's law, so that namesakes are many. A firm has one to forty people, who share its domain, two in
    five of them its telephone; in one firm of ten half of them are of one family. Two in five people have a second or
    third record: three of ten fields with a slip or left out; one of eight of those is of another firm (a move), and
    has the private address or the mobile number of before.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_records(records, random.Random(seed)))


def _records(records: int, chance: random.Random) -> Iterator[list[str]]:
    given, family = invented_words(2000, chance), invented_words(40_000, chance)
    shares = {len(words): [1 / (rank + 8) for rank in range(len(words))] for words in (given, family)}
    labels = invented_words(3000, chance)
    made = person = number = 0
    while made < records:
        size = min(40, int(chance.paretovariate(1.1)))
        firm = _firm(number, labels, chance)
        clan = chance.choices(family, shares[len(family)])[0] if chance.random() < 0.1 else ""
        first = chance.choices(given, shares[len(given)], k=size)
        last = [
            clan if clan and chance.random() < 0.5 else each
            for each in chance.choices(family, shares[len(family)], k=size)
        ]
        for names in zip(first, last, strict=True):
            for i, row in enumerate(_copies(_person(names, firm, chance), number, labels, chance)[: records - made]):
                yield [f"{person}-{i}", *row]
                made += 1
            person += 1
        number += 1


def _firm(number: int, labels: list[str], chance: random.Random) -> tuple[str, str, str]:
    """Name, domain and telephone."""
    label = f"{chance.choice(labels)}{chance.choice(labels)}"
    name = f"{label.capitalize()}{chance.choice(_FORMS)}"
    return name, f"{label}{number}.example", f"+4930{number:08}"


def _person(names: tuple[str, str], firm: tuple[str, str, str], chance: random.Random) -> list[str]:
    given, family = names
    company, domain, switchboard = firm
    phone = switchboard if chance.random() < 0.4 else f"+49151{chance.randrange(10**8):08}"
    office = f"{given[: chance.choice((1, 20))]}.{family}@{domain}"
    private = f"{given}.{family}{chance.randrange(10**4)}@gmail.com"
    return [given, family, private if chance.random() < 0.2 else office, phone, company, domain]


def _copies(row: list[str], number: int, labels: list[str], chance: random.Random) -> list[list[str]]:
    found = [row]
    for _ in range(chance.choices((0, 1, 2), (60, 30, 10))[0]):
        given, family, email, phone, company, domain = row
        if chance.random() < 0.125:
            company, domain, _ = _firm(10**7 + number, labels, chance)
            email = email if email.endswith("gmail.com") else ""
        found.append(_worn([given, family, email, phone, company, domain], chance))
    return found


def _worn(row: list[str], chance: random.Random) -> list[str]:
    """Names and firm get slips, what is a key gets gaps: people mistype the ones and leave out the others."""
    given, family, email, phone, company, domain = row
    worn = [slip(each, chance) if chance.random() < 0.12 else each for each in (given, family)]
    kept = [
        "" if chance.random() < _GAPS[name] else text
        for name, text in (("email", email), ("phone", phone), ("company", company), ("domain", domain))
    ]
    if not any(kept):
        kept[2] = company
    kept[2] = slip(kept[2], chance) if kept[2] and chance.random() < 0.1 else kept[2]
    return [*worn, *kept]
