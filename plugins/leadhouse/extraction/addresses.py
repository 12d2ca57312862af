"""Postal addresses: structured data first, then the lines around a postal code, by the country's form."""

from __future__ import annotations

import re
from typing import Any

from leadhouse.extraction import structured, vocabulary
from leadhouse.extraction.context import Findings, Surroundings, around, around_block, third_party
from leadhouse.extraction.country import country_code
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.page import Mark, Page
from leadhouse.extraction.page_kind import contact_score
from leadhouse.extraction.vocabulary import words
from leadhouse.records import AddressParts, Value

_CITY = (
    r"(?P<city>[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w'’.\-]*(?:[ /\-](?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ(][\w'’.\-)]*|am|an|der|den|im|in|ob"
    r"|bei|de|del|della|dei|di|la|le|les|du|sur|sous|en|y|e|el|los|das|do|da|op|aan|i|v\.?|d\.)){0,5})"
)
_NAMED_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland"
    "|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New "
    "Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon"
    "|Pennsylvania|Rhode Island|South Carolina|South "
    "Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
)
_US_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]"
    rf"|T[NX]|UT|V[AT]|W[AIVY]|{_NAMED_STATES})"
)
_FIVE = words("DE FR IT ES FI SE EE HR TR MX GR CZ SK UA MY TH KR LT MA DZ TN EG SA PE CR")
_FOUR = words("AT CH BE DK NO HU SI BG LU AU NZ ZA PH TN CY LV GE AM")
_BEFORE_CITY = re.compile(
    rf"(?<![\w+/.-])(?P<code>(?:(?:DE|D|A|AT|CH|B|BE|F|FR|I|IT|E|ES|DK|N|NO|S|SE|L|LU|FI|FIN|CZ|SK|PL"
    rf"|NL)[- ]{{1,2}})?(?:\d{{5}}|\d{{4}}(?:\s?[A-Z]{{2}}(?![a-z]))?|\d{{3}} \d{{2}}|\d{{2}}-\d{{3}}"
    rf"|\d{{4}}-\d{{3}}|\d{{5}}-\d{{3}}))"
    rf",?[ \u00a0]{{1,3}}(?:[-–][ ])?{_CITY}"
)
_US = re.compile(
    rf"(?P<city>[A-Z][\w'.\- ]{{1,40}}?),?[ \n]+(?P<region>{_US_STATE})\.?,?[ \n]+(?P<code>\d{{5}}(?:-\d{{4}})?)(?!\d)"
)
_GB = re.compile(
    r"(?<!\w)(?P<code>(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d(?:\d|[ABEHMNPRV-Y])?"
    r"|\d[A-HJKPS-UW]) ?\d[ABD-HJLNP-UW-Z]{2}))(?!\w)"
)
_CA = re.compile(r"(?<!\w)(?P<code>[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d)(?!\w)")
_AFTER_CITY = re.compile(
    r"(?P<city>[A-Z][\w'.]*(?: [A-Z(][\w'.)]*){0,3})[ ]?(?:\([^)\n]{2,30}\))?,?[ ]?(?:[-–—,:.][ ]?)?(?:(?:PIN"
    r"|Pin|P\.O\.|Postal Code|Pincode)[ :.-]*)?(?P<code>\d{3}[ ]?\d{3}|\d{6}|\d{4,5})(?![\d/.-])"
)
_STREET_WORD = re.compile(
    r"stra(?:ß|ss)e|str\.|straat|laan|dreef|plein|weg\b|gasse|platz|allee|ufer|ring\b|damm\b|chaussee"
    r"|\bam \w|\bstreet\b|\bst\b\.?|\broad\b|\brd\b|\bavenue\b|\bave?\b\.?|\bboulevard\b|\bblvd\b"
    r"|\bdrive\b|\bdr\b|\blane\b|\bln\b|\bcourt\b|\bway\b|\bsquare\b|\bmews\b|\bcrescent\b"
    r"|\bterrace\b|\bparade\b|\bhighway\b|\bhwy\b|\bsuite\b|\bfloor\b|\blevel\b|\bunit\b|\bbuilding\b"
    r"|\btower\b|\bhouse\b|\bplot\b|\bcomplex\b|\bnagar\b|\bmarg\b|\bnear\b|\bopp\b|\bsector\b"
    r"|\bestate\b|\bpark\b|\bplaza\b|\bbrgy\b|\bbarangay\b|\bpurok\b"
    r"|\brue\b|\bavenue\b|\bplace\b|\bchemin\b|\bimpasse\b|\ballée\b|\bquai\b|\bbp\b|\bb\.p\.|\bvia\b"
    r"|\bviale\b|\bpiazza\b|\bcorso\b|\blargo\b|\bvicolo\b|\bstrada\b|\bloc\.|\bcalle\b|\bc/|\bavda\b"
    r"|\bav\.|\bavenida\b|\bplaza\b|\bpaseo\b|\bcarrer\b|\bcamino\b|\bcarretera\b|\brua\b|\bpraça\b"
    r"|\btravessa\b"
    r"|gata\b|gatan\b|vegen\b|veien\b|vei\b|vej\b|gade\b|vägen\b|katu\b|tie\b|\bul\.|\bulica\b"
    r"|\baleja\b|\bal\.|utca\b|\bút\b|\btér\b|p\.?\s?o\.? box|postfach|h\.?\s?no",
    re.I,
)
_HOUSE_NUMBER = re.compile(r"(?:^|[\s,])(?:n[°º.]?\s?)?\d{1,5}\s?[a-zA-Z]?(?:[-/–]\d{1,4}[a-zA-Z]?)?(?=$|[\s,;.])")
_NOT_ADDRESS = re.compile(
    r"@|https?:|www\.|(?<![a-z])(?:tel|fon|phone|fax|mobil|mobile|e-?mail|copyright|©|iban|bic|ust|vat"
    r"|p\.?\s?iva|open|hours|uhr|mon|montag|öffnungszeit)(?![a-z])|[?!]",
    re.I,
)
_LEAD = re.compile(
    r"^(?:our |unsere |the )?(?:(?:postal |mailing |registered |head |main |business |street "
    r"|corporate |visiting )*(?:address|office|location)|adress[ea]?|anschrift|postanschrift|sitz"
    r"|siège(?: social)?|sede(?: legale| operativa)?|indirizzo|dirección|domicilio(?: social)?"
    r"|endereço|adres|besøksadresse|bezoekadres|find us|visit us|où|dove siamo|standort)\s*[:\-–|]\s*",
    re.I,
)


