"""The API as a server of its own: logs as JSON lines, mails about accounts sent again when they fall due."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from leadhouse.api.application import create_app
from leadhouse.database import DatabaseError
from leadhouse.delivery.account_mails import send_due_mails
from leadhouse.settings import settings

MAIL_SECONDS = 60.0


def served_app() -> FastAPI:
    """The application with what a server of its own has beside it; uvicorn's workers call it, each for itself."""
    configure_logs()
    app = create_app()
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with inner(served):
            mails = asyncio.create_task(_send_mails()) if settings().mail_server else None
            try:
                yield
            finally:
                if mails is not None:
                    mails.cancel()
                    with suppress(asyncio.CancelledError):
                        await mails

    app.router.lifespan_context = lifespan
    return app


def configure_logs() -> None:
    """One JSON object a line on standard error: time (UTC), level, event, request id and what the event has."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


async def _send_mails() -> None:
    """What a request's own try has left: put off by the server, or by its absence."""
    log = structlog.get_logger("leadhouse.account_mails")
    while True:
        await asyncio.sleep(MAIL_SECONDS)
        try:
            await run_in_threadpool(send_due_mails)
        except (DatabaseError, OSError) as error:
            log.warning("mails about accounts wait", reason=str(error))
