"""A registry of people of a seed, with duplicates as Febrl's generator makes them (Christen and Pudjijono 2009).

    python -m benchmarks.made_up_registry 5000

measures `leadhouse dedupe`'s own matching on one file with up to five duplicates of a person and on two files, one of
originals and one of duplicates, under headers of several languages: F1 of pairs and CPU seconds.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence

from benchmarks.made_up_people import invented_words, slip

HEADER = (
    "rec_id", "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
    "date_of_birth", "soc_sec_id",
)  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "Febrl's": HEADER,
    "German": (
        "Nr", "Vorname", "Name", "Hausnummer", "Straße", "Adresszusatz", "Ort", "PLZ", "Bundesland", "Geburtstag",
        "Sozialversicherungsnummer",
    ),
    "French": (
        "id", "Prénom", "Nom", "Numéro", "Adresse", "Complément d'adresse", "Ville", "Code postal", "Région",
        "Date de naissance", "NSS",
    ),
    "none": ("id", *(f"column{number}" for number in range(1, 11))),
}  # fmt: skip
_STATES = ("nsw", "vic", "qld", "wa", "sa", "act", "tas", "nt")
_NAMES = (1, 2)  # places that Febrl swaps
Rows = list[list[str]]
Pairs = set[tuple[str, str]]


def registry(originals: int, duplicates: int, most: int, seed: int = 5) -> tuple[Rows, Rows, Pairs]:
    """Originals, duplicates, and the pairs of one person's records among all of them, each as sorted ids.

    Args:
        most: duplicates that one person has at most. Each has one to four changes: a slip, a lost value, another value
            of the same column, two values in each other's place.
    """
    chance = random.Random(seed)
    words = [invented_words(number, chance) for number in (300, 900, 1200, 700)]
    people = [[f"rec-{number}-org", *_person(words, chance)] for number in range(originals)]
    copies: Rows = []
    held = [[each[0]] for each in people]
    truth: Pairs = set()
    while len(copies) < duplicates:
        person = chance.randrange(originals)
        known = held[person]
        for number in range(len(known) - 1, min(most, len(known) - 1 + chance.randint(1, most))):
            copy = [f"rec-{person}-dup-{number}", *_worn(people[person][1:], people, chance)]
            truth |= {(min(each, copy[0]), max(each, copy[0])) for each in known}
            known.append(copy[0])
            copies.append(copy)
    return people, copies, truth


def _person(words: Sequence[list[str]], chance: random.Random) -> list[str]:
    given, family, streets, towns = words
    town = min(int(chance.paretovariate(0.6)), len(towns)) - 1
    state = _STATES[town % len(_STATES)]
    return [
        given[min(int(chance.paretovariate(0.5)), len(given)) - 1],
        family[min(int(chance.paretovariate(0.4)), len(family)) - 1],
        str(chance.randrange(1, 300)),
        f"{chance.choice(streets)} {chance.choice(('street', 'place', 'crescent', 'circuit', 'close', 'avenue'))}",
        chance.choice(streets) if chance.random() < 0.6 else "",
        towns[town],
        str(2000 + (town * 7) % 4000),
        state,
        f"{chance.randrange(1900, 2000)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}",
        f"{chance.randrange(10**6, 10**7)}",
    ]


def _worn(row: Sequence[str], others: Rows, chance: random.Random) -> list[str]:
    found = list(row)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(found))
        kind = chance.random()
        if kind < 0.6:
            found[place] = slip(found[place], chance) if found[place] else ""
        elif kind < 0.8:
            found[place] = ""
        elif kind < 0.9:
            found[place] = chance.choice(others)[place + 1]
        else:
            found[0], found[1] = found[1], found[0]
    return found


def f1(found: Pairs, truth: Pairs) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * len(found & truth) / max(len(found) + len(truth), 1)


def matched(header: Sequence[str], first: Rows, second: Rows | None = None) -> Pairs:
    """What `leadhouse dedupe` finds in one file, or between two."""
    from leadhouse.imports.columns import field_of
    from leadhouse.resolution.file_columns import infer_columns
    from leadhouse.resolution.file_matching import match_rows

    rows = [*first, *(second or [])]
    matches = match_rows(
        rows, infer_columns(header, first, "person", None, field_of), split=len(first) if second else None
    )
    return {tuple(sorted((rows[one][0], rows[other][0]))) for one, other in zip(*matches.pairs, strict=True)}


def main() -> None:
    """Print F1 and CPU seconds by kind of file and header."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int)
    records = parser.parse_args().records
    people, copies, truth = registry(records * 4 // 5, records // 5, 5)
    one_file = [*people, *copies]
    random.Random(3).shuffle(one_file)
    first, second, linked = registry(records, records, 1)
    for name, header in HEADERS.items():
        start = time.process_time()
        single = f1(matched(header, one_file), truth)
        middle = time.process_time()
        double = f1(matched(header, first, second), linked)
        sys.stdout.write(
            f"{name}: one file {single:.4f} in {middle - start:.1f} s, "
            f"two files {double:.4f} in {time.process_time() - middle:.1f} s\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
