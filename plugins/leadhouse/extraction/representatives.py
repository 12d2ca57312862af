"""Lines that say who represents a company, as imprints carry them by law."""

from __future__ import annotations

import re
from dataclasses import dataclass

from leadhouse.extraction import vocabulary
from leadhouse.extraction.context import Surroundings, third_party
from leadhouse.extraction.page import Block, Mark, Page
from leadhouse.extraction.person_names import TITLE, has_given_name, has_honorific, person_name
from leadhouse.extraction.vocabulary import words

ACCEPT = 0.5
_REPRESENTED_LINE = re.compile(
    rf"(?:{vocabulary.REPRESENTED.pattern})[^:\n]{{0,40}}?(?::|\n"
    rf"|\s(?=(?-i:[A-ZÀ-Þ])))\s*(?P<rest>[^\n]{{3,160}})",
    re.I,
)
_REPRESENTED_START = re.compile(rf"^(?:(?:{vocabulary.REPRESENTED.pattern}|die|den|der|le|la|il|el)\s*:?\s+)+", re.I)
_ENUMERATION = re.compile(r"\s*(?:,|;|\bund\b|\band\b|\bet\b|\be\b|\by\b|&|/)\s*(?=(?:[A-ZÀ-ÖØ-Þ]|Dr))")
_REST_END = re.compile(r"\(|\s[-–|]\s|(?<=\w{4})\.\s|\bAdresse|\bc/o|\s(?:Tel|E-?Mail|Fon)\b")


_STEMS = words(
    "vertret geschäftsf geschaeftsf inhaber vorstand verantwort directeur directrice responsab gérant président "
    "représent rappresentante amministrat titolare administrador representante titular direttore zaakvoerder "
    "bestuurder daglig vd omistaja proprietor owner director trader represented"
)


@dataclass(slots=True)
class Person:
    """One person as a page shows them; `confidence` by how the page says it."""

    name: str
    title: str = ""
    email: str | None = None
    phone: str | None = None
    social: str | None = None
    confidence: float = 0.5
    locator: str = "card"
    is_addressed: bool = False
    is_guess: bool = False  # neither name nor title is in a word list: the list it stands in must vouch for it


def represented(page: Page) -> list[Person]:
    """People named by lines such as ``Vertreten durch: ...`` (a third party's are left out)."""
    found: list[Person] = []
    if not page.mentions(*_STEMS):
        return found
    for index, block in enumerate(page.blocks):
        if len(block.text) > 700 or block.marks & Mark.NAV or not vocabulary.REPRESENTED.search(block.text):
            continue
        text = block.text
        if block.is_label and index + 1 < len(page.blocks) and len(follower := page.blocks[index + 1].text) <= 160:
            text = f"{text.rstrip(' :')}: {follower}"
        for match in _REPRESENTED_LINE.finditer(text):
            found.extend(_listed(match, block))
    return found


def _listed(match: re.Match[str], block: Block) -> list[Person]:
    spot = Surroundings("", "", "", block.heading, block.outline, block.marks)
    if (reason := third_party(spot)) and reason != "authority":
        return []
    label = match[0][: match.start("rest") - match.start()].strip(" :\n").split("\n")[-1][:80]
    rest = _REST_END.split(match["rest"])[0]
    people: list[Person] = []
    for part in _ENUMERATION.split(rest)[:8]:
        bare = _REPRESENTED_START.sub("", part.strip())
        name = person_name(bare)
        if name is None or vocabulary.LEGAL_FORM.search(match["rest"][: len(rest) + 12]):
            break
        title = _role(f"{label} {part}")
        confidence = 0.85 if has_given_name(name) or has_honorific(bare) else 0.55 if ":" in match[0] else 0.3
        if confidence >= ACCEPT:
            people.append(Person(name, title, confidence=confidence, locator="imprint"))
    return people


def _role(text: str) -> str:
    """The title in a representing line: the last title word, or the label itself when it is a role."""
    titles = [found[0] for found in TITLE.finditer(text)]
    if titles:
        return titles[-1]
    return "" if re.match(r"(?i)vertret|verantwort|represent|rapp?res", text) else text.split(":")[0].strip()[:60]
