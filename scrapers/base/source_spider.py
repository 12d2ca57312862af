"""Asks a source politely: robots first, one request at a time, every request a fetch row with its outcome.

A spider says what to do with an answer in `read_answer`; where the next URLs come from is its subclass's pattern.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from leadhouse.extraction.page_kind import PageKind
from leadhouse.records import Fetch, Outcome
from scrapers.base import answers, redirects, revisits, urls
from scrapers.base.frontier import START, Target
from scrapers.base.polite_spider import Output, PoliteSpider
from scrapers.base.rows import empty_statement, fetch_row, header_of, request_of, unasked_row
from scrapers.base.site import MAX_FAILURES, MAX_REFUSED, MAX_REFUSED_ROWS, Site, without_start
from scrapers.base.time_budget import PageTooSlowError, limited
from scrapers.items import CrawledPage, FinishedSource

log = logging.getLogger(__name__)


class SourceSpider(PoliteSpider):
    """The base of all spiders. `extractor` is ``name@version`` of what reads its pages.

    `page_kinds` are the kinds that it tells apart: `scrapers.check` wants a saved page of each.
    """

    extractor: ClassVar[str]
    page_kinds: ClassVar[tuple[PageKind, ...]] = ()

    # what a spider or a pattern fills in

    def read_answer(self, response: Response, site: Site, target: Target, fetch: Fetch) -> CrawledPage:
        """Read a 2xx answer: return the fetch with its outcome, and the statement of the page."""
        raise TypeError(f"{type(self).__name__} says nothing about its pages: write read_answer")

    async def begin_site(self, site: Site) -> None:
        """Nothing was asked yet: what is to be asked before the start page."""

    def open_site(self, site: Site) -> None:
        """The start page has answered: seed the frontier with what else is known of the site."""

    def read_sitemap(self, response: Response, site: Site) -> None:
        """A sitemap has answered."""

    def keep_sitemap(self, url: str, site: Site) -> None:
        """A sitemap has not changed."""

    def on_missing(self, site: Site, target: Target) -> None:
        """A page is not there."""

    def guess(self, site: Site) -> None:
        """The next target is about to be chosen: URLs to try although nothing names them."""

    # the flow

    async def start(self) -> AsyncIterator[Output]:
        """One chain of requests a site; the sites go side by side, those of one host one after the other."""
        for source in self._sources:
            if urls.canonical(source.start_url) is None:  # a port over 65535 would end the crawl of all that follow
                yield FinishedSource(without_start(source))
                continue
            site = Site(source, self._budget)
            try:
                await self.begin_site(site)
            except Exception as error:  # one site's trouble must not keep the crawl from those that follow
                site.give_up(error)
            site.frontier.add(site.start_url, START, is_start=True)
            for output in self._guarded(site, self._advance(site)):
                yield output

    def _guarded(self, site: Site, outputs: Iterator[Output]) -> Iterator[Output]:
        """The outputs; where making them fails the site ends there with an outcome, and gives its host back."""
        try:
            yield from outputs
        except Exception as error:
            site.give_up(error)
            if site.in_flight == 0 and not site.is_finished:
                yield from self._finish(site)

    def _advance(self, site: Site) -> Iterator[Output]:
        """The next request of the site; its last item when there is none."""
        while site.in_flight == 0 and not site.is_finished:
            if site.is_closed or site.failures >= MAX_FAILURES or self._is_postponed(site):
                site.frontier.clear()  # and nothing is guessed: it would be asked once the pause is over
            else:
                self.guess(site)
            target = site.frontier.pop()
            if target is None:
                yield from self._finish(site)
            elif not target.is_sitemap and site.is_vouched_for(target.url, self.extractor):
                yield from self._confirm(site, target)
            elif self._is_resting(site, target):
                site.frontier.refund()
                site.rested += 1
            else:
                host = urls.bare_host(urls.authority_of(target.url))
                if not self._claims.holds(site, host):
                    yield from self._leave_host(site)
                    if not self._claims.take(site, host):
                        site.frontier.put_back(target)
                        return
                yield from self._ask(site, target)

    def _ask(self, site: Site, target: Target) -> Iterator[Output]:
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

    def _finish(self, site: Site) -> Iterator[Output]:
        site.is_finished = True
        yield FinishedSource(site.result())
        yield from self._leave_host(site)

    def _leave_host(self, site: Site) -> Iterator[Output]:
        """The host that the site has asked is free: for the next site of this crawl, or for another crawl."""
        host, following = self._claims.drop(site)
        if following is not None:
            yield from self._guarded(following, self._advance(following))
        elif host is not None and self.host_leases is not None:
            self.host_leases.release(host, max(self._delay, self.minimum_delays.get(host, 0.0)))

    def _is_postponed(self, site: Site) -> bool:
        """Whether a former run was asked for a pause that is longer than a crawl waits."""
        carried = site.source.not_before
        if carried is None or (carried - datetime.now(UTC)).total_seconds() <= answers.LONGEST_PAUSE:
            return False
        site.start_outcome = (
            Outcome.BLOCKED,
            f"postponed: the host asked for a pause until {carried:%Y-%m-%d %H:%M} UTC",
        )
        return True

    def _is_resting(self, site: Site, target: Target) -> bool:
        """Whether a known page, of which no sitemap speaks, is not due yet."""
        known = site.known(target.url)
        if target.is_start or target.is_sitemap or target.url in site.vouchers:
            return False
        return known is not None and not revisits.is_due(target.url, known, self.extractor)

    def _confirm(self, site: Site, target: Target) -> Iterator[Output]:
        """A row without a request: the sitemap says that the page is as it was."""
        known = site.source.known_pages[target.url]
        site.frontier.refund()
        site.confirmed += 1
        fetch = unasked_row(self._job_id, site, target, Outcome.NOT_MODIFIED, "sitemap", known)
        yield from self._settle(site, target, CrawledPage(site.source, fetch), None)

    def _refuse(self, site: Site, target: Target, outcome: Outcome, reason: str) -> Iterator[Output]:
        """A row without a request, up to a number of them."""
        if not target.is_sitemap:
            site.frontier.refund()
        site.refused += 1
        if target.is_start:
            site.start_outcome = (outcome, reason)
        if site.refused >= MAX_REFUSED:
            site.frontier.leave("closed")
        if site.refused <= MAX_REFUSED_ROWS:
            fetch = unasked_row(self._job_id, site, target, outcome, reason)
            site.count(fetch)
            yield CrawledPage(site.source, fetch)

    def _page_request(self, site: Site, target: Target, not_before: float = 0) -> Request:
        headers = revisits.conditions(site.known(target.url), self.extractor)
        voucher = site.vouchers.get(target.url)
        if voucher is not None and voucher[0] != voucher[1]:
            headers = {}  # the sitemap says that it has changed: no validator is asked whether it has
        fields = {"target": target, "headers": headers}
        return self._request(site, target.url, "sitemap" if target.is_sitemap else "page", fields, not_before)

    def _on_answer(
        self, response: Response, site: Site, target: Target | None, **robots_fields: Any
    ) -> Iterator[Output]:
        site.in_flight -= 1
        return self._guarded(site, self._hear(response, site, target, **robots_fields))

    def _hear(self, response: Response, site: Site, target: Target | None, **robots_fields: Any) -> Iterator[Output]:
        self._heed_pause(response, site)
        if target is None:
            yield from self._on_robots(response, site, **robots_fields)
        else:
            yield from self._on_page(response, site, target)
        yield from self._advance(site)

    def _on_error(self, failure: Any) -> Iterator[Output]:
        request: Request = failure.request
        site: Site = request.cb_kwargs["site"]
        site.in_flight -= 1
        return self._guarded(site, self._miss(request, failure.value, site, request.cb_kwargs["target"]))

    def _miss(self, request: Request, error: BaseException, site: Site, target: Target | None) -> Iterator[Output]:
        outcome, reason = answers.outcome_of_error(error, request.url)
        fetch = fetch_row(site, request, outcome, reason=reason)
        is_retried = answers.is_worth_another_try(error)
        if target is None:
            yield CrawledPage(site.source, fetch)
            yield from self._on_robots_error(request, site, outcome, reason, is_retried)
        else:
            pause = answers.pause_before_retry(None, None, target.attempt) if is_retried else None
            yield from self._settle(site, target, CrawledPage(site.source, fetch), pause)
        yield from self._advance(site)

    def _on_page(self, response: Response, site: Site, target: Target) -> Iterator[Output]:
        status = response.status
        if 200 <= status < 300:
            page = self._read(response, site, target)
            yield from self._settle(site, target, page, None)
        elif status == 304 and (known := site.known(target.url)) is not None:
            if target.is_sitemap:
                self.keep_sitemap(target.url, site)
            fetch = fetch_row(site, request_of(response), Outcome.NOT_MODIFIED, response, known=known)
            yield from self._settle(site, target, CrawledPage(site.source, fetch), None)
        elif status in answers.REDIRECTS:
            yield from self._redirect(response, site, target)
        else:
            outcome, reason = answers.outcome_of_status(status)
            fetch = fetch_row(site, request_of(response), outcome, response, reason)
            statement = None
            if status in answers.GONE:
                self.on_missing(site, target)
                statement = empty_statement(site, target.url, fetch, self.extractor)
            pause = answers.pause_before_retry(status, header_of(response, "Retry-After"), target.attempt)
            yield from self._settle(site, target, CrawledPage(site.source, fetch, statement), pause)

    def _read(self, response: Response, site: Site, target: Target) -> CrawledPage:
        purpose = "sitemap" if target.is_sitemap else "page"
        fetch = fetch_row(site, request_of(response), Outcome.FETCHED, response)
        try:
            with limited():
                if purpose == "page":
                    return self.read_answer(response, site, target, fetch)
                self.read_sitemap(response, site)
        except (Exception, PageTooSlowError) as error:  # one page's trouble must not end its site
            log.exception("%s could not be read", target.url)
            reason = "too_slow" if isinstance(error, PageTooSlowError) else "extractor_failed"
            failed = fetch.model_copy(update={"outcome": Outcome.BROKEN, "reason": reason})
            return CrawledPage(site.source, failed, failure=f"{type(error).__name__}: {error}"[:1000])
        return CrawledPage(site.source, fetch)

    def _redirect(self, response: Response, site: Site, target: Target) -> Iterator[Output]:
        found = redirects.judge(header_of(response, "Location") or "", site, target)
        fetch = fetch_row(site, request_of(response), found.outcome, response, found.reason)
        statement = None
        if found.outcome is Outcome.EMPTY and response.status in answers.PERMANENT:
            statement = empty_statement(site, target.url, fetch, self.extractor)
        if found.is_followed and found.url is not None:
            if target.is_start:
                site.frontier.move_to(found.url)
            priority = max(START, -target.order[0]) if target.is_start or target.is_sitemap else -target.order[0]
            if site.frontier.add(
                found.url, priority, hops=target.hops, is_start=target.is_start, is_sitemap=target.is_sitemap,
                chain=(*target.chain, target.url),
            ):  # fmt: skip
                site.count(fetch)
                yield CrawledPage(site.source, fetch, statement)
                return
        yield from self._settle(site, target, CrawledPage(site.source, fetch, statement), None)

    def _settle(self, site: Site, target: Target, page: CrawledPage, pause: float | None) -> Iterator[Output]:
        """Yields the page, and asks again after the pause if there is one; opens the site after its start page."""
        fetch = page.fetch
        if pause is not None and site.strikes < answers.MAX_STRIKES:
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
            elif fetch.outcome is Outcome.BROKEN and not site.frontier.has_seen(site.stated_start):
                site.frontier.move_to(site.stated_start)  # where it was found last night it is no more
                site.frontier.add(site.stated_start, START, is_start=True)
