"""What a redirect of a page means for its site."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from leadhouse.extraction.contacts.social_profiles import network_of
from leadhouse.records import Outcome
from scrapers.base import urls
from scrapers.base.frontier import Target
from scrapers.base.site import Site

MAX_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where an answer sends to, what that makes of its fetch, and whether the crawl goes there."""

    url: str | None
    outcome: Outcome
    reason: str
    is_followed: bool = False


def may_move(url: str) -> bool:
    """Whether a site may live at a URL: a start page that leads to a social network leads to a profile, not a site."""
    return network_of(url) is None


def target_of(location: str | None, url: str) -> str | None:
    """The canonical URL that an answer for `url` leads to; None for a location that is none."""
    try:
        return urls.canonical(urljoin(url, location)) if location else None
    except ValueError:  # such as http://[
        return None


def judge(location: str, site: Site, target: Target) -> Redirect:
    """Follows within the site; the start page may lead to another host, which is the site then."""
    found = target_of(location, target.url)
    if found is None:
        return Redirect(None, Outcome.BROKEN, "redirect_without_target")
    if found in (*target.chain, target.url):
        return Redirect(found, Outcome.BROKEN, "redirect_loop")
    if len(target.chain) >= MAX_REDIRECTS:
        return Redirect(found, Outcome.BROKEN, "too_many_redirects")
    is_own = urls.bare_host(urls.authority_of(found)) == site.frontier.host
    if target.is_start and not is_own and not may_move(found):
        return Redirect(found, Outcome.EMPTY, f"redirect_to_profile: {location}"[:300])
    is_followed = is_own or (target.is_start and not target.is_sitemap)
    return Redirect(found, Outcome.EMPTY, f"redirect: {location}"[:300], is_followed)
