"""One form an identifier: however it is written, the hash is the same; another key or kind gives another."""

from __future__ import annotations

import pytest

from leadhouse.settings import settings
from leadhouse.suppression import erased_keys
from leadhouse.suppression.erased_keys import (
    Token,
    email_token,
    key_hash,
    name_tokens,
    phone_token,
    social_token,
    tokens_of_texts,
    tokens_of_url,
)


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("LEADHOUSE_ERASURE_KEY", "a key of the tests, long enough")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    "text", ["Max@Firm.example", " max@firm.example ", "max+news@firm.example", "max@firm.example."]
)
def test_addresses(text):
    assert email_token(text) == Token("email", "max@firm.example")


@pytest.mark.parametrize("text", ["+49 30 1234567", "+49 (0)30 1234567", "0049301234567", "+49-30/123.45 67"])
def test_numbers(text):
    assert phone_token(text) == Token("phone", "49301234567")


@pytest.mark.parametrize(
    "url", ["https://de.linkedin.com/in/Max/", "linkedin.com/in/max", "https://www.linkedin.com/in/max?trk=1"]
)
def test_profiles(url):
    assert social_token(url) == Token("social_url", "linkedin.com/in/max")


@pytest.mark.parametrize("name", ["Jörg Müller", "Müller, Jörg", "Dr. Joerg Mueller", "JORG MULLER"])
def test_names_with_a_company(name):
    assert list(name_tokens(name, ["www.acme.example"])) == [Token("name_company", "jorg muller|acme.example")]


def test_a_name_alone_or_one_word_is_nobody():
    assert list(name_tokens("Jörg Müller", [])) == []
    assert list(name_tokens("Müller", ["acme.example"])) == []


def test_a_page_that_is_named_after_a_person():
    assert Token("name_company", "jorg muller|acme.example") in tokens_of_url(
        "https://acme.example/team/joerg-mueller.html"
    )


def test_cells_of_a_row():
    tokens = set(tokens_of_texts(["Müller, Jörg", "acme.example", "call +49 30 1234567 or max@firm.example"]))
    assert {
        Token("name_company", "jorg muller|acme.example"),
        Token("phone", "49301234567"),
        Token("email", "max@firm.example"),
    } <= tokens


def test_hashes_depend_on_kind_and_key(monkeypatch):
    first = key_hash(Token("email", "a@b.example"))
    assert len(first) == 32
    assert key_hash(Token("phone", "a@b.example")) != first
    monkeypatch.setenv("LEADHOUSE_ERASURE_KEY", "another key of the tests, long enough")
    settings.cache_clear()
    assert key_hash(Token("email", "a@b.example")) != first


@pytest.mark.parametrize("value", ["", "short"])
def test_without_a_key_nothing_is_hashed(monkeypatch, value):
    monkeypatch.setenv("LEADHOUSE_ERASURE_KEY", value)
    settings.cache_clear()
    with pytest.raises(RuntimeError, match="LEADHOUSE_ERASURE_KEY is not set"):
        key_hash(Token("email", "a@b.example"))


def test_only_one_question_is_asked_and_none_without_tokens():
    class Asked:
        count = 0

        def execute(self, *_):
            self.count += 1
            return []

    asked = Asked()
    assert erased_keys.find_erased(asked, [Token("email", f"{i}@b.example") for i in range(1000)]) == frozenset()
    assert asked.count == 1
    assert erased_keys.find_erased(asked, []) == frozenset()
    assert asked.count == 1
