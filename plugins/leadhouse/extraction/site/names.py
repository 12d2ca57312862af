"""The names of a site: agreement of pages within each source, of sources, and with the site's domains."""

from __future__ import annotations

from collections import Counter, defaultdict

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company.names import bare_name, closeness
from leadhouse.extraction.site.facts import Fact, Sightings, SiteFacts


def rank_names(found: dict[str, dict[str, Sightings]], facts: SiteFacts) -> list[Fact]:
    """Names by agreement within each source, over sources, and with the site's domains."""
    sites = [SiteContext(host=host) for host in _brand_hosts(facts)]
    merged: dict[str, Sightings] = defaultdict(Sightings)
    pages_of_source: dict[str, set[str]] = defaultdict(set)
    for attribute in ("name", "legal_name"):
        for key, group in found.get(attribute, {}).items():
            merged[key].items.extend(group.items)
            for value, url in group.items:
                pages_of_source[value.locator or ""].add(url)
    names = []
    for group in merged.values():
        sources = {source: group.pages_with(source) / len(pages) for source, pages in pages_of_source.items()}
        doubt = 1.0
        for source, share in sources.items():
            doubt *= 1 - 0.8 * group.confidence_of(source) * (0.3 + 0.7 * share)
        value, url = group.best()
        close = max(closeness(value.value, site) for site in sites)
        score = (1 - doubt + 0.3 * close + (0.3 if close == 1 else 0)) / 1.6
        spelling = Counter(item.value for item, _ in group.items).most_common(1)[0][0]
        seen = tuple(sorted(source for source, share in sources.items() if share))
        names.append(Fact("name", _display(spelling, facts.host), round(min(1.0, score), 3), group.pages, url, seen))
    names.sort(key=lambda fact: (-fact.confidence, len(fact.value)))
    return names[:6]


def _brand_hosts(facts: SiteFacts) -> list[str]:
    """The site's host, and the e-mail domain most of its pages show when that is no free mail host."""
    domains = Counter[str]()
    for fact in facts.facts.get("email", []):
        domain = hosts.registrable(fact.value.rpartition("@")[2])
        if domain not in hosts.FREE_MAIL:
            domains[domain] += fact.pages
    return [facts.host, *(domain for domain, _ in domains.most_common(1))]


def _display(name: str, host: str) -> str:
    """A legal name whose other words are the domain itself is shown without its legal form."""
    bare = bare_name(name)
    return bare if bare != name and hosts.fold(bare) == hosts.fold(hosts.brand_label(host)) else name
