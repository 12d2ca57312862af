"""Which country and language a site speaks for, by weighed signs."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import islice

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.patterns.windows import around_matches, matches_from

_NAMES = {
    "AT": "österreich|austria|autriche",
    "AU": "australia",
    "BE": "belgi(?:um|ë|que|en|o)",
    "BR": "bra[sz]il",
    "CA": "canada",
    "CH": "schweiz|switzerland|suisse|svizzera",
    "CL": "chile",
    "CM": "cameroun|cameroon",
    "CN": "china",
    "CZ": "czech republic|česk[áo] republika|czechia",
    "DE": "deutschland|germany|allemagne|germania|alemania",
    "DK": "danmark|denmark",
    "ES": "españa|spain|espagne|spagna|spanien",
    "FI": "finland|suomi",
    "FR": "france|frankreich|francia",
    "GB": "united kingdom|england|scotland|wales|great britain|(?-i:U\\.?K\\.?)",
    "GR": "greece|griechenland|ελλάδα",
    "HU": "hungary|magyarország",
    "IE": "ireland|irland|éire",
    "IN": "india",
    "IT": "italia|italy|italien|italie",
    "JP": "japan",
    "KE": "kenya",
    "LK": "sri lanka",
    "MX": "m[eé]xico",
    "MY": "malaysia",
    "NG": "nigeria",
    "NL": "nederland|netherlands|the netherlands|niederlande|pays-bas",
    "NO": "norge|norway|norwegen",
    "NZ": "new zealand|aotearoa",
    "PH": "philippines|pilipinas",
    "PK": "pakistan",
    "PL": "polska|poland|polen",
    "PT": "portugal",
    "RO": "rom[aâ]nia",
    "SE": "sverige|sweden|schweden",
    "SG": "singapore",
    "TR": "türkiye|turkey",
    "US": "(?-i:USA|U\\.S\\.A\\.)|united states(?: of america)?",
    "ZA": "south africa",
    "AR": "argentina|argentinien",
    "BG": "bulgaria|bulgarien|българия",
    "CO": "colombia",
    "CY": "cyprus|zypern|κύπρος",
    "EE": "estonia|eesti|estland",
    "EG": "egypt",
    "HK": "hong kong",
    "HR": "croatia|hrvatska|kroatien",
    "ID": "indonesia",
    "IL": "israel",
    "IS": "iceland|ísland",
    "LI": "liechtenstein",
    "LT": "lithuania|lietuva|litauen",
    "LU": "luxemb(?:o?urg|urgo)",
    "LV": "latvia|latvija|lettland",
    "MA": "morocco|maroc",
    "MT": "malta",
    "PE": "per[uú]",
    "RS": "serbia|srbija",
    "SA": "saudi arabia",
    "SI": "slovenia|slovenija|slowenien",
    "SK": "slovakia|slovensko|slowakei",
    "TH": "thailand",
    "TW": "taiwan",
    "UA": "ukraine|україна",
    "VN": "viet ?nam",
    "AL": "albania|shqipëri", "BA": "bosnia|bosna i hercegovina", "BD": "bangladesh", "BO": "bolivia",
    "CI": "côte d['’]ivoire|ivory coast", "CR": "costa rica", "DO": "dominican republic|república dominicana",
    "DZ": "algeria|algérie", "EC": "ecuador", "ET": "ethiopia", "GH": "ghana", "GT": "guatemala", "KH": "cambodia",
    "KR": "south korea", "ME": "montenegro|crna gora", "MK": "north macedonia", "MU": "mauritius", "NP": "nepal",
    "PY": "paraguay", "RW": "rwanda", "SN": "s[ée]n[ée]gal", "TN": "tunisi[ae]|tunisie", "TZ": "tanzania",
    "UG": "uganda", "UY": "uruguay", "VE": "venezuela", "ZM": "zambia", "ZW": "zimbabwe",
    "AE": "united arab emirates|(?-i:UAE)|dubai",
}  # fmt: skip
_NAME = guarded("|".join(rf"(?P<{code}>(?<!\w)(?:{names})(?!\w))" for code, names in _NAMES.items()), re.I)
_CODE_BY_NAME = re.compile(r"^[A-Za-z]{2}$")
_CALLING = {
    "1": "US", "20": "EG", "27": "ZA", "30": "GR", "31": "NL",
    "32": "BE", "33": "FR", "34": "ES", "36": "HU", "39": "IT",
    "40": "RO", "41": "CH", "43": "AT", "44": "GB", "45": "DK",
    "46": "SE", "47": "NO", "48": "PL", "49": "DE", "52": "MX",
    "54": "AR", "55": "BR", "56": "CL", "57": "CO", "60": "MY",
    "61": "AU", "62": "ID", "63": "PH", "64": "NZ", "65": "SG",
    "66": "TH", "81": "JP", "82": "KR", "84": "VN", "86": "CN",
    "90": "TR", "91": "IN", "92": "PK", "94": "LK", "351": "PT",
    "352": "LU", "353": "IE", "358": "FI", "359": "BG",
    "370": "LT", "371": "LV", "372": "EE", "376": "AD", "380": "UA",
    "385": "HR", "386": "SI", "420": "CZ", "421": "SK",
    "234": "NG", "237": "CM", "254": "KE", "971": "AE", "972": "IL",
    "7": "RU", "51": "PE", "58": "VE", "95": "MM", "212": "MA", "213": "DZ", "216": "TN", "221": "SN",
    "225": "CI", "233": "GH", "250": "RW", "251": "ET", "255": "TZ", "256": "UG", "260": "ZM", "263": "ZW", "354": "IS",
    "355": "AL", "356": "MT", "357": "CY", "373": "MD", "374": "AM", "375": "BY", "381": "RS", "382": "ME", "387": "BA",
    "389": "MK", "502": "GT", "506": "CR", "507": "PA", "591": "BO", "593": "EC", "595": "PY", "598": "UY", "852": "HK",
    "855": "KH", "880": "BD", "886": "TW", "961": "LB", "962": "JO", "965": "KW", "966": "SA", "968": "OM", "973": "BH",
    "974": "QA", "977": "NP", "995": "GE",
}  # fmt: skip
_SIX_DIGITS = re.compile(r"\d{6}")
_PLUS = re.compile(r"(?:\+|\b00)\s?\(?([1-9]\d{0,2})[\s().\-/\d]{6,}")
_VAT_PREFIX = re.compile(
    r"(?<![A-Z])(ATU|BE|CHE|CZ|DE|DK|EL|ES|FI|FR|HU|IE|IT|LU|NL|PL|PT|RO|SE|SK)[ -]?[0-9A-Z]{1,2}\d{6}"
)
_LANGUAGE_COUNTRY = {
    "de": "DE", "it": "IT", "nl": "NL", "nb": "NO", "nn": "NO",
    "no": "NO", "sv": "SE", "da": "DK", "fi": "FI", "pl": "PL",
    "cs": "CZ", "sk": "SK", "hu": "HU", "ro": "RO", "el": "GR",
    "ja": "JP", "ko": "KR", "tr": "TR", "uk": "UA", "ru": "RU",
    "hr": "HR", "sl": "SI", "lt": "LT", "lv": "LV", "et": "EE", "vi": "VN", "th": "TH", "is": "IS",
    "bg": "BG", "he": "IL", "iw": "IL", "sr": "RS", "id": "ID", "sq": "AL", "ka": "GE", "hy": "AM", "mt": "MT",
    "mk": "MK",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a code or a country's name in several languages."""
    text = text.strip()
    if _CODE_BY_NAME.match(text):
        return {"UK": "GB"}.get(text.upper(), text.upper())
    match = _NAME.search(text[:100])
    return match.lastgroup if match else None