def _parts_text(parts: AddressParts) -> str:
    town = " ".join(text for text in (parts.postal_code, parts.city) if text)
    return ", ".join(text for text in (parts.street, town, parts.region, parts.country_code) if text)


def extract_addresses(page: Page, country: str | None, findings: Findings) -> None:
    """Put the page's addresses into `findings`, with parts; whose they are is judged like any contact."""
    for item, key, parent in structured.nested(page.json_ld + page.microdata):
        if "postaladdress" in structured.types_of(item) or key == "address":
            _structured(item, parent, findings)
    is_contact_page = contact_score(page.url) >= 0.65
    for match, code in _matches(page, country):
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
    text = _parts_text(parts)
    if not (parts.street or parts.city) or len(text) > 400:
        return
    if vocabulary.PLACEHOLDER_TEXT.search(text):
        findings.reject("address", text, "placeholder", "json-ld")
        return
    findings.accept("address", Value(value=text, confidence=0.88, locator="json-ld", parts=parts))


def _matches(page: Page, country: str | None) -> list[tuple[re.Match[str], str]]:
    found: list[tuple[re.Match[str], str]] = []
    text = page.text
    patterns: list[re.Pattern[str]] = []
    if country in {"GB", "IE", None} and _GB.search(text):
        patterns.append(_GB)
    if country == "CA":
        patterns.append(_CA)
    if country in {"US", "CA", "PR", None}:
        patterns.append(_US)
    if country in {
        "IN",
        "SG",
        "CN",
        "NZ",
        "AU",
        "ZA",
        "PH",
        "LK",
        "PK",
        "NG",
        "KE",
        "MY",
        "CL",
        "AR",
        "CO",
        "AE",
        "TH",
    }:
        patterns.append(_AFTER_CITY)
    if country not in {"US", "GB", "CA", "IN", "IE", "AU", "NZ", "SG"}:
        patterns.append(_BEFORE_CITY)
    for pattern in patterns:
        found.extend((match, match["code"]) for match in pattern.finditer(text))
    return found[:60]


def _is_code_for(code: str, country: str | None) -> bool:
    digits = re.sub(r"\D", "", code)
    if country in _FIVE:
        return len(digits) == 5
    if country in _FOUR:
        return len(digits) == 4
    if country == "IN":
        return len(digits) == 6 and digits[0] != "0"
    if country == "NL":
        return bool(re.search(r"\d{4}\s?[A-Z]{2}$", code))
    if country in {"PL", "PT", "BR"}:
        return "-" in code
    return True


