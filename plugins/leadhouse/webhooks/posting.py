"""One POST with an end: ten seconds for everything, a little of the answer, no redirect, checked addresses alone.

A time limit of a socket holds for each read; a receiver that sends a byte now and then would keep a sender for hours.
Here the connection is shut down when its time is over, whatever it is doing, also in the middle of a TLS handshake.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from leadhouse import network

LIMIT_SECONDS = 10.0
KEPT_BODY = 2000  # characters of an answer that are kept


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a POST: a status and the beginning of the body, or an `error`. `retry_after` in seconds."""

    status: int | None
    body: str | None
    error: str | None
    duration_ms: int
    retry_after: float | None = None

    @property
    def is_good(self) -> bool:
        """2xx, as Standard Webhooks says; a redirect is no success."""
        return self.status is not None and 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float = LIMIT_SECONDS) -> Answer:
    """Posts and reads the answer; never raises for what the receiver or the network does."""
    started = time.monotonic()
    try:
        status, text, retry_after = _exchange(url, body, headers, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        took = time.monotonic() - started
        return Answer(None, None, _reason(error, took >= seconds, seconds), int(took * 1000))
    return Answer(status, text, None, int((time.monotonic() - started) * 1000), retry_after)


def _exchange(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> tuple[int, str, float | None]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    raw = network.open_connection(parts.hostname or "", port, seconds)
    connection = http.client.HTTPConnection(parts.hostname or "", port)
    try:
        with network.Deadline(raw, seconds) as deadline:
            connection.sock = _secured(raw, parts.hostname) if parts.scheme == "https" else raw
            connection.putrequest("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
            for name, value in {**headers, "content-length": str(len(body)), "connection": "close"}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read(KEPT_BODY * 4).decode("utf-8", "replace").replace("\x00", "")[:KEPT_BODY]
        if deadline.is_over:
            raise TimeoutError
        return answer.status, text, _seconds(answer.getheader("retry-after"))
    finally:
        connection.close()
        raw.close()


def _secured(raw: socket.socket, host: str | None) -> socket.socket:
    return _context().wrap_socket(raw, server_hostname=host)


def _seconds(text: str | None) -> float | None:
    """A Retry-After in seconds (RFC 9110 10.2.3); the form with a date is not worth a parser here."""
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None


def _reason(error: Exception, is_late: bool, seconds: float) -> str:
    """Words without an address of ours: what is refused may lie in a private network."""
    if is_late or isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} seconds"
    if isinstance(error, network.AddressRefusedError):
        return "the address is not a public one"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or 'failed'}"[:500]
    if isinstance(error, http.client.HTTPException):
        return f"no HTTP answer: {type(error).__name__}"
    return f"not reachable: {error.strerror or type(error).__name__}"[:500] if isinstance(error, OSError) else "bad URL"


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
