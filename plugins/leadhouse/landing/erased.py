"""Erased people stay out: the one place where what comes in is held against the hashes.

A person record that names an erased person is refused (`erased_person`) and counted as quarantined; the row there says
no more than that. A company record lives on without the value that matches. A page that states an erased person is
noted, and its archive member is overwritten after the commit. The price is one indexed look-up for all that waits, and
nothing where nobody was ever erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import Connection

from leadhouse.landing.contract import Quarantined
from leadhouse.records import (
    CompanyAttribute,
    CompanyRecord,
    Extraction,
    Fetch,
    PersonAttribute,
    PersonRecord,
    Rejection,
    Value,
)
from leadhouse.suppression.erased_keys import (
    WHO,
    Token,
    email_token,
    find_erased,
    key_hash,
    name_tokens,
    phone_token,
    social_token,
    tokens_of_text,
    tokens_of_texts,
    tokens_of_url,
)

REASON = "erased_person"
DETAIL = "The person was erased and is kept out. Nothing is to be done."

LONGEST_NAME = 80  # characters of a cell that may be a name

_COMPANIES = (CompanyAttribute.NAME, CompanyAttribute.LEGAL_NAME, CompanyAttribute.DOMAIN)
_PERSONS_COMPANIES = (PersonAttribute.COMPANY_DOMAIN, PersonAttribute.COMPANY_NAME)
_TOKENS = {"email": email_token, "phone_e164": phone_token, "fax_e164": phone_token, "social_url": social_token}


@dataclass
class Sieved:
    """What may land, what is refused, and the fetches whose archived answers have to go."""

    extractions: list[Extraction] = field(default_factory=list)
    fetches: list[Fetch] = field(default_factory=list)
    refused: list[Quarantined] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    pages: list[Fetch] = field(default_factory=list)
    emptied: int = 0  # extractions of which no record is left


def sieve(
    connection: Connection[Any], extractions: list[Extraction], fetches: list[Fetch], quarantine: list[Quarantined]
) -> Sieved | None:
    """What of a landing may go on; None when nothing of it concerns an erased person.

    Raises RuntimeError when the key of the hashes is not set.
    """
    asked = {token for each in extractions for token in _tokens_of(each)}
    asked |= {token for each in fetches for token in tokens_of_url(each.url)}
    asked |= {token for each in quarantine for token in _tokens_of_refused(each)}
    erased = find_erased(connection, asked)
    return _sieved(erased, extractions, fetches, quarantine) if erased else None


def without_erased(connection: Connection[Any], emails: Iterable[str]) -> frozenset[str]:
    """Those of the addresses that belong to nobody who was erased."""
    tokens = {email: email_token(email) for email in emails}
    erased = find_erased(connection, tokens.values())
    return frozenset(email for email, token in tokens.items() if token not in erased)


def _sieved(
    erased: frozenset[Token], extractions: list[Extraction], fetches: list[Fetch], quarantine: list[Quarantined]
) -> Sieved:
    found, touched = Sieved(), set[UUID]()
    for each in extractions:
        kept, refused = _clean(each, erased)
        found.extractions.append(kept)
        found.refused += refused
        found.emptied += bool(refused) and not (kept.companies or kept.persons)
        if kept is not each and each.fetch_id is not None:
            touched.add(each.fetch_id)
    for fetch in fetches:
        named = _names(fetch.url, erased)
        found.fetches.append(fetch.model_copy(update={"url": impersonal_url(fetch.url)}) if named else fetch)
        if (named or fetch.fetch_id in touched) and fetch.warc_uri is not None:
            found.pages.append(fetch)
    found.quarantine = [_clean_refused(each, erased) for each in quarantine]
    return found


def _clean(extraction: Extraction, erased: frozenset[Token]) -> tuple[Extraction, list[Quarantined]]:
    """The same object when nothing matches."""
    if erased.isdisjoint(_tokens_of(extraction)):
        return extraction, []
    companies = {each.record_key: each for each in extraction.companies}
    gone = [each for each in extraction.persons if _is_erased(each, _around(each, companies, extraction), erased)]
    unit_key = impersonal_url(extraction.unit_key) if _names(extraction.unit_key, erased) else extraction.unit_key
    kept = extraction.model_copy(
        update={
            "unit_key": unit_key,
            "companies": tuple(_without_values(each, _own(each), erased) for each in extraction.companies),
            "persons": tuple(
                _without_values(each, _around(each, companies, extraction), erased)
                for each in extraction.persons
                if each not in gone
            ),
            "rejections": tuple(
                each for each in extraction.rejections if erased.isdisjoint(_tokens_of_rejection(each))
            ),
        }
    )
    shown = _impersonal_unit(unit_key)
    return kept, [
        Quarantined(shown, None, REASON, DETAIL, {"person": place}, source_key=extraction.source_key)
        for place, _ in enumerate(gone, start=1)
    ]


def _is_erased(person: PersonRecord, companies: list[str], erased: frozenset[Token]) -> bool:
    return any(token.kind in WHO and token in erased for token in _tokens_of_person(person, companies))


def _without_values(record: Any, companies: list[str], erased: frozenset[Token]) -> Any:
    """The record without the candidates and own columns that are an erased person's."""

    def is_kept(attribute: str, candidate: Value) -> bool:
        tokens = {*_value_tokens(attribute, candidate.value), *tokens_of_text(candidate.raw or "")}
        return erased.isdisjoint(tokens)

    values = {name: tuple(each for each in found if is_kept(name, each)) for name, found in record.values.items()}
    custom = {
        name: text
        for name, text in record.custom_fields.items()
        if erased.isdisjoint(_tokens_of_custom(text, companies))
    }
    kept = {name: found for name, found in values.items() if found}
    return record.model_copy(update={"values": kept, "custom_fields": custom})


