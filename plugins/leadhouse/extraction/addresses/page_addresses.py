"""Postal addresses: structured data first, then the lines around a postal code, by the country's form."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction import east_asian
from leadhouse.extraction.addresses import cyrillic_addresses, regional_addresses
from leadhouse.extraction.addresses.address_forms import Town, towns
from leadhouse.extraction.addresses.code_shapes import fits
from leadhouse.extraction.addresses.country import country_code
from leadhouse.extraction.addresses.known_towns import known_towns
from leadhouse.extraction.addresses.labelled_addresses import LABEL, LabelledAddress, labelled_addresses
from leadhouse.extraction.addresses.line_pieces import LEAD, pieces_after, pieces_before
from leadhouse.extraction.addresses.mexican_codes import labelled_codes
from leadhouse.extraction.addresses.post_boxes import codeless, post_boxes
from leadhouse.extraction.addresses.street_lines import STREET_WORD, house_number, names_road, street_of
from leadhouse.extraction.addresses.town_before_code import is_country, town_before, village
from leadhouse.extraction.attribution.context import Findings, Surroundings, around
from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.attribution.parties import Owner, is_membership, whose
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.records import AddressParts, Value

_WORDY = frozenset(["IN", "PK", "LK", "BD", "NG", "KE", "PH", "AE", "SG", "MY", "ID", "TH", "VN"])
_DETAILED = frozenset(["MX", "CO", "AR", "PE", "CL", "EC", "BR", "TR"])  # name the block, the floor and the quarter
_CITY_STATES = {"SG": "Singapore"}
_FULL_STOP = re.compile(r"(?<=[a-zà-ÿ]{4})\.\s+(?=[A-ZÀ-Þ])")  # ``Col. Roma Norte. Del. Cuauhtémoc``
_PLAIN = re.compile(  # a street of no street's word and its number
    r"(?!(?i:since|est|found|seit|desde|depuis|dal|fundad|gegr)\w*\b)"
    r"(?:[A-ZÀ-Þ][\w.'’-]+ (?:(?:de|del|la|el|los|las|da|do|dos|das|di|van|der|den) )*){1,4}#?\d{1,5}\b"
)
_PIN = re.compile(r"\s*[\u2302\U0001f3e0-\U0001f3e6\U0001f4cc\U0001f4cd\U0001f5fa\u2691]")  # before an address
_STATE_BEFORE_CODE = frozenset(["AU", "BR", "IN", "MY"])
_BESIDE = re.compile(r"@|\+\d{2}|\btel|\bphone|\bfax\b|\bt[ée]l[ée]f|\bcall us|\(0\d|☎|📞", re.I)  # of a contact
_EVENT = re.compile(  # where a concert is, not where its players have their office
    r"^\W*(?:[^\W\d]{2,10},?\s)?\d{1,2}(?:st|nd|rd|th|\.)?\s?(?:jan|feb|mar|apr|m[aäá]i|may|jun|jul|aug|sep|okt|oct|nov|de[cz])"
    r"|\b(?:doors (?:open )?(?:at )?\d|tickets|eintritt|einlass|vorverkauf)\b",
    re.I,
)
_THEME_ADDRESS = re.compile(  # what themes show until somebody writes their own
    r"a ?108 adam st|203 fake st|198 west 21|34,? brokeng?town|\bfake st(?:reet)?\b|street name|anytown|any ?city"
    r"|your (?:street|city)"
    r"|street address,? city|main street,? anytown|lorem|2 elizabeth st(?:reet)?,? melbourne"
    r"|121 king st(?:reet)?,? melbourne|1600 amphitheatre"
    r"|musterweg|beispielstra|rue de l.exemple|calle (?:falsa|ejemplo)|via esempio|voorbeeldstraat|ditt? adress"
    r"|12345 (?:musterstadt|berlin musterstr)"
    r"|\bxx+\b|0{5}|street 123\b|123 street\b|45 park avenue,? apt|795 folsom ave",
    re.I,
)


def parts_text(parts: AddressParts) -> str:
    """An address on one line: street, code and town, region, country."""
    town = " ".join(text for text in (parts.postal_code, parts.city) if text)
    return ", ".join(text for text in (parts.street, town, parts.region, parts.country_code) if text)


def extract_addresses(page: Page, country: str | None, findings: Findings, owner: Owner | None = None) -> None:
    """Put the page's addresses into `findings`, with parts; whose they are is judged like any contact."""
    for item, key, parent in structured.nested(page.json_ld + page.microdata):
        if "postaladdress" in structured.types_of(item) or key == "address":
            _structured(item, parent, country, findings)
    is_contact_page = contact_score(page.url) >= 0.65
    sure = list(labelled_codes(page)) if country == "MX" else []
    coded = [*sure, *(town for town in towns(page, country) if not any(map(town.overlaps, sure)))]
    for town in coded:
        _judge(page, town, country, findings, owner, is_contact_page=is_contact_page)
    for match, parts in (
        *east_asian.addresses(page, country),
        *cyrillic_addresses.addresses(page, country),
        *regional_addresses.addresses(page, country),
    ):
        _judge_box(page, match, parts, findings, owner, is_known=False)
    for town in known_towns(page, country):
        if any(other.start <= town.end and town.start <= other.end + 3 for other in coded if other.country):
            continue  # its code stands beside it
        _judge(page, town, country, findings, owner, is_contact_page=is_contact_page)
    for match, parts in (*codeless(page, country), *post_boxes(page, country)):
        _judge_box(page, match, parts, findings, owner)
    for found in labelled_addresses(page, country):
        _judge_labelled(page, found, findings, owner)


