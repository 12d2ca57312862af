"""Telephone numbers of a page: the candidates of its text and links, judged by label and place, then E.164.

phonenumbers is asked about candidates alone (over raw HTML it costs forty times as much) and imported on first use.
"""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.attribution.context import Findings, Surroundings, is_about_staff
from leadhouse.extraction.attribution.parties import Owner, whose
from leadhouse.extraction.company.identifiers import check_vat
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.contacts.dialled_numbers import country_of_number, to_e164
from leadhouse.extraction.contacts.made_up_numbers import is_made_up
from leadhouse.extraction.contacts.phone_candidates import (
    Candidate,
    dialled,
    link_candidates,
    numbers_in,
    text_candidates,
    vanity_candidates,
)
from leadhouse.extraction.contacts.shared_area import number_before, with_area
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.records import Value

__all__ = ["extract_phones", "to_e164"]

_EXTENSION = re.compile(
    r"^\s*(?:,|;|-|\()?\s*(?:ext(?:ension)?\.?|x|durchwahl|dw|poste|int\.?|anexo|ramal|loc(?:al)?\.?|wew\.?|linka|klapka|mellék"
    r"|dahili|доб\.?|εσωτ\.?|ต่อ)\s*[:.=]?\s*(\d{1,6})",
    re.I,
)
_DATE = re.compile(
    r"^(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|(?:19"
    r"|20)\d\d\s*[-–/]\s*(?:19|20)\d\d)(?:\D.*)?$"
)
_HOUSE_AND_CODE = re.compile(r"^[1-9][\d\s/–-]{0,12}[\s,·•|/–-]+\d{4,6}$")  # then a town: number and postal code
_HOUSE_AND_CODE_FIGURES = 10
_GROUPED_THOUSANDS = re.compile(r"^\d{1,3}(?:[.,' ]000)+$")
_COORDINATE = re.compile(r"^-?\d{1,3}\.\d{4,}")
_BETWEEN = re.compile(r"[/|,·•]|\s{2,}|\s-\s")  # what may part two numbers, or a postal code and a number
_MARK = re.compile(r"\s*[/|,·•]\s*|\s{2,}|\s[-–]\s")
_MAX_PARTS, _MAX_NUMBER = 8, 30
_NEXT_LINE = re.compile(r"\s*/\s*(\d{1,2})$")
_NEXT_LINE_BY_HYPHEN = re.compile(r"(?:\s*/\s*|-)(\d{1,2})$")  # an extension elsewhere
_BY_HYPHEN = frozenset(["PK", "IN", "BD", "LK", "NP"])
_MOST_LINES, _FEWEST_FIGURES = 9, 8
_IBAN_START = re.compile(r"(?<![A-Z]\d[\dW] )\b[A-Z]{2}\d{2}[\s\d]*$")
_FAX_AFTER = re.compile(  # what a number follows is that number's label
    r"^\s*(?:[(\[]\s*(?:tele)?fax\s*[)\]]|[–-]?\s*(?:tele)?fax\b(?!\W{0,4}\d))", re.I
)
_PHONE_WORD = (
    r"(?:office|main|mobile?|cell|phone|direct|tel|voice|work|vx|växel|pbx|büro|mobil|zentrale|bureau|ufficio|oficina)"
)
_PHONE_AFTER = re.compile(rf"^\s*(?:[(\[]\s*{_PHONE_WORD}\s*[)\]]|[–-]?\s*{_PHONE_WORD}\b(?!\W{{0,4}}[\d+]))", re.I)
_JOINED = re.compile(  # what joins a number to the one before it on the line
    r"(?:\d[\s/-]?\d{2,}\)?|@[\w.-]+)\s*(?:/|,|;|&|\b(?:or|oder|vagy|ou|o|of|eller|lub|nebo|sau|ili|ali|alebo|või|vai|arba|tai|veya"
    r"|and|und|et|y|e|og|och|en|ja)\b|ή|или|або|או|أو)\s*\(?$"
)
_FAX_EXTENSION = re.compile(
    r"^[\s,;/|·()-]{0,4}(?:tele)?fax\.?\s?:?\s{0,2}(?:[-–]\s?|(?:dw|ext)\.?\s?)(\d{1,4})\b(?![\s/-]?\d)", re.I
)
_CALLING_CODE = re.compile(r"^[1-9]\d{0,2}[ -]\(?\d(?:\D{0,3}\d){8,12}$")  # ``86-510-8560 6316``, the plus left out
_SWITCHBOARD = re.compile(r"\s?[-–]\s?\d{1,4}$")
_TELEFAX_RINGS = frozenset(["PH", "IN", "LK", "BD", "NP"])  # one line for both, written ``Telefax``
_TELEFAX = re.compile(r"\btele?\s?/?\s?fax\W*$", re.I)
_VAT_PREFIX = re.compile(  # ``DE 811 907 980`` under whatever label
    r"(?<!\w)(?:ATU|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK)[ .-]{0,2}$"
)
_BEHIND_TOWN = re.compile(  # ``7 Rue de la Gare, 76000 Rouen — 02 ...``
    r"\b\d{4,6}\s+[A-ZÀ-Þ][\w'’-]+(?:[ -][\w'’-]+){0,4}\s*[|–—·,:-]\s*$"
)
_AREA_NEEDED = frozenset(["DE", "AT"])  # numbers of any length, so that a town's own looks like one with its area
_CONTACT_PAGE = 0.8  # of `contact_score`
_NO_WORDS = re.compile(r"[\W\d_]+")
_CARD = 300  # characters
_LETTER_LABEL = re.compile(r"(?:^|[^\w'’&])([ftpm])$", re.I)  # T, P, M, F before a number
_TRAILING = re.compile(r"[\s\d().:+/\-–|#•·,\u00a0]+$")
_NANP = re.compile(r"^\(?(?:1[\s.\-]{1,3})?\(?[2-9]\d{2}\)?[\s.\-]{0,3}[2-9]\d{2}[\s.\-]{0,3}\d{4}$")
_POST_URL = re.compile(r"/(?:blog|news|posts?|article[s]?|\d{4}/\d{2})(?:/|$)", re.I)


