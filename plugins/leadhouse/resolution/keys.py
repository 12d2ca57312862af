"""The exact keys of a record: what makes two records speak of one company or one person.

A key *joins*, or is only known to look the record up by (a role address such as info@, an address of a free mail host
as a company's). `counted` is what a key's holders are counted by: a key that too many different names hold is a hub
(a portal's domain, a shared mailbox) and joins nothing, see `HUB_NAMES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from leadhouse.extraction.attribution.hosts import FREE_MAIL, PLATFORMS, registrable
from leadhouse.extraction.contacts.mailboxes import is_role
from leadhouse.resolution.folding import REMEMBERED, fold, fold_company, fold_person

Kind = Literal["company", "person"]
Payload = dict[str, list[dict[str, Any]]]

# Sites that hold pages of many: their domain is nobody's name.
_PORTALS_TEXT = """
    facebook.com instagram.com linkedin.com twitter.com x.com youtube.com tiktok.com pinterest.com xing.com vimeo.com
    google.com google.de goo.gl bit.ly linktr.ee etsy.com ebay.com ebay.de amazon.com amazon.de yelp.com yelp.de
    tripadvisor.com tripadvisor.de gelbeseiten.de dasoertliche.de 11880.com wlw.de northdata.de northdata.com
    crunchbase.com glassdoor.com kununu.com medium.com t.me wa.me github.com
"""
PORTALS = PLATFORMS | frozenset(_PORTALS_TEXT.split())
LEAST_CONFIDENCE = 0.5  # a value believed less joins nothing
_OWN_OF_ONE = ("vat_id", "register_id", "phone_e164", "email", "social_url")

# First key first: it makes the record's atom. The strength of an edge follows the same order.
ORDER: dict[Kind, tuple[str, ...]] = {
    "company": ("domain", "vat_id", "phone_name", "email", "name_place"),
    "person": ("name_company", "email", "social_url", "name_employer"),
}
# How many names may share a key. A site's own pages count as one for its domain, whatever they call the company.
HUB_NAMES = {
    "domain": 20, "vat_id": 10, "email": 5, "phone_name": 5, "name_company": 5, "social_url": 3, "name_place": 2,
    "name_employer": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """One exact key of one record."""

    kind: str
    value: str
    is_joining: bool = True
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a current record is about, with its keys."""

    subject_id: UUID
    kind: Kind
    organization_id: UUID | None
    unit_id: UUID
    company_subject_id: UUID | None
    keys: tuple[Key, ...]


def values(payload: Payload, *attributes: str, least: float = LEAST_CONFIDENCE) -> list[str]:
    """The believed candidates of the attributes, best first, each once."""
    found = [each for attribute in attributes if attribute in payload for each in payload[attribute]]
    if len(found) < 2:  # the usual record: nothing to order
        return [each["value"] for each in found if each.get("confidence", 1.0) >= least]
    believed = [each for each in found if each.get("confidence", 1.0) >= least]
    return list(
        dict.fromkeys(each["value"] for each in sorted(believed, key=lambda each: -each.get("confidence", 1.0)))
    )


@lru_cache(maxsize=REMEMBERED)
def domain_of(text: str) -> str | None:
    """The registrable domain of a host, URL or e-mail address; none for portals and what is no host."""
    host = (urlsplit(text).hostname or "") if "://" in text else text.rpartition("@")[2].partition("/")[0]
    domain = registrable(host.strip().lower().rstrip("."))
    return domain if "." in domain and domain not in PORTALS else None


