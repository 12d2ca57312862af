"""One robots.txt: its lines, its groups, and whether a path is allowed (RFC 9309).

Where the RFC leaves a choice, this reads a file as the search engines do: misspelled keys and missing colons count, a
byte order mark does not, ``index.html`` stands for its folder, lines are cut at `MAX_LINE` bytes. Everything is bytes:
the RFC compares octets. Wildcards are matched piece by piece, so that no pattern takes more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

MAX_LINE = 2083 * 8 - 1  # bytes of a line that are read; longer URLs no browser ever took

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_TOKEN = re.compile(rb"[A-Za-z_-]+")
_ESCAPE = re.compile(rb"%[0-9a-fA-F]{2}|[\x80-\xff]")
_PATH = re.compile(rb"(?:(?:[^/?;#:]*:)?//)?[^/?;#]*([/?;][^#]*)?")


class Key(StrEnum):
    """What a line is about."""

    USER_AGENT = "user-agent"
    ALLOW = "allow"
    DISALLOW = "disallow"
    SITEMAP = "sitemap"
    CRAWL_DELAY = "crawl-delay"
    OTHER = "other"


_SPELLINGS = (
    (Key.USER_AGENT, (b"user-agent", b"useragent", b"user agent")),
    (Key.ALLOW, (b"allow",)),
    (Key.DISALLOW, (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")),
    (Key.SITEMAP, (b"sitemap", b"site-map")),
    (Key.CRAWL_DELAY, (b"crawl-delay", b"crawldelay", b"crawl delay")),
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The value of an Allow or Disallow line; `octets` decides which of several matching lines counts."""

    pieces: tuple[bytes, ...]
    is_anchored: bool
    octets: int

    def matches(self, path: bytes) -> bool:
        """Whether the path begins with what the pattern says (ends with it, where it is anchored)."""
        first, *others = self.pieces
        if not path.startswith(first):
            return False
        at = len(first)
        if not others:
            return not self.is_anchored or at == len(path)
        for piece in others[:-1] if self.is_anchored else others:
            at = path.find(piece, at)
            if at < 0:
                return False
            at += len(piece)
        return not self.is_anchored or (path.endswith(others[-1]) and len(path) - len(others[-1]) >= at)


@dataclass(slots=True)
class Group:
    """The rules for one agent, gathered from all groups that name it."""

    allowed: list[Pattern] = field(default_factory=list)
    disallowed: list[Pattern] = field(default_factory=list)
    crawl_delay: float | None = None


class RobotsFile:
    """A parsed file; any bytes are one. `sitemaps` are the values of its Sitemap lines, in their order."""

    def __init__(self, body: bytes) -> None:
        self.sitemaps: list[bytes] = []
        self._groups: dict[bytes, Group] = {}
        self._read(body)

    def group_of(self, token: str) -> Group | None:
        """The rules for a product token (2.2.1): its own group, else that of ``*``; None where neither is there."""
        return self._groups.get(token.lower().encode()) or self._groups.get(b"*")

    def allows(self, url: str, token: str) -> bool:
        """Whether a product token may ask for a URL; percent-encoding it first is the caller's part (2.2.2).

        The longest matching line decides, Allow before Disallow at the same length; no line means yes.
        """
        group = self.group_of(token)
        if group is None:
            return True
        path = path_of(url.encode())
        return _longest(group.allowed, path) >= _longest(group.disallowed, path)

    def _read(self, body: bytes) -> None:
        named: list[Group] = []
        has_rules = False
        for _, key, value in read_lines(body):
            if key is Key.USER_AGENT:
                if has_rules:
                    named, has_rules = [], False
                agent = _agent(value)
                if agent:
                    named.append(self._groups.setdefault(agent, Group()))
            elif key in (Key.ALLOW, Key.DISALLOW):
                has_rules = True
                for group in named:
                    _add(group, key, value)
            elif key is Key.SITEMAP:
                self.sitemaps.append(value)
            elif key is Key.CRAWL_DELAY:
                for group in named:
                    group.crawl_delay = _seconds(value) if group.crawl_delay is None else group.crawl_delay


def read_lines(body: bytes) -> Iterator[tuple[int, Key, bytes]]:
    """(line number from 1, key, value) of every line that has both; comments and empty lines are left out."""
    start = 0
    while start < 3 and body[start : start + 1] == _BYTE_ORDER_MARK[start : start + 1]:
        start += 1
    for number, line in enumerate(_LINE_END.split(body[start:]), 1):
        bare = line[:MAX_LINE].replace(b"\0", b"\r").partition(b"#")[0].strip()
        key, colon, value = bare.partition(b":")
        if not colon:  # "disallow /" is plain enough, three words are prose
            words = bare.split()
            if len(words) != 2:
                continue
            key, value = words
        if key.strip():
            yield number, _key(key.strip()), value.strip()


def path_of(url: bytes) -> bytes:
    """Path and query of a URL, also of one without scheme; ``/`` where there is none, never the fragment."""
    found = _PATH.match(url)
    path = (found[1] if found else None) or b"/"
    return path if path.startswith(b"/") else b"/" + path


def escape(value: bytes) -> bytes:
    """Octets outside ASCII percent-encoded, escapes in upper case: the one form that is compared (2.2.2)."""
    return _ESCAPE.sub(lambda found: found[0].upper() if len(found[0]) == 3 else b"%%%02X" % found[0][0], value)


def is_product_token(text: str) -> bool:
    """Whether a text is one: letters, ``_`` and ``-`` only (2.2.1)."""
    return bool(re.fullmatch(r"[A-Za-z_-]+", text))


def product_token(user_agent: str) -> str:
    """The token that a whole User-Agent header stands for: ``Leadhouse/0.1 (+…)`` is ``Leadhouse``."""
    found = _TOKEN.match(user_agent.strip().encode())
    return found[0].decode() if found else ""


def _key(name: bytes) -> Key:
    lowered = name.lower()
    return next((key for key, spellings in _SPELLINGS if lowered.startswith(spellings)), Key.OTHER)


def _agent(value: bytes) -> bytes | None:
    if value[:1] == b"*" and not value[1:2].strip():
        return b"*"
    found = _TOKEN.match(value)
    return found[0].lower() if found else None


def _add(group: Group, key: Key, value: bytes) -> None:
    if not value:
        return
    escaped = escape(value)
    (group.allowed if key is Key.ALLOW else group.disallowed).append(_pattern(escaped))
    folder, slash, name = escaped.rpartition(b"/")
    if key is Key.ALLOW and slash and name.startswith(b"index.htm"):
        group.allowed.append(_pattern(folder + b"/$"))


def _pattern(value: bytes) -> Pattern:
    is_anchored = value.endswith(b"$")
    return Pattern(tuple((value[:-1] if is_anchored else value).split(b"*")), is_anchored, len(value))


def _longest(patterns: list[Pattern], path: bytes) -> int:
    return max((each.octets for each in patterns if each.matches(path)), default=0)


def _seconds(value: bytes) -> float | None:
    found = re.match(rb"\d+(?:\.\d+)?", value)
    return float(found[0]) if found else None