@lru_cache(maxsize=20_000)  # footers and headers repeat over a site's pages
def _nearest_label(label: str) -> str | None:
    """``fax``, ``phone`` or ``identifier``: which label ends nearest before the number."""
    text = _TRAILING.sub("", label[-60:])
    best, name = -1, None
    for pattern, kind in ((vocabulary.PHONE, "phone"), (vocabulary.FAX, "fax")):
        for match in pattern.finditer(text):
            if match.end() > best or (match.end() == best and kind == "fax"):
                best, name = match.end(), kind
    if (letter := _LETTER_LABEL.search(text)) and letter.end() > best:
        best, name = letter.end(), "fax" if letter[1] in "fF" else "phone"
    identifier = vocabulary.NOT_PHONE.search(label[-60:].rstrip(" :.#-+(\u00a0")) or _IBAN_START.search(label)
    if identifier and identifier.end() >= best:
        return "identifier"
    if name == "fax" and re.search(
        r"(?:tel|tél|phone|fon|mobil|тел|τηλ|電話|电话|전화|هاتف)\w*\.?(?:\s*[/&+,]\s*|\s+(?:and|und|et|e|y)\s+)"
        r"(?:(?:tele)?fax|факс|φαξ|传真|傳真|팩스|فاكس)\W*$",
        text,
        re.I,
    ):
        return "phone"
    if (name is None or best < len(text) - 32) and _JOINED.search(label):
        return "phone"
    return name if best >= len(text) - 32 else None


def _is_contact_place(page: Page, spot: Surroundings) -> bool:
    places = Mark.FOOTER | Mark.HEADER | Mark.ADDRESS | Mark.CONTACT | Mark.NAV | Mark.TEAM
    if spot.marks & places or any(is_about_staff(text) for text in spot.outline):
        return True
    if "@" in spot.block_text and len(spot.block_text) <= _CARD and not spot.before.strip():
        return True  # a line of its own beside a mailbox
    if contact_score(page.url) >= _CONTACT_PAGE and not _NO_WORDS.sub("", spot.before + spot.after):
        return True  # a line of its own on a page of contacts
    if not spot.after.strip(" .|") and _BEHIND_TOWN.search(spot.before):
        return True  # what closes the line of an address
    words = f"{spot.heading} {spot.above}"
    return bool(vocabulary.PHONE.search(words) or vocabulary.EMAIL_LABEL.search(words))


