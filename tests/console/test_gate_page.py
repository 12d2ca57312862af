"""The Gate page: rule, observed, limit, rows, and no message where the gate refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from leadhouse import campaigns, quality
from leadhouse.settings import settings
from tests.campaigns.audience_factory import Campaigns, this_hour
from tests.console.conftest import SECONDS
from tests.delivery.smtp_sink import Sink


@pytest.fixture
def world(database, monkeypatch):
    with Sink() as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
        settings.cache_clear()
        yield Campaigns(database, smtp_port=sink.port)


def blocked(world):
    campaign_id = world.campaign(
        [world.lead("good@x.example", "Gut"), world.lead("eva@x.example", "Eva Ohne", legal_basis=None)]
    )
    with pytest.raises(campaigns.GateBlockedError) as refusal:
        campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    return refusal.value.verdict


def test_no_verdict_yet(site, database):
    assert "No audience was judged yet" in site.get("gate").text


def test_refused_campaign_shows_rule_rows_and_no_message(site, world):
    verdict = blocked(world)
    listing = site.get("gate")
    assert f"?result={verdict.gate_run_id}" in listing.text
    page = site.get(f"gate?result={verdict.gate_run_id}").text
    assert '<b id="messages-in-database">0</b>' in page
    assert "legal_basis_is_set" in page
    assert "eva@x.example" in page
    assert "good@x.example" not in page
    assert "gate failed" in page
    assert site.seconds[f"gate?result={verdict.gate_run_id}"] < SECONDS


def test_override_and_revocation_are_shown_with_person_and_reason(site, world):
    verdict = blocked(world)
    until = datetime.now(UTC) + timedelta(hours=1)
    override = quality.override(verdict.gate_run_id, "mara.petersen", "agreed with the customer by phone", until)
    page = site.get(f"gate?result={override}").text
    assert "mara.petersen" in page
    assert "agreed with the customer by phone" in page
    assert "legal_basis_is_set" in page
    quality.revoke(override, "tom.berg", "it was the wrong list")
    page = site.get(f"gate?result={override}").text
    assert "tom.berg" in page
    assert "it was the wrong list" in page


def test_unknown_result_is_said(site, database):
    page = site.get(f"gate?result={uuid4()}")
    assert page.status_code == 404
    assert "There is no gate result" in page.text
