"""Pages as HTML: facts, words and boilerplate through the template of the site's make."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from demo.world.boilerplate import style
from demo.world.cast import LAYOUT_CHANGE_DAY
from demo.world.clock import http_date, instant
from demo.world.events import revised_on
from demo.world.generator import Site, World
from demo.world.model import Obfuscation, Quirk
from demo.world.obfuscation import email_html, phone_text
from demo.world.pages import TEAM_PDF, TEAM_SCRIPT, Page, make_of, plan
from demo.world.randomness import digest, generator
from demo.world.structured import organization
from demo.world.texts import language

PARTY_KINDS = ("web_agency", "data_protection_officer", "chamber", "testimonial")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def hides_people(site: Site, day: int) -> bool:
    """Whether the new layout of day 1 has moved the team into a script."""
    return site.company.quirk is Quirk.LOSES_PEOPLE and day >= LAYOUT_CHANGE_DAY


def site_emails(site: Site) -> tuple[str, ...]:
    """The role addresses that this site prints: a second site prints its own."""
    company = site.company
    if len(company.domains) == 1 or "second_redirects" in company.features:
        return company.emails
    return tuple(email for email in company.emails if email.endswith(f"@{site.domain}"))


def changed_on(world: World, site: Site, page: Page) -> int:
    """The last day on which the bytes of a page may have changed."""
    layout = LAYOUT_CHANGE_DAY if hides_people(site, world.day) else 0
    return max(site.company.changed_on, revised_on(world.seed, site.host, page.path, world.day), layout)


def _paragraphs(world: World, site: Site, page: Page, count: int) -> list[str]:
    company, text = site.company, language(site.company.language)
    sentences = list(text["sentences"])
    generator(world.seed, site.host, page.path, "words").shuffle(sentences)
    filled = [sentence.format(year=company.founded, city=company.address.city) for sentence in sentences]
    return [" ".join(filled[start : start + 3]) for start in range(0, 3 * count, 3)][:count]


def context(world: World, site: Site, page: Page) -> dict[str, Any]:
    """What a template sees."""
    company, text, make = site.company, language(site.company.language), make_of(site)
    revision = revised_on(world.seed, site.host, page.path, world.day)
    notice = text["notices"][digest(world.seed, site.host, page.path, revision) % len(text["notices"])]
    phone_style = digest(site.host, "style") % 4
    hidden = hides_people(site, world.day)
    return {
        "company": company, "site": site, "page": page, "pages": plan(site), "labels": text["labels"],
        "by_kind": {entry.kind: entry for entry in reversed(plan(site))}, "direction": text["direction"],
        "services": text["trades"][company.trade]["services"], "emails": site_emails(site),
        "people": () if hidden else company.people, "hidden_team": hidden, "team_script": TEAM_SCRIPT,
        "team_pdf": TEAM_PDF if "team_pdf" in company.features else "", "paragraphs": _paragraphs(world, site, page, 3),
        "notice": f"{notice} ({instant(revision):%d.%m.%Y})", "features": company.features,
        "third": dict.fromkeys(PARTY_KINDS) | {party.kind: party for party in company.third_parties},
        "split": Obfuscation.SPLIT,
        "email": lambda address: email_html(address, company.obfuscation, company.language),
        "plain_email": lambda address: email_html(address, Obfuscation.PLAIN, company.language),
        "phone": lambda e164: phone_text(e164, phone_style), "style": Markup(style(site.host, make)),  # noqa: S704
        "json_ld": Markup(json.dumps(organization(site), ensure_ascii=False, indent=1)),  # noqa: S704
        "built": http_date(0),
    }  # fmt: skip


def render(world: World, site: Site, page: Page) -> str:
    """The HTML of one page."""
    template = _environment().get_template(f"{make_of(site).value}.html")
    return template.render(context(world, site, page))


def render_soft_404(world: World, site: Site) -> str:
    """The page that a site shows for paths it does not have, with status 200."""
    home = plan(site)[0]
    page = Page("missing", "/404", language(site.company.language)["labels"]["not_found"], home.number)
    return render(world, site, page)


def render_team_script(site: Site) -> str:
    """The bundle that holds the team once the layout has changed."""
    people = [{"n": person.printed, "r": person.title} for person in site.company.people]
    return f"window.__TEAM__={json.dumps(people, ensure_ascii=True)};document.dispatchEvent(new Event('team'));"
