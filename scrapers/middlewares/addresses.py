"""Which targets a request may have, and through which proxy it goes.

What two parsers of URLs could read differently is asked by nobody: another scheme than http(s), a user before the host,
a host with other characters than a name has, a port of another service. Without a proxy the resolver checks the address
of every connection. Behind one the proxy resolves names, so what can be told here is refused here: addresses written as
such (in any spelling the system takes) and names that mean this machine or its network without asking a name server.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request

from leadhouse.network import AddressRefusedError, exceptions_for, is_allowed, is_web_port, numeric_address
from leadhouse.settings import settings

_PORTS = {"http": 80, "https": 443}
# RFC 1123 2.1 and RFC 5890 (A-labels), the underscore that some hosts have; an address in brackets without a zone
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?|\[[0-9a-f:.]+\]", re.I)
_LONGEST_HOST = 254
MAX_PASSED = 10_000
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")  # RFC 6761, 6762, 8375 and customs
_HOSTS = Path("/etc/hosts")


class AddressMiddleware:
    """Sets the proxy of the settings and refuses targets that are no global address."""

    def __init__(self, proxy: str | None) -> None:
        self._proxy = proxy
        self._passed: set[str] = set()  # scheme and authority of targets that nothing was to be said against

    @classmethod
    def from_crawler(cls, crawler: Any) -> AddressMiddleware:
        """Scrapy's way to make one."""
        return cls(settings().crawl_proxy)

    def process_request(self, request: Request) -> None:
        """Raises AddressRefusedError: the outcome is `blocked`."""
        origin = "/".join(request.url.split("/", 3)[:3])  # all that is judged here: a site's pages are alike in it
        if origin not in self._passed:
            host, port = read_target(request.url)
            if self._proxy is not None:
                assert_not_local(host, port)
            if len(self._passed) >= MAX_PASSED:
                self._passed.clear()
            self._passed.add(origin)
        if self._proxy is not None:
            request.meta["proxy"] = self._proxy


def read_target(url: str) -> tuple[str, int]:
    """Host (lower case, an IPv6 address in brackets) and port of a URL that every parser reads alike.

    Raises AddressRefusedError where that is not so, or where the port is no web site's and no exception names it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise AddressRefusedError(f"{url[:200]!r} is no URL of a web site: {error}") from error
    host = parts.netloc.lower()
    host = host[: host.rindex(":")] if parts.port is not None and ":" in host else host.removesuffix(":")
    if not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST:
        raise AddressRefusedError(f"{host[:200]!r} is no name of a host")
    if not is_web_port(port) and not _is_exception(host, port):
        raise AddressRefusedError(f"{host}:{port}: no web site lives at port {port}")
    return host, port


def _is_exception(host: str, port: int) -> bool:
    return any(rule == f"{host}:{port}" for rule in exceptions_for("tenant"))


def assert_not_local(host: str, port: int) -> None:
    """Raises AddressRefusedError when the host is an address, or a name of this machine, that is not allowed."""
    literal = numeric_address(host.rstrip("."))
    addresses = [str(literal)] if literal is not None else _local_names().get(host.rstrip("."), [])
    if any(not is_allowed(ipaddress.ip_address(address), port) for address in addresses):
        raise AddressRefusedError(f"{host}:{port} is no global address")
    if not addresses and (host == "localhost" or host.rstrip(".").endswith(_LOCAL_SUFFIXES) or "." not in host):
        raise AddressRefusedError(f"{host}:{port} is a name of the local network")


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