def _reason(page: Page, item: Candidate, raw: str, country: str | None, owner: Owner | None) -> str | None:
    if item.spot.marks & Mark.HIDDEN:
        return "hidden"
    if item.spot.marks & Mark.CODE:
        return "code"
    if _DATE.match(raw.lstrip("([")) or _GROUPED_THOUSANDS.match(raw) or _COORDINATE.match(raw):
        return "not_a_phone"
    is_code = raw == item.raw and _HOUSE_AND_CODE.match(raw) and sum(map(str.isdigit, raw)) <= _HOUSE_AND_CODE_FIGURES
    if is_code and re.match(r"\s+[A-ZÀ-Þ][a-zß-ÿ]{2}", item.spot.after):
        return "not_a_phone"
    kind = _nearest_label(item.label) or (_nearest_label(item.spot.above) if not item.label.strip() else None)
    is_identifier = kind == "identifier" or (item.raw[0] not in "0(" and _VAT_PREFIX.search(item.spot.before))
    if is_identifier and item.way == "text" and not item.raw.startswith("+"):
        return "identifier"
    if reason := whose(page, item.spot, owner):
        return reason
    if kind == "fax" and country in _TELEFAX_RINGS and _TELEFAX.search(item.label[-24:].strip() or item.spot.above):
        return None
    if kind == "fax" or _FAX_AFTER.match(item.spot.after):
        return "fax"
    is_followed = _PHONE_AFTER.match(item.spot.after) or _EXTENSION.match(item.spot.after)
    if kind is None and item.way == "text" and not is_followed:
        return _unlabelled_reason(page, item, country)
    return None


def _unlabelled_reason(page: Page, item: Candidate, country: str | None) -> str | None:
    digits = re.sub(r"\D", "", item.raw)
    if len(digits) >= 8 and digits == item.raw and check_vat(digits, country):
        return "identifier"
    if _POST_URL.search(page.url) and not item.spot.marks & (Mark.FOOTER | Mark.HEADER):
        return "third_party"
    if item.raw.startswith(("+", "00", "(+")):
        return None
    grouped = re.search(r"[\s().\-/]", item.raw)
    if len(digits) < 8 or not (grouped or digits.startswith("0")) or not _is_contact_place(page, item.spot):
        return "unlabelled"
    return None


def extract_phones(page: Page, country: str | None, findings: Findings, owner: Owner | None = None) -> None:
    """Put every number into `findings`; numbers that need an unknown country are kept as ``no_country``."""
    nowhere = Surroundings("", "", "", "", (), 0)
    links = link_candidates(page)
    links.extend(
        Candidate(dialled(text), nowhere, "json-ld", "phone")
        for text in structured.contact_texts(page.json_ld + page.microdata, ("telephone",))
    )
    texts = [*text_candidates(page), *vanity_candidates(page, country)]
    for item in [*texts, *links]:
        for raw in _split(item.raw, country):
            _judge(page, country, item, raw, findings, owner)
    for block in page.hidden:
        for match in numbers_in(block.text):
            if number := to_e164(match[0], country):
                findings.reject("phone_e164", number, "hidden", "text:hidden")


def _without_next_line(raw: str, country: str | None) -> str:
    """``40 12 34 56 / 57`` names two lines by the last figures of the second: the first alone is told for sure."""
    match = (_NEXT_LINE_BY_HYPHEN if country in _BY_HYPHEN else _NEXT_LINE).search(raw)
    if match is None:
        return raw
    head = raw[: match.start()].rstrip()
    figures = re.sub(r"\D", "", head)
    follows = 0 < int(match[1]) - int(figures[-len(match[1]) :] or 0) <= _MOST_LINES
    return head if len(figures) >= _FEWEST_FIGURES and follows and to_e164(head, country) else raw


def _split(raw: str, country: str | None) -> list[str]:
    """The numbers of a run of figures: from each mark the longest stretch up to another that is a number."""
    raw = _without_next_line(raw, country)
    if to_e164(raw, country) or not _BETWEEN.search(raw):
        return [raw]
    marks = [0, *(end for match in _MARK.finditer(raw) for end in match.span()), len(raw)]
    starts, ends = marks[0::2], marks[1::2]
    parts: list[str] = []
    at = 0
    while at < len(starts) and len(starts) <= _MAX_PARTS:
        for last in range(len(ends) - 1, at - 1, -1):
            part = raw[starts[at] : ends[last]].strip()
            if 6 <= len(part) <= _MAX_NUMBER and to_e164(part, country):
                parts.append(part)
                at = last
                break
        else:
            part = raw[starts[at] : ends[at]]
            if parts and (number := with_area(parts[-1], part)) and to_e164(number, country):
                parts.append(number)
        at += 1
    return (
        parts
        or [part for start, end in zip(starts, ends, strict=True) if _has_figures(part := raw[start:end])]
        or [raw]
    )


