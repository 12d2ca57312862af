"""E-mail, phone and profile that stand within a person's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadhouse.extraction.emails import EMAIL, clean, from_mailto, placeholder_reason
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.page import Block, Mark, Page
from leadhouse.extraction.person_names import person_name
from leadhouse.extraction.phones import NUMBER, to_e164

if TYPE_CHECKING:
    from leadhouse.extraction.people import Person

_CARD_BLOCKS = 8


def add_contacts(page: Page, person: Person, country: str | None) -> None:
    """Fill a person's own contacts from the first card that has any."""
    for index, block in enumerate(page.blocks):
        if person.name not in block.text:
            continue
        card = [block]
        for entry in page.blocks[index + 1 : index + _CARD_BLOCKS]:
            if (
                person_name(entry.text.split("\n")[0])
                or len(entry.text) > 900
                or (entry.marks ^ block.marks) & Mark.FOOTER
            ):
                break
            card.append(entry)
        _fill(page, person, card, range(index, index + len(card)), country)
        if person.email or person.phone:
            return


def _fill(page: Page, person: Person, card: list[Block], blocks: range, country: str | None) -> None:
    text = "\n".join(block.text for block in card)
    addresses = [address for match in EMAIL.finditer(text) if (address := clean(match[0]))]
    for link in page.actions:
        if link.block in blocks and link.url[:7].lower() == "mailto:":
            addresses.extend(from_mailto(link.url))
    words = [fold(word) for word in person.name.split()]
    for address in addresses:
        local = fold(address.partition("@")[0])
        if any(len(word) >= 3 and word[:6] in local for word in (words[0], words[-1])) and not placeholder_reason(
            address
        ):
            person.email = person.email or address
    if card[0].marks & Mark.TEAM or person.email:
        numbers = {number for match in NUMBER.finditer(text) if (number := to_e164(match[0], country))}
        if len(numbers) == 1 and not card[0].marks & Mark.FOOTER:
            person.phone = numbers.pop()
    for link in page.links:
        if link.block in blocks and "linkedin.com/in/" in link.url:
            person.social = link.url
            return
