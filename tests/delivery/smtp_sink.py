"""A real SMTP server on loopback that keeps what it accepts and answers as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

Answer = Callable[[str, int], str | None]  # (address, tries so far) -> answer, or None for 250


class Sink:
    """`messages` by recipient; `at_rcpt` and `after_data` decide, ``DROP`` closes the connection without an answer."""

    def __init__(self, at_rcpt: Answer | None = None, after_data: Answer | None = None, **options: Any) -> None:
        self.at_rcpt, self.after_data, self.options = at_rcpt, after_data, options
        self.messages: list[tuple[str, bytes]] = []
        self.tries: Counter[str] = Counter()
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self.port = 0

    def __enter__(self) -> Sink:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)

        def session() -> SMTP:
            self.connections += 1
            return SMTP(self, hostname="sink.example", loop=self._loop, **self.options)

        self._server = self._loop.run_until_complete(self._loop.create_server(session, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._server.close()
        with contextlib.suppress(RuntimeError):
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0.05))
            self._loop.close()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.at_rcpt(address, self.tries[address]) if self.at_rcpt else None
        self.tries[address] += 1
        if answer == "DROP":
            server.transport.abort()
            return "421 gone"
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        address = envelope.rcpt_tos[0]
        answer = self.after_data(address, self.tries[address] - 1) if self.after_data else None
        if answer and answer != "DROP":
            return answer
        self.messages.append((address, bytes(envelope.original_content)))
        if answer == "DROP":
            server.transport.abort()
        return "250 2.0.0 OK"

    @property
    def addresses(self) -> Counter[str]:
        """How often each address got a message."""
        return Counter(address for address, _ in self.messages)

    def parsed(self, address: str) -> EmailMessage:
        """The message of an address, read by the standard library."""
        raw = next(raw for to, raw in self.messages if to == address)
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message
