"""How countries write the town line of a postal address: the code, its place beside the town, regions.

After the Universal Postal Union's addressing sheets (upu.int, "Postal addressing systems in member countries").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leadhouse.extraction.addresses.address_regions import region_of
from leadhouse.extraction.addresses.code_shapes import CA, GB, IE, SPACED_FIVE, country_by_shape, fits_shape
from leadhouse.extraction.addresses.country import country_code
from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.patterns.vocabulary import LEGAL_FORM, words
from leadhouse.extraction.patterns.windows import around_matches

_AFTER = words("RO EE UA IN SG CN NZ AU ZA PH LK PK NG KE MY CL AR CO AE TH LV BR ID VN BD")
_SELDOM_AFTER = words("CZ SK GR TR IL SA HR RS")  # no town stands behind the code then
_OTHER_FORMS = words("US GB CA IE IN AU SG NZ ZA PH")  # no code before the town there
_DASHED = words("PL PT BR")
_AFTER_STEMS = ("india", "singapore", "new zealand", "australia", "south africa", "brasil", "latvia", "philippines")
UPPER = "A-ZÀ-ÖØ-ÞŁŚŻŹČŠŽĐŘĎŤŇĽĹŔŐŰĀĒĪŪĢĶĻŅȘȚİĞŞΑ-ΩА-ЯЁ"
_SMALL_WORDS = (  # first abbreviated ones: ``Neumarkt i. d. OPf.``, ``Rothenburg o.d.T.``
    r"[aibov]\.\s?(?:d\.\s?)?[A-ZÄÖÜ][\w.]*|am|an|der|den|im|in|ob|bei|vor|zu|zum|de|del|della|dei|di|da|la|le|lès"
    r"|les|du|sur|sous|en|y|e|el|los|las|do|das"
    r"|op|aan|ten|i|v\.?|d\.|nad|pod|pri"
)
_CITY = (
    rf"(?P<city>[{UPPER}][\w'’.\-/]*(?:[ \u00a0](?:[{UPPER}(][\w'’.\-)]*|[1-9]\d?(?=[ \u00a0]*(?:[\n,;|)–]|-[ ]|$))"
    rf"|{_SMALL_WORDS})(?![\w:@])){{0,6}})"
)
_PREFIXES = (  # one letter needs its hyphen: "98 A 30826" is the number of a house
    r"(?:DE|AT|CH|LI|BE|FR|IT|ES|DK|NO|SE|LU|FIN|FI|CZ|SK|PL|NL|LT|LV|EE|HR|SI|RO|BG|GR|CY|HU|PT|MC)[- \u00a0–]{1,3}"
    r"|(?:[DABFIENSLH]|FL)[ ]?[-–][ ]?"
)
_PREFIX_COUNTRY = {"D": "DE", "A": "AT", "FL": "LI", "B": "BE", "F": "FR", "I": "IT", "E": "ES", "N": "NO", "S": "SE"}
_PREFIX_COUNTRY |= {"L": "LU", "FIN": "FI", "H": "HU"}
_BEFORE = re.compile(
    rf"(?<![\w+/.–#-])(?P<prefix>{_PREFIXES})?"
    r"(?P<code>\d{5}[-–]\d{3}|\d{4}(?:[-–]| [-–] )\d{3}|\d{2}[-–]\d{3}|\d{3}[ \u00a0]\d{2}|\d{5,6}"
    r"|\d{4}(?:[ \u00a0]?[A-Z]{2}(?![A-Za-z]))?)"
    rf",?[ \u00a0]{{1,3}}(?:[-–][ ])?{_CITY}"
)
_NAMED_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    "|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri"
    "|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma"
    "|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington"
    "|West Virginia|Wisconsin|Wyoming|Puerto Rico"
)
_US_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D\.?C|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]"
    rf"|T[NX]|UT|V[AT]|W[AIVY]|{_NAMED_STATES}"
    r"|Okla|Calif|Mass|Wash|Ore|Colo|Minn|Wis|Ill|Ind|Mich|Penna?|Fla|Tex|Ariz|Conn|Ala|Ark|Kan|Md|Miss|Mo|Mont|Neb|Nev"
    r"|Tenn|Vt|Va|Wyo|Pa|Ga|Ky|La|N\.[HJMYCD]|S\.[CD]|R\.I|W\.Va)"
)
_US = re.compile(rf"(?<![\w.])(?P<region>{_US_STATE})\.?,?[ \n\u00a0]+(?P<code>\d{{5}}(?:[-–]\d{{4}})?)(?![\d-])")
_DIGITS = re.compile(r"\d\d(?:\d{2}|\d[ \u00a0]\d{2}|[-–]\d{3})")
_FIVE_DIGITS = re.compile(r"\d{5}")
_DIGIT_AND_LETTERS = re.compile(r"\d[A-Z][A-Z0-9]")
_AR = re.compile(rf"(?<!\w)\(?(?P<code>[A-HJ-NP-Z]\d{{4}}(?:[A-Z]{{3}})?)\)?,?[ ]{{1,3}}(?:[-–][ ])?{_CITY}")
_AFTER_CODE = re.compile(
    r"(?:(?<=[,–—\-.:)\n ])|(?<=[a-z]))(?P<label>(?:PIN|Pin|Pincode|PINCODE|Postal Code|Postcode|CEP"
    r"|P\.O\.)(?:[ ]?[Cc]ode)?[ :.–-]*)?"
    r"(?:LV-)?(?<!\d)(?P<code>\d{5}-\d{3}|\d{3}[ ]\d{3}|\d{3}[ ]\d{2}|\d{6,7}|\d{4,5})(?![\d/–-]|\.\d|[ ]\d{3})"
)
_TOWN_FOLLOWS = re.compile(rf",?[ \u00a0]{{1,3}}[{UPPER}][\w-]{{2,}}")
_REGION_BEHIND = re.compile(r",?[ ]([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?=[\n,.;|]|$)")  # ``560001, Karnataka``
_TOWN_AND_STATE = re.compile(rf"[ ]?[-–,.]?[ ]{_CITY.replace('?P<city>', '?:')}[ ]?[-–/,][ ]?[A-Z]{{2}}(?!\w)")
_NUMBER_LEADS = re.compile(r"(?:^|\n|\d\s?[a-zA-Z]?(?:\s?[/-]\s?\d+\w?)?)[ \u00a0]*[,;–-]?[ \u00a0]*$")
_CITY_AFTER = re.compile(r"[ \u00a0]([A-Z][a-z]+(?:[ -][A-Z][a-z]+){0,2})(?=[ ]?[\n,|·•]|$)")
_DISTRICT = re.compile(rf"[ ][–-][ ][{UPPER}][\w .-]{{2,24}}(?=\n|$)")  # ``Praha 4 – Nusle``
_PROVINCE = re.compile(r"[ ,]*\(([A-Z]{2}|[A-ZÀ-Þ][\w ]{3,20})\)$")
# Words that follow a town in one run of text and are not of its name.
_AFTER_TOWN = re.compile(
    r"[ ,]+(?:(?:tel|telefon|tlf|fon|phone|fax|mobil\w*|mob|e-?mail|mail|web|www|http\S*|org\.?nr\S*|ust\S*|uid|vat"
    r"|kvk|cvr|iban"
    r"|btw|p\.?\s?iva|siret|siren|rcs|call|contact|kontakt|öffnungszeiten|opening|hours|impressum|copyright|all|alle"
    r"|amtsgericht"
    r"|hrb|handelsregister|inhaber|gesch[äa]ftsf\w+|vertreten\w*|cedex|and|und|et|postfach|m|t|p|f|e)(?![\w]|-[A-Z])"
    r"|inhaber|vertretungs|registergericht).*$",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class Town:
    """The town line of an address in `page.text[start:end]`; `city` is None where it stands before the code."""

    start: int
    end: int
    code: str
    city: str | None
    region: str | None
    country: str | None
    is_named: bool  # the country is written there, or its code has a shape no other country's has
    is_line_end: bool
    is_labelled: bool = False  # by a word such as PIN or postcode

    def overlaps(self, other: Town) -> bool:
        """Whether two towns share a part of the text."""
        return self.start < other.end and other.start < self.end


def towns(page: Page, country: str | None) -> Iterator[Town]:
    """Places of a page that read like a town with its postal code; at most 60. `country` is the page's (ISO)."""
    sure: list[Town] = []
    for count, town in enumerate(_all_towns(page, country)):
        if count >= 60:
            return
        if town.city is None:
            sure.append(town)
        elif not town.is_named and any(town.start <= other.end and other.start <= town.end + 60 for other in sure):
            continue  # a number inside an address that its own form has told already
        yield town


