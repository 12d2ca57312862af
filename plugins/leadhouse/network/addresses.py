"""Which addresses the platform may connect to: global ones, and the explicit exceptions of the settings.

A name is resolved once and the connection goes to the very address that was checked, so that a second answer of the
name server (DNS rebinding) changes nothing. Addresses that carry another one are judged by the one they carry, too:
IPv4-mapped (RFC 4291 2.5.5.2), NAT64 (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380), ISATAP (RFC 5214).

Who named an address decides which exceptions count: what a tenant, a page or a redirect names reaches
`tenant_addresses` alone; what the operator names in the settings reaches `allowed_addresses`, too. Whoever says nothing
is a tenant.
"""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from leadhouse.settings import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
NamedBy = Literal["tenant", "operator"]

# What the IANA registries of special-purpose addresses (RFC 6890) call not globally reachable. Python's own tables
# depend on its patch level: 3.11.7 takes 192.0.0.8, 64:ff9b:1::, 3fff:: and ::7f00:1 for global.
_NOT_GLOBAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # in the registries nobody's, in one cloud the host's own agent
        "2001::/23", "2001:db8::/32", "3fff::/20",
        "3ffe::/16",  # given back to IANA (RFC 3701), which gave it to nobody since
    )
)  # fmt: skip
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA gives out; the rest is local, deprecated or reserved
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # the well-known prefix; 64:ff9b:1::/48 (RFC 8215) is a site's own
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 6.1: what stands before the IPv4 address

# Ports below 1024 are other services' (80 and 443 apart), and so are these: the "bad ports" of the Fetch standard.
WEB_PORTS = frozenset({80, 443})
_OTHER_PROTOCOLS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670), 6679, 6697, 10080}
)


class AddressRefusedError(OSError):
    """The target is not a global address and no setting allows it; nothing was sent."""


def carried_addresses(address: IPAddress) -> list[IPAddress]:
    """The address itself (of an IPv4-mapped one the IPv4 address) and every IPv4 address that it carries."""
    if not isinstance(address, ipaddress.IPv6Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    carried: list[IPAddress] = [address]
    if address.sixtofour is not None:
        carried.append(address.sixtofour)
    if address.teredo is not None:
        carried.extend(address.teredo)
    if address in _NAT64 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return carried


def is_global(address: IPAddress) -> bool:
    """Whether the address, and each one that it carries, is globally reachable unicast (IANA registries)."""
    return all(_is_reachable(each) for each in carried_addresses(address))


def _is_reachable(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST and address not in _NAT64:
        return False
    if any(address.version == network.version and address in network for network in _NOT_GLOBAL):
        return False
    return address in _NAT64 or (address.is_global and not address.is_multicast)


def is_web_port(port: int) -> bool:
    """Whether a web site may live at the port: a crawler must not be sent to talk to mail servers and databases."""
    return port in WEB_PORTS or (1024 <= port <= 65535 and port not in _OTHER_PROTOCOLS)


def exceptions_for(named_by: NamedBy) -> tuple[str, ...]:
    """The rules of the settings: host:port (address or name), a bare address, or a CIDR network."""
    chosen = settings()
    return chosen.tenant_addresses + (chosen.allowed_addresses if named_by == "operator" else ())


def is_allowed(address: IPAddress, port: int | None, named_by: NamedBy = "tenant") -> bool:
    """Global, or an exception of the settings for whoever named it."""
    if is_global(address):
        return True
    plain = carried_addresses(address)[0]
    for rule in exceptions_for(named_by):
        host, _, rule_port = rule.rpartition(":") if rule.count(":") == 1 or rule.startswith("[") else (rule, "", "")
        if rule_port and rule_port != str(port):
            continue
        if any(plain.version == network.version and plain in network for network in _networks(host.strip("[]"))):
            return True
    return False


def _networks(host: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """What an exception means: a network, an address, or the addresses of a name (a service of a private network)."""
    try:
        return [ipaddress.ip_network(host, strict=False)]
    except ValueError:
        pass
    try:
        return [ipaddress.ip_network(address) for address in resolve(host)]
    except OSError:
        return []


def _system_addresses(host: str, port: int | None) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, OverflowError) as error:  # no such name; a NUL, an overlong label; a port over 65535
        raise OSError(f"{host} cannot be resolved: {error}") from error
    return list(dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers))


def resolve(host: str, port: int | None = None) -> list[IPAddress]:
    """The addresses of a name or literal by the system's resolver, in its order.

    Every spelling the system understands counts as what it connects to (``0x7f.1``, ``2130706433`` are loopback).
    Raises OSError when the name has no address.
    """
    return [ipaddress.ip_address(text) for text in _system_addresses(host.strip("[]"), port)]


@lru_cache(maxsize=4096)  # the same for ever, and asked before each request of a crawl
def numeric_address(host: str) -> IPAddress | None:
    """The address that a host is a spelling of (``127.1``, ``0x7f000001``, ``[::1]``); None for a name."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return ipaddress.ip_address(str(found[0][4][0]).partition("%")[0])
    except (OSError, ValueError, OverflowError):
        return None


def assert_allowed(target: str, port: int | None = None, named_by: NamedBy = "tenant") -> list[IPAddress]:
    """The checked addresses of a host or URL; all of them must be allowed.

    Raises AddressRefusedError for a target that is not or that cannot be understood, OSError for a name without an
    address.
    """
    host = target
    if "://" in target:
        host, port = _host_and_port(target, port)
    return assert_addresses_allowed(host, port, resolve(host, port), named_by)


def assert_addresses_allowed(
    host: str, port: int | None, addresses: list[IPAddress], named_by: NamedBy = "tenant"
) -> list[IPAddress]:
    """The addresses that a host was resolved to, if all of them are allowed at the port. Raises AddressRefusedError."""
    refused = [address for address in addresses if not is_allowed(address, port, named_by)]
    if refused or not addresses:
        remedy = (
            "allow it by LEADHOUSE_ALLOWED_ADDRESSES if it is yours"
            if named_by == "operator"
            else "allow it by LEADHOUSE_TENANT_ADDRESSES if every tenant may reach it"
        )
        told = ", ".join(map(str, refused)) or "nothing"
        raise AddressRefusedError(f"{host}:{port} resolves to {told}, which is no global address; {remedy}")
    return addresses


def _host_and_port(url: str, port: int | None) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        host, found = parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme, port)
    except ValueError as error:  # a port that is no number, brackets that hold no address
        raise AddressRefusedError(f"{url!r} cannot be understood: {error}") from error
    if host is None:
        raise AddressRefusedError(f"{url!r} names no host")
    return host, found
