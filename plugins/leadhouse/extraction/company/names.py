"""Names of the company: display and legal, each source with its own weight; the site's summary joins them."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import Findings, SiteContext
from leadhouse.extraction.company.brand_phrases import brand_phrase
from leadhouse.extraction.company.legal_names import legal_names
from leadhouse.extraction.contact_links import is_menu_word
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.records import Value

_ORGANISATION = re.compile(
    r"^(?:.*organi[sz]ation|.*business|corporation|restaurant|.*store|.*shop|.*service|dentist"
    r"|physician|medicalclinic|hotel|lodgingbusiness|attorney|ngo|school|.*school|brand|airline"
    r"|consortium|"
    r"library|hospital|clinic|.*clinic|realestateagent|travelagency|foodestablishment|bakery"
    r"|cafeorcoffeeshop|barorpub|winery|brewery|salon|.*salon|dayspa|plumber|electrician"
    r"|generalcontractor|"
    r"movingcompany|locksmith|roofingcontractor|housepainter|hvacbusiness|florist|performinggroup"
    r"|theatergroup|musicgroup|sportsteam|sportsclub|collegeoruniversity|campground|resort|museum)$"
)
_SPLIT = re.compile(r"\s+[|–—·•»«:>~]+\s+|\s+-\s+|\s*[|•»«]\s*|\s+::\s+|:\s+")
_GENERIC = re.compile(
    (
        r"^(?:דף הבית|ראשי|الرئيسية|главная|αρχική|首页|ホーム|anasayfa|home(?: ?page)?|index"
        r"|welcome(?: to)?|start(?:seite)?|startside|hjem|accueil|inicio|início"
        r"|contact(?: us)?|kontakt|contatti|contacto|impressum|imprint|about(?: us)?|über uns|team"
        r"|our team|meet the team|services?|leistungen|"
        r"blog|news|aktuelles|datenschutz(?:erklärung)?|privacy(?: policy)?|terms(?: (?:of|and) .*)?|login"
        r"|404|not found|page not found|error|untitled(?: document)?|document|new page|menu|gallery"
        r"|galleria|img|photo|picture|banner|products?|produkte|faq|shop|cart|search|mentions légales|legal notice|"
        r"chi siamo|servizi|nosotros|qui sommes-nous|site title|logo|main logo|site logo|company logo"
        r"|image|header|footer|all rights reserved|copyright|official (?:web)?site|loading.*"
        r"|page has moved|privacy notice|cookie.*|get in touch|dashboard|website|portfolio)$"
    ),
    re.I,
)
_COPYRIGHT = re.compile(
    (
        r"(?:©|\(c\)|^copyright|copyright(?=\s*(?:©|\(c\)|(?:19|20)\d\d)))\s*(?:©|\(c\)"
        r"|copyright)?\s*(?:(?:19|20)\d\d)?(?:\s*[-–/]\s*(?:(?:19|20)?\d\d|present"
        r"|heute))?\s*[,.:|-]?\s*(?:all rights? reserved\s*)?(?:by\s+)?(?P<name>[^|©\n]{2,80})"
    ),
    re.I | re.M,
)
_COPYRIGHT_TAIL = re.compile(
    (
        r"\s*(?:[.,|•·–—-]\s*)?(?:\b(?:19|20)\d\d\b.*|all rights? reserved.*|alle rechte.*|tous droits.*"
        r"|todos los derechos.*|tutti i diritti.*|alle rettigheter.*|todos os direitos.*|all right.*"
        r"|designed.*|powered.*|made .*|built.*|website.*|web ?design.*|developed.*|p\.? ?iva.*"
        r"|[\u4e00-\u9fff]?ICP[备備].*|技术支持.*|技術支援.*|registered.*|impressum.*|privacy.*|datenschutz.*"
        r"|template.*|theme.*|[|•·].*"
        r"|(?<!\w)(?:created|creato|creado|criado|créée?|erstellt|realizzat[oa]|realizado|proudly)\b.*)$"
    ),
    re.I,
)
_LOGO = re.compile(r"logo|brand", re.I)
_LOGO_WORDS = re.compile(
    (
        r"\s*(?:-|–|\||:)?\s*\b(?:logo(?:type)?(?:[ _-](?:klein|gross|groß|small|large|mini)\b)?"
        r"|home(?:page)?|header|startseite|image|icon|png|svg|white"
        r"|black|dark|light)\b\s*"
    ),
    re.I,
)
_FITTING, _NEAR = 0.3, 0.5
_AGREED, _LONG_ENOUGH = 3, 4
_HOME = (
    r"(?:home ?page|home|accueil|page d['’]accueil|startseite|pagina iniziale|inicio|início|startsidan?|forsiden?"
    r"|etusivu|ana ?sayfa(?:sı)?|strona główna|hlavní stránka|főoldal)"
)
_WAY_HOME = re.compile(  # what the label of a link to the home page says around the name
    r"^(?:retour|revenir|back|return|go|zurück|terug|torna|volver|voltar|tilbake|tilbage|till?baka)"
    r"(?: (?:to the|to|à la|a la|zur|zum|naar de|naar|alla|al|à|ao|til|till)| à l['’])?[ '’]*"
    rf"{_HOME}(?: (?:of|de|du|von|van|di|do|da|av|af))?[\s:–—,-]+(?=\S{{3}})"
    rf"|\s*[,–—|-]\s+(?:(?:to|zur|till?|à|página|pagina) )?{_HOME}$|\sana ?sayfa(?:sı)?$",
    re.I,
)
_LETTERS = re.compile(r"[^\W\d_]{2}|^\w{2,}$")
_BETWEEN_WORDS = re.compile(r"[\s\-&.]+")
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")


@lru_cache(maxsize=20_000)  # menus, titles and logos repeat over a site's pages
def is_plausible(name: str) -> bool:
    """Whether a text could be a company's name: short, has letters, is no generic page word or placeholder."""
    if not 2 <= len(name) <= 90 or not _LETTERS.search(name) or len(name.split()) > 10:
        return False
    return not (
        _GENERIC.match(name)
        or vocabulary.PLACEHOLDER_TEXT.search(name)
        or vocabulary.TEMPLATE_TITLE.search(name)
        or "@" in name
        or "://" in name
    )


