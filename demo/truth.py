"""What is true of the world on its day, as JSON: companies, merges, traps, mailboxes, outcomes, providers' answers."""

from __future__ import annotations

from typing import Any

from demo.world.cast import CAST, EMPLOYER_CHANGE, LAYOUT_CHANGE_DAY, MERGE_PAIRS, SAME_NAME_PAIR, WRONG_MERGE_PAIR
from demo.world.companies import build
from demo.world.generator import Site, World
from demo.world.hostile import HOSTILE_EMAILS
from demo.world.mailboxes import mailbox
from demo.world.model import Company, Obfuscation, Person
from demo.world.provider_answers import PROVIDERS, person_email
from demo.world.structured import traps
from demo.world.visible import OUTCOMES, emails, is_reachable, people, phones

Json = dict[str, Any]


def _person(person: Person, shown: bool) -> Json:
    """`email` is what the pages print, `mailbox_email` what is true."""
    return {
        "key": person.key,
        "name": person.name,
        "spellings": sorted({person.name, person.printed, person.on_imprint}),
        "title": person.title,
        "email": person.email if shown else None,
        "mailbox_email": person.email,
        "phone": person.phone,
    }


def _company(world: World, company: Company) -> Json:
    reachable = is_reachable(company)
    visible = {person.key: shown for person, shown, _ in people(world, company)}
    return {
        "key": f"c{company.index}",
        "name": company.name,
        "legal_name": company.legal_name,
        "names": [company.name, company.legal_name],
        "domains": list(company.domains),
        "reachable": reachable,
        "emails": emails(world, company) if reachable else [],
        "emails_are_plain": company.obfuscation is Obfuscation.PLAIN,
        "phones": phones(world, company) if reachable else [],
        "fax": company.fax,
        "socials": list(company.socials),
        "addresses": [company.address.text],
        "street": company.address.street,
        "postal_code": company.address.postal_code,
        "city": company.address.city,
        "country_code": company.country,
        "language": company.language,
        "industry": company.trade,
        "vat_id": company.vat_id,
        "printed_vat_id": company.printed_vat_id,
        "register_id": company.register_id,
        "people": [_person(person, visible[person.key]) for person in company.people if person.key in visible],
        "hidden_people": [_person(person, False) for person in company.people if person.key not in visible],
        "former_people": [_person(person, False) for person in company.former],
    }


def _sites(world: World) -> Json:
    found: Json = {}
    for site in world.sites():
        outcome, reason = OUTCOMES[site.company.quirk]
        found[site.host] = {
            "start_url": site.start_url, "company": f"c{site.company.index}", "domain": site.domain,
            "outcome": outcome, "reason": "points at the main site" if site.redirects else reason,
        }  # fmt: skip
    for hostile in world.hostile:
        outcome, reason = OUTCOMES[hostile.quirk]
        found[hostile.host] = {
            "start_url": f"http://{hostile.host}/", "company": None, "domain": hostile.host, "outcome": outcome,
            "reason": reason,
        }  # fmt: skip
    return found


def _traps(world: World) -> Json:
    found = {
        site.host: [{"kind": trap.kind, "field": trap.field, "value": trap.value} for trap in traps(site)]
        for site in world.sites()
        if not site.redirects
    }
    for host, address in HOSTILE_EMAILS.items():
        found[host] = [{"kind": "not_a_company", "field": "email", "value": address}]
    return found


def _pairs(world: World) -> Json:
    """Pairs of domains. Exact keys make the wrong merge: one imprint prints the other company's VAT id."""
    seed, size = world.seed, world.companies
    if size < len(CAST):
        return {"must_merge": [], "must_not_merge": [], "wrong_merge": None, "employer_change": None}
    twins, partners = ([build(seed, index) for index in pair] for pair in (SAME_NAME_PAIR, WRONG_MERGE_PAIR))
    former, later = (build(seed, EMPLOYER_CHANGE[key]) for key in ("from", "to"))
    person = former.people[EMPLOYER_CHANGE["person"]]
    wrong = [company.domain for company in partners]
    return {
        "must_merge": [list(pair) for pair in MERGE_PAIRS],
        "must_not_merge": [[company.domain for company in twins], wrong],
        "wrong_merge": {
            "domains": wrong,
            "shared_vat_id": partners[0].vat_id,
            "right_vat_ids": {company.domain: company.vat_id for company in partners},
            "reason": "the franchise partner's imprint carries the neighbour's VAT id",
        },
        "employer_change": {
            "day": EMPLOYER_CHANGE["day"], "name": person.name, "from": former.domain, "to": later.domain,
            "old_email": person.email, "old_email_accepts": True,
        },
        "layout_change": {"day": LAYOUT_CHANGE_DAY, "domain": build(seed, 14).domain, "loses": "people"},
    }  # fmt: skip


def _mailboxes(world: World) -> dict[str, str]:
    addresses = [
        address
        for company in world
        for address in (*company.emails, *(person.email for person in (*company.people, *company.former)))
    ]
    return {address: mailbox(world, address).value for address in addresses}


def _providers(world: World) -> Json:
    found: Json = {}
    for provider in PROVIDERS:
        answers = []
        for company in world:
            for person in company.people:
                answer = person_email(world, provider, person.name, company.domain)
                answers.append(
                    {
                        "full_name": person.name, "company_domain": company.domain, "email": answer.email or None,
                        "verdict": answer.verdict.value, "right_email": person.email,
                    }
                )  # fmt: skip
        found[provider.name] = {
            "price_eur": provider.price_eur, "wrong_rate": provider.wrong_rate, "hit_rate": provider.hit_rate,
            "answers": answers,
        }  # fmt: skip
    return found


def truth(world: World) -> Json:
    """Everything that a test or the score needs to know; JSON-able, deterministic for (seed, companies, day)."""
    return {
        "seed": world.seed,
        "day": world.day,
        "companies": [_company(world, company) for company in world],
        "sites": _sites(world),
        "traps": _traps(world),
        "mailboxes": _mailboxes(world),
        "providers": _providers(world),
        **_pairs(world),
    }


def ordinary_sites(world: World) -> list[Site]:
    """The sites that answer every page of their plan."""
    return [site for site in world.sites() if is_reachable(site.company) and not site.redirects]
