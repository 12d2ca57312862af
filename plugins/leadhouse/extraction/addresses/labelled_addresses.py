"""Addresses without a postal code, known by what stands beside them: a label, a map, an ``address`` element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from leadhouse.extraction.addresses.country import country_code
from leadhouse.extraction.addresses.line_pieces import LEAD, NOT_ADDRESS, PHONE_LIKE
from leadhouse.extraction.addresses.street_lines import STREET_WORD, house_number
from leadhouse.extraction.attribution.context import Surroundings, around_block
from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.markup.places import HEADING_LEVELS
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.records import AddressParts

LABEL = re.compile(
    r"\b(?:address|adress[ea]?|adres[ae]s?|osoite|käyntiosoite|cím(?:ünk)?|anschrift|postanschrift|location|locations|office|offices|plant|branch"
    r"|headquarters?|siège|sede"
    r"|indirizzo|dirección|domicilio|endereço|adres|visit us|find us|come see us|where (?:we are"
    r"|to find us)|địa chỉ|διεύθυνση|адрес|العنوان|adresă|sediu|aadress|standort|so finden sie uns|dove siamo"
    r"|où nous trouver|ubicación|casa matriz|sucursal|niederlassung|oficinas?|bodega|tienda|showroom|agence|magasin"
    r"|negozio|stabilimento|fabrika|merkez|şube|prodejna|provozovna|sídlo|telephely|székhely|winkel|kantoor)\b|📍",
    re.I,
)
_LABEL_STEMS = (
    "addres", "adres", "anschrift", "location", "office", "plant", "branch", "headquarter", "siège", "sede",
    "indirizzo", "dirección", "domicilio", "endereço", "visit us", "find us", "see us", "where ", "standort",
    "địa chỉ", "διεύθυνση", "адрес", "العنوان", "sediu", "aadress",
    "osoite", "cím", "so finden", "dove siamo", "où nous", "ubicación", "📍", "casa matriz", "sucursal",
    "niederlassung", "oficina", "bodega", "tienda", "showroom", "agence", "magasin", "negozio", "stabilimento",
    "fabrika", "merkez", "şube", "prodejna", "provozovna", "sídlo", "telephely", "székhely", "winkel", "kantoor",
)  # fmt: skip
_MAP = guarded(
    r"(?:google\.[a-z.]+/maps|maps\.google|goo\.gl/maps|maps\.app\.goo\.gl|openstreetmap\.org|maps\.apple"
    r"|g\.page)",
    re.I,
)
_LABELLED_LINE = re.compile(
    rf"^(?P<label>[^:\n]{{0,25}}?{LABEL.pattern}[^:\n]{{0,20}})\s*[:–-]\s*(?P<rest>\S[^\n]{{8,180}})$", re.I
)
_CONTACT_PAGE = 0.8  # of `contact_score`
_NUMBERED = re.compile(r"\d{1,5}[A-Za-z]?(?: [A-ZÀ-Þ][\w'’.-]+){1,4}")
_PLACE = re.compile(r"[A-ZÀ-Þ][^\W\d]['’.\w-]*(?: [^\W\d][\w'’.-]*){0,3}")
_REGION = re.compile(r"(?:Región|Provincia|Prov\.|Departamento|Dpto\.?|Estado|Edo\.|Comuna)\b")
_STATE = re.compile(r"(?:Co\.?|County) [A-ZÀ-Þ][\w’']+|[A-Z]{2,3}")  # behind the town
_PLAIN_NUMBER = re.compile(r"(?:[A-ZÀ-Þ][\w.'’-]+ ){1,4}\d{1,5}[a-zA-Z]?\b|\d{1,5}[a-zA-Z]? [A-ZÀ-Þ]")


@dataclass(frozen=True, slots=True)
class LabelledAddress:
    """Lines that read as an address, as one text and in parts; `confidence` 0..1 by what pointed to them."""

    lines: list[str]
    text: str
    parts: AddressParts
    spot: Surroundings
    confidence: float


def labelled_addresses(page: Page, country: str | None) -> Iterator[LabelledAddress]:
    """What a page labels as an address and reads as one; whose it is, is for the caller to judge."""
    for raw_lines, spot, confidence in _places(page):
        lines = [LEAD.sub("", line).strip(" ,.•–-") for line in raw_lines if line.strip(" ,.•–-")]
        text = ", ".join(lines)
        if lines and _reads_as_address(text, confidence) and (parts := _parts(text, country)):
            yield LabelledAddress(lines, text, parts, spot, confidence)


def _reads_as_address(text: str, confidence: float) -> bool:
    is_street = STREET_WORD.search(text) or (confidence > 0.6 and _PLAIN_NUMBER.match(text))
    if not 10 <= len(text) <= 220 or not is_street or "," not in text or "|" in text:
        return False
    return len(text.split()) <= 30 and not re.search(r"[.!?]\s+[A-Z]\w+ [a-z]+ [a-z]+", text)


def _parts(text: str, country: str | None) -> AddressParts | None:
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if len(pieces) > 2 and _REGION.match(pieces[-1]):
        pieces.pop()
    named = country_code(pieces[-1]) if len(pieces) > 1 and len(pieces[-1]) > 3 else None
    if named and len(pieces) == 2:
        return None  # a street whose town no mark parts from it
    pieces = pieces[:-1] if named else pieces
    region = pieces.pop() if len(pieces) > 2 and _STATE.fullmatch(pieces[-1]) else None
    street = ", ".join(pieces[:-1])
    return AddressParts(
        street=street,
        house_number=house_number(street),
        city=pieces[-1],
        region=region,
        country_code=named or country,
    )


def _places(page: Page) -> list[tuple[list[str], Surroundings, float]]:
    """Lines that a link to a map, a label or an `address` element says are an address, and how sure that is."""
    found = [
        (link.text.split("\n"), around_block(page, link.block, link.text), 0.7)
        for link in page.links
        if link.text and 10 <= len(link.text) <= 200 and _is_map(link.url)
    ]
    if contact_score(page.url) >= _CONTACT_PAGE:
        found += _of_named_town(page)
    labelled = {index for index in page.blocks_with(_LABEL_STEMS) if len(page.blocks[index].text) <= 250}
    marked = {index for index, block in enumerate(page.blocks) if block.marks & Mark.ADDRESS}
    for index in sorted(labelled | marked):
        block, is_labelled = page.blocks[index], index in labelled
        spot = Surroundings("", "", "", block.heading, block.outline, block.marks)
        lines = block.text.split("\n")
        said = [(number, match) for number, line in enumerate(lines) if (match := _LABELLED_LINE.match(line))]
        if is_labelled and said:
            ends = [number for number, _ in said[1:]] + [len(lines)]
            for (number, match), end in zip(said, ends, strict=True):
                found.append(([match["rest"], *lines[number + 1 : min(end, number + 4)]], spot, 0.62))
        elif block.is_label and len(block.text) <= 40 and LABEL.search(block.text):
            found.append((_below(page, index), spot, 0.6))
        elif block.marks & Mark.ADDRESS and (index == 0 or not page.blocks[index - 1].marks & Mark.ADDRESS):
            found.append((_below(page, index - 1), spot, 0.6))
    return found[:30]


@lru_cache(maxsize=20_000)  # menus repeat
def _is_map(url: str) -> bool:
    return _MAP.search(url) is not None


def _of_named_town(page: Page) -> list[tuple[list[str], Surroundings, float]]:
    """Blocks of a numbered line and one or two others, the last the town that the site's title or host names."""
    named = fold(f"{page.title} {page.host}")
    found = []
    for block in page.blocks:
        lines = block.text.split("\n") if len(block.text) <= 120 else []
        if not 2 <= len(lines) <= 3 or not _NUMBERED.fullmatch(lines[0]) or not all(map(_PLACE.fullmatch, lines[1:])):
            continue
        if len(town := fold(lines[-1])) >= 4 and town in named:
            found.append((lines, Surroundings("", "", "", block.heading, block.outline, block.marks), 0.62))
    return found


def _below(page: Page, index: int) -> list[str]:
    """The lines after block `index` while they look like parts of an address."""
    lines: list[str] = []
    for block in page.blocks[index + 1 : index + 9]:
        if block.tag in HEADING_LEVELS and lines:
            break
        for line in block.text.split("\n"):
            if (NOT_ADDRESS.search(line) or PHONE_LIKE.search(line)) or len(line) > 120:
                return lines[:8]
            lines.append(line.strip(" ,"))
    return lines[:8]
