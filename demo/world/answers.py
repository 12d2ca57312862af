"""What a request to the world's web gets: a pure function of the world and the request."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from demo.world.clock import FIRST_DAY, http_date, instant
from demo.world.generator import Site, World
from demo.world.hostile import hostile_answer, quirk_answer
from demo.world.model import Answer, HostileSite, Make, Quirk
from demo.world.pages import TEAM_PDF, TEAM_SCRIPT, Page, find, make_of, plan
from demo.world.pdf import pdf
from demo.world.rendering import changed_on, hides_people, render, render_soft_404, render_team_script

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A GET or HEAD; header names in lower case. `internal_url` is where redirects to loopback point."""

    host: str
    path: str = "/"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    internal_url: str = "http://127.0.0.1:9/admin"


def respond(world: World, request: Request) -> Answer:
    """The answer; 502 and 504 are what a proxy says of hosts that do not answer."""
    place = world.locate(request.host)
    if place is None:
        return Answer(504, body=b"name not resolved\n", content_type="text/plain")
    if isinstance(place, HostileSite):
        return hostile_answer(place, request.path, request.internal_url)
    quirky = quirk_answer(place.company.quirk, place.host, request.path, request.internal_url)
    if quirky is not None:
        return quirky
    if request.host.lower() != place.host or place.redirects:
        target = f"http://{_target_host(place)}{request.path}"
        return Answer(301, {"Location": target + (f"?{request.query}" if request.query else "")})
    return _of_site(world, place, request)


def _target_host(site: Site) -> str:
    return site.company.host(site.company.domain) if site.redirects else site.host


def _of_site(world: World, site: Site, request: Request) -> Answer:
    special = {
        "/robots.txt": _robots,
        "/sitemap.xml": _sitemap,
        TEAM_PDF: _team_pdf,
        TEAM_SCRIPT: _team_script,
    }.get(request.path)
    if special is not None:
        return special(world, site)
    if site.company.quirk is Quirk.ENDLESS_CALENDAR and request.query.startswith("m="):
        return _calendar(site, request)
    page = find(site, request.path)
    return _missing(world, site) if page is None else _page(world, site, page, request)


def _page(world: World, site: Site, page: Page, request: Request) -> Answer:
    """A page with validators; 304 where the client's still hold (RFC 9110 section 13.2.2)."""
    body = render(world, site, page).encode()
    weak = make_of(site) is Make.WORDPRESS
    etag = f'{"W/" if weak else ""}"{hashlib.sha1(body, usedforsecurity=False).hexdigest()[:20]}"'
    if site.company.quirk is Quirk.LYING_ETAG:
        etag = f'"{hashlib.sha1(page.path.encode(), usedforsecurity=False).hexdigest()[:20]}"'
    changed = http_date(changed_on(world, site, page))
    headers = {"ETag": etag, "Last-Modified": changed, "Cache-Control": "no-cache"}
    if _still_valid(request.headers, etag, changed):
        return Answer(304, headers)
    if weak and "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        body = gzip.compress(body, 1, mtime=0)
    return Answer(200, headers, body, HTML)


def _still_valid(headers: dict[str, str], etag: str, changed: str) -> bool:
    tags = headers.get("if-none-match")
    if tags is not None:  # weak comparison; it takes precedence over the date
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return etag.removeprefix("W/") in known or "*" in known
    return headers.get("if-modified-since") == changed


def _missing(world: World, site: Site) -> Answer:
    if site.company.quirk is Quirk.SOFT_404:
        return Answer(200, body=render_soft_404(world, site).encode(), content_type=HTML)
    return Answer(404, body=b"<!doctype html><title>404</title><h1>404 Not Found</h1>", content_type=HTML)


def _robots(_world: World, site: Site) -> Answer:
    lines = ["User-agent: *", "Disallow: /wp-admin/", "Disallow: /cart", "Allow: /", ""]
    if make_of(site) is Make.CLASSIC:
        lines.insert(1, "Crawl-delay: 1")
    lines.append(f"Sitemap: {site.start_url}sitemap.xml")
    return Answer(200, body="\n".join(lines).encode() + b"\n", content_type="text/plain; charset=utf-8")


def _sitemap(world: World, site: Site) -> Answer:
    entries = "".join(
        f"<url><loc>http://{site.host}{page.path}</loc>"
        f"<lastmod>{instant(changed_on(world, site, page)):%Y-%m-%d}</lastmod></url>\n"
        for page in plan(site)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )
    return Answer(200, body=text.encode(), content_type="application/xml")


def _team_pdf(world: World, site: Site) -> Answer:
    if "team_pdf" not in site.company.features:
        return _missing(world, site)
    lines = [site.company.name, ""]
    lines += [f"{person.printed}, {person.title}, {person.email}" for person in site.company.people]
    return Answer(200, body=pdf(lines), content_type="application/pdf")


def _team_script(world: World, site: Site) -> Answer:
    if not hides_people(site, world.day):
        return _missing(world, site)
    return Answer(200, body=render_team_script(site).encode(), content_type="text/javascript")


def _calendar(site: Site, request: Request) -> Answer:
    """Every month links to the next and the one before, for ever."""
    year, _, month = request.query[2:9].partition("-")
    number = (int(year) * 12 + int(month) - 1) if year.isdigit() and month.isdigit() else FIRST_DAY.year * 12
    links = "".join(
        f'<a href="{request.path}?m={other // 12:04d}-{other % 12 + 1:02d}">{other // 12}-{other % 12 + 1}</a> '
        for other in (max(0, number - 1), number + 1, number + 12)
    )
    days = "".join(f"<td>{day}</td>" for day in range(1, 29))
    body = f"<!doctype html><title>{site.company.name}</title><table><tr>{days}</tr></table>{links}"
    return Answer(200, body=body.encode(), content_type=HTML)


def pages_of(world: World) -> Iterator[tuple[Site, Page]]:
    """All pages of ordinary sites, for tests and counts."""
    return ((site, page) for site in world.sites() if not site.redirects for page in plan(site))
