"""People of a seed: names as unequal as real ones, homes with twins, and second records with slips and gaps."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

HEADER = ("id", "given_name", "family_name", "birth_date", "city", "postal_code", "email", "phone")
_ONSETS = [*"bcdfghjklmnprstvwz", "br", "ch", "dr", "fr", "gr", "kl", "kr", "pr", "sch", "st", "tr"]
_VOWELS = ["a", "e", "i", "o", "u", "au", "ei"]
_ENDS = [*"nrlmts", "nn", "ck", "rt", "nd", "ng", "ller", "mann", "berg", "son", "ini", "ez"]


def invented_words(number: int, chance: random.Random) -> list[str]:
    """So many different ones that can be said aloud."""
    found: dict[str, None] = {}
    while len(found) < number:
        start = "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.choice((1, 1, 2))))
        found[start + chance.choice(_ENDS)] = None
    return list(found)


def slip(text: str, chance: random.Random) -> str:
    """The text with a letter left out, replaced, or swapped with the next."""
    place = chance.randrange(max(1, len(text) - 1))
    kind = chance.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + chance.choice("aeinrst") + text[place + 1 :]
    return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]


def write_people(path: Path, records: int, seed: int = 7) -> None:
    """Write a CSV of `records` rows; ``id`` is ``<person>-<copy>``, so that the truth is in it (and never compared).

    A third of the people have a second or third record, whose fields have a slip each in 12 of 100 cases and are
    missing in 15; one in 50 has a twin, of the same family name, birth date and home. Names follow Zipf's law.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_records(records, random.Random(seed)))


def _records(records: int, chance: random.Random) -> Iterator[list[str]]:
    given, family, towns = invented_words(2000, chance), invented_words(40_000, chance), invented_words(800, chance)
    shares = {len(words): [1 / (rank + 8) for rank in range(len(words))] for words in (given, family, towns)}
    people = records * 5 // 7 + 10
    drawn = [chance.choices(words, shares[len(words)], k=people) for words in (given, family, towns)]
    made = person = 0
    while made < records:
        home = [f"{10000 + hash_of(drawn[2][person]) % 800 * 100 + chance.randrange(100)}"]
        born = f"{chance.randrange(1935, 2006)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        row = _person(drawn[0][person], drawn[1][person], born, drawn[2][person], home[0], chance)
        rows = [(person, row)]
        if chance.random() < 0.02:
            twin = _person(chance.choice(given), drawn[1][person], born, drawn[2][person], home[0], chance)
            rows.append((people + person, twin))
        for number, first in rows:
            copies = [first, *(_copy(first, chance) for _ in range(chance.choices((0, 1, 2), (68, 24, 8))[0]))]
            for i, each in enumerate(copies[: records - made]):
                yield [f"{number}-{i}", *each]
                made += 1
        person += 1


def hash_of(text: str) -> int:
    """The same in every run, unlike Python's own."""
    return sum(ord(letter) * 31**i for i, letter in enumerate(text))


def _person(given: str, family: str, born: str, town: str, code: str, chance: random.Random) -> list[str]:
    email = f"{given[: chance.choice((1, 20))]}.{family}{chance.randrange(1000)}@{chance.choice('abcdefgh')}.example"
    return [given, family, born, town, code, email, f"0{chance.randrange(10**8, 10**9)}"]


def _copy(row: list[str], chance: random.Random) -> list[str]:
    found = []
    for text in row:
        draw = chance.random()
        found.append("" if draw < 0.15 else slip(text, chance) if draw < 0.27 else text)
    return found
