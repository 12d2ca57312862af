"""Which targets a request may have, and through which proxy it goes.

Without a proxy the resolver checks the address of every connection. Behind one the proxy resolves names, so what can
be told here is refused here: addresses written as such (in any spelling the system takes) and names that mean this
machine or its network without asking a name server.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request

from leadhouse.network import AddressRefusedError, is_allowed
from leadhouse.settings import settings

_LITERAL = re.compile(r"^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}$", re.I)
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")  # RFC 6761, 6762, 8375 and customs
_HOSTS = Path("/etc/hosts")


class AddressMiddleware:
    """Sets the proxy of the settings and refuses targets that are no global address."""

    def __init__(self, proxy: str | None) -> None:
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Any) -> AddressMiddleware:
        """Scrapy's way to make one."""
        return cls(settings().crawl_proxy)

    def process_request(self, request: Request) -> None:
        """Raises AddressRefusedError: the outcome is `blocked`."""
        if self._proxy is None:
            return
        parts = urlsplit(request.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        assert_not_local(parts.hostname or "", port)
        request.meta["proxy"] = self._proxy


def assert_not_local(host: str, port: int) -> None:
    """Raises AddressRefusedError when the host is an address, or a name of this machine, that is not allowed."""
    addresses = _literal(host) or _local_names().get(host.rstrip("."), [])
    if any(not is_allowed(ipaddress.ip_address(address), port) for address in addresses):
        raise AddressRefusedError(f"{host}:{port} is no global address")
    if not addresses and (host == "localhost" or host.rstrip(".").endswith(_LOCAL_SUFFIXES) or "." not in host):
        raise AddressRefusedError(f"{host}:{port} is a name of the local network")


def _literal(host: str) -> list[str]:
    """The address that a host is a spelling of: 127.1, 0x7f000001, 2130706433, [::ffff:7f00:1]."""
    if ":" in host:
        return [str(ipaddress.ip_address(host.partition("%")[0].strip("[]")))]
    if not _LITERAL.match(host.rstrip(".")):
        return []
    try:
        return [socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))]
    except OSError:
        return []


@lru_cache(maxsize=1)
def _local_names() -> dict[str, list[str]]:
    """Names that the system resolves by itself."""
    names: dict[str, list[str]] = {}
    lines = _HOSTS.read_text(errors="replace").splitlines() if _HOSTS.exists() else []
    for line in lines:
        address, *hosts = line.partition("#")[0].split() or [""]
        for host in hosts:
            names.setdefault(host.lower(), []).append(address.partition("%")[0])
    return names