def calling_country(text: str) -> str | None:
    """Country of the calling code that a number in international form starts with."""
    match = _PLUS.search(text)
    if not match:
        return None
    digits = match[1]
    return next((_CALLING[digits[:size]] for size in (3, 2, 1) if digits[:size] in _CALLING), None)


def detect_country(page: Page, hint: str | None) -> tuple[str | None, float]:
    """Country of the site as this page tells it, and how sure that is (0..1).

    `hint` (from other pages or the source) wins over weak signs; a language alone is a weak one.
    """
    votes: Counter[str] = Counter()
    if by_host := hosts.country_of_host(page.host):
        votes[by_host] += 5
    if hint:
        votes[hint] += 4
    for item, _, _ in structured.nested(page.json_ld + page.microdata):
        if "postaladdress" in structured.types_of(item) and (
            code := country_code(structured.text_of(item.get("addressCountry")))
        ):
            votes[code] += 4
    _vote_by_text(page, votes)
    language, _, region = page.lang.replace("_", "-").partition("-")
    if len(region) == 2 and region.upper() not in {"US", "GB"}:
        votes[region.upper()] += 2
    elif region:
        votes[{"UK": "GB"}.get(region.upper(), region.upper())] += 0
    if by_language := _LANGUAGE_COUNTRY.get(language.lower()):
        votes[by_language] += 1
    if not any(votes.values()) and (by_region := _by_region(page) or _by_closing_name(page)):
        votes[by_region] += 2
    best = [(code, count) for code, count in votes.most_common(1) if count > 0 and len(code) == 2]
    return (best[0][0], 0.9 if best[0][1] >= 3 else 0.6 if best[0][1] >= 2 else 0.4) if best else (None, 0.0)


_REGIONS = guarded(
    r"(?P<IN>\b(?:Tamil ?[Nn]adu|Maharashtra|Gujarat|Karnataka|Kerala|Telangana|Andhra Pradesh|Uttar Pradesh"
    r"|Madhya Pradesh|Rajasthan|Haryana|Punjab|West Bengal|New Delhi)\b)"
    r"|(?P<AU>\b(?:NSW|VIC|QLD|TAS)\s+\d{4}\b)"
    r"|(?P<US>\b(?:A[KLRZ]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY]),?\s+\d{5}(?:-\d{4})?\b)"
    r"|(?P<GB>\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b)"
)


