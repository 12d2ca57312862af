"""What a reader of a company's pages can find there: the measure for a crawler."""

from __future__ import annotations

from collections.abc import Iterator

from demo.world.generator import Site, World
from demo.world.model import Company, Person, Quirk
from demo.world.rendering import hides_people, site_emails

# Outcome and reason by quirk, in the words of the product's fetch outcomes.
OUTCOMES: dict[Quirk, tuple[str, str]] = {
    Quirk.NONE: ("fetched", "an ordinary site"),
    Quirk.ROBOTS_CLOSED: ("blocked", "robots.txt closes everything"),
    Quirk.RATE_LIMITED: ("fetched", "asks for a pause with 429 and Retry-After, then answers"),
    Quirk.ALWAYS_429: ("blocked", "429 to everything, Retry-After one hour"),
    Quirk.SOFT_404: ("fetched", "unknown paths answer 200 with an error text"),
    Quirk.ENDLESS_CALENDAR: ("fetched", "a calendar links to the next month for ever"),
    Quirk.LYING_ETAG: ("fetched", "the ETag stays although the bytes change"),
    Quirk.LOSES_PEOPLE: ("fetched", "from day 1 the team is drawn by script"),
    Quirk.DEAD: ("broken", "connection refused, 502 through the proxy"),
    Quirk.NXDOMAIN: ("broken", "the name does not resolve, 504 through the proxy"),
    Quirk.REDIRECT_LOOP: ("broken", "redirects in a circle"),
    Quirk.BOMB: ("broken", "a small gzip body that unpacks to hundreds of megabytes"),
    Quirk.OVERSIZED: ("broken", "a body without end"),
    Quirk.REDIRECT_LOOPBACK: ("blocked", "redirects to an address on loopback"),
    Quirk.REDIRECT_METADATA: ("blocked", "redirects to a link-local metadata address"),
    Quirk.PARKED: ("empty", "a parked domain"),
    Quirk.LOGIN_WALL: ("blocked", "everything behind a login"),
}


def is_reachable(company: Company) -> bool:
    """Whether its pages can be read at all by a crawler that keeps the rules."""
    return OUTCOMES[company.quirk][0] == "fetched"


def team(site: Site, day: int) -> tuple[Person, ...]:
    """The people whom the team page (or section) names."""
    if "no_team" in site.company.features or hides_people(site, day):
        return ()
    return site.company.people


def heads(site: Site, day: int) -> tuple[Person, ...]:
    """The people whom the imprint names."""
    if hides_people(site, day):
        return ()
    return tuple(person for person in site.company.people if person.legal_head)


def shows_email(site: Site, person: Person, day: int) -> bool:
    """Whether the site prints this person's address."""
    if not person.shown_email:
        return False
    on_imprint = site.company.make.value == "onepage" and person in heads(site, day)
    return person in team(site, day) or on_imprint


def people(world: World, company: Company) -> Iterator[tuple[Person, bool, bool]]:
    """Persons that the pages name, whether their address is printed, and whether the team page names them."""
    sites = [Site(company, domain) for domain in company.domains]
    for person in company.people:
        on_team = any(person in team(site, world.day) for site in sites)
        if on_team or any(person in heads(site, world.day) for site in sites):
            yield person, any(shows_email(site, person, world.day) for site in sites), on_team


def emails(world: World, company: Company) -> list[str]:
    """All addresses of the company that its pages print, role addresses first."""
    found = [address for domain in company.domains for address in site_emails(Site(company, domain))]
    found += [person.email for person, shown, _ in people(world, company) if shown]
    return list(dict.fromkeys(found))


def phones(world: World, company: Company) -> list[str]:
    """All numbers that its pages print as telephone numbers."""
    direct = [person.phone for person, _, on_team in people(world, company) if person.phone and on_team]
    return [company.phone, *direct]
