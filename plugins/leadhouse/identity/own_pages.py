"""Whether a request that a cookie speaks for was made by a page of ours: a form of another site sends the cookie too.

Fetch Metadata says it where the browser knows the address as trustworthy (https, this machine); else the origin does
(RFC 6454). What sends neither is no browser's form. Nothing is taken from `Referer`, which pages may suppress.
"""

from __future__ import annotations

from collections.abc import Mapping


def is_from_here(headers: Mapping[str, str]) -> bool:
    """Of the request's headers, by lower-case name; without `sec-fetch-site` and `origin` a program asks."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or origin.partition("://")[2] == headers.get("host")
