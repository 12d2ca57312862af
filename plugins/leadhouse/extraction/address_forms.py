"""How postal addresses are written: patterns around a postal code by country, and what a street looks like."""

from __future__ import annotations

import re
from typing import Any

from leadhouse.extraction import vocabulary
from leadhouse.extraction.page import Page
from leadhouse.extraction.vocabulary import words
from leadhouse.records import AddressParts

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
BEFORE_CITY = re.compile(
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
AFTER_CITY = re.compile(
    r"(?P<city>[A-Z][\w'.]*(?: [A-Z(][\w'.)]*){0,3})[ ]?(?:\([^)\n]{2,30}\))?,?[ ]?(?:[-–—,:.][ ]?)?(?:(?:PIN"
    r"|Pin|P\.O\.|Postal Code|Pincode)[ :.-]*)?(?P<code>\d{3}[ ]?\d{3}|\d{6}|\d{4,5})(?![\d/.-])"
)
STREET_WORD = re.compile(
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
NOT_ADDRESS = re.compile(
    r"@|https?:|www\.|(?<![a-z])(?:tel|fon|phone|fax|mobil|mobile|e-?mail|copyright|©|iban|bic|ust|vat"
    r"|p\.?\s?iva|open|hours|uhr|mon|montag|öffnungszeit)(?![a-z])|[?!]",
    re.I,
)
LEAD = re.compile(
    r"^(?:our |unsere |the )?(?:(?:postal |mailing |registered |head |main |business |street "
    r"|corporate |visiting )*(?:address|office|location)|adress[ea]?|anschrift|postanschrift|sitz"
    r"|siège(?: social)?|sede(?: legale| operativa)?|indirizzo|dirección|domicilio(?: social)?"
    r"|endereço|adres|besøksadresse|bezoekadres|find us|visit us|où|dove siamo|standort)\s*[:\-–|]\s*",
    re.I,
)


def parts_text(parts: AddressParts) -> str:
    town = " ".join(text for text in (parts.postal_code, parts.city) if text)
    return ", ".join(text for text in (parts.street, town, parts.region, parts.country_code) if text)


def code_matches(page: Page, country: str | None) -> list[tuple[re.Match[str], str]]:
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
        patterns.append(AFTER_CITY)
    if country not in {"US", "GB", "CA", "IN", "IE", "AU", "NZ", "SG"}:
        patterns.append(BEFORE_CITY)
    for pattern in patterns:
        found.extend((match, match["code"]) for match in pattern.finditer(text))
    return found[:60]


def is_code_for(code: str, country: str | None) -> bool:
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


def lines_before(page: Page, match: re.Match[str]) -> list[str]:
    """The text before the town on its line, and up to five lines above while they look like an address."""
    start, _ = page.line_at(match.start())
    lines = [page.text[max(start, match.start() - 200) : match.start()].strip(" ,–-|•·\t")]
    end = start - 1
    for _ in range(5):
        if end <= 0:
            break
        begin = page.text.rfind("\n", 0, end) + 1
        line = page.text[begin:end].strip(" ,")
        if len(line) > 90 or not line or (NOT_ADDRESS.search(line) or PHONE_LIKE.search(line)):
            break
        lines.insert(0, line)
        end = begin - 1
    return lines


PHONE_LIKE = re.compile(r"\d(?:[ ()/.\-]{0,2}\d){7,}")


def _without_company(street: str) -> str:
    """A street without the company's name before it."""
    parts = street.split(", ")
    while len(parts) > 1 and vocabulary.LEGAL_FORM.search(parts[0]):
        parts.pop(0)
    return ", ".join(parts)


def find_street(lines: list[str]) -> str | None:
    """The street part: the same line before the town, else the nearest lines above that name a street."""
    same = re.split(r"\s[-–—|•·]\s|©|:\s", lines[-1])[-1]
    same = LEAD.sub("", same).strip(" ,;:-–")
    same = re.split(r"(?<=[a-zà-ÿ])[.;|•]\s+|\s[|•–]\s", same)[-1].strip()
    if same and _is_street(same):
        return same[-150:]
    kept: list[str] = [same] if same and len(same) <= 40 and lines[-1] else []
    found = False
    for line in reversed(lines[:-1]):
        line = LEAD.sub("", line)
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
    if len(text) > 150 or NOT_ADDRESS.search(text):
        return False
    return bool(STREET_WORD.search(text) and re.search(r"\d", text)) or bool(
        _HOUSE_NUMBER.search(text)
        and re.match(r"^[A-ZÀ-Þ0-9]", text)
        and len(text.split()) <= 8
        and re.search(r"[A-Za-zÀ-ÿ]{3}", text)
    )


def address_parts(match: re.Match[str], code: str, street: str, country: str | None) -> AddressParts:
    groups: dict[str, Any] = match.groupdict()
    city = (groups.get("city") or "").strip(" ,.-") or None
    if city is None and "," in street:  # the postal code ends the line, the town is the last part before it
        street, _, city = street.rpartition(",")
    return AddressParts(
        street=_without_company(street.strip(" ,")) or None,
        postal_code=re.sub(
            r"^(?:DE|D|A|AT|CH|B|BE|F|FR|I|IT|E|ES|DK|N|NO|S|SE|L|LU|FI|FIN|CZ|SK|PL|NL)[- ]+", "", code
        ),
        city=city.strip() if city else None,
        region=groups.get("region"),
        country_code=country,
    )
