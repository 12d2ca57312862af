"""Addresses without a postal code, as in much of Africa and the Gulf: a post box and a town, or street, town, land."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadhouse.extraction.addresses.country import country_code
from leadhouse.extraction.addresses.line_pieces import PHONE_LIKE, pieces_before
from leadhouse.extraction.addresses.street_lines import STREET_WORD, house_number, street_of
from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.patterns.vocabulary import LEGAL_FORM, words
from leadhouse.extraction.patterns.windows import around_matches
from leadhouse.records import AddressParts

_BOX = re.compile(
    r"(?<!\w)(?P<kind>B\.? ?P\.?|P\.? ?O\.? ?Box|P\.? ?M\.? ?B\.?|Apartado"
    r"|Boîte postale)[ :n°º.]{0,4}(?P<number>\d{1,6})(?:\s?[-–]\s?(?P<code>\d{5})(?!\d))?"
    r"[ ,–-]{1,3}(?P<city>[A-ZÀ-Þ][\w'’-]+(?:[ ][A-ZÀ-Þ][\w'’-]+)?)"
    r"(?:[ ]?[,–-][ ]?(?P<rest>[A-ZÀ-Þ][\w ]{2,24}))?(?=[\s,.;|)]|$)"
)
_FIGURES = re.compile(r"\d+")
# Countries that have no codes, or whose codes hardly anybody writes (Universal Postal Union, addressing sheets).
_CODELESS = words("AE QA KW BH OM HK NG GH KE UG TZ ZM ZW RW CM CI SN BJ TG ML BF GA CD ET JM BS PA BO YE")
_OFTEN_CODELESS = words("CL CO PE UY PY EC VE AR CR GT DO MX LK BD PK PH ID MY VN EG MA TN JO LB TR CY")
_REACHED = re.compile(r"[\s,.;|–-]*(?:\b(?:tel|phone|mob|fax|e-?mail|call|p\.?\s?o\.?\s?box)\b|\+\d|\S+@).*$", re.I)
_PIECE = re.compile(r"\s*[,;|]\s*|\s[–-]\s")
_MAX_LINE, _MAX_LINES = 160, 12


def post_boxes(page: Page, country: str | None) -> Iterator[tuple[re.Match[str], AddressParts]]:
    """Boxes with a town and a country that is written or the site's; a box with a postal code is another form's."""
    if not page.mentions("bp", "b.p", "box", "p.m.b", "pmb", "apartado", "postale"):
        return
    for match in around_matches(page.text, _BOX, _FIGURES, 28, 90):
        home = country_code(match["rest"] or "") if match["rest"] and len(match["rest"]) > 3 else None
        home = home or country
        if home is None:
            continue
        kind = "BP" if match["kind"].replace(".", "").replace(" ", "") == "BP" else match["kind"]
        box = f"{kind} {match['number']}"
        street = _street_before(page, match.start()) if home in _CODELESS else None
        yield (
            match,
            AddressParts(
                street=f"{street}, {box}" if street else box,
                house_number=house_number(street) if street else None,
                postal_code=match["code"],
                city=match["city"],
                country_code=home,
            ),
        )


def _street_before(page: Page, start: int) -> str | None:
    """The street that leads to a box on its line, or that is the line above."""
    pieces, opens_line = pieces_before(page, start)
    if opens_line:
        begin = page.text.rfind("\n", 0, max(0, start - 1)) + 1
        pieces = [piece for piece in _PIECE.split(page.text[begin:start].strip(" \n,.")) if piece]
    found = street_of(pieces, is_wordy=True)
    return found[0] if found and STREET_WORD.search(found[0]) else None


def codeless(page: Page, country: str | None) -> Iterator[tuple[re.Match[str], AddressParts]]:
    """Lines that run from a street over the town to the country's name, in countries where codes are left out."""
    if country not in _CODELESS and country not in _OFTEN_CODELESS:
        return
    count = 0
    for block in page.blocks:
        if len(block.text) > 600 or "," not in block.text:
            continue
        for raw, line in _lines(block.text):
            parts = _read(line) if "," in line and len(line) <= _MAX_LINE else None
            if parts and count < _MAX_LINES and (match := re.compile(re.escape(raw)).search(page.text, block.start)):
                count += 1
                yield match, parts


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Lines as they stand and as they read; a town and its land alone (``Medellín, Antioquia, Colombia``) are read
    with the line above, where the street stands, without the region between."""
    above = ""
    for line in text.split("\n"):
        pieces = [piece for piece in _PIECE.split(line.strip(" ,.")) if piece] if above and "," in line else []
        is_town = 2 <= len(pieces) <= 3 and not re.search(r"\d", line) and country_code(pieces[-1]) is not None
        yield line, f"{above.strip(' ,.')}, {pieces[0]}, {pieces[-1]}" if is_town else line
        above = line


def _read(line: str) -> AddressParts | None:
    line = _REACHED.sub("", line).strip(" .,")
    pieces = [piece for piece in _PIECE.split(line) if piece]
    named = country_code(pieces[-1]) if len(pieces) >= 3 and len(pieces[-1]) > 2 else None
    if named not in _CODELESS and named not in _OFTEN_CODELESS:
        return None
    city = pieces[-2]
    found = street_of(pieces[:-2], is_wordy=True)
    if (
        found is None
        or re.search(r"\d", city)
        or len(city.split()) > 3
        or PHONE_LIKE.search(line)
        or LEGAL_FORM.search(city)
    ):
        return None
    street = found[0]
    if not STREET_WORD.search(street) or not re.search(r"\d", street):
        return None
    return AddressParts(street=street, house_number=house_number(street), city=city, country_code=named)
