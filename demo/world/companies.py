"""How one company comes to be, from its role in the cast or from the seed alone."""

from __future__ import annotations

from dataclasses import replace

from demo.world.cast import CAST, Role
from demo.world.identifiers import phone, vat_id
from demo.world.model import Address, Company, Make, Obfuscation, Person, Quirk, ThirdParty
from demo.world.people import make_people
from demo.world.randomness import digest, fraction, pick
from demo.world.texts import language, latin, places, spelled, third_parties

MAKES = {
    "dental": (Make.WORDPRESS, Make.MICRODATA),
    "law": (Make.MICRODATA, Make.WORDPRESS, Make.AGENCY),
    "trades": (Make.CLASSIC, Make.WORDPRESS, Make.ONEPAGE),
    "agency": (Make.AGENCY,),
    "shop": (Make.SHOP,),
    "restaurant": (Make.ONEPAGE, Make.WORDPRESS, Make.CLASSIC),
    "clinic": (Make.WORDPRESS, Make.MICRODATA),
    "engineering": (Make.CLASSIC, Make.AGENCY, Make.MICRODATA),
}
COUNTRIES = ("DE", "DE", "DE", "AT", "FR", "FR", "ES", "IT", "GB", "GB", "IL")
# Share of sites with a quirk in a large world; the rest is ordinary.
QUIRKS = (
    (0.015, Quirk.ROBOTS_CLOSED), (0.01, Quirk.DEAD), (0.01, Quirk.NXDOMAIN), (0.01, Quirk.RATE_LIMITED),
    (0.01, Quirk.SOFT_404), (0.005, Quirk.ENDLESS_CALENDAR), (0.005, Quirk.LYING_ETAG), (0.005, Quirk.LOSES_PEOPLE),
    (0.005, Quirk.REDIRECT_LOOP), (0.003, Quirk.PARKED), (0.002, Quirk.LOGIN_WALL),
)  # fmt: skip
FEATURES = (("dpo", 0.3), ("chamber", 0.3), ("agency", 0.5), ("testimonial", 0.15), ("fax_link", 0.05))


