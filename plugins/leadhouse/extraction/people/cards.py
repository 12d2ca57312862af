"""People in cards, tables, lists and captions: a line that is a name, with the title beside, below or above it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from leadhouse.extraction.attribution.context import is_about_staff
from leadhouse.extraction.markup.page import Block, Mark, Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.people.degrees import is_credentials
from leadhouse.extraction.people.job_titles import is_department, is_role_line, is_title
from leadhouse.extraction.people.names import Name, read_name
from leadhouse.extraction.people.said import NOTHING, TITLE_EDGES, Said, said

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_MAX_BLOCK = 1200
_POINTS = re.compile(r"\s*[·•|]\s*")
_ASIDE = re.compile(r"\s(?:–|—|\||-)\s|:\s")
_STAFF = guarded(
    r"\b(?:(?:our|the|executive|advisory|governing|school|management) board|board(?: members)?$"
    r"|governing (?:body|council)|office ?bearers|committee|principals|trustees|officers|instructors|teachers"
    r"|faculty|practitioners|therapists"
    r"|providers|agents|owners?"
    r"|partners and|our (?:doctors|dentists|guides|trainers|coaches|hygienists|technicians|assistants|nurses|associates"
    r"|attorneys|lawyers"
    r"|chefs|veterinarians|pastors|stylists|barbers|agents|guides|engineers|architects|artists"
    r"|crew)|coaches|clinicians|physicians|consultants|clergy"
    r"|vorstandschaft|praxisteam|rechtsanwälte|steuerberater|lehrer|kollegium|trainer|therapeut\w+|dozent\w+"
    r"|enseignants|avocats|médecins|conseil d.administration|bureau de l.association|consiglio direttivo"
    r"|avvocati|docenti"
    r"|medici|junta directiva|abogados|médicos|profesor\w*|patronato|bestuur|advocaten|styret|styrelse\w*|lärare"
    r"|bestyrelse\w*|hallitus|henkilökunta|zarząd|kadra|echipa|naš tim|náš tým|komanda|meeskond|kolektiv|tím"
    r"|vedení|vezetőség|munkatárs\w*|conducerea|corpo clínico|corpo docente|cuadro médico|equipo médico|ärzteteam"
    r"|orvosaink|orvosok|szakembereink|lekarze|nasi specjaliści|naši lékaři|náš kolektív|darbuotojai|mūsų komanda"
    r"|mūsu komanda|kontaktisikud|töötajad|osoblje|zaposleni|hekimlerimiz|doktorlarımız|avukatlarımız|kadromuz"
    r"|funcionários|colaboradores|colaboradoras|personalet|vores folk|våra medarbetare|yhteyshenkilöt|praticiens"
    r"|弁護士紹介|医師紹介|院長紹介|スタッフ紹介|講師紹介|メンバー|의료진(?: 소개)?|변호사 소개|구성원|임원진"
    r"|专家团队|管理团队|律师团队"
    r"|nauczyciele|grono pedagogiczne|dyrekcja|učitelé|učitelia|tanáraink|tanári kar|mokytojai|skolotāji|õpetajad"
    r"|opettajat|lærere|mitarbeitende"
    r"|le personnel|i nostri (?:medici|professionisti)|nuestros profesionales|secretariado|especialistas|profesionales"
    r"|organigrama|autoridades|consejo directivo|consejo de administración|comisión directiva|fundadores|diretoria"
    r"|conselho|nossos profissionais|comitato|docenti|bureau|comité directeur|conseil|\w+bestuur|toimihenkilöt|valgte"
    r"|våre selgere|vores team|nasza kadra|wykładowcy|vedenie|vodstvo|uprava|rukovodstvo|pengurus|tim kami|struktur"
    r" organisasi|đội ngũ|ban giám đốc)\b",
    re.I,
)
# Bodies and departments that stand as headings over the names of those who make them up.
_BODY = guarded(
    r"^(?:geschäftsführung|geschäftsleitung|praxisinhaber(?:in)?|büroleitung|la direction|direction|direzione|dirección"
    r"|gerencia|direktion|vorstand|zarząd|vedení)$",
    re.I,
)
_INTRODUCED = guarded(
    r"^(?:meet|about|introducing|conoce a|conheça|découvrez|rencontrez|incontra|lernen sie|wir stellen vor:?)\s+"
    r"(?P<name>.{5,50})$",
    re.I,
)
_OPENS_OTHERS = re.compile(r"(?:ehemalige|former|alumni|anciens|past|emeriti)\b[^,]{0,20}$", re.I)
_SENTENCE = re.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr|Prof|Herr|Frau|Mme|M|Sig)\.?(?:ra)? )?(?P<who>[^\s,]{2,20})(?: [^\s,.]+){0,3}? (?:is"
    r"|ist|est|è|es|er|är)"
    r" (?:(?:the|an?|our|der|die|unsere?|le|la|notre|il|nuestr[oa]) )?(?P<title>[^.,;\n]{2,60}?)(?= (?:and|und"
    r"|et|who|at|bei|with|in|with)\b|[.,;\n]|$)"
)


@dataclass(slots=True)
class Line:
    """One line of a block that could belong to a card; `said` is what the line alone reads as."""

    text: str
    block: int
    tag: str
    said: Said
    is_first: bool


@dataclass(slots=True)
class Card:
    """A candidate: who, as what, at which line, and whether the title is one by its words or by its place alone."""

    name: Name
    title: str
    line: Line
    is_guess: bool = False
    is_other_script: bool = False


_TITLE_ALONE = Said(is_title=True)


def in_team(block: Block) -> bool:
    """Whether a block stands in a part of the page that lists staff, by class or by heading."""
    return bool(block.marks & Mark.TEAM) or any(is_about_staff(text) or _is_staff(text) for text in block.outline)


@lru_cache(maxsize=20_000)
def _is_staff(heading: str) -> bool:
    return len(heading) <= 60 and bool(_STAFF.search(heading))


def read_cards(page: Page) -> list[Card]:
    """Candidates in the order of the page, each with the title that its list's layout gives it."""
    lines = _lines(page)
    named = [index for index, line in enumerate(lines) if line.said.name is not None]
    above = _titles_above(lines, named)
    cards = []
    for index in named:
        line = lines[index]
        name = line.said.name
        assert name is not None
        block = page.blocks[line.block]
        if line.said.is_other_script and not line.said.title and (line.said.is_title or not in_team(block)):
            continue
        if line.said.is_guess and not in_team(block):
            continue
        if line.said.is_other_script and index and _is_title_below(lines[index - 1], line):
            continue
        card = Card(name, line.said.title, line, line.said.is_guess, line.said.is_other_script)
        if not card.title:
            _find_title(card, page, lines, index, is_above=above.get(line.tag, False))
        cards.append(card)
        cards += [Card(other, card.title, line, card.is_guess) for other in line.said.others]
    return _without_captions(cards) + _introduced(page, lines)


