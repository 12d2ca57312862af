"""Directories by configuration: which part of a page is an entry, what of it states what, and where the list goes on.

A selector is CSS; ``a.site@href`` takes an attribute, ``@data-id`` one of the entry itself. One entry is one company.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated
from urllib.parse import urljoin, urlsplit

from pydantic import Field, StringConstraints, field_validator
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from leadhouse.extraction.attribution.hosts import registrable
from leadhouse.extraction.contacts.dialled_numbers import to_e164
from leadhouse.extraction.contacts.emails import addresses_in, from_mailto
from leadhouse.extraction.contacts.social_profiles import network_of, profile
from leadhouse.records import AddressParts, CompanyAttribute, CompanyRecord, Strict, Value

EXTRACTOR, EXTRACTOR_VERSION = "directory", "1"
CONFIDENCE = 0.8  # a directory repeats what a company says of itself, later
PARTS = ("street", "postal_code", "city", "region")
_KNOWN_BY = (CompanyAttribute.DOMAIN, CompanyAttribute.EMAIL, CompanyAttribute.NAME)

Selector = Annotated[str, StringConstraints(min_length=1, max_length=300)]
READABLE = frozenset({"name", "legal_name", "domain", "email", "phone_e164", "fax_e164", "social_url"})


class Listing(Strict):
    """How a directory is read.

    `entry`: each match is a company; `fields`: attribute or part of the address → selector within the entry;
    `following`: links to further pages of the list; `country_code`: of all entries, for numbers without a prefix.
    """

    entry: Selector
    fields: dict[str, Selector]
    following: Selector | None = None
    country_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    custom: dict[str, Selector] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _known_names(cls, stated: dict[str, str]) -> dict[str, str]:
        if wrong := stated.keys() - READABLE - set(PARTS):
            raise ValueError(
                f"no field {', '.join(sorted(wrong))}; there are {', '.join(sorted(READABLE | set(PARTS)))}"
            )
        if not stated.keys() & {each.value for each in _KNOWN_BY}:
            raise ValueError("an entry is known by its domain, email or name: state at least one")
        return stated

    @field_validator("entry", "following")
    @classmethod
    def _can_be_read(cls, stated: str | None) -> str | None:
        if stated is not None:
            _try(stated)
        return stated

    @field_validator("fields", "custom")
    @classmethod
    def _all_can_be_read(cls, stated: dict[str, str]) -> dict[str, str]:
        for selector in stated.values():
            _try(selector)
        return stated


def read_entries(page: LexborHTMLParser, url: str, listing: Listing) -> tuple[CompanyRecord, ...]:
    """The companies of a page, each once; an entry that says nothing to know one by is left out."""
    found: dict[str, CompanyRecord] = {}
    for entry in page.css(listing.entry):
        record = _read(entry, url, listing)
        if record is not None:
            found.setdefault(record.record_key, record)
    return tuple(found.values())


def following_pages(page: LexborHTMLParser, url: str, listing: Listing) -> list[str]:
    """Absolute addresses of the further pages that a page links to."""
    if listing.following is None:
        return []
    links = (node.attributes.get("href") for node in page.css(listing.following))
    return list(dict.fromkeys(urljoin(url, link) for link in links if link))


def _read(entry: LexborNode, url: str, listing: Listing) -> CompanyRecord | None:
    values: dict[CompanyAttribute, tuple[Value, ...]] = {}
    for name in listing.fields.keys() & READABLE:
        selector = listing.fields[name]
        stated: dict[str, Value] = {}
        for text in _texts(entry, selector):
            for value in _READERS[name](text, url, listing.country_code):
                stated[value] = Value(
                    value=value, confidence=CONFIDENCE, locator=selector, raw=text if text != value else None
                )
        if stated:
            values[CompanyAttribute(name)] = tuple(stated.values())
    if not any(each in values for each in _KNOWN_BY):
        return None
    if address := _address(entry, listing):
        values[CompanyAttribute.ADDRESS] = (address,)
    key = next(values[each][0].value for each in _KNOWN_BY if each in values)
    custom = {name: text for name, selector in listing.custom.items() if (text := ", ".join(_texts(entry, selector)))}
    return CompanyRecord(record_key=key.casefold(), values=values, custom_fields=custom)


def _texts(entry: LexborNode, selector: str) -> Iterator[str]:
    css, _, attribute = selector.partition("@")
    for node in entry.css(css) if css else [entry]:
        text = (node.attributes.get(attribute) or "") if attribute else node.text(deep=True, separator=" ")
        if text := " ".join(text.split())[:4096]:
            yield text


def _address(entry: LexborNode, listing: Listing) -> Value | None:
    found = {
        part: next(_texts(entry, listing.fields[part]), None) for part in PARTS if part in listing.fields
    }  # fmt: skip
    town = " ".join(filter(None, (found.get("postal_code"), found.get("city"))))
    text = ", ".join(filter(None, (found.get("street"), town)))
    if not text:
        return None
    parts = AddressParts(**found, country_code=listing.country_code)
    return Value(value=text, confidence=CONFIDENCE, locator="directory", parts=parts)


def _site(text: str, url: str, _: str | None) -> list[str]:
    """The domain that a link or a text names; the directory's own is nobody's."""
    try:
        host = urlsplit(urljoin(url, text) if "/" in text or text.startswith("http") else f"//{text}").hostname
        own = urlsplit(url).hostname
    except ValueError:
        return []
    if not host or "." not in host or network_of(f"https://{host}"):
        return []
    found = registrable(host)
    return [] if own and found == registrable(own) else [found]


def _mails(text: str, *_: str | None) -> list[str]:
    if text.lower().startswith("mailto:"):
        return from_mailto(text)
    return [match.group().lower() for match in addresses_in(text)]


def _number(text: str, _: str, country: str | None) -> list[str]:
    found = to_e164(text.removeprefix("tel:"), country)
    return [found] if found else []


def _profile(text: str, *_: str | None) -> list[str]:
    found = profile(text)
    return [found[0]] if isinstance(found, tuple) else []


def _plain(text: str, *_: str | None) -> list[str]:
    return [text]


_READERS: dict[str, Callable[[str, str, str | None], list[str]]] = {
    "name": _plain, "legal_name": _plain, "domain": _site, "email": _mails, "phone_e164": _number,
    "fax_e164": _number, "social_url": _profile,
}  # fmt: skip


def _try(selector: str) -> None:
    css = selector.partition("@")[0]
    try:
        if css:
            LexborHTMLParser("<p></p>").css(css)
    except SelectolaxError as error:
        raise ValueError(f"{selector!r} is no selector") from error