def company_keys(payload: Payload, unit_key: str) -> tuple[Key, ...]:
    """Registrable domain, VAT id, phone with folded name, and e-mail address on the company's own domain.

    A row of a file that names no website: its name with its place. What is crawled comes from a site.
    """
    domains = _domains(values(payload, "domain"))
    site = domain_of(unit_key) if "://" in unit_key else None
    name = next((fold_company(text) for text in values(payload, "legal_name", "name")), "")
    counted = f"site {site}" if site else name
    keys = [Key("domain", domain, counted="site" if domain == site else name) for domain in domains]
    keys += [Key("vat_id", text.replace(" ", "").upper(), counted=counted) for text in values(payload, "vat_id")]
    if name:
        phones = values(payload, "phone_e164")
        keys += [Key("phone_name", f"{phone}|{name}", counted=domains[0] if domains else "") for phone in phones]
    believed = values(payload, "email")
    for email in values(payload, "email", least=0):
        own = email in believed and _own_mail(email.lower(), domains)
        keys.append(Key("email", email.lower(), is_joining=own, counted=counted))
    if not domains and unit_key.startswith("file:"):
        keys += [Key("name_place", place, counted=_told_apart_by(payload)) for place in _places(payload, name)]
    return _once(keys)


def _places(payload: Payload, name: str) -> list[str]:
    """The folded name with postal code, else town, and street: branches of a chain at two streets are two."""
    found: list[str] = []
    for each in payload.get("address", ()) if name else ():
        parts = each.get("parts") or {}
        if at := fold(parts.get("postal_code") or parts.get("city") or ""):
            line = fold(parts.get("street") or "")
            number = "".join(filter(str.isdigit, line))
            found.append(f"{name}|{at}|{line[:4]}{number}")  # Hauptstr. 5, Hauptstraße 5
    return found


def _told_apart_by(payload: Payload) -> str:
    """Namesakes of one place have telephones, addresses of mail or register numbers of their own."""
    return next((text for name in _OWN_OF_ONE for text in values(payload, name)), "")


def _own_mail(email: str, domains: list[str]) -> bool:
    domain = domain_of(email)
    return domain is not None and domain not in FREE_MAIL and (domain in domains if domains else True)


def person_keys(payload: Payload, company: Payload | None) -> tuple[Key, ...]:
    """E-mail address (no role's), folded name with the company's domain, and profile URL.

    Where neither domain nor mail is stated: the name with that of the company and its place.
    """
    name = next((fold_person(text) for text in values(payload, "full_name")), "")
    emails = [text.lower() for text in values(payload, "email")]
    keys: list[Key] = []
    if " " in name:
        stated = _domains([*values(payload, "company_domain"), *(values(company, "domain") if company else ())])
        own_mail = (domain for domain in _domains(emails) if domain not in FREE_MAIL)
        at_company = [Key("name_company", f"{name}|{domain}") for domain in stated or own_mail]
        keys += at_company
        if not (at_company or emails) and company:
            employer = next((fold_company(text) for text in values(company, "legal_name", "name")), "")
            said = _told_apart_by(payload)
            keys += [Key("name_employer", f"{name}|{place}", counted=said) for place in _places(company, employer)]
    stated_emails = [text.lower() for text in values(payload, "email", least=0)]
    joining = {email for email in emails if not is_role(email)}
    keys += [Key("email", email, is_joining=email in joining, counted=name) for email in stated_emails]
    keys += [Key("social_url", url, counted=name) for url in map(_profile, values(payload, "social_url")) if url]
    return _once(keys)


def _domains(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(domain for domain in map(domain_of, texts) if domain))


def _profile(url: str) -> str:
    """A profile's URL without scheme, ``www``, country subdomain of LinkedIn, query and closing slash."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host = (parts.hostname or "").removeprefix("www.")
    if host.endswith(".linkedin.com"):
        host = "linkedin.com"
    path = parts.path.rstrip("/").lower()
    return f"{host}{path}" if path else ""


def _once(keys: Iterable[Key]) -> tuple[Key, ...]:
    best: dict[tuple[str, str], Key] = {}
    for key in keys:
        best.setdefault((key.kind, key.value), key)
    return tuple(best.values())


def by_rank(kind: Kind, keys: Iterable[Key]) -> Iterator[Key]:
    """The joining keys, first key first; of one kind in the order the record states them."""
    order = ORDER[kind]
    yield from sorted((key for key in keys if key.is_joining), key=lambda key: order.index(key.kind))
