"""The fast way and the library say the same of every number, in every way it is written."""

from __future__ import annotations

from functools import cache

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.extraction.contacts import phones
from leadhouse.imports import phone_numbers

FORMATS = (
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.E164,
)


@cache
def examples() -> list[tuple[str, str]]:
    """Numbers of every country and kind, as written there and abroad."""
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in range(11):
            if number := phonenumbers.example_number_for_type(region, kind):
                found += [(phonenumbers.format_number(number, form), region) for form in FORMATS]
    return found


def test_every_kind_of_number_of_every_country() -> None:
    for text, region in examples():
        for written in (text, text.replace("+", "00"), text[:-1], f"{text}1", text.replace(" ", "-")):
            assert phone_numbers.to_e164(written, region) == phones.to_e164(written, region), (written, region)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_number_with_a_slip(data: st.DataObject) -> None:
    text, region = data.draw(st.sampled_from(examples()))
    place = data.draw(st.integers(0, len(text) - 1))
    slip = data.draw(st.sampled_from([*"0123456789 -/().+x"]))
    written = text[:place] + slip + text[place + 1 :]
    country = data.draw(st.sampled_from([region, "DE", "US", "IT", "GB", None]))
    assert phone_numbers.to_e164(written, country) == phones.to_e164(written, country)


@pytest.mark.parametrize(
    ("text", "country"),
    [("+49 (0)30 901820", None), ("(030) 90 18 20", "DE"), ("0171/1234567", "DE"), ("+39 06 6982", None), ("", "DE")],
)
def test_how_people_write(text: str, country: str | None) -> None:
    assert phone_numbers.to_e164(text, country) == phones.to_e164(text, country)
