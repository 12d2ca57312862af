"""The API as a server of its own: logs as JSON lines, mails about accounts sent again when they fall due."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from leadhouse.api.application import create_app
from leadhouse.delivery.account_mails import send_until

LONGEST_MAIL_SECONDS = 10.0  # that the end of the server waits for one that is being sent


def served_app() -> FastAPI:
    """The application with what a server of its own has beside it; uvicorn's workers call it, each for itself."""
    configure_logs()
    app = create_app()
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with inner(served):
            stopped = threading.Event()
            mails = threading.Thread(target=send_until, args=(stopped,), name="mails", daemon=True)
            mails.start()
            try:
                yield
            finally:
                stopped.set()
                await run_in_threadpool(mails.join, LONGEST_MAIL_SECONDS)

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
