"""What the database needs to begin with: two organizations, their people, sources, searches, campaigns and opt-outs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from demo.exports.rows import KESTREL_DEFECTS, KESTREL_SETTLED, suppressed_address
from demo.world.generator import World
from demo.world.visible import OUTCOMES

Json = dict[str, Any]

# Whose site no list names: the lead search finds it on the map, and has it crawled.
UNLISTED = frozenset({16})
# (company, person number): whose card a salesperson of the first organization has, and so their address.
BUSINESS_CARDS = ((1, 2), (5, 0), (6, 2), (14, 0), (19, 0))

NORDLICHT: Json = {
    "slug": "nordlicht",
    "name": "Nordlicht Vertrieb GmbH",
    "domain": "nordlicht-vertrieb.example",
    "country_code": "DE",
    "time_zone": "Europe/Berlin",
    "postal_address": "Nordlicht Vertrieb GmbH, Speicherstraße 4, 20457 Hamburg",
    "users": [
        {"email": "mara.petersen@nordlicht-vertrieb.example", "name": "Mara Petersen", "role": "admin"},
        {"email": "olaf.brinkmann@nordlicht-vertrieb.example", "name": "Olaf Brinkmann", "role": "member"},
    ],
    "email_account": {
        "from_address": "mara.petersen@nordlicht-vertrieb.example",
        "from_name": "Mara Petersen",
        "daily_limit": 200,
    },
    # the cheap one first for addresses, the dear one where it is not sure; for numbers the other way round
    "waterfalls": {
        "person.email": {"providers": ["findwell", "verifio"], "good_from": 0.85},
        "person.phone_e164": {"providers": ["verifio", "findwell"], "good_from": 0.0},
    },
    "lead_search": {"name": "Italien", "question": "Bis zu drei Betriebe in Italien, am liebsten Restaurants"},
    "saved_search": {
        "name": "Europäische Betriebe mit Ansprechpartner",
        "criteria": {"country_codes": ["DE", "AT", "FR", "GB", "ES"], "has_person": True},
    },
}
KESTREL: Json = {
    "slug": "kestrel",
    "name": "Kestrel Growth Ltd",
    "domain": "kestrel-growth.example",
    "country_code": "GB",
    "time_zone": "Europe/London",
    "postal_address": "Kestrel Growth Ltd, 12 Mill Lane, Leeds LS1 4DY",
    "users": [
        {"email": "gwen.carter@kestrel-growth.example", "name": "Gwen Carter", "role": "admin"},
        {"email": "tom.ridley@kestrel-growth.example", "name": "Tom Ridley", "role": "member"},
    ],
    "email_account": {
        "from_address": "gwen.carter@kestrel-growth.example",
        "from_name": "Gwen Carter",
        "daily_limit": 200,
    },
    "interface": {
        "kind": "apollo",
        "name": "british-contacts",
        "parameters": {
            "search": "people",
            "criteria": {"q_organization_domains_list": ["marlowe-creative.example", "hargreaves-arms.example"]},
            "credit_price_eur": 0.05,
            "max_eur": 1,
            "requests_per_second": 20,
        },
    },
    "saved_search": {
        "name": "Everyone we can reach",
        "criteria": {"country_codes": ["DE", "FR", "GB", "ES", "IT", "AT", "IL"], "has_person": True},
    },
}
NORDLICHT_CAMPAIGN: Json = {
    "name": "Frühjahrsansprache",
    "subject": "Eine Frage zu {{ company.name }}",
    "body_text": (
        "Guten Tag {{ person.full_name }},\n\nwir begleiten Betriebe wie {{ company.name }} bei der Gewinnung neuer"
        " Kundschaft.\nDürfen wir Ihnen in zehn Minuten zeigen, wie?\n\nMara Petersen\n"
        "Nordlicht Vertrieb GmbH, Speicherstraße 4, 20457 Hamburg\nAbmelden: {{ unsubscribe_url }}\n"
    ),
    "audience": {"kind": "saved_search"},
    "wanted_attributes": ["email", "phone_e164"],
    "budget_eur": 3.0,
    "expected": {"gate": "passed", "some_held": True},
}
KESTREL_CAMPAIGN: Json = {
    "name": "Spring outreach",
    "subject": "A question for {{ company.name }}",
    "body_text": (
        "Hello {{ person.full_name }},\n\nwe help firms like {{ company.name }} find new customers.\nMay we show you"
        " how in ten minutes?\n\nGwen Carter\nKestrel Growth Ltd, 12 Mill Lane, Leeds LS1 4DY\n"
        "Unsubscribe: {{ unsubscribe_url }}\n"
    ),
    "audience": {"kind": "import", "file": "kestrel"},
    "wanted_attributes": [],
    "budget_eur": 0.0,
    "expected": {"gate": "blocked", "defects": 6},
}


def _sources(world: World) -> list[Json]:
    """Every site that lists name and every hostile host, second domains too: shared, for both organizations."""
    found: list[Json] = [
        {
            "source_key": f"site:{site.domain}", "kind": "company_site", "start_url": site.start_url,
            "host": site.host, "expected_outcome": OUTCOMES[site.company.quirk][0],
        }
        for site in world.sites()
        if site.company.index not in UNLISTED
    ]  # fmt: skip
    found += [
        {
            "source_key": f"site:{site.host}", "kind": "company_site", "start_url": f"http://{site.host}/",
            "host": site.host, "expected_outcome": OUTCOMES[site.quirk][0],
        }
        for site in world.hostile
    ]  # fmt: skip
    return found


def _nordlicht_suppressions(world: World) -> list[Json]:
    """One who opted out, one whose mailbox bounced hard, both on pages that tonight's crawl reads; and a whole firm."""
    first, second = world.company(8).people[0], world.company(3).people[1]
    return [
        {"kind": "email", "value": first.email, "reason": "unsubscribed"},
        {"kind": "email", "value": second.email, "reason": "hard_bounce"},
        {"kind": "domain", "value": world.company(11).mail_domain, "reason": "customer"},
    ]


def defects(world: World) -> list[Json]:
    """The six planted defects of the second organization's audience, with the addresses they hang on."""
    return _filled(world, KESTREL_DEFECTS)


def settled(world: World) -> list[Json]:
    """What is wrong in the same export and never reaches its gate."""
    return _filled(world, KESTREL_SETTLED)


def _filled(world: World, rows: Iterable[dict[str, str]]) -> list[Json]:
    emails = {"{suppressed}": suppressed_address(world), "{duplicate}": world.company(16).people[1].email}
    return [row | {"email": emails.get(row["email"], row["email"])} for row in rows]


def seed_plan(world: World) -> Json:
    """Organizations, shared sources and expectations as plain data; needs a world that holds the whole cast."""
    if world.companies < 20:
        raise ValueError(
            f"the demo's cast needs 20 companies, this world has {world.companies}: pass companies=20 or more"
        )
    suppressed = [{"kind": "email", "value": suppressed_address(world), "reason": "unsubscribed"}]
    return {
        "organizations": [
            NORDLICHT
            | {
                "campaign": NORDLICHT_CAMPAIGN,
                "suppressions": _nordlicht_suppressions(world),
                "export": "nordlicht",
            },
            KESTREL
            | {
                "campaign": KESTREL_CAMPAIGN | {"defects": defects(world), "settled": settled(world)},
                "suppressions": suppressed,
                "export": "kestrel",
            },
        ],
        "sources": _sources(world),
    }