def _has_figures(part: str) -> bool:
    return sum(char.isdigit() for char in part) >= 6


def _verdict(
    page: Page, item: Candidate, raw: str, number: str, country: str | None, owner: Owner | None
) -> str | None:
    """Why a number is not the owner's telephone, or None."""
    if is_made_up(number):
        return "placeholder"
    reason = _reason(page, item, raw, country, owner)
    if reason in {None, "fax"} and item.way == "text" and country in _AREA_NEEDED and raw.lstrip("([")[:1] not in "0+":
        return "no_area_code" if number == to_e164(raw, country) else reason
    return "not_shown" if reason is None and item.shown and _shows_another(item.shown, number, country) else reason


def _judge(page: Page, country: str | None, item: Candidate, raw: str, findings: Findings, owner: Owner | None) -> None:
    locator = f"{item.way}:{item.spot.region}" if item.way != "json-ld" else "json-ld"
    number = to_e164(raw, country) or _completed(item, raw, country)
    if number is None and country is not None:
        return
    if number is None and _NANP.match(raw) and page.lang[:2] in {"", "en"}:
        number = to_e164(raw, "US")
    if number is None:
        if item.raw[:1] != "+" and _reason(page, item, raw, country, owner) is None:
            findings.reject("phone_e164", raw, "no_country", locator)
        return
    reason = _verdict(page, item, raw, number, country, owner)
    if reason:
        findings.reject("phone_e164", number, reason, locator)
        if reason == "fax":
            findings.accept("fax_e164", Value(value=number, confidence=0.85, raw=item.raw[:100], locator=locator))
        return
    _fax_beside(item, raw, country, findings, locator)
    score = {"tel": 0.92, "text": 0.85, "whatsapp": 0.7, "json-ld": 0.88}[item.way]
    if item.spot.region in {"footer", "header", "address"}:
        score += 0.04
    if country and country_of_number(number) not in {country, None}:
        score -= 0.15
    if item.spot.marks & (Mark.COLLAPSED | Mark.ARTICLE | Mark.PORTFOLIO):
        score -= 0.1
    written = raw if to_e164(item.raw, country) not in {None, number} else item.raw
    raw_text = written + (match[0] if (match := _EXTENSION.match(item.spot.after)) else "")
    findings.accept("phone_e164", Value(value=number, confidence=round(score, 3), raw=raw_text[:100], locator=locator))


def _shows_another(shown: str, number: str, country: str | None) -> bool:
    """Whether a link shows people another number than it dials: what is dialled is left over from elsewhere."""
    seen = to_e164(shown, country)
    if seen is None or seen.startswith(number) or number.startswith(seen):  # one may go on with an extension
        return False
    return not number.endswith(re.sub(r"\D", "", shown).lstrip("0")[-8:])


def _completed(item: Candidate, raw: str, country: str | None) -> str | None:
    """A number whose plus a link leaves out, or whose area code stands with the number before it."""
    if item.way == "tel":
        return to_e164("+" + raw, None) if re.match(r"^[1-9]\d{9,14}$", raw) else None
    if (
        item.way == "text"
        and _CALLING_CODE.match(raw)
        and (_nearest_label(item.label) or _nearest_label(item.spot.above)) in {"phone", "fax"}
    ):
        return to_e164("+" + raw, None)
    previous = number_before(item.label) if item.way == "text" else None
    return to_e164(with_area(previous, raw) or "", country) if previous else None


def _fax_beside(item: Candidate, raw: str, country: str | None, findings: Findings, locator: str) -> None:
    """``40 12 34-0, Fax -12``: the extension stands for the number with its last figures changed (DIN 5008)."""
    extension = _FAX_EXTENSION.match(item.spot.after)
    base = _SWITCHBOARD.search(raw)
    if extension is None or base is None:
        return
    if number := to_e164(f"{raw[: base.start()]}-{extension[1]}", country):
        findings.reject("phone_e164", number, "fax", locator)
        findings.accept("fax_e164", Value(value=number, confidence=0.8, raw=item.raw[:100], locator=locator))
