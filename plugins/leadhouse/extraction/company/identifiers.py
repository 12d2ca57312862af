"""VAT and register numbers, and the technologies a page shows by its own marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from leadhouse.extraction.attribution.context import Findings, around, third_party
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.patterns.windows import around_matches, windows
from leadhouse.records import Value

_NUMBER = re.compile(r"\d(?:\d\d|[ .]\d)")
_EIGHT_FIGURES = re.compile(r"\d[\d .]{6}")
_VAT_PREFIXED = re.compile(
    r"(?<![A-Z0-9])((?:ATU|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE"
    r"|SI|SK|CHE|NO)[ .-]?(?:[A-Z]{0,2}\d[\d .]{6,13}\d[A-Z]{0,2}(?:B\d\d)?))(?: ?MVA)?(?![A-Z0-9])"
)
_VAT_LABEL = re.compile(
    (
        r"(?:ust[.-]?\s?-?id(?:[ .-]?nr)?|umsatzsteuer-?id\w*(?:[ -]nummer)?|uid(?:[ -]nr)?"
        r"|vat(?: (?:registration|reg|id|no|number|nr))*|tva(?: intracom\w*)?|btw(?:[ -]?n(?:r|ummer))?"
        r"|p(?:artita|\.)?\s?iva|(?:c\.?f\.?\s?(?:e|/)\s?)?p\.? ?i\.?v\.?a\.?|nif|cif|moms(?:nr)?|mva"
        r"|p\.?i\.?(?=\W{0,3}(?:IT ?)?\d{11}(?!\d))"
        r"|org\.?\s?(?:nr|nummer)|nip|dič"
        r"|abn|cvr(?:[ -]?(?:nr|nummer))?|y-tunnus|α\.?φ\.?μ|oib|adószám(?:a|unk)?|nipc"
        r"|contribuinte|davčna (?:številka|št)"
        r"|(?:num[ée]ro|n°|nr\.?) d['’]entreprise|ondernemingsnummer)\b[\s.:#°º-]{0,4}(?:n\.?\s?[º°]\.?\s?)?"
        r"(?P<number>[A-Z]{0,3}[ .-]?\d[\d .\-]{5,14}(?:\s?MVA\b|[A-Z0-9]?))"
    ),
    re.I,
)
_COMPANY_NUMBER = (
    r"\b(?:company|registration|registered|reg\.?)\s?(?:registration\s)?(?:number|no\.?|n°"
    r"|in england[^.\d\n]{0,40}(?:number|no\.?)?)[\s:.]*((?:SC|NI|OC)?\d{6,8})\b"
)
_CZECHOSLOVAK = re.compile(r"\b(IČO?|ICO)[\s:]*(\d{2,3} ?\d{2,3} ?\d{2,3})\b")
_REGISTER = (
    (re.compile(r"\b(HR ?[AB]) ?(?:-?\s?(?:Nr|Nummer|No)\.?)?[\s:]*(\d{2,6}(?: ?[A-Z])?)\b"), "DE"),
    (re.compile(r"\b(FN)[\s:]*(\d{5,6} ?[a-z])\b"), "AT"),
    (re.compile(r"\b(KVK|KvK)(?:[ -]?(?:nr|nummer|no|number))?\.?[\s:]*(\d{8})\b", re.I), "NL"),
    (re.compile(r"\b(KBO|BCE|ondernemingsnummer)[\s:.nr°-]*((?:BE ?)?[01]?\d{3}[. ]?\d{3}[. ]?\d{3})\b", re.I), "BE"),
    (re.compile(r"\b(SIREN|SIRET|RCS)[\s:n°A-Za-zÀ-ÿ-]{0,30}?(\d{3} ?\d{3} ?\d{3}(?: ?\d{5})?)\b"), "FR"),
    (re.compile(r"\b(REA)[\s:.n°-]*([A-Z]{2}[ -]?\d{5,7})\b"), "IT"),
    (re.compile(_COMPANY_NUMBER, re.I), "GB"),
    (re.compile(r"\b(ABN|ACN)[\s:]*(\d{2,3}(?: ?\d{3}){2,3})\b"), "AU"),
    (re.compile(r"\b(CIN)[\s:]*([LU]\d{5}[A-Z]{2}\d{4}[A-Z]{3}\d{6})\b"), "IN"),
    (re.compile(r"\b(org\.?\s?(?:nr|nummer)\.?)[\s:]*(\d{3} ?\d{3} ?\d{3}|\d{6}-?\d{4})\b", re.I), "NO"),
    (re.compile(r"\b(CVR)[-\s:.nr]*(\d{2} ?\d{2} ?\d{2} ?\d{2})\b", re.I), "DK"),
    (re.compile(r"(?<!\w)(ЕИК|БУЛСТАТ)[\s:№]*(\d{9}(?:\d{4})?)\b"), "BG"),
    (_CZECHOSLOVAK, "CZ"),
    (_CZECHOSLOVAK, "SK"),
    (re.compile(r"\b(registrikood|reg\.?\s?(?:nr|kood))\.?[\s:]*(\d{8})\b", re.I), "EE"),
    (re.compile(r"\b(y-tunnus)[\s:]*(\d{7}-\d)\b", re.I), "FI"),
    (re.compile(r"(?<!\w)(Γ\.?Ε\.?ΜΗ)\.?[\s:]*(\d{9,12})\b"), "GR"),
    (re.compile(r"\b(cégjegyzékszám)[\s:]*(\d{2}[- ]\d{2}[- ]\d{6})\b", re.I), "HU"),
    (re.compile(r"(?<!\w)(įmonės kodas|į\.k\.)[\s:]*(\d{9})\b", re.I), "LT"),
    (re.compile(r"\b(reģ(?:istrācijas)?\.?\s?(?:nr|numurs))\.?[\s:]*(\d{11})\b", re.I), "LV"),
    (re.compile(r"\b(RCS|R\.C\.S\.)(?: Luxembourg)?[\s:]*(?:n° ?)?(B ?\d{3,6})\b"), "LU"),
    (re.compile(r"\b(KRS)[\s:]*(?:nr\s)?(\d{10})\b"), "PL"),
    (re.compile(r"\b(J\d{1,2}/\d{1,5}/(?:19|20)\d\d)\b"), "RO"),
    (re.compile(r"\b(org\.?\s?(?:nr|nummer|\.-nr))\.?[\s:]*(\d{6}-\d{4})\b", re.I), "SE"),
    (re.compile(r"\b(matična (?:številka|št\.?))[\s:]*(\d{7}(?:000)?)\b", re.I), "SI"),
    (re.compile(r"\b(CHE)[- ](\d{3}\.\d{3}\.\d{3})\b"), "CH"),
    (re.compile(r"\b(NIPC|CRN|UEN|NZBN|CNPJ|RUT)[\s:]*([\d./-]{7,18}[\dkK]?)\b"), None),
)  # fmt: skip


_VAT_STEMS: tuple[str, ...] = (
    "ust",
    "umsatzsteuer",
    "uid",
    "vat",
    "tva",
    "btw",
    "iva",
    "i.v.a",
    "p.i",
    "pi:",
    "nif",
    "cif",
    "moms",
    "mva",
    "org",
)
_VAT_STEMS += (
    "nip",
    "dič",
    "abn",
    "cvr",
    "y-tunnus",
    "αφμ",
    "α.φ.μ",
    "oib",
    "adósz",
    "contribuinte",
    "davčna",
    "entreprise",
)
_VAT_STEMS += ("ondernemingsn",)
_REGISTER_STEMS = tuple(  # in the order of _REGISTER: what must stand near a number before a pattern runs
    tuple(stems.split())
    for stems in (
        "hr", "fn", "kvk", "kbo bce ondernemingsnummer", "siren siret rcs", "rea", "compan regist reg.", "abn acn",
        "cin", "org", "cvr", "еик булстат", "ič ico", "ič ico", "regis reg.", "y-tunnus", "γεμη γ.ε.", "cégjegyz",
        "įmonės į.k.", "reģ", "rcs r.c.s", "krs", "j", "org", "matična", "che", "nipc crn uen nzbn cnpj rut",
    )
)  # fmt: skip


_FRENCH = frozenset(["RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF"])  # overseas, in France's registers


@lru_cache(maxsize=10_000)
def check_vat(text: str, country: str | None) -> str | None:
    """VAT id with country prefix and no blanks when its check digits hold (python-stdnum); None otherwise."""
    from stdnum import get_cc_module
    from stdnum.exceptions import ValidationError

    compact = re.sub(r"[\s.\-/]", "", text).upper()
    if country != "NO":
        compact = compact.removesuffix("MVA")
    prefix = re.match(r"^(?:CHE|[A-Z]{2})", compact)
    code = {"EL": "GR", "CHE": "CH"}.get(prefix[0], prefix[0]) if prefix else country
    if code is None:
        return None
    kind = "uid" if code == "CH" else "vat"  # Swiss numbers are one; its tax adds a word (MWST, TVA, IVA)
    module = get_cc_module(code.lower(), kind) or get_cc_module(code.lower(), "hp")  # Israel: the company number
    if module is None:
        return None
    try:
        number = str(module.validate(compact))
    except (ValidationError, ValueError, IndexError, KeyError):
        return None
    marker = {"GR": "EL"}.get(code, code)
    return number if re.match(rf"^(?:{marker}|{code})", number) else marker + number


def extract_identifiers(page: Page, country: str | None, findings: Findings) -> None:
    """Put VAT ids (checked) and register numbers (with the register's short name) into `findings`."""
    country = "FR" if country in _FRENCH else country
    spans = [(low, high, page.text[low:high].lower()) for low, high in windows(page.text, _NUMBER, 100, 40)]
    prefixed = around_matches(page.text, _VAT_PREFIXED, _EIGHT_FIGURES, 10, 40)
    labelled = _matches(page, spans, _VAT_LABEL, _VAT_STEMS)
    for match in (*prefixed, *labelled):
        text = match.groupdict().get("number") or match[1]
        number = check_vat(text.strip(), country) or check_vat(re.split(r"\s{2,}|[ -](?=\D)", text.strip())[0], country)
        if number is None and country == "HU":  # tax numbers go on with the kind of tax and the county
            number = check_vat(text.strip().partition("-")[0], country)
        if number is None:
            continue
        _accept(page, match, "vat_id", number, 0.9, findings)
    for (pattern, home), stems in zip(_REGISTER, _REGISTER_STEMS, strict=True):
        if home is not None and country is not None and home != country and not (home == "AU" and country == "NZ"):
            continue
        for match in _matches(page, spans, pattern, stems):
            _accept(
                page, match, "register_id", " ".join(part.strip() for part in match.groups() if part), 0.8, findings
            )
    for item, _, _ in structured.nested(page.json_ld):
        if (text := structured.text_of(item.get("vatID"))) and (number := check_vat(text, country)):
            findings.accept("vat_id", Value(value=number, confidence=0.9, raw=text, locator="json-ld"))


def _matches(
    page: Page, spans: list[tuple[int, int, str]], pattern: re.Pattern[str], stems: tuple[str, ...]
) -> Iterator[re.Match[str]]:
    """Matches of a pattern in those stretches of a page, given with their lower case, that hold one of some stems."""
    if not (present := page.present(stems)):
        return
    for low, high, lowered in spans:
        if any(stem in lowered for stem in present):
            yield from pattern.finditer(page.text, low, high)


def _accept(
    page: Page, match: re.Match[str], attribute: str, value: str, confidence: float, findings: Findings
) -> None:
    spot = around(page, match.start(), match.end())
    reason = third_party(spot)
    if reason and reason != "authority":  # the register court stands beside the number by law
        findings.reject(attribute, value, reason, f"text:{spot.region}")
    else:
        findings.accept(
            attribute, Value(value=value, confidence=confidence, raw=match[0][:100], locator=f"text:{spot.region}")
        )


_TECHNOLOGIES = (
    ("WordPress", guarded(r"/wp-content/|/wp-includes/|wordpress \d", re.I)),
    ("WooCommerce", guarded(r"plugins/woocommerce|woocommerce \d", re.I)),
    ("Elementor", guarded(r"plugins/elementor|elementor \d", re.I)),
    ("Shopify", guarded(r"cdn\.shopify\.com", re.I)),
    ("Wix", guarded(r"static\.parastorage\.com|wix\.com website builder", re.I)),
    ("Squarespace", guarded(r"static1?\.squarespace\.com|squarespace", re.I)),
    ("Webflow", guarded(r"webflow", re.I)),
    ("TYPO3", guarded(r"typo3", re.I)),
    ("Joomla", guarded(r"joomla|/media/jui/", re.I)),
    ("Drupal", guarded(r"drupal|/sites/default/files", re.I)),
    ("Jimdo", guarded(r"jimdo", re.I)),
    ("Google Analytics", guarded(r"google-analytics\.com|googletagmanager\.com/gtag|\bgtag\b", re.I)),
    ("Google Tag Manager", guarded(r"googletagmanager\.com/gtm", re.I)),
    ("Matomo", guarded(r"matomo|piwik", re.I)),
    ("HubSpot", guarded(r"js\.hs-scripts\.com|hsforms\.net", re.I)),
    ("Cloudflare", guarded(r"/cdn-cgi/|static\.cloudflareinsights", re.I)),
    ("jQuery", guarded(r"jquery", re.I)),
    ("Bootstrap", guarded(r"bootstrap(?:\.bundle)?(?:\.min)?\.js", re.I)),
)


def extract_technologies(page: Page, findings: Findings) -> None:
    """Technologies by generator, script and image addresses."""
    sources = {page.meta.get("generator", ""), *page.script_sources, *(image.src for image in page.images[:20])}
    found = frozenset().union(*map(_technologies_of, sources))
    for name, _ in _TECHNOLOGIES:
        if name in found:
            findings.accept("technology", Value(value=name, confidence=0.8, locator="page source"))


@lru_cache(maxsize=20_000)
def _technologies_of(source: str) -> frozenset[str]:
    """The technologies that one address or generator shows; remembered, as a site's pages share theirs."""
    return frozenset(name for name, pattern in _TECHNOLOGIES if pattern.search(source))
