"""Postal addresses: structured data first, then the lines around a postal code, by the country's form."""

from __future__ import annotations

import re

from leadhouse.extraction import structured, vocabulary
from leadhouse.extraction.address_forms import (
    AFTER_CITY,
    BEFORE_CITY,
    LEAD,
    NOT_ADDRESS,
    PHONE_LIKE,
    STREET_WORD,
    address_parts,
    code_matches,
    find_street,
    is_code_for,
    lines_before,
    parts_text,
)
from leadhouse.extraction.context import Findings, Surroundings, around, around_block, third_party
from leadhouse.extraction.country import country_code
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.page import Mark, Page
from leadhouse.extraction.page_kind import contact_score
from leadhouse.records import AddressParts, Value


def extract_addresses(page: Page, country: str | None, findings: Findings) -> None:
    """Put the page's addresses into `findings`, with parts; whose they are is judged like any contact."""
    for item, key, parent in structured.nested(page.json_ld + page.microdata):
        if "postaladdress" in structured.types_of(item) or key == "address":
            _structured(item, parent, findings)
    is_contact_page = contact_score(page.url) >= 0.65
    for match, code in code_matches(page, country):
        _judge(page, match, code, country, is_contact_page, findings)
    for lines, spot, strength in _labelled(page):
        _judge_labelled(page, lines, spot, strength, country, findings)


def _structured(item: structured.Item, parent: structured.Item | None, findings: Findings) -> None:
    kinds = structured.types_of(parent or {})
    if kinds & {"review", "person", "event", "place", "jobposting", "article", "blogposting"}:
        return
    parts = AddressParts(
        street=structured.text_of(item.get("streetAddress")) or None,
        postal_code=structured.text_of(item.get("postalCode")) or None,
        city=structured.text_of(item.get("addressLocality")) or None,
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
    page: Page, match: re.Match[str], code: str, country: str | None, is_contact_page: bool, findings: Findings
) -> None:
    if not is_code_for(code, country) and match.re in {BEFORE_CITY, AFTER_CITY}:
        return
    lines = lines_before(page, match)
    street = find_street(lines)
    if street is None:
        return
    spot = around(page, match.start(), match.end())
    if _evidence(lines, street, code, spot) + is_contact_page < 3:
        return
    parts = address_parts(match, code, street, country)
    text = parts_text(parts)
    reason = _reason(spot, lines, text) if len(text) <= 300 else "too_long"
    if reason:
        findings.reject("address", text, reason, f"text:{spot.region}")
        return
    score = 0.72 + (0.1 if spot.region in {"footer", "address"} else 0) + (0.06 if is_contact_page else 0)
    value = Value(
        value=text, confidence=round(score, 3), raw=match[0][:200], locator=f"text:{spot.region}", parts=parts
    )
    findings.accept("address", value)


def _evidence(lines: list[str], street: str, code: str, spot: Surroundings) -> int:
    """Signs that a code with words around it is an address and not a price, a year or a size."""
    count = 2 if STREET_WORD.search(street) else 0
    count += bool(re.search(r"(?:^|\s)\d{1,5}\s?[a-zA-Z]?$|^\d{1,5}[\s,]", street))
    count += bool(spot.region in {"footer", "address"} or spot.marks & Mark.CONTACT)
    count += bool(_LABEL.search(spot.heading) or LEAD.match(lines[-1]) or _LABEL.search(spot.above))
    count += any(vocabulary.LEGAL_FORM.search(line) for line in lines[:-1])
    if re.fullmatch(r"(?:19|20)\d\d", code.strip()):
        count -= 1
    if spot.marks & (Mark.ARTICLE | Mark.PORTFOLIO | Mark.CODE):
        count -= 2
    return count


# addresses without a postal code, known by what stands beside them --------------------------------------------------

_LABEL = re.compile(
    r"\b(?:address|adress[ea]?|anschrift|postanschrift|location|locations|office|offices|plant|branch"
    r"|headquarters?|siège|sede"
    r"|indirizzo|dirección|domicilio|endereço|adres|visit us|find us|come see us|where (?:we are"
    r"|to find us)|standort|so finden sie uns|dove siamo|où nous trouver|ubicación)\b|📍",
    re.I,
)
_MAP = re.compile(
    r"(?:google\.[a-z.]+/maps|maps\.google|goo\.gl/maps|maps\.app\.goo\.gl|openstreetmap\.org|maps\.apple"
    r"|g\.page)",
    re.I,
)
_LABELLED_LINE = re.compile(
    rf"^(?P<label>[^:\n]{{0,25}}?{_LABEL.pattern}[^:\n]{{0,20}})\s*[:–-]\s*(?P<rest>\S[^\n]{{8,180}})$", re.I
)


def _labelled(page: Page) -> list[tuple[list[str], Surroundings, float]]:
    found = [
        (link.text.split("\n"), around_block(page, link.block, link.text), 0.7)
        for link in page.links
        if link.text and 10 <= len(link.text) <= 200 and _MAP.search(link.url)
    ]
    for index, block in enumerate(page.blocks):
        spot = Surroundings("", "", "", block.heading, block.outline, block.marks)
        if len(block.text) <= 250 and (match := _LABELLED_LINE.match(block.text.split("\n")[0])):
            found.append(([match["rest"], *block.text.split("\n")[1:4]], spot, 0.62))
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
    page: Page, lines: list[str], spot: Surroundings, strength: float, country: str | None, findings: Findings
) -> None:
    lines = [LEAD.sub("", line).strip(" ,.•–-") for line in lines if line.strip(" ,.•–-")]
    text = ", ".join(lines)
    if not lines or not 10 <= len(text) <= 220 or not STREET_WORD.search(text) or "," not in text:
        return
    if len(text.split()) > 30 or re.search(r"[.!?]\s+[A-Z]\w+ [a-z]+ [a-z]+", text):
        return
    folded = fold(text)
    known = [value.parts.street for value in findings.of("address") if value.parts and value.parts.street]
    if any(fold(street)[:12] in folded for street in known):
        return
    if reason := _reason(spot, lines, text):
        findings.reject("address", text, reason, f"text:{spot.region}")
        return
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    named = country_code(pieces[-1]) if len(pieces) > 1 and len(pieces[-1]) > 3 else None
    pieces = pieces[:-1] if named and len(pieces) > 2 else pieces
    parts = AddressParts(street=", ".join(pieces[:-1]), city=pieces[-1], country_code=named or country)
    value = Value(value=text, confidence=strength, raw=text, locator=f"text:{spot.region}", parts=parts)
    findings.accept("address", value)


def _reason(spot: Surroundings, lines: list[str], text: str) -> str | None:
    if spot.marks & Mark.HIDDEN:
        return "hidden"
    if vocabulary.PLACEHOLDER_TEXT.search(text):
        return "placeholder"
    if reason := third_party(spot):
        return reason
    for line in lines[-4:]:
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
