"""What happens to mail for an address, and what the name server says about its domain."""

from __future__ import annotations

from enum import StrEnum

from demo.world.events import state_on
from demo.world.generator import World
from demo.world.model import Company, HostileSite, MailRoute, Quirk
from demo.world.randomness import fraction
from demo.world.texts import third_parties


class Mailbox(StrEnum):
    """How a mailbox behaves."""

    ACCEPT = "accept"
    UNKNOWN = "unknown"  # 550 5.1.1
    FULL = "full"  # 452 4.2.2
    GREYLISTED = "greylisted"  # 451 4.7.1 at first, then 250
    POLICY = "policy"  # 554 5.7.1 after DATA, though the address is good
    ANSWER_LOST = "answer_lost"  # takes the message and drops the connection before the answer
    CATCH_ALL = "catch_all"  # the domain accepts whatever stands before the @
    BOUNCE_LATER = "bounce_later"  # accepts; a delivery status notification follows


# Planted: (company, person number) of the cast.
PLANTED = {
    (2, 1): Mailbox.UNKNOWN, (3, 2): Mailbox.FULL, (4, 1): Mailbox.GREYLISTED, (6, 1): Mailbox.POLICY,
    (9, 1): Mailbox.ANSWER_LOST, (11, 1): Mailbox.BOUNCE_LATER, (13, 2): Mailbox.UNKNOWN,
}  # fmt: skip
CATCH_ALL_COMPANIES = frozenset({16, 18})
SHARES = (
    (0.05, Mailbox.UNKNOWN), (0.02, Mailbox.FULL), (0.03, Mailbox.GREYLISTED), (0.02, Mailbox.POLICY),
    (0.01, Mailbox.ANSWER_LOST), (0.02, Mailbox.BOUNCE_LATER),
)  # fmt: skip

ORGANIZATION_DOMAINS = ("nordlicht-vertrieb.example", "kestrel-growth.example")
DISPOSABLE_DOMAIN = "mailinator.com"  # public lists know it; no message ever leaves loopback
NULL_MX_DOMAIN = "keine-post.example"
NO_MX_DOMAIN = "ohne-briefkasten.example"
GONE_DOMAIN = "gibtsnichtmehr.example"


def _is_catch_all(world: World, company: Company) -> bool:
    if company.index < 20:
        return company.index in CATCH_ALL_COMPANIES
    return fraction(world.seed, "catch-all", company.index) < 0.08


def _drawn(world: World, address: str) -> Mailbox:
    roll = fraction(world.seed, "mailbox", address)
    for share, kind in SHARES:
        if roll < share:
            return kind
        roll -= share
    return Mailbox.ACCEPT


def _of_company(world: World, company: Company, address: str) -> Mailbox:
    if address in company.emails:
        return Mailbox.ACCEPT
    for person in (*company.people, *company.former):
        if person.email == address:
            if company.index < 20:
                number = int(person.key.partition(".")[2])
                own = person.key.startswith(f"{company.index}.")
                return PLANTED.get((company.index, number), Mailbox.ACCEPT) if own else Mailbox.ACCEPT
            return _drawn(world, address)
    return Mailbox.CATCH_ALL if _is_catch_all(world, company) else Mailbox.UNKNOWN


def mailbox(world: World, address: str) -> Mailbox:
    """How the mailbox of an address behaves today."""
    address = address.lower()
    domain = address.rpartition("@")[2]
    company = world.owner(domain)
    if company is not None:
        return _of_company(world, company, address)
    return Mailbox.ACCEPT if domain in (*ORGANIZATION_DOMAINS, DISPOSABLE_DOMAIN) else Mailbox.UNKNOWN


def _third_party_domains() -> frozenset[str]:
    parties = (party for table in third_parties().values() for party in table.values())
    return frozenset(party["email"].rpartition("@")[2] for party in parties if "email" in party)


def _fixed_routes() -> dict[str, MailRoute]:
    known = dict.fromkeys((*ORGANIZATION_DOMAINS, DISPOSABLE_DOMAIN, *_third_party_domains()), MailRoute.MX)
    return known | {NULL_MX_DOMAIN: MailRoute.NULL_MX, NO_MX_DOMAIN: MailRoute.NONE, GONE_DOMAIN: MailRoute.NXDOMAIN}


FIXED_ROUTES = _fixed_routes()


def mail_route(world: World, domain: str) -> MailRoute:
    """What the name server says of a domain."""
    domain = domain.lower()
    if domain in FIXED_ROUTES:
        return FIXED_ROUTES[domain]
    place = world.locate(domain)
    if place is None or domain.startswith("www."):
        return MailRoute.NXDOMAIN
    if isinstance(place, HostileSite):
        return MailRoute.NXDOMAIN if place.quirk is Quirk.NXDOMAIN else MailRoute.IMPLICIT
    return _company_route(world, state_on(world.seed, place.company.index, 0), domain)


def _company_route(world: World, company: Company, domain: str) -> MailRoute:
    if company.quirk is Quirk.NXDOMAIN:
        return MailRoute.NXDOMAIN
    if company.index < 20:
        return MailRoute.IMPLICIT if company.index == 18 else MailRoute.MX
    roll = fraction(world.seed, "route", domain)
    if roll < 0.03:
        return MailRoute.IMPLICIT
    return MailRoute.NULL_MX if roll < 0.04 else MailRoute.MX