def tidy(name: str) -> str:
    """Blanks folded, quotes and edge punctuation dropped."""
    name = " ".join(name.split()).strip(" \t\n|–—-:;,·•»«\"“”„'‘’*#")
    if "«" in name and "»" not in name:
        name += "»"  # ООО «Ромашка»
    return name[:-1].strip() if name.endswith(".") and not vocabulary.LEGAL_FORM.search(name[-12:]) else name


def closeness(name: str, site: SiteContext) -> float:
    """How well a name fits the site's domain, 0..1; ``&`` counts as whichever word the domain writes for it."""
    brand = hosts.fold(hosts.brand_label(site.host))
    if not brand or "&" not in name:
        return _closeness(name, brand) if brand else 0.0
    return max(_closeness(name.replace("&", word), brand) for word in ("&", "", " and ", " und ", " e ", " et "))


@lru_cache(maxsize=20_000)
def _closeness(name: str, brand: str) -> float:
    folded = hosts.fold(bare_name(name))
    if not folded:
        return 0.0
    if brand in (folded, hosts.fold(name)):
        return 1.0
    if len(folded) >= 3 and folded in brand:
        return 0.6 + 0.4 * len(folded) / len(brand)
    if len(brand) >= 3 and brand in folded:
        return 0.65 + 0.35 * len(brand) / len(folded)
    words = [hosts.fold(word) for word in _BETWEEN_WORDS.split(bare_name(name)) if word]
    if len(words) >= 2 and "".join(word[0] for word in words if word) == brand:
        return 0.8
    hits = sum(len(word) for word in words if len(word) >= 3 and word in brand)
    return min(0.9, hits / len(brand)) if hits else 0.0


def bare_name(name: str) -> str:
    """A name without its legal form."""
    return vocabulary.LEGAL_FORM.sub("", name).strip(" ,.-–()")


def extract_names(page: Page, site: SiteContext, findings: Findings) -> None:
    """Put names into `findings` under ``name`` and ``legal_name``; the locator tells the source."""
    sources = _sources(page, site)
    is_strange = all(closeness(name, site) < _NEAR for name, _, _ in sources)
    if is_strange and not _is_agreed(sources) and (phrase := brand_phrase(page, site.host)):
        sources.append((phrase, "domain in words", 0.4))
    for name, locator, weight in sources:
        name = tidy(name)
        if not is_plausible(name):
            if (
                name
                and len(name) <= 200
                and (vocabulary.PLACEHOLDER_TEXT.search(name) or vocabulary.TEMPLATE_TITLE.search(name))
            ):
                findings.reject("name", name, "placeholder", locator)
            continue
        close = closeness(name, site)
        if close < 1 and is_menu_word(name):
            continue
        score = weight + 0.25 * close
        attribute = "legal_name" if locator in {"json-ld-legal", "imprint"} else "name"
        findings.accept(attribute, Value(value=name, confidence=round(min(0.98, score), 3), locator=locator))


