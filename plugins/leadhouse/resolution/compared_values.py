"""What the night's model compares of a record, and the blocks that bring records together for it."""

from __future__ import annotations

import hashlib

from leadhouse.extraction.attribution.hosts import FREE_MAIL
from leadhouse.resolution.blocking import sound
from leadhouse.resolution.comparable import company_name, comparable
from leadhouse.resolution.folding import fold_person
from leadhouse.resolution.keys import Key, Payload, domain_of, values

Texts = dict[str, str]  # attribute of the model -> the text to compare, empty where the record says nothing


def company_texts(payload: Payload) -> Texts:
    """Of a company's statement; the site is ``domain name``, see `comparing.sites`."""
    name = _first(payload, "name", "legal_name")
    parts: dict[str, str] = next((each["parts"] for each in payload.get("address", ()) if each.get("parts")), {})
    domain = domain_of(_first(payload, "domain")) or _mail_domain(payload)
    return {
        "name": name,
        "street": parts.get("street") or "",
        "city": parts.get("city") or "",
        "postal_code": parts.get("postal_code") or "",
        "phone": _first(payload, "phone_e164"),
        "site": f"{domain} {company_name(name).replace(' ', '')}" if domain else "",
        "vat_id": _first(payload, "vat_id"),
    }


def person_texts(payload: Payload, company: Payload | None) -> Texts:
    """Of a person's statement and the company's of the same page or row."""
    given, _, family = fold_person(_first(payload, "full_name")).rpartition(" ")
    stated = [*values(payload, "company_domain"), *(values(company, "domain") if company else ())]
    domain = next((found for text in stated if (found := domain_of(text))), "") or _mail_domain(payload)
    company_names = [*values(payload, "company_name"), *(values(company, "name", "legal_name") if company else ())]
    name = next(iter(company_names), "")
    return {
        "given_name": given,
        "family_name": family,
        "email": _first(payload, "email"),
        "phone": _first(payload, "phone_e164"),
        "employer": f"{domain} {company_name(name).replace(' ', '')}" if domain or name else "",
        "company": "" if domain else name,  # beside the domain it would say the same twice
    }


def company_blocks(texts: Texts) -> tuple[Key, ...]:
    """The start of the name with the postal code or the city, the whole name, the telephone."""
    name = comparable("company", texts["name"]).replace(" ", "")
    place = comparable("code", texts["postal_code"]), comparable("place", texts["city"])
    return _blocks(
        (name[:5], place[0]), (name[:5], place[1]), (name, "name"), (comparable("phone", texts["phone"]), "phone")
    )


def person_blocks(texts: Texts) -> tuple[Key, ...]:
    """Sound of the family name with the company, both names with the company, the telephone."""
    family, given = comparable("name", texts["family_name"]), comparable("name", texts["given_name"])
    domain, _, company = texts["employer"].partition(" ")
    return _blocks(
        (sound(family), domain),
        (sound(family), company),
        (given, domain),
        (comparable("phone", texts["phone"]), family[:1]),
    )


def _blocks(*parts: tuple[str, str]) -> tuple[Key, ...]:
    """A key for each that is complete; hashed, so that the index holds no name a second time."""
    found = {
        hashlib.blake2b(f"{number}|{'|'.join(each)}".encode(), digest_size=8).hexdigest()
        for number, each in enumerate(parts)
        if all(each)
    }
    return tuple(Key("block", value, is_joining=False) for value in sorted(found))


def _first(payload: Payload, *attributes: str) -> str:
    return next(iter(values(payload, *attributes)), "")


def _mail_domain(payload: Payload) -> str:
    found = (domain_of(text) for text in values(payload, "email"))
    return next((domain for domain in found if domain and domain not in FREE_MAIL), "")
