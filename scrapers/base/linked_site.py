"""The pattern of ordinary sites: what is known of them, their sitemaps, and the links of their pages."""

from __future__ import annotations

from scrapy.http import Response

from leadhouse.extraction.page import Page
from leadhouse.extraction.page_kind import contact_score
from scrapers.base import sitemaps, urls
from scrapers.base.frontier import KNOWN, PRODUCTIVE, REPLAY, SITEMAP, Target
from scrapers.base.site import Site
from scrapers.base.source_spider import SourceSpider


class LinkedSiteSpider(SourceSpider):
    """Finds pages by sitemap and links, those that lead to contacts first."""

    def open_site(self, site: Site) -> None:
        """Own pages of a former try, pages that bore fruit before, pages that were there before, sitemaps."""
        frontier, source = site.frontier, site.source
        for (source_key, url), (exchange, _) in self.replays.items():
            if source_key == source.source_key and exchange.purpose == "page":
                frontier.add(url, REPLAY)
        for url, known in source.known_pages.items():
            if urls.bare_host(urls.authority_of(url)) == frontier.host and urls.is_page(url):
                frontier.add(url, PRODUCTIVE if known.is_productive else max(KNOWN, contact_score(url)))
        rules = site.rules.get(frontier.origin)
        listed = [found for url in (rules.sitemaps() if rules else ()) if (found := frontier.own(url))]
        for url in listed[: sitemaps.MAX_FILES] or [f"{frontier.origin}/sitemap.xml"]:
            self._add_sitemap(site, url)

    def read_sitemap(self, response: Response, site: Site) -> None:
        """Pages join the frontier by their contact score; an index names further files."""
        pages, files = sitemaps.read(response.body)
        site.frontier.add_links(((url, "") for url in pages), hops=0)
        for url in sorted(files, key=lambda file: ("page" not in file, "post" in file)):
            own = site.frontier.own(url)
            if own is not None:
                self._add_sitemap(site, own)

    def follow_links(self, page: Page, site: Site, target: Target) -> None:
        """The links of a parsed page join the frontier."""
        site.frontier.add_links(
            ((link.url, link.text or link.label) for link in page.links if "nofollow" not in link.rel), target.hops
        )

    def _add_sitemap(self, site: Site, url: str) -> None:
        if site.sitemap_files < sitemaps.MAX_FILES and site.frontier.add(url, SITEMAP, is_sitemap=True):
            site.sitemap_files += 1
