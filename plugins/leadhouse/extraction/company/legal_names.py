"""Legal names: the words around a legal form on imprint, contact and legal pages, in footers and addresses."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.company.legal_forms import closing_form
from leadhouse.extraction.east_asian import COMPANY, is_written
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import AnyOf, guarded
from leadhouse.extraction.patterns.vocabulary import words

_IMPRINT_PAGE = guarded(
    r"impress|imprint|legal|mentions|aviso|privacy|privacid|datenschutz|contact|kontakt|contatt|contato"
    r"|iletisim|iletişim"
    r"|yhteys|kapcsolat|about|terms|agb|cgv|cgu|colo(?:fon|phon)|disclaimer|conditions|condizioni|condiciones|om-oss"
    r"|ueber-uns|über-uns|chi-siamo|qui-sommes",
    re.I,
)
# Forms that `vocabulary.LEGAL_FORM` has no full spelling of.
_LONG_FORM = guarded(
    r"(?:\s(?:San\.|Tic\.|Paz\.|İnş\.|ve|Sanayi|Ticaret))*\s(?:Ltd\.\s?Şti\.|Limited Şirketi|A\.\s?Ş\.|Anonim Şirketi)"
    r"|\s(?:Gesellschaft mit beschränkter Haftung|Sociedad Limitada|Sociedad Anónima|Società a responsabilità limitata"
    r"|spółka z o\.\s?o\.|spol\. s r\. ?o\.|Aktiengesellschaft|eingetragener Verein|Private Limited|Public "
    r"Limited Company)"
)
_FORM_FIRST = guarded(
    r"(?:^|[:(]\s?)(?P<name>(?:SARL|S\.A\.R\.L\.|SASU?|EURL|SCI|SCOP|SELARL|SNC|ASBL|VZW|UAB|SIA|AB|OÜ|AS|OOO"
    r"|ООО|ИП|ЗАО|АО"
    r"|ПАО|ОАО|НАО|ТОО|ПП|ПрАТ|ТзОВ|ЕТ|FIE|MTÜ|IK|Z/S|A/S|Biedrība|MB|IĮ|VšĮ|UD\.?|Công ty (?:TNHH|[Cc]ổ phần)"
    r"|PT\.?|CV\.?|TOV|ТОВ|ФОП|ЕООД|EOOD)\s+[«\"“„]?(?:[^\W\d_a-z][\w'’&.\-]*|(?:de|du|des|la|le|les|et|&|и)(?=\s))"
    r"(?:\s(?:[^\W\d_a-z][\w'’&.\-]*|de|du|des|la|le|les|et|&|и)){0,4}[»\"”“]?)"
)
_BEFORE = re.compile(
    r":\s|©\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?\s*|\d{4}\s|,\s(?=[A-ZÄÖÜ]\w+ [A-ZÄÖÜ])|[|•–—·]\s|\s-\s"
    r"|\b(?:by|der|die|dem|ist|von|is|est|è|es|of the|company|firma|firm|société|societe|società|sociedad|empresa|firmy"
    r"|spółka|trading name of|trading as|part of|owned by|operated by|par|da|por|door|av|af|the brand of|marque de)\b\s"
)
_NAME_WORD = re.compile(r"[^\W_a-zß-öø-ÿ]|[a-z]{1,3}['’]?[A-Z]|\d|[(\"“„«&+]")
_JOINING = words(
    "& + and und et e y i og och ja ir un és ve oraz și of de du des del della di da do dos la le les the von van "
    "der den für for"
)
_OPENING = words(
    "die das about in at with contact welcome visit our we by from is are copyright address firma company unsere über "
    "kontakt impressum imprint anbieter inhaber betreiber willkommen bei"
)
_MAX_WORDS = 8
_LABEL = 50  # characters
_OTHERS = (
    vocabulary.DESIGNER,
    vocabulary.HOSTING,
    vocabulary.AUTHORITY,
    vocabulary.CREDITS,
    vocabulary.PROTECTION_OFFICER,
)
_ANY_OTHERS = AnyOf(*_OTHERS)


def legal_names(page: Page) -> list[tuple[str, str, float]]:
    """Names, the locator ``imprint`` and a weight, from lines that carry a legal form and are the company's own."""
    is_imprint = bool(_IMPRINT_PAGE.search(page.url.split("/", 3)[-1]) or _IMPRINT_PAGE.search(page.title))
    found: list[tuple[str, str, float]] = []
    for block in page.blocks:
        if not (is_imprint or block.marks & (Mark.FOOTER | Mark.ADDRESS | Mark.CONTACT)):
            continue
        if (
            len(block.text) > 600
            or any(is_others(heading) for heading in block.outline[-2:])
            or block.marks & (Mark.CREDIT | Mark.TESTIMONIAL | Mark.PARTNER)
        ):
            continue
        weight = 0.6 if is_imprint else 0.5
        for line in block.text.split("\n"):
            if is_others(line[:200]):
                if len(line) <= _LABEL and legal_name(line) is None:
                    break  # ``Technische Umsetzung:`` and who did it, a line each
            elif len(line) <= 200 and (name := legal_name(line)):
                found.append((name, "imprint", weight))
    return found[:6]


