"""Who stands on a company's page and is none of its people: reviewers, authors, donors, the dead, others' staff."""

from __future__ import annotations

import re

from leadhouse.extraction.attribution.context import Surroundings, third_party
from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.markup.page import Block, Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.patterns.vocabulary import words
from leadhouse.extraction.people.cards import Card, in_team
from leadhouse.extraction.people.evidence import TEAM_URL

_BYLINE = guarded(
    r"\b(?:posted|written|published|photo(?:graph)?|by|von|par|por|author|autor|geschrieben|min(?:ute)?s? read"
    r"|comments?|reply|says|schreibt|sagt)\b",
    re.I,
)
_POST_URL = re.compile(
    r"/(?:blog|news|posts?|articles?|tag|category|author|archive|\d{4}/\d{2}|jobs?|offers?|events?"
    r"|portfolio|projects?|case-stud\w+|testimonials?|reviews?|referenzen|aktuelles|actualites?|noticias|notizie)"
    r"(?:/|\.|$|-)",
    re.I,
)
_IMPRINT = guarded(
    r"impress|imprint|mentions|legal|colofon|colophon|aviso|note-?legali|kontakt|contact|contatt|contato", re.I
)
_QUOTE = re.compile(r"^[\"“”„«'‘].{20,}|[\"“”»]\s*$")
_STARS = re.compile(r"[★☆⭐]")
_SIGNED = re.compile(r"^\s*(?:—|–|―|-|~)\s*(?=\w)")  # the hand under a quotation
# Lists of people who are not the company's staff, or no longer.
_OTHERS = guarded(
    r"\b(?:donors?|sponsors?|supporters|benefactors|winners?|laureates|preisträger|prizes?|participants|teilnehmer"
    r"|attendees|guest speakers|speakers|referees|alumni|graduates|absolventen|players|spieler|kader|squad|line-?up"
    r"|cast|besetzung|mitwirkende|contributors?|darsteller|artists|künstler|bands?|authors?|autoren|bloggers"
    r"|honou?rary members|ehrenmitglieder|friends of|spender|förderer|sponsoren|thanks to|dank an"
    r"|relatori|relatrici|ponentes|conferenciantes|expositores|mesas? redondas?|palestrantes|oradores|conférenciers"
    r"|intervenants|sprekers|foredragsholdere|talare|oplægsholdere|puhujat|prelegenci|řečníci|spíkři|konuşmacılar|előadók"
    r"|predavači|panelists?|panellists?|keynotes?|interprètes|interpreti|intérpretes|elenco|jurado|jury members"
    r"|membres d'honneur|soci onorari|socios honorarios|miembros honorarios|comit[eé] (?:van aanbeveling|de honor)"
    r"|acknowledge?ments|references|referenzen|candidates|nominees|patients|students of)\b",
    re.I,
)
_PAST = re.compile(
    r"\b(?:past|former|ehemalige[rns]?|frühere[rns]?|anciens?|anciennes?|ex-?(?:presidents?|directors?)|previous"
    r"|in memoriam|in memory|in loving memory|in gedenken|nachruf|obituar\w+|deceased|the late|verstorben\w*"
    r"|hall of fame"
    r"|emeritus|geschichte|history|historie|histoire|historia|storia|chronik|timeline)\b|†",
    re.I,
)
_OLD_YEAR = re.compile(r"\W*1[5-9]\d\d\b")
_PAST_URL = guarded(
    r"/(?:[\w-]*-)?(?:history|geschichte|historie|histoire|historia|storia|chronik|timeline)(?:/|\.|$)", re.I
)
# Who stands on the demonstration pages of themes that many small sites are made from (BootstrapMade, Start Bootstrap),
# and stays there until somebody writes the company's own people.
_THEME_CAST = words(
    "walterwhite sarahjhonson williamanderson amandajepson saulgoodman sarawilsson jenakarlis mattbrandon johnlarson "
    "emilyharison brianmccray mirandajoy larryparker kaygarland dianapetersen parveenanand henryflowers micheljhonson "
    "danicalewis nicolesimon cloemeyer rachelclinton lloydwilson rachelparker iansmith aliciahenderson rackyhenderson "
    "henrydee markhuff rodelgolez kenbosh rogerscott dennisgreen "
    "johndoe janedoe brandongates melissabates kaththomas jhonathansmith jhonabraham marksmiley"
)
_THEME_TITLES = words(  # folded
    "chiefexecutiveofficer productmanager cto accountant masterchef patissier cook cardiology ceofounder marketing "
    "content webdeveloper webdesigner designer storeowner freelancer entrepreneur chiefmedicalofficer anesthesiologist "
    "neurosurgeon hairstylist nailmaster barber marketingmanager"
)
# What an imprint says of those who made the site.
_MAKING = words(
    "entwicklung programmierung umsetzung gestaltung development programming realisation developpement sviluppo"
)
_LIFE = re.compile(r"\b(?:1[5-8]\d\d|19[0-4]\d)\s*[-–—]\s*(?:1[5-9]|20)\d\d\b")  # years of somebody born before 1950
_LIVED = re.compile(r"†|\(\s*(?:\*\s*)?1[5-9]\d\d\s*[-–—]\s*(?:†\s*)?(?:1[5-9]|20)\d\d\s*\)")