def _all_towns(page: Page, country: str | None) -> Iterator[Town]:
    text = page.text
    if country in {"US", "CA", "PR", None} or "USA" in text or "united states" in page.lowered or "U.S." in text:
        yield from (
            _town(text, match, "US", region=match["region"]) for match in around_matches(text, _US, _FIVE_DIGITS, 30, 8)
        )
    if country in {"GB", None, "IE"} or "united kingdom" in page.lowered or "UK" in text or "england" in page.lowered:
        yield from (_town(text, match, "GB") for match in around_matches(text, GB, _DIGIT_AND_LETTERS, 8, 2))
    if country == "CA" or "canada" in page.lowered:
        yield from (_town(text, match, "CA") for match in around_matches(text, CA, _DIGIT_AND_LETTERS, 8, 6))
    if country == "IE" or "ireland" in page.lowered:
        yield from (_town(text, match, "IE") for match in IE.finditer(text) if re.search(r"\d", match["code"][1:3]))
    if country == "AR":
        yield from (
            Town(match.start(), match.end(), match["code"], match["city"].strip(" .,-"), None, "AR", True, True)
            for match in around_matches(text, _AR, _DIGITS, 4, 60)
        )
    if country in _AFTER or country in _SELDOM_AFTER or page.mentions(*_AFTER_STEMS):
        yield from _after_city(text, country)
    yield from _before_city(text, country)


