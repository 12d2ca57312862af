"""Which URL of a site comes next. URLs are strings here; a Request is built for the one that is asked.

(Scrapy's duplicate filter costs a Request and a fingerprint for each of a page's hundred links: 11 of 16 ms.)
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from leadhouse.extraction.contact_links import contact_score
from scrapers.base import urls

MAX_WAITING = 5_000
MAX_HOPS = 6
CALENDAR_PAGES = 2

# above or among the contact scores, which lie in 0..1
FORMER_SITEMAP, START, SITEMAP, PRODUCTIVE, KNOWN, VARIANT = 5.0, 4.0, 3.0, 2.0, 0.55, 0.02
REPLAY = 10.0

_PLAIN_PATH = re.compile(r"[\w/.~%+-]*", re.ASCII)  # of which there is but one spelling


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
    is_guess: bool = field(compare=False, default=False)


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
        self._variants: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self.move_to(start_url)

    def move_to(self, url: str) -> None:
        """The site lives at this URL's origin: other spellings (http, www) of its links are rewritten to it."""
        self.origin = urls.origin_of(url)
        self.host = urls.bare_host(urls.authority_of(url))
        self._home = f"{self.origin}/"

    def own(self, url: str) -> str | None:
        """The canonical URL if it belongs to the site, at the site's origin; None if it does not."""
        if url.startswith(self._home) and len(url) <= urls.MAX_LENGTH and _PLAIN_PATH.fullmatch(url, len(self._home)):
            return url  # most links of most pages, at a tenth of what a look at the parts of the URL costs
        authority = urls.plain_authority(url)
        if authority is not None and urls.bare_host(authority) != self.host:
            return None
        found = urls.canonical(url)
        if found is None or urls.bare_host(urls.authority_of(found)) != self.host:
            return None
        return f"{self.origin}/{found.split('/', 3)[3]}"

    def add(
        self,
        url: str,
        priority: float,
        *,
        hops: int = 0,
        is_start: bool = False,
        is_sitemap: bool = False,
        is_guess: bool = False,
        chain: tuple[str, ...] = (),
        attempt: int = 0,
    ) -> bool:
        """Remember a canonical URL unless it was seen; no limits apply, the caller knows it is wanted."""
        if url in self._seen:
            return False
        self._seen.add(url)
        self._number += 1
        order = (-priority, self._number)
        heapq.heappush(self._heap, Target(order, url, hops, is_start, is_sitemap, chain, attempt, is_guess))
        return True

    def add_known(self, url: str, priority: float) -> None:
        """A page of a former crawl: wanted as it is, and counted, so that a trap yields no further pages tonight."""
        self._count_shapes(url)
        self.add(url, priority)

    def add_links(self, links: Iterable[tuple[str, str]], hops: int, weight: float = 1.0) -> None:
        """Links of a page as (absolute URL, anchor text), the page being `hops` links away from the start."""
        if hops >= MAX_HOPS:
            return
        for url, text in links:
            if url in self._raw:
                continue
            self._raw.add(url)
            own = self.own(url)
            if own is not None and own not in self._seen and self._is_wanted(own):
                self.add(own, contact_score(own, text) * weight, hops=hops + 1)

    def set_aside(self, variants: Iterable[str]) -> None:
        """The same page in other languages: asked last, whether they wait already or come later."""
        self._variants.update(url for url in variants if url in self._seen or self._is_wanted(url))

    def left_over(self) -> dict[str, int]:
        """How many URLs wait when the crawl ends, and how many were not wanted, by reason; 0 is left out."""
        waiting = sum(not target.is_sitemap for target in self._heap)
        return {f"left_out_{reason}": count for reason, count in self._left_out.items()} | (
            {"left_waiting": waiting} if waiting else {}
        )

    def _is_wanted(self, url: str) -> bool:
        reason = None
        if not urls.is_page(url):
            return False
        if len(self._heap) >= MAX_WAITING:
            reason = "crowd"
        elif urls.is_trap(url):
            reason = "depth"
        else:
            reason = self._count_shapes(url)
        if reason is not None:
            self._left_out[reason] += 1
        return reason is None

    def _count_shapes(self, url: str) -> str | None:
        """Counts the URL among those like it; the reason why there are enough of them, if there are."""
        shape = urls.shape(url)
        if shape is None:
            return None
        if urls.is_calendar(url):
            return self._count("calendar", CALENDAR_PAGES, "calendar")
        if urls.is_post(url):
            return self._count("post", self._shape_limit, "alike")
        reason, facet = self._count(shape, self._shape_limit, "alike"), urls.facet_shape(url)
        return reason or (self._count(facet, self._shape_limit, "facets") if facet is not None else None)

    def _count(self, shape: str, limit: int, reason: str) -> str | None:
        self._shapes[shape] += 1
        return reason if self._shapes[shape] > limit else None

    def seen(self) -> Iterable[str]:
        """Every URL that was handed out or waits."""
        return self._seen

    def has_seen(self, url: str) -> bool:
        """Whether the URL was handed out or waits."""
        return url in self._seen

    def pop(self) -> Target | None:
        """The next URL; None when there is none, or the budget of pages is spent."""
        if not self._heap or (self.budget <= 0 and not self._heap[0].is_sitemap):
            return None
        target = heapq.heappop(self._heap)
        while target.url in self._variants and target.order[0] < -VARIANT and not target.is_start:
            target = heapq.heappushpop(self._heap, replace(target, order=(-VARIANT, target.order[1])))
        self.budget -= not target.is_sitemap
        return target

    def put_back(self, target: Target) -> None:
        """It was not asked after all, or is to be asked again."""
        self.budget += not target.is_sitemap
        heapq.heappush(self._heap, target)

    def refund(self) -> None:
        """A page that may not be asked costs nothing."""
        self.budget += 1

    def leave(self, reason: str) -> None:
        """Forget what waits, and count it as left out for a reason."""
        self._left_out[reason] += sum(not target.is_sitemap for target in self._heap)
        self.clear()

    def clear(self) -> None:
        """Forget what waits: the site is not to be asked any further."""
        self._heap.clear()

    def __len__(self) -> int:
        return len(self._heap)
