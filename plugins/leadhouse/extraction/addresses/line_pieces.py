"""The lines around a town, cut into the pieces that could be parts of its address."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.markup.page import Mark, Page

NOT_ADDRESS = re.compile(
    r"@|https?:|www\.|(?<![a-zß-ÿ])(?:tel|fon|phone|fax|mobil|mobile|e-?mail|copyright|©|iban|bic|ust|vat"
    r"|p\.?\s?iva|open|hours|uhr|mon|montag|öffnungszeit\w*|gmbh & co|vertreten durch|inhaber\w*"
    r"|steuernummer)(?![a-zß-ÿ])|[?!]",
    re.I,
)
PHONE_LIKE = re.compile(r"\d(?:[ ()/.\-]{0,2}\d){7,}")
LEAD = re.compile(
    r"^(?:our |unsere |the |a )?(?:(?:postal |mailing |registered |head |main |business |street |corporate |visiting "
    r"|company |hoofd|postal)*(?:address|office|location|headquarters)|adress[ea]?|anschrift|postanschrift"
    r"|hausanschrift|sitz"
    r"|siège(?: social)?|sede(?: legale| operativa| social)?|indirizzo|dirección|domicilio(?: social)?"
    r"|maatschappelijke zetel"
    r"|uitbatingszetel|zetel|endereço|morada|adres|besøksadresse|postadresse|bezoekadres|postadres|vestigingsadres"
    r"|find us"
    r"|visit us|où nous trouver|où|dove siamo|standort|location|based at|located at|adresa|cím|adresas|osoite"
    r"|käyntiosoite|địa chỉ|διεύθυνση|έδρα|адрес|адреса|العنوان|adresă|sediul?(?: social)?|adrese|aadress|címünk"
    r"|székhely|alamat(?: kantor)?|adressen|vieta|sijedište|sjedište|sedež|sídlo|provozovna|prevádzka|telephely|alamat)"
    r"\s*[:\-–|]\s*",
    re.I,
)
_CODE_LABEL = re.compile(
    r"(?:(?<=[\s,(])|^)(?:C\.?\s?P\.?|CEP|CAP|PLZ|PS[CČ]|PIN(?: ?code)?|(?:post(?:al)?|zip) ?code|código postal)"
    r"\s?[:.]?$",
    re.I,
)
_FRAME = Mark.FOOTER | Mark.HEADER
_PICTURE = re.compile(r"^[^\w\s:(#\"'„«“‘.,-]+\s*")  # a pin before an address
_SPLIT = re.compile(r"\s*(?:,(?!(?<=\d,)\d(?!\d))|[;|•·●⋅])\s*|(?<!\d)(?<!\d[A-Z])\s+[–—-]\s+|\s+[–—-]\s+(?!\d)")


def pieces_before(page: Page, start: int) -> tuple[list[str], bool]:
    """The pieces of text that lead to a town at `start`, nearest last, and whether it opens its line.

    Its own line first, then up to six lines above while they could be of an address.
    """
    begin, _ = page.line_at(start)
    own = page.text[max(begin, start - 260) : start].strip(" ,–—|•·\t(-")
    own = _CODE_LABEL.sub("", own)
    opens_line = not own
    pieces = [*_split(own)]
    if LEAD.match(own):
        return pieces, opens_line  # ``Address: 12 High Street, ...`` opens there
    end = begin - 1
    frame = page.block_at(start).marks & _FRAME
    for _ in range(6):
        if end <= 0:
            break
        begin = page.text.rfind("\n", 0, end) + 1
        if page.block_at(begin).marks & _FRAME != frame:
            break  # the last words of a text are no part of the footer's address
        line = page.text[begin:end].strip(" ,")
        if not line or not _may_lead(line):
            break
        pieces = [*_split(line), *pieces]
        end = begin - 1
    return pieces, opens_line


@lru_cache(maxsize=20_000)  # footers repeat
def _may_lead(line: str) -> bool:
    return len(line) <= 110 and not NOT_ADDRESS.search(line) and not PHONE_LIKE.search(line)


@lru_cache(maxsize=20_000)
def _split(line: str) -> tuple[str, ...]:
    line = LEAD.sub("", _PICTURE.sub("", line))
    return tuple(piece for piece in (part.strip(" .-–\t\u00a0") for part in _SPLIT.split(line)) if piece)


def pieces_after(page: Page, end: int) -> list[str]:
    """The pieces of text behind a town on its line, else on the next line (``1051 Budapest, Sas utca 10``)."""
    _, line_end = page.line_at(end)
    rest = page.text[end : min(line_end, end + 80)]
    if rest.strip(" ,.;") and not re.match(r"\s*[,;|·•–-]", rest):
        return []
    if not rest.strip(" ,.;"):
        following = page.text.find("\n", line_end + 1)
        rest = page.text[line_end + 1 : following if following >= 0 else len(page.text)][:80]
    return [] if NOT_ADDRESS.search(rest) else [*_split(rest)[:1]]
