"""E-mail, phone and profile that stand with a person's name: in its line, its card, its row."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.contacts.emails import addresses_in, clean, from_mailto, placeholder_reason
from leadhouse.extraction.contacts.mailboxes import is_role
from leadhouse.extraction.contacts.phone_candidates import numbers_in
from leadhouse.extraction.contacts.phones import to_e164
from leadhouse.extraction.markup.page import Block, Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.people.cards import HEADINGS, in_team
from leadhouse.extraction.people.said import said
from leadhouse.extraction.person import Person

_CARD_BLOCKS = 8
_CARD_HEAD = 4  # lines of a card among which its name stands
_MAX_BLOCK = 900
_COMPANYS = guarded(r"\b(?:call|contact|write|e-?mail|visit) us\b|\b(?:our|unsere?|uns|nous|notre)\b", re.I)


_DATE = re.compile(r"^\s*\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:19|20)\d\d\b")


@dataclass(slots=True)
class _Place:
    """The lines that belong to a person, the blocks they come from, and whether others share the first block."""

    blocks: list[int]
    lines: list[str] = field(default_factory=list)
    is_shared: bool = False


def add_contacts(page: Page, person: Person, country: str | None) -> None:
    """Fill a person's own contacts from the first card that has any."""
    needle = person.name.lower()
    start = page.lowered.find(needle)
    while start >= 0 and not (person.email and person.phone):
        index = _block_index(page, start)
        _fill(page, person, _place(page, index, needle), country)
        if person.email or person.phone:
            return
        block = page.blocks[index]
        start = page.lowered.find(needle, max(start + 1, block.start + len(block.text)))


def _block_index(page: Page, offset: int) -> int:
    return max(0, bisect_right(page.starts, offset) - 1)


def _place(page: Page, index: int, needle: str) -> _Place:
    block = page.blocks[index]
    lines = block.text.split("\n")
    first = next((number for number, line in enumerate(lines) if needle in line.lower()), 0)
    own = [lines[first]]
    for line in lines[first + 1 :]:
        if _is_next(line, is_same_tag=True):
            return _Place([index], own, is_shared=True)
        own.append(line)
    place = _Place([index], own, is_shared=any(_is_next(line, is_same_tag=True) for line in lines[:first]))
    for number, entry in enumerate(page.blocks[index + 1 : index + _CARD_BLOCKS], index + 1):
        following = entry.text.split("\n")
        is_same_tag = entry.tag == block.tag
        if any(_is_next(line, is_same_tag=is_same_tag) for line in following[:_CARD_HEAD]) or _is_elsewhere(
            entry, block
        ):
            break
        place.blocks.append(number)
        place.lines.extend(following)
    return place


def _is_elsewhere(entry: Block, block: Block) -> bool:
    is_heading_over = entry.tag in HEADINGS and (block.tag not in HEADINGS or entry.tag < block.tag)
    return len(entry.text) > _MAX_BLOCK or bool((entry.marks ^ block.marks) & Mark.FOOTER) or is_heading_over


def _is_next(text: str, *, is_same_tag: bool) -> bool:
    """Whether a line names the next person (``Technische Leitung`` reads like a name, and is none)."""
    read = said(text)
    return read.name is not None and bool(read.name.given == 1 or is_same_tag)


def _fill(page: Page, person: Person, place: _Place, country: str | None) -> None:
    _fill_email(page, person, place)
    _fill_phone(page, person, place, country)
    words = [fold(word) for word in person.name.split()]
    for link in page.links:
        if link.block in place.blocks and "linkedin.com/in/" in link.url:
            slug = fold(link.url.partition("/in/")[2])
            if not place.is_shared or words[-1] in slug or words[0] in slug:
                person.social = person.social or link.url
                return


def _fill_email(page: Page, person: Person, place: _Place) -> None:
    addresses = [address for line in place.lines for match in addresses_in(line) if (address := clean(match[0]))]
    for link in page.actions:
        if link.block in place.blocks and link.url[:7].lower() == "mailto:":
            addresses.extend(from_mailto(link.url))
    words = [fold(word) for word in person.name.split()]
    for address in addresses:
        local = fold(address.partition("@")[0])
        is_theirs = any(len(word) >= 3 and word[:6] in local for word in (words[0], words[-1]))
        if is_theirs and not placeholder_reason(address, page.host):
            person.email = person.email or address
    mailboxes = {address for address in addresses if not is_role(address)}
    is_card = page.blocks[place.blocks[0]].tag in HEADINGS - {"h1"} and len(place.blocks) <= 4
    if (
        person.email is None
        and len(mailboxes) == 1
        and not place.is_shared
        and (is_card or _is_own_cell(page, person, place))
    ):
        person.email = mailboxes.pop()  # a card's only mailbox, whatever script the name is written in


def _is_own_cell(page: Page, person: Person, place: _Place) -> bool:
    """Whether a person's name, title and one mail link share a block that is theirs alone."""
    first = page.blocks[place.blocks[0]]
    if not person.title or first.marks & Mark.FOOTER:
        return False
    return sum(link.block == place.blocks[0] and link.url[:7].lower() == "mailto:" for link in page.actions) == 1


def _is_phone(line: str, match: re.Match[str]) -> bool:
    """Whether a figure is a number to call: no fax, no register, no date, and dialled as such or labelled."""
    before = line[max(0, match.start() - 40) : match.start()]
    if vocabulary.FAX.search(before[-15:]) or vocabulary.NOT_PHONE.search(before.rstrip()) or _DATE.search(match[0]):
        return False
    return match[0].lstrip()[0] in "+0(" or bool(vocabulary.PHONE.search(before))


def _fill_phone(page: Page, person: Person, place: _Place, country: str | None) -> None:
    first = page.blocks[place.blocks[0]]
    lines = place.lines if person.email or in_team(first) else first.text.split("\n") if not place.is_shared else []
    numbers = set()
    for line in lines:
        if _COMPANYS.search(line) or any(is_role(address[0]) for address in addresses_in(line)):
            continue
        numbers |= {
            number for match in numbers_in(line) if _is_phone(line, match) and (number := to_e164(match[0], country))
        }
    if not place.is_shared and (person.email or in_team(first)):
        for link in page.actions:
            if link.block in place.blocks and link.url[:4].lower() == "tel:":
                number = to_e164(link.url[4:], country)
                numbers |= {number} if number else set()
    if len(numbers) == 1 and not first.marks & Mark.FOOTER:
        person.phone = person.phone or numbers.pop()
