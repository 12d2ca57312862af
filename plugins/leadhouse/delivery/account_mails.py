"""Mails about accounts: resets of passwords, confirmations, invitations. No campaign's, and so no matter of the gate.

The row comes first; one sender takes it, and that is committed before anything goes out. A mail whose answer was lost
is `unknown` and not sent again: the person asks for another.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any, Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import psycopg
import structlog
from pydantic import SecretStr

from leadhouse.credentials import CredentialError, open_sealed, seal
from leadhouse.database import DatabaseError, connect
from leadhouse.database.queries import load
from leadhouse.delivery.composition import AddressError, check_address
from leadhouse.delivery.sign_in import SignIn
from leadhouse.delivery.transport import Attempt, Server, Transport, TransportError
from leadhouse.settings import settings

Kind = Literal["password_reset", "email_confirmation", "address_taken", "invitation"]
_SECURITY = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_STATES = {"accepted": "sent", "rejected": "rejected", "unknown": "unknown"}
log = structlog.get_logger("leadhouse.account_mails")

# Subject, and text with {token} or {link}, {organization}.
_TEXTS: dict[str, tuple[str, str]] = {
    "password_reset": (
        "Set a new password",
        "Somebody, probably you, asked for a new password of this account. {how}\n\nIt works once, within an hour. "
        "If it was not you, do nothing: the password stays as it is.",
    ),
    "email_confirmation": (
        "Confirm your address",
        "Welcome. {how}\n\nIt works once, within three days. If you did not sign up, do nothing.",
    ),
    "address_taken": (
        "You have an account already",
        "Somebody, probably you, tried to sign up with this address, which has an account. Sign in, or ask for a new "
        "password. If it was not you, there is nothing to do.",
    ),
    "invitation": (
        "Invitation to {organization}",
        "You are invited to {organization}. {how}\n\nThe invitation is good for a week.",
    ),
}
_PAGES = {"password_reset": "reset-password", "email_confirmation": "confirm-email", "invitation": "accept-invitation"}


@dataclass(frozen=True)
class _Account:
    """The server of the settings, and whom its mails are from."""

    server: Server
    sign_in: SignIn | None
    sender: str


def queue_mail(
    kind: Kind,
    expires_at: datetime,
    *,
    user_id: UUID | None = None,
    invitation_id: UUID | None = None,
    token: str | None = None,
) -> UUID:
    """Note a mail to a user, or to whom an invitation is for. The token is sealed; after `expires_at` it is not sent.

    Raises:
        leadhouse.credentials.MasterKeyError: no master key is set.
    """
    mail_id = uuid4()
    with connect("identity") as connection:
        sealed = seal(connection, None, token.encode(), _context(mail_id)) if token else None
        values = {"mail_id": mail_id, "kind": kind, "user_id": user_id, "invitation_id": invitation_id}
        connection.execute(
            load("account_mails").queue_mail, {**values, "token_sealed": sealed, "expires_at": expires_at}
        )
    return mail_id


def read_waiting_mails(email: str) -> list[tuple[str, datetime, str | None]]:
    """Kind, end (UTC) and code of the mails that wait for a server, to one address, oldest first.

    For who operates an installation without a server of mails, and hands the code over in another way: whoever gets it
    passes for the owner of the address.

    Raises:
        leadhouse.credentials.CredentialError: a code cannot be opened with the master keys of the settings.
    """
    with connect("identity") as connection:
        rows = connection.execute(load("account_mails").list_waiting_mails, {"email": email.strip().lower()}).fetchall()
        return [(row["kind"], row["expires_at"], _token(connection, row)) for row in rows]


def send_until(stopped: threading.Event, every_seconds: float = 60.0) -> None:
    """Send what falls due until `stopped`: what a request's own try has left, put off by the server or its absence.

    Several may run: a mail is taken by one.
    """
    while not stopped.wait(every_seconds):
        if settings().mail_server is None:
            continue
        try:
            send_due_mails()
        except (DatabaseError, CredentialError, psycopg.Error, OSError) as error:
            log.warning("mails about accounts wait", reason=str(error))


def send_due_mails(limit: int = 50) -> int:
    """Send what is due, one after the other over one connection; how many the server took.

    Without a server in the settings, and while it cannot be reached, they wait; the log says so.
    """
    account = _account()
    if account is None:
        log.warning("mails about accounts wait: LEADHOUSE_MAIL_SERVER is not set")
        return 0
    transport, sent = Transport(account.server, account.sign_in), 0
    try:
        transport.open()
        for _ in range(limit):
            state = _send_next(transport, account.sender)
            if state is None:
                break
            sent += state == "sent"
    except TransportError as error:
        log.warning("mails about accounts wait", reason=str(error))
    finally:
        transport.close()
    return sent


def _send_next(transport: Transport, sender: str) -> str | None:
    """The state of the mail that was taken; None when nothing is due."""
    with connect("delivery") as connection:
        row = connection.execute(load("account_mails").take_mail).fetchone()
    if row is None:
        return None
    attempt = Attempt("rejected")
    again_at = datetime.now(UTC) + timedelta(minutes=2 ** min(row["attempts"], 6))
    transport.begin()
    try:
        content = _compose(row, sender)
        attempt = transport.send(parseaddr(sender)[1], check_address(row["email_normalized"]), content)
    except AddressError:
        log.warning("a mail about an account has no address that SMTP can carry", mail_id=str(row["mail_id"]))
    except BaseException as error:  # a token that does not open, no server, a stop: what the server may have stays said
        attempt = transport.interrupted(type(error).__name__)
        raise
    finally:
        state = _STATES.get(attempt.state, "queued")
        _settle(row["mail_id"], state, attempt.code, again_at if state == "queued" else None)
    return state


def _settle(mail_id: UUID, state: str, code: int | None, again_at: datetime | None) -> None:
    values = {"mail_id": mail_id, "state": state, "code": code, "again_at": again_at}
    with connect("delivery") as connection:
        connection.execute(load("account_mails").settle_mail, values)
    log.info("mail about an account", mail_id=str(mail_id), state=state, code=code)


def _compose(row: dict[str, Any], sender: str) -> bytes:
    """The mail as bytes (RFC 5322); it says that no person wrote it (RFC 3834)."""
    subject, text = _TEXTS[row["kind"]]
    organization = " ".join((row["organization_name"] or "").split())
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, check_address(row["email_normalized"])
    mail["Subject"] = subject.format(organization=organization)
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(str(row["mail_id"]), parseaddr(sender)[1].partition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.format(organization=organization, how=_how(row)) + "\n")
    return mail.as_bytes()


def _how(row: dict[str, Any]) -> str:
    """What to do with the token: the front end's page where there is one, else the token itself."""
    with connect("identity") as connection:
        token = _token(connection, row)
    if token is None:
        return ""
    pages = settings().app_base_url
    if pages:
        # behind the sign that no browser sends: the token stands in no log
        return f"Open this page:\n\n{pages.rstrip('/')}/{_PAGES[row['kind']]}#token={token}"
    return f"Your code:\n\n{token}"


def _token(connection: psycopg.Connection[Any], row: dict[str, Any]) -> str | None:
    if row["token_sealed"] is None:
        return None
    return open_sealed(connection, None, bytes(row["token_sealed"]), _context(row["mail_id"])).decode()


def _account() -> _Account | None:
    url = settings().mail_server
    if url is None:
        return None
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise ValueError("LEADHOUSE_MAIL_SERVER has the form smtps://user:password@host:port, or smtp+starttls://…")
    sender = settings().mail_from
    name = parseaddr(sender)[1].partition("@")[2] or "localhost"
    server = Server(parts.hostname, parts.port or _PORTS[parts.scheme], _SECURITY[parts.scheme], name)
    sign_in = SignIn(unquote(parts.username), SecretStr(unquote(parts.password or ""))) if parts.username else None
    return _Account(server, sign_in, sender)


def _context(mail_id: UUID) -> str:
    return f"identity mail {mail_id}"
