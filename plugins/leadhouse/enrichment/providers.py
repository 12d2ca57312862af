"""Who is asked for money: providers and waterfalls as rows, and the one provider that the settings may name.

A provider of the settings needs no row, so that one environment variable is enough to begin with. A row of the same
name takes its place, and an organization's own row goes before the installation's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from leadhouse.credentials import CredentialError, get_secret_by_id
from leadhouse.database import connect, queries
from leadhouse.enrichment.provider_client import Endpoint, ProviderUnavailableError
from leadhouse.settings import settings

Charges = Literal["hit", "call"]
SECRET_KIND = "provider"  # noqa: S105  the kind of the row, no secret
NO_PROVIDER = "No provider is configured (`leadhouse waterfall provider`, or LEADHOUSE_PROVIDER_URL)."


@dataclass(frozen=True, slots=True)
class Provider:
    """Where one is asked. `provider_id` None: the provider of the settings; `organization_id` None: everyone's."""

    name: str
    api: str
    base_url: str
    timeout_seconds: float
    provider_id: UUID | None = None
    organization_id: UUID | None = None
    secret_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What one answer costs at most, in euro, and what is charged: a hit alone, or every call."""

    price_eur: Decimal
    charges: Charges = "hit"


@dataclass(frozen=True, slots=True)
class StepOfWaterfall:
    """A provider's place in the order of one attribute, counted from 1; `wanted` is ``person.email`` and the like."""

    wanted: str
    position: int
    provider: str
    provider_id: UUID | None
    price: Price
    least_confidence: float
    cached_days: int
    goes_on_after_unknown: bool


def settings_provider() -> Provider | None:
    """The provider of the settings; None when they name none."""
    chosen = settings()
    if chosen.provider_url is None:
        return None
    return Provider(chosen.provider_name, chosen.provider_api, chosen.provider_url, chosen.provider_timeout_seconds)


def settings_offer() -> dict[str, Any]:
    """Name and price of that provider as parameters of the queries that lay out waterfalls."""
    chosen, provider = settings(), settings_provider()
    return {
        "settings_provider": provider.name if provider else None,
        "settings_price": chosen.provider_price_eur if provider else None,
    }


def has_provider() -> bool:
    """Whether there is anybody to ask."""
    if settings().provider_url is not None:
        return True
    with connect("enrichment") as connection:
        return connection.execute(queries.load("enrichment").find_any_provider).fetchone() is not None


def endpoint_of(provider: Provider) -> Endpoint:
    """Address and opened key.

    Raises:
        ProviderUnavailableError: the secret that the row names is missing, expired, or cannot be opened.
    """
    if provider.provider_id is None:
        return Endpoint(provider.name, provider.base_url, settings().provider_key, provider.timeout_seconds)
    key = None
    if provider.secret_id is not None:
        try:
            with connect("credentials") as connection:
                opened = get_secret_by_id(connection, provider.organization_id, provider.secret_id, SECRET_KIND)
        except CredentialError as error:
            raise ProviderUnavailableError(f"The provider {provider.name} has no key: {error}") from error
        key = SecretStr(opened.get_secret_value().decode())
    return Endpoint(provider.name, provider.base_url, key, provider.timeout_seconds)


def put_provider(
    connection: Connection[DictRow],
    organization_id: UUID | None,
    name: str,
    api: str,
    base_url: str,
    prices: Mapping[str, Price],
    *,
    secret_id: UUID | None = None,
    timeout_seconds: float = 20.0,
    is_active: bool = True,
) -> UUID:
    """Write a provider, or change the one of that name; returns its id. `prices` by ``person.email`` and the like.

    Raises psycopg.errors.CheckViolation for a malformed name, address or price, ForeignKeyViolation for a secret of
    another organization, InsufficientPrivilege where the role may not.
    """
    listed = {wanted: {"price_eur": float(each.price_eur), "charges": each.charges} for wanted, each in prices.items()}
    values = {
        "organization_id": organization_id, "name": name, "api": api, "base_url": base_url, "prices": Jsonb(listed),
        "secret_id": secret_id, "timeout_seconds": timeout_seconds, "is_active": is_active,
    }  # fmt: skip
    row = connection.execute(queries.load("enrichment").upsert_provider, values).fetchone() or {}
    return UUID(str(row["provider_id"]))


def put_waterfall(
    connection: Connection[DictRow],
    organization_id: UUID | None,
    wanted: str,
    provider_names: Sequence[str],
    *,
    least_confidence: float = 0.0,
    cached_days: int = 30,
    goes_on_after_unknown: bool = False,
) -> None:
    """Say who is asked for an attribute (``person.email``), in which order.

    Raises psycopg.errors.CheckViolation for an empty order or a share outside 0..1, InsufficientPrivilege where the
    role may not.
    """
    entity_kind, _, attribute = wanted.partition(".")
    values = {
        "organization_id": organization_id, "entity_kind": entity_kind, "attribute": attribute,
        "provider_names": list(provider_names), "least_confidence": least_confidence, "cached_days": cached_days,
        "goes_on_after_unknown": goes_on_after_unknown,
    }  # fmt: skip
    connection.execute(queries.load("enrichment").upsert_waterfall, values)


def list_steps(connection: Connection[DictRow], organization_id: UUID | None) -> list[StepOfWaterfall]:
    """The steps that an organization's waterfalls have now, by attribute and position.

    A name of an order whose provider is unknown, out of use or without a price for the attribute is no step.
    """
    values = {"organization_id": organization_id, **settings_offer()}
    rows = connection.execute(queries.load("enrichment").select_waterfall_steps, values)
    return [StepOfWaterfall(price=Price(row.pop("price_eur"), row.pop("charges")), **row) for row in rows]
