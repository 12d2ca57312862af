"""The stage `check_emails`: addresses of changed entities that were never checked, or too long ago."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, date, datetime

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.database.copying import copy_to_temporary
from leadhouse.enrichment.email_status import EmailCheck, judge, read_spelling
from leadhouse.enrichment.mail_routes import find_routes
from leadhouse.landing import Landing
from leadhouse.ledger.batches import advance, position
from leadhouse.ledger.steps import recorded_step
from leadhouse.settings import settings

CONSUMER = "enrich_leads"
SOURCE_KEY = "email_checks/dns"

_COLUMNS = {
    "email_normalized": "text", "domain": "text", "status": "text", "is_syntax_valid": "bool", "has_mx": "bool",
    "is_role": "bool", "is_free": "bool", "is_disposable": "bool", "reason": "text",
}  # fmt: skip


def check_emails(run_id: str, run_on: date) -> int:
    """Check the addresses of the entities that changed since the last run; returns how many checks landed.

    A check holds `settings().email_check_days`; one that got no answer from DNS is repeated in the next run. DNS is
    asked before the transaction opens; checks, their raw batch and the position are committed together.
    """
    with recorded_step("enrichment", run_id, "enrich_leads", "check_emails") as step:
        with connect("enrichment") as connection:
            upto, emails = _due(connection)
        checks = check_addresses(emails)
        landed = _land(checks, upto, run_on, run_id)
        step.counts |= {"checked": len(checks), "landed": landed}
        for status in ("valid", "risky", "invalid", "unknown"):
            step.counts[status] = sum(each.status == status for each in checks)
    return landed


def check_addresses(emails: list[str]) -> list[EmailCheck]:
    """Check addresses now, each domain looked up once."""
    spellings = {email: read_spelling(email) for email in emails}
    domains = {each.domain for each in spellings.values() if each.is_valid}
    routes = find_routes(domains, settings().dns_server)
    return [judge(email, each, routes.get(each.domain) if each.is_valid else None) for email, each in spellings.items()]


def _due(connection: Connection[DictRow]) -> tuple[int, list[str]]:
    """The newest batch of entities, and the addresses to check."""
    sql = queries.load("enrichment")
    after = position(connection, CONSUMER, "entities")
    row = connection.execute(sql.select_newest_batch).fetchone()
    upto = max((row and row["batch_no"]) or 0, after)
    parameters = {"after": after, "upto": upto, "days": settings().email_check_days}
    rows = connection.execute(sql.select_due_emails, parameters)
    return upto, [row["email_normalized"] for row in rows]


def _land(checks: list[EmailCheck], upto: int, run_on: date, run_id: str) -> int:
    sql = queries.load("enrichment")
    if not checks:
        with connect("enrichment") as connection:
            position(connection, CONSUMER, "entities")
            advance(connection, CONSUMER, "entities", upto)
        return 0
    with Landing("enrichment", run_on=run_on, run_id=run_id, source_key=SOURCE_KEY) as landing:
        connection = landing.begin()
        position(connection, CONSUMER, "entities")
        copy_to_temporary(connection, "new_checks", _COLUMNS, map(astuple, checks))
        landed = connection.execute(
            sql.insert_checks,
            {"run_on": run_on, "landing_id": landing.landing_id, "checked_at": datetime.now(UTC)},
        ).rowcount
        advance(connection, CONSUMER, "entities", upto)
        landing.commit()
    return landed
