"""One SMTP connection an account (RFC 5321), to a checked address, and what became of each attempt on it.

The line is the final dot: before it the server has taken nothing, whatever happens, and the message may be tried again;
once content has begun to go out, only an answer tells, and without one the message is unknown.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Any, Literal

from leadhouse.delivery.replies import Command, ReasonClass, classify, enhanced_status
from leadhouse.delivery.sign_in import SignIn
from leadhouse.network import assert_allowed, open_connection
from leadhouse.settings import settings

AttemptState = Literal["accepted", "rejected", "deferred", "unknown"]
LONGEST_REPLY = 500


class TransportError(OSError):
    """The account's server cannot be used now; nothing was attempted. The message says what to do."""


@dataclass(frozen=True)
class Attempt:
    """One try. `status` is the enhanced code (RFC 3463) where the server gave one."""

    state: AttemptState
    code: int | None = None
    reply: str = ""
    status: str | None = None
    reason: ReasonClass | None = None


@dataclass(frozen=True)
class Server:
    """Where an account sends through. `security`: ``none`` (loopback only), ``starttls``, ``tls``."""

    host: str
    port: int
    security: str
    ehlo_name: str


class _CheckedSMTP(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        return open_connection(host, port, timeout, "operator")


class _CheckedSMTPS(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        return self.context.wrap_socket(open_connection(host, port, timeout, "operator"), server_hostname=host)


class Transport:
    """A connection that is opened at need and opened again when the server has closed it."""

    def __init__(self, server: Server, sign_in: SignIn | None = None) -> None:
        self.server = server
        self.sign_in = sign_in
        self._smtp: smtplib.SMTP | None = None
        self._content_has_begun = False

    def open(self) -> None:
        """Connects, if not connected. Raises TransportError."""
        if self._smtp is not None:
            return
        where = f"{self.server.host}:{self.server.port}"
        try:
            self._smtp = _signed_in(self._connect(), self.sign_in)
        except smtplib.SMTPResponseException as error:
            text = _text(error.smtp_error)
            raise TransportError(f"The server {where} answers {error.smtp_code} {text}. Nothing was sent.") from error
        except (OSError, ssl.SSLError) as error:  # SMTPException is an OSError
            raise TransportError(f"The server {where} cannot be used: {error}. Nothing was sent.") from error

    def close(self) -> None:
        """Ends the session; never raises."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError):
                smtp.quit()
            smtp.close()

    def begin(self) -> None:
        """Call before each message: the former one's outcome is kept somewhere now."""
        self._content_has_begun = False

    def send(self, sender: str, recipient: str, content: bytes) -> Attempt:
        """Tries once. Raises TransportError when there is no connection to try on."""
        self.open()
        try:
            return self._converse(sender, recipient, content)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return self.interrupted(str(error))

    def interrupted(self, cause: str) -> Attempt:
        """What is known of the last message when its conversation ended without an answer."""
        text = f"connection lost: {cause}"[:LONGEST_REPLY]
        return Attempt("unknown" if self._content_has_begun else "deferred", None, text, None, "network")

    def _connect(self) -> smtplib.SMTP:
        server, timeout = self.server, settings().smtp_timeout_seconds
        if server.security == "none" and not all(
            address.is_loopback for address in assert_allowed(server.host, server.port, "operator")
        ):
            raise TransportError("an account without encryption may send to this machine alone; set starttls or tls")
        if server.security == "tls":
            return _greet(
                _CheckedSMTPS(
                    server.host, server.port, server.ehlo_name, timeout=timeout, context=ssl.create_default_context()
                )
            )
        smtp = _CheckedSMTP(server.host, server.port, server.ehlo_name, timeout)
        if server.security == "starttls":
            try:
                smtp.starttls(context=ssl.create_default_context())
            except (smtplib.SMTPException, OSError):
                smtp.close()
                raise
        return _greet(smtp)

    def _converse(self, sender: str, recipient: str, content: bytes) -> Attempt:
        smtp = self._smtp
        if smtp is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        size = [f"SIZE={len(content)}"] if smtp.has_extn("size") else []
        code, reply = smtp.mail(sender, size)
        if code != 250:
            return self._refused("mail", code, reply)
        code, reply = smtp.rcpt(recipient)
        if code not in {250, 251}:
            return self._refused("rcpt", code, reply)
        code, reply = smtp.docmd("DATA")
        if code != 354:
            return self._refused("data", code, reply)
        self._content_has_begun = True
        smtp.send(_stuffed(content))
        code, reply = smtp.getreply()
        if 200 <= code < 300:
            return Attempt("accepted", code, _text(reply), enhanced_status(_text(reply)))
        return self._refused("content", code, reply)

    def _refused(self, command: Command, code: int, reply: bytes) -> Attempt:
        text = _text(reply)
        if code == 421 or not 400 <= code < 600:
            self._drop()  # the server leaves, or speaks out of turn
        elif self._smtp is not None:
            try:
                self._smtp.rset()
            except (smtplib.SMTPException, OSError):  # the answer that was given counts all the same
                self._drop()
        state: AttemptState = "rejected" if 500 <= code < 600 else "deferred"
        if command == "content" and not 400 <= code < 600:
            state = "unknown"
        return Attempt(state, code if code > 0 else None, text, enhanced_status(text), classify(code, text, command))

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _greet(smtp: smtplib.SMTP) -> smtplib.SMTP:
    try:
        smtp.ehlo_or_helo_if_needed()
    except (smtplib.SMTPException, OSError):
        smtp.close()
        raise
    return smtp


def _signed_in(smtp: smtplib.SMTP, sign_in: SignIn | None) -> smtplib.SMTP:
    """Signs in, if the account has a sign-in (RFC 4954); over encryption or within this machine only."""
    if sign_in is None:
        return smtp
    try:
        if not _is_private(smtp.sock):
            raise TransportError("signing in without encryption would show the password; set starttls or tls")
        smtp.login(sign_in.username, sign_in.password.get_secret_value())
    except smtplib.SMTPAuthenticationError as error:
        smtp.close()
        answer = f"{error.smtp_code} {_redacted(error.smtp_error, sign_in)}"
        # not `from error`: a server may quote what it was sent
        raise TransportError(
            f"it refuses the sign-in of {sign_in.username!r} ({answer}); "
            "store the right password by `leadhouse secrets put --email-account`"
        ) from None
    except UnicodeError:
        smtp.close()
        raise TransportError("the account's user name or password has characters outside ASCII") from None
    except (smtplib.SMTPException, OSError):
        smtp.close()
        raise
    return smtp


def _is_private(connection: Any) -> bool:
    """Encrypted, or with this machine itself: by the address that was reached, not by the name."""
    if isinstance(connection, ssl.SSLSocket):
        return True
    return ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0]).is_loopback


def _redacted(reply: Any, sign_in: SignIn) -> str:
    text, password = _text(reply), sign_in.password.get_secret_value()
    plain = f"\0{sign_in.username}\0{password}"
    for quoted in (*(base64.b64encode(each.encode()).decode() for each in (plain, password)), password):
        text = text.replace(quoted, "[password]") if quoted else text
    return text


_LEADING_DOT = re.compile(rb"(?m)^\.")


def _stuffed(content: bytes) -> bytes:
    """The content with leading dots doubled and the final dot (RFC 5321 4.5.2); its lines end in CRLF already."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return _LEADING_DOT.sub(b"..", ended) + b".\r\n"


def _text(reply: Any) -> str:
    raw = reply if isinstance(reply, bytes) else str(reply).encode()
    return " ".join(raw.decode("utf-8", "replace").replace("\x00", "").split())[:LONGEST_REPLY]
