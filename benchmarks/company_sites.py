"""Many small companies for a night: each a host with ten pages, facts of its own, and tags that tell a change.

With sitemaps each names its pages with the day of their last change, as most systems that make sites do by themselves.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime

from benchmarks.local_site import Site

PAGES = ("/", "/contact", "/imprint", "/team", "/products", "/services", "/history", "/quality", "/jobs", "/partners")
_FIRST = ("Anna", "Peter", "Maria", "Jonas", "Clara", "Paul", "Eva", "Martin", "Lena", "David", "Ida", "Hugo")
_SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "zo")
_TRADES = ("Pumps", "Valves", "Timber", "Optics", "Bakery", "Logistics", "Textiles", "Robotics")
_TEXT = "we make and repair what our customers need with care and on time for the whole region since many years"
_WORDS = _TEXT.split()


_WRITTEN = "2026-01-05T08:00:00Z"  # the lastmod of a page that has not changed


def company_sites(first: int, count: int, paths: tuple[str, ...] = PAGES, *, with_sitemaps: bool = False) -> Site:
    """The companies of those numbers with those pages each, as a proxy serves them."""
    site = Site({}, with_validators=True, types={"/robots.txt": "text/plain", "/sitemap.xml": "application/xml"})
    for number in range(first, first + count):
        pages = {path: _page(number, path, 0, paths) for path in paths}
        pages["/robots.txt"] = b"User-agent: *\nAllow: /\n"
        if with_sitemaps:
            pages["/robots.txt"] += f"Sitemap: http://{host(number)}/sitemap.xml\n".encode()
            pages["/sitemap.xml"] = _sitemap(number, dict.fromkeys(paths, _WRITTEN))
        site.by_host[host(number)] = pages
    return site


def more_paths(count: int) -> tuple[str, ...]:
    """The paths of a larger company's pages, in letters: numbers would fall under the budget of a template's pages."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return (*PAGES, *(f"/on-{letters[i // 26]}{letters[i % 26]}" for i in range(count - len(PAGES))))


def host(number: int) -> str:
    """The company's host."""
    return f"{_name(number).lower()}-{_TRADES[number % len(_TRADES)].lower()}.example"


def change(site: Site, share: float) -> int:
    """Another telephone number and other words on a share of all pages (of companies from 0 on); returns how many.

    A sitemap says of them that they have changed now.
    """
    dice, now = random.Random(1), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    changed = 0
    for number, pages in enumerate(site.by_host.values()):
        paths = tuple(path for path in pages if path not in site.types)
        moved = {path: now for path in paths if dice.random() < share}
        pages |= {path: _page(number, path, 1, paths) for path in moved}
        changed += len(moved)
        if moved and "/sitemap.xml" in pages:
            pages["/sitemap.xml"] = _sitemap(number, {**dict.fromkeys(paths, _WRITTEN), **moved})
    return changed


def _sitemap(number: int, lastmods: dict[str, str]) -> bytes:
    entries = "".join(
        f"<url><loc>http://{host(number)}{path}</loc><lastmod>{at}</lastmod></url>" for path, at in lastmods.items()
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


def _name(number: int) -> str:
    """Syllables: a name of its own for each of a million numbers."""
    made = "".join(_SYLLABLES[(number >> shift) & 15] for shift in (0, 4, 8, 12, 16))
    return made.capitalize()


def _page(number: int, path: str, version: int, paths: tuple[str, ...]) -> bytes:
    dice = random.Random(f"{number} {path} {version}")
    name, own = f"{_name(number)} {_TRADES[number % len(_TRADES)]}", host(number)
    menu = "".join(f'<li><a href="{each}">{each.strip("/") or "home"}</a></li>' for each in paths)
    text = "".join(f"<p>{' '.join(dice.choices(_WORDS, k=60)).capitalize()}.</p>" for _ in range(20))
    phone = f"+49 30 {9000000 + number * 3 + (version if path in ('/contact', '/imprint') else 0)}"
    people = "".join(
        f'<div class="person"><h3>{_FIRST[(number + place) % len(_FIRST)]} {_name(number * 7 + place)}</h3>'
        f'<p>Head of Sales</p><a href="mailto:{_FIRST[(number + place) % len(_FIRST)].lower()}@{own}">mail</a></div>'
        for place in range(4 if path == "/team" else 0)
    )
    street = f"Hauptstraße {number % 200 + 1}, 10115 Berlin"
    return (
        f'<!doctype html><html lang="en"><head><title>{name}: {path.strip("/") or "home"}</title></head><body><nav><ul>'
        f"{menu}</ul></nav><main><h1>{name}</h1>{people}{text}</main><footer><p>{name} GmbH, {street}</p>"
        f'<p>Phone {phone}, <a href="mailto:info@{own}">info@{own}</a></p></footer></body></html>'
    ).encode()
