"""Which pages a site has and under which paths, by its make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from demo.world.generator import Site
from demo.world.model import Make, Quirk
from demo.world.texts import language, latin

PATHS = {
    Make.CLASSIC: "/{slug}.html",
    Make.WORDPRESS: "/{slug}/",
    Make.SHOP: "/pages/{slug}",
    Make.MICRODATA: "/{slug}",
    Make.ONEPAGE: "/{slug}.php",
    Make.AGENCY: "/{slug}",
}
POST_PATHS = {Make.WORDPRESS: "/2026/{slug}/", Make.SHOP: "/blogs/{slug}", Make.CLASSIC: "/{slug}.html"}
TEAM_PDF = "/downloads/team.pdf"
TEAM_SCRIPT = "/assets/team.js"
POSTS = 2


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its kind, path and, for posts and products, which one."""

    kind: str
    path: str
    label: str
    number: int = 0


def make_of(site: Site) -> Make:
    """A second site of the same company is hand-written, whatever the first one is."""
    return Make.CLASSIC if site.number else site.company.make


def _kinds(site: Site, make: Make) -> list[str]:
    if make is Make.ONEPAGE:
        return ["imprint", "privacy"]
    kinds = ["about", "services", "contact", "imprint", "privacy", "blog"]
    if "no_team" not in site.company.features:
        kinds.insert(1, "team")
    if site.company.quirk is Quirk.ENDLESS_CALENDAR:
        kinds.append("calendar")
    return kinds


@lru_cache(maxsize=4096)
def plan(site: Site) -> tuple[Page, ...]:
    """All pages of a site, home first; about 3 on a one-page site and 8 to 13 elsewhere."""
    make, text = make_of(site), language(site.company.language)
    pages = [Page("home", "/", text["labels"]["home"])]
    pages += [
        Page(kind, PATHS[make].format(slug=text["slugs"][kind]), text["labels"][kind]) for kind in _kinds(site, make)
    ]
    if make is Make.ONEPAGE:
        return tuple(pages)
    for number in range(POSTS):
        title = text["posts"][(site.company.index + number) % len(text["posts"])]
        path = POST_PATHS.get(make, "/{slug}").format(slug=latin(title, site.company.country) or f"post-{number + 1}")
        pages.append(Page("post", path, title, number))
    if make is Make.SHOP:
        for number, title in enumerate(text["trades"][site.company.trade]["services"][:3]):
            slug = latin(title, site.company.country) or f"item-{number + 1}"
            pages.append(Page("product", f"/products/{slug}", title, number))
    return tuple(pages)


def find(site: Site, path: str) -> Page | None:
    """The page under a path, if the site has it."""
    aliases = {"/index.html": "/", "/index.php": "/"}
    wanted = aliases.get(path, path)
    return next((page for page in plan(site) if page.path == wanted), None)
