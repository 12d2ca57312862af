"""Postal addresses: structured data first, then the lines around a postal code, by the country's form."""

from __future__ import annotations

import re

from leadhouse.extraction import cyrillic_addresses, east_asian, regional_addresses, structured, vocabulary
from leadhouse.extraction.address_forms import Town, region_of, towns
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.context import Findings, Surroundings, around, around_block
from leadhouse.extraction.country import country_code
from leadhouse.extraction.guarded import guarded
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.page import Mark, Page
from leadhouse.extraction.parties import Owner, is_membership, whose
from leadhouse.extraction.post_boxes import codeless, post_boxes
from leadhouse.extraction.street_lines import (
    LEAD,
    NOT_ADDRESS,
    PHONE_LIKE,
    STREET_WORD,
    house_number,
    pieces_after,
    pieces_before,
    street_of,
)
from leadhouse.records import AddressParts, Value

_WORDY = frozenset(["IN", "PK", "LK", "BD", "NG", "KE", "PH", "AE", "SG", "MY", "ID", "TH", "VN"])


def parts_text(parts: AddressParts) -> str:
    """An address on one line: street, code and town, region, country."""
    town = " ".join(text for text in (parts.postal_code, parts.city) if text)
    return ", ".join(text for text in (parts.street, town, parts.region, parts.country_code) if text)


def extract_addresses(page: Page, country: str | None, findings: Findings, owner: Owner | None = None) -> None:
    """Put the page's addresses into `findings`, with parts; whose they are is judged like any contact."""
    for item, key, parent in structured.nested(page.json_ld + page.microdata):
        if "postaladdress" in structured.types_of(item) or key == "address":
            _structured(item, parent, findings)
    is_contact_page = contact_score(page.url) >= 0.65
    for town in towns(page, country):
        _judge(page, town, country, findings, owner, is_contact_page=is_contact_page)
    for match, parts in (
        *east_asian.addresses(page, country),
        *cyrillic_addresses.addresses(page, country),
        *regional_addresses.addresses(page, country),
    ):
        _judge_box(page, match, parts, findings, owner, is_known=False)
    for match, parts in (*codeless(page, country), *post_boxes(page, country)):
        _judge_box(page, match, parts, findings, owner)
    for lines, spot, strength in _labelled(page):
        _judge_labelled(page, lines, spot, strength, country, findings, owner)


def _structured(item: structured.Item, parent: structured.Item | None, findings: Findings) -> None:
    kinds = structured.types_of(parent or {})
    if kinds & {"review", "person", "event", "place", "jobposting", "article", "blogposting"}:
        return
    street = structured.text_of(item.get("streetAddress")) or None
    locality = structured.text_of(item.get("addressLocality"))
    if street and locality.count(",") and STREET_WORD.search(locality):  # the street goes on in the town's field
        further, _, locality = locality.rpartition(",")
        street = f"{street}, {further.strip()}"
    parts = AddressParts(
        street=street,
        house_number=house_number(street) if street else None,
        postal_code=structured.text_of(item.get("postalCode")) or None,
        city=locality.strip() or None,
        region=structured.text_of(item.get("addressRegion")) or None,
        country_code=country_code(structured.text_of(item.get("addressCountry"))),
    )
    text = parts_text(parts)
    if not (parts.street or parts.city) or len(text) > 400:
        return
    if vocabulary.PLACEHOLDER_TEXT.search(text):
        findings.reject("address", text, "placeholder", "json-ld")
        return
    findings.accept("address", Value(value=text, confidence=0.88, locator="json-ld", parts=parts))


def _judge(
    page: Page, town: Town, country: str | None, findings: Findings, owner: Owner | None, *, is_contact_page: bool
) -> None:
    pieces, opens_line = pieces_before(page, town.start)
    is_wordy = town.country in _WORDY
    city, region, rest = town.city, town.region, pieces
    if city is None:
        city, further, rest = _town_before(pieces)
        region = region or further
    found = street_of(rest, reach=7 if is_wordy else 3, is_wordy=is_wordy) or _village(rest, town)
    if found is None and town.city and (after := street_of(pieces_after(page, town.end), reach=0)):
        found = (after[0], len(rest)) if STREET_WORD.search(after[0]) else None
    if found is None or (city is None and town.region is None):
        return
    street, first = found
    spot = around(page, town.start, town.end)
    evidence = _evidence(town, rest[:first], street, spot, opens_line=opens_line) + is_contact_page
    if evidence < (3 if town.country or country is None else 4):  # a code of no shape that the site's country has
        return
    parts = AddressParts(
        street=street,
        house_number=house_number(street),
        postal_code=town.code,
        city=city,
        region=region,
        country_code=town.country,
    )
    text = parts_text(parts)
    reason = _reason(page, spot, rest[:first], text, owner) if len(text) <= 300 else "too_long"
    reason = reason or ("third_party" if _EVENT.search(f"{spot.before} {spot.after}") else None)
    if reason:
        findings.reject("address", text, reason, f"text:{spot.region}")
        return
    score = 0.72 + (0.1 if spot.region in {"footer", "address"} else 0) + (0.06 if is_contact_page else 0)
    raw = page.text[town.start : town.end]
    value = Value(value=text, confidence=round(score, 3), raw=raw[:200], locator=f"text:{spot.region}", parts=parts)
    findings.accept("address", value)