def _is_agreed(sources: list[tuple[str, str, float]]) -> bool:
    """Whether three kinds of sources state one name: a firm whose domain is its owner's own name, for one."""
    kinds: dict[str, set[str]] = {}
    for name, locator, _ in sources:
        kinds.setdefault(hosts.fold(tidy(name)), set()).add(locator)
    return any(len(found) >= _AGREED and len(name) >= _LONG_ENOUGH for name, found in kinds.items())


def _sources(page: Page, site: SiteContext) -> list[tuple[str, str, float]]:
    return [
        *_structured(page),
        *_title(page),
        *_header(page),
        *_logos(page, site),
        *_copyright(page),
        *legal_names(page),
    ]


def _structured(page: Page) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    for item, key, _ in structured.nested(page.json_ld + page.microdata):
        kinds = structured.types_of(item)
        if key in {
            "author",
            "creator",
            "itemReviewed",
            "hiringOrganization",
            "sponsor",
            "worksFor",
            "memberOf",
            "alumniOf",
            "parentOrganization",
            "brand",
            "manufacturer",
            "seller",
            "provider",
            "performer",
        }:
            continue
        if any(_ORGANISATION.match(kind) for kind in kinds):
            found.append((structured.text_of(item.get("name")), "json-ld", 0.62))
            found.append((structured.text_of(item.get("legalName")), "json-ld-legal", 0.7))
        elif "website" in kinds:
            found.append((structured.text_of(item.get("name")), "json-ld-site", 0.5))
    if (
        site_name := page.meta.get("og:site_name")
        or page.meta.get("application-name")
        or page.meta.get("apple-mobile-web-app-title")
    ):
        found.append((site_name, "og", 0.52))
    return found


def _title(page: Page) -> list[tuple[str, str, float]]:
    parts = [tidy(part) for part in _SPLIT.split(page.title) if part and part.strip()]
    found = [(part, "title", 0.3 if len(parts) > 1 else 0.34) for part in parts[:4]]
    if len(parts) > 1:
        found.append((page.title, "title-whole", 0.05))
    return found


def _header(page: Page) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    root = "/".join(page.url.split("/", 3)[:3])
    home = {root, f"{root}/"}
    for link in page.links[:15]:
        if link.marks & (Mark.HEADER | Mark.NAV) and (
            link.url in home or link.url.rsplit("/", 1)[-1] in {"index.html", "index.php", "home.html"}
        ):
            found.extend(
                (_LOGO_WORDS.sub(" ", _WAY_HOME.sub("", text)), "header", 0.38)
                for text in (link.text.split("\n")[0], link.label)
                if 2 < len(text) <= 60
            )
        elif link.url in home and not link.marks & Mark.FOOTER and 2 < len(link.text) <= 40:
            found.append((link.text.split("\n")[0], "header", 0.28))
    for block in page.blocks[:40]:
        if block.tag == "h1" and len(block.text) <= 60:
            found.append(
                (
                    re.sub(
                        (
                            r"^(?:welcome to|willkommen (?:bei|in der|im)|bienvenue (?:chez|à)"
                            r"|benvenuti (?:a|in|da)|bienvenidos a)\s+"
                        ),
                        "",
                        block.text.replace("\n", " "),
                        flags=re.I,
                    ),
                    "h1",
                    0.24,
                )
            )
            break
    return found


def _logos(page: Page, site: SiteContext) -> list[tuple[str, str, float]]:
    """Names in logos' alternative texts; of several outside the header only those that fit the domain."""
    logos = [
        (_LOGO_WORDS.sub(" ", image.alt), bool(image.marks & (Mark.HEADER | Mark.NAV)))
        for image in page.images[:12]
        if 0 < len(image.alt) <= 60
        and (_LOGO.search(image.src) or _LOGO.search(image.alt))
        and not image.marks & (Mark.PARTNER | Mark.TESTIMONIAL | Mark.ARTICLE)
    ]
    is_one = len({name.strip() for name, _ in logos}) == 1
    return [(name, "logo", 0.36) for name, is_head in logos if is_one or is_head or closeness(name, site) >= _FITTING]


def _copyright(page: Page) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    for block in page.blocks[-60:]:
        text = block.text
        if len(text) > 300 or not ("©" in text or "opyright" in text or "(c)" in text):
            continue
        for match in _COPYRIGHT.finditer(text):
            name = tidy(_COPYRIGHT_TAIL.sub("", match["name"]))
            if name and not _YEARS.search(name) and not vocabulary.DESIGNER.search(name):
                found.append((name, "copyright", 0.45))
    return found
