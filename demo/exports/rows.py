"""The rows of both exports: the same prospects with values that contradict each other, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from demo.world.generator import World
from demo.world.mailboxes import DISPOSABLE_DOMAIN, GONE_DOMAIN, NO_MX_DOMAIN, NULL_MX_DOMAIN
from demo.world.model import Company, Person

SHARED = (0, 1, 3, 4, 6, 8, 10, 11)  # companies of the cast that stand in both exports
NORDLICHT_ONLY = (12, 13, 17)
KESTREL_ONLY = (14, 16, 18)
NORDLICHT_CUSTOMERS = frozenset({1, 11})
KESTREL_CUSTOMERS = frozenset({8})
FORMULA = "=cmd|' /C calc'!A0"

# Why the second organization's campaign must be blocked: rule by planted row.
KESTREL_DEFECTS: tuple[dict[str, str], ...] = (
    {"rule": "email_syntax", "email": "sales..team@cycles-moreau.example", "why": "two dots in a row"},
    {"rule": "role_address", "email": "info@hargreaves-arms.example", "why": "a role, not a person"},
    {"rule": "disposable", "email": f"buyer.demo@{DISPOSABLE_DOMAIN}", "why": "a throw-away mailbox"},
    {"rule": "null_mx", "email": f"m.huber@{NULL_MX_DOMAIN}", "why": "the domain takes no mail (null MX)"},
    {"rule": "no_mx", "email": f"s.keller@{NO_MX_DOMAIN}", "why": "neither a mail exchanger nor an address"},
    {"rule": "gone_domain", "email": f"k.wolf@{GONE_DOMAIN}", "why": "the domain does not exist any more"},
)
# What stands in the same export and is settled before the gate sees it.
KESTREL_SETTLED: tuple[dict[str, str], ...] = (
    {"rule": "suppressed", "email": "{suppressed}", "why": "opted out and imported again: never sendable"},
    {"rule": "duplicate_person", "email": "{duplicate}", "why": "one person in two rows: resolved to one"},
)
PLANTED_BAD_ROWS = {
    "nordlicht": ("broken_email", "too_many_columns"),
    "kestrel": ("too_many_columns", "no_company_and_no_domain"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One contact as an export states it."""

    company: str
    first_name: str
    last_name: str
    title: str
    email: str
    phone: str
    street: str
    postal_code: str
    city: str
    country: str
    website: str
    is_customer: bool = False
    note: str = ""
    legal_basis: str = "legitimate interest"


def contact(company: Company, person: Person, *, is_customer: bool = False) -> Row:
    """A row that states the truth."""
    return Row(
        company.name, person.given, person.family, person.title, person.email, company.phone, company.address.street,
        company.address.postal_code, company.address.city, company.country, f"www.{company.domain}", is_customer,
    )  # fmt: skip


def _contacts(world: World, indices: tuple[int, ...], customers: frozenset[int]) -> list[Row]:
    return [
        contact(company, person, is_customer=company.index in customers)
        for company in map(world.company, (index for index in indices if index < world.companies))
        for person in company.people[:2]
    ]


def _changed(row: Row, number: int, suffix: str, title: str) -> Row:
    """Every third row states another direct number, every fourth another title: the two exports disagree."""
    if number % 3 == 0:
        row = replace(row, phone=row.phone[:-2] + suffix)
    return replace(row, title=title) if number % 4 == 1 else row


def nordlicht_rows(world: World) -> list[Row]:
    """The first organization's contacts: a card file kept by hand, which spells José without accents."""
    rows = _contacts(world, SHARED + NORDLICHT_ONLY, NORDLICHT_CUSTOMERS)
    rows = [_changed(row, number, "81", "Einkauf") for number, row in enumerate(rows)]
    if rows:
        rows[0] = replace(rows[0], note='Rückruf vereinbart,\nbitte erst "nach Ostern";\nnicht vor 10 Uhr')
        rows[-1] = replace(rows[-1], note=FORMULA)
    return rows


def suppressed_address(world: World) -> str:
    """Who opted out of the second organization's mail and stands in its export again."""
    return world.company(14).people[1].email


def _defective(world: World) -> list[Row]:
    """The six rows that the gate must find, and two that it must never see."""
    syntax, role, disposable, null_mx, no_mx, gone = (defect["email"] for defect in KESTREL_DEFECTS)
    company = partial(Row, phone="", street="", postal_code="", website="")
    twice = contact(world.company(16), world.company(16).people[1])
    return [
        company("Cycles Moreau", "", "Ventes", "", syntax, city="Nantes", country="FR"),
        replace(contact(world.company(14), world.company(14).people[1]), note="imported from the old system"),
        company("The Hargreaves Arms", "", "", "", role, city="Edinburgh", country="GB"),
        company("Demo Buyers", "Bea", "Buyer", "Buyer", disposable, city="Leeds", country="GB"),
        company("Keine Post KG", "Max", "Huber", "Einkauf", null_mx, city="Graz", country="AT"),
        company("Ohne Briefkasten OG", "Silke", "Keller", "Einkauf", no_mx, city="Linz", country="AT"),
        company("Wolf & Erben GmbH", "Karl", "Wolf", "Einkauf", gone, city="Essen", country="DE"),
        replace(twice, first_name=twice.first_name.upper(), last_name=twice.last_name.upper(), title=""),
    ]  # fmt: skip


def _accented(row: Row) -> Row:
    return replace(row, first_name="José", last_name="García Molina") if row.first_name == "Jose" else row


def kestrel_rows(world: World) -> list[Row]:
    """The second organization's contacts: a former CRM's export, with six planted defects."""
    rows = _contacts(world, SHARED + KESTREL_ONLY, KESTREL_CUSTOMERS)
    rows = [_changed(row, number, "82", "Head of Purchasing") for number, row in enumerate(rows)]
    rows = [_accented(row) for row in rows]
    return rows + (_defective(world) if world.companies >= 20 else [])
