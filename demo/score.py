"""Precision and recall of found facts against the truth, with the traps that were walked into and the wrong merges."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from demo.world.provider_answers import name_key

Json = dict[str, Any]
FIELDS = ("companies", "names", "emails", "phones", "socials", "addresses", "people", "titles", "person_emails")
_LEGAL_FORMS = re.compile(
    r"\b(gmbh|mbh|ag|kg|ug|sarl|sas|sa|sl|srl|spa|ltd|limited|llp|llc|inc|plc|partg|s l|s r l)\b|בע״מ|בע מ",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Count:
    """True positives, false positives and false negatives of one field."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def add(self, found: set[str], right: set[str], *, count_missing: bool = True) -> None:
        """Compare two sets of normalised values."""
        self.tp += len(found & right)
        self.fp += len(found - right)
        self.fn += len(right - found) if count_missing else 0

    def report(self) -> Json:
        """With precision, recall and F1; null where the denominator is zero."""
        precision = self.tp / (self.tp + self.fp) if self.tp + self.fp else None
        recall = self.tp / (self.tp + self.fn) if self.tp + self.fn else None
        both = 2 * self.tp + self.fp + self.fn
        f1 = 2 * self.tp / both if both else None
        return {"precision": precision, "recall": recall, "f1": f1, "tp": self.tp, "fp": self.fp, "fn": self.fn}


def company_key(name: str) -> str:
    """A company's name without legal form, accents, case and punctuation."""
    return re.sub(r"\s+", " ", _LEGAL_FORMS.sub(" ", name_key(name))).strip()


def social_key(url: str) -> str:
    """A profile's address without scheme, www, query and trailing slash."""
    bare = re.sub(r"^https?://(www\.)?", "", url.strip().lower())
    return re.split(r"[?#]", bare)[0].rstrip("/")


def _all(entries: list[Json], field: str) -> list[Any]:
    return [value for entry in entries for value in entry.get(field) or []]


def _group(found: list[Json], truth: Json) -> tuple[dict[str, list[Json]], list[Json], Json]:
    """Found entries by true company, those of no company, and merge errors (entries joined or torn apart)."""
    owner = {domain: company["key"] for company in truth["companies"] for domain in company["domains"]}
    planted = {owner[domain] for domain in (truth.get("wrong_merge") or {"domains": []})["domains"]}
    groups: dict[str, list[Json]] = {}
    strangers, errors = [], {"joined": 0, "split": 0, "planted_joined": False}
    for entry in found:
        keys = sorted({owner[domain] for domain in entry.get("domains") or [] if domain in owner})
        if not keys:
            strangers.append(entry)
        if len(keys) > 1:
            errors["planted_joined"] |= set(keys) == planted
            errors["joined"] += set(keys) != planted
        for key in keys:
            groups.setdefault(key, []).append(entry)
    errors["split"] = sum(len(entries) - 1 for entries in groups.values())
    return groups, strangers, errors


def _score_names(count: Count, entries: list[Json], right: list[str], *, count_missing: bool) -> None:
    """The best name of an entry is right or wrong."""
    first = [entry["names"][0] for entry in entries if entry.get("names")]
    wanted = {company_key(name) for name in right}
    if any(company_key(name) in wanted for name in first):
        count.tp += 1
        return
    count.fp += bool(first)
    count.fn += count_missing


def _score_addresses(count: Count, texts: list[str], company: Json, *, count_missing: bool) -> None:
    """An address is right that holds street and postal code."""
    parts = [name_key(company["street"]), name_key(company["postal_code"])]
    hits = [all(part in name_key(text) for part in parts) for text in texts]
    count.tp += any(hits)
    count.fp += hits.count(False)
    count.fn += count_missing and not any(hits)


def _score_people(counts: dict[str, Count], people: list[Json], company: Json, *, count_missing: bool) -> None:
    """People by name in any spelling; title and address of those that match."""
    spelled = {
        name_key(spelling): person
        for person in (*company["people"], *company["hidden_people"])
        for spelling in person["spellings"]
    }
    visible = {person["key"] for person in company["people"]}
    matched: set[str] = set()
    for person in people:
        right = spelled.get(name_key(person.get("name") or ""))
        if right is None:
            counts["people"].fp += 1
        elif right["key"] not in matched:
            matched.add(right["key"])
            counts["people"].tp += 1
            _score_person(counts, person, right)
    counts["people"].fn += len(visible - matched) if count_missing else 0


