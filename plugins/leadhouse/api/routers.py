"""All routers below /api/v1, each of a module of its resource. `OPEN` answers strangers; nothing else does."""

from __future__ import annotations

from fastapi import APIRouter

from leadhouse.api import (
    account,
    account_export,
    api_keys,
    audit_log,
    clients,
    health,
    hooks,
    invitations,
    job_streams,
    live,
    members,
    notifications,
    organization,
    own_sign_in,
    provider_sign_in,
    resources,
    sign_in,
    stored_secrets,
    teams,
    webhooks,
)

# Health, signing in and up, resets of passwords, signed hooks: each limits how often an address may ask.
OPEN: tuple[APIRouter, ...] = (health.router, sign_in.router, provider_sign_in.router, live.sockets, hooks.router)

# Each operation has a caller (`SignedIn`, `Work`), whether it asks for one or not.
SIGNED_IN: tuple[APIRouter, ...] = (
    account.router,
    own_sign_in.router,
    account_export.router,
    api_keys.router,
    audit_log.router,
    clients.router,
    invitations.router,
    members.router,
    notifications.router,
    organization.router,
    provider_sign_in.linking,
    stored_secrets.router,
    teams.router,
    live.router,
    job_streams.router,
    webhooks.router,
    *resources.ROUTERS,
)
