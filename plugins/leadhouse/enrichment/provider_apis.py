"""The HTTP interfaces that paid providers speak, by the name that a row or LEADHOUSE_PROVIDER_API chooses."""

from __future__ import annotations

from leadhouse.enrichment.api_of_apollo import ApolloFinder
from leadhouse.enrichment.api_of_hunter import HunterFinder
from leadhouse.enrichment.provider_client import ProviderClient, ProviderUnavailableError
from leadhouse.enrichment.providers import Provider, endpoint_of

APIS: dict[str, type[ProviderClient]] = {
    "apollo": ApolloFinder,
    "hunter": HunterFinder,
    "person_email": ProviderClient,
}


def open_client(provider: Provider) -> ProviderClient:
    """A client for the provider.

    Raises:
        ProviderUnavailableError: no such interface, its key is missing, or its address is unknown or refused.
    """
    if provider.api not in APIS:
        raise ProviderUnavailableError(
            f"The provider {provider.name} speaks {provider.api!r}; the interfaces are: {', '.join(sorted(APIS))}."
        )
    return APIS[provider.api](endpoint_of(provider))
