"""Where a connection's address is decided: every name and literal goes through the one check of `leadhouse.network`.

The HTTP client connects to the very addresses that this resolver hands over, so a second answer of the name server
(DNS rebinding) has no effect.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

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
MAX_KNOWN = 10_000  # addresses that are remembered: a shard has fewer hosts, a hostile one as many as it likes
LOOKUP_SECONDS = 10.0  # a name server that is silent must not use up the whole time of a request
LOOKUP_THREADS = 32  # the system's resolver blocks: thirty dead name servers must not keep other sites waiting


class CheckedNames(AbstractResolver):
    """aiohttp's resolver: looks names up in threads, which a dead name server blocks.

    `checked` remembers the addresses that were found, for `scrapers.connections`.
    """

    def __init__(self) -> None:
        self.checked: dict[tuple[str, int], None] = {}
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, "names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of the name. Raises AddressRefusedError when one of them is not allowed, OSError for none."""
        lookup = asyncio.get_running_loop().run_in_executor(self._threads, checked_addresses, host, port)
        addresses = await asyncio.wait_for(lookup, LOOKUP_SECONDS)
        self.checked.update({(str(address), port): None for address in addresses})
        while len(self.checked) > MAX_KNOWN:
            del self.checked[next(iter(self.checked))]
        return [
            ResolveResult(
                hostname=host, host=str(each), port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if each.version == 6 else socket.AF_INET,
            )
            for each in addresses
        ]  # fmt: skip

    async def close(self) -> None:
        """Does not wait for lookups that hang."""
        self._threads.shutdown(wait=False, cancel_futures=True)


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
