"""The world itself: everything that exists on one day, made on demand and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from demo.world.cast import CAST, HOSTILE
from demo.world.companies import build
from demo.world.events import state_on
from demo.world.model import Company, HostileSite

_state = lru_cache(maxsize=8192)(state_on)
_base = lru_cache(maxsize=8192)(build)
_NUMBERED = re.compile(r"-(\d{2,6})\.example$")


@dataclass(frozen=True, slots=True)
class Site:
    """One web site of a company: `domain` is one of the company's domains, `host` its canonical host name."""

    company: Company
    domain: str

    @property
    def host(self) -> str:
        """The canonical host name."""
        return self.company.host(self.domain)

    @property
    def number(self) -> int:
        """0 for the main site."""
        return self.company.domains.index(self.domain)

    @property
    def redirects(self) -> bool:
        """Whether the whole host only points at the main site."""
        return self.number > 0 and "second_redirects" in self.company.features

    @property
    def start_url(self) -> str:
        """Where a crawl begins."""
        return f"http://{self.host}/"


@dataclass(frozen=True, slots=True)
class World:
    """State of day `day` (0 is the first night) of a world with `companies` companies; equal arguments, equal bytes."""

    seed: int = 7
    companies: int = 20
    day: int = 0

    def at(self, day: int) -> World:
        """The same world on another day."""
        return World(self.seed, self.companies, day)

    def company(self, index: int) -> Company:
        """Company `index` as of today."""
        if not 0 <= index < self.companies:
            raise IndexError(f"company {index} of {self.companies}")
        return _state(self.seed, index, self.day)

    def __iter__(self) -> Iterator[Company]:
        """All companies in order."""
        return (self.company(index) for index in range(self.companies))

    def sites(self) -> Iterator[Site]:
        """All sites of all companies, main sites before second ones of the same company."""
        return (Site(company, domain) for company in self for domain in company.domains)

    @property
    def hostile(self) -> tuple[HostileSite, ...]:
        """The hosts without a company."""
        return HOSTILE

    def _index_of(self, domain: str) -> int | None:
        match = _NUMBERED.search(domain)
        index = int(match[1]) if match else _cast_domains(self.seed).get(domain)
        return index if index is not None and index < self.companies else None

    def owner(self, domain: str) -> Company | None:
        """The company that owns a registrable domain, for its site or its mail."""
        index = self._index_of(domain.lower())
        if index is None or domain.lower() not in _base(self.seed, index).domains:
            return None
        return self.company(index)

    def locate(self, host: str) -> Site | HostileSite | None:
        """What answers under a host name; None where nothing does."""
        domain = host.lower().removeprefix("www.")
        for site in HOSTILE:
            if site.host == domain:
                return site
        company = self.owner(domain)
        return Site(company, domain) if company else None


@lru_cache(maxsize=16)
def _cast_domains(seed: int) -> dict[str, int]:
    return {domain: index for index in range(len(CAST)) for domain in _base(seed, index).domains}
