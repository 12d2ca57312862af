"""Tokens of unsubscribe links: ours are read, everything else is refused."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhouse.settings import settings
from leadhouse.suppression import InvalidTokenError, read_token, sign_token


@pytest.fixture(autouse=True, scope="module")
def key():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
        settings.cache_clear()
        yield
    settings.cache_clear()


@given(st.uuids())
def test_token_comes_back(message_id):
    token = sign_token(message_id)
    assert len(token) == 43
    assert read_token(token) == message_id


def test_token_says_nothing_of_the_address_and_is_stable():
    message_id = UUID("00000000-0000-0000-0000-000000000001")
    assert sign_token(message_id) == sign_token(message_id)


def test_every_changed_character_is_refused():
    token = sign_token(uuid4())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place in range(len(token)):
        for sign in alphabet:
            if sign != token[place]:
                with pytest.raises(InvalidTokenError):
                    read_token(token[:place] + sign + token[place + 1 :])


@pytest.mark.parametrize(
    "token", ["", "x", "=" * 43, "a" * 42, "a" * 44, "é" * 43, "../../etc/passwd", "a" * 43 + "\n", "' or 1=1 --"]
)
def test_other_text_is_refused(token):
    with pytest.raises(InvalidTokenError):
        read_token(token)


def test_token_of_another_key_is_refused(monkeypatch):
    token = sign_token(uuid4())
    monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "another key that is long enough")
    settings.cache_clear()
    try:
        with pytest.raises(InvalidTokenError, match="signature"):
            read_token(token)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize("value", ["", "short"])
def test_missing_key_is_said(monkeypatch, value):
    monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", value)
    settings.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="LEADHOUSE_SIGNING_KEY is not set"):
            sign_token(uuid4())
    finally:
        monkeypatch.undo()
        settings.cache_clear()
