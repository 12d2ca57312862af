"""The world's mail exchanger: mailboxes behave by kind, nothing leaves loopback."""

from __future__ import annotations

import asyncio
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.servers.mail_store import MailStore
from demo.world.generator import World
from demo.world.mailboxes import Mailbox, mail_route, mailbox
from demo.world.model import MailRoute

REFUSALS = {
    Mailbox.UNKNOWN: "550 5.1.1 <{address}>: Recipient address rejected: User unknown",
    Mailbox.FULL: "452 4.2.2 <{address}>: Mailbox full",
}
GREYLISTED = "451 4.7.1 <{address}>: Greylisted, please try again later"
POLICY = "554 5.7.1 Message refused by policy, see https://postmaster.example/refused"
ROUTELESS = "550 5.1.2 <{address}>: Host or domain name not found"
LOST = "connection dropped after DATA"


class MailSink:
    """The handler of aiosmtpd's hooks; `world` may be exchanged for another day."""

    def __init__(self, world: World, store: MailStore) -> None:
        self.world = world
        self.store = store

    def _rcpt_answer(self, address: str) -> str:
        if mail_route(self.world, address.rpartition("@")[2]) not in {MailRoute.MX, MailRoute.IMPLICIT}:
            return ROUTELESS
        kind = mailbox(self.world, address)
        if kind is Mailbox.GREYLISTED and not self.store.attempts(address):
            return GREYLISTED
        return REFUSALS.get(kind, "250 2.1.5 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer by the mailbox's kind."""
        answer = self._rcpt_answer(address.lower()).format(address=address)
        if not answer.startswith("250"):
            self.store.note(envelope.mail_from or "", address.lower(), answer)
            return answer
        envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message, or refuse it, or keep it and hang up before the answer."""
        recipients = [address.lower() for address in envelope.rcpt_tos]
        kinds = {mailbox(self.world, address) for address in recipients}
        sender, raw = envelope.mail_from or "", bytes(envelope.original_content or b"")
        if Mailbox.POLICY in kinds:
            return self._noted(sender, recipients, POLICY)
        lost = Mailbox.ANSWER_LOST in kinds
        number = self.store.add(sender, recipients, raw, answered=not lost)
        if not lost:
            return self._noted(sender, recipients, f"250 2.0.0 OK: queued as {number}")
        self._noted(sender, recipients, LOST)
        cast("asyncio.Transport", server.transport).abort()
        return "421 4.3.0 closing"

    def _noted(self, sender: str, recipients: list[str], answer: str) -> str:
        for recipient in recipients:
            self.store.note(sender, recipient, answer)
        return answer


async def serve_mail(sink: MailSink, port: int = 0) -> asyncio.Server:
    """Listen on a loopback port (OSError where it is taken)."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(sink, hostname="mx.demo.example", ident="Leadhouse demo", enable_SMTPUTF8=True, loop=loop)

    return await loop.create_server(session, "127.0.0.1", port)
