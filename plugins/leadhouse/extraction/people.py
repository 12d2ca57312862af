"""People of the company: cards of name and title, lines that say who represents it, sentences, JSON-LD.

Bylines, reviewers, donors, people of the past and outsiders are left out, each with the reason.
"""

from __future__ import annotations

import re
from collections import Counter

from leadhouse.extraction import structured
from leadhouse.extraction.context import Findings, Surroundings, third_party
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.job_titles import is_title
from leadhouse.extraction.page import Block, Mark, Page
from leadhouse.extraction.person import ACCEPT, NEARLY, Person
from leadhouse.extraction.person_cards import HEADINGS, Card, in_team, read_cards
from leadhouse.extraction.person_contacts import add_contacts
from leadhouse.extraction.person_evidence import TEAM_URL, confidence, signs_of, slugs_of
from leadhouse.extraction.person_lines import spoken_of
from leadhouse.extraction.person_names import person_name
from leadhouse.extraction.person_pictures import pictured
from leadhouse.extraction.representatives import represented
from leadhouse.extraction.vocabulary import words

_BYLINE = re.compile(
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
# Pupils play these companies: neither they nor the company exist for business.
_PRACTICE_FIRM = re.compile(
    r"übungsfirm\w*|übungsunternehmen|uebungsfirm\w*|practice (?:firm|enterprise)s?\b|impresa (?:formativa )?simulata"
    r"|entreprise d['’]entra[iî]nement|empresa simulada|fictitious company|fiktives unternehmen",
    re.I,
)
_PRACTICE_STEMS = ("bungsf", "bungsu", "practice ", "simulata", "simulada", "ntra", "fictitious", "fiktives")
_QUOTE = re.compile(r"^[\"“”„«'‘].{20,}|[\"“”»]\s*$")
# Lists of people who are not the company's staff, or no longer.
_OTHERS = re.compile(
    r"\b(?:donors?|sponsors?|supporters|benefactors|winners?|laureates|preisträger|prizes?|participants|teilnehmer"
    r"|attendees|guest speakers|speakers|referees|alumni|graduates|absolventen|players|spieler|kader|squad|line-?up"
    r"|cast|besetzung|mitwirkende|contributors?|darsteller|artists|künstler|bands?|authors|autoren|bloggers"
    r"|honou?rary members|ehrenmitglieder|friends of|spender|förderer|sponsoren|thanks to|dank an"
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
_LIVED = re.compile(r"†|\(\s*(?:\*\s*)?1[5-9]\d\d\s*[-–—]\s*(?:†\s*)?(?:1[5-9]|20)\d\d\s*\)")
_REVIEWED = words("review blogposting article newsarticle comment event")
_NOT_STAFF = words("author creator reviewedBy editor contributor customer performer actor byArtist")
_STAFF_KEYS = words("employee employees member members founder founders")


def extract_people(page: Page, country: str | None, names: tuple[str, ...], findings: Findings) -> list[Person]:
    """People of the company on this page; others go to `findings` as rejections with the reason."""
    if page.mentions(*_PRACTICE_STEMS) and (match := _PRACTICE_FIRM.search(page.text)):
        findings.reject("page", match[0], "practice_firm", "text")
        return []
    found: dict[str, Person] = {}
    companies = {folded for name in names if len(folded := fold(name)) >= 5}
    cards = read_cards(page)
    for person in (*_structured(page), *represented(page), *_cards(page, cards, findings), *spoken_of(page)):
        key = fold(person.name) or person.name
        if any(key in company or company in key for company in companies) and not _is_person(person):
            continue
        _keep(found, key, person)
    for person in found.values():
        add_contacts(page, person, country)
    return list(found.values())


def _is_person(person: Person) -> bool:
    """Whether a name that is also the company's (``Jane Roe Ltd``) still is a person's: by title and known name."""
    return bool(person.title) and (person.locator != "card" or bool({"given", "addressed"} & person.evidence))


def _keep(found: dict[str, Person], key: str, person: Person) -> None:
    """The surer of two statements about one person, completed by the other's title."""
    known = found.get(key)
    if known is None:
        found[key] = person
        return
    first, second = (person, known) if person.confidence > known.confidence else (known, person)
    if not first.title or second.title.startswith(first.title):
        first.title = second.title
    first.email = first.email or second.email
    found[key] = first


def _structured(page: Page) -> list[Person]:
    found: list[Person] = []
    if not page.json_ld and not page.microdata:
        return found
    for item, key, parent in structured.nested(page.json_ld + page.microdata):
        if "person" not in structured.types_of(item):
            continue
        if key in _NOT_STAFF or structured.types_of(parent or {}) & _REVIEWED:
            continue
        name = person_name(structured.text_of(item.get("name")))
        title = structured.text_of(item.get("jobTitle")) or ("Founder" if key in {"founder", "founders"} else "")
        if name and (title or key in _STAFF_KEYS):
            found.append(Person(name, title[:200], confidence=0.9, locator="json-ld"))
    return found


# cards ---------------------------------------------------------------------------------------------------------------


def _cards(page: Page, cards: list[Card], findings: Findings) -> list[Person]:
    cards = cards + pictured(page, {card.name.text for card in cards})
    if not cards:
        return []
    is_post = bool(_POST_URL.search(page.url)) and not TEAM_URL.search(page.url.rsplit("/", 1)[-1])
    pictures = fold(" ".join(image.alt + image.src for image in page.images[:80]))
    slugs = slugs_of(page)
    candidates: list[tuple[Card, Person]] = []
    for card in cards:
        signs = signs_of(page, card, pictures, slugs)
        person = Person(card.name.text, card.title[:200], confidence=confidence(signs), evidence=frozenset(signs))
        reason = "byline" if is_post else _outsider(page, card)
        if reason is None:
            candidates.append((card, person))
        elif card.title or card.name.given:
            findings.reject("person", person.name, reason, "card")
    return _listed_alike(candidates, findings)


def _listed_alike(candidates: list[tuple[Card, Person]], findings: Findings) -> list[Person]:
    """Sure people, and those only nearly sure that stand in the same kind of block as several sure ones."""
    sure = Counter(card.line.tag for card, person in candidates if person.confidence >= ACCEPT)
    nearly = Counter(
        card.line.tag for card, person in candidates if is_title(card.title) and person.confidence >= NEARLY
    )
    other_scripts = sum(1 for card, _ in candidates if card.is_other_script)
    found = []
    for card, person in candidates:
        tag = card.line.tag
        is_listed = sure[tag] >= (1 if card.title else 3) or (card.title and nearly[tag] >= 2)
        if NEARLY <= person.confidence < ACCEPT and is_listed and (card.title or tag in HEADINGS):
            person.confidence = ACCEPT
        if card.is_other_script and other_scripts >= 2:
            person.confidence = max(person.confidence, ACCEPT)
        if person.confidence >= ACCEPT:
            found.append(person)
        elif card.title or card.name.given:
            findings.reject("person", person.name, "unsure", "card")
    return found


def _outsider(page: Page, card: Card) -> str | None:
    index = card.line.block
    block = page.blocks[index]
    if block.marks & Mark.HIDDEN:
        return "hidden"
    if reason := _of_the_past(page, card, block):
        return reason
    if block.marks & Mark.TEAM and not block.marks & Mark.TESTIMONIAL:
        return None
    if reason := third_party(Surroundings("", "", "", block.heading, block.outline, block.marks)):
        return reason
    before = page.blocks[index - 1].text if index else ""
    after = page.blocks[index + 1].text if index + 1 < len(page.blocks) else ""
    if (_QUOTE.search(before) and len(before) > 40) or (_QUOTE.match(after) and len(after) > 60):
        return "testimonial"
    if block.marks & Mark.ARTICLE and _BYLINE.search(f"{before[-40:]} {card.line.text[:30]} {after[:40]}"):
        return "byline"
    if block.marks & (Mark.PARTNER | Mark.PORTFOLIO):
        return "third_party"
    return None


def _of_the_past(page: Page, card: Card, block: Block) -> str | None:
    """Whether a heading or the line says that the list is of others, or of people who are gone."""
    following = page.blocks[card.line.block + 1].text[:60] if card.line.block + 1 < len(page.blocks) else ""
    if _LIVED.search(block.text[:200]) or _LIVED.search(following) or _PAST.search(card.title):
        return "historical"
    for heading in reversed(block.outline[-2:]):
        if _PAST.search(heading):
            return "historical"
        if _OTHERS.search(heading):
            return "third_party"
        if in_team(block):
            break
    return None