def _clean_refused(refused: Quarantined, erased: frozenset[Token]) -> Quarantined:
    if erased.isdisjoint(_tokens_of_refused(refused)):
        return refused
    unit_key = impersonal_url(refused.unit_key) if _names(refused.unit_key, erased) else refused.unit_key
    return replace(refused, unit_key=_impersonal_unit(unit_key), reason=REASON, detail=DETAIL, payload={})


def _tokens_of(extraction: Extraction) -> Iterator[Token]:
    companies = {each.record_key: each for each in extraction.companies}
    for company in extraction.companies:
        yield from _tokens_of_values(company, _own(company))
    for person in extraction.persons:
        yield from _tokens_of_person(person, _around(person, companies, extraction))
    for rejection in extraction.rejections:
        yield from _tokens_of_rejection(rejection)
    yield from tokens_of_url(extraction.unit_key)


def _tokens_of_person(person: PersonRecord, companies: list[str]) -> Iterator[Token]:
    yield from _tokens_of_values(person, companies)
    for name in person.values.get(PersonAttribute.FULL_NAME, ()):
        yield from name_tokens(name.value, companies)


def _tokens_of_values(record: CompanyRecord | PersonRecord, companies: list[str]) -> Iterator[Token]:
    found: Iterable[tuple[str, tuple[Value, ...]]] = record.values.items()
    for attribute, candidates in found:
        for each in candidates:
            yield from _value_tokens(attribute, each.value)
            yield from tokens_of_text(each.raw or "")
    for text in record.custom_fields.values():
        yield from _tokens_of_custom(text, companies)


def _tokens_of_custom(text: str, companies: list[str]) -> Iterator[Token]:
    yield from tokens_of_text(text)
    if len(text) <= LONGEST_NAME:
        yield from name_tokens(text, companies)


def _own(company: CompanyRecord) -> list[str]:
    return [each.value for name in _COMPANIES for each in company.values.get(name, ())]


def _value_tokens(attribute: str, text: str) -> Iterator[Token]:
    make = _TOKENS.get(str(attribute))
    return iter((make(text),)) if make else tokens_of_text(text) if "@" in text else iter(())


def _tokens_of_rejection(rejection: Rejection) -> Iterator[Token]:
    yield from _value_tokens(rejection.attribute, rejection.value)
    yield from tokens_of_text(rejection.value)


def _tokens_of_refused(refused: Quarantined) -> Iterator[Token]:
    yield from tokens_of_texts([*_texts(refused.payload), refused.detail])
    yield from tokens_of_url(refused.unit_key)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _around(person: PersonRecord, companies: dict[str, CompanyRecord], extraction: Extraction) -> list[str]:
    """Domains and names of the companies that a record speaks of."""
    company = companies.get(person.company_key or "")
    texts = [each.value for name in _PERSONS_COMPANIES for each in person.values.get(name, ())]
    texts += _own(company) if company else []
    texts += [each.value.rpartition("@")[2] for each in person.values.get(PersonAttribute.EMAIL, ())]
    return [*texts, urlsplit(extraction.unit_key).hostname or ""]


def _names(url: str, erased: frozenset[Token]) -> bool:
    return any(token.kind in WHO and token in erased for token in tokens_of_url(url))


def impersonal_url(url: str) -> str:
    """The page's address without its path; equal pages keep equal addresses."""
    parts = urlsplit(url)
    mark = key_hash(social_token(url)).hex()[:12]
    return f"{parts.scheme}://{parts.netloc}/erased-{mark}"


def _impersonal_unit(unit_key: str) -> str:
    """A row's unit ends with a digest of what the row is known by."""
    return unit_key.partition("#")[0] if unit_key.startswith("file:") else unit_key
