"""Mails about accounts when the platform itself is not right: they wait, and no server hears of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.credentials import MasterKeyError, new_master_key
from leadhouse.delivery.account_mails import queue_mail, send_due_mails
from leadhouse.settings import settings
from tests.delivery.smtp_sink import Sink


@pytest.fixture
def with_keys(monkeypatch):
    """`with_keys("id:…")` makes it the one master key."""

    def choose(key):
        monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", key)
        settings.cache_clear()

    yield choose
    settings.cache_clear()


def test_mail_whose_token_does_not_open_waits_until_the_key_is_back(module_database, monkeypatch, with_keys):
    key = new_master_key()
    with Sink() as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_MAIL_SERVER", f"smtp://127.0.0.1:{sink.port}")
        with_keys(key)
        with module_database.owner() as owner:
            [person] = owner.execute(
                "insert into identity.users (email_normalized, full_name) values ('ada@new.example', 'Ada')"
                " returning user_id"
            )
        mail_id = queue_mail(
            "password_reset", datetime(2099, 1, 1, tzinfo=UTC), user_id=person["user_id"], token="x" * 43
        )
        with_keys(new_master_key())
        with pytest.raises(MasterKeyError):
            send_due_mails()
        assert state_of(module_database, mail_id) == "queued"
        with_keys(key)
        with module_database.owner() as owner:
            owner.execute("update identity.mails set due_at = now() where mail_id = %s", [mail_id])
        assert send_due_mails() == 1
        assert state_of(module_database, mail_id) == "sent"
        assert [address for address, _ in sink.messages] == ["ada@new.example"]


def state_of(database, mail_id):
    with database.owner() as owner:
        [row] = owner.execute("select state from identity.mails where mail_id = %s", [mail_id])
    return row["state"]
