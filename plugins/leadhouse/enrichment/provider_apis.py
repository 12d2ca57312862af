"""The HTTP interfaces that paid providers speak, by the name that LEADHOUSE_PROVIDER_API chooses."""

from __future__ import annotations

from leadhouse.enrichment.provider_client import ProviderClient, ProviderUnavailableError
from leadhouse.settings import Settings

APIS: dict[str, type[ProviderClient]] = {
    "person_email": ProviderClient,
}


def open_client(chosen: Settings) -> ProviderClient:
    """A client for the provider of the settings.

    Raises:
        ProviderUnavailableError: no such interface, none configured, or its address is unknown or refused.
    """
    if chosen.provider_api not in APIS:
        raise ProviderUnavailableError(
            f"LEADHOUSE_PROVIDER_API is {chosen.provider_api!r}; the interfaces are: {', '.join(sorted(APIS))}."
        )
    return APIS[chosen.provider_api](chosen)