def draw_role(seed: int, index: int) -> Role:
    """The role of a company outside the cast."""
    country = pick(COUNTRIES, seed, "country", index)
    cities = places()[country]["cities"]
    trade = pick(tuple(MAKES), seed, "trade", index)
    roll, quirk = fraction(seed, "quirk", index), Quirk.NONE
    for share, kind in QUIRKS:
        if roll < share:
            quirk = kind
            break
        roll -= share
    hidden = fraction(seed, "hidden", index)
    obfuscation = pick((Obfuscation.AT, Obfuscation.ENTITY, Obfuscation.SPLIT), seed, "how", index)
    return Role(
        country=country,
        city=cities[(index + index // 250) % len(cities)][0],  # keeps numbers of one area apart, see identifiers
        trade=trade,
        make=pick(MAKES[trade], seed, "make", index),
        quirk=quirk,
        obfuscation=obfuscation if hidden < 0.2 else Obfuscation.PLAIN,
        features=frozenset(name for name, share in FEATURES if fraction(seed, name, index) < share),
        people=1 + digest(seed, "size", index) % 6,
    )


def role_of(seed: int, index: int) -> Role:
    """The role of company `index`."""
    return CAST[index] if index < len(CAST) else draw_role(seed, index)


def _name(seed: int, index: int, role: Role) -> tuple[str, str]:
    """Printed name and the slug of its domain."""
    place = places()[role.country]
    family, family2 = (pick(place["family"], seed, key, index) for key in ("family", "partner"))
    patterns = language(place["language"])["trades"][role.trade]["names"]
    pattern = pick(patterns, seed, "name", index)
    name = pattern.format(family=spelled(family), family2=spelled(family2), city=role.city)
    stem = f"{latin(family)}-{role.trade}" if place["language"] == "he" else latin(name, role.country)
    return name, f"{stem}-{index}"


def _third_parties(seed: int, role: Role) -> tuple[ThirdParty, ...]:
    place = places()[role.country]
    table, found = third_parties()[place["language"]], []
    if role.agency_is is not None:
        agency = build(seed, role.agency_is)
        found.append(ThirdParty("web_agency", agency.name, agency.emails[0], agency.phone))
    elif "agency" in role.features or (role.name and role.trade != "agency"):
        found.append(ThirdParty("web_agency", **table["agency"]))
    if "dpo" in role.features:
        found.append(ThirdParty("data_protection_officer", **table["dpo"]))
    if "chamber" in role.features:
        found.append(ThirdParty("chamber", place["chamber"], **table["chamber"]))
    if "testimonial" in role.features:
        found.append(ThirdParty("testimonial", **table["customer"]))
    return tuple(found)


def _respell(people: tuple[Person, ...], role: Role) -> tuple[Person, ...]:
    """José on the imprint, Jose on the team page, one person."""
    if "accents" not in role.features:
        return people
    head = replace(
        people[0], given="Jose", family="Garcia Molina", imprint_name="José García Molina", shown_email=False,
        email="jose.garcia@" + people[0].email.rpartition("@")[2],
    )  # fmt: skip
    return (head, *(person for person in people[1:] if person.email != head.email))


def _address(seed: int, index: int, role: Role, city: list[str]) -> Address:
    street = pick(places()[role.country]["streets"], seed, "street", index)
    number = 1 + digest(seed, "number", index) % 98
    before = role.country in {"GB", "FR"}
    return Address(f"{number} {street}" if before else f"{street} {number}", city[1], city[0], role.country)


def _legal_name(name: str, country: str) -> str:
    form = places()[country]["legal_form"]
    return name if name.endswith(("LLP", "GmbH")) else f"{name} {form}"


def _emails(seed: int, index: int, role: Role, mail_domain: str) -> tuple[str, ...]:
    roles = language(places()[role.country]["language"])["roles"]
    first = digest(seed, "role", index) % 2
    emails = [f"{roles[first]}@{mail_domain}"]
    if role.people > 3:
        emails.append(f"{roles[first + 1]}@{mail_domain}")
    if role.second_domain and "second_redirects" not in role.features:
        emails.append(f"{roles[first]}@{role.second_domain}")
    return tuple(emails)


def build(seed: int, index: int) -> Company:
    """Company `index` as it is on day 0. The cast's addresses hang on the role, their details on the seed."""
    role = role_of(seed, index)
    place = places()[role.country]
    name, slug = (role.name, "") if role.name else _name(seed, index, role)
    site = role.site or f"{slug}.example"
    mail_domain = role.second_domain if "second_redirects" in role.features else site
    city = next(entry for entry in place["cities"] if entry[0] == role.city)
    vat = vat_id(role.country, seed, index)
    people = _respell(make_people(seed, index, role.people, role.country, mail_domain), role)
    register = place["register"].format(n=10000 + digest(seed, "register", index) % 89999, city=city[0])
    handle = latin(role.name, role.country) or site.rpartition(".")[0]
    return Company(
        index=index, name=name, legal_name=_legal_name(name, role.country), country=role.country,
        language=place["language"], trade=role.trade, make=role.make,
        domains=(site, role.second_domain) if role.second_domain else (site,),
        address=_address(seed, index, role, city),
        phone=phone(city[2], city[3], index, 0), fax=phone(city[2], city[3], index, 1),
        emails=_emails(seed, index, role, mail_domain), vat_id=vat,
        printed_vat_id=vat if role.vat_of is None else vat_id(role.country, seed, role.vat_of),
        register_id=register, founded=1950 + digest(seed, "founded", index) % 70,
        employees=role.people + digest(seed, "employees", index) % 60,
        people=_direct_line(seed, index, people, phone(city[2], city[3], index, 2)),
        socials=_socials(seed, index, handle), quirk=role.quirk, obfuscation=role.obfuscation,
        third_parties=_third_parties(seed, role), features=role.features, www=fraction(seed, "www", index) < 0.4,
    )  # fmt: skip


def _direct_line(seed: int, index: int, people: tuple[Person, ...], number: str) -> tuple[Person, ...]:
    """The last of the team has a direct line in every third company."""
    if len(people) < 3 or fraction(seed, "direct", index) > 0.35:
        return people
    return (*people[:-1], replace(people[-1], phone=number))


def _socials(seed: int, index: int, handle: str) -> tuple[str, ...]:
    every = (
        f"https://www.linkedin.com/company/{handle}",
        f"https://www.facebook.com/{handle.replace('-', '.')}",
        f"https://www.instagram.com/{handle.replace('-', '_')}",
    )
    return tuple(url for number, url in enumerate(every) if fraction(seed, "social", index, number) < 0.55)