def _town(text: str, match: re.Match[str], country: str, region: str | None = None) -> Town:
    city = None
    if country == "GB" and (after := _CITY_AFTER.match(text, match.end())):
        city = after[1]
    is_end = text[match.end() : match.end() + 1] in {"", "\n"} or bool(_named_after(text, match.end()))
    return Town(match.start(), match.end(), match["code"].replace("–", "-"), city, region, country, True, is_end)


def _before_city(text: str, country: str | None) -> Iterator[Town]:
    for match in around_matches(text, _BEFORE, _DIGITS, 8, 110):
        code, city = match["code"].replace("–", "-").replace(" - ", "-"), match["city"]
        if code != match["code"] and country not in _DASHED:
            continue  # ``10–120 Personen``; an editor's dash counts where codes have one
        if _BOX_BEFORE.search(text[max(0, match.start() - 16) : match.start()]) and not match["prefix"]:
            continue  # the number of a post box
        named, end = None, match.end()
        trimmed = _AFTER_TOWN.sub("", city)
        if trimmed != city:
            if "cedex" not in city[len(trimmed) :].lower():
                end = match.start("city") + len(trimmed)
            city = trimmed
        head, blank, last = city.rpartition(" ")
        is_town_word = head.endswith((" de", " of")) or head in {"Ciudad", "New"}
        if blank and len(last) > 3 and not is_town_word and (named := country_code(last)):
            city = re.sub(r"[ ,–-]+(?:The|the)?$", "", head)
        named = named or _named_after(text, end)
        prefix = (match["prefix"] or "").strip(" \u00a0-–")
        by_prefix = _PREFIX_COUNTRY.get(prefix, prefix) or None
        home = (
            by_prefix or (named if named and fits_shape(code, named, is_named=True) else None) or country_by_shape(code)
        )
        is_named = home is not None
        if home is None:
            home = country if fits_shape(code, country) else None
            if home is None and (len(code) not in {4, 5, 6} or country in _OTHER_FORMS):
                continue
        city = city.strip(" ,.-–")
        city, region = _province(city, home, text[end : end + 8])
        if home in _AFTER and region_of(city):
            continue  # ``Bengaluru - 560012, Karnataka``: the town stands before
        if home == "TR" and (province := re.match(rf"[ ,]*/[ ]?([{UPPER}]\w+)", text[end : end + 24])):
            region = province[1]
            end += province.end()
        city = city.strip(" ,.-–(/") + (")" if "(" in city and not city.endswith(")") else "")
        if not _is_town(city, text[max(0, match.start() - 24) : match.start()], is_named=is_named):
            continue
        is_end = named is not None or text[end : end + 1] in {"", "\n", ",", "|"} or bool(_DISTRICT.match(text, end))
        yield Town(match.start(), end, code.replace("\u00a0", " "), city, region, home, is_named, is_end)


