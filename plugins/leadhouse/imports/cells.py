"""Cells to values: cleaned, normalised, or turned down (None). What is turned down stays as a custom field."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from leadhouse.extraction.addresses.country import country_code
from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.company.identifiers import check_vat
from leadhouse.extraction.people.names import has_given_name
from leadhouse.imports.country_names import LONGEST_COUNTRY, by_any_name
from leadhouse.imports.degrees import without_degrees
from leadhouse.imports.phone_numbers import to_e164

RECENT = 2_000  # what comes again later is remembered by its column; a memory that holds more makes all of them slower
_NOTHING_TEXT = (
    "n/a na n.a. none null nil nan k.a. keine unknown unbekannt #n/a #nv inconnu desconocido <na> (null) [null] <null>"
    " \\n tbd tba undefined (leer) (blank) (empty) (none) (unknown) #ref! #value! #wert! #name? #div/0! #null! #num!"
    " #zahl! #bezug! n/v n.v. n/d n.d. s/d k/a entfällt fehlt sconosciuto onbekend brak nieznany ukendt okänd yok"
    " неизвестно нет 不明 なし 无 無 未知 없음"
)
_NOTHING_SAID = frozenset({
    "nicht bekannt", "nicht vorhanden", "keine angabe", "keine angaben", "k. a.", "n. a.", "no email", "no e-mail",
    "keine e-mail", "keine email", "not available", "not provided", "not applicable", "no data", "no phone",
    "sin email", "sin correo", "sin datos", "non disponible", "non communiqué", "pas d'email", "non disponibile",
    "non pervenuto", "nicht verfügbar", "nicht angegeben", "niet bekend", "brak danych", "to be determined",
    "no disponible",
})  # fmt: skip
_NOTHING = frozenset(("", *_NOTHING_TEXT.split())) | _NOTHING_SAID
_SIGNS_ALONE = re.compile(r"[-\u2010-\u2015_.?*/#~\s]+")
_LOCAL = r"(?<![^\s<>()\[\],;:\"|])[^\s@<>()\[\],;:\"|]{1,64}"
_HOST = r"[^\s@<>()\[\],;:\"|]{1,250}\.[^\s@<>()\[\],;:\"|.]{2,63}"
# The shape alone: finer rules (RFC 5321, dots in a row, roles, MX) are judged by the e-mail checks and the gate.
_EMAIL = re.compile(f"{_LOCAL}@{_HOST}")
_YES_TEXT = "yes y ja j true wahr 1 x oui o si s sí vero vrai verdadero customer kunde bestandskunde client cliente"
_NO_TEXT = "no n nein false falsch 0 non faux falso prospect interessent lead"
_YES = frozenset(_YES_TEXT.split())
_NO = frozenset(_NO_TEXT.split())
_SALUTATION = re.compile(
    r"^(?:herrn?|frau|mr|mrs|ms|miss|monsieur|madame|mme|mlle|se[nñ]ora?|sr|sra|signora?|sig)\b\.?\s*", re.I
)
_ADDRESSED = frozenset(
    "herr frau herrn mr mrs ms miss mx dr prof prof. dr m mme mlle monsieur madame sr sra srta señor señora sig sig.ra"
    " signor signora dhr mevr mw pan pani ing dipl.-ing mag dott dott.ssa".replace("prof. dr", "prof._dr").split()
) | {"prof. dr", "herr dr", "frau dr", "m. et mme"}
_BETWEEN_NUMBERS = re.compile(r"[/;,|]|:::|\s{2,}|(?<=\d)\s+(?=[^\W\d_]{2,})")
_LETTER = re.compile(r"[^\W\d_]{2,}")
_LABEL = re.compile(r"^[^\d+(]+(?=[\d+(])|\s*[(\[]?[^\W\d_][^\d+]*$")  # ``work: ``, `` (mobile)``
_IS_FAX = re.compile(r"\W*(?:tele)?fax|.*\bfax\W*$", re.I)
_BANDS = ((1, 10), (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000), (5001, 10000))
_SOCIAL_HOSTS = frozenset(
    ["linkedin.com", "xing.com", "facebook.com", "instagram.com", "twitter.com", "x.com", "youtube.com", "tiktok.com"]
)
_PERSONAL_PATH = re.compile(r"^/(?:in|pub|profile|people|sales/lead|sales/people)/", re.I)
_HOST_NAME = re.compile(r"(?=.{4,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9-]{1,63})+")
_PLAIN_SITE = re.compile(r"(?:https?://)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)/?")
_POSTAL_CITY = re.compile(r"((?:[A-Z]{1,2}-)?\d[\dA-Z]{2,5}(?:[ -]\d{1,4})?(?: [A-Z]{2}(?= ))?)\s+(\D.*)")
_LEGAL_FORM = re.compile(
    r"\b(?:gmbh|mbh|ag|kg|ohg|e\.? ?k\.?|e\.? ?v\.?|ltd|limited|llc|inc|corp|plc|sarl|sas|s\.?a\.?|s\.?r\.?l\.?"
    r"|s\.?l\.?|b\.?v\.?|n\.?v\.?|oy|ab|aps|a/s|sp\. z o\.?o\.?|s\.?p\.?a\.?)(?!\w)",
    re.I,
)
_BASES = {
    "consent": "consent einwilligung consentement consentimiento consenso art_6_1_a art_6_abs_1_lit_a",
    "contract": "contract vertrag contrat contrato contratto vertragserfullung art_6_1_b art_6_abs_1_lit_b",
    "legal_obligation": (
        "rechtliche_verpflichtung obligation_legale obligacion_legal obbligo_legale art_6_1_c art_6_abs_1_lit_c"
    ),
    "legitimate_interest": (
        "legitimate_interests berechtigtes_interesse berechtigte_interessen interet_legitime interes_legitimo "
        "interesse_legittimo legitimes_interesse art_6_1_f art_6_abs_1_lit_f"
    ),
}
_BASIS_BY_WORDS = {words: basis for basis, texts in _BASES.items() for words in texts.split()}
_HUBSPOT_BASES = (("legitimate_interest", "legitimate_interest"), ("consent", "consent"), ("contract", "contract"))


def is_plain(cell: str) -> bool:
    """Whether a cell has nothing to clean: it begins with a letter, digit or plus, and has no sign that nobody sees."""
    return cell.isprintable() and (cell[0].isalnum() or cell[0] == "+") and cell[-1] != " " and "  " not in cell


def says_nothing(text: str) -> bool:
    """Whether a plain text says that there is nothing."""
    return len(text) < 24 and text.casefold() in _NOTHING


def clean(cell: str) -> str:
    """Blanks folded, a spreadsheet's text apostrophe dropped; empty when the cell says that there is nothing."""
    text = " ".join(cell.split()).removeprefix("'").strip()
    if len(text) < 24 and (text.casefold() in _NOTHING or _SIGNS_ALONE.fullmatch(text)):
        return ""
    return text


