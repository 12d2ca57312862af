"""Which links of a site lead to who the company is, judged by address and anchor text in many languages."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_CONTACT_WORDS = (
    (
        1.0,
        (
            r"impress?um|imprint|legal[-_ ]?(?:notice|info|mention)|mentions?[-_ ]?l[ée]gales"
            r"|aviso[-_ ]?legal|note[-_ ]?legali|colofon|colophon|wettelijke|site[-_ ]?notice"
        ),
    ),
    (
        0.95,
        (
            r"contact(?:[-_ ]?us|eer|os?|ez(?:[-_ ]?nous)?|e[-_ ]?nos)?|kontakt(?:[eyi]|ai|id)?"
            r"|επικοινωνία|連絡先|연락처|contatt[io](?:ci)?"
            r"|contat[eo]s?|contacten|kontaktiere|yhteystiedot|kapcsolat|контакт\w*|お問い合わせ|联系我们"
            r"|liên[-_ ]?hệ|lien-he|iletisim|get[-_ ]?in[-_ ]?touch|reach[-_ ]?us|find[-_ ]?us|anfahrt"
            r"|standorte?|locations?|branches|offices|acc[eè]s|ubicaci[oó]n|dove[-_ ]?siamo|où[-_ ]?nous"
            r"|besok[-_ ]?oss|epikoin[wo]nia|アクセス|오시는 ?길|찾아오시는|联系方式|聯絡我們|اتصل بنا"
            r"|تواصل معنا|צור קשר|liên hệ"
            r"|kontaktai|kontakti|kontaktandmed|yhteydet|ota[-_ ]?yhteytt[aä]|hitta[-_ ]?(?:hit|oss)|find[-_ ]?vej"
            r"|hours(?:[-_ &]+location)?|directions|visit(?:[-_ ]?us)?"
        ),
    ),
    (
        0.8,
        (
            r"team|(?:our[-_ ]?)?(?:people|staff|attorneys?|lawyers?|doctors?|leadership|management)"
            r"|board(?:[-_ ]?of[-_ ]?directors)?|directors|personal|persoenliches|persönliches"
            r"|ansprechpartner|mitarbeiter|ueber[-_ ]?mich|[ée]quipe|squadra|equipo|equipa|medarbeidere"
            r"|ansatte|medewerkers|medarbejdere"
            r"|zesp[oó][lł]|nasz[-_ ]?zesp[oó][lł]|n[aá][sš][-_ ]?t[yýií]m|echipa|ekibimiz|csapat(?:unk)?"
            r"|スタッフ|弁護士紹介|院長(?:紹介|挨拶)?|医師紹介|代表(?:挨拶|紹介)|役員|조직도|구성원"
            r"|의료진(?: 소개)?|인사말|团队"
            r"|管理团队|فريق(?:نا)?|أطباؤنا|הצוות|צוות"
            r"|команда|сотрудники|ομάδα|omada|meeskond|komanda|darbuotojai|darbinieki|osoblje|lid[eé]|kadra|pracownicy"
            r"|corpo[-_ ]?cl[ií]nico|cuadro[-_ ]?m[eé]dico|orvosaink|medicii|hekimlerimiz|vores[-_ ]?folk|bestyrelse"
            r"|styrelse|styret|lederteam|ledelse|associates|partners[-_ ]?and[-_ ]?staff|practitioners|therapists"
            r"|munkat[aá]rsak|henkil[oö](?:kunta|st[oö])|personale?|who[-_ ]?we[-_ ]?are|crew|vorstand|directiva|staff"
        ),
    ),
    (
        0.7,
        (
            r"about(?:[-_ ]?(?:us|me|the[-_ ]?company))?|(?:ü|ue|u)ber[-_ ]?(?:uns|mich)|wir[-_ ]?(?:ü"
            r"|ue)ber|unternehmen|firma|kanzlei|praxis|chi[-_ ]?siamo|azienda|qui[-_ ]?sommes[-_ ]?nous"
            r"|[àa][-_ ]?propos|soci[ée]t[ée]|entreprise|qui[ée]nes[-_ ]?somos|nosotros|empresa"
            r"|sobre(?:[-_ ]?n[oó]s)?|quem[-_ ]?somos|over[-_ ]?ons|om[-_ ]?oss|om[-_ ]?os|o[-_ ]?nas"
            r"|r[oó]lunk|meista|hakk[iı]m[iı]zda|kurumsal|despre[-_ ]?noi|会社概要|o[-_ ]?firm(?:[eě]|ie)"
            r"|회사 ?소개|会社案内|企業情報|企业简介|公司简介|关于我们|關於我們|من نحن|عن الشركة|אודות"
            r"|о[-_ ]компании|о[-_ ]нас|про[-_ ]нас"
            r"|σχετικά|poioi[-_ ]?eimaste|etaireia|apie(?:[-_ ]?mus)?|par[-_ ]?mums|meist|ettev[oõ]ttest|o[-_ ]?nama"
            r"|gi[ớo]i[-_ ]?thi[ệe]u|tentang[-_ ]?kami|yritys|f[oö]retaget|virksomheden|gaiyou?|kaisha"
            r"|company|overview|profile"
        ),
    ),
    (
        0.45,
        (
            r"datenschutz(?:erkl(?:ä|ae)rung)?|privacy(?:[-_ ]?policy)?|privacidad|confidentialit[ée]"
            r"|privacidade|agb|terms|conditions|cgv|cgu|voorwaarden|personvern|integritet"
        ),
    ),
    (
        0.3,
        (
            r"jobs?|karriere|careers?|recrut\w*|lavora|empleo|presse?|faq|partner\w*|history|geschichte|storia"
            r"|historia"
        ),
    ),
)
_CONTACT_PATTERNS = tuple(
    (score, re.compile(rf"(?:^|[^\w]|[_\d])(?:{words})(?:$|[^\w]|[_\d])", re.I)) for score, words in _CONTACT_WORDS
)
_WHOLE = tuple(re.compile(words, re.I) for _, words in _CONTACT_WORDS)
_FAR = re.compile(
    (
        r"/(?:blog|news|posts?|tag|tags|category|categories|author|archive|archives|product|products"
        r"|produkte?|shop|cart|page|events?|jobs?/|feed|wp-json|wp-content|\d{4}/\d{1,2})(?:/|$)|[?&](?:p"
        r"|page|replytocom|share|add-to-cart|orderby|sort)="
    ),
    re.I,
)
_PAGE_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp)$", re.I)
_FOLDER_INDEX = re.compile(r"(?<=[^/])/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.I)  # stands for its folder
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GUESSES = ("contact", "impressum", "kontakt", "about", "team", "contatti", "mentions-legales", "aviso-legal")
_GUESSES_IN = {
    "de": ("impressum", "kontakt"),
    "it": ("contatti",),
    "fr": ("contact", "mentions-legales"),
    "es": ("contacto", "aviso-legal"),
}


@lru_cache(maxsize=50_000)
def contact_score(url: str, anchor_text: str = "") -> float:
    """How likely a link leads to who the company is, 0..1; many languages. The home page counts .6."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return 0.0
    path = _FOLDER_INDEX.sub("", unquote(parts.path))
    name = _PAGE_ENDING.sub("", path.rstrip("/").rsplit("/", 1)[-1])
    best = 0.6 if path.strip("/").lower() in {"", "index.html", "index.php", "home"} and not parts.query else 0.1
    words = _HUMP.sub("-", name)
    for score, pattern in _CONTACT_PATTERNS:
        if pattern.search(words):
            best = max(best, score)
        elif anchor_text and len(anchor_text) <= 40 and pattern.search(anchor_text):
            best = max(best, score - 0.05)
    depth = max(0, path.rstrip("/").count("/") - 1)
    best -= 0.04 * min(depth, 4)
    if _FAR.search(f"{path}?{parts.query}"):
        best *= 0.4
    return round(max(0.01, best), 3)


@lru_cache(maxsize=20_000)
def is_menu_word(text: str) -> bool:
    """Whether a text is no more than what menus call a page of contacts, staff or the like (``Náš tím``)."""
    return len(text) <= 40 and any(pattern.fullmatch(text) for pattern in _WHOLE)


def contact_guesses(home_url: str, known_urls: list[str], language: str | None = None, limit: int = 4) -> list[str]:
    """Paths worth one request each when no page of a site links to its contacts (menus built by scripts, for one).

    They take the ending the site's own pages have (``.html``, ``/``), the language's usual words first.
    """
    if any(contact_score(url) >= 0.9 for url in known_urls):
        return []
    words = [*_GUESSES_IN.get((language or "")[:2], ("contact", "about")), *_GUESSES]
    endings = [
        match[0] for url in known_urls if (match := re.search(r"\.(?:html?|php|aspx)$", urlsplit(url).path, re.I))
    ]
    ending = max(set(endings), key=endings.count) if endings else ""
    root = home_url.split("?")[0].rstrip("/")
    if root.count("/") > 2:
        root = "/".join(root.split("/")[:3])
    return [f"{root}/{word}{ending}" for word in dict.fromkeys(words)][:limit]
