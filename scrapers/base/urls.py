"""URLs as strings: one spelling for one page, and which are worth a request."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

MAX_LENGTH = 500
MAX_SEGMENTS = 8

_TRACKING = re.compile(
    r"(?:^|&)(?:utm_[a-z]+|gclid|fbclid|msclkid|mc_[ce]id|_ga|ref|phpsessid|jsessionid|sid|session_?id|sessid|cfid|cftoken)"
    r"=[^&]*",
    re.I,
)
_PATH_SESSION = re.compile(r";jsessionid=[^/?]*|/\((?:[A-Z]\([a-z0-9]{8,}\))+\)(?=/)", re.I)  # Java, ASP.NET
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|js|mjs|json|map|woff2?|ttf|eot|mp[34]|m4[av]|webm|ogg|wav|avi|mov"
    r"|wmv|zip|gz|tgz|rar|7z|dmg|exe|msi|apk|iso|pdf|docx?|xlsx?|pptx?|odt|ods|csv|vcf|ics|rss|atom|xml|txt)$",
    re.I,
)
_PLAIN = re.compile(
    r"https?://(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}(?::\d{1,5})?/[\w/.~%+-]*(?:\?[\w/.~%+=&-]+)?", re.ASCII
)
_PLAIN_AUTHORITY = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z0-9-]*[a-z0-9])(?=[/?#]|$)", re.ASCII)
_DIGITS = re.compile(r"\d+")
_HEXADECIMAL = re.compile(r"(?<![a-z0-9])(?=[a-f]*\d)[0-9a-f]{8,}(?![a-z0-9])", re.I)
_CALENDAR = re.compile(
    r"/(?:calendar|kalender|calendrier|calendario|events?|veranstaltungen|termine|agenda)/.*\d|/\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?+(?:/|$)(?![\w-]*[a-z]{2}[-_][\w-]*[a-z]{2})"
    r"|[?&](?:month|year|day|date|week|monat|jahr|tribe-bar-date|ical)=|[?&][a-z_-]{1,20}=\d{4}-\d{1,2}(?:-\d{1,2})?(?:&|$)",
    re.I,
)
_POST = re.compile(r"/\d{4}/\d{1,2}(?:/\d{1,2})?/[\w-]*[a-z]{2}[-_][\w-]*[a-z]{2}", re.I)
_BRACKETED = re.compile(r"(?:[^\[\]]*@)?\[[^\[\]]+\](?::\d*)?")  # RFC 3986 3.2.2: nothing beside the brackets
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def split(url: str) -> SplitResult | None:
    """The parts of an absolute http(s) URL with a host; None for anything else."""
    try:
        parts = urlsplit(url)
        if parts.scheme in _DEFAULT_PORTS and parts.hostname and (parts.port is None or parts.port > 0):
            return parts if "[" not in parts.netloc or _BRACKETED.fullmatch(parts.netloc) else None
    except ValueError:
        pass
    return None


def canonical(url: str) -> str | None:
    """One spelling: lower-case scheme and host, no default port, fragment, user, session id or tracking parameter.

    None for what is no absolute http(s) URL or is too long to be a page.
    """
    if len(url) > MAX_LENGTH * 4:
        return None
    parts = split(url.partition("#")[0].strip())
    if parts is None:
        return None
    authority = parts.netloc.rpartition("@")[2].lower().removesuffix(_DEFAULT_PORTS[parts.scheme]).rstrip(".")
    if not authority:  # dots alone
        return None
    path = _PATH_SESSION.sub("", parts.path) or "/"
    query = _TRACKING.sub("", parts.query).lstrip("&")
    found = f"{parts.scheme}://{authority}{path}{'?' + query if query else ''}".strip()
    return found if len(found) <= MAX_LENGTH else None


def is_plain(url: str) -> bool:
    """Whether an absolute URL is asked for as it stands: no character of it needs to be escaped."""
    return _PLAIN.fullmatch(url) is not None


def plain_authority(url: str) -> str | None:
    """The authority where the URL says it in the one spelling that `canonical` would give it; None elsewhere."""
    found = _PLAIN_AUTHORITY.match(url)
    return found[1] if found else None


def origin_of(url: str) -> str:
    """Scheme and authority: what one robots.txt speaks for (RFC 9309 2.3)."""
    return "/".join(url.split("/", 3)[:3])


def authority_of(url: str) -> str:
    """Host and port."""
    return url.split("/", 3)[2]


def bare_host(authority: str) -> str:
    """Without ``www.``: both spellings are one site."""
    return authority.removeprefix("www.")


def key(url: str) -> str:
    """What the spellings of one page have in common: the host without ``www.``, path and query, of a canonical URL."""
    return f"{bare_host(authority_of(url))}/{url.split('/', 3)[3]}"


def is_page(url: str) -> bool:
    """Whether the path looks like a page rather than a file that is not read."""
    return not _FILE.search(url.partition("?")[0])


def is_trap(url: str) -> bool:
    """Paths that grow without end: too deep, or the same segment again and again."""
    segments = [segment for segment in url.partition("?")[0].split("/")[3:] if segment]
    if len(segments) > MAX_SEGMENTS:
        return True
    return any(segments.count(segment) > 2 for segment in set(segments))


def is_calendar(url: str) -> bool:
    """Whether the URL names a day, month or year of an agenda, of which there is always a next one."""
    return bool(_CALENDAR.search(url))


def is_post(url: str) -> bool:
    """Whether the URL is a date with a title: somebody wrote it, so there are only so many."""
    return bool(_POST.search(url))


def facet_shape(url: str) -> str | None:
    """The path of a URL with a query: filters and sortings of one list are many URLs and few pages."""
    path, has_query, _ = url.partition("?")
    return f"{_DIGITS.sub('0', path.split('/', 3)[3])}?" if has_query and path.count("/") > 2 else None


def shape(url: str) -> str | None:
    """What pages of one template have in common: numbers and ids blanked, query reduced to its names.

    None for a URL without anything countable, of which a site has only as many as it has written.
    """
    path, _, query = url.partition("?")
    blanked = _DIGITS.sub("0", _HEXADECIMAL.sub("0", path.split("/", 3)[3] if path.count("/") > 2 else ""))
    names = "&".join(sorted(pair.partition("=")[0] for pair in query.split("&"))) if query else ""
    return f"{blanked}?{names}" if names or "0" in blanked else None
