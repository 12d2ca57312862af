"""Messages put together by hand, read back by the standard library."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.delivery.composition import AddressError, Message, check_address

MESSAGE = Message(
    message_id="<1d0c8a3b@n.example>", from_name="Mara Petersen", from_email="mara@n.example", to_name="Anna Berg",
    to_email="anna@x.example", subject="A question", body="Hello Anna,\n\nbye\n", postal_address="Nordlicht\nHafen 1",
    unsubscribe_url="https://n.example/unsubscribe/abc", feedback_id="c:1:o:leadhouse",
)  # fmt: skip
NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def read(message):
    return message_from_bytes(message.as_bytes(NOW), policy=policy.default)


def test_headers_of_a_commercial_message():
    parsed = read(MESSAGE)
    assert parsed["List-Unsubscribe"] == "<https://n.example/unsubscribe/abc>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["Message-ID"] == "<1d0c8a3b@n.example>"
    assert parsed["Feedback-ID"] == "c:1:o:leadhouse"
    assert parsedate_to_datetime(parsed["Date"]) == NOW
    assert parsed["To"].addresses[0].display_name == "Anna Berg"
    assert parsed.get_content_type() == "text/plain"
    assert parsed.get_content().replace("\r\n", "\n") == (
        "Hello Anna,\n\nbye\n\n-- \nNordlicht\nHafen 1\nUnsubscribe: https://n.example/unsubscribe/abc\n"
    )


@pytest.mark.parametrize(
    ("body", "footer"),
    [
        ("Hello", "Hello\n\n-- \nNordlicht\nHafen 1\nUnsubscribe: https://n.example/unsubscribe/abc\n"),
        ("Abmelden: https://n.example/unsubscribe/abc", "\n\n-- \nNordlicht\nHafen 1\n"),
        ("Gruß\nNordlicht, Hafen 1", "\n\n-- \nUnsubscribe: https://n.example/unsubscribe/abc\n"),
        ("Nordlicht, Hafen 1\nAbmelden: https://n.example/unsubscribe/abc\n\n", "unsubscribe/abc\n"),
    ],
)
def test_what_the_law_asks_for_stands_there_once(body, footer):
    text = replace(MESSAGE, body=body).full_body
    assert text.endswith(footer)
    assert text.count("https://n.example/unsubscribe/abc") == 1
    assert text.count("Hafen 1") == 1


@settings(max_examples=200, deadline=None)
@given(subject=st.text(max_size=150), name=st.text(max_size=60), body=st.text(max_size=600))
def test_any_text_comes_back_and_no_header_is_added(subject, name, body):
    surrogates = range(0xD800, 0xE000)
    if any(ord(sign) in surrogates for sign in subject + name + body):
        return
    message = replace(MESSAGE, subject=subject, to_name=name, from_name=name, body=body)
    raw = message.as_bytes(NOW)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert len(parsed.keys()) == 11
    assert not parsed.defects
    assert parsed["To"].addresses[0].addr_spec == "anna@x.example"
    assert parsed["From"].addresses[0].addr_spec == "mara@n.example"
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert parsed.get_payload(decode=True).decode().replace("\r\n", "\n") == message.full_body


@pytest.mark.parametrize(
    "subject",
    ["Grüße aus Köln", "שלום", "=?utf-8?q?fake?=", "x " * 90, "Ein langer Betreff mit Umläuten " * 5, "😀" * 30],
)
def test_subject_comes_back(subject):
    assert read(replace(MESSAGE, subject=subject))["Subject"] == subject.strip()


@pytest.mark.parametrize(
    "name", ["José García", 'Anna "die Kluge" \\ Berg', "Dr. Berg, Anna", "<b@x.example>", "לוי ברק", "x" * 90]
)
def test_name_comes_back(name):
    parsed = read(replace(MESSAGE, to_name=name))
    assert parsed["To"].addresses[0].display_name == name
    assert len(parsed["To"].addresses) == 1


@pytest.mark.parametrize("name", ["é" * 90, "Ünal " * 20, "😀" * 30])
def test_long_name_of_several_encoded_words_comes_back(name):
    # the newer parser of the standard library puts blanks between them (RFC 2047 6.2 says none), the older does not
    raw = message_from_bytes(replace(MESSAGE, to_name=name).as_bytes(NOW))["To"]
    assert str(make_header(decode_header(raw.rpartition(" <")[0]))) == name.strip()


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "@x.example", "a b@x.example", "anna@x.example\r\nBcc: b@x.example", "a@b@c",
     "two..dots@x.example", ".a@x.example", "a.@x.example", "jürgen@x.example", "a@xn--.example>",
     "<a@x.example>", "a\x00@x.example"],
)  # fmt: skip
def test_address_that_smtp_can_not_carry(address):
    with pytest.raises(AddressError):
        check_address(address)
    with pytest.raises(AddressError):
        replace(MESSAGE, to_email=address).as_bytes()


@pytest.mark.parametrize("field", ["unsubscribe_url", "message_id", "feedback_id"])
@pytest.mark.parametrize("value", ["", "a b", "a\r\nX: y", "ü"])
def test_tokens_of_our_own_are_checked_too(field, value):
    with pytest.raises(ValueError, match="cannot stand in a header"):
        replace(MESSAGE, **{field: value}).as_bytes()