def _without_captions(cards: list[Card]) -> list[Card]:
    """Cards without those of a line of several names and no title where one of them has a title of its own elsewhere.

    Such a line says who stands on a picture, guests and those who leave included.
    """
    titled = {card.name.text for card in cards if card.title}
    captions = {
        id(card.line) for card in cards if card.line.said.others and not card.title and card.name.text in titled
    }
    return [card for card in cards if id(card.line) not in captions] if captions else cards


def _is_title_below(above: Line, line: Line) -> bool:
    """Whether a line that reads like a name, as any does without capitals, stands below a heading that is one."""
    return above.said.is_other_script and above.tag in HEADINGS and line.tag not in HEADINGS


def _lines(page: Page) -> list[Line]:
    lines: list[Line] = []
    for index, block in enumerate(page.blocks):
        if block.marks & Mark.NAV or len(block.text) > _MAX_BLOCK:
            continue
        is_joined = "·" in block.text or "•" in block.text or "|" in block.text
        for number, text in enumerate(_lines_of(block.text) if is_joined else block.text.split("\n")):
            read = said(text)
            if read is NOTHING and (head := said(_head(text))).name is not None:
                read = head
            if read.title and read.name and not read.name.given and lines and _is_bare_name(lines[-1].said, read):
                read = _TITLE_ALONE  # ``Project Lead: Northern Mill`` below a name is that person's title
            lines.append(Line(text, index, block.tag, read, number == 0))
    return lines


def _lines_of(text: str) -> list[str]:
    """Lines of a block; one that lists several names between points (``Jane Roe, RDH · Ann Poe, RDH``) is several."""
    found: list[str] = []
    for line in text.split("\n"):
        parts = _POINTS.split(line) if len(line) <= 300 else [line]
        names = [said(part).name for part in parts] if len(parts) > 1 else []
        found += parts if names and all(name is not None and name.given for name in names) else [line]
    return found


def _head(text: str) -> str:
    """What stands before the dash of a longer line: ``Jane Roe, Director – Jane joined ...``."""
    is_sentence = len(text) > 60 or (len(text) > 30 and text[-1] == ".")
    if not is_sentence or (mark := _ASIDE.search(text, 8, 90)) is None:
        return text
    return text[: mark.start()] if text.count(" ", mark.end()) >= 3 else text


