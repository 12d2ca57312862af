"""The signs that a candidate is one of the company's people, and how much each weighs."""

from __future__ import annotations

import re

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup.page import Block, Mark, Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.people.cards import HEADINGS, Card, in_team, names_role
from leadhouse.extraction.people.words import SURNAME_FIRST

TEAM_URL = guarded(
    r"(?:^|[/_.\- %])(?:(?:our|the|meet-?the)-?)?(?:team|people|staff|about|ueber|über|attorney|lawyer|board|director"
    r"|leader|management|founder|doctor|dentist|who-we|chi-siamo|chi_siamo|equipe|équipe|equipo|equipa|nosotros"
    r"|qui-sommes|personal|persoenl|kanzlei|mitarbeiter|om-oss|om-os|over-ons|vorstand|crew|ansprechpartner|medarbeid"
    r"|medarbet|ansatte|zespol|o-nas|o-nama|ekib|rolunk|munkatars|quienes|quem-somos|sobre|profile|a-propos|henkilo"
    r"|yhteys|therapist|trainer|faculty|direktion|geschaeftsl|wer-wir|wir-ueber|corpo-clinico|corpo-docente"
    r"|cuadro-medico|equipo-medico|medici|lekarze|orvos|doktor|hekim|avukat|zahnaerzte|aerzte|arztteam|kadra"
    r"|pracownicy|lide|nas-tym|nas-tim|kolektiv|meeskond|komanda|darbuotojai|darbinieki|kadro|yonetim|nossa-equipe"
    r"|colaboradores|medewerker|personeel|praktijk|greeting|doctor|staff-profile|representatives|shain|incho|bestuur|governing|committee|officers|office-?bearers|diretoria|junta|directiva"
    r"|hallitus|styret|styrelse|bestyrelse|zarzad|vedeni|elnokseg|executives?(?:[/._-]|$)|consiglio|comitato|docenti"
    r"|teachers|coaches|instructors|physicians|providers|advisors|pastors|clergy|membros|pengurus|profesionales"
    r"|especialistas|selgere|organigram)",
    re.I,
)
# Words for a person or a firm: a title only where staff is listed.
_EITHER = re.compile(r"(?:partner|agent|dealer|member|specialist|consultant|agency|sponsor|host|leader|guide)s?$", re.I)
_OFFER_URL = guarded(
    r"(?:^|[/_.\-])(?:products?|services?|programs?|programmes?|classes|courses|menus?|rooms|shop|store|catalog(?:ue)?"
    r"|prices|tours|recipes|leistungen|produkte|angebote?|kurse|zimmer|speisekarte|prodotti|servizi|corsi"
    r"|camere|produits"
    r"|prestations|tarifs|chambres|servicios|productos|habitaciones|carta|diensten|producten)(?:[/_.\-]|$)",
    re.I,
)
_CONTACT_PAGE = 0.8  # of `contact_score`
_REACHED = re.compile(r"\w@\w|\d(?:[ ()/.-]{0,2}\d){7}")
_ENDING = re.compile(r"/index\.\w{3,5}$|\.\w{3,5}$")
# What the signs add up to; `training/` in the benchmarks weighs the same signs by logistic regression.
WEIGHTS = {
    "given": 0.3,
    "given_last": 0.1,
    "surname_first": 0.2,
    "addressed": 0.25,
    "unknown": -0.1,
    "title": 0.3,
    "long_title": -0.1,
    "guessed_title": -0.15,
    "pictured": 0.1,
    "team_section": 0.2,
    "team_page": 0.15,
    "heading": 0.05,
    "own_address": 0.35,
    "own_page": 0.4,
    "own_lines": 0.2,
    "aside": -0.1,
    "offer_page": -0.2,
}


def signs_of(page: Page, card: Card, pictures: str, slugs: frozenset[str]) -> set[str]:
    """Names of the signs that hold for a candidate; `pictures` is the folded text of the page's images."""
    block: Block = page.blocks[card.line.block]
    signs = _of_name(page, card)
    if card.title:
        is_said = names_role(card.title) and not _EITHER.match(card.title)
        is_placed = in_team(block) or bool(TEAM_URL.search(page.url.split("/", 3)[-1]))
        signs.add("title" if is_said or (is_placed and (in_team(block) or names_role(card.title))) else "guessed_title")
        if len(card.title) > 60:
            signs.add("long_title")
        if card.is_guess:
            signs.add("guessed_title")
    first = fold(card.name.text.split()[0])
    if len(first) >= 4 and first in pictures:
        signs.add("pictured")
    path = page.url.split("/", 3)[-1]
    if in_team(block):
        signs.add("team_section")
    elif TEAM_URL.search(path):
        signs.add("team_page")
    elif _OFFER_URL.search(path):
        signs.add("offer_page")
    if block.tag in HEADINGS or block.is_label:
        signs.add("heading")
    if fold(card.name.text) in slugs:
        signs.add("own_page")
    if _has_own_lines(page, card, block):
        signs.add("own_lines")
    if block.marks & (Mark.ARTICLE | Mark.FOOTER | Mark.COLLAPSED):
        signs.add("aside")
    return signs


def _has_own_lines(page: Page, card: Card, block: Block) -> bool:
    """Whether a name stands alone on its line in a short block of a page of contacts that also says how to reach it."""
    if not 1 <= block.text.count("\n") <= 5 or block.marks & Mark.FOOTER or contact_score(page.url) < _CONTACT_PAGE:
        return False
    return card.line.text.endswith(card.name.text) and bool(_REACHED.search(block.text))


def _of_name(page: Page, card: Card) -> set[str]:
    signs = set()
    if card.name.given == 1:
        signs.add("given")
    elif card.name.given:
        signs.add("given_last")
        if page.lang[:2].lower() in SURNAME_FIRST:
            signs.add("surname_first")
    if card.name.is_addressed:
        signs.add("addressed")
    if not signs:
        signs.add("unknown")
    return signs


def confidence(signs: set[str] | frozenset[str]) -> float:
    """The signs' weights added up, within 0 and .95; `person.ACCEPT` needs two strong ones."""
    return round(min(0.95, max(0.0, sum(WEIGHTS[sign] for sign in signs))), 3)


def slugs_of(page: Page) -> frozenset[str]:
    """Folded last segments of the page's own address and of its links below a path that lists staff."""
    found = set()
    for url in (page.url, *(link.url for link in page.links)):
        path = _ENDING.sub("", url.split("?")[0].rstrip("/"))
        parts = path.split("/")[3:]
        if len(parts) >= 2 and TEAM_URL.search("/".join(parts[:-1])):
            found.add(fold(parts[-1]))
    return frozenset(found - {""})
