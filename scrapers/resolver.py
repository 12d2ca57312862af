"""Where a connection's address is decided: every name and literal goes through the one check of `leadhouse.network`.

Twisted connects to the very addresses that this resolver hands over, so a second answer of the name server (DNS
rebinding) has no effect.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.internet.threads import deferToThread
from zope.interface import implementer

from leadhouse.network import AddressRefusedError, assert_allowed, resolve
from leadhouse.settings import settings

CACHE_SECONDS = 300.0

# (host, port) → why it was refused; the spider turns the failed request of such a target into the outcome `blocked`.
refusals: dict[tuple[str, int], str] = {}


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """A thread that asks the system's resolver cannot be stopped; its late answer is dropped by Twisted."""


@implementer(IHostnameResolver)
class CheckedResolver:
    """Resolves in threads, keeps answers for five minutes, delivers allowed addresses only."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._known: dict[tuple[str, int], tuple[float, list[str]]] = {}
        proxy = urlsplit(settings().crawl_proxy or "")
        self._proxy = (proxy.hostname, proxy.port or {"https": 443}.get(proxy.scheme, 80))

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> CheckedResolver:
        """Scrapy's way to make one."""
        return cls(reactor)

    def install_on_reactor(self) -> None:
        """Every host name endpoint of the process asks here from now on."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Twisted's interface, by its names: tells the receiver the addresses, none when the target is refused."""
        receiver, host, port = resolutionReceiver, hostName, portNumber
        resolution = _Resolution(host)
        receiver.resolutionBegan(resolution)
        known = self._known.get((host, port))
        if known is not None and known[0] > time.monotonic():
            _deliver(receiver, known[1], port)
            return resolution
        lookup = deferToThread(self._lookup, host, port)
        lookup.addCallbacks(lambda found: _deliver(receiver, found, port), lambda _: _deliver(receiver, [], port))
        return resolution

    def _lookup(self, host: str, port: int) -> list[str]:
        try:
            # the operator's own proxy is the one explicit exception
            check = resolve if (host, port) == self._proxy else assert_allowed
            found = [str(address) for address in check(host, port)]
        except AddressRefusedError as error:
            refusals[host, port] = str(error)
            return []
        self._known[host, port] = (time.monotonic() + CACHE_SECONDS, found)
        return found


def _deliver(receiver: Any, addresses: Sequence[str], port: int) -> None:
    for address in addresses:
        receiver.addressResolved((IPv6Address if ":" in address else IPv4Address)("TCP", address, port))
    receiver.resolutionComplete()
