"""Targets that a site must not lead a crawler to: families of addresses, written in every way that some parser takes.

`vectors(canary, site)` gives (family, encoding, URL); `canary` is a port of this machine where somebody listens, `site`
the allowed one. Names under `VICTIM` are the name server's to answer: `names()` says with what.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from itertools import product

VICTIM = "victim.example"
GOOD = "good.example"
V4 = {
    "loopback": "127.0.0.1",
    "loopback-53": "127.0.0.53",
    "this-host": "0.0.0.0",
    "private-10": "10.0.0.1",
    "private-172": "172.16.0.1",
    "private-192": "192.168.0.1",
    "link-local": "169.254.169.254",
    "shared": "100.100.100.200",
    "assignments": "192.0.0.192",
    "benchmark": "198.18.0.1",
    "documentation": "203.0.113.7",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "cloud-agent": "168.63.129.16",
}
V6 = {
    "loopback": "::1",
    "unspecified": "::",
    "link-local": "fe80::1",
    "unique-local": "fc00::1",
    "cloud": "fd00:ec2::254",
    "site-local": "fec0::1",
    "multicast": "ff02::1",
    "documentation": "2001:db8::1",
    "documentation-2": "3fff::1",
    "discard": "100::1",
    "unassigned": "4000::1",
    "segments": "5f00::1",
    "given-back": "3ffe::1",
}
LOCAL_NAMES = ("localhost", "LOCALHOST", "localhost.", "a.localhost", "ip6-localhost", "localhost.localdomain",
               "broadcasthost", "printer.local", "db.internal", "router.lan", "nas.home.arpa", "intranet")  # fmt: skip
SCHEMES = (
    "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:{0}/_x",
    "dict://127.0.0.1:{0}/x",
    "ldap://127.0.0.1:{0}/", "tftp://127.0.0.1:{0}/x", "s3://bucket/key", "data:text/html,<a>x</a>",
    "javascript:alert(1)",
    "jar:http://127.0.0.1:{0}!/x", "view-source:http://127.0.0.1:{0}/", "http+unix://%2Ftmp%2Fx.sock/", "ws://127.0.0.1:{0}/",
    "HTTP://127.0.0.1:{0}/", "hTTp://127.0.0.1:{0}/", "http:127.0.0.1:{0}/", "http:/127.0.0.1:{0}/", "http:///127.0.0.1:{0}/",
    "http:\\\\127.0.0.1:{0}\\", "//127.0.0.1:{0}/", "///127.0.0.1:{0}/", "/\\127.0.0.1:{0}/", "\\\\127.0.0.1:{0}/",
    "\thttp://127.0.0.1:{0}/", "ht\ttp://127.0.0.1:{0}/", "http://127.0.0.1\t:{0}/", "http://127.0.0.1:{0}\r\nX: y",
    "url:http://127.0.0.1:{0}/", "feed:http://127.0.0.1:{0}/", "mailto:x@127.0.0.1", "blob:http://127.0.0.1:{0}/x",
)  # fmt: skip
PORTS = (1, 21, 22, 23, 25, 53, 110, 143, 445, 465, 587, 993, 2049, 5060, 6000, 6667, 10080, 65536, 99999999999, -1)
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９。")
_MATHEMATICAL = str.maketrans("0123456789", "".join(chr(0x1D7CE + digit) for digit in range(10)))
_CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")


def _number(text: str) -> int:
    return int(ipaddress.IPv4Address(text))


def _octets(text: str) -> list[int]:
    return [int(each) for each in text.split(".")]


def _groups(text: str) -> str:
    number = _number(text)
    return f"{number >> 16:x}:{number & 0xFFFF:x}"


def _inverted(text: str) -> str:
    number = _number(text) ^ 0xFFFFFFFF
    return f"{number >> 16:x}:{number & 0xFFFF:x}"


# how the host of an IPv4 address may be written
V4_HOSTS: dict[str, Callable[[str], str]] = {
    "dotted": str,
    "decimal": lambda a: str(_number(a)),
    "hexadecimal": lambda a: hex(_number(a)),
    "upper-hexadecimal": lambda a: f"0X{_number(a):08X}",
    "octal": lambda a: f"0{_number(a):011o}",
    "dotted-hexadecimal": lambda a: ".".join(map(hex, _octets(a))),
    "dotted-octal": lambda a: ".".join(f"0{each:03o}" for each in _octets(a)),
    "mixed": lambda a: f"{hex(_octets(a)[0])}.{_number(a) & 0xFFFFFF}",
    "two-parts": lambda a: f"{_octets(a)[0]}.{_number(a) & 0xFFFFFF}",
    "three-parts": lambda a: ".".join(map(str, [*_octets(a)[:2], _number(a) & 0xFFFF])),
    "overflowing": lambda a: str(_number(a) + 2**32),
    "trailing-dot": lambda a: f"{a}.",
    "two-trailing-dots": lambda a: f"{a}..",
    "leading-zeros": lambda a: ".".join(f"{each:03}" for each in _octets(a)),
    "half-width-dots": lambda a: a.replace(".", "\uff61"),
    "mathematical": lambda a: a.translate(_MATHEMATICAL),
    "full-width": lambda a: a.translate(_FULL_WIDTH),
    "circled": lambda a: a.translate(_CIRCLED),
    "percent": lambda a: "".join(f"%{ord(each):02X}" for each in a),
    "percent-dots": lambda a: a.replace(".", "%2E"),
    "zero-width": lambda a: a.replace(".", ".\u200b"),
    "soft-hyphen": lambda a: f"\u00ad{a}",
    "user": lambda a: f"{GOOD}@{a}",
    "user-and-password": lambda a: f"{GOOD}:80@{a}",
    "two-users": lambda a: f"{GOOD}@{GOOD}@{a}",
    "backslash-user": lambda a: f"{GOOD}\\@{a}",
    "percent-user": lambda a: f"{GOOD}%40{a}@{a}",
    "blank-user": lambda a: f"{a} @{GOOD}",
    "mapped": lambda a: f"[::ffff:{a}]",
    "mapped-hexadecimal": lambda a: f"[::ffff:{_groups(a)}]",
    "mapped-long": lambda a: f"[0:0:0:0:0:FFFF:{_groups(a)}]",
    "compatible": lambda a: f"[::{a}]",
    "translated": lambda a: f"[::ffff:0:{_groups(a)}]",
    "nat64": lambda a: f"[64:ff9b::{_groups(a)}]",
    "nat64-local": lambda a: f"[64:ff9b:1::{_groups(a)}]",
    "6to4": lambda a: f"[2002:{_groups(a)}::1]",
    "teredo": lambda a: f"[2001:0:{_groups(a)}::{_inverted(a)}]",
    "isatap": lambda a: f"[2600::5efe:{_groups(a)}]",
    "scoped": lambda a: f"[::ffff:{a}%25lo]",
    "unbracketed": lambda a: f"::ffff:{a}",
    "wildcard-name": lambda a: f"{a.replace('.', '-')}.v4.{VICTIM}",
    "dotted-name": lambda a: f"{a}.v4.{VICTIM}",
    "trailing-dot-name": lambda a: f"{a.replace('.', '-')}.v4.{VICTIM}.",
    "idn-name": lambda a: f"bücher-{a.replace('.', '-')}.v4.{VICTIM}",
    "punycode-name": lambda a: f"xn--bcher-kva.{a.replace('.', '-')}.v4.{VICTIM}",
    "mixed-answer-name": lambda a: f"{a.replace('.', '-')}.mixed.{VICTIM}",
    "mapped-name": lambda a: f"{a.replace('.', '-')}.mapped.{VICTIM}",
}
V6_HOSTS: dict[str, Callable[[str], str]] = {
    "short": lambda a: f"[{a}]",
    "upper": lambda a: f"[{a.upper()}]",
    "long": lambda a: f"[{ipaddress.IPv6Address(a).exploded}]",
    "zone": lambda a: f"[{a}%25lo]",
    "bare-zone": lambda a: f"[{a}%lo]",
    "before-brackets": lambda a: f"x[{a}]",
    "behind-brackets": lambda a: f"[{a}]x",
    "user": lambda a: f"{GOOD}@[{a}]",
    "name": lambda a: f"{ipaddress.IPv6Address(a).exploded.replace(':', '')}.v6.{VICTIM}",
}


def vectors(canary: int, site: int) -> Iterator[tuple[str, str, str]]:
    """(family, encoding, URL)."""
    for (family, address), (encoding, written) in product(V4.items(), V4_HOSTS.items()):
        yield family, encoding, f"http://{written(address)}:{canary}/{encoding}"
    for (family, address), (encoding, written) in product(V6.items(), V6_HOSTS.items()):
        yield f"v6-{family}", encoding, f"http://{written(address)}:{canary}/{encoding}"
    for name in LOCAL_NAMES:
        yield "local-names", name, f"http://{name}:{canary}/"
    for scheme in SCHEMES:
        yield "schemes", scheme.partition("1")[0], scheme.format(canary)
    for port in PORTS:
        yield "ports", str(port), f"http://127.0.0.2:{port}/"
        yield "ports", f"name-{port}", f"http://{GOOD}:{port}/"
    for turn in range(10):
        yield "rebinding", f"second-answer-{turn}", f"http://turn{turn}.rebind.{VICTIM}:{site}/"


def addresses_of(name: str) -> list[str] | None:
    """What the name server says of a name below `VICTIM`; None for any other name."""
    labels = name.removesuffix(f".{VICTIM}")
    if labels == name:
        return None
    host, _, kind = labels.rpartition(".")
    if kind == "v6":
        return [str(ipaddress.IPv6Address(int(host, 16)))]
    last = host.rpartition(".xn--bcher-kva.")[2].removeprefix("xn--bcher-kva.")
    address = ".".join([part for part in last.replace("-", ".").split(".") if part.isdigit()][-4:])
    if kind == "mapped":
        return [ipaddress.IPv6Address(f"::ffff:{address}").exploded]
    return ["127.0.0.2", address] if kind == "mixed" else [address]
