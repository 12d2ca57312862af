"""People whose names stand in the alternative texts of their pictures alone."""

from __future__ import annotations

import re

from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.people.cards import Card, Line, in_team
from leadhouse.extraction.people.said import said

_OF = re.compile(  # ``Foto de Jane Roe``, ``Portrait: Jane Roe``
    r"^(?:(?:profile )?(?:photo|picture|portrait|image|headshot)(?:graph)?|foto(?:grafia)?|retrato|ritratto|bild"
    r"|porträt|portret)"
    r"(?:\s+(?:of|de|del|della|di|do|da|von|van|av|af|for)\b|\s*[:–-])\s*",
    re.I,
)
_OTHERS = Mark.HEADER | Mark.NAV | Mark.PARTNER | Mark.TESTIMONIAL | Mark.ARTICLE | Mark.PORTFOLIO


def pictured(page: Page, known: set[str]) -> list[Card]:
    """Candidates among pictures in parts that list staff, beyond the names of the text."""
    found = []
    for image in page.images[:120]:
        if not 5 <= len(image.alt) <= 90 or image.marks & _OTHERS or not page.blocks:
            continue
        read = said(_OF.sub("", image.alt))
        if read.name is None or read.is_other_script or read.name.given < 1 or read.name.text in known:
            continue
        index = min(image.block, len(page.blocks) - 1)
        if not (image.marks & Mark.TEAM or in_team(page.blocks[index])):
            continue
        known.add(read.name.text)
        found.append(Card(read.name, read.title, Line(image.alt, index, "img", read, True)))
    return found
