"""The routers of the working data, in the order of their documentation."""

from __future__ import annotations

from fastapi import APIRouter

from leadhouse.api import analytics, campaigns, data_sources, jobs, leads

ROUTERS: tuple[APIRouter, ...] = (
    campaigns.router, analytics.of_campaigns, leads.router, data_sources.router, jobs.router, analytics.router,
)  # fmt: skip
