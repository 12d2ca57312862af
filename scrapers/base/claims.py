"""One site at a time a host: sources of one host, and sites that lead to the same one, take turns."""

from __future__ import annotations

from collections import deque

from scrapers.base.site import Site


class Claims:
    """Who asks which host in this crawl. A site holds one host at most, so that no two wait for one another."""

    def __init__(self) -> None:
        self._holders: dict[str, Site] = {}
        self._held: dict[str, str] = {}  # source key → host
        self._waiting: dict[str, deque[Site]] = {}

    def holds(self, site: Site, host: str) -> bool:
        """Whether the site may ask the host now."""
        return self._held.get(site.source.source_key) == host

    def take(self, site: Site, host: str) -> bool:
        """Takes the host, or puts the site into its queue; what the site held before is to be dropped first."""
        if host in self._holders:
            self._waiting.setdefault(host, deque()).append(site)
            return False
        self._give(site, host)
        return True

    def drop(self, site: Site) -> tuple[str | None, Site | None]:
        """Gives back what the site holds: the host, and the next of its queue, who has it now and is to go on."""
        host = self._held.pop(site.source.source_key, None)
        if host is None:
            return None, None
        del self._holders[host]
        queue = self._waiting.get(host)
        if not queue:
            self._waiting.pop(host, None)
            return host, None
        following = queue.popleft()
        self._give(following, host)
        return host, following

    def _give(self, site: Site, host: str) -> None:
        self._holders[host] = site
        self._held[site.source.source_key] = host
