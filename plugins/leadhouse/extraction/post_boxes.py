"""Addresses that are a post box and a town, where mail is fetched: much of Africa and the Gulf has no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadhouse.extraction.country import country_code
from leadhouse.extraction.page import Page
from leadhouse.records import AddressParts

_BOX = re.compile(
    r"(?<!\w)(?P<kind>B\.? ?P\.?|P\.? ?O\.? ?Box|P\.? ?M\.? ?B\.?|Apartado"
    r"|Boîte postale)[ :n°º.]{0,4}(?P<number>\d{1,6})"
    r"[ ,–-]{1,3}(?P<city>[A-ZÀ-Þ][\w'’-]+(?:[ ][A-ZÀ-Þ][\w'’-]+)?)"
    r"(?:[ ]?[,–-][ ]?(?P<rest>[A-ZÀ-Þ][\w ]{2,24}))?(?=[\s,.;|)]|$)"
)


def post_boxes(page: Page, country: str | None) -> Iterator[tuple[re.Match[str], AddressParts]]:
    """Boxes with a town and a country that is written or the site's; a box with a postal code is another form's."""
    if not page.mentions("bp", "b.p", "box", "p.m.b", "pmb", "apartado", "postale"):
        return
    for match in _BOX.finditer(page.text):
        home = country_code(match["rest"] or "") if match["rest"] and len(match["rest"]) > 3 else None
        home = home or country
        if home is None:
            continue
        kind = "BP" if match["kind"].replace(".", "").replace(" ", "") == "BP" else match["kind"]
        yield match, AddressParts(street=f"{kind} {match['number']}", city=match["city"], country_code=home)