def theme_people(names: dict[str, str]) -> set[str]:
    """Those of a page's people (names with titles) whom a theme's demonstration shows.

    Two of its cast are more than chance, and so is one with the title that the theme gives.
    """
    found = {name for name in names if fold(name) in _THEME_CAST}
    return found if len(found) >= 2 else {name for name in found if fold(names[name]) in _THEME_TITLES}


def heads_others(outline: tuple[str, ...]) -> bool:
    """Whether the headings over a block open a list of guests, donors, players or the like."""
    return any(_OTHERS.search(heading) for heading in outline[-3:])


def is_post(page: Page) -> bool:
    """Whether a page is one of a blog, a shop, a list of projects or of jobs by its address: its names are bylines."""
    return bool(_POST_URL.search(page.url)) and not TEAM_URL.search(page.url.rsplit("/", 1)[-1])


def is_imprint(page: Page) -> bool:
    """Whether a page is a legal notice or a page of contacts by its address or title."""
    return bool(_IMPRINT.search(page.url.split("/", 3)[-1]) or _IMPRINT.search(page.title))


def outsider(page: Page, card: Card) -> str | None:
    """Why a candidate is none of the company's present people, or None."""
    index = card.line.block
    block = page.blocks[index]
    if block.marks & Mark.HIDDEN:
        return "hidden"
    if reason := _of_the_past(page, card, block):
        return reason
    if is_imprint(page) or block.marks & Mark.FOOTER:
        said = f"{card.title} {card.line.text}"
        is_maker = fold(card.title) in _MAKING
        if is_maker or vocabulary.DESIGNER.search(said) or vocabulary.CREDITS.search(said):
            return "designer"
    if vocabulary.PROTECTION_OFFICER.search(card.title):
        return "data_protection_officer"
    if block.marks & Mark.TEAM and not block.marks & Mark.TESTIMONIAL:
        return None
    reason = third_party(Surroundings("", "", "", block.heading, block.outline, block.marks))
    if reason and not (reason == "authority" and card.title and TEAM_URL.search(page.url.split("/", 3)[-1])):
        return reason  # a lawyer's ``Bar Admissions`` stands over the next lawyer of the list
    before = page.blocks[index - 1].text if index else ""
    after = page.blocks[index + 1].text if index + 1 < len(page.blocks) else ""
    if _is_review(before, card.line.text, after):
        return "testimonial"
    if block.marks & Mark.ARTICLE and _BYLINE.search(f"{before[-40:]} {card.line.text[:30]} {after[:40]}"):
        return "byline"
    if block.marks & (Mark.PARTNER | Mark.PORTFOLIO) and not _lists_staff(page, card, block):
        return "third_party"
    return None


def _lists_staff(page: Page, card: Card, block: Block) -> bool:
    """Whether a part is the staff's by heading or page, whatever class a theme has lent it (``events-listing``)."""
    return bool(card.title) and (in_team(block) or bool(TEAM_URL.search(page.url.rsplit("/", 1)[-1])))


def _is_review(before: str, line: str, after: str) -> bool:
    """Whether a name signs what stands before it, or opens what somebody says, or is rated."""
    if _STARS.search(f"{before[-12:]}\n{after[:12]}"):
        return True
    if _QUOTE.search(before) and (len(before) > 40 or _SIGNED.match(line)):
        return True
    is_quoted = bool(_QUOTE.search(before)) and before[:1] in '“„«"' and len(before) > 12
    return is_quoted or (_QUOTE.match(after) is not None and len(after) > 60)


def _of_the_past(page: Page, card: Card, block: Block) -> str | None:
    """Whether a heading or the line says that the list is of others, or of people who are gone."""
    following = page.blocks[card.line.block + 1].text[:60] if card.line.block + 1 < len(page.blocks) else ""
    if (
        _LIVED.search(block.text[:200])
        or _LIVED.search(following)
        or _LIFE.search(following)
        or _PAST.search(card.title)
    ):
        return "historical"
    if _PAST_URL.search(page.url):
        return "historical"
    for heading in reversed(block.outline[-2:]):
        if _PAST.search(heading) or _OLD_YEAR.match(heading):
            return "historical"
        if _OTHERS.search(heading):
            return "third_party"
        if in_team(block):
            return None
    return "third_party" if heads_others(block.outline) else None
