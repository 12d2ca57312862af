"""The provider of the enrichment's tests, for the recipe that configures one."""

from __future__ import annotations

from tests.enrichment.conftest import demand, provider

__all__ = ["demand", "provider"]
