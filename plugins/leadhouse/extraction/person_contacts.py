"""E-mail, phone and profile that stand within a person's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadhouse.extraction.emails import EMAIL, clean, from_mailto, placeholder_reason
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.mailboxes import is_role
from leadhouse.extraction.page import Block, Mark, Page
from leadhouse.extraction.person_names import has_given_name, other_script_name, person_name
from leadhouse.extraction.phones import NUMBER, to_e164

if TYPE_CHECKING:
    from leadhouse.extraction.person import Person

_CARD_BLOCKS = 8


def add_contacts(page: Page, person: Person, country: str | None) -> None:
    """Fill a person's own contacts from the first card that has any."""
    for index, block in enumerate(page.blocks):
        if person.name not in block.text:
            continue
        card = [block]
        for entry in page.blocks[index + 1 : index + _CARD_BLOCKS]:
            if _is_next(entry.text.split("\n")[0], entry.tag == block.tag):
                break
            if len(entry.text) > 900 or (entry.marks ^ block.marks) & Mark.FOOTER:
                break
            card.append(entry)
        _fill(page, person, card, range(index, index + len(card)), country)
        if person.email or person.phone:
            return


def _is_next(text: str, is_same_tag: bool) -> bool:
    """Whether a line names the next person (``Technische Leitung`` reads like a name, and is none)."""
    name = person_name(text)
    return bool(name and (has_given_name(name) or is_same_tag)) or bool(is_same_tag and other_script_name(text))


def _fill(page: Page, person: Person, card: list[Block], blocks: range, country: str | None) -> None:
    text = "\n".join(block.text for block in card)
    addresses = [address for match in EMAIL.finditer(text) if (address := clean(match[0]))]
    for link in page.actions:
        if link.block in blocks and link.url[:7].lower() == "mailto:":
            addresses.extend(from_mailto(link.url))
    words = [fold(word) for word in person.name.split()]
    for address in addresses:
        local = fold(address.partition("@")[0])
        is_theirs = any(len(word) >= 3 and word[:6] in local for word in (words[0], words[-1]))
        if is_theirs and not placeholder_reason(address, page.host):
            person.email = person.email or address
    mailboxes = {address for address in addresses if not is_role(address)}
    if (
        person.email is None
        and len(mailboxes) == 1
        and len(card) <= 4
        and card[0].tag in {"h2", "h3", "h4", "h5", "h6"}
    ):
        person.email = mailboxes.pop()  # a card's only mailbox, whatever script the name is written in
    if card[0].marks & Mark.TEAM or person.email:
        numbers = {number for match in NUMBER.finditer(text) if (number := to_e164(match[0], country))}
        if len(numbers) == 1 and not card[0].marks & Mark.FOOTER:
            person.phone = numbers.pop()
    for link in page.links:
        if link.block in blocks and "linkedin.com/in/" in link.url:
            person.social = link.url
            return