@lru_cache(maxsize=RECENT)
def _emails(text: str) -> tuple[str, ...]:
    if _EMAIL.fullmatch(text):
        return (text.lower().removeprefix("mailto:").strip("'"),)
    found = tuple(dict.fromkeys(each.strip("'.").lower() for each in _EMAIL.findall(text)))
    if not found and (plain := _AT.sub("@", text)) != text:
        return _emails(_DOT.sub(".", plain))
    return found


# as people write an address so that programs do not find it
_AT = re.compile(r"\s*[(\[{<]\s*(?:at|ät|a|@)\s*[)\]}>]\s*", re.I)
_DOT = re.compile(r"\s*[(\[{<]\s*(?:dot|punkt|point|\.)\s*[)\]}>]\s*", re.I)


def emails(text: str) -> tuple[str, ...]:
    """The addresses of a cell, lower case: everything of the shape ``local@domain.tld``."""
    return _emails(text)


@lru_cache(maxsize=RECENT)
def domain(text: str) -> str | None:
    """The registrable domain of a website or host name, as an IDNA A-label (RFC 5891); none of a social network's."""
    host = _host(text)
    return hosts.registrable(host) if host and hosts.registrable(host) not in _SOCIAL_HOSTS else None


def profile(text: str) -> str | None:
    """The URL of a profile on a social network."""
    url = text if "://" in text else f"https://{text}"
    host = _host(url)
    if host is None or hosts.registrable(host) not in _SOCIAL_HOSTS:
        return None
    return url if urlsplit(url).path.strip("/") else None


