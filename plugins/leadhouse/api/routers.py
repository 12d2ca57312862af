"""All routers below /api/v1, each of a module of its resource. `OPEN` answers strangers; nothing else does."""

from __future__ import annotations

from fastapi import APIRouter

from leadhouse.api import health, job_streams, live, webhooks

# Health, signing in and up, resets of passwords, signed hooks: each limits how often an address may ask.
OPEN: tuple[APIRouter, ...] = (health.router, live.sockets)

# Each operation has a caller (`SignedIn`, `Work`), whether it asks for one or not.
SIGNED_IN: tuple[APIRouter, ...] = (live.router, job_streams.router, webhooks.router)
