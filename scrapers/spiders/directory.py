"""Directories by configuration: `config.listing` of a source says where entries stand, and where the list goes on."""

from __future__ import annotations

import hashlib

from pydantic import ValidationError
from scrapy.http import Response
from selectolax.lexbor import LexborHTMLParser

from leadhouse.extraction.listing import EXTRACTOR, EXTRACTOR_VERSION, Listing, following_pages, read_entries
from leadhouse.extraction.markup.charset import decode
from leadhouse.extraction.page_kind import kind_of_bytes
from leadhouse.records import Extraction, Fetch, Outcome
from scrapers.base.frontier import Target
from scrapers.base.site import Site
from scrapers.base.source_spider import SourceSpider
from scrapers.items import CrawledPage


class DirectorySpider(SourceSpider):
    """Reads a company from each entry of the list, and follows the list's own pages alone."""

    name = "directory"
    extractor = f"{EXTRACTOR}@{EXTRACTOR_VERSION}"

    def read_answer(self, response: Response, site: Site, target: Target, fetch: Fetch) -> CrawledPage:
        """The fetch, and the entries as the page's whole statement: who has left the list is retracted."""
        try:
            listing = Listing.model_validate(dict(site.source.listing))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            reason = f"config.listing {'.'.join(map(str, first['loc']))}: {first['msg']}"[:300]
            return CrawledPage(site.source, fetch.model_copy(update={"outcome": Outcome.BROKEN, "reason": reason}))
        if kind_of_bytes(response.body, fetch.content_type) is not None:
            return CrawledPage(site.source, fetch)  # a PDF or an image is no evidence that somebody left
        page = LexborHTMLParser(decode(response.body, fetch.content_type)[0])
        # the pages of one list are one step from its start, however long it is
        site.frontier.add_links(((url, "") for url in following_pages(page, target.url, listing)), 0)
        extraction = Extraction(
            source_key=site.source.source_key,
            unit_key=target.url,
            extractor=EXTRACTOR,
            extractor_version=EXTRACTOR_VERSION,
            content_hash=hashlib.sha256(response.body).hexdigest(),
            observed_at=fetch.requested_at,
            organization_id=site.source.organization_id,
            fetch_id=fetch.fetch_id,
            companies=read_entries(page, target.url, listing),
        )
        return CrawledPage(site.source, fetch, extraction)