def _is_bare_name(above: Said, read: Said) -> bool:
    return above.name is not None and not above.title and not read.is_other_script


def _heads_staff(heading: str) -> bool:
    """Whether a heading opens a list of staff (``Nuestro equipo legal``) and is no one's role."""
    return (is_about_staff(heading) or _is_staff(heading)) and not _BODY.match(heading)


def _titles_above(lines: list[Line], named: list[int]) -> dict[str, bool]:
    """Per tag: whether titles stand above the names of a list: above most of them, and above more than below."""
    names: Counter[str] = Counter()
    above: Counter[str] = Counter()
    under: Counter[str] = Counter()
    for index in named:
        line = lines[index]
        if line.said.title:
            continue
        names[line.tag] += 1
        below = index + 1 + bool(index + 1 < len(lines) and is_credentials(lines[index + 1].text))
        under[line.tag] += bool(below < len(lines) and _names_role(lines[below]))
        before = lines[index - 1] if index else None
        is_of_list = before is not None and before.tag in HEADINGS and _heads_staff(before.text)
        above[line.tag] += bool(before is not None and not is_of_list and _names_role(before))
    return {tag: above[tag] > under[tag] and 2 * above[tag] > count for tag, count in names.items()}


@lru_cache(maxsize=20_000)
def names_role(text: str) -> bool:
    """Whether a text alone says what somebody is: a title, a department, a body of the company."""
    return is_title(text) or is_department(text) or bool(_BODY.match(text))


def _names_role(line: Line) -> bool:
    return line.said.is_title or (line.said.name is None and names_role(line.text))


def _find_title(card: Card, page: Page, lines: list[Line], index: int, *, is_above: bool) -> None:
    below = index + 1 + bool(index + 1 < len(lines) and is_credentials(lines[index + 1].text))
    near = lines[below : below + 3]
    before = lines[index - 1] if index else None
    if is_above:
        if before is not None and _is_role(before, page, card):
            card.title = before.text.strip(TITLE_EDGES)
        return
    if near and _is_role(near[0], page, card):
        card.title = near[0].text.strip(TITLE_EDGES)
        card.is_guess = not near[0].said.is_title and not card.name.given
        return
    if before is not None and _names_role(before) and not (index >= 2 and lines[index - 2].said.name):
        card.title = before.text.strip(TITLE_EDGES)
    elif (
        len(near) >= 2
        and near[0].said.name is None
        and len(near[0].text) <= 60
        and near[1].said.is_title
        and not (len(near) >= 3 and near[2].said.name and before is not None and before.said.is_title)
    ):
        card.title = near[1].text.strip(TITLE_EDGES)
        card.is_guess = not (card.name.given or card.name.is_addressed)
    elif near and (match := _SENTENCE.match(near[0].text)) and match["who"] in card.name.text:
        title = match["title"].strip(TITLE_EDGES)
        card.title = title if is_title(title) else ""


def _is_role(line: Line, page: Page, card: Card) -> bool:
    """A title by its words; in a list of staff any short line under or over a name."""
    is_named = line.said.name is not None and not line.said.is_other_script
    if is_named and not _may_be_role(line, card):
        return False
    if _names_role(line) or (is_named and is_title(line.text)):
        return True
    block = page.blocks[line.block]
    if is_credentials(line.text):
        return False
    if _OPENS_OTHERS.match(line.text):
        return False
    is_placed = line.tag not in HEADINGS or line.block == card.line.block
    return is_placed and is_role_line(line.text) and in_team(page.blocks[card.line.block]) and not block.is_label


def _may_be_role(line: Line, card: Card) -> bool:
    """Whether two capitalised words below a heading that is a known name are rather its role (``Shop Lead Ghent``)."""
    name = line.said.name
    is_below = card.line.tag in HEADINGS and line.tag not in HEADINGS
    return is_below and card.name.given == 1 and name is not None and not (name.given or name.is_addressed)


def _introduced(page: Page, lines: list[Line]) -> list[Card]:
    """Headings such as ``Meet Jane Roe``."""
    found = []
    for line in lines:
        if line.tag in HEADINGS and (match := _INTRODUCED.match(line.text)):
            name = read_name(match["name"])
            if name is not None and name.given == 1:
                card = Card(name, "", line)
                following = page.blocks[line.block + 1].text if line.block + 1 < len(page.blocks) else ""
                if (
                    (said_of := _SENTENCE.match(following))
                    and said_of["who"] in name.text
                    and is_title(said_of["title"])
                ):
                    card.title = said_of["title"]
                found.append(card)
    return found