def is_person_profile(text: str) -> bool:
    """Whether a URL is a person's profile."""
    url = profile(text)
    return url is not None and bool(_PERSONAL_PATH.match(urlsplit(url).path))


def is_company_profile(text: str) -> bool:
    """Whether a URL is a company's profile."""
    return profile(text) is not None and not is_person_profile(text)


@lru_cache(maxsize=RECENT)
def phone_numbers(text: str, country: str | None) -> tuple[str, ...]:
    """E.164 of every number of a cell; none where it is not valid, or says no country and none is known."""
    if found := to_e164(text, country):
        return (found,)
    if not any(sign in text for sign in "/;,|:") and not _LETTER.search(text):
        return ()
    parts = [part.strip() for part in _BETWEEN_NUMBERS.split(text) if sum(map(str.isdigit, part)) >= 6]
    plain = [_LABEL.sub("", part) for part in parts if not _IS_FAX.match(part)]
    return tuple(dict.fromkeys(number for part in plain if (number := to_e164(part, country))))


@lru_cache(maxsize=5_000)
def country(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a code or a country's name."""
    found = country_code(text)
    if found and (len(text) > 2 or found in _country_codes()):
        return found
    return by_any_name(text) if len(text) <= LONGEST_COUNTRY else None


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@lru_cache(maxsize=RECENT)
def vat_id(text: str, country: str | None) -> str | None:
    """With country prefix and no blanks, None where the check digits do not hold."""
    return check_vat(text, country)


def in_reading_order(names: list[str]) -> str:
    """Given names and family names as one; the family first where it is written in Chinese, Japanese or Korean."""
    written = " ".join(names)
    if written.isascii() or len(names) != 2 or not all(map(_EAST_ASIAN.fullmatch, names)):
        return written
    return " ".join(reversed(names))


_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々]+")


def person_name(text: str, *, is_in_order: bool = False) -> str:
    """Without the form of address and degrees behind the name, given name first; titles before it stay.

    `is_in_order`: the given name stands first, as where it has a column of its own, whatever follows a comma.
    """
    name = _SALUTATION.sub("", text).strip()
    if "," not in name:
        return name
    name = without_degrees(name)
    family, comma, given = name.partition(",")
    is_turned = comma and given.strip() and "," not in given and not is_in_order
    return f"{given.strip()} {family.strip()}" if is_turned else name


def contacts(text: str) -> list[tuple[str, str | None]]:
    """Names with their addresses of a cell that lists people: ``Max Muster (max@example.org); Eva Muster``."""
    found: list[tuple[str, str | None]] = []
    for part in re.split(r";|\n|\|", text):
        address = next(iter(emails(part)), None)
        name = person_name(" ".join(re.sub(r"[(<\[]?[^\s(<\[]+@[^\s)>\]]+[)>\]]?", " ", part).split()))
        if address or (name and " " in name):
            found.append((name, address))
    return found


def is_company_name(text: str) -> bool:
    """Whether a text can be nothing but a company's name."""
    return _SURE_FORM.search(text) is not None


_SURE_FORM = re.compile(
    r"\b(?:gmbh(?: & co\.? kg)?|g?mbh|ohg|ltd\.?|limited|llc|inc\.|sarl|s\.r\.l\.?|s\.r\.o\.?|sp\. z o\.? ?o\.?"
    r"|b\.v\.|n\.v\.|s\.l\.|s\.p\.a\.|d\.o\.o\.|kft\.?|oyj|a\.ş\.|e\. ?k\.)\s*$"
    r"|株式会社|有限会社|有限公司|주식회사|^ооо\b",
    re.I,
)


def is_salutation(text: str) -> bool:
    """Whether a cell is a form of address or an academic title and nothing else."""
    return text.casefold().rstrip(".") in _ADDRESSED


def is_contact_list(text: str) -> bool:
    """Whether a cell lists people with their addresses."""
    return "@" in text and len(text) > len(next(iter(emails(text)), "")) + 4


