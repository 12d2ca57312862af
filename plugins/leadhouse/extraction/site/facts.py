"""A site's facts and the sightings they rest on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from leadhouse.records import Value


@dataclass(slots=True)
class Fact:
    """One value of the site with all that speaks for it."""

    attribute: str
    value: str
    confidence: float
    pages: int
    url: str
    locators: tuple[str, ...] = ()


@dataclass(slots=True)
class SiteFacts:
    """A site's facts, best first. `reason` says why there are none."""

    host: str = ""
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    people: list[dict[str, str | None]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    reason: str | None = None

    def values(self, attribute: str) -> list[str]:
        """Values of one attribute, best first."""
        return [fact.value for fact in self.facts.get(attribute, [])]

    def best(self, attribute: str) -> str | None:
        """The one value to show of an attribute; of equally sure ones the first in the alphabet (bands: the larger)."""
        return next(iter(self.values(attribute)), None)

    def as_json(self) -> dict[str, Any]:
        """The shape that `leadhouse crawl --json` writes per host."""
        if self.reason:
            return {
                "names": [],
                "emails": [],
                "phones": [],
                "socials": [],
                "people": [],
                "addresses": [],
                "evidence": [],
            }
        return {
            "names": self.values("name"),
            "emails": self.values("email"),
            "phones": self.values("phone_e164"),
            "socials": self.values("social_url"),
            "people": self.people,
            "addresses": self.values("address"),
            "evidence": self.evidence,
        }


@dataclass(slots=True)
class Sightings:
    items: list[tuple[Value, str]] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return len({url for _, url in self.items})

    def pages_with(self, locator: str) -> int:
        return len({url for value, url in self.items if (value.locator or "") == locator})

    def confidence_of(self, locator: str) -> float:
        return max((value.confidence for value, _ in self.items if (value.locator or "") == locator), default=0.0)

    def usual(self) -> tuple[Value, str]:
        """The spelling most pages have; of equal ones the surer, then the shorter."""
        pages = Counter(value.value for value, _ in self.items)
        return max(
            self.items, key=lambda item: (pages[item[0].value], item[0].confidence, -len(item[0].value), item[0].value)
        )

    def best(self) -> tuple[Value, str]:
        return max(self.items, key=lambda item: item[0].confidence)
