"""What kind of answer a page is: a company's own page, or a wall, an error, a theme, a file."""

from __future__ import annotations

import re
from enum import StrEnum

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.markup.charset import UNKNOWN
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import guarded


class PageKind(StrEnum):
    """Kinds of answers. All but `ORDINARY` state no fact."""

    ORDINARY = "ordinary"
    SOFT_404 = "soft-404"
    PARKED = "parked"
    LOGIN_WALL = "login-wall"
    TEMPLATE = "template"
    COOKIE_WALL = "cookie-wall"
    MAINTENANCE = "maintenance"
    SCRIPT_ONLY = "script-only"
    FRAMESET = "frameset"
    UNKNOWN_CHARSET = "unknown-charset"
    PDF = "pdf"
    IMAGE = "image"
    OTHER = "not-html"
    EMPTY = "empty"


_SOFT_404 = guarded(
    (
        r"^(?:\W*(?:error\s*)?404\b|(?:the )?page (?:you (?:requested|are looking for) )?(?:was |could "
        r"|cannot |can(?:'|’)t )?(?:not )?(?:be )?found|page not found|not found"
        r"|seite (?:wurde )?nicht gefunden|diese seite (?:existiert|gibt es) nicht"
        r"|page (?:non trouvée|introuvable)|pagina non trovata|página no encontrada|página não encontrada"
        r"|pagina niet gevonden|siden (?:finnes ikke|ble ikke funnet)|sidan hittades inte"
        r"|oops.{0,40}(?:found|wrong|exist)|nothing (?:was )?found|410 gone|nie znaleziono)"
    ),
    re.I,
)
_PARKED = guarded(
    (
        r"domain (?:is |may be |name is )?(?:for sale|parked|available for purchase|has expired)"
        r"|buy this domain|this domain (?:name )?(?:is|has been|may be) (?:registered|parked|for sale)"
        r"|diese domain (?:steht zum verkauf|ist geparkt|wurde (?:gerade )?(?:registriert|reserviert))"
        r"|domain (?:steht zum verkauf|kaufen)|domaine (?:est )?(?:à vendre|parqué)|dominio (?:en venta"
        r"|in vendita|parcheggiato|estacionado)|sedoparking|parkingcrew|bodis|hugedomains|dan\.com"
        r"|afternic|future home of|website coming soon|(?:welcome to nginx"
        r"|apache2? (?:ubuntu )?default page|it works!)|account suspended|index of /"
    ),
    re.I,
)
_LOGIN = guarded(
    (
        r"(?:log ?in|sign ?in|anmelden|einloggen|connexion|se connecter|accedi|iniciar sesión|entrar"
        r"|inloggen|logg inn) (?:to|um|zu|pour|per|para|om|for) |(?:please|bitte) (?:log ?in|sign ?in"
        r"|melden sie sich)|members only|password protected|passwortgeschützt|protected page"
        r"|authentication required|verify you are human|checking your browser"
        r"|enable javascript and cookies|just a moment"
    ),
    re.I,
)
_SCRIPT_ROOT = guarded(
    (
        r"(?:need|enable|requires?|activate|aktivier|activ|habilit|abilita|attiva|inschakel|włącz|включит|povol|aktiver"
        r"|有効)[^.]{0,60}javascript"
        r"|javascript[^.]{0,60}(?:required|disabled|enable|aktivier|activ|habilit|abilita|attiva|inschakel|włącz|включ"
        r"|povol|有効)"
    ),
    re.I,
)
_COOKIES = guarded(
    (
        r"(?:accept|allow|agree to|consent to)[^.]{0,40}cookies?[^.]{0,60}(?:before|to (?:continue|proceed|access|view"
        r"|enter|use))|before you continue|cookies?[^.]{0,60}(?:akzeptieren|zulassen|zustimmen)[^.]{0,40}(?:um|bevor"
        r"|fortfahren|weiter)|um fortzufahren[^.]{0,60}cookies?|accepte[rz][^.]{0,40}cookies?[^.]{0,40}(?:pour|avant)"
        r"|accetta(?:re)?[^.]{0,40}cookies?[^.]{0,40}(?:per|prima)|acepta[^.]{0,40}cookies?[^.]{0,40}(?:para|antes)"
        r"|accepte(?:er|ren)[^.]{0,40}cookies?[^.]{0,40}(?:om|voor)|pur[- ]?abo|cookies are (?:disabled|required)"
    ),
    re.I,
)
_MAINTENANCE = guarded(
    (
        r"under (?:construction|maintenance)|(?:undergoing|scheduled|routine) maintenance|maintenance mode"
        r"|be (?:right )?back soon"
        r"|(?:launching|opening|coming) soon|temporarily (?:unavailable|offline|down)|wartungs(?:modus|arbeiten)"
        r"|im aufbau|in kürze (?:verfügbar|online)|wird (?:derzeit|gerade) (?:überarbeitet|gewartet)"
        r"|en (?:maintenance|construction)"
        r"|site en cours de|bientôt (?:disponible|en ligne)|in (?:manutenzione|costruzione|allestimento)"
        r"|en mantenimiento"
        r"|en construcción|próximamente|em (?:manutenção|construção)|em breve|in onderhoud|onder constructie"
        r"|binnenkort online"
        r"|w (?:budowie|przebudowie)|przerwa techniczna|under (?:uppbyggnad|arbete|arbeid|opbygning)|ve výstavbě"
        r"|mimo provoz"
        r"|karbantartás|yapım aşamasında|bakım(?:da| çalışması)|сайт (?:в разработке|на реконструкции)"
        r"|технические работы"
        r"|メンテナンス中|準備中|工事中|网站建设中|網站建置中|공사중"
    ),
    re.I,
)
_UNTITLED = re.compile(r"untitled(?: document)?|your (?:website|company|site).*", re.I)
_TEXT_TYPE = re.compile(r"html|xml|text/plain")
_CONTENT_KINDS = (("application/pdf", PageKind.PDF), ("image/", PageKind.IMAGE))


