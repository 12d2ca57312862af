"""vCards, as address books export them (vCard 2.1, RFC 2426, RFC 6350), as a table: a card a row.

Several values of one kind stand in one cell, as other exports have them. Of several addresses that of the work counts.
What has no column here (a birthday, a note) is kept under the property's own name; pictures, sounds and keys are not.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from leadhouse.imports.delimited_rows import LONGEST_LINE, Row
from leadhouse.imports.json_lines import MOST_COLUMNS

_LINE = re.compile(r"(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.S)
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_UNREAD = frozenset(
    {"BEGIN", "END", "VERSION", "PHOTO", "LOGO", "SOUND", "KEY", "PRODID", "REV", "SORT-STRING", "AGENT"}
)
_NAMED = {"FN": "Full Name", "TITLE": "Job Title", "EMAIL": "Email", "URL": "Website", "UID": "Record ID"}
_NAMES = ("Last Name", "First Name", "Middle Name")
_PLACE = ("", "", "Street", "City", "Region", "Postal Code", "Country")  # RFC 6350, 6.3.1
_SOCIAL = ("X-SOCIALPROFILE", "SOCIALPROFILE", "X-LINKEDIN")


@dataclass
class Card:
    """One card: the line it begins on, its cells by column."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    is_company: bool = False
    has_work_address: bool = False
    is_whole: bool = False

    def add(self, column: str, text: str) -> None:
        """A further value of a column."""
        if text and column:
            self.cells[column] = f"{self.cells[column]}; {text}" if column in self.cells else text


def is_vcard(sample: str) -> bool:
    """Whether a text begins with a card."""
    return sample.lstrip("\ufeff \t\r\n")[:11].upper() == "BEGIN:VCARD"


def read_cards(text: TextIO) -> list[Card]:
    """The cards in their order; one without END is not whole."""
    cards: list[Card] = []
    for number, line in _unfolded(text):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name, parameters, value = match[1].upper(), match[2].upper(), match[3]
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            cards.append(Card(number))
        elif cards and name == "END":
            cards[-1].is_whole = True
        elif cards and name not in _UNREAD:
            _state(cards[-1], name, parameters, _decoded(value, parameters))
    for card in cards:
        _settle(card)
    return cards


def header_of(cards: list[Card]) -> tuple[str, ...]:
    """The columns of all cards, in the order in which they are first met."""
    return tuple(list(dict.fromkeys(name for card in cards for name in card.cells))[:MOST_COLUMNS])


def card_rows(cards: list[Card], header: tuple[str, ...]) -> Iterator[Row]:
    """A row a card."""
    for card in cards:
        yield Row(card.line, [card.cells.get(name, "") for name in header], None if card.is_whole else "cut_off")


def _unfolded(text: TextIO) -> Iterator[tuple[int, str]]:
    """Lines with those that go on below them (RFC 6350, 3.2; in version 2.1 quoted-printable's ``=`` at the end)."""
    begun, number, is_quoted = 0, 0, False
    pieces: list[str] = []
    while line := text.readline(LONGEST_LINE):
        number += 1
        plain = line.rstrip("\r\n")
        if pieces and plain[:1] in {" ", "\t"}:
            pieces.append(plain[1:])
        elif is_quoted and pieces[-1].endswith("="):
            pieces[-1] = pieces[-1][:-1]
            pieces.append(plain)
        else:
            yield begun, "".join(pieces)
            begun, pieces = number, [plain]
            is_quoted = "QUOTED-PRINTABLE" in plain.partition(":")[0].upper()
    yield begun, "".join(pieces)


def _decoded(value: str, parameters: str) -> str:
    if "QUOTED-PRINTABLE" not in parameters:
        return value
    try:
        return quopri.decodestring(value.encode()).decode("utf-8" if "UTF-8" in parameters else "cp1252", "replace")
    except (UnicodeError, binascii.Error):
        return value


def _state(card: Card, name: str, parameters: str, value: str) -> None:
    parts = [_plain(each) for each in re.split(r"(?<!\\);", value)]
    if name == "N":
        for column, text in zip(_NAMES, parts, strict=False):
            card.add(column, text)
    elif name == "ORG":
        card.add("Company", parts[0])
        card.add("Department", ", ".join(filter(None, parts[1:])))
    elif name == "TEL":
        card.add(_phone_column(parameters), _plain(value).removeprefix("tel:"))
    elif name == "ADR":
        _place(card, parts, is_work="WORK" in parameters)
    elif name in _SOCIAL or "linkedin.com/" in value:
        card.add("LinkedIn", _plain(value))
    elif name in {"KIND", "X-ABSHOWAS"}:
        card.is_company = value.strip().upper() in {"ORG", "COMPANY"}
    else:
        card.add(_NAMED.get(name, name.removeprefix("X-").replace("-", " ").capitalize()), _plain(value))


def _phone_column(parameters: str) -> str:
    if "FAX" in parameters:
        return "Fax"
    if "CELL" in parameters or "IPHONE" in parameters:
        return "Mobile Phone"
    return "Home Phone" if "HOME" in parameters else "Business Phone"


def _place(card: Card, parts: list[str], *, is_work: bool) -> None:
    if any(column in card.cells for column in _PLACE) and (card.has_work_address or not is_work):
        return
    card.has_work_address = is_work
    for column, text in zip(_PLACE, parts, strict=False):
        if column:
            card.cells.pop(column, None)
            card.add(column, " ".join(text.split()))


def _settle(card: Card) -> None:
    """A company's card names nobody; the whole name says no more than its parts."""
    if card.is_company:
        named = card.cells.pop("Full Name", "")
        if "Company" not in card.cells:
            card.add("Company", named)
        for column in _NAMES:
            card.cells.pop(column, None)
    elif card.cells.get("Last Name") and card.cells.get("First Name"):
        card.cells.pop("Full Name", None)
    else:
        parts = [card.cells.pop(column, "") for column in _NAMES]
        if "Full Name" not in card.cells:
            card.add("Full Name", " ".join(filter(None, parts)))


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text).strip()
