"""The town, its region and its village where they stand before the code, out of the pieces of the lines there."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.addresses.address_forms import Town
from leadhouse.extraction.addresses.address_regions import region_of
from leadhouse.extraction.addresses.country import country_code
from leadhouse.extraction.addresses.line_pieces import NOT_ADDRESS
from leadhouse.extraction.addresses.street_lines import STREET_WORD
from leadhouse.extraction.patterns.vocabulary import LEGAL_FORM

_NO_TOWN = re.compile(r"(?:tel|fon|phone|fax|mobile?|cell|whatsapp|call)\w*[.:]*", re.I)
_DISTRICT = re.compile(r"(?:Dublin|Cork|Belfast|Colombo) \d{1,2}W?")


def town_before(pieces: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Town, region and the pieces before them, where the code stands last (``Nagpur, Maharashtra, India 440016``)."""
    rest = list(pieces)
    regions: list[str] = []
    while rest and (region_of(rest[-1]) or is_country(rest[-1])):
        piece = rest.pop()
        if not is_country(piece):
            regions.insert(0, piece)
    if not rest:
        return None, None, rest
    words = rest[-1].split()
    if _NO_TOWN.fullmatch(rest[-1]):
        return None, None, rest
    if len(words) > 1 and region_of(words[-1]):
        regions.insert(0, words.pop().strip("()"))
    if (re.search(r"\d", rest[-1]) and not _DISTRICT.fullmatch(rest[-1])) or len(words) > 4:
        street, city = _town_at_end(" ".join(words))
        return city, ", ".join(regions) or None, [*rest[:-1], street] if city else rest
    return " ".join(words), ", ".join(regions) or None, rest[:-1]


def village(pieces: list[str], town: Town) -> tuple[str, int] | None:
    """Up to two short pieces before a town whose code a word such as PIN labels: villages have no streets."""
    if not town.is_labelled:
        return None
    first = len(pieces)
    while first and len(pieces) - first < 2 and len(pieces[first - 1].split()) <= 5:
        if NOT_ADDRESS.search(pieces[first - 1]) or LEGAL_FORM.search(pieces[first - 1]):
            break
        first -= 1
    return (", ".join(pieces[first:]), first) if first < len(pieces) else None


def is_country(piece: str) -> bool:
    """Whether a piece is a country's name."""
    return len(piece) > 3 and len(piece.split()) <= 4 and bool(country_code(piece))


@lru_cache(maxsize=5_000)
def _town_at_end(text: str) -> tuple[str, str | None]:
    """Street and town that share a piece (``22 Karee St Centurion``): the town is what follows the street's word."""
    last = 0
    for match in STREET_WORD.finditer(text):
        if re.match(r"[ .]", text[match.end() : match.end() + 1]):
            last = match.end()
    number = re.match(r"[. ]*(?:#?\d+\w?)?", text[last:])
    last += number.end() if number and last else 0
    if not last and (numbered := re.match(r"^.*\d\S*(?=\s+[A-Z][a-z]+(?:[ -][A-Z][a-z.]+){0,2}$)", text)):
        last = numbered.end()
    city = text[last:].strip(" .,") if last else ""
    return (text[:last].strip(), city) if city and not re.search(r"\d", city) and len(city) > 2 else (text, None)
