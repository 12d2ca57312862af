"""How many people a company says it has: structured data, else the sentence that counts its own staff, as a band."""

from __future__ import annotations

import re
from typing import Any

from leadhouse.extraction.attribution.context import Findings
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns.guarded import AnyOf, Guarded
from leadhouse.extraction.patterns.windows import windows
from leadhouse.records import Value

_BANDS = ((1, 10), (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000), (5001, 10000))
_STEMS = (
    "employe", "staff", "people", "team", "professional", "mitarbeit", "beschäftigt", "angestellte", "köpfig",
    "collaborat", "salarié", "équipe", "dipendent", "addetti", "emplead", "trabajador", "equip", "funcionário",
    "trabalhador", "medewerker", "werknemer", "ansatte", "anställda", "medarbe", "pracowni", "zespół",
    "zaměstnan", "työntekij",
)  # fmt: skip
_NUMBER = r"(?P<{0}>\d{{1,3}}(?:[.,' ]\d{{3}})+|\d{{1,6}})"
_MORE = (
    r"(?P<more>over|more than|(?:über|ueber) |mehr als|plus de|più di|oltre|más de|mais de|meer dan|ruim|mer enn|över"
    r"|mer än"
    r"|ponad|více než|yli)?\s*(?:about|around|approx\.?|some|rund|ca\.?|etwa|knapp|environ|circa|cerca de"
    r"|aproximadamente|około)?\s*"
)
_PEOPLE = (
    r"(?:[\w-]{3,15} ){0,2}(?:employees|staff(?: members)?|people|professionals|specialists|experts|team members"
    r"|colleagues"
    r"|mitarbeit(?:er|enden?)\w*|beschäftigten?|angestellten?|fachkräften?|köpfe|collaborateurs|salarié(?:s|e)\w*"
    r"|employés"
    r"|dipendenti|collaboratori|addetti|professionisti|persone|empleados|trabajadores|colaboradores|profesionales"
    r"|personas"
    r"|funcionários|trabalhadores|medewerkers|werknemers|collega.?s|vakmensen|ansatte|anställda|medarbet?are"
    r"|medarbejdere"
    r"|pracowników|specjalistów|osób|zaměstnanců|työntekijää)(?!\w)"
)
_COUNTED = re.compile(rf"(?<![\w.,+-]){_MORE}{_NUMBER.format('count')}(?P<plus>\+| plus)?\s*[-–]?\s*{_PEOPLE}", re.I)
_TEAM_OF = re.compile(
    rf"(?:team (?:of|von|aus|di|van|på)|équipe de|equipo de|equipe (?:de|com)|squadra di"
    rf"|zespół)\s+{_MORE}{_NUMBER.format('count')}"
    r"(?P<plus>\+)?(?!\w|[.,]\d| ?%| years| jahre| ans| anni| años)",
    re.I,
)
_HEADED = re.compile(r"(?P<more>)(?P<count>\d{1,3})(?P<plus>)-?köpfige[sn]? team", re.I)
_SAYINGS = (_COUNTED, _TEAM_OF, _HEADED)
_COUNTS = AnyOf(*map(Guarded, _SAYINGS))
_DIGITS = re.compile(r"\d+")
_OWN = re.compile(
    r"(?<!\w)(?:we|our|us|somos|siamo|sommes|wir|unser\w*|uns|nous|notre|nos|noi|nostr\w+|nosotros|nuestr\w+|nós"
    r"|noss\w+|wij|ons|onze|vi|våre?|våra"
    r"|my|nasz\w*|náš|company|unternehmen|betrieb|firma|entreprise|société|azienda|empresa|bedrijf|today|heute"
    r"|aujourd.hui|oggi|hoy)(?!\w)",
    re.I,
)
_OTHERS = re.compile(
    r"(?:companies|businesses|organi[sz]ations|unternehmen|betriebe|firmen|kunden|clients?|customers?|entreprises"
    r"|aziende|empresas)"
    r"[^.!?]{0,25}$|(?:up to|bis zu|bis|ab|fewer than|less than|weniger als|unter|per|pro|jusqu.à|moins de|fino a"
    r"|hasta|menos de"
    r"|for|für|pour|helped|served|trained|seats?)\s*$",
    re.I,
)


def band_of(size: int) -> str | None:
    """The band that a number of people lies in (``11-50``); None for no people."""
    return next((f"{low}-{high}" for low, high in _BANDS if size <= high), "10001+") if size > 0 else None


def extract_employees(page: Page, findings: Findings) -> None:
    """Put the band of the company's size into `findings`: at most one by structured data and one by text."""
    for item, _, _ in structured.nested(page.json_ld + page.microdata):
        if (band := _declared(item.get("numberOfEmployees"))) and "person" not in structured.types_of(item):
            findings.accept("employee_band", Value(value=band, confidence=0.85, locator="json-ld"))
            break
    if page.mentions(*_STEMS):
        for low, high in windows(page.text, _DIGITS, 60, 60):
            for pattern in _SAYINGS if _COUNTS.may_match(page.text[low:high]) else ():
                for match in pattern.finditer(page.text, low, high):
                    if band := _stated(page, match):
                        raw = match[0].strip()[:100]
                        value = Value(value=band, confidence=0.65, raw=raw, locator="text:sentence")
                        findings.accept("employee_band", value)
                        return


def _declared(value: Any) -> str | None:
    """A band of schema.org's `numberOfEmployees`: a number, a text such as ``11-50``, or a QuantitativeValue."""
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):
        value = value.get("value") or value.get("maxValue") or value.get("minValue")
    numbers = re.findall(r"\d+", re.sub(r"(?<=\d)[.,' ](?=\d{3})", "", str(value or "")))
    return band_of(int(numbers[-1][:7])) if numbers else None


def _stated(page: Page, match: re.Match[str]) -> str | None:
    block = page.block_at(match.start())
    if block.marks & (Mark.ARTICLE | Mark.TESTIMONIAL | Mark.PARTNER | Mark.PORTFOLIO | Mark.FORM | Mark.CODE):
        return None
    begin, _ = page.line_at(match.start())
    before = page.text[max(begin, match.start() - 120) : match.start()]
    sentence = before + match[0] + page.text[match.end() : match.end() + 60].split("\n")[0]
    if _OTHERS.search(before) or not (_OWN.search(sentence) or contact_score(page.url) >= 0.65):
        return None
    size = int(re.sub(r"\D", "", match["count"]))
    if 1900 <= size <= 2100 and len(match["count"]) == 4:
        return None
    return band_of(size + bool(match["more"] or match["plus"]))
