"""People of the company: cards of name and title, lines that say who represents it, JSON-LD. Bylines, reviewers and
outsiders are left out.
"""

from __future__ import annotations

import re
from collections import Counter

from leadhouse.extraction import structured
from leadhouse.extraction.context import Findings, Surroundings, is_about_staff, third_party
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.page import Block, Mark, Page
from leadhouse.extraction.person_contacts import add_contacts
from leadhouse.extraction.person_names import (
    TITLE,
    has_given_name,
    has_honorific,
    is_title,
    other_script_name,
    person_name,
)
from leadhouse.extraction.representatives import Person, represented
from leadhouse.extraction.vocabulary import words

_ACCEPT, _NEARLY = 0.5, 0.4
_BYLINE = re.compile(
    r"\b(?:posted|written|published|photo(?:graph)?|by|von|par|por|author|autor|geschrieben|min(?:ute)?s? read"
    r"|comments?|reply|says|schreibt|sagt)\b",
    re.I,
)
_POST_URL = re.compile(
    r"/(?:blog|news|posts?|articles?|tag|category|author|archive|\d{4}/\d{2}|jobs?|offers?|events?"
    r"|portfolio|projects?"
    r"|case-stud\w+|testimonials?|reviews?)(?:/|\.|$|-)",
    re.I,
)
_TEAM_URL = re.compile(
    r"team|people|staff|about|ueber|über|attorney|lawyer|board|director|leader|management|founder|doctor|who-we"
    r"|chi-siamo|equipe|equipo|nosotros|qui-sommes|personal|persoenl|kanzlei|mitarbeiter|om-oss"
    r"|over-ons|vorstand|crew",
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
_SENTENCE_TITLE = re.compile(
    rf"(?:\bis\b|\bist\b|\best\b|,)\s+(?:(?:the|an?|our|der|die|unser[e]?|le|la|notre)\s+)?"
    rf"(?P<title>[^.,;]{{0,40}}?(?:{TITLE.pattern})[^.,;]{{0,30}})",
    re.I,
)
_INLINE = re.compile(r"^(?P<name>[^,–—|(:\n]{5,50}?)\s*(?:,|–|—|\||\s-\s|\(|:)\s*(?P<title>[^\n]{2,90}?)\)?$")
_HEADINGS = words("h1 h2 h3 h4 h5 h6")
_REVIEWED = words("review blogposting article newsarticle comment event")
_NOT_STAFF = words("author creator reviewedBy editor contributor customer performer actor byArtist")
_STAFF_KEYS = words("employee employees member members founder founders")


def extract_people(page: Page, country: str | None, names: tuple[str, ...], findings: Findings) -> list[Person]:
    """People of the company on this page; others go to `findings` as rejections with the reason."""
    if page.mentions(*_PRACTICE_STEMS) and (match := _PRACTICE_FIRM.search(page.text)):
        findings.reject("page", match[0], "practice_firm", "text")
        return []
    found: dict[str, Person] = {}
    companies = {fold(name) for name in names}
    for person in (*_structured(page), *represented(page), *_cards(page, findings)):
        key = fold(person.name)
        if any(key in company or company in key for company in companies if len(company) >= 5) and not person.title:
            continue
        known = found.get(key)
        if known is None or person.confidence > known.confidence:
            if known is not None:
                person.title = person.title or known.title
            found[key] = person
        elif not known.title:
            known.title = person.title
    for person in found.values():
        add_contacts(page, person, country)
    return list(found.values())


def _structured(page: Page) -> list[Person]:
    found: list[Person] = []
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


def _cards(page: Page, findings: Findings) -> list[Person]:
    candidates: list[tuple[Block, Person]] = []
    blocks = page.blocks
    is_post = bool(_POST_URL.search(page.url)) and not _TEAM_URL.search(page.url.rsplit("/", 1)[-1])
    for index, block in enumerate(blocks):
        if block.marks & Mark.NAV or len(block.text) > 1200:
            continue
        person = _card(blocks, index, block)
        if person is None:
            continue
        person.confidence = _confidence(page, block, person)
        reason = "byline" if is_post else _outsider(block, blocks, index)
        if reason is None:
            candidates.append((block, person))
        elif person.title or has_given_name(person.name):
            findings.reject("person", person.name, reason, "card")
    return _listed_alike(candidates, findings)


def _listed_alike(candidates: list[tuple[Block, Person]], findings: Findings) -> list[Person]:
    """Sure people, and those only nearly sure that stand in the same kind of block as three sure ones."""
    sure = Counter(block.tag for block, person in candidates if person.confidence >= _ACCEPT)
    found = []
    for block, person in candidates:
        wanted = 2 if person.is_guess else 3
        if other_script_name(person.name) and sum(1 for other, _ in candidates if other.tag == block.tag) >= 2:
            person.confidence = max(person.confidence, _ACCEPT)
        if _NEARLY <= person.confidence < _ACCEPT and sure[block.tag] >= wanted and block.tag in _HEADINGS:
            person.confidence = _ACCEPT
        if person.confidence >= _ACCEPT:
            found.append(person)
        elif person.title or has_given_name(person.name):
            findings.reject("person", person.name, "unsure", "card")
    return found


def _card(blocks: list[Block], index: int, block: Block) -> Person | None:
    lines = block.text.split("\n")
    first = lines[0]
    name = person_name(first)
    if name is None and block.tag in _HEADINGS and _in_team(block):
        name = other_script_name(first)
    if name is None:
        return _inline(first)
    person = Person(name, _title_near(blocks, index, lines), is_addressed=has_honorific(first))
    if not person.title and _in_team(block):
        person.title = _below_name(blocks, index)
        person.is_guess = bool(person.title) and not has_given_name(name)
    if person.title:
        return person
    is_heading = block.tag in _HEADINGS or block.is_label
    said = blocks[index + 1].text[:300] if index + 1 < len(blocks) else ""
    if name.split()[0] in said and (match := _SENTENCE_TITLE.search(said)):
        person.title = match["title"].strip(" ,.")[:110]
        return person
    return person if is_heading or person.is_addressed else None


def _in_team(block: Block) -> bool:
    return bool(block.marks & Mark.TEAM) or any(is_about_staff(text) for text in block.outline)


def _below_name(blocks: list[Block], index: int) -> str:
    """In a list of staff the short line under a name is the role, whatever the words (``Buchhaltung``)."""
    if index + 1 >= len(blocks) or (blocks[index].tag not in _HEADINGS and not blocks[index].is_label):
        return ""
    text = blocks[index + 1].text.split("\n")[0]
    is_role = (
        len(text) <= 45 and len(text.split()) <= 5 and not re.search(r"[\d@.!?:]", text) and not has_given_name(text)
    )
    return text if is_role and blocks[index + 1].tag not in _HEADINGS else ""


def _title_near(blocks: list[Block], index: int, lines: list[str]) -> str:
    """The title of a card: the next line, the line above unless it is another's, the line after next."""
    after = [entry.text for entry in blocks[index + 1 : index + 4]]
    following = [*lines[1:2], *(text.split("\n")[0] for text in after[:1])]
    for text in following:
        if is_title(text) and not (person_name(text) and has_given_name(text)):
            return text
    before = blocks[index - 1].text if index else ""
    if is_title(before) and not person_name(before) and not _follows_a_name(blocks, index):
        return before
    if len(after) >= 2 and len(after[0]) <= 60 and is_title(after[1].split("\n")[0]) and not person_name(after[0]):
        is_next_persons = len(after) >= 3 and person_name(after[2].split("\n")[0]) and is_title(before)
        return "" if is_next_persons else after[1].split("\n")[0]
    return ""


def _inline(text: str) -> Person | None:
    match = _INLINE.match(text)
    if match is None:
        return None
    name = person_name(match["name"])
    if name and is_title(match["title"]):
        return Person(name, match["title"].strip(" ,.)"), is_addressed=has_honorific(match["name"]))
    swapped = person_name(match["title"])
    if swapped and is_title(match["name"]) and not person_name(match["name"]):
        return Person(swapped, match["name"].strip(), is_addressed=has_honorific(match["title"]))
    return None


def _follows_a_name(blocks: list[Block], index: int) -> bool:
    """Whether the title above a name already belongs to the name above it."""
    return index >= 2 and person_name(blocks[index - 2].text.split("\n")[0]) is not None


def _outsider(block: Block, blocks: list[Block], index: int) -> str | None:
    if block.marks & Mark.HIDDEN:
        return "hidden"
    if block.marks & Mark.TEAM and not block.marks & Mark.TESTIMONIAL:
        return None
    if reason := third_party(Surroundings("", "", "", block.heading, block.outline, block.marks)):
        return reason
    before = blocks[index - 1].text if index else ""
    after = blocks[index + 1].text if index + 1 < len(blocks) else ""
    if (_QUOTE.search(before) and len(before) > 40) or (_QUOTE.match(after) and len(after) > 60):
        return "testimonial"
    if block.marks & Mark.ARTICLE and _BYLINE.search(f"{before[-40:]} {after[:40]}"):
        return "byline"
    if block.marks & (Mark.PARTNER | Mark.PORTFOLIO):
        return "third_party"
    return None


def _confidence(page: Page, block: Block, person: Person) -> float:
    """Evidence for a name, for a title and for the place, added up; `_ACCEPT` needs two of the three."""
    score = 0.3 if has_given_name(person.name) else 0.0
    if person.is_addressed:
        score += 0.25
    if person.title:
        score += 0.3 if len(person.title) <= 60 else 0.2
    folded = fold(person.name.split()[0])
    if len(folded) >= 4 and any(folded in fold(image.alt + image.src) for image in page.images[:80]):
        score += 0.1
    if _in_team(block):
        score += 0.2
    elif _TEAM_URL.search(page.url.split("/", 3)[-1]):
        score += 0.15
    if block.tag in _HEADINGS or block.is_label:
        score += 0.05
    if block.marks & (Mark.ARTICLE | Mark.FOOTER | Mark.COLLAPSED):
        score -= 0.15
    return round(min(0.95, max(0.0, score - (0.15 if person.is_guess else 0))), 3)
