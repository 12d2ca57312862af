"""The world's DNS over UDP and TCP: addresses, mail exchangers, null MX (RFC 7505), NXDOMAIN."""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast

from dnslib import MX, QTYPE, RCODE, RR, TXT, A, DNSRecord

from demo.world.generator import World
from demo.world.mailboxes import FIXED_ROUTES, mail_route
from demo.world.model import HostileSite, MailRoute, Quirk

TTL = 60
LOOPBACK = "127.0.0.1"


class Zone:
    """Answers questions about the world's names; everything lives on loopback."""

    def __init__(self, world: World) -> None:
        self.world = world

    def resolve(self, packet: bytes) -> bytes:
        """The answer's packet; raises dnslib's DNSError for bytes that are no question."""
        question = DNSRecord.parse(packet)
        reply = question.reply()
        name = str(question.q.qname).rstrip(".").lower()
        records = self._records(name)
        if records is None:
            reply.header.rcode = RCODE.NXDOMAIN
            return bytes(reply.pack())
        for kind, data in records:
            if question.q.qtype in (kind, QTYPE.ANY):
                reply.add_answer(RR(question.q.qname, kind, rdata=data, ttl=TTL))
        return bytes(reply.pack())

    def _records(self, name: str) -> list[tuple[int, object]] | None:
        """All records of a name; None where it does not exist."""
        if name.startswith("mx.") and mail_route(self.world, name[3:]) is MailRoute.MX:
            return [(QTYPE.A, A(LOOPBACK))]
        if name.startswith("www."):
            return [(QTYPE.A, A(LOOPBACK))] if self._has_site(name) else None
        route = mail_route(self.world, name)
        if route is MailRoute.NXDOMAIN:
            return None
        records: list[tuple[int, object]] = []
        if route is not MailRoute.NONE and (self._has_site(name) or name in FIXED_ROUTES):
            records.append((QTYPE.A, A(LOOPBACK)))
        if route is MailRoute.MX:
            records += [(QTYPE.MX, MX(f"mx.{name}", 10)), (QTYPE.TXT, TXT("v=spf1 mx -all"))]
        if route is MailRoute.NULL_MX:
            records.append((QTYPE.MX, MX(".", 0)))
        return records

    def _has_site(self, name: str) -> bool:
        place = self.world.locate(name)
        if place is None:
            return False
        quirk = place.quirk if isinstance(place, HostileSite) else place.company.quirk
        return quirk is not Quirk.NXDOMAIN


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # not a subclass on every loop

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        from dnslib.dns import DNSError

        with contextlib.suppress(DNSError):  # what is no question gets no answer
            answer = self._zone.resolve(data)
            assert self._transport is not None
            self._transport.sendto(answer, addr)


class NameServer:
    """UDP and TCP on one port."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Listen; OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self.zone), local_addr=(LOOPBACK, port))
        self.port = int(self._udp.get_extra_info("sockname")[1])
        try:
            self._tcp = await asyncio.start_server(self._stream, LOOPBACK, self.port)
        except OSError:
            self._udp.close()
            raise

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Messages with a two-byte length (RFC 1035 section 4.2.2)."""
        from dnslib.dns import DNSError

        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, DNSError):
            while True:
                size = int.from_bytes(await reader.readexactly(2), "big")
                answer = self.zone.resolve(await reader.readexactly(size))
                writer.write(len(answer).to_bytes(2, "big") + answer)
                await writer.drain()
        writer.close()

    def close(self) -> None:
        """Stop listening."""
        if self._udp:
            self._udp.close()
        if self._tcp:
            self._tcp.close()
