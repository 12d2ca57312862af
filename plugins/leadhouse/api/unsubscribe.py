"""Opt-out by link (RFC 8058): POST unsubscribes, without cookie, sign-in or question; GET only shows a button.

Mail scanners open every link of a message, so that a GET must change nothing. The form on the page posts to the same
address as the mail client's one-click request does.
"""

from __future__ import annotations

import logging
from html import escape
from typing import Annotated

import psycopg
from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from leadhouse.database import DatabaseError
from leadhouse.delivery import MessageNotFoundError, unsubscribe
from leadhouse.suppression import InvalidTokenError, read_token

router = APIRouter()
logger = logging.getLogger(__name__)
Token = Annotated[str, Path(max_length=200)]
ONE_CLICK = b"List-Unsubscribe=One-Click"
LARGEST_BODY = 4096


@router.get("/unsubscribe/{token}", response_class=HTMLResponse)
def confirm(token: Token) -> HTMLResponse:
    """A page with a button; nothing is changed."""
    try:
        read_token(token)
    except InvalidTokenError:
        return _unknown_link()
    return _page(
        200,
        "Unsubscribe",
        "<p>You will get no more mail of this kind at the address that this link was sent to.</p>"
        '<form method="post"><button type="submit">Unsubscribe</button></form>',
    )


@router.post("/unsubscribe/{token}", response_class=HTMLResponse)
async def confirm_by_post(token: Token, request: Request) -> HTMLResponse:
    """Unsubscribes, also a second time."""
    body = b""
    async for chunk in request.stream():
        body = (body + chunk)[:LARGEST_BODY]
    return await run_in_threadpool(_unsubscribe, token, ONE_CLICK in body)


def _unsubscribe(token: str, is_one_click: bool) -> HTMLResponse:
    try:
        unsubscribe(read_token(token), "one_click" if is_one_click else "page")
    except (InvalidTokenError, MessageNotFoundError):
        return _unknown_link()
    except (DatabaseError, psycopg.OperationalError):
        logger.exception("an opt-out could not be written")
        return _page(
            503,
            "Please try again",
            "<p>We could not write this down just now. Please open the link again in a few minutes.</p>",
        )
    return _page(200, "You are unsubscribed", "<p>You will get no more mail of this kind at this address.</p>")


def _unknown_link() -> HTMLResponse:
    return _page(
        404,
        "This link is not known",
        "<p>It may have been cut when it was copied. Open it from the message itself, or answer that message and ask "
        "to be taken off the list.</p>",
    )


def _page(status: int, title: str, body: str) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;"
        "padding:0 1rem}button{font:inherit;padding:.6rem 1.4rem}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>",
        status_code=status,
        headers={"Retry-After": "120"} if status == 503 else None,
    )
