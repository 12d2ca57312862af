"""One page of a company's site to one extraction: the company's facts, its people, and what was turned down."""

from __future__ import annotations

import hashlib
from datetime import datetime

from leadhouse.extraction import page_marks
from leadhouse.extraction.addresses.country import detect_country, detect_language
from leadhouse.extraction.addresses.page_addresses import extract_addresses
from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import Findings, SiteContext
from leadhouse.extraction.attribution.parties import Owner, owner_names
from leadhouse.extraction.company.employees import extract_employees
from leadhouse.extraction.company.identifiers import extract_identifiers, extract_technologies
from leadhouse.extraction.company.industries import extract_industries
from leadhouse.extraction.company.names import extract_names
from leadhouse.extraction.contacts.emails import extract_emails
from leadhouse.extraction.contacts.phones import extract_phones
from leadhouse.extraction.contacts.socials import extract_socials
from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.page_kind import PageKind, classify, kind_of_bytes
from leadhouse.extraction.people.page_people import extract_people
from leadhouse.extraction.people.representatives import Person
from leadhouse.extraction.unread_parts import unread_parts
from leadhouse.records import (
    CompanyAttribute,
    CompanyRecord,
    Extraction,
    PersonAttribute,
    PersonRecord,
    Rejection,
    Value,
)

EXTRACTOR = "company_site"
EXTRACTOR_VERSION = "8"
COMPANY_KEY = "company"
_MAX_VALUES = 40  # of one attribute on one page; a directory of shops is not one company's contacts
_MAX_REJECTIONS = 60


def extract_page(
    body: bytes,
    url: str,
    content_type: str | None,
    site: SiteContext,
    observed_at: datetime,
    *,
    page: Page | None = None,
) -> Extraction:
    """Read one answer. Never raises on any bytes.

    `url` is the canonical URL (the unit), `observed_at` the fetch's time (UTC); `page` saves the parse when the caller
    already has it. A page that states nothing (not found, parked, login, template, not HTML) says so in `not_read`.
    """
    content_hash = hashlib.sha256(body).hexdigest()
    kind = kind_of_bytes(body, content_type)
    if kind is None:
        page = page or parse(body, url, content_type)
        kind = classify(page)
    findings, people = Findings(), []
    if page is not None and kind in {PageKind.ORDINARY, PageKind.TEMPLATE}:
        people = read(page, site, findings)
    return Extraction(
        source_key=site.source_key,
        unit_key=url,
        extractor=EXTRACTOR,
        extractor_version=EXTRACTOR_VERSION,
        content_hash=content_hash,
        observed_at=observed_at,
        companies=_companies(findings, site) if kind == PageKind.ORDINARY else (),
        persons=_persons(people, site) if kind == PageKind.ORDINARY else (),
        rejections=tuple([*_page_rejections(kind, url, page, findings), *findings.rejections][:_MAX_REJECTIONS]),
        not_read=() if kind == PageKind.ORDINARY else (kind.value,),
    )


def _page_rejections(kind: PageKind, url: str, page: Page | None, findings: Findings) -> list[Rejection]:
    """What is said of the page as a whole: a theme's, read only up to where it was cut, or in part."""
    reasons = [kind.value] if kind == PageKind.TEMPLATE else []
    if page is not None and page.is_truncated:
        reasons.append("truncated")
    if page is not None and kind == PageKind.ORDINARY:
        reasons += unread_parts(page, findings)
    return [Rejection(attribute="page", value=url[:500], reason=reason) for reason in reasons]


def read(page: Page, site: SiteContext, findings: Findings) -> list[Person]:
    """Run every extractor over a parsed page; returns the people, fills `findings`."""
    page_marks.settle(page)
    country, sureness = detect_country(page, site.country_hint)
    extract_names(page, site, findings)
    names = owner_names(page, site, findings)
    owner = Owner(site.host, names)
    extract_emails(page, site, names, findings, owner)
    extract_phones(page, country, findings, owner)
    extract_socials(page, site, names, findings)
    extract_addresses(page, country, findings, owner)
    extract_identifiers(page, country, findings)
    extract_technologies(page, findings)
    extract_employees(page, findings)
    extract_industries(page, findings)
    people = extract_people(page, country, names, findings)
    if country:
        findings.accept("country_code", Value(value=country, confidence=sureness, locator="page"))
    if language := detect_language(page):
        findings.accept("language", Value(value=language, confidence=0.8, locator="page"))
    return people


def _companies(findings: Findings, site: SiteContext) -> tuple[CompanyRecord, ...]:
    domain = hosts.registrable(site.host)
    values: dict[CompanyAttribute, tuple[Value, ...]] = {
        CompanyAttribute.DOMAIN: (Value(value=domain, confidence=1.0, locator="url"),)
    }
    for attribute in CompanyAttribute:
        found = findings.of(attribute.value)
        if found:
            values[attribute] = tuple(found[:_MAX_VALUES])
    return (CompanyRecord(record_key=COMPANY_KEY, values=values),)


def _persons(people: list[Person], site: SiteContext) -> tuple[PersonRecord, ...]:
    records = []
    for person in people[:_MAX_VALUES]:
        stated = {
            PersonAttribute.FULL_NAME: person.name,
            PersonAttribute.TITLE: person.title,
            PersonAttribute.EMAIL: person.email,
            PersonAttribute.PHONE_E164: person.phone,
            PersonAttribute.SOCIAL_URL: person.social,
            PersonAttribute.COMPANY_DOMAIN: hosts.registrable(site.host),
        }
        values = {
            attribute: (Value(value=text, confidence=person.confidence, locator=person.locator),)
            for attribute, text in stated.items()
            if text and text.strip()
        }
        key = f"person:{hosts.fold(person.name) or person.name}"
        records.append(PersonRecord(record_key=key, values=values, company_key=COMPANY_KEY))
    return tuple({record.record_key: record for record in records}.values())