def _judge_box(
    page: Page,
    match: re.Match[str],
    parts: AddressParts,
    findings: Findings,
    owner: Owner | None,
    *,
    is_known: bool = True,
) -> None:
    """A box, or an address whose form tells it; `is_known`: it adds nothing where one of its town stands already."""
    text, spot = parts_text(parts), around(page, match.start(), match.end())
    locator = f"text:{spot.region}"
    if reason := _reason(page, spot, [], text, owner):
        findings.reject("address", text, reason, locator)
    elif not (is_known and any(value.parts and value.parts.city == parts.city for value in findings.of("address"))):
        raw = match[0].strip()[:200]
        findings.accept("address", Value(value=text, confidence=0.7, raw=raw, locator=locator, parts=parts))


def _town_before(pieces: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Town, region and the pieces before them, where the code stands last (``Nagpur, Maharashtra, India 440016``)."""
    rest = list(pieces)
    regions: list[str] = []
    while rest and (region_of(rest[-1]) or _is_country(rest[-1])):
        piece = rest.pop()
        if not _is_country(piece):
            regions.insert(0, piece)
    if not rest:
        return None, None, rest
    words = rest[-1].split()
    if len(words) > 1 and region_of(words[-1]):
        regions.insert(0, words.pop())
    if (re.search(r"\d", rest[-1]) and not _DISTRICT.fullmatch(rest[-1])) or len(words) > 4:
        street, city = _town_at_end(words)
        return city, ", ".join(regions) or None, [*rest[:-1], street] if city else rest
    return " ".join(words), ", ".join(regions) or None, rest[:-1]


def _village(pieces: list[str], town: Town) -> tuple[str, int] | None:
    """Up to two short pieces before a town whose code a word such as PIN labels: villages have no streets."""
    if not town.is_labelled:
        return None
    first = len(pieces)
    while first and len(pieces) - first < 2 and len(pieces[first - 1].split()) <= 5:
        if NOT_ADDRESS.search(pieces[first - 1]) or vocabulary.LEGAL_FORM.search(pieces[first - 1]):
            break
        first -= 1
    return (", ".join(pieces[first:]), first) if first < len(pieces) else None


def _is_country(piece: str) -> bool:
    return len(piece) > 3 and len(piece.split()) <= 4 and bool(country_code(piece))


def _town_at_end(words: list[str]) -> tuple[str, str | None]:
    """Street and town that share a piece (``22 Karee St Centurion``): the town is what follows the street's word."""
    text = " ".join(words)
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


def _evidence(town: Town, before: list[str], street: str, spot: Surroundings, *, opens_line: bool) -> int:
    """Signs that a code with words around it is an address and not a price, a year or a size."""
    has_number = house_number(street) is not None
    count = 2 if STREET_WORD.search(street) else 0
    count += has_number
    count += has_number and opens_line and town.is_line_end
    count += town.is_named + town.is_labelled
    count += bool(spot.region in {"footer", "address"} or spot.marks & Mark.CONTACT)
    count += bool(_LABEL.search(spot.heading) or LEAD.match(spot.before) or _LABEL.search(spot.above))
    count += any(vocabulary.LEGAL_FORM.search(line) for line in before[-2:])
    if re.fullmatch(r"(?:19|20)\d\d", town.code.strip()):
        count -= 1 if town.city else 3
    if spot.marks & (Mark.ARTICLE | Mark.PORTFOLIO | Mark.CODE):
        count -= 2
    return count


_DISTRICT = re.compile(r"(?:Dublin|Cork|Belfast|Colombo) \d{1,2}W?")
_EVENT = re.compile(  # where a concert is, not where its players have their office
    r"^\W*(?:[^\W\d]{2,10},?\s)?\d{1,2}(?:st|nd|rd|th|\.)?\s?(?:jan|feb|mar|apr|m[aäá]i|may|jun|jul|aug|sep|okt|oct|nov|de[cz])"
    r"|\b(?:doors (?:open )?(?:at )?\d|tickets|eintritt|einlass|vorverkauf)\b",
    re.I,
)
_THEME_ADDRESS = re.compile(
    r"a ?108 adam st|203 fake st|198 west 21|34,? brokeng?town|\bfake st(?:reet)?\b|street name|anytown|any ?city"
    r"|your (?:street|city)"
    r"|street address,? city|main street,? anytown|lorem|2 elizabeth st(?:reet)?,? melbourne"
    r"|121 king st(?:reet)?,? melbourne|1600 amphitheatre"
    r"|musterweg|beispielstra|rue de l.exemple|calle (?:falsa|ejemplo)|via esempio|voorbeeldstraat|ditt? adress"
    r"|12345 (?:musterstadt|berlin musterstr)"
    r"|\bxx+\b|0{5}|street 123\b|123 street\b|45 park avenue,? apt|795 folsom ave",
    re.I,
)  # addresses that themes show until somebody writes their own

# addresses without a postal code, known by what stands beside them --------------------------------------------------

_LABEL = re.compile(
    r"\b(?:address|adress[ea]?|anschrift|postanschrift|location|locations|office|offices|plant|branch"
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
    "so finden", "dove siamo", "où nous", "ubicación", "📍", "casa matriz", "sucursal", "niederlassung", "oficina",
    "bodega", "tienda", "showroom", "agence", "magasin", "negozio", "stabilimento", "fabrika", "merkez", "şube",
    "prodejna", "provozovna", "sídlo", "telephely", "székhely", "winkel", "kantoor",
)  # fmt: skip
_MAP = guarded(
    r"(?:google\.[a-z.]+/maps|maps\.google|goo\.gl/maps|maps\.app\.goo\.gl|openstreetmap\.org|maps\.apple"
    r"|g\.page)",
    re.I,
)
_LABELLED_LINE = re.compile(
    rf"^(?P<label>[^:\n]{{0,25}}?{_LABEL.pattern}[^:\n]{{0,20}})\s*[:–-]\s*(?P<rest>\S[^\n]{{8,180}})$", re.I
)


_REGION = re.compile(r"(?:Región|Provincia|Prov\.|Departamento|Dpto\.?|Estado|Edo\.|Comuna)\b")
_PLAIN_NUMBER = re.compile(r"(?:[A-ZÀ-Þ][\w.'’-]+ ){1,4}\d{1,5}[a-zA-Z]?\b|\d{1,5}[a-zA-Z]? [A-ZÀ-Þ]")


def _labelled(page: Page) -> list[tuple[list[str], Surroundings, float]]:
    found = [
        (link.text.split("\n"), around_block(page, link.block, link.text), 0.7)
        for link in page.links
        if link.text and 10 <= len(link.text) <= 200 and _MAP.search(link.url)
    ]
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
        elif block.is_label and len(block.text) <= 40 and _LABEL.search(block.text):
            found.append((_below(page, index), spot, 0.6))
        elif block.marks & Mark.ADDRESS and (index == 0 or not page.blocks[index - 1].marks & Mark.ADDRESS):
            found.append((_below(page, index - 1), spot, 0.6))
    return found[:30]


def _below(page: Page, index: int) -> list[str]:
    """The lines after block `index` while they look like parts of an address."""
    lines: list[str] = []
    for block in page.blocks[index + 1 : index + 9]:
        if block.tag in {"h1", "h2", "h3"} and lines:
            break
        for line in block.text.split("\n"):
            if (NOT_ADDRESS.search(line) or PHONE_LIKE.search(line)) or len(line) > 120:
                return lines[:8]
            lines.append(line.strip(" ,"))
    return lines[:8]


def _judge_labelled(
    page: Page,
    lines: list[str],
    spot: Surroundings,
    strength: float,
    country: str | None,
    findings: Findings,
    owner: Owner | None,
) -> None:
    lines = [LEAD.sub("", line).strip(" ,.•–-") for line in lines if line.strip(" ,.•–-")]
    text = ", ".join(lines)
    is_street = STREET_WORD.search(text) or (strength > 0.6 and _PLAIN_NUMBER.match(text))
    if not lines or not 10 <= len(text) <= 220 or not is_street or "," not in text or "|" in text:
        return
    if len(text.split()) > 30 or re.search(r"[.!?]\s+[A-Z]\w+ [a-z]+ [a-z]+", text):
        return
    folded = fold(text)
    known = [value.parts.street for value in findings.of("address") if value.parts and value.parts.street]
    if any(fold(street)[:12] in folded for street in known):
        return
    if reason := _reason(page, spot, lines, text, owner):
        findings.reject("address", text, reason, f"text:{spot.region}")
        return
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if len(pieces) > 2 and _REGION.match(pieces[-1]):
        pieces.pop()
    named = country_code(pieces[-1]) if len(pieces) > 1 and len(pieces[-1]) > 3 else None
    pieces = pieces[:-1] if named and len(pieces) > 2 else pieces
    street = ", ".join(pieces[:-1])
    parts = AddressParts(
        street=street, house_number=house_number(street), city=pieces[-1], country_code=named or country
    )
    value = Value(value=text, confidence=strength, raw=text, locator=f"text:{spot.region}", parts=parts)
    findings.accept("address", value)


def _reason(page: Page, spot: Surroundings, lines: list[str], text: str, owner: Owner | None) -> str | None:
    if spot.marks & Mark.HIDDEN:
        return "hidden"
    if vocabulary.PLACEHOLDER_TEXT.search(text) or _THEME_ADDRESS.search(text):
        return "placeholder"
    if reason := whose(page, spot, owner):
        return reason
    for line in (owner.without_names(line) if owner else line for line in lines[-4:]):
        if is_membership(line):
            return "authority"
        for pattern, reason in (
            (vocabulary.AUTHORITY, "authority"),
            (vocabulary.DESIGNER, "designer"),
            (vocabulary.PROTECTION_OFFICER, "data_protection_officer"),
        ):
            if pattern.search(line):
                return reason
    if spot.marks & Mark.ARTICLE and not spot.marks & Mark.FOOTER:
        return "third_party"
    return None
