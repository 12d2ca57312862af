"""The sites of companies: contact pages first, facts by `leadhouse.extraction`."""

from __future__ import annotations

from scrapy.http import Response

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import EXTRACTOR, EXTRACTOR_VERSION, extract_page
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.page_kind import PageKind, kind_of_bytes
from leadhouse.records import Fetch, Outcome
from scrapers.base.answers import KINDS, LEADING_ON
from scrapers.base.frontier import Target
from scrapers.base.linked_site import LinkedSiteSpider
from scrapers.base.site import Site
from scrapers.items import CrawledPage


class CompanySiteSpider(LinkedSiteSpider):
    """Reads every page of a company's site within the budget; one parse gives links and facts."""

    name = "company_site"
    extractor = f"{EXTRACTOR}@{EXTRACTOR_VERSION}"
    page_kinds = tuple(PageKind)

    def read_answer(self, response: Response, site: Site, target: Target, fetch: Fetch) -> CrawledPage:
        """The fetch with the outcome that the page's kind means, and the page's statement."""
        twin = site.bodies.setdefault(fetch.content_hash, target.url) if fetch.content_hash else target.url
        if target.is_guess and twin != target.url:  # the site answers everything with one page
            reason = f"{PageKind.SOFT_404.value}: same as {twin}"[:300]
            return CrawledPage(site.source, fetch.model_copy(update={"outcome": Outcome.EMPTY, "reason": reason}))
        page = None
        if kind_of_bytes(response.body, fetch.content_type) is None:
            page = parse(response.body, target.url, fetch.content_type)
        context = SiteContext(host=site.frontier.host, source_key=site.source.source_key)
        extraction = extract_page(
            response.body, target.url, fetch.content_type, context, fetch.requested_at, page=page
        ).model_copy(update={"fetch_id": fetch.fetch_id, "organization_id": site.source.organization_id})
        kind = PageKind(extraction.not_read[0]) if extraction.not_read else PageKind.ORDINARY
        outcome, retracts = KINDS[kind]
        if page is not None and (outcome is Outcome.FETCHED or kind in LEADING_ON):
            self.follow_links(page, site, target, response)
        if kind is not PageKind.ORDINARY:
            reason = kind.value if outcome is not Outcome.FETCHED else f"not_read: {kind.value}"
            fetch = fetch.model_copy(update={"outcome": outcome, "reason": reason})
        known = site.source.known_pages.get(target.url)
        lands = retracts or known is None or not known.is_productive
        return CrawledPage(site.source, fetch, extraction if lands else None)
