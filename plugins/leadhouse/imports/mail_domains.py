"""A company's domain, concluded from an address of mail where its row names no website.

Without it two rows of one company that differ in all but the name and the mail's domain would be two companies: nothing
that a row states of a company says so by itself. It is concluded only where the name begins with the domain's label
(*Alder Tools Ltd*, ``ann@alder.example``): a parent's, an agency's or a provider's mail is no website of the company.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from leadhouse.extraction.attribution import hosts
from leadhouse.imports.row_cells import Draft
from leadhouse.landing.prepared import Candidates

CONFIDENCE = 0.8  # below a stated website's, above the least that resolution joins by
LEAST_LABEL = 3
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae"})


def conclude_domain(company: Draft, reached: Draft) -> None:
    """Add the domain of one of the addresses of `reached` to a company that has a name and no domain."""
    if "domain" in company.values or not (name := company.first("name", "legal_name")):
        return
    if (stated := reached.values.get("email")) is None:
        return
    for address, (_, locator, *_) in stated.found.items():
        domain = _own_domain(address.rpartition("@")[2], name)
        if domain is not None:
            company.values["domain"] = Candidates({domain: (address, locator, None, CONFIDENCE)})
            return


@lru_cache(maxsize=20_000)
def _own_domain(host: str, name: str) -> str | None:
    domain = hosts.registrable(host)
    label = domain.partition(".")[0].replace("-", "")
    if "." not in domain or domain in hosts.FREE_MAIL or domain in hosts.PLATFORMS or len(label) < LEAST_LABEL:
        return None
    return domain if any(label in _beginnings(text) for text in (name.casefold(), _spelled(name))) else None


def _spelled(name: str) -> str:
    """As domains spell it: ``Müller`` is *mueller*."""
    return name.casefold().translate(_SPELLED)


def _beginnings(name: str) -> set[str]:
    """The first word, the first two joined, and so on."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    words = re.findall(r"[^\W_]+", plain)
    return {"".join(words[: size + 1]) for size in range(len(words))}
