"""How a source is asked: robots first, one request at a time a host, at the pace that the host asks for.

`source_spider` decides what is asked next; this is every request and what an answer means for the pace.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from scrapy import Request, Spider
from scrapy.http import Response

from leadhouse.archive import ArchiveWriter, Exchange, Position
from leadhouse.jobs.sources import Source
from leadhouse.records import Outcome
from leadhouse.settings import settings
from scrapers.base import answers, redirects, robots, urls
from scrapers.base.claims import Claims
from scrapers.base.frontier import Target
from scrapers.base.host_leases import HostLeases
from scrapers.base.robots_file import product_token
from scrapers.base.rows import fetch_row, header_of, request_of
from scrapers.base.site import Site
from scrapers.items import CrawledPage, FinishedSource

SLOWEST_DELAY = 10.0  # seconds between two requests, after a host has asked for pauses
# Of the delay, counted from an answer: a request that left late, since this process was busy, is not followed at once.
# A host that answers within the rest of the delay is asked as often as it may be.
AFTER_ANSWER = 0.75

Replays = dict[tuple[str, str], tuple[Exchange, Position]]  # (source key, URL) → what a former try archived
Output = Request | CrawledPage | FinishedSource
Purpose = Literal["page", "robots", "sitemap"]


class PoliteSpider(Spider):
    """Makes requests and heeds what hosts say about them. `host_leases` is None where there is no database."""

    def __init__(
        self,
        sources: Iterable[Source],
        page_budget: int,
        job_id: UUID | None = None,
        archive: ArchiveWriter | None = None,
        replays: Replays | None = None,
        host_leases: HostLeases | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._sources, self._budget, self._job_id = list(sources), page_budget, job_id
        self._agent = settings().crawl_user_agent
        self._delay = settings().crawl_delay_seconds
        self._claims = Claims()
        self.token = product_token(self._agent)
        self.archive, self.replays = archive, replays or {}  # for the archive middleware
        self.host_leases = host_leases  # for the leasing middleware
        self.minimum_delays: dict[str, float] = {}  # host → seconds that it asked for, for the politeness middleware

    def _on_answer(
        self, response: Response, site: Site, target: Target | None, **robots_fields: Any
    ) -> Iterator[Output]:
        """An answer came: robots.txt where there is no target."""
        raise NotImplementedError

    def _on_error(self, failure: Any) -> Iterator[Output]:
        """No answer came."""
        raise NotImplementedError

    def _request(
        self, site: Site, url: str, purpose: Purpose, fields: dict[str, Any], not_before: float = 0
    ) -> Request:
        carried = site.source.not_before
        if carried is not None:
            wait = (carried - datetime.now(UTC)).total_seconds()
            not_before = max(not_before, time.monotonic() + wait)
        slot = urls.bare_host(urls.authority_of(url))
        request = Request(
            url,
            callback=self._on_answer,
            errback=self._on_error,
            dont_filter=True,
            headers=fields.pop("headers", None),
            meta={
                "purpose": purpose, "source_key": site.source.source_key, "download_slot": slot,
                "not_before": max(not_before, site.not_before), "verbatim_url": urls.is_plain(url),
            },
            cb_kwargs={"site": site, **fields},
        )  # fmt: skip
        site.in_flight += 1
        return request

    def _robots_request(
        self, site: Site, url: str, wanted: str, hops: int = 0, attempt: int = 0, pause: float = 0
    ) -> Request:
        fields = {"target": None, "wanted": wanted, "hops": hops, "attempt": attempt}
        return self._request(site, url, "robots", fields, time.monotonic() + pause if pause else 0)

    def _heed_pause(self, response: Response, site: Site) -> None:
        """Retry-After, and 429 and 503 without it: the whole host is left alone for so long, by later runs as well."""
        status, host = response.status, urls.bare_host(urls.authority_of(response.url))
        if "replayed" in response.flags:
            return
        delay = max(self._delay, self.minimum_delays.get(host, 0.0))
        site.not_before = max(site.not_before, time.monotonic() + AFTER_ANSWER * delay)
        if status < 300:
            site.strikes = 0
            return
        pause = answers.pause_of_host(status, header_of(response, "Retry-After"), site.strikes)
        if pause > 0:
            site.not_before = max(site.not_before, time.monotonic() + min(pause, answers.LONGEST_PAUSE))
        if status in answers.CLOSING:
            site.strikes += 1
            self._slow_down(host, min(SLOWEST_DELAY, 2 * delay))
            if pause > answers.LONGEST_PAUSE and self.host_leases is not None:
                self.host_leases.postpone(host, pause)
            is_closed = pause > answers.LONGEST_PAUSE or site.strikes >= answers.MAX_STRIKES
            if is_closed and request_of(response).meta["purpose"] != "robots":  # whose rules close the site
                site.is_closed = True

    def _slow_down(self, host: str, seconds: float) -> None:
        """No shorter delay between two requests to the host, from the next one on."""
        self.minimum_delays[host] = max(seconds, self.minimum_delays.get(host, 0.0))
        slot = self.crawler.engine.downloader.slots.get(host)
        if slot is not None:
            slot.delay = max(slot.delay, self.minimum_delays[host])

    def _on_robots(self, response: Response, site: Site, wanted: str, hops: int, attempt: int) -> Iterator[Output]:
        status, location = response.status, header_of(response, "Location")
        outcome, reason = (Outcome.FETCHED, None) if status < 300 else answers.outcome_of_status(status)
        if status in answers.REDIRECTS:
            outcome, reason = Outcome.EMPTY, f"redirect: {location}"
        elif 400 <= status < 500 and status != 429:
            outcome = Outcome.EMPTY  # no rules, which is an answer
        yield CrawledPage(site.source, fetch_row(site, request_of(response), outcome, response, reason))
        next_url = redirects.target_of(location, response.url)
        pause = answers.pause_before_retry(status, header_of(response, "Retry-After"), attempt)
        if status in answers.REDIRECTS and next_url and hops < robots.MAX_REDIRECTS:
            yield self._robots_request(site, next_url, wanted, hops + 1)
        elif status >= 500 and pause is not None:
            yield self._robots_request(site, response.url, wanted, hops, attempt + 1, pause)
        else:
            rules = robots.read(status, response.body)
            site.rules[urls.origin_of(wanted)] = rules
            if hops and response.url.endswith("/robots.txt"):
                site.rules.setdefault(urls.origin_of(response.url), rules)
            self._slow_down(urls.bare_host(urls.authority_of(wanted)), rules.crawl_delay(self._agent))

    def _on_robots_error(
        self, request: Request, site: Site, outcome: Outcome, reason: str, again: bool
    ) -> Iterator[Output]:
        fields = request.cb_kwargs
        wanted, hops, attempt = fields["wanted"], fields["hops"], fields["attempt"] + 1
        if again and attempt < answers.MAX_ATTEMPTS:
            yield self._robots_request(site, request.url, wanted, hops, attempt, answers.FIRST_PAUSE)
        else:
            site.rules[urls.origin_of(wanted)] = robots.unreachable(outcome, reason)