def _score_person(counts: dict[str, Count], person: Json, right: Json) -> None:
    title, email = name_key(person.get("title") or ""), (person.get("email") or "").lower()
    counts["titles"].add({title} - {""}, {name_key(right["title"])})
    counts["person_emails"].tp += email == right["mailbox_email"]
    counts["person_emails"].fp += bool(email) and email != right["mailbox_email"]
    counts["person_emails"].fn += right["email"] is not None and email != right["mailbox_email"]


def _trap_hits(entries: list[Json], company: Json, traps: list[Json]) -> Counter[str]:
    """Third parties' values that were taken for the company's own, by kind."""
    stated = {
        "email": {value.lower() for value in _all(entries, "emails")},
        "phone": set(_all(entries, "phones")),
        "name": {company_key(value) for value in _all(entries, "names")},
        "person": {name_key(person.get("name") or "") for person in _all(entries, "people")},
    }
    own = {*company["emails"], *company["phones"], *map(company_key, company["names"])}
    keys = {"name": company_key, "person": name_key}
    unique = {(trap["kind"], trap["field"], trap["value"]) for trap in traps}
    hits: Counter[str] = Counter()
    for kind, field, value in unique:
        key = keys.get(field, str)(value)
        hits[kind] += key in stated.get(field, set()) and key not in own
    return +hits


def _with_people(entries: list[Json], company: Json, field: str, single: str) -> tuple[set[str], set[str]]:
    """Found and right values of a company; what is found of a person counts where the pages print it.

    A person's true address that no page prints (from an import, or bought) is neither right nor wrong here.
    """
    right = set(company[field])
    staff = (*company["people"], *company["hidden_people"], *company["former_people"])
    neutral = {person["mailbox_email"] for person in staff} - right
    found = {value.lower() for value in _all(entries, field)} - neutral
    of_people = {(person.get(single) or "").lower() for person in _all(entries, "people")}
    return found | (of_people & right), right


def _score_company(counts: dict[str, Count], entries: list[Json], company: Json) -> None:
    missing = bool(company["reachable"])
    for field, single in (("emails", "email"), ("phones", "phone")):
        counts[field].add(*_with_people(entries, company, field, single), count_missing=missing)
    socials = {social_key(url) for url in company["socials"]}
    counts["socials"].add({social_key(v) for v in _all(entries, "socials")}, socials, count_missing=missing)
    _score_names(counts["names"], entries, company["names"], count_missing=missing)
    _score_addresses(counts["addresses"], _all(entries, "addresses"), company, count_missing=missing)
    _score_people(counts, _all(entries, "people"), company, count_missing=missing)


def _score_stranger(counts: dict[str, Count], entry: Json) -> None:
    for field in ("names", "emails", "phones", "socials", "addresses", "people"):
        counts[field].fp += len(entry.get(field) or [])


def score_facts(found: list[Json], truth: Json) -> Json:
    """Score `found`, a list of `{domains, names (best first), emails, phones, socials, addresses, people}`.

    Returns one report per field of `FIELDS`, and `traps` (hits by kind) and `merges`. A company that cannot be crawled
    counts for precision, not for recall. Entries that share a domain with a company are that company's.
    """
    counts = {field: Count() for field in FIELDS}
    groups, strangers, errors = _group(found, truth)
    hits: Counter[str] = Counter()
    for company in truth["companies"]:
        entries = groups.get(company["key"], [])
        counts["companies"].tp += bool(entries)
        counts["companies"].fn += not entries and company["reachable"]
        _score_company(counts, entries, company)
        sites = [site for site, facts in truth["sites"].items() if facts["company"] == company["key"]]
        hits += _trap_hits(entries, company, [trap for site in sites for trap in truth["traps"].get(site, [])])
    for entry in strangers:
        counts["companies"].fp += 1
        _score_stranger(counts, entry)
    report: Json = {field: count.report() for field, count in counts.items()}
    return report | {"traps": dict(hits), "merges": errors}
