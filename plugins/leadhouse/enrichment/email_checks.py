"""The stage `check_emails`: addresses of changed entities that were never checked or too long ago, then what decays.

Checks grow stale. Those of addresses that are used are repeated within `settings().email_recheck_budget` a run, in the
order of age × use: days since the check, times one for being a lead's address and one for each active campaign that the
lead is a member of. So an address that a campaign is about to write to comes before an older one that nobody writes to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from datetime import UTC, date, datetime

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.database.copying import copy_to_temporary
from leadhouse.enrichment.bounce_model import Outcomes, bounce_class, load_model
from leadhouse.enrichment.email_status import EmailCheck, judge, read_spelling, with_probability, with_probe
from leadhouse.enrichment.mail_routes import find_routes
from leadhouse.enrichment.smtp_probe import ProbeHost, probe_addresses
from leadhouse.landing import Landing
from leadhouse.ledger.batches import advance, position
from leadhouse.ledger.steps import recorded_step
from leadhouse.settings import settings

CONSUMER = "enrich_leads"
SOURCE_KEY = "email_checks/dns"

_COLUMNS = {
    "email_normalized": "text", "domain": "text", "status": "text", "is_syntax_valid": "bool", "has_mx": "bool",
    "is_role": "bool", "is_free": "bool", "is_disposable": "bool", "reason": "text", "is_catch_all": "bool",
    "smtp_code": "int4", "bounce_probability": "float8", "bounce_model": "text",
}  # fmt: skip


def check_emails(run_id: str, run_on: date) -> int:
    """Check the addresses of the entities that changed since the last run; returns how many checks landed.

    Those whose check has decayed follow, within the budget. A check holds `settings().email_check_days`; one that got
    no answer from DNS is repeated in the next run. DNS is asked before the transaction opens; checks, their raw batch
    and the position are committed together.
    """
    with recorded_step("enrichment", run_id, "enrich_leads", "check_emails") as step:
        with connect("enrichment") as connection:
            upto, emails = _due(connection)
            decayed = _decayed(connection, frozenset(emails))
        checks = check_addresses(emails + decayed)
        landed = _land(checks, upto, run_on, run_id)
        step.counts |= {"checked": len(checks), "decayed": len(decayed), "landed": landed}
        for status in ("valid", "risky", "invalid", "unknown"):
            step.counts[status] = sum(each.status == status for each in checks)
    return landed


def check_addresses(emails: list[str]) -> list[EmailCheck]:
    """Check addresses now, each domain looked up once; mail servers are asked only through a host of the settings."""
    chosen, model = settings(), load_model(settings().bounce_model)
    spellings = {email: read_spelling(email) for email in emails}
    domains = {each.domain for each in spellings.values() if each.is_valid}
    routes = find_routes(domains, chosen.dns_server)
    checks = [
        judge(email, each, routes.get(each.domain) if each.is_valid else None) for email, each in spellings.items()
    ]
    if chosen.smtp_probe_host:
        through = ProbeHost.of(chosen.smtp_probe_host, chosen.smtp_probe_sender, chosen.smtp_probe_seconds)
        probes = probe_addresses((each.email_normalized for each in checks if each.has_mx), through)
        checks = [with_probe(each, probes[each.email_normalized]) if each.has_mx else each for each in checks]
    return [with_probability(each, model) for each in checks]


def count_outcomes(days: int = 365) -> dict[str, Outcomes]:
    """What became of the messages of the last days, by the class that the address's check had when they were sent."""
    found: dict[str, Outcomes] = {}
    for classes in count_outcomes_by_domain(days).values():
        for name, each in classes.items():
            found[name] = found.get(name, Outcomes(0, 0)) + each
    return found


def count_outcomes_by_domain(days: int = 365) -> dict[str, dict[str, Outcomes]]:
    """The same for each domain that was written to: domain → class → outcomes."""
    with connect("enrichment") as connection:
        rows = connection.execute(queries.load("verification").count_outcomes, {"days": days}).fetchall()
    found: dict[str, dict[str, Outcomes]] = {}
    for row in rows:
        name = bounce_class(
            row["status"], row["reason"],
            is_free=row["is_free"], is_role=row["is_role"], is_catch_all=row["is_catch_all"],
        )  # fmt: skip
        classes = found.setdefault(row["domain"], {})
        classes[name] = classes.get(name, Outcomes(0, 0)) + Outcomes(row["sent"], row["bounced"])
    return found


def read_outcomes(sent: Iterable[tuple[str, bool]]) -> dict[str, dict[str, Outcomes]]:
    """The same from addresses that another system has written to, and whether each bounced for good.

    Addresses are checked now (DNS alone where no host for probes is named), not as of when they were written to.
    """
    bounced = dict(sent)
    found: dict[str, dict[str, Outcomes]] = {}
    for check in check_addresses(list(bounced)):
        name = bounce_class(
            check.status, check.reason,
            is_free=check.is_free, is_role=check.is_role, is_catch_all=check.is_catch_all,
        )  # fmt: skip
        classes = found.setdefault(check.domain, {})
        classes[name] = classes.get(name, Outcomes(0, 0)) + Outcomes(1, int(bounced[check.email_normalized]))
    return found


def _decayed(connection: Connection[DictRow], due: frozenset[str]) -> list[str]:
    """Used addresses whose check is stale, the worthiest first, within the budget."""
    chosen = settings()
    parameters = {"days": chosen.email_check_days, "budget": chosen.email_recheck_budget}
    rows = connection.execute(queries.load("verification").select_decayed_emails, parameters)
    return [row["email_normalized"] for row in rows if row["email_normalized"] not in due]


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
