"""The people of a site: one entry a person over pages, languages and spellings of the name."""

from __future__ import annotations

from dataclasses import dataclass

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.person import ACCEPT
from leadhouse.records import Extraction, PersonAttribute

_FIELDS = (PersonAttribute.TITLE, PersonAttribute.EMAIL, PersonAttribute.PHONE_E164)
_KEYS = {PersonAttribute.TITLE: "title", PersonAttribute.EMAIL: "email", PersonAttribute.PHONE_E164: "phone"}
_SHORT = 5  # letters below which one other letter makes another name


@dataclass(slots=True)
class _Seen:
    """One spelling of a name: the surest statement, its fields, and how many pages have it."""

    name: str
    confidence: float
    fields: dict[str, str | None]
    pages: int = 1

    def add(self, other: _Seen) -> None:
        """Take what the other statement adds; its name too, when it is surer, on more pages or fuller."""
        is_better = (other.confidence, other.pages, len(other.name)) > (self.confidence, self.pages, len(self.name))
        first, second = (other, self) if is_better else (self, other)
        self.fields = {key: first.fields[key] or second.fields[key] for key in first.fields}
        self.name, self.confidence, self.pages = first.name, first.confidence, self.pages + other.pages


def rank_people(extractions: list[Extraction]) -> list[dict[str, str | None]]:
    """People with ``name``, ``title``, ``email``, ``phone``, surest first; none for pupils' practice firms."""
    if any(rejection.reason == "practice_firm" for extraction in extractions for rejection in extraction.rejections):
        return []
    spellings: dict[str, _Seen] = {}
    for extraction in extractions:
        for person in extraction.persons:
            stated = {attribute: values[0] for attribute, values in person.values.items()}
            name = stated[PersonAttribute.FULL_NAME]
            fields = {_KEYS[field]: stated[field].value if field in stated else None for field in _FIELDS}
            seen = _Seen(name.value, name.confidence, fields)
            key = fold(name.value) or name.value
            if key in spellings:
                spellings[key].add(seen)
            else:
                spellings[key] = seen
    people: list[_Seen] = []
    for seen in sorted(spellings.values(), key=lambda entry: (-entry.confidence, -entry.pages)):
        same = next((entry for entry in people if is_same_person(entry.name, seen.name)), None)
        if same is not None:
            same.add(seen)
        elif seen.confidence >= ACCEPT:
            people.append(seen)
    return [{"name": entry.name, **entry.fields} for entry in people]


def is_same_person(left: str, right: str) -> bool:
    """Whether two names of one site are one person's: order, middle names, initials or one letter apart."""
    one, two = _parts(left), _parts(right)
    if sorted(one) == sorted(two):
        return True
    if len(one) < 2 or len(two) < 2:
        return False
    if one[0] == two[0] and one[-1] == two[-1]:
        return set(one) <= set(two) or set(two) <= set(one)
    if len(one) != len(two):
        return False
    apart = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    return len(apart) == 1 and _is_near(*apart[0])


def _parts(name: str) -> list[str]:
    """Folded words without initials; with them where nothing else would be left."""
    parts = [fold(part) for part in name.split()]
    long = [part for part in parts if len(part) > 1]
    return long if len(long) >= 2 else parts


def _is_near(left: str, right: str) -> bool:
    """One letter more, less or other, in words long enough for that to be a slip."""
    if min(len(left), len(right)) < _SHORT or abs(len(left) - len(right)) > 1 or left[0] != right[0]:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    return (
        left[start + 1 :] == right[start + 1 :]
        or left[start:] == right[start + 1 :]
        or left[start + 1 :] == right[start:]
    )
