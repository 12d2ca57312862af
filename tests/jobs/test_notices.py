"""What a source's crawl tells: a row each time, the log of the job, the source's owner once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadhouse.jobs import requests
from leadhouse.jobs.notices import SourceNotice, tell
from leadhouse.jobs.sources import Source, SourceOutcome
from leadhouse.records import Outcome
from tests.jobs.conftest import Tenant

HELD = SourceNotice("layout_changed", "person.full_name (5 → 0) is held", {"person.full_name": 0})
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture
def told(database: Any) -> Any:
    """(tenant, tell it of a notice, job)."""
    tenant = Tenant(database)
    owner = tenant.users["sales_manager"]
    with database.owner() as connection:
        connection.execute(
            "insert into app.sources (source_key, organization_id, kind, name, start_url, host, created_by)"
            " values ('web/own.example', %s, 'web_site', 'Own', 'http://own.example/', 'own.example', %s)",
            [tenant.organization_id, owner],
        )
        connection.execute(
            "insert into app.sources (source_key, kind, name, start_url, host)"
            " values ('web/all.example', 'web_site', 'All', 'http://all.example/', 'all.example')"
        )
    job_id = requests.request_job("crawl", {}, NOW.date())

    def say(key: str, notice: SourceNotice) -> None:
        own = tenant.organization_id if key == "web/own.example" else None
        source = Source(key, f"http://{key[4:]}/", key[4:], own)
        tell("night", job_id, SourceOutcome(source, Outcome.FETCHED, None, {}, NOW, 1.0), notice, NOW)

    return tenant, say, job_id


def messages(tenant: Tenant) -> list[tuple[str, str]]:
    rows = tenant.rows("select kind, title, user_id, link from app.notifications order by created_at")
    assert {row["user_id"] for row in rows} <= {tenant.users["sales_manager"]}
    assert {row["link"]["resource"] for row in rows} <= {"sources"}
    return [(row["kind"], row["title"]) for row in rows]


def test_the_owner_is_told_once_until_something_else_happens(told: Any) -> None:
    tenant, say, _ = told
    say("web/own.example", HELD)
    say("web/own.example", HELD)
    first = ("source_layout_changed", "own.example: Its layout has changed: some fields are held")
    assert messages(tenant) == [first]
    say("web/own.example", SourceNotice("ordinary", "", {"person.full_name": 5}))
    say("web/own.example", SourceNotice("blocked", "http_403", {}))
    blocked = ("source_blocked", "own.example: The site does not let the crawler in")
    assert messages(tenant) == [first, blocked]
    rows = tenant.rows("select outcome, message, counts from quality.step_outcomes where stage = 'watch_source'")
    assert sorted(row["outcome"] for row in rows) == ["partial", "partial", "partial", "succeeded"]
    assert {row["counts"]["kind"] for row in rows} == {"layout_changed", "ordinary", "blocked"}


def test_a_shared_source_has_no_owner_and_the_job_says_it(told: Any) -> None:
    tenant, say, job_id = told
    say("web/all.example", HELD)
    say("web/all.example", SourceNotice("ordinary", "", {}))
    assert messages(tenant) == []
    logged = tenant.rows("select level, message, details from app.job_logs where job_id = %s", job_id)
    assert [(row["level"], row["details"]["kind"]) for row in logged] == [("warning", "layout_changed")]
    assert logged[0]["message"] == "web/all.example: person.full_name (5 → 0) is held"
