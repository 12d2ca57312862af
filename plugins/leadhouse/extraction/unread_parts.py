"""What a page that was read leaves unread: contacts in a picture, an imprint in a PDF."""

from __future__ import annotations

import re

from leadhouse.extraction.attribution.context import Findings
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.people.outsiders import is_imprint

_FEW = 300  # characters beside menus
_LEGAL = guarded(
    r"impress|imprint|mentions?[ _-]?l[eé]gales|legal[ _-]?notice|aviso[ _-]?legal|note[ _-]?legali|colofon"
    r"|kontaktdaten|contact[ _-]?(?:details|list|sheet)|telefonliste|ansprechpartner|tiráž|impresszum",
    re.I,
)
_CONTACTS = guarded(
    r"contact|kontakt|contatt|contato|address|adress|anschrift|indirizz|direcci|impress|imprint|phone|telefon|tel[eé]f"
    r"|e-?mail|business[ _-]?card|visitenkarte",
    re.I,
)
_STATED = ("email", "phone_e164", "address")
_FRAME = Mark.NAV | Mark.HEADER | Mark.FOOTER


def unread_parts(page: Page, findings: Findings) -> list[str]:
    """Reasons why a page may state less than it shows: ``imprint-in-pdf``, ``contacts-in-image``.

    The first is said where a link leads to a PDF that calls itself an imprint or a list of contacts; the second on a
    page of contacts that states none and has next to no text beside a picture that is called one.
    """
    reasons = []
    if any(_is_legal_pdf(link.url, link.text) for link in page.links):
        reasons.append("imprint-in-pdf")
    if page.images and is_imprint(page) and not any(findings.of(name) for name in _STATED):
        text = sum(len(block.text) for block in page.blocks if not block.marks & _FRAME)
        pictures = [image for image in page.images if not image.marks & _FRAME]
        is_named = any(_CONTACTS.search(f"{image.alt} {image.src.rpartition('/')[2]}") for image in pictures)
        if text < _FEW and is_named:
            reasons.append("contacts-in-image")
    return reasons


def _is_legal_pdf(url: str, text: str) -> bool:
    path = url.split("?")[0].split("#")[0]
    return path[-4:].lower() == ".pdf" and bool(_LEGAL.search(f"{path.rpartition('/')[2]} {text[:80]}"))
