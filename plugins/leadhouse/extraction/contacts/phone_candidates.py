"""Where a page could state a telephone number: figures of its text, numbers spelt in letters, links that dial."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from leadhouse.extraction.attribution.context import MAX_CANDIDATES, Surroundings, around, around_link
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns.windows import around_matches

_SEPARATORS = r"[ \u00a0().\-/\u2010-\u2015\u00b7\u2022\u2212'_]"
NUMBER = re.compile(
    rf"(?<![\w@=&#%+])(?<![\w][.,:/-])(?:\+|\(\s?\+)?[(\[]?\d(?:(?:{_SEPARATORS}{{0,4}}|\|)\d){{5,35}}(?![\w@%€$£])(?!\.\d)"
)
_SIX_FIGURES = re.compile(rf"\d(?:(?:{_SEPARATORS}{{0,4}}|\|)\d){{5}}")
_VANITY = re.compile(  # 1-800-FLOWERS, 0800 REVERSE, 1300 FOODBANK
    r"(?<![\w+,$€£])(?P<prefix>(?:1[-. ]?)?\(?(?:8(?:00|33|44|55|66|77|88)|0800|1300|1800)\)?)[-. ]?"
    r"(?P<word>(?=[A-Z0-9 -]{0,8}[A-Z]{3})[A-Z0-9]{2,9}(?:[- ][A-Z0-9]{2,8})?)(?!\w)"
)
_VANITY_COUNTRIES = frozenset(["US", "CA", "AU", "NZ", "GB", "IE", "ZA"])


@dataclass(slots=True)
class Candidate:
    """Text that may be a number, as written, with its place and the words that lead to it.

    `way` says how the page states it: ``text``, ``tel`` (any link that dials), ``whatsapp`` or ``json-ld``.
    """

    raw: str
    spot: Surroundings
    way: str
    label: str
    shown: str = ""  # the number that a link shows people, which may be another one than it dials


def numbers_in(text: str) -> Iterator[re.Match[str]]:
    """Where a text could hold numbers; the pattern runs around six figures that stand together."""
    return around_matches(text, NUMBER, _SIX_FIGURES, 8, 120)


def text_candidates(page: Page) -> list[Candidate]:
    """Numbers of the visible text, `MAX_CANDIDATES` at most."""
    found = []
    for match in islice(numbers_in(page.text), MAX_CANDIDATES):
        raw = match[0].strip(" -–/.|")
        spot = around(page, match.start(), match.end())
        found.append(Candidate(raw, spot, "text", spot.before))
    return found


def vanity_candidates(page: Page, country: str | None) -> list[Candidate]:
    """Numbers spelt in letters, where that is the custom; letters beyond the number's length are for the eye."""
    if country not in _VANITY_COUNTRIES or "00" not in page.text:
        return []
    found = []
    for match in _VANITY.finditer(page.text):
        word = re.sub(r"[ -]", "", match["word"])[: 6 if country == "AU" else 7]
        spot = around(page, match.start(), match.end())
        found.append(Candidate(f"{match['prefix']} {word}", spot, "text", f"{spot.before} phone"))
    return found


def link_candidates(page: Page) -> list[Candidate]:
    """Numbers of links that dial (``tel:``, ``sms:``, ``fax:``, RFC 3966) and of chats on WhatsApp."""
    found = []
    for link in page.actions:
        scheme, _, rest = link.url.partition(":")
        if scheme.lower() in {"tel", "sms", "callto", "whatsapp", "fax"}:
            spot = around_link(page, link)
            spot.marks |= link.marks & Mark.HIDDEN
            words = "" if re.search("[0-9]{4}", link.text) else link.text
            label = "fax" if scheme.lower() == "fax" else f"{spot.before} {words}"
            shown = next(numbers_in(link.text), None)
            found.append(Candidate(dialled(rest), spot, "tel", label, shown[0] if shown else ""))
    for link in page.links:
        is_chat = "wa.me/" in link.url or "api.whatsapp.com/send" in link.url
        if is_chat and (match := re.search(r"(?:wa\.me/|phone=)(?:%2B|\+)?(\d{8,15})", link.url)):
            spot = around_link(page, link)
            found.append(Candidate("+" + match[1], spot, "whatsapp", "whatsapp"))
    return found


def dialled(text: str) -> str:
    """The number of a ``tel:`` address without its parameters, as written."""
    text = unquote(text).strip().strip("/").strip()
    text = re.sub(r"^(?:tel:|//)+", "", text, flags=re.I)
    text = re.split(r"[;?&]|,{1,2}", text)[0]
    return re.sub(r"\s+", " ", text)