def _judge(
    page: Page, match: re.Match[str], code: str, country: str | None, is_contact_page: bool, findings: Findings
) -> None:
    if not _is_code_for(code, country) and match.re in {_BEFORE_CITY, _AFTER_CITY}:
        return
    lines = _lines_before(page, match)
    street = _street(lines)
    if street is None:
        return
    spot = around(page, match.start(), match.end())
    if _evidence(lines, street, code, spot) + is_contact_page < 3:
        return
    parts = _parts(match, code, street, country)
    text = _parts_text(parts)
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
    count = 2 if _STREET_WORD.search(street) else 0
    count += bool(re.search(r"(?:^|\s)\d{1,5}\s?[a-zA-Z]?$|^\d{1,5}[\s,]", street))
    count += bool(spot.region in {"footer", "address"} or spot.marks & Mark.CONTACT)
    count += bool(_LABEL.search(spot.heading) or _LEAD.match(lines[-1]) or _LABEL.search(spot.above))
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
            if _NOT_ADDRESS.search(line) or len(line) > 120:
                return lines[:8]
            lines.append(line.strip(" ,"))
    return lines[:8]


def _judge_labelled(
    page: Page, lines: list[str], spot: Surroundings, strength: float, country: str | None, findings: Findings
) -> None:
    lines = [_LEAD.sub("", line).strip(" ,.•–-") for line in lines if line.strip(" ,.•–-")]
    text = ", ".join(lines)
    if not lines or not 10 <= len(text) <= 220 or not _STREET_WORD.search(text) or "," not in text:
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


def _lines_before(page: Page, match: re.Match[str]) -> list[str]:
    """The text before the town on its line, and up to five lines above while they look like an address."""
    start, _ = page.line_at(match.start())
    lines = [page.text[max(start, match.start() - 200) : match.start()].strip(" ,–-|•·\t")]
    end = start - 1
    for _ in range(5):
        if end <= 0:
            break
        begin = page.text.rfind("\n", 0, end) + 1
        line = page.text[begin:end].strip(" ,")
        if len(line) > 90 or not line or _NOT_ADDRESS.search(line):
            break
        lines.insert(0, line)
        end = begin - 1
    return lines


def _street(lines: list[str]) -> str | None:
    """The street part: the same line before the town, else the nearest lines above that name a street."""
    same = re.split(r"\s[-–—|•·]\s|©|:\s", lines[-1])[-1]
    same = _LEAD.sub("", same).strip(" ,;:-–")
    same = re.split(r"(?<=[a-zà-ÿ])[.;|•]\s+|\s[|•–]\s", same)[-1].strip()
    if same and _is_street(same):
        return same[-150:]
    kept: list[str] = [same] if same and len(same) <= 40 and lines[-1] else []
    found = False
    for line in reversed(lines[:-1]):
        line = _LEAD.sub("", line)
        if _is_street(line):
            kept.insert(0, line)
            found = True
        elif found or len(kept) >= 3:
            break
        elif len(line) <= 45 and not vocabulary.LEGAL_FORM.search(line):
            kept.insert(0, line)
        else:
            break
    return ", ".join(kept)[:200] if found else None


def _is_street(text: str) -> bool:
    if len(text) > 150 or _NOT_ADDRESS.search(text):
        return False
    return bool(_STREET_WORD.search(text) and re.search(r"\d", text)) or bool(
        _HOUSE_NUMBER.search(text)
        and re.match(r"^[A-ZÀ-Þ0-9]", text)
        and len(text.split()) <= 8
        and re.search(r"[A-Za-zÀ-ÿ]{3}", text)
    )


def _parts(match: re.Match[str], code: str, street: str, country: str | None) -> AddressParts:
    groups: dict[str, Any] = match.groupdict()
    city = (groups.get("city") or "").strip(" ,.-") or None
    if city is None and "," in street:  # the postal code ends the line, the town is the last part before it
        street, _, city = street.rpartition(",")
    return AddressParts(
        street=street.strip(" ,") or None,
        postal_code=re.sub(
            r"^(?:DE|D|A|AT|CH|B|BE|F|FR|I|IT|E|ES|DK|N|NO|S|SE|L|LU|FI|FIN|CZ|SK|PL|NL)[- ]+", "", code
        ),
        city=city.strip() if city else None,
        region=groups.get("region"),
        country_code=country,
    )
