"""Codes behind their label and apart from the town, as Mexican pages write them: ``C.P. 64010. Monterrey, N.L.``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadhouse.extraction.addresses.address_forms import Town
from leadhouse.extraction.markup.page import Page

_LABEL = r"\bC\.?\s?P\.?:?\s?(?P<code>\d{5})(?!\d)"
_WORD = r"[A-ZÀ-Þ][\w.'’-]*[\w'’]"
_CITY = rf"(?P<city>{_WORD}(?: (?:(?:de|del|la|las|los) )*{_WORD}){{0,4}})"
_STATE = (
    r"(?P<region>Aguascalientes|Ags\.?|Baja California(?: Sur)?|B\.? ?C\.?(?: ?S\.?)?|Campeche|Chiapas|Chis\.?"
    r"|Chihuahua|Chih\.?|Coahuila(?: de Zaragoza)?|Coah\.?|Colima|Durango|Dgo\.?|Estado de México"
    r"|Edo\.? ?(?:de )?M[ée]x(?:ico)?\.?|Guanajuato|Gto\.?|Guerrero|Gro\.?|Hidalgo|Hgo\.?|Jalisco|Jal\.?|Michoacán"
    r"|Mich\.?|Morelos|Mor\.?|Nayarit|Nay\.?|Nuevo León|N\.? ?L\.?|Oaxaca|Oax\.?|Puebla|Pue\.?|Querétaro|Qro\.?"
    r"|Quintana Roo|Q\.? ?Roo\.?|San Luis Potosí|S\.? ?L\.? ?P\.?|Sinaloa|Sin\.?|Sonora|Son\.?|Tabasco|Tab\.?"
    r"|Tamaulipas|Tamps\.?|Tlaxcala|Tlax\.?|Veracruz|Ver\.?|Yucatán|Yuc\.?|Zacatecas|Zac\.?|CDMX|D\.? ?F\.?)(?![\w])"
)
_BEFORE = re.compile(rf"{_LABEL}[.,]?[ ]?(?:\n|(?<=[.,])[ ]|[–-][ ]){_CITY}(?:,[ ]?{_STATE})?")
_BEHIND = re.compile(rf"(?:^|[\n,;][ ]?){_CITY},[ ]?{_STATE}(?:[.,]?[ ]?M[ée]xico)?[.,]?\s{{0,2}}{_LABEL}", re.M)


def labelled_codes(page: Page) -> Iterator[Town]:
    """Towns whose code stands behind ``C.P.`` before a full stop or a line's end, or behind town and state."""
    if not page.mentions("c.p", "cp ", "c. p", "cp:"):
        return
    for pattern in (_BEHIND, _BEFORE):
        for match in pattern.finditer(page.text):
            start = match.start("city") if pattern is _BEHIND else match.start()
            city = match["city"].strip(" .")
            yield Town(start, match.end(), match["code"], city, match["region"], "MX", True, True)
