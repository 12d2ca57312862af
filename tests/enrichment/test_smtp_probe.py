"""The probe against a real SMTP server on loopback; off by default; what decays is checked again first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from leadhouse.enrichment import check_emails
from leadhouse.enrichment.email_checks import check_addresses, count_outcomes
from leadhouse.enrichment.smtp_probe import ProbeHost, probe_addresses
from leadhouse.settings import settings
from tests.delivery.smtp_sink import Sink

DAY = date(2026, 11, 20)


def answer(address: str, tries: int) -> str | None:
    """``catchall.example`` takes everybody; elsewhere eva is known, udo is unknown, all others are not."""
    local, _, domain = address.partition("@")
    if domain == "catchall.example" or local == "eva":
        return None
    return {"busy": "451 4.7.1 later", "banned": "554 5.7.1 your host is listed"}.get(local, "550 5.1.1 no such user")


def test_what_a_server_says_of_mailboxes() -> None:
    emails = [
        "eva@good.example",
        "udo@good.example",
        "busy@good.example",
        "banned@good.example",
        "eva@catchall.example",
    ]
    with Sink(at_rcpt=answer) as sink:
        found = probe_addresses(emails, ProbeHost("127.0.0.1", sink.port, "", 5))
        assert not sink.messages, "nothing is sent"
        assert sink.connections == 2, "one session a domain"
    assert {email: (each.verdict, each.is_catch_all) for email, each in found.items()} == {
        "eva@good.example": ("accepted", False),
        "udo@good.example": ("refused", False),
        "busy@good.example": ("unclear", False),
        "banned@good.example": ("unclear", False),
        "eva@catchall.example": ("unclear", True),
    }


def test_a_host_that_does_not_answer_leaves_all_unclear() -> None:
    found = probe_addresses(["eva@good.example"], ProbeHost.of("127.0.0.1:1", "", 2))
    assert [(each.verdict, each.code, each.is_catch_all) for each in found.values()] == [("unclear", None, None)]


def test_a_check_asks_only_through_the_named_host(name_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    emails = ["eva@good.example", "udo@good.example", "udo@null.example"]
    with Sink(at_rcpt=answer) as sink:
        assert [each.status for each in check_addresses(emails)] == ["valid", "valid", "invalid"]
        assert sink.connections == 0, "off by default"
        monkeypatch.setenv("LEADHOUSE_SMTP_PROBE_HOST", f"127.0.0.1:{sink.port}")
        settings.cache_clear()
        eva, udo, null = check_addresses(emails)
    assert (eva.status, eva.is_catch_all, eva.smtp_code) == ("valid", False, 250)
    assert (udo.status, udo.reason, udo.smtp_code) == ("invalid", "mailbox_unknown", 550)
    assert (null.reason, null.smtp_code) == ("null_mx", None), "a domain that takes no mail is not asked"
    assert (eva.bounce_probability or 0) < 0.02 < 0.9 < (udo.bounce_probability or 0)


def add_check(connection: Any, email: str, days: int) -> None:
    at = datetime.now(UTC) - timedelta(days=days)
    connection.execute("select raw.ensure_partitions(%s)", [at.date()])
    connection.execute(
        "insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status, is_syntax_valid, has_mx,"
        " is_role, is_free, is_disposable, checked_at) values (%s, %s, gen_random_uuid(), 'good.example', 'valid',"
        " true, true, false, false, false, %s)",
        [at.date(), email, at],
    )


def test_what_is_old_and_used_is_checked_first_within_the_budget(
    database: Any, name_server: Any, make_organization: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADHOUSE_EMAIL_RECHECK_BUDGET", "2")
    settings.cache_clear()
    ages = {"old": 90, "used": 60, "fresh": 5, "mid": 70}  # days; used × 2 is worth more than all others
    demand = make_organization("acme", None)
    for name in ages:
        demand.add(name, f"{name}@good.example", "valid")
    with database.owner() as connection:
        connection.execute(
            "update app.campaign_members as member set stopped_at = now()"
            " from app.lead_facts as facts where facts.lead_id = member.lead_id and facts.full_name <> 'used'"
        )
        for name, days in {**ages, "nobodys": 300}.items():
            add_check(connection, f"{name}@good.example", days)
    assert check_emails("c1", DAY) == 2
    with database.owner() as connection:
        rows = connection.execute(
            "select email_normalized, bounce_probability from raw.email_checks where bounce_model is not null"
        ).fetchall()
    assert {row["email_normalized"] for row in rows} == {"used@good.example", "old@good.example"}
    assert all(0 < row["bounce_probability"] < 1 for row in rows)
    assert check_emails("c2", DAY + timedelta(days=1)) == 1, "the next of them"
    assert count_outcomes() == {}, "nothing was sent"