_INDIAN_STEMS = (
    "tamil", "maharashtra", "gujarat", "karnataka", "kerala", "telangana", "andhra", "pradesh", "rajasthan", "haryana",
    "punjab", "west bengal", "new delhi",
)  # fmt: skip
_DIGIT = re.compile(r"\d")


def _by_region(page: Page) -> str | None:
    """Country of the states and postal codes that a page writes, where nothing else tells."""
    if page.mentions(*_INDIAN_STEMS):
        found = _REGIONS.finditer(page.text)
    else:  # what is left stands beside figures
        found = around_matches(page.text, _REGIONS.pattern, _DIGIT, 24, 12)
    counts = Counter(match.lastgroup for match in islice(found, 20))
    return counts.most_common(1)[0][0] if counts else None


def _by_closing_name(page: Page) -> str | None:
    """Country that short lines end with (``Nairobi, Kenya``), where nothing else tells."""
    named: Counter[str] = Counter()
    for line in [block.text.rpartition("\n")[2] for block in page.blocks]:
        town, comma, last = line.rstrip(" .").rpartition(",")
        if comma and len(line) <= 90 and len(town) >= 3 and (code := _named_in(last)) and len(last.split()) <= 3:
            named[code] += 1
    return named.most_common(1)[0][0] if named else None


_CODE_LIKE = re.compile(r"\d{3}")
_PLACES = Mark.FOOTER | Mark.ADDRESS | Mark.CONTACT


@lru_cache(maxsize=20_000)
def _named_in(text: str) -> str | None:
    match = _NAME.search(text)
    return match.lastgroup if match else None


def _vote_by_text(page: Page, votes: Counter[str]) -> None:
    calling: Counter[str] = Counter()
    for action in page.actions:
        if action.url[:4].lower() == "tel:" and (code := calling_country(action.url)):
            calling[code] += 1
    for match in matches_from(page.text, _PLUS, ("+", "00")):
        if code := calling_country(match[0]):
            calling[code] += 1
    if calling:
        leading = calling.most_common(1)[0][0]
        votes["CA" if leading == "US" and _CANADIAN.search(page.text) else leading] += 3
    for match in islice(around_matches(page.text, _VAT_PREFIX, _SIX_DIGITS, 8, 8), 3):
        votes[{"ATU": "AT", "CHE": "CH", "EL": "GR"}.get(match[1], match[1])] += 2
    named: Counter[str] = Counter()
    for block in page.blocks:
        if (
            len(block.text) <= 160
            and (block.marks & _PLACES or _CODE_LIKE.search(block.text))
            and (country := _named_in(block.text))
        ):
            named[country] += 1
    if named:
        votes[named.most_common(1)[0][0]] += 2


_CANADIAN = guarded(  # +1 is Canada's calling code, too
    r"\b(?:AB|BC|MB|N[BLS]|ON|PE|QC|SK|YT|Ontario|Alberta|British Columbia|Manitoba|Nova Scotia|New Brunswick"
    r"|Saskatchewan|Qu[ée]bec)[.,]?\s{1,2}(?:Canada,? )?[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d\b"
)
_STOPWORDS = {
    "de": "und der die das ist nicht mit für auf wir sie",
    "en": "and the of to is with for you our we",
    "fr": "et les des est avec pour vous nous dans votre une",
    "es": "y los las es con para nosotros nuestra una del",
    "it": "e gli della che con per una nostra sono di il",
    "nl": "en het een van voor met wij onze zijn de",
    "pt": "e os das com para uma nossa são não do",
    "nb": "og det er for med vi på som til av",
    "sv": "och det är för med vi på som till av",
    "da": "og det er for med vi på som til af",
    "pl": "i w na z do jest nie się dla oraz",
}


_SPEAKING: dict[str, list[str]] = {}  # languages of a word
for _code, _listed in _STOPWORDS.items():
    for _each in _listed.split():
        _SPEAKING.setdefault(_each, []).append(_code)


def detect_language(page: Page) -> str | None:
    """BCP 47 primary subtag: what the text speaks, else what `lang` declares (templates leave ``en`` behind)."""
    declared = page.lang.replace("_", "-").split("-")[0].lower()
    shown = " ".join(block.text for block in page.blocks[:200] if not block.marks & (Mark.COLLAPSED | Mark.CODE))
    words = shown[:6000].lower().split()  # with their punctuation: beside a comma stands hardly a word that tells
    total = len(words)
    if total >= 40:
        counts = Counter(words)
        scores = dict.fromkeys(_STOPWORDS, 0)
        for word in counts.keys() & _SPEAKING.keys():
            for code in _SPEAKING[word]:
                scores[code] += counts[word]
        code, score = max(scores.items(), key=lambda entry: entry[1])
        if score / total >= 0.07 and score > scores.get(declared, 0) * (1.5 if total >= 100 else 3):
            return code
    return declared if re.match(r"^[a-z]{2,3}$", declared) else None
