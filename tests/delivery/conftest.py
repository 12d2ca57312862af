"""A sender's set-up: a key, and leave to send to a sink on loopback."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from leadhouse.settings import settings
from tests.campaigns.audience_factory import Campaigns
from tests.delivery.smtp_sink import Sink


@pytest.fixture
def served(database, monkeypatch):
    """`with served(at_rcpt=…, after_data=…) as (world, sink)`."""

    @contextmanager
    def serve(*answers, retry="60,300", **options):
        with Sink(*answers, **options) as sink:
            monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
            monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
            monkeypatch.setenv("LEADHOUSE_SMTP_RETRY_SECONDS", retry)
            settings.cache_clear()
            yield Campaigns(database, smtp_port=sink.port), sink

    return serve
