"""The pattern of ordinary sites: what is known of them, their sitemaps, the links of their pages, and a few guesses."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from itertools import islice
from zlib import crc32

from scrapy.http import Response

from leadhouse.extraction.contact_links import contact_guesses, contact_score
from leadhouse.extraction.markup.page import Page
from scrapers.base import links, revisits, sitemaps, urls
from scrapers.base.former import FormerSitemap, former_sitemaps
from scrapers.base.frontier import FORMER_SITEMAP, KNOWN, PRODUCTIVE, REPLAY, SITEMAP, START, Frontier, Target
from scrapers.base.redirects import MAX_REDIRECTS, may_move
from scrapers.base.site import Site
from scrapers.base.source_spider import SourceSpider

CONTACT = 0.9  # of `contact_score`: imprint and contact pages
PEOPLE = 0.7  # team and about pages
TERMS = 0.4  # terms and privacy, where a registered office may stand that is nowhere else
GUESSES = 4  # of contact pages
MENTION_WEIGHT = 0.6
MAX_ENDINGS = 6
READ_BEFORE_GUESSING = 3  # pages
ENOUGH_LISTED = 3  # pages of a sitemap: one that names the start page alone is no list of the site
PROBE_DAYS = 7

_NAME = re.compile(r"/[\w-]+$")
_ABOUT = ("about-us", "team", "meet-the-team", "our-team")


class LinkedSiteSpider(SourceSpider):
    """Finds pages by sitemap and links, those that lead to contacts first."""

    async def begin_site(self, site: Site) -> None:
        """Sitemaps that were there before are asked before any page: they may tell that no page need be asked."""
        if site.is_first_crawl or not site.source.known_files:
            return
        # in a thread: the archive may be far away
        site.former = await asyncio.get_running_loop().run_in_executor(None, former_sitemaps, site.source)
        indexed = {url for former in site.former.values() for url in former.files}
        for url in site.former:
            if url not in indexed:
                self._add_sitemap(site, url, FORMER_SITEMAP)

    def open_site(self, site: Site) -> None:
        """Own pages of a former try, pages that bore fruit before, pages that were there before, sitemaps."""
        frontier, source = site.frontier, site.source
        for (source_key, url), (exchange, _) in self.replays.items():
            if source_key == source.source_key and exchange.purpose == "page":
                frontier.add(url, REPLAY)
        for url, known in source.known_pages.items():
            if urls.bare_host(urls.authority_of(url)) == frontier.host and urls.is_page(url):
                frontier.add_known(url, PRODUCTIVE if known.is_productive else max(KNOWN, contact_score(url)))
        rules = site.rules.get(frontier.origin)
        listed = [found for url in (rules.sitemaps() if rules else ()) if (found := frontier.own(url))]
        if not listed and not site.former and self._is_probed(site):
            listed = [f"{frontier.origin}/sitemap.xml"]
        for url in listed:
            self._add_sitemap(site, url)

    def read_sitemap(self, response: Response, site: Site) -> None:
        """Pages join the frontier by their contact score; an index names further files."""
        found = sitemaps.parse(response.body)
        former = site.former.get(response.url)
        site.listed += sum(site.frontier.own(url) is not None for url in islice(found.pages, ENOUGH_LISTED))
        site.vouch(found.pages, former)
        wanted = ((url, "") for url, lastmod in found.pages.items() if _is_new(site, url, lastmod, former))
        site.frontier.add_links(wanted, hops=0)
        self._read_index(site, found.files, former.files if former else {})

    def keep_sitemap(self, url: str, site: Site) -> None:
        """A sitemap that has not changed vouches for all that it listed."""
        former = site.former.get(url)
        if former is not None:
            site.vouch(former.lastmods, former)
            self._read_index(site, former.files, {})

    def follow_links(self, page: Page, site: Site, target: Target, response: Response) -> None:
        """Where a parsed page leads joins the frontier, unless the page asks otherwise."""
        frontier = site.frontier
        if target.is_start:
            site.language = page.lang or None
        self._refresh(page, site, target)
        tags = [tag.decode("latin-1") for tag in response.headers.getlist("X-Robots-Tag")]
        if links.is_nofollow(page, tags, self.token):
            return
        variants = {own for url in page.alternates.values() if (own := frontier.own(url))} - {target.url}
        # rel=nofollow says that the site does not vouch for the target; its own imprint it may well mean
        followed = [
            (link.url, link.text or link.label)
            for link in page.links
            if "nofollow" not in link.rel or contact_score(link.url, link.text) >= CONTACT
        ]
        frontier.add_links(followed, target.hops)
        frontier.add_links(links.frames_of(page, response.body), target.hops)
        if variants:
            frontier.set_aside(variants)
        if site.is_first_crawl and len(followed) < 4 * links.FEW_LINKS and _are_few(frontier, followed):
            frontier.add_links(links.mentions_of(page, response.body), target.hops, MENTION_WEIGHT)

    def guess(self, site: Site) -> None:
        """Contact and team pages under their usual names, where the pages read so far lead to none.

        A site that lists its pages has said what there is.
        """
        if site.has_guessed or not site.is_open or not site.is_first_crawl:
            return
        if site.outcomes["fetched"] < READ_BEFORE_GUESSING and len(site.frontier) > 0:
            return
        site.has_guessed = True
        if site.listed >= ENOUGH_LISTED:
            return
        seen = [url for url in site.frontier.seen() if urls.is_page(url)]
        guesses = contact_guesses(f"{site.frontier.origin}/", seen, site.language, GUESSES)
        if not any(PEOPLE <= contact_score(url) < CONTACT for url in seen):
            ending = _usual_ending(seen)
            guesses += [f"{site.frontier.origin}/{word}{ending}" for word in _ABOUT]
        for url in guesses:
            site.frontier.add(url, CONTACT, hops=1, is_guess=True)

    def on_missing(self, site: Site, target: Target) -> None:
        """A page that may tell who the company is, linked without an ending and not there: it may be a file now."""
        is_wanted = TERMS <= -target.order[0] <= 1.0 and not target.is_guess
        if (
            not site.is_first_crawl
            or not is_wanted
            or site.endings_tried >= MAX_ENDINGS
            or not _NAME.search(target.url)
        ):
            return
        site.endings_tried += 1
        site.frontier.add(f"{target.url}.html", -target.order[0], hops=target.hops, is_guess=True)

    def _refresh(self, page: Page, site: Site, target: Target) -> None:
        """A page that sends its readers on at once leads there, as a redirect does."""
        found = urls.canonical(links.refresh_of(page) or "")
        if found is None or found == target.url:
            return
        if target.is_start and len(target.chain) < MAX_REDIRECTS and may_move(found):
            site.frontier.move_to(found)
            site.frontier.add(found, START, hops=target.hops, is_start=True, chain=(*target.chain, target.url))
        else:
            site.frontier.add_links([(found, "")], target.hops)

    def _read_index(self, site: Site, files: dict[str, str], former_files: dict[str, str]) -> None:
        for url, lastmod in sorted(files.items(), key=lambda file: ("page" not in file[0], "post" in file[0])):
            own = site.frontier.own(url)
            if own is None:
                continue
            if lastmod and lastmod == former_files.get(url) and own in site.former:
                self.keep_sitemap(own, site)
            else:
                self._add_sitemap(site, own)

    def _add_sitemap(self, site: Site, url: str, priority: float = SITEMAP) -> None:
        if site.sitemap_files < sitemaps.MAX_FILES and site.frontier.add(url, priority, is_sitemap=True):
            site.sitemap_files += 1

    def _is_probed(self, site: Site) -> bool:
        """Whether /sitemap.xml is tried although nothing names it: at first, and then once a week."""
        weekday = crc32(site.source.source_key.encode()) % PROBE_DAYS
        return site.is_first_crawl or weekday == datetime.now(UTC).toordinal() % PROBE_DAYS


def _is_new(site: Site, url: str, lastmod: str, former: FormerSitemap | None) -> bool:
    """Whether a listed page is wanted: all at first, then those that came or changed since the site was read.

    What was listed then and is not known did not fit into the budget; it would not be the site's pages tonight, either.
    """
    if former is None or len(site.source.known_pages) < site.budget or contact_score(url) >= PEOPLE:
        return True
    changed = revisits.parse_lastmod(lastmod)
    return changed is not None and changed > former.read_at


def _are_few(frontier: Frontier, followed: list[tuple[str, str]]) -> bool:
    """Whether few of a page's links are the site's own."""
    own = 0
    for url, _ in followed:
        own += frontier.own(url) is not None
        if own >= links.FEW_LINKS:
            return False
    return True


def _usual_ending(seen: list[str]) -> str:
    endings = [found[0] for url in seen if (found := re.search(r"\.(?:html?|php|aspx)$", url.partition("?")[0], re.I))]
    return max(set(endings), key=endings.count) if endings else ""
