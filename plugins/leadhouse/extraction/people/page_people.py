"""People of the company: cards of name and title, lines that say who represents it, sentences, JSON-LD.

Bylines, reviewers, donors, people of the past and outsiders are left out, each with the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from leadhouse.extraction import east_asian
from leadhouse.extraction.attribution.context import Findings
from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.patterns.vocabulary import words
from leadhouse.extraction.people.cards import HEADINGS, Card, names_role, read_cards
from leadhouse.extraction.people.contacts import add_contacts
from leadhouse.extraction.people.evidence import confidence, signs_of, slugs_of
from leadhouse.extraction.people.job_titles import is_title
from leadhouse.extraction.people.lines import spoken_of
from leadhouse.extraction.people.names import other_script_name, person_name
from leadhouse.extraction.people.outsiders import is_post, outsider, theme_people
from leadhouse.extraction.people.pictures import pictured
from leadhouse.extraction.people.representatives import represented
from leadhouse.extraction.person import ACCEPT, NEARLY, UNKNOWN, Person

# Pupils play these companies: neither they nor the company exist for business.
_PRACTICE_FIRM = guarded(
    r"übungsfirm\w*|übungsunternehmen|uebungsfirm\w*|practice (?:firm|enterprise)s?\b|impresa (?:formativa )?simulata"
    r"|entreprise d['’]entra[iî]nement|empresa simulada|fictitious company|fiktives unternehmen",
    re.I,
)
_PARTNER_IN_FIRM = re.compile(
    r"\b(?:(?:founding|senior|managing|junior|equity|name) partner(?:in)?|partner(?:in)?$|soci[oa]\b|associée?\b)", re.I
)
_PRACTICE_STEMS = ("bungsf", "bungsu", "practice ", "simulata", "simulada", "ntra", "fictitious", "fiktives")
_LABELLED = 0.85  # of a known name behind a label that says who owns or answers for the site
_MAX_PEOPLE = 100  # of one page; more is a directory
_NEIGHBOUR = 6  # blocks between the cards of two colleagues
_IMPLIED = "Founder"  # by the property that holds a person; what the page says of the person is better
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
    stated = _structured(page)
    titles = {_key(person.title) for person in stated if person.title}
    labelled = represented(page) + east_asian.representatives(page)
    for person in (*stated, *labelled, *_cards(page, findings), *spoken_of(page)):
        key = _key(person.name)
        if key in titles:  # in scripts without capitals a title looks like a name; the page's data says which it is
            continue
        if any(key in company or company in key for company in companies) and not _is_person(person):
            continue
        _keep(found, key, person)
    cast = theme_people({person.name: person.title for person in found.values()})
    for name in sorted(cast):
        findings.reject("person", name, "theme_leftover", "card")
    people = [person for person in found.values() if person.name not in cast]
    for person in people[:_MAX_PEOPLE]:
        add_contacts(page, person, country)
    return people[:_MAX_PEOPLE]


def _key(name: str) -> str:
    return fold(name) or name


def _is_person(person: Person) -> bool:
    """Whether a name that is also the company's (``Jane Roe Ltd``) still is a person's: by title and known name."""
    if person.locator == "imprint" and person.title and person.confidence >= _LABELLED:
        return True
    return is_title(person.title) and (person.locator != "card" or bool({"given", "addressed"} & person.evidence))


def _keep(found: dict[str, Person], key: str, person: Person) -> None:
    """The surer of two statements about one person, completed by the other's title."""
    known = found.get(key)
    if known is None:
        found[key] = person
        return
    first, second = (person, known) if person.confidence > known.confidence else (known, person)
    is_implied = first.locator == "json-ld" and first.title == _IMPLIED and second.title
    if not first.title or second.title.startswith(first.title) or is_implied:
        first.title = second.title
    first.email = first.email or second.email
    found[key] = first


def _structured(page: Page) -> list[Person]:
    found: list[Person] = []
    if not page.json_ld and not page.microdata:
        return found
    for item, key, parent in structured.nested(page.json_ld + page.microdata):
        if "person" not in structured.types_of(item):
            if isinstance(founder := item.get("founder"), str) and (name := person_name(founder)):
                found.append(Person(name, _IMPLIED, confidence=0.9, locator="json-ld"))
            continue
        if key in _NOT_STAFF or structured.types_of(parent or {}) & _REVIEWED:
            continue
        said = structured.text_of(item.get("name"))
        name = person_name(said) or other_script_name(said)
        title = structured.text_of(item.get("jobTitle")) or (_IMPLIED if key in {"founder", "founders"} else "")
        if name and (title or key in _STAFF_KEYS):
            found.append(Person(name, title[:200], confidence=0.9, locator="json-ld"))
    return found


