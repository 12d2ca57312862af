"""Where extraction goes wrong on sites with truth: by kind of page and language, and rules against a learned verdict.

A *candidate* is a value that a site's pages state or turn down. It is the owner's when the site's gold lists it. The
learned verdict is a logistic regression over the same named features that the rules use; each site is judged by weights
that were fitted without it (leave one site out), so the figure says what holds on sites nobody has seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadhouse.extraction.attribution.context import affinity
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.contacts.mailboxes import is_role
from leadhouse.extraction.contacts.social_profiles import profile
from leadhouse.records import Extraction

Numbers = NDArray[np.float64]
KINDS = {"email": "emails", "phone_e164": "phones", "social_url": "socials"}
FEATURES = (
    "bias",
    "said by pages",
    "turned down by pages",
    "share of pages",
    "confidence",
    "in frame",
    "in structured data alone",
    "as link",
    "domain is the site's",
    "domain is a stranger's",
    "role mailbox",
    "on contact page",
)
_FRAME = ("footer", "header", "address", "nav")


@dataclass
class Candidate:
    """One value of one site and what speaks for and against it. `is_own`: gold lists it (None: it leaves it open)."""

    site: str
    attribute: str
    value: str
    is_own: bool | None
    is_kept: bool
    stated: list[tuple[str, float, str]] = field(default_factory=list)  # page, confidence, locator
    rejected: list[str] = field(default_factory=list)  # pages


def page_kind(url: str) -> str:
    """``contact``, ``team or about``, ``legal``, ``home`` or ``other``, by address."""
    score = contact_score(url)
    if score >= 0.9:
        return "contact"
    if score >= 0.65:
        return "team or about"
    return "home" if score >= 0.55 else "legal" if score >= 0.4 else "other"


def same(attribute: str, value: str) -> str:
    """What two spellings of a value share."""
    if attribute == "social_url" and isinstance(found := profile(value), tuple):
        return found[0].lower().rstrip("/")
    return value.lower().strip()


def candidates(site: str, gold: dict[str, Any], found: list[Extraction], kept: dict[str, Any]) -> list[Candidate]:
    """Every candidate e-mail address, number and profile of a site."""
    known: dict[tuple[str, str], Candidate] = {}
    for extraction in found:
        for company in extraction.companies:
            for attribute, values in company.values.items():
                for value in values if attribute.value in KINDS else ():
                    item = _candidate(known, site, gold, kept, attribute.value, value.value)
                    item.stated.append((extraction.unit_key, value.confidence, value.locator or ""))
        for rejection in extraction.rejections:
            if rejection.attribute in KINDS:
                item = _candidate(known, site, gold, kept, rejection.attribute, rejection.value)
                item.rejected.append(extraction.unit_key)
    _leave_directories_open(known)
    return list(known.values())


def _leave_directories_open(known: dict[tuple[str, str], Candidate]) -> None:
    """Gold does not list each branch of a site that shows dozens of numbers: they count neither way."""
    unlisted = [item for item in known.values() if item.attribute == "phone_e164" and item.is_own is False]
    if len(unlisted) > 30:
        for item in unlisted:
            item.is_own = None


def _candidate(
    known: dict[tuple[str, str], Candidate],
    site: str,
    gold: dict[str, Any],
    kept: dict[str, Any],
    name: str,
    value: str,
) -> Candidate:
    key = same(name, value)
    if (name, key) not in known:
        group = KINDS[name]
        own = {same(name, each) for each in gold[group]}
        may = {same(name, each) for each in gold[f"{group}_optional"]}
        is_own = True if key in own else None if key in may else False
        is_kept = key in {same(name, each) for each in kept[group]}
        known[name, key] = Candidate(site, name, value, is_own, is_kept)
    return known[name, key]


def confusion_table(found: dict[str, list[Extraction]], items: list[Candidate]) -> str:
    """Candidates of each page, rightly and wrongly stated or turned down, by kind of page and by language."""
    truth = {(item.site, item.attribute, same(item.attribute, item.value)): item.is_own for item in items}
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for site, extractions in found.items():
        for extraction in extractions:
            groups = ("page: " + page_kind(extraction.unit_key), "language: " + _language(extraction))
            for verdict, attribute, value in _verdicts(extraction):
                is_own = truth.get((site, attribute, same(attribute, value)))
                if is_own is not None:
                    for group in groups:
                        counts[group, KINDS[attribute]][f"{verdict} {'own' if is_own else 'other'}"] += 1
    columns = ("stated own", "stated other", "turned down own", "turned down other")
    lines = ["| where | what | " + " | ".join(columns) + " |", "|---|---|" + "---|" * len(columns)]
    for (group, kind), count in sorted(counts.items()):
        lines.append(f"| {group} | {kind} | " + " | ".join(str(count[column]) for column in columns) + " |")
    return "\n".join(lines)


def _language(extraction: Extraction) -> str:
    for company in extraction.companies:
        for attribute, values in company.values.items():
            if attribute.value == "language":
                return values[0].value
    return "none"


def _verdicts(extraction: Extraction) -> Iterable[tuple[str, str, str]]:
    for company in extraction.companies:
        for attribute, values in company.values.items():
            if attribute.value in KINDS:
                yield from (("stated", attribute.value, value) for value in {each.value for each in values})
    for rejection in extraction.rejections:
        if rejection.attribute in KINDS:
            yield "turned down", rejection.attribute, rejection.value


def features(item: Candidate, host: str, page_count: int) -> list[float]:
    """The numbers of `FEATURES`, in that order."""
    pages = {url for url, _, _ in item.stated}
    locators = [locator for _, _, locator in item.stated]
    close = affinity(item.value.rpartition("@")[2], host) if item.attribute == "email" else 0.5
    return [
        1.0,
        float(np.log1p(len(pages))),
        float(np.log1p(len(set(item.rejected)))),
        len(pages) / max(1, page_count),
        max((confidence for _, confidence, _ in item.stated), default=0.0),
        float(any(region in locator for locator in locators for region in _FRAME)),
        float(bool(locators) and all(locator.startswith("json-ld") for locator in locators)),
        float(any(locator.startswith(("mailto", "tel", "link")) for locator in locators)),
        float(close >= 0.9),
        float(close < 0.5),
        float(item.attribute == "email" and is_role(item.value)),
        float(any(contact_score(url) >= 0.9 for url in pages)),
    ]


def fit(rows: Numbers, labels: Numbers, penalty: float = 1.0) -> Numbers:
    """Weights of a logistic regression with an L2 penalty (Newton's method; the bias is not penalised)."""
    weights = np.zeros(rows.shape[1])
    ridge = np.full(rows.shape[1], penalty)
    ridge[0] = 1e-6
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (labels - chance) - ridge * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def learned_against_rules(items: list[Candidate], hosts: dict[str, str], pages: dict[str, int]) -> str:
    """F1 of the rules and of the learned verdict, each site judged by weights fitted without it."""
    lines = ["| what | candidates | own | rules F1 | learned F1, leave one site out |", "|---|---|---|---|---|"]
    for attribute, kind in KINDS.items():
        group = [item for item in items if item.attribute == attribute and item.is_own is not None]
        rows = np.array([features(item, hosts[item.site], pages[item.site]) for item in group])
        labels = np.array([float(bool(item.is_own)) for item in group])
        sites = np.array([item.site for item in group])
        verdicts = np.zeros(len(group))
        for site in set(sites):
            inside = sites == site
            verdicts[inside] = rows[inside] @ fit(rows[~inside], labels[~inside]) > 0.0
        kept = np.array([float(item.is_kept) for item in group])
        figures = f"{_f1(kept, labels):.3f} | {_f1(verdicts, labels):.3f}"
        lines.append(f"| {kind} | {len(group)} | {int(labels.sum())} | {figures} |")
    return "\n".join(lines)


def _f1(verdicts: Numbers, labels: Numbers) -> float:
    right = float((verdicts * labels).sum())
    return 2 * right / max(1.0, float(verdicts.sum() + labels.sum()))
