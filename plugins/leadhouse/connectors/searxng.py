"""A search engine of one's own (SearXNG, docs.searxng.org): sites that answer a query, as candidates to be crawled.

The instance must allow the format ``json`` (its settings, `search.formats`), or it answers 403.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from leadhouse.connectors.api_connector import Address, Answer, ApiConnector, Call, Page, Parameters, Statements
from leadhouse.connectors.api_statements import state_items
from leadhouse.connectors.json_records import ItemMap, RecordMap
from leadhouse.connectors.source_errors import Reason, SourceError
from leadhouse.imports import cells
from leadhouse.settings import settings

Query = Annotated[str, StringConstraints(min_length=2, max_length=500, strip_whitespace=True)]
CANDIDATE = 0.3  # that a site answers a query says little of whose it is: the crawl finds out
SITE = ItemMap(
    key=("domain",),
    company=RecordMap(values={"domain": ("site",)}, custom={"found_as": "title", "found_by": "engines[*]"}),
)


class SearxngParameters(Parameters):
    """What to search for: `queries`, `pages` of results each; `leave_out`: domains of portals."""

    base_url: Address
    queries: Annotated[list[Query], Field(min_length=1, max_length=200)]
    pages: Annotated[int, Field(ge=1, le=10)] = 2
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z]{2})?$")] | None = None
    leave_out: list[str] = Field(default_factory=list)
    crawl: bool = True
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 1.0


class SearxngConnector(ApiConnector):
    """Reads the results of each query; a domain is stated once a page."""

    extractor = "searxng"
    extractor_version = "2"
    parameters: SearxngParameters

    @property
    def base_url(self) -> str:
        """The instance."""
        return self.parameters.base_url

    @property
    def is_operators(self) -> bool:
        """The instance of the settings."""
        return self.base_url == settings().searxng_url

    @property
    def discovers(self) -> bool:
        """As the parameters say."""
        return self.parameters.crawl

    def reason_of(self, status: int, said: str) -> Reason | None:
        """403 is the format that is switched off."""
        return "not_allowed" if status == 403 else super().reason_of(status, said)

    def check(self) -> str:
        """One search."""
        found = self._results(self.send(self._call(self.parameters.queries[0], 1)))
        return f"The instance answers; {len(found)} results on the first page."

    def pages(self) -> Iterator[Page]:
        """Page by page, query by query; an empty page ends its query."""
        for query in self.parameters.queries:
            for number in range(1, self.parameters.pages + 1):
                answer = self.ask(self._call(query, number))
                yield Page(answer, self.read(answer))
                if not self._results(answer):
                    break

    def read(self, answer: Answer) -> Statements:
        """A candidate a domain."""
        left_out = {cells.domain(each) for each in self.parameters.leave_out}
        sites: dict[str, dict[str, Any]] = {}
        for each in self._results(answer):
            domain = cells.domain(str(each.get("url") or "")) if isinstance(each, dict) else None
            if domain and domain not in left_out:
                sites.setdefault(domain, {**each, "domain": domain, "site": _site(str(each["url"]))})
        return state_items(self, answer, sites.values(), SITE, "searxng:domain/", confidence=CANDIDATE)

    def _call(self, query: str, number: int) -> Call:
        params: dict[str, Any] = {"q": query, "format": "json", "pageno": number}
        if self.parameters.language:
            params["language"] = self.parameters.language
        return Call("/search", "/search", params=params)

    def _results(self, answer: Answer) -> list[Any]:
        results = answer.object().get("results")
        if not isinstance(results, list):
            raise SourceError("malformed", f"{self.base_url}/search answered no `results`")
        return results


def _site(url: str) -> str:
    """A result's address without its path, which may name a person."""
    found = re.match(r"https?://[^/?#]+", url)
    return found[0] if found else url