@lru_cache(maxsize=20_000)
def is_others(text: str) -> bool:
    """Whether a line or heading names a third party: designer, host, authority, photographer, protection officer."""
    return _ANY_OTHERS.may_match(text) and any(pattern.search(text) for pattern in _OTHERS)


@lru_cache(maxsize=20_000)
def legal_name(line: str) -> str | None:
    """The capitalised words before a legal form, after the last label; or the form and the words behind it."""
    if is_written(line) and (match := COMPANY.search(line)):
        return " ".join(match[0].split())
    if match := _LONG_FORM.search(line):
        return _before(line, match)
    if (closed := closing_form(line)) and (name := _named(*closed)):
        return name
    for match in vocabulary.LEGAL_FORM.finditer(line):
        if name := _before(line, match):
            return name
    if match := _FORM_FIRST.search(line):
        return match["name"].strip(" ,.")
    return None


def _named(before: str, form: str) -> str | None:
    run = _capitalised_run(_BEFORE.split(before)[-1].strip(" -,"))
    if not run:
        return None
    is_name = len(run) <= _MAX_WORDS and len("".join(run)) > 1 and run[-1].strip(",") not in _JOINING
    comma = "," if before.endswith(",") and not run[-1].endswith(",") else ""
    return f"{' '.join(run)}{comma} {form}" if is_name else None


def _before(line: str, match: re.Match[str]) -> str | None:
    form = match[0].strip()
    head = _BEFORE.split(line[: match.end()])[-1].strip()
    bare = head[: len(head) - len(form)]
    run = _capitalised_run(bare.strip(" -"))
    if not 0 < len(run) <= _MAX_WORDS or (len(form) <= 2 and not form.isupper()):
        return None
    name = " ".join(run)
    if len(name.strip(",")) < 2 or re.search(r"(?<=\w{4})[.!?]\s+\w", name):
        return None
    glue = "" if bare and not bare[-1].isspace() else " "
    return f"{name}{glue}{form}"


def _capitalised_run(text: str) -> list[str]:
    """The words of a name at the end of a text: capitals, figures, joining words between them; or one brand word."""
    parts = text.split()
    start = len(parts)
    while start and (_NAME_WORD.match(parts[start - 1]) or parts[start - 1].strip(",").lower() in _JOINING):
        start -= 1
    run = parts[start:]
    while run and (run[0] in _JOINING or run[0].lower() in _OPENING):
        run = run[1:]
    if len(parts) == 1 and not run and re.fullmatch(r"[a-z0-9]{3,}", parts[0]):
        return parts
    return run
