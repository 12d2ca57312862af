"""Checks of addresses against a real name server."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from leadhouse.enrichment import check_emails
from leadhouse.enrichment.email_checks import check_addresses
from leadhouse.landing import Landing
from leadhouse.records import CompanyAttribute, CompanyRecord, Extraction, PersonAttribute, PersonRecord, Value
from leadhouse.resolution import resolve_unread
from leadhouse.settings import settings

DAY, NOON = date(2026, 11, 20), datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("email", "status", "reason"),
    [
        ("eva@good.example", "valid", None),
        ("eva@gmail.com", "valid", None),
        ("info@good.example", "risky", "role"),
        ("eva@mailinator.com", "risky", "disposable"),
        ("eva@implicit.example", "risky", "implicit_mx"),
        ("éva@good.example", "risky", "smtputf8"),
        ("eva@null.example", "invalid", "null_mx"),
        ("eva@nothing.example", "invalid", "no_mx"),
        ("eva@unheard-of.example", "invalid", "no_domain"),
        ("sales..team@good.example", "invalid", "syntax"),
        ("eva@localhost", "invalid", "syntax"),
        ("eva@broken.example", "unknown", "no_answer"),
    ],
)
def test_status_and_its_reason(name_server, email, status, reason):
    [check] = check_addresses([email])
    assert (check.status, check.reason) == (status, reason)


def test_flags(name_server):
    checks = {
        each.email_normalized: each
        for each in check_addresses(["eva@gmail.com", "x@mailinator.com", "info@good.example"])
    }
    assert [each.is_free for each in checks.values()] == [True, False, False]
    assert [each.is_disposable for each in checks.values()] == [False, True, False]
    assert [each.is_role for each in checks.values()] == [False, False, True]
    assert all(each.has_mx for each in checks.values())


def test_dead_name_server_is_no_answer_and_not_no_exchanger(monkeypatch):
    monkeypatch.setenv("LEADHOUSE_DNS_SERVER", "127.0.0.1:1")
    monkeypatch.setattr("leadhouse.enrichment.mail_routes.LOOKUP_SECONDS", 0.5)
    settings.cache_clear()
    [check] = check_addresses(["eva@good.example"])
    settings.cache_clear()
    assert (check.status, check.has_mx) == ("unknown", None)


def land(unit, emails):
    people = tuple(
        PersonRecord(
            record_key=email,
            values={PersonAttribute.FULL_NAME: (Value(value=email),), PersonAttribute.EMAIL: (Value(value=email),)},
        )
        for email in emails
    )
    company = CompanyRecord(record_key="c", values={CompanyAttribute.EMAIL: (Value(value="info@good.example"),)})
    landing = Landing("landing", run_on=DAY, run_id="test", source_key="web/x")
    landing.add_extraction(
        Extraction(
            source_key="web/x",
            unit_key=unit,
            extractor="test",
            extractor_version="1",
            observed_at=NOON,
            content_hash=hashlib.sha256(repr((unit, emails)).encode()).hexdigest(),
            companies=(company,),
            persons=people,
        )
    )
    landing.commit()


def rows(database, statement):
    with database.owner() as connection:
        return connection.execute(statement).fetchall()


def test_every_address_of_changed_entities_is_checked_once(database, name_server):
    land("https://a.example/", ["eva@good.example", "udo@null.example"])
    resolve_unread("r1")
    assert check_emails("c1", DAY) == 3
    found = {row["email_normalized"]: row["status"] for row in rows(database, "select * from raw.email_checks")}
    assert found == {"eva@good.example": "valid", "udo@null.example": "invalid", "info@good.example": "risky"}
    assert rows(database, "select b.landing_id from raw.batches b join raw.email_checks c using (landing_id) limit 1")
    resolve_unread("r2")  # the checks change their entities …
    asked = len(name_server.asked)
    assert check_emails("c2", DAY) == 0  # … which need no second check
    assert len(name_server.asked) == asked
    changed = rows(database, "select distinct entity_id from resolution.changes where batch_no = 2")
    assert len(changed) == 3


def test_check_grows_stale_and_no_answer_is_asked_again(database, name_server, monkeypatch):
    land("https://a.example/", ["eva@good.example", "udo@broken.example"])
    resolve_unread("r1")
    check_emails("c1", DAY)
    assert check_emails("c2", DAY + timedelta(days=1)) == 1, "the name server had given no answer"
    monkeypatch.setenv("LEADHOUSE_EMAIL_CHECK_DAYS", "0")
    settings.cache_clear()
    land("https://b.example/", ["eva@good.example"])
    resolve_unread("r2")
    assert check_emails("c3", DAY + timedelta(days=2)) == 3


def test_killed_before_commit_leaves_checks_and_position_alone(database, name_server, monkeypatch):
    land("https://a.example/", ["eva@good.example"])
    resolve_unread("r1")
    commit = Landing.commit
    monkeypatch.setattr(Landing, "commit", lambda landing: landing.begin().close() or commit(landing))
    with pytest.raises(Exception, match="closed"):
        check_emails("c1", DAY)
    assert rows(database, "select * from raw.email_checks") == []
    monkeypatch.setattr(Landing, "commit", commit)
    assert check_emails("c2", DAY) == 2
