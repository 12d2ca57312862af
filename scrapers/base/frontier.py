"""Which URL of a site comes next. URLs are strings here; a Request is built for the one that is asked.

(Scrapy's duplicate filter costs a Request and a fingerprint for each of a page's hundred links: 11 of 16 ms.)
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from leadhouse.extraction.page_kind import contact_score
from scrapers.base import urls

MAX_WAITING = 5_000
MAX_HOPS = 6
CALENDAR_PAGES = 2

START, SITEMAP, PRODUCTIVE, KNOWN = 4.0, 3.0, 2.0, 0.55  # above or among the contact scores, which lie in 0..1
REPLAY = 10.0


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A URL to ask for. `hops` counts links from the start page, `chain` is the redirects that led here."""

    order: tuple[float, int]
    url: str = field(compare=False)
    hops: int = field(compare=False, default=0)
    is_start: bool = field(compare=False, default=False)
    is_sitemap: bool = field(compare=False, default=False)
    chain: tuple[str, ...] = field(compare=False, default=())
    attempt: int = field(compare=False, default=0)


class Frontier:
    """The URLs of one site: each is handed out once, best first, within the budget of pages."""

    def __init__(self, start_url: str, budget: int) -> None:
        self.budget = budget
        self._seen: set[str] = set()
        self._raw: set[str] = set()
        self._heap: list[Target] = []
        self._shapes: Counter[str] = Counter()
        self._shape_limit = max(3, budget // 4)
        self._number = 0
        self.move_to(start_url)

    def move_to(self, url: str) -> None:
        """The site lives at this URL's origin: other spellings (http, www) of its links are rewritten to it."""
        self.origin = urls.origin_of(url)
        self.host = urls.bare_host(urls.authority_of(url))

    def own(self, url: str) -> str | None:
        """The canonical URL if it belongs to the site, at the site's origin; None if it does not."""
        found = urls.canonical(url)
        if found is None or urls.bare_host(urls.authority_of(found)) != self.host:
            return None
        return f"{self.origin}/{found.split('/', 3)[3]}"

    def add(self, url: str, priority: float, *, hops: int = 0, **fields: object) -> bool:
        """Remember a canonical URL unless it was seen; no limits apply, the caller knows it is wanted."""
        if url in self._seen:
            return False
        self._seen.add(url)
        self._number += 1
        target = Target((-priority, self._number), url, hops, **fields)  # type: ignore[arg-type]
        heapq.heappush(self._heap, target)
        return True

    def add_links(self, links: Iterable[tuple[str, str]], hops: int) -> None:
        """Links of a page as (absolute URL, anchor text), the page being `hops` links away from the start."""
        if hops >= MAX_HOPS:
            return
        for url, text in links:
            if url in self._raw:
                continue
            self._raw.add(url)
            own = self.own(url)
            if own is not None and own not in self._seen and self._is_wanted(own):
                self.add(own, contact_score(own, text), hops=hops + 1)

    def _is_wanted(self, url: str) -> bool:
        if len(self._heap) >= MAX_WAITING or not urls.is_page(url) or urls.is_trap(url):
            return False
        shape = urls.shape(url)
        if shape is None:
            return True
        if urls.is_calendar(url):
            shape = "calendar"
        self._shapes[shape] += 1
        return self._shapes[shape] <= (CALENDAR_PAGES if shape == "calendar" else self._shape_limit)

    def has_seen(self, url: str) -> bool:
        """Whether the URL was handed out or waits."""
        return url in self._seen

    def pop(self) -> Target | None:
        """The next URL; None when there is none, or the budget of pages is spent."""
        if not self._heap or (self.budget <= 0 and not self._heap[0].is_sitemap):
            return None
        target = heapq.heappop(self._heap)
        self.budget -= not target.is_sitemap
        return target

    def put_back(self, target: Target) -> None:
        """It was not asked after all, or is to be asked again."""
        self.budget += not target.is_sitemap
        heapq.heappush(self._heap, target)

    def refund(self) -> None:
        """A page that may not be asked costs nothing."""
        self.budget += 1

    def clear(self) -> None:
        """Forget what waits: the site is not to be asked any further."""
        self._heap.clear()

    def __len__(self) -> int:
        return len(self._heap)
