"""What becomes a request, and what does not."""

from __future__ import annotations

from datetime import date, timedelta

from leadhouse.enrichment import request_wanted

DAY = date(2026, 11, 20)


def test_missing_and_invalid_addresses_are_wanted_once_a_window(demand, provider):
    demand.add("Eva Alt")
    demand.add("Udo Neu", "udo@alpha.example", "invalid")
    demand.add("Ida Gut", "ida@alpha.example", "valid")
    assert request_wanted("r", DAY) == 2
    assert request_wanted("r", DAY) == 0
    assert request_wanted("r", DAY + timedelta(days=3)) == 0
    assert demand.states() == {"Eva Alt": "pending", "Udo Neu": "pending"}
    assert request_wanted("r", DAY + timedelta(days=30)) == 0, "the budget has ended"
    [row] = demand.query("select distinct wanted_by, window_on, max_price_eur::text from app.enrichment_requests")
    assert row == {
        "wanted_by": f"campaign:{demand.campaign_id}",
        "window_on": date(2026, 11, 1),
        "max_price_eur": "0.050000",
    }


def test_no_budget_no_wish_or_no_domain_ask_for_nothing(make_organization, provider):
    for slug, ceiling, wanted, domain in (
        ("no-budget", None, ["email"], "a.example"), ("spent", "0.01", ["email"], "a.example"),
        ("no-wish", "1", [], "a.example"), ("no-domain", "1", ["email"], None),
    ):  # fmt: skip
        make_organization(slug, ceiling, wanted).add("Eva Alt", domain=domain)
    assert request_wanted("r", DAY) == 0


def test_paused_campaign_and_stopped_member_ask_for_nothing(demand, provider):
    demand.add("Eva Alt")
    with demand.database.owner() as connection:
        connection.execute("update app.campaign_members set stopped_at = now()")
    assert request_wanted("r", DAY) == 0


def test_without_a_provider_the_step_is_skipped(demand, monkeypatch):
    demand.add("Eva Alt")
    assert request_wanted("r", DAY) == 0
    [row] = demand.query("select outcome, message from quality.step_outcomes")
    assert row["outcome"] == "skipped"
    assert "LEADHOUSE_PROVIDER_URL" in row["message"]
