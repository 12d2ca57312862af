"""The routers of the working data, in the order of their documentation."""

from __future__ import annotations

from fastapi import APIRouter

from leadhouse.api import (
    analytics,
    campaigns,
    data_sources,
    deleted_rows,
    directory,
    exports,
    jobs,
    lead_searches,
    leads,
    lists,
    matches,
    stored_files,
    touchpoints,
    usage,
)

ROUTERS: tuple[APIRouter, ...] = (
    campaigns.router, analytics.of_campaigns, leads.router, directory.of_leads, directory.companies, directory.people,
    lists.lists, lists.segments, exports.router, touchpoints.interactions, touchpoints.suppressions,
    data_sources.router, jobs.router, analytics.router, stored_files.router, stored_files.uploads, usage.plans,
    usage.wallet, usage.events, deleted_rows.router, lead_searches.router, matches.router,
)  # fmt: skip
