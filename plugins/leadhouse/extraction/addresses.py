"""Postal addresses: structured data first, then the lines around a postal code, by the country's form."""

from __future__ import annotations

import re
from typing import Any

from leadhouse.extraction import structured, vocabulary
from leadhouse.extraction.context import Findings, Surroundings, around, third_party
from leadhouse.extraction.country import country_code
from leadhouse.extraction.page import Mark, Page
from leadhouse.records import AddressParts, Value

_CITY = r"(?P<city>[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w'’.\-]*(?:[ /\-](?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ(][\w'’.\-)]*|am|an|der|den|im|in|ob|bei|de|del|della|dei|di|la|le|les|du|sur|sous|en|y|e|el|los|das|do|da|op|aan|i|v\.?|d\.)){0,5})"
_NAMED_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland"
    "|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon"
    "|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
)
_US_STATE = rf"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|{_NAMED_STATES})"
_FIVE = frozenset("DE FR IT ES FI SE EE HR TR MX GR CZ SK UA MY TH KR LT MA DZ TN EG SA PE CR".split())
_FOUR = frozenset("AT CH BE DK NO HU SI BG LU AU NZ ZA PH TN CY LV GE AM".split())
_BEFORE_CITY = re.compile(
    rf"(?<![\w+/.-])(?P<code>(?:(?:DE|D|A|AT|CH|B|BE|F|FR|I|IT|E|ES|DK|N|NO|S|SE|L|LU|FI|FIN|CZ|SK|PL|NL)[- ]{{1,2}})?(?:\d{{5}}|\d{{4}}(?:\s?[A-Z]{{2}}(?![a-z]))?|\d{{3}} \d{{2}}|\d{{2}}-\d{{3}}|\d{{4}}-\d{{3}}|\d{{5}}-\d{{3}}))"
    rf",?[ \u00a0]{{1,3}}(?:[-–][ ])?{_CITY}"
)
_US = re.compile(
    rf"(?P<city>[A-Z][\w'.\- ]{{1,40}}?),?[ \n]+(?P<region>{_US_STATE})\.?,?[ \n]+(?P<code>\d{{5}}(?:-\d{{4}})?)(?!\d)"
)
_GB = re.compile(
    r"(?<!\w)(?P<code>(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d(?:\d|[ABEHMNPRV-Y])?|\d[A-HJKPS-UW]) ?\d[ABD-HJLNP-UW-Z]{2}))(?!\w)"
)
_CA = re.compile(r"(?<!\w)(?P<code>[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d)(?!\w)")
_AFTER_CITY = re.compile(
    r"(?P<city>[A-Z][\w'.]*(?: [A-Z(][\w'.)]*){0,3})[ ]?(?:\([^)\n]{2,30}\))?,?[ ]?(?:[-–—,:.][ ]?)?(?:(?:PIN|Pin|P\.O\.|Postal Code|Pincode)[ :.-]*)?(?P<code>\d{3}[ ]?\d{3}|\d{6}|\d{4,5})(?![\d/.-])"
)
_STREET_WORD = re.compile(
    r"stra(?:ß|ss)e|str\.|straat|laan|dreef|plein|weg\b|gasse|platz|allee|ufer|ring\b|damm\b|chaussee|\bam \w|\bstreet\b|\bst\b\.?|\broad\b|\brd\b|\bavenue\b|\bave?\b\.?|\bboulevard\b|\bblvd\b|\bdrive\b|\bdr\b|\blane\b|\bln\b|\bcourt\b|\bway\b|\bsquare\b|\bmews\b|\bcrescent\b"
    r"|\bterrace\b|\bparade\b|\bhighway\b|\bhwy\b|\bsuite\b|\bfloor\b|\blevel\b|\bunit\b|\bbuilding\b|\btower\b|\bhouse\b|\bplot\b|\bcomplex\b|\bnagar\b|\bmarg\b|\bnear\b|\bopp\b|\bsector\b|\bestate\b|\bpark\b|\bplaza\b|\bbrgy\b|\bbarangay\b|\bpurok\b"
    r"|\brue\b|\bavenue\b|\bplace\b|\bchemin\b|\bimpasse\b|\ballée\b|\bquai\b|\bbp\b|\bb\.p\.|\bvia\b|\bviale\b|\bpiazza\b|\bcorso\b|\blargo\b|\bvicolo\b|\bstrada\b|\bloc\.|\bcalle\b|\bc/|\bavda\b|\bav\.|\bavenida\b|\bplaza\b|\bpaseo\b|\bcarrer\b|\bcamino\b|\bcarretera\b|\brua\b|\bpraça\b|\btravessa\b"
    r"|gata\b|gatan\b|vegen\b|veien\b|vei\b|vej\b|gade\b|vägen\b|katu\b|tie\b|\bul\.|\bulica\b|\baleja\b|\bal\.|utca\b|\bút\b|\btér\b|p\.?\s?o\.? box|postfach|h\.?\s?no",
    re.I,
)
_HOUSE_NUMBER = re.compile(r"(?:^|[\s,])(?:n[°º.]?\s?)?\d{1,5}\s?[a-zA-Z]?(?:[-/–]\d{1,4}[a-zA-Z]?)?(?=$|[\s,;.])")
_NOT_ADDRESS = re.compile(
    r"@|https?:|www\.|(?<![a-z])(?:tel|fon|phone|fax|mobil|mobile|e-?mail|copyright|©|iban|bic|ust|vat|p\.?\s?iva|open|hours|uhr|mon|montag|öffnungszeit)(?![a-z])|[?!]",
    re.I,
)
_LEAD = re.compile(
    r"^(?:our |unsere |the )?(?:(?:postal |mailing |registered |head |main |business |street |corporate |visiting )*(?:address|office|location)|adress[ea]?|anschrift|postanschrift|sitz|siège(?: social)?|sede(?: legale| operativa)?|indirizzo|dirección|domicilio(?: social)?|endereço|adres|besøksadresse|bezoekadres|find us|visit us|où|dove siamo|standort)\s*[:\-–|]\s*",
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
    for match, code in _matches(page, country):
        _judge(page, match, code, country, findings)


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


def _judge(page: Page, match: re.Match[str], code: str, country: str | None, findings: Findings) -> None:
    if not _is_code_for(code, country) and match.re in {_BEFORE_CITY, _AFTER_CITY}:
        return
    lines = _lines_before(page, match)
    street = _street(lines)
    if street is None:
        return
    spot = around(page, match.start(), match.end())
    parts = _parts(match, code, street, country)
    text = _parts_text(parts)
    if len(text) > 300:
        return
    reason = _reason(page, spot, lines, text)
    if reason:
        findings.reject("address", text, reason, f"text:{spot.region}")
        return
    score = 0.72 + (0.1 if spot.region in {"footer", "address"} else 0) + (0.06 if spot.marks & Mark.CONTACT else 0)
    findings.accept(
        "address",
        Value(value=text, confidence=round(score, 3), raw=match[0][:200], locator=f"text:{spot.region}", parts=parts),
    )


def _reason(page: Page, spot: Surroundings, lines: list[str], text: str) -> str | None:
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
    same = _LEAD.sub("", lines[-1]).strip(" ,;:-–")
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