def _province(city: str, home: str | None, after: str) -> tuple[str, str | None]:
    """A town and the province beside it: ``Montalcino (Siena)``, ``Milano (MI)``, ``Camogli GE``."""
    if home == "BR" and (match := re.match(r"[ ]?[-–/,][ ]?([A-Z]{2})(?!\w)", after)):
        return city, match[1]
    if (match := _PROVINCE.search(city)) and (home == "IT" or len(match[1]) > 3) and home not in {"DE", "CH"}:
        return city[: match.start()], match[1]
    if home != "IT":
        return city, None
    if match := re.match(r"[ ,–-]*\(?([A-Z]{2})\)?(?![\w])", after):
        return city, match[1]
    if match := re.search(r"[ ]([A-Z]{2})$", city):
        return city[: match.start()], match[1]
    return city, None


_NO_TOWN = re.compile(
    r"^(?:tel|fax|fon|mail|e-?mail|phone|mobile?|web)\w*$|\b(?:street|st|road|rd|avenue|ave|way|drive|dr|lane"
    r"|boulevard|blvd"
    r"|floor|suite|court|piso|planta|col|colonia|oficina|depto|étage|kat)\b",
    re.I,
)
_NO_CODE = re.compile(
    r"(?:©|\(c\)|copyright|since|seit|depuis|dal)\s*$|\+\d[\d ()/,.-]*$|[A-Z]{2}\d{2}(?: ?\w{4})+ ?$", re.I
)


_BOX_BEFORE = re.compile(
    r"(?:box|b\.? ?p\.?|p\.? ?m\.? ?b\.?|postfach|apartado|postbus|postboks|ص\.? ?ب)[ .:n°º#]*$", re.I
)


def _is_town(city: str, before: str, *, is_named: bool) -> bool:
    """Whether words after a number are a town and the number is its code: no year, no phone, no house on a street."""
    if len(re.sub(r"[^\w]|\d", "", city)) < 2 or _NO_CODE.search(before) or LEGAL_FORM.search(city):
        return False
    is_country = " " in city and not city.startswith("Ciudad") and country_code(city) is not None
    return not ((_NO_TOWN.search(city) and not is_named) or is_country or city == "USA")


def _named_after(text: str, end: int) -> str | None:
    """The country written behind the town: after a comma, in brackets, or on the next line."""
    tail = re.match(
        r"[\s,;|·•(–-]{1,4}([^\W\d_][\w .]{2,24}?)[.)]?(?=\s*(?:[\n,;|·•)]|$|[ ](?:tel|phone|fax|e-?mail)))",
        text[end : end + 40],
        re.I,
    )
    return country_code(tail[1]) if tail and len(tail[1]) > 2 else None


def _after_city(text: str, country: str | None) -> Iterator[Town]:
    for match in around_matches(text, _AFTER_CODE, _DIGITS, 24, 8):
        code = match["code"]
        named = _named_after(text, match.end())
        home = named or country
        if (home not in _AFTER and home not in _SELDOM_AFTER) or not fits_shape(code, home):
            continue
        if home in _SELDOM_AFTER and not _closes_town(text, match, home, is_named=named is not None):
            continue
        if home == "MY" and _TOWN_FOLLOWS.match(text, match.end()):
            continue  # ``KLCC, 50450 Kuala Lumpur``
        if home == "BR" and _TOWN_AND_STATE.match(text, match.end()):
            continue  # ``CEP 01310-200 - Santos - SP``
        if _TOWN_FOLLOWS.match(text, match.end()) and _NUMBER_LEADS.search(
            text[max(0, match.start() - 24) : match.start()]
        ):
            continue  # ``Telliskivi 60a, 10412 Tallinn``: written as in `_before_city`
        is_end = named is not None or text[match.end() : match.end() + 1] in {"", "\n", ",", ".", "|"}
        further = _REGION_BEHIND.match(text, match.end())
        region = region_of(further[1]) if further and home != "BR" else None
        yield Town(
            match.start(), match.end(), code, None, region, home, named is not None, is_end, bool(match["label"])
        )


def _closes_town(text: str, match: re.Match[str], home: str | None, *, is_named: bool) -> bool:
    """Whether a code that most write before the town stands behind one here: a word before it, none behind."""
    if match["code"].isdigit() and home in SPACED_FIVE:
        return False
    before = text[max(0, match.start() - 3) : match.start()]
    return bool(re.search(r"[^\W\d_]\)?,?[ \n]$", before)) and (is_named or not _TOWN_FOLLOWS.match(text, match.end()))