def is_home_page(text: str) -> bool:
    """Whether a cell is the address of a whole website, not of a page or picture on it."""
    return is_website(text) and not urlsplit(text if "://" in text else f"//{text}").path.strip("/")


def is_international_phone(text: str) -> bool:
    """Whether a cell is a telephone number with its country."""
    return text.lstrip("'").startswith(("+", "00")) and is_phone(text)


@lru_cache(maxsize=5_000)
def employee_band(text: str) -> str | None:
    """``51-200`` from a band or from a number in English or German spelling."""
    plain = re.sub(r"(?<=\d)[.,' ](?=\d{3}(?!\d))", "", text.casefold())
    match = re.fullmatch(
        r"[><~≈\s]*(\d{1,8})(?:\.0+)?(?:\s*(?:-|–|to|bis)\s*(\d{1,8})|\s*(\+))?(?:\s*\D{0,20})?", plain
    )
    if match is None or int(match[1]) + int(match[2] or 0) == 0:
        return None
    size = int(match[2] or match[1]) + (match[3] is not None)
    return next((f"{low}-{high}" for low, high in _BANDS if size <= high), "10001+")


def is_yes(text: str) -> bool:
    """Whether a yes/no column says yes."""
    return text.casefold() in _YES


def is_yes_or_no(text: str) -> bool:
    """Whether a text is a yes or a no."""
    return text.casefold() in _YES or text.casefold() in _NO or not clean(text)


@lru_cache(maxsize=1_000)
def legal_basis(text: str) -> str:
    """The GDPR's basis (Art. 6 (1)) in the marts' spelling; what is not known stands as it was stated, folded."""
    folded = re.sub(r"[^a-z0-9]+", "_", _plain(text)).strip("_")
    if folded in _BASIS_BY_WORDS:
        return _BASIS_BY_WORDS[folded]
    return next((basis for sign, basis in _HUBSPOT_BASES if sign in folded), folded or text)


def _plain(text: str) -> str:
    return text.casefold().translate(_ACCENTS)


_ACCENTS = str.maketrans("äöüéèêàáíóúñç", "aoueeeaaiounc")


@lru_cache(maxsize=RECENT)
def postal_city(text: str) -> tuple[str | None, str | None]:
    """``80331 München`` in two; the postal code is None where there is none."""
    match = _POSTAL_CITY.fullmatch(text)
    return (match[1], match[2]) if match else (None, text or None)


def is_email(text: str) -> bool:
    """Whether a cell is one address and nothing else."""
    return _EMAIL.fullmatch(text) is not None


def is_website(text: str) -> bool:
    """Whether a cell is a website's address."""
    return bool(domain(text)) and (text.startswith(("http", "www.")) or hosts.has_public_suffix(text))


def is_phone(text: str) -> bool:
    """Whether a cell looks like a telephone number."""
    return sum(map(str.isdigit, text)) >= 7 and re.fullmatch(r"'?\+?[\d\s()./-]{7,25}", text) is not None


def has_legal_form(text: str) -> bool:
    """Whether a cell ends like a company's name."""
    return _LEGAL_FORM.search(text) is not None


def is_country(text: str) -> bool:
    """Whether a cell is a country."""
    return len(text) < LONGEST_COUNTRY and not any(map(str.isdigit, text)) and country(text) is not None


def is_postal_city(text: str) -> bool:
    """Whether a cell is a postal code with its town."""
    return _POSTAL_CITY.fullmatch(text) is not None


def is_person(text: str) -> bool:
    """Whether a cell is a person's name."""
    return " " in text and len(text) < 60 and not any(map(str.isdigit, text)) and has_given_name(text)


@lru_cache(maxsize=RECENT)
def _host(text: str) -> str | None:
    if plain := _PLAIN_SITE.fullmatch(text):
        host = plain[1].lower()
        return host if _HOST_NAME.fullmatch(host) else None
    text = text.strip("<> ").replace("\\:", ":") if text.startswith("<") or "\\:" in text else text
    try:
        host = (urlsplit(text if "://" in text else f"//{text}").hostname or "").rstrip(".")
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    return host if _HOST_NAME.fullmatch(host) else None
