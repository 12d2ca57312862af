"""Structured data of shops: schema.org Organization as JSON-LD, right or left over from the theme's demo."""

from __future__ import annotations

from typing import Any

from demo.world.generator import Site
from demo.world.model import Obfuscation, ThirdParty, Trap

# What a theme ships with and its buyer forgot to change.
THEME = ThirdParty("theme_demo", "Your Store Name", "hello@yourtheme-demo.example", "+12025550147")


def organization(site: Site) -> dict[str, Any]:
    """The JSON-LD object of a site."""
    company = site.company
    if "wrong_json_ld" in company.features:
        return {
            "@context": "https://schema.org", "@type": "Organization", "name": THEME.name,
            "url": "https://www.yourtheme-demo.example/", "email": THEME.email, "telephone": THEME.phone,
        }  # fmt: skip
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Organization", "name": company.name,
        "legalName": company.legal_name, "url": site.start_url, "telephone": company.phone,
        "vatID": company.printed_vat_id, "sameAs": list(company.socials),
        "address": {
            "@type": "PostalAddress", "streetAddress": company.address.street,
            "postalCode": company.address.postal_code, "addressLocality": company.address.city,
            "addressCountry": company.country,
        },
    }  # fmt: skip
    if company.obfuscation is Obfuscation.PLAIN:
        found["email"] = company.emails[0]
    return found


def traps(site: Site) -> list[Trap]:
    """Everything on a site that is not a fact about its owner."""
    company = site.company
    found = [trap for party in company.third_parties for trap in party.traps]
    found.append(Trap("fax", "phone", company.fax))
    if company.features & {"theme_phone", "wrong_json_ld"}:
        found += [trap for trap in THEME.traps if trap.field != "name" or "wrong_json_ld" in company.features]
    return found