# cards ---------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Candidate:
    """A card, the person it would make, and why it is an outsider's (None: it is not)."""

    card: Card
    person: Person
    reason: str | None


def candidates(page: Page) -> list[Candidate]:
    """Every card of a page with its signs and their sum, outsiders included: rules and training read this."""
    cards = read_cards(page)
    cards += pictured(page, {card.name.text for card in cards})
    if not cards:
        return []
    is_byline = is_post(page)
    pictures = fold(" ".join(image.alt + image.src for image in page.images[:80]))
    slugs = slugs_of(page)
    found = []
    turned = _surnames_first(cards)
    for card in cards:
        signs = signs_of(page, card, pictures, slugs)
        if card.line.tag in turned and "given_last" in signs:
            signs.add("surname_first")
        person = Person(card.name.text, card.title[:200], confidence=confidence(signs), evidence=frozenset(signs))
        found.append(Candidate(card, person, "byline" if is_byline else outsider(page, card)))
    _own_partners(page, found)
    return found


def _own_partners(page: Page, found: list[Candidate]) -> None:
    """Firms of lawyers and architects head their owners as partners: a role in the firm tells them from other firms."""
    partners = [entry for entry in found if entry.reason == "partner"]
    outlines = {
        page.blocks[entry.card.line.block].outline for entry in partners if _PARTNER_IN_FIRM.search(entry.card.title)
    }
    for entry in partners:
        if entry.card.title and page.blocks[entry.card.line.block].outline in outlines:
            entry.reason = None


def _surnames_first(cards: list[Card]) -> set[str]:
    """Tags of lists that write names as registers do: most of them end with a known given name."""
    votes: Counter[str] = Counter()
    for card in cards:
        votes[card.line.tag] += 1 if card.name.given == 0.5 else -2 if card.name.given else 0
    return {tag for tag, count in votes.items() if count >= 3}


def _cards(page: Page, findings: Findings) -> list[Person]:
    found = candidates(page)
    for candidate in found:
        if candidate.reason and (candidate.card.title or candidate.card.name.given):
            findings.reject("person", candidate.person.name, candidate.reason, "card")
    return _listed_alike([(entry.card, entry.person) for entry in found if entry.reason is None], findings)


def _heads_card(card: Card, person: Person) -> bool:
    """Whether a name that nobody knows heads a card of a part that lists staff, with a title of its own."""
    is_in_list = "team_section" in person.evidence and card.line.tag in HEADINGS and card.line.tag != "h1"
    return is_in_list and is_title(card.title) and "guessed_title" not in person.evidence


def _listed_alike(cards: list[tuple[Card, Person]], findings: Findings) -> list[Person]:
    """Sure people, and those only nearly sure that stand in the same kind of block as several sure ones."""
    sure = Counter(card.line.tag for card, person in cards if person.confidence >= ACCEPT)
    sure_at = [card.line.block for card, person in cards if person.confidence >= ACCEPT]
    nearly = Counter(card.line.tag for card, person in cards if is_title(card.title) and person.confidence >= NEARLY)
    other_scripts = sum(1 for card, _ in cards if card.is_other_script)
    found = []
    for card, person in cards:
        tag = card.line.tag
        is_listed = sure[tag] >= (1 if card.title else 3) or (card.title and nearly[tag] >= 2)
        is_beside = sure[tag] >= 2 or (sure[tag] and any(abs(card.line.block - at) <= _NEIGHBOUR for at in sure_at))
        is_said = names_role(card.title) and not card.is_guess
        if is_beside and UNKNOWN <= person.confidence < NEARLY and is_said:
            person.confidence = ACCEPT  # a name that nobody knows among those of a list, with a title like theirs
        if NEARLY <= person.confidence < ACCEPT and is_listed and (card.title or tag in HEADINGS):
            person.confidence = ACCEPT
        if NEARLY <= person.confidence < ACCEPT and _heads_card(card, person):
            person.confidence = ACCEPT
        if card.is_other_script and (other_scripts >= 2 or card.title):
            person.confidence = max(person.confidence, ACCEPT)
        if person.confidence >= ACCEPT:
            found.append(person)
        elif card.title or card.name.given:
            findings.reject("person", person.name, "unsure", "card")
    return found
