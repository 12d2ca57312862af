"""Marks of blocks that only the page as a whole tells: a page set as a post, staff listed below a plain line."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup.page import Block, Image, Link, Mark, Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.patterns.vocabulary import words
from leadhouse.extraction.people.evidence import TEAM_URL
from leadhouse.extraction.people.said import said

_CONTACT_PAGE = 0.65  # of `contact_score`
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_FRAME = Mark.NAV | Mark.HEADER | Mark.FOOTER | Mark.HIDDEN | Mark.TESTIMONIAL
_MAX_HEAD, _MAX_ROLL = 40, 12  # characters of the line, blocks below it
_ROLL_HEAD = guarded(
    r"(?:(?:meet )?(?:our|the|unser|unsere|notre|nos|il nostro|lo|i nostri|nuestro|nossa|nosso|ons|vårt|vores|das"
    r"|l['’]) ?)?(?:team|staff|people|board(?: of (?:directors|trustees))?|(?:executive |management )?committee"
    r"|leadership|management|partners?|associates|employees|mitarbeitende|mitarbeiter(?:innen)?(?: und mitarbeiter)?"
    r"|geschäftsleitung|geschäftsführung|vorstand|inhaber(?:innen)?|praxisteam|[ée]quipe|associés|collaborateurs"
    r"|bureau|direction"
    r"|fondateurs|fundadores|founders|fondatori|gründer(?:innen)?|collaboratori|soci|titolari|direttivo|equipo|socios|colaboradores|sócios|medewerkers|bestuur|directie"
    r"|ansatte|styret|styrelsen|bestyrelsen|medarbetare|medarbejdere|zespół|zarząd|vedení|tým|henkilökunta|hallitus)",
    re.I,
)


_NAMES = words(
    "name names nome nom nombre nombres namn navn naam nimi imieinazwisko jmeno nev nume ime nama fullname vorname"
)
_ROLES = words(
    "position title role designation post office jobtitle funktion rolle amt fonction poste qualite cargo puesto "
    "funcion funcao ruolo carica incarico qualifica functie roll titel tehtava stanowisko funkcja funkce pozice "
    "funkcia beosztas functia funkcija jabatan rank responsibility"
)
_CELLS = frozenset(("td", "th"))
_MAX_ROWS = 300  # cells below one header


def settle(page: Page) -> None:
    """Set the marks of a page's blocks right, in place; asked twice it changes nothing more."""
    path = page.url.split("/", 3)[-1]
    if contact_score(page.url) >= _CONTACT_PAGE or TEAM_URL.search(path):
        entries: list[Block | Link | Image] = [*page.blocks, *page.actions, *page.images]
        for entry in entries:  # blog themes set every page as a post
            entry.marks &= ~Mark.ARTICLE
    _mark_rolls(page)
    _mark_tables(page)


def _mark_tables(page: Page) -> None:
    """Cells below a header that says ``Name`` and ``Position``: such a table lists a body's people."""
    for index, block in enumerate(page.blocks):
        if block.tag not in _CELLS or len(block.text) > _MAX_HEAD or fold(block.text) not in _NAMES:
            continue
        beside = page.blocks[max(0, index - 2) : index + 3]
        if block.marks & _FRAME or not any(entry.tag in _CELLS and fold(entry.text) in _ROLES for entry in beside):
            continue
        for entry in page.blocks[index + 1 : index + 1 + _MAX_ROWS]:
            if entry.tag not in _CELLS:
                break
            entry.marks |= Mark.TEAM


def _mark_rolls(page: Page) -> None:
    for index, block in enumerate(page.blocks):
        text = block.text
        if len(text) > _MAX_HEAD or block.tag in _HEADINGS or block.marks & _FRAME or not _is_roll_head(text):
            continue
        for entry in page.blocks[index + 1 : index + 1 + _MAX_ROLL]:
            if entry.tag in _HEADINGS or entry.marks & _FRAME or said(entry.text.split("\n")[0]).name is None:
                break
            entry.marks |= Mark.TEAM


@lru_cache(maxsize=20_000)  # menus repeat over a site's pages
def _is_roll_head(text: str) -> bool:
    match = _ROLL_HEAD.match(text)
    return match is not None and not text[match.end() :].strip(" :")