def _structured(item: structured.Item, parent: structured.Item | None, country: str | None, findings: Findings) -> None:
    kinds = structured.types_of(parent or {})
    if kinds & {"review", "person", "event", "place", "jobposting", "article", "blogposting"}:
        return
    street = structured.text_of(item.get("streetAddress")) or None
    locality = structured.text_of(item.get("addressLocality"))
    if street and locality.count(",") and STREET_WORD.search(locality):  # the street goes on in the town's field
        further, _, locality = locality.rpartition(",")
        street = f"{street}, {further.strip()}"
    code = structured.text_of(item.get("postalCode")) or None
    stated = country_code(structured.text_of(item.get("addressCountry")))
    parts = AddressParts(
        street=street,
        house_number=house_number(street) if street else None,
        postal_code=code,
        city=locality.strip() or None,
        region=structured.text_of(item.get("addressRegion")) or None,
        country_code=stated or (country if code and fits(code, country) else None),
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
    if town.country in _DETAILED:
        pieces = [part for piece in pieces for part in _FULL_STOP.split(piece)]
    is_wordy = town.country in _WORDY
    city, region, rest = town.city, town.region, pieces
    if city is None:
        city, further, rest = town_before(pieces)
        if town.country in _CITY_STATES:
            rest = pieces[:-1] if pieces and is_country(pieces[-1]) else pieces
            city = _CITY_STATES[town.country]
        region = region or further
    named = _behind_owner(rest, owner)
    is_unnumbered = town.country in {"GB", "IE", "FR"}
    found = street_of(
        rest[named:],
        reach=7 if is_wordy else 5 if town.country in _DETAILED else 3,
        is_wordy=is_wordy,
        is_unnumbered=is_unnumbered,
    )
    found = (found[0], found[1] + named) if found else village(rest, town)
    if found is None and town.city and (after := street_of(pieces_after(page, town.end), reach=0)):
        found = (after[0], len(rest)) if STREET_WORD.search(after[0]) else None
    if found is None or (city is None and town.region is None) or (city or "").endswith(":"):
        return
    street, first = found
    spot = around(page, town.start, town.end)
    evidence = _evidence(town, rest[:first], street, spot, opens_line=opens_line) + is_contact_page
    evidence += town.city is None and region is not None and town.country in _STATE_BEFORE_CODE
    if evidence in {2, 3, 4} and _BESIDE.search(page.text, max(0, town.start - 200), town.end + 120):
        evidence += 1
    if not town.code:
        is_labelled = bool((len(spot.above) <= 40 and _is_label(spot.above)) or LEAD.match(spot.before))
        if not _stands_without_code(town, street, evidence, findings, is_labelled=is_labelled):
            return
    if evidence < (3 if town.country or country is None else 4):  # a code of no shape that the site's country has
        return
    parts = AddressParts(
        street=street,
        house_number=house_number(street),
        postal_code=town.code or None,
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


def _stands_without_code(town: Town, street: str, evidence: int, findings: Findings, *, is_labelled: bool) -> bool:
    """Whether a street before a town without a code is an address: a road with its number, one sign, not yet known."""
    is_road = names_road(street)
    if house_number(street) is None:
        if not is_road or town.country not in _WORDY or evidence < (4 if town.is_named else 5):
            return False
    elif evidence < (3 if is_labelled else 4) or not (is_road or _PLAIN.match(street)):
        return False
    return not _is_known(street, findings)


def _is_known(text: str, findings: Findings) -> bool:
    """Whether an address of the page begins as a street does, or the other way round."""
    folded = fold(text)
    known = [fold(value.parts.street) for value in findings.of("address") if value.parts and value.parts.street]
    return any(street[:12] in folded or folded[:12] in street for street in known)


def _behind_owner(pieces: list[str], owner: Owner | None) -> int:
    """Index of the first piece behind the owner's name, which is no part of the street (``... Youth Center``)."""
    if owner is None:
        return 0
    named = (
        index
        for index, piece in enumerate(pieces[:-1], 1)
        if not re.search(r"\d", piece) and owner.is_headed(piece) and (len(piece) > 20 or not STREET_WORD.search(piece))
    )
    return max(named, default=0)


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
    elif not is_known or not (_has_town(parts.city, findings) or (parts.street and _is_known(parts.street, findings))):
        raw = match[0].strip()[:200]
        findings.accept("address", Value(value=text, confidence=0.7, raw=raw, locator=locator, parts=parts))


def _has_town(city: str | None, findings: Findings) -> bool:
    return any(value.parts and value.parts.city == city for value in findings.of("address"))


def _evidence(town: Town, before: list[str], street: str, spot: Surroundings, *, opens_line: bool) -> int:
    """Signs that a code with words around it is an address and not a price, a year or a size."""
    has_number = house_number(street) is not None
    count = 2 if STREET_WORD.search(street) else 0
    count += has_number
    count += has_number and opens_line and town.is_line_end
    count += town.is_named + town.is_labelled
    count += bool(spot.region in {"footer", "address"} or spot.marks & Mark.CONTACT)
    is_labelled = _is_label(spot.heading) or _is_label(spot.above) or LEAD.match(spot.before)
    count += bool(is_labelled or _PIN.match(spot.before))
    count += any(vocabulary.LEGAL_FORM.search(line) for line in before[-2:])
    if re.fullmatch(r"19\d\d|20[0-3]\d", town.code.strip()):
        count -= 1 if town.city else 3
    if spot.marks & (Mark.ARTICLE | Mark.PORTFOLIO | Mark.CODE):
        count -= 2
    return count


def _judge_labelled(page: Page, found: LabelledAddress, findings: Findings, owner: Owner | None) -> None:
    if _is_known(found.text, findings):
        return
    locator = f"text:{found.spot.region}"
    if reason := _reason(page, found.spot, found.lines, found.text, owner):
        findings.reject("address", found.text, reason, locator)
        return
    value = Value(value=found.text, confidence=found.confidence, raw=found.text, locator=locator, parts=found.parts)
    findings.accept("address", value)


@lru_cache(maxsize=5_000)
def _is_placeholder(text: str) -> bool:
    return bool(vocabulary.PLACEHOLDER_TEXT.search(text) or _THEME_ADDRESS.search(text))


@lru_cache(maxsize=20_000)
def _role_of(line: str) -> str | None:
    """Which third party a line before a street names."""
    if is_membership(line):
        return "authority"
    for pattern, reason in (
        (vocabulary.AUTHORITY, "authority"),
        (vocabulary.DESIGNER, "designer"),
        (vocabulary.PROTECTION_OFFICER, "data_protection_officer"),
    ):
        if pattern.search(line):
            return reason
    return None


@lru_cache(maxsize=20_000)
def _is_label(text: str) -> bool:
    return LABEL.search(text) is not None


def _reason(page: Page, spot: Surroundings, lines: list[str], text: str, owner: Owner | None) -> str | None:
    if spot.marks & Mark.HIDDEN:
        return "hidden"
    if _is_placeholder(text):
        return "placeholder"
    if reason := whose(page, spot, owner):
        return reason
    for line in (owner.without_names(line) if owner else line for line in lines[-4:]):
        if reason := _role_of(line):
            return reason
    if spot.marks & Mark.ARTICLE and not spot.marks & Mark.FOOTER:
        return "third_party"
    return None
