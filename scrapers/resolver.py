"""Where a connection's address is decided: every name and literal goes through the one check of `leadhouse.network`.

Twisted connects to the very addresses that this resolver hands over, so a second answer of the name server (DNS
rebinding) has no effect.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer

from leadhouse.network import (
    AddressRefusedError,
    IPAddress,
    assert_addresses_allowed,
    is_global,
    is_web_port,
    numeric_address,
    resolve,
)
from leadhouse.settings import settings

CACHE_SECONDS = 300.0
MAX_KNOWN = 10_000  # names and refusals that are remembered: a shard has fewer hosts, a hostile one as many as it likes
LOOKUP_SECONDS = 10.0  # a name server that is silent must not use up the whole time of a request
LOOKUP_THREADS = 32  # the system's resolver blocks: thirty dead name servers must not keep other sites waiting

K = TypeVar("K")
V = TypeVar("V")

# (host, port) → why it was refused; the spider turns the failed request of such a target into the outcome `blocked`.
refusals: dict[tuple[str, int], str] = {}
_remembering = threading.Lock()


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """A thread that asks the system's resolver cannot be stopped; its late answer is dropped."""


@implementer(IHostnameResolver)
class CheckedResolver:
    """Resolves in threads of its own, keeps answers for five minutes, delivers allowed addresses only."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._known: dict[tuple[str, int], tuple[float, list[str]]] = {}
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, "names")
        _proxy()  # a setting that is no URL ends the crawl here

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
        host, port = hostName, portNumber
        resolution = _Resolution(host)
        resolutionReceiver.resolutionBegan(resolution)
        known = self._known.get((host, port))
        if known is not None and known[0] > time.monotonic():
            _deliver(resolutionReceiver, known[1], port)
        else:
            self._look_up(host, port, lambda found: _deliver(resolutionReceiver, found, port))
        return resolution

    def _look_up(self, host: str, port: int, tell: Callable[[list[str]], None]) -> None:
        """Calls `tell` once: with what the thread found, or with nothing when it takes too long."""
        late = self._reactor.callLater(LOOKUP_SECONDS, tell, [])

        def finish(found: list[str]) -> None:
            if late.active():
                late.cancel()
                tell(found)

        def hand_over(done: Future[list[str]]) -> None:
            self._reactor.callFromThread(finish, [] if done.exception() else done.result())

        self._threads.submit(self._lookup, host, port).add_done_callback(hand_over)

    def _lookup(self, host: str, port: int) -> list[str]:
        try:
            found = [str(address) for address in checked_addresses(host, port)]
        except AddressRefusedError as error:
            for spelling in {host, _ascii(host)}:
                _remember(refusals, (spelling, port), str(error))
            return []
        _remember(self._known, (host, port), (time.monotonic() + CACHE_SECONDS, found))
        return found


def checked_addresses(host: str, port: int) -> list[IPAddress]:
    """The addresses that a connection to the host may go to; asks the name server of the settings, or the system.

    Blocks. Raises AddressRefusedError for a target that is not allowed, OSError for a name without an address.
    """
    if (host, port) == _proxy():  # the operator's own, and the one explicit exception
        return resolve(host, port)
    server = settings().dns_server
    found = _ask(host, server) if server and numeric_address(host) is None else resolve(host, port)
    checked = assert_addresses_allowed(host, port, found)
    if not is_web_port(port) and any(is_global(address) for address in checked):
        raise AddressRefusedError(f"{host}:{port}: no web site lives at port {port}")
    return checked


def _proxy() -> tuple[str | None, int]:
    proxy = urlsplit(settings().crawl_proxy or "")
    return proxy.hostname, proxy.port or {"https": 443}.get(proxy.scheme, 80)


def _ask(host: str, server: str) -> list[IPAddress]:
    """The addresses that the name server of the settings tells (A, then AAAA). Raises OSError when there are none."""
    import dns.exception
    import dns.resolver

    address, _, port = server.rpartition(":") if server.count(":") == 1 or "]" in server else (server, "", "53")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [address.strip("[]")], int(port or 53), LOOKUP_SECONDS
    found: list[IPAddress] = []
    for kind in ("A", "AAAA"):
        try:
            answer = resolver.resolve(_ascii(host), kind, search=False, raise_on_no_answer=False)
        except (dns.exception.DNSException, UnicodeError) as error:
            raise OSError(f"{host} cannot be resolved: {error}") from error
        found += [ipaddress.ip_address(each.address) for each in answer.rrset or ()]
    if not found:
        raise OSError(f"{host} has no address")
    return found


def _ascii(host: str) -> str:
    """The name as it is asked for; itself where it is no name."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _remember(known: dict[K, V], key: K, value: V) -> None:
    """Adds an entry; the oldest goes when there are too many."""
    with _remembering:
        known[key] = value
        while len(known) > MAX_KNOWN:
            del known[next(iter(known))]


def _deliver(receiver: Any, addresses: Sequence[str], port: int) -> None:
    for address in addresses:
        receiver.addressResolved((IPv6Address if ":" in address else IPv4Address)("TCP", address, port))
    receiver.resolutionComplete()
