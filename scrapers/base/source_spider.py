"""Asks a source politely: robots first, one request at a time, every request a fetch row with its outcome.

A spider says what to do with an answer in `read_answer`; where the next URLs come from is its subclass's pattern.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import urljoin
from uuid import UUID, uuid5

from scrapy import Request, Spider
from scrapy.http import Response

from leadhouse.archive import ArchiveWriter, Exchange, Position
from leadhouse.jobs.sources import KnownPage, Source
from leadhouse.records import NAMESPACE, Fetch, Outcome
from leadhouse.settings import settings
from scrapers.base import answers, robots, urls
from scrapers.base.frontier import START, Target
from scrapers.base.rows import empty_statement, fetch_row, header_of, request_of
from scrapers.base.site import MAX_FAILURES, MAX_REFUSED_ROWS, Site
from scrapers.items import CrawledPage, FinishedSource

CONDITION_DAYS = 7  # after that a page is read whole again: some servers answer 304 whatever has changed
MAX_REDIRECTS = 5

Replays = dict[tuple[str, str], tuple[Exchange, Position]]  # (source key, URL) → what a former try archived
Output = Request | CrawledPage | FinishedSource
Purpose = Literal["page", "robots", "sitemap"]
log = logging.getLogger(__name__)


class SourceSpider(Spider):
    """The base of all spiders. `extractor` is ``name@version`` of what reads its pages."""

    extractor: ClassVar[str]

    def __init__(
        self,
        sources: Iterable[Source],
        page_budget: int,
        job_id: UUID | None = None,
        archive: ArchiveWriter | None = None,
        replays: Replays | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._sources, self._budget, self._job_id = list(sources), page_budget, job_id
        self._agent = settings().crawl_user_agent
        self.archive, self.replays = archive, replays or {}  # for the archive middleware
        self.minimum_delays: dict[str, float] = {}  # host → seconds of its robots.txt, for the politeness middleware

    # what a spider or a pattern fills in

    def read_answer(self, response: Response, site: Site, target: Target, fetch: Fetch) -> CrawledPage:
        """Read a 2xx answer: return the fetch with its outcome, and the statement of the page."""
        raise TypeError(f"{type(self).__name__} says nothing about its pages: write read_answer")

    def open_site(self, site: Site) -> None:
        """The start page has answered: seed the frontier with what else is known of the site."""

    def read_sitemap(self, response: Response, site: Site) -> None:
        """A sitemap has answered."""

    # the flow

    async def start(self) -> AsyncIterator[Output]:
        """One chain of requests a site; the sites go side by side."""
        for source in self._sources:
            site = Site(source, self._budget)
            site.frontier.add(site.start_url, START, is_start=True)
            for output in self._advance(site):
                yield output

    def _advance(self, site: Site) -> Iterator[Output]:
        """The next request of the site; its last item when there is none."""
        while site.in_flight == 0 and not site.is_finished:
            if site.failures >= MAX_FAILURES:
                site.frontier.clear()
            target = site.frontier.pop()
            if target is None:
                site.is_finished = True
                yield FinishedSource(site.result())
                return
            rules = site.rules.get(urls.origin_of(target.url))
            if rules is None:
                site.frontier.put_back(target)
                yield self._robots_request(site, f"{urls.origin_of(target.url)}/robots.txt", target.url)
            elif rules.closed is not None:
                yield from self._refuse(site, target, *rules.closed)
            elif not rules.allows(target.url, self._agent):
                yield from self._refuse(site, target, Outcome.BLOCKED, "robots")
            else:
                yield self._page_request(site, target)

    def _refuse(self, site: Site, target: Target, outcome: Outcome, reason: str) -> Iterator[Output]:
        """A row without a request; its id is made of the URL, so that a resumed crawl writes it once."""
        if not target.is_sitemap:
            site.frontier.refund()
        site.refused_rows += 1
        if target.is_start:
            site.start_outcome = (outcome, reason)
        if site.refused_rows <= MAX_REFUSED_ROWS:
            fetch_id = uuid5(NAMESPACE, f"{self._job_id}|{site.source.source_key}|{target.url}|refused")
            fetch = Fetch(
                fetch_id=fetch_id, source_key=site.source.source_key, url=target.url, requested_at=datetime.now(UTC),
                outcome=outcome, reason=reason, purpose="sitemap" if target.is_sitemap else "page",
            )  # fmt: skip
            site.count(fetch)
            yield CrawledPage(site.source, fetch)

    def _request(
        self, site: Site, url: str, purpose: Purpose, fields: dict[str, Any], not_before: float = 0
    ) -> Request:
        site.in_flight += 1
        carried = site.source.not_before
        if carried is not None:
            wait = (carried - datetime.now(UTC)).total_seconds()
            not_before = max(not_before, time.monotonic() + wait)
        return Request(
            url,
            callback=self._on_answer,
            errback=self._on_error,
            dont_filter=True,
            headers=fields.pop("headers", None),
            meta={"purpose": purpose, "source_key": site.source.source_key, "not_before": not_before},
            cb_kwargs={"site": site, **fields},
        )

    def _page_request(self, site: Site, target: Target, not_before: float = 0) -> Request:
        known = site.source.known_pages.get(target.url)
        fields = {"target": target, "headers": self._conditions(known)}
        return self._request(site, target.url, "sitemap" if target.is_sitemap else "page", fields, not_before)

    def _conditions(self, known: KnownPage | None) -> dict[str, str]:
        """Validators of the page as it was last read (RFC 9110 13.1), unless another extractor should read it anew."""
        if known is None or (known.extractor is not None and known.extractor != self.extractor):
            return {}
        if known.read_at is None or known.read_at < datetime.now(UTC) - timedelta(days=CONDITION_DAYS):
            return {}
        validators = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in validators.items() if value}

    def _robots_request(self, site: Site, url: str, wanted: str, hops: int = 0, attempt: int = 0) -> Request:
        fields = {"target": None, "wanted": wanted, "hops": hops, "attempt": attempt}
        return self._request(site, url, "robots", fields, time.monotonic() + answers.FIRST_PAUSE if attempt else 0)

    def _on_answer(
        self, response: Response, site: Site, target: Target | None, **robots_fields: Any
    ) -> Iterator[Output]:
        site.in_flight -= 1
        if target is None:
            yield from self._on_robots(response, site, **robots_fields)
        else:
            yield from self._on_page(response, site, target)
        yield from self._advance(site)

    def _on_error(self, failure: Any) -> Iterator[Output]:
        request: Request = failure.request
        site: Site = request.cb_kwargs["site"]
        target: Target | None = request.cb_kwargs["target"]
        site.in_flight -= 1
        outcome, reason = answers.outcome_of_error(failure.value, request.url)
        fetch = fetch_row(site, request, outcome, reason=reason)
        is_retried = answers.is_worth_another_try(failure.value)
        if target is None:
            yield CrawledPage(site.source, fetch)
            attempt = request.cb_kwargs["attempt"]
            if is_retried and attempt + 1 < answers.MAX_ATTEMPTS:
                yield self._robots_request(site, request.url, request.cb_kwargs["wanted"], attempt=attempt + 1)
            else:
                site.rules[urls.origin_of(request.cb_kwargs["wanted"])] = robots.unreachable(outcome, reason)
        else:
            pause = answers.pause_before_retry(None, None, target.attempt) if is_retried else None
            yield from self._settle(site, target, CrawledPage(site.source, fetch), pause)
        yield from self._advance(site)

    def _on_robots(self, response: Response, site: Site, wanted: str, hops: int, attempt: int) -> Iterator[Output]:
        status, location = response.status, header_of(response, "Location")
        outcome, reason = (Outcome.FETCHED, None) if status < 300 else answers.outcome_of_status(status)
        if status in answers.REDIRECTS:
            outcome, reason = Outcome.EMPTY, f"redirect: {location}"
        elif 400 <= status < 500 and status != 429:
            outcome = Outcome.EMPTY  # no rules, which is an answer
        yield CrawledPage(site.source, fetch_row(site, request_of(response), outcome, response, reason))
        next_url = urls.canonical(urljoin(response.url, location)) if location else None
        if status in answers.REDIRECTS and next_url and hops < robots.MAX_REDIRECTS:
            yield self._robots_request(site, next_url, wanted, hops + 1)
        elif status >= 500 and attempt + 1 < answers.MAX_ATTEMPTS:
            yield self._robots_request(site, response.url, wanted, hops, attempt + 1)
        else:
            rules = robots.read(status, response.body)
            site.rules[urls.origin_of(wanted)] = rules
            if hops and response.url.endswith("/robots.txt"):
                site.rules.setdefault(urls.origin_of(response.url), rules)
            self._slow_down(wanted, rules)

    def _slow_down(self, url: str, rules: robots.Rules) -> None:
        """The Crawl-delay of the site, where it asks for more than the setting."""
        parts = urls.split(url)
        if parts is not None and parts.hostname:
            self.minimum_delays[parts.hostname] = rules.crawl_delay(self._agent)

    def _on_page(self, response: Response, site: Site, target: Target) -> Iterator[Output]:
        status = response.status
        if 200 <= status < 300:
            page = self._read(response, site, target)
            yield from self._settle(site, target, page, None)
        elif status == 304 and target.url in site.source.known_pages:
            fetch = fetch_row(site, request_of(response), Outcome.NOT_MODIFIED, response)
            known = site.source.known_pages[target.url]
            fetch = fetch.model_copy(
                update={"etag": fetch.etag or known.etag, "last_modified": fetch.last_modified or known.last_modified}
            )
            yield from self._settle(site, target, CrawledPage(site.source, fetch), None)
        elif status in answers.REDIRECTS:
            yield from self._redirect(response, site, target)
        else:
            outcome, reason = answers.outcome_of_status(status)
            fetch = fetch_row(site, request_of(response), outcome, response, reason)
            statement = empty_statement(site, target.url, fetch, self.extractor) if status in answers.GONE else None
            pause = answers.pause_before_retry(status, header_of(response, "Retry-After"), target.attempt)
            if status == 429 and pause is None:
                site.frontier.clear()  # it has asked twice, or for very long
            yield from self._settle(site, target, CrawledPage(site.source, fetch, statement), pause)

    def _read(self, response: Response, site: Site, target: Target) -> CrawledPage:
        purpose = "sitemap" if target.is_sitemap else "page"
        fetch = fetch_row(site, request_of(response), Outcome.FETCHED, response)
        try:
            if purpose == "page":
                return self.read_answer(response, site, target, fetch)
            self.read_sitemap(response, site)
        except Exception as error:  # one page's trouble must not end its site
            log.exception("%s could not be read", target.url)
            failed = fetch.model_copy(update={"outcome": Outcome.BROKEN, "reason": "extractor_failed"})
            return CrawledPage(site.source, failed, failure=f"{type(error).__name__}: {error}"[:1000])
        return CrawledPage(site.source, fetch)

    def _redirect(self, response: Response, site: Site, target: Target) -> Iterator[Output]:
        """Follows within the site; the start page may lead to another host, which is the site then."""
        location = header_of(response, "Location") or ""
        found = urls.canonical(urljoin(target.url, location)) if location else None
        outcome, reason = Outcome.EMPTY, f"redirect: {location}"[:300]
        is_own = found is not None and urls.bare_host(urls.authority_of(found)) == site.frontier.host
        if found is None:
            outcome, reason = Outcome.BROKEN, "redirect_without_target"
        elif found in (*target.chain, target.url):
            outcome, reason = Outcome.BROKEN, "redirect_loop"
        elif len(target.chain) >= MAX_REDIRECTS:
            outcome, reason = Outcome.BROKEN, "too_many_redirects"
        fetch = fetch_row(site, request_of(response), outcome, response, reason)
        statement = None
        if outcome is Outcome.EMPTY and found is not None:
            if response.status in answers.PERMANENT:
                statement = empty_statement(site, target.url, fetch, self.extractor)
            if target.is_start:
                site.frontier.move_to(found)
            if target.is_start or is_own:
                chain = (*target.chain, target.url)
                follows = site.frontier.add(
                    found, START, hops=target.hops, is_start=target.is_start, is_sitemap=target.is_sitemap, chain=chain
                )
                if follows:
                    site.count(fetch)
                    yield CrawledPage(site.source, fetch, statement)
                    return
        yield from self._settle(site, target, CrawledPage(site.source, fetch, statement), None)

    def _settle(self, site: Site, target: Target, page: CrawledPage, pause: float | None) -> Iterator[Output]:
        """Yields the page, and asks again after the pause if there is one; opens the site after its start page."""
        fetch = page.fetch
        if pause is not None:
            yield page
            again = replace(target, attempt=target.attempt + 1)
            yield self._page_request(site, again, time.monotonic() + pause)
            return
        site.count(fetch)
        yield page
        if target.is_start:
            site.start_outcome = (fetch.outcome, fetch.reason)
            if fetch.outcome in (Outcome.FETCHED, Outcome.NOT_MODIFIED, Outcome.EMPTY) and fetch.reason != "parked":
                site.is_open = True
                self.open_site(site)
