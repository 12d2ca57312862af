"""What the two organizations buy: providers in an order per attribute, and one account at a vendor that is read.

Also what a salesperson knows better than the providers: business cards, so that the night can tell right from wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import SecretBytes

from demo.seed import BUSINESS_CARDS
from demo.world import World
from demo.world.provider_answers import PROVIDERS, Provider
from leadhouse.connectors import stored_sources
from leadhouse.connectors.source_errors import SourceError
from leadhouse.credentials import put_secret
from leadhouse.database import connect
from leadhouse.enrichment.providers import Price, put_provider, put_waterfall
from leadhouse.leads.corrections import correct

Json = dict[str, Any]
TIMEOUT_SECONDS = 5.0
# whom a provider has found and nobody has corrected yet, by name
BOUGHT = """
select distinct requests.entity_id, requests.organization_id, facts.full_name
  from app.enrichment_requests as requests
  join app.leads using (organization_id, entity_id)
  join app.lead_facts as facts using (lead_id, organization_id)
 where requests.state = 'hit' and requests.attribute = 'email' and leads.deleted_at is null
   and facts.full_name = any (%(names)s)
   and not exists (select from app.corrections where corrections.entity_id = requests.entity_id
                      and corrections.organization_id = requests.organization_id)
"""


def load_waterfall(organization_id: UUID, orders: Mapping[str, Json], places: list[Json]) -> None:
    """Every provider of the world with its key and prices, and who is asked for what in which order."""
    keys = {place["name"]: place for place in places}
    for provider in PROVIDERS:
        place = keys[provider.name]
        secret_id = _secret(organization_id, f"{provider.name} key", place["key"])
        with connect("enrichment") as connection:
            put_provider(
                connection, organization_id, provider.name, "person_email", place["url"], _prices(provider),
                secret_id=secret_id, timeout_seconds=TIMEOUT_SECONDS,
            )  # fmt: skip
    with connect("enrichment") as connection:
        for wanted, order in orders.items():
            put_waterfall(connection, organization_id, wanted, order["providers"], least_confidence=order["good_from"])


def load_interface(organization_id: UUID, slug: str, source: Json, places: Mapping[str, Json]) -> str:
    """The source that reads a vendor's interface; returns its key. The night asks for it by a job."""
    place = places[source["kind"]]
    key = f"{source['kind']}/{slug}/{source['name']}"
    secret_id = _secret(organization_id, f"{source['kind']} key", place["key"])
    parameters = {"base_url": place["url"], **source["parameters"]}
    try:
        stored_sources.add_source(
            organization_id, slug, source["kind"], source["name"], parameters, secret_id=secret_id
        )
    except SourceError as error:
        if "already" not in str(error):
            raise
    return key


def note_business_cards(world: World) -> int:
    """What a salesperson does who sees a bought address and has the card: says which one is right. Safe to repeat."""
    cards = {person.name: person.email for person in (world.company(c).people[p] for c, p in BUSINESS_CARDS)}
    with connect("console") as connection:
        bought = connection.execute(BOUGHT, {"names": list(cards)}).fetchall()
    for row in bought:
        correct(row["organization_id"], row["entity_id"], "email", cards[row["full_name"]], "from the business card")
    return len(bought)


def _prices(provider: Provider) -> dict[str, Price]:
    prices = {"person.email": provider.price_eur, "person.phone_e164": provider.phone_price_eur}
    return {wanted: Price(Decimal(str(price))) for wanted, price in prices.items()}


def _secret(organization_id: UUID, name: str, key: str) -> UUID:
    with connect("credentials") as connection:
        return put_secret(connection, organization_id, name, SecretBytes(key.encode()), kind="provider")