def kind_of_bytes(body: bytes, content_type: str | None) -> PageKind | None:
    """The kind told by type and first bytes alone; None means: parse it."""
    kind = (content_type or "").lower()
    head = body[:1024].lstrip()
    if head.startswith(b"%PDF-"):
        return PageKind.PDF
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return PageKind.IMAGE
    for prefix, found in _CONTENT_KINDS:
        if kind.startswith(prefix) and head[:1] != b"<":
            return found
    if kind and not _TEXT_TYPE.search(kind) and head[:1] != b"<":
        return PageKind.OTHER
    is_wide = body.startswith((b"\xff\xfe", b"\xfe\xff")) or "utf-16" in kind  # every second byte is zero
    is_binary = head.count(b"\x00") > len(head) // 3 and not is_wide
    if is_binary or head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\x7fELF", b"MZ")):
        return PageKind.OTHER
    return None


def classify(page: Page, *, is_home: bool = False) -> PageKind:
    """The kind of a parsed page."""
    visible = len(page.text)
    if page.charset == UNKNOWN:
        return PageKind.UNKNOWN_CHARSET
    if page.has_frames and visible < 600:
        return PageKind.FRAMESET
    if visible == 0 and not page.links and not page.has_password:
        return PageKind.SCRIPT_ONLY if page.script_sources or page.script_count else PageKind.EMPTY
    head = " ".join(block.text for block in page.blocks if not block.marks & (Mark.NAV | Mark.FOOTER))[:1500]
    if _is_not_found(page, visible):
        return PageKind.SOFT_404
    if visible < 4000 and (_PARKED.search(page.title) or _PARKED.search(head)):
        return PageKind.PARKED
    if visible < 600 and len(page.links) < 6 and _SCRIPT_ROOT.search(page.text):
        return PageKind.SCRIPT_ONLY
    if visible < 40 and len(page.links) < 3 and _is_shell(page):
        return PageKind.SCRIPT_ONLY
    if (wall := _wall(page, f"{page.title} {head}", visible)) is not None:
        return wall
    if visible < 400 and len(page.links) < 6 and not page.actions and "@" not in page.text and _is_closed(page, head):
        return PageKind.MAINTENANCE
    if template_score(page) >= 1.0:
        return PageKind.TEMPLATE
    return PageKind.ORDINARY


def _is_closed(page: Page, head: str) -> bool:
    """Whether a page with hardly a word says that the site is being built or mended."""
    return bool(_MAINTENANCE.search(page.title) or _MAINTENANCE.search(head))


def _is_shell(page: Page) -> bool:
    """Whether a page with no text has scripts that would make some, and nothing else that states a fact."""
    return bool(page.script_sources or page.script_count) and not (page.json_ld or page.actions or page.has_password)


def _wall(page: Page, head: str, visible: int) -> PageKind | None:
    """What stands before the page: a question for a password or for consent, with next to nothing beside it."""
    if visible < 700 and len(page.links) < 8 and _LOGIN.search(head):
        return PageKind.LOGIN_WALL
    if visible < 250 and len(page.links) < 8 and page.has_password and not page.actions:
        return PageKind.LOGIN_WALL
    if visible < 900 and len(page.links) < 8 and not page.actions and "ookie" in head and _COOKIES.search(head):
        return PageKind.COOKIE_WALL
    return None


def _is_not_found(page: Page, visible: int) -> bool:
    if visible > 6000:
        return False
    if _SOFT_404.search(page.title):
        return True
    return any(
        _SOFT_404.search(block.text)
        for block in page.blocks[:60]
        if block.tag in {"h1", "h2"} and not block.marks & (Mark.NAV | Mark.FOOTER)
    )


_LOREM_STEMS: tuple[str, ...] = (
    "ipsum",
    "dolor",
    "consectetur",
    "eiusmod",
    "labore et",
    "aliqua",
    "nostrud",
    "viverra",
    "aenean",
)
_LOREM_STEMS += ("phasellus", "vestibulum", "donec", "curabitur", "mauris", "nulla")


def template_score(page: Page) -> float:
    """How much of a page is a theme's demonstration content; 1 and more means: no company speaks here."""
    score = 0.0
    if vocabulary.TEMPLATE_TITLE.search(page.title) or _UNTITLED.fullmatch(page.title):
        score += 0.7
    lorem = 0
    if page.mentions(*_LOREM_STEMS):
        lorem = sum(len(block.text) for block in page.blocks if vocabulary.LOREM.search(block.text))
    if lorem:
        score += 0.3 + min(0.7, 1.4 * lorem / max(1, len(page.text)))
    for block in page.blocks[-25:]:
        if ("©" in block.text or "opyright" in block.text) and vocabulary.PLACEHOLDER_TEXT.search(block.text):
            score += 0.5
            break
    if any(_is_template_credit(link.url, page.host) for link in page.links):
        score += 0.25
    return score


def _is_template_credit(url: str, host: str) -> bool:
    authority = url.split("/", 3)[2] if url.count("/", 0, 60) >= 2 else ""
    return bool(authority) and authority != host and hosts.registrable(authority) in vocabulary.TEMPLATE_CREDIT_HOSTS
