"""Directories by configuration: entries, their values, and what is nobody's."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from selectolax.lexbor import LexborHTMLParser

from leadhouse.extraction.listing import Listing, following_pages, read_entries
from leadhouse.records import CompanyAttribute

URL = "https://www.directory.example/list"


def read(html, **listing):
    shape = Listing.model_validate({"entry": "li", **listing})
    return read_entries(LexborHTMLParser(html), URL, shape)


def values(record):
    return {str(name): [each.value for each in found] for name, found in record.values.items()}


def test_an_entry_states_what_its_selectors_find():
    html = (
        "<ul><li data-url='https://acme.example/de'><b>Acme  Ltd</b> <i>12 Mill Lane</i> <u>LS1 4DY</u> <s>Leeds</s>"
        " Write to INFO@acme.example or call <em>0113 496 0000</em></li></ul>"
    )
    fields = {
        "name": "b",
        "domain": "@data-url",
        "email": "@",
        "street": "i",
        "postal_code": "u",
        "city": "s",
        "phone_e164": "em",
    }
    (record,) = read(html, fields=fields, country_code="GB")
    assert values(record) == {
        "name": ["Acme Ltd"], "domain": ["acme.example"], "email": ["info@acme.example"],
        "address": ["12 Mill Lane, LS1 4DY Leeds"], "phone_e164": ["+441134960000"],
    }  # fmt: skip
    parts = record.values[CompanyAttribute.ADDRESS][0].parts
    assert parts is not None
    assert (parts.city, parts.country_code) == ("Leeds", "GB")
    assert record.record_key == "acme.example"


@pytest.mark.parametrize(
    "link",
    [
        "/entry/7",
        "https://www.directory.example/entry/7",
        "https://www.facebook.com/acme",
        "javascript:void(0)",
        "http://[",
        "",
    ],
)
def test_a_link_that_leads_to_no_site_of_its_own_states_no_domain(link):
    (record,) = read(f"<li><a href='{link}'>Acme</a></li>", fields={"name": "a", "domain": "a@href"})
    assert values(record) == {"name": ["Acme"]}


def test_an_entry_that_says_nothing_and_one_that_is_repeated_are_left_out():
    html = "<li><b>Acme</b></li><li></li><li><b>ACME</b></li><li><p>Beta</p></li>"
    assert [values(each) for each in read(html, fields={"name": "b"})] == [{"name": ["Acme"]}]


def test_the_list_goes_on_where_its_links_lead():
    page = LexborHTMLParser("<nav><a href='?p=2'>2</a><a href='?p=2'>next</a><a>3</a></nav>")
    listing = Listing(entry="li", fields={"name": "b"}, following="nav a")
    assert following_pages(page, URL, listing) == [f"{URL}?p=2"]
    assert following_pages(page, URL, Listing(entry="li", fields={"name": "b"})) == []


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({"fields": {"shoe_size": "b"}}, "no field shoe_size"),
        ({"fields": {"phone_e164": "b"}}, "known by"),
        ({"fields": {"name": "b["}}, "no selector"),
        ({"fields": {"name": "b"}, "following": ">>"}, "no selector"),
        ({"fields": {"name": "b"}, "country_code": "Germany"}, "country_code"),
        ({"fields": {"name": "b"}, "surprise": "b"}, "surprise"),
    ],
)
def test_a_listing_that_cannot_be_read_says_where(stated, why):
    with pytest.raises(ValidationError, match=why):
        Listing.model_validate({"entry": "li", **stated})
