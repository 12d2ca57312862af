"""Which addresses the platform may connect to: global ones, and the explicit exceptions of the settings.

A name is resolved once and the connection goes to the very address that was checked, so that a second answer of the
name server (DNS rebinding) changes nothing. Addresses that carry another one are judged by the one they carry:
IPv4-mapped (RFC 4291 2.5.5.2), NAT64 (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380).
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from leadhouse.settings import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class AddressRefusedError(OSError):
    """The target is not a global address and no setting allows it; nothing was sent."""


def carried_addresses(address: IPAddress) -> list[IPAddress]:
    """The address itself and every IPv4 address that it carries."""
    if not isinstance(address, ipaddress.IPv6Address):
        return [address]
    carried: list[IPAddress] = [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        carried.append(address.sixtofour)
    if address.teredo is not None:
        carried.extend(address.teredo)
    if any(address in network for network in _NAT64):
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return carried


def is_global(address: IPAddress) -> bool:
    """Whether the address, and each one that it carries, is globally reachable unicast (IANA registries)."""
    return all(each.is_global and not each.is_multicast for each in carried_addresses(address))


def is_allowed(address: IPAddress, port: int | None) -> bool:
    """Global, or named in `allowed_addresses` as host:port (address or name), a bare address, or a CIDR network."""
    if is_global(address):
        return True
    plain = carried_addresses(address)[0]
    for rule in settings().allowed_addresses:
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
    except (socket.gaierror, UnicodeError) as error:
        raise OSError(f"{host} cannot be resolved: {error}") from error
    return list(dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers))


def resolve(host: str, port: int | None = None) -> list[IPAddress]:
    """The addresses of a name or literal by the system's resolver, in its order.

    Every spelling the system understands counts as what it connects to (``0x7f.1``, ``2130706433`` are loopback).
    Raises OSError when the name has no address.
    """
    return [ipaddress.ip_address(text) for text in _system_addresses(host.strip("[]"), port)]


def assert_allowed(target: str, port: int | None = None) -> list[IPAddress]:
    """The checked addresses of a host or URL; all of them must be allowed.

    Raises AddressRefusedError for a target that is not, OSError for a name without an address.
    """
    if "://" in target:
        parts = urlsplit(target)
        if parts.hostname is None:
            raise AddressRefusedError(f"{target!r} names no host")
        host, port = parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme, port)
    else:
        host = target
    addresses = resolve(host, port)
    refused = [address for address in addresses if not is_allowed(address, port)]
    if refused or not addresses:
        raise AddressRefusedError(
            f"{host}:{port} resolves to {', '.join(map(str, refused)) or 'nothing'}, which is no global address; "
            "allow it by LEADHOUSE_ALLOWED_ADDRESSES if it is yours"
        )
    return addresses


def open_connection(host: str, port: int, timeout: float | None = None) -> socket.socket:
    """A TCP connection to a checked address of the host. Raises AddressRefusedError, or the last OSError."""
    last: OSError = OSError(f"{host}:{port} has no address")
    for address in assert_allowed(host, port):
        try:
            return socket.create_connection((str(address), port), timeout)
        except OSError as error:
            last = error
    raise last


def _checked_socket(connection: HTTPConnection) -> socket.socket:
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    return open_connection(connection.host, connection.port or connection.default_port, timeout)


class _CheckedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked_socket(self)


class _CheckedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked_socket(self)


class _CheckedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _CheckedHTTPConnection


class _CheckedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedHTTPSConnection


class CheckedAdapter(HTTPAdapter):
    """A requests adapter whose connections go to checked addresses only, redirects included."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Makes the pools connect through `open_connection`."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _CheckedHTTPPool, "https": _CheckedHTTPSPool}


def checked_session() -> requests.Session:
    """A requests session that refuses non-global addresses and ignores proxies of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", CheckedAdapter())
    session.mount("https://", CheckedAdapter())
    return session
