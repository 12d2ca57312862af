"""The rows that a request leaves: its fetch, and the empty statement of a page that is gone."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID, uuid4

from scrapy import Request
from scrapy.http import Response

from leadhouse.jobs.sources import KnownPage
from leadhouse.records import Extraction, Fetch, Outcome, named_id
from scrapers.base.frontier import Target
from scrapers.base.site import Site

MAX_HEADER = 1000


def fetch_row(
    site: Site,
    request: Request,
    outcome: Outcome,
    response: Response | None = None,
    reason: str | None = None,
    known: KnownPage | None = None,
) -> Fetch:
    """The fetch of a request; without a response it went unanswered. A 304 need not repeat the validators `known`."""
    meta, target = request.meta, request.cb_kwargs.get("target")
    body = response.body if response is not None else b""
    position = meta.get("position")
    return Fetch(
        fetch_id=meta.get("fetch_id") or uuid4(),
        source_key=site.source.source_key,
        url=target.url if target is not None else request.url,
        requested_at=meta.get("requested_at") or datetime.now(UTC),
        outcome=outcome,
        purpose=meta["purpose"],
        reason=reason,
        status_code=response.status if response is not None else None,
        etag=header_of(response, "ETag") or (known.etag if known is not None else None),
        last_modified=header_of(response, "Last-Modified") or (known.last_modified if known is not None else None),
        content_hash=hashlib.sha256(body).hexdigest() if body else None,
        content_type=header_of(response, "Content-Type"),
        body_bytes=len(body),
        elapsed_ms=int(meta.get("download_latency", 0) * 1000),
        warc_uri=position.uri if position else None,
        warc_offset=position.offset if position else None,
        warc_length=position.length if position else None,
    )


def unasked_row(
    job_id: UUID | None, site: Site, target: Target, outcome: Outcome, reason: str, known: KnownPage | None = None
) -> Fetch:
    """The fetch of a page that was not asked for; its id is made of the URL, so that a resumed crawl writes it once.

    The validators stay as they are `known`.
    """
    return Fetch(
        fetch_id=named_id(f"{job_id}|{site.source.source_key}|{target.url}|{outcome}"),
        source_key=site.source.source_key,
        url=target.url,
        requested_at=datetime.now(UTC),
        outcome=outcome,
        reason=reason,
        purpose="sitemap" if target.is_sitemap else "page",
        etag=known.etag if known is not None else None,
        last_modified=known.last_modified if known is not None else None,
    )


def empty_statement(site: Site, url: str, fetch: Fetch, extractor: str) -> Extraction | None:
    """What a page that is gone says: nothing, which retracts what it said before. None where it never said anything."""
    known = site.source.known_pages.get(url)
    if known is None or not known.is_productive:
        return None
    name, _, version = extractor.partition("@")
    return Extraction(
        source_key=site.source.source_key,
        unit_key=url,
        extractor=name,
        extractor_version=version,
        content_hash=fetch.content_hash or hashlib.sha256(b"").hexdigest(),
        observed_at=fetch.requested_at,
        organization_id=site.source.organization_id,
        fetch_id=fetch.fetch_id,
        not_read=("gone",),
    )


def header_of(response: Response | None, name: str) -> str | None:
    """A header as text, cut where no honest one ends."""
    if response is None:
        return None
    values = dict.get(response.headers, name.title().encode())  # in the form that Scrapy's own look-up finds anew
    return values[-1].decode("latin-1")[:MAX_HEADER] or None if values else None


def request_of(response: Response) -> Request:
    """The request that the engine tied to the response."""
    assert response.request is not None
    return response.request
