"""Great Expectations over the sendable rows of one snapshot, pushed down as SQL: only bad rows leave the database.

The context is ephemeral and calls nobody. The rows are frozen, so that the checks need not share a transaction.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import conninfo

from leadhouse.database import DatabaseError
from leadhouse.quality.rules import Rule, RuleResult, Suite
from leadhouse.settings import settings

MEMBERS_KEPT = 1000


def check_snapshot(suite: Suite, snapshot_id: UUID) -> tuple[list[RuleResult], str | None, dict[str, Any]]:
    """One result a rule in the suite's order, the worst severity that failed, and the report as plain JSON.

    A rule that could not be evaluated has failed and says its error. Raises RuntimeError when one got no result at all.
    """
    validation = _validate(suite, snapshot_id)
    found = {each.expectation_config.meta["rule_id"]: each for each in validation.results}
    missing = [rule.rule_id for rule in suite.rules if rule.rule_id not in found]
    if missing:
        raise RuntimeError(f"Great Expectations returned no result for {', '.join(missing)} of suite {suite.name}.")
    worst = validation.get_max_severity_failure()
    results = [_result(rule, found[rule.rule_id]) for rule in suite.rules]
    return results, worst.value if worst else None, _report(validation)


def _validate(suite: Suite, snapshot_id: UUID) -> Any:
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        ),
    )
    source = context.data_sources.add_postgres(  # type: ignore[call-arg]  # its stub lacks kwargs
        "leadhouse", connection_string=_sqlalchemy_url(), kwargs={"connect_args": {"options": _OPTIONS}}
    )
    asset = source.add_query_asset(
        "audience",
        # a UUID object, printed: hexadecimal digits and hyphens
        query=f"select * from quality.snapshot_members where snapshot_id = '{UUID(str(snapshot_id))}'::uuid"  # noqa: S608
        " and is_sendable",
    )
    definition = gx.ValidationDefinition(
        name=suite.name,
        data=asset.add_batch_definition_whole_table("audience"),
        suite=gx.ExpectationSuite(name=suite.name, expectations=[_expectation(rule) for rule in suite.rules]),
    )
    context.suites.add(definition.suite)
    context.validation_definitions.add(definition)
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=suite.name, validation_definitions=[definition], result_format=_RESULT_FORMAT)
    )
    try:
        return next(iter(checkpoint.run().run_results.values()))
    finally:
        source.get_engine().dispose()


_OPTIONS = "-c role=leadhouse_quality -c TimeZone=UTC -c application_name=leadhouse-quality"
_RESULT_FORMAT: dict[str, Any] = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["member_id"],
    "partial_unexpected_count": 20,
    "return_unexpected_index_query": False,
}


def _sqlalchemy_url() -> str:
    """The application's login for SQLAlchemy; the options take the component's role."""
    import sqlalchemy

    url = settings().database_url
    if url is None:
        raise DatabaseError("LEADHOUSE_DATABASE_URL is not set. Run `leadhouse up`, or set it.")
    stated = conninfo.conninfo_to_dict(url.get_secret_value())
    parts = {name: str(value) for name, value in stated.items() if value is not None}
    rest = {name: value for name, value in parts.items() if name not in {"user", "password", "host", "port", "dbname"}}
    made = sqlalchemy.URL.create(
        "postgresql+psycopg",
        username=parts.get("user"),
        password=parts.get("password"),
        host=parts.get("host"),
        port=int(parts["port"]) if "port" in parts else None,
        database=parts.get("dbname"),
        query=rest,
    )
    # Great Expectations replaces $NAME in connection strings
    return made.render_as_string(hide_password=False).replace("$", "%24")


def _expectation(rule: Rule) -> Any:
    from great_expectations import expectations

    name = "".join(part.capitalize() for part in rule.expectation_type.split("_"))
    arguments = dict(rule.arguments)
    if rule.max_age_days is not None:
        arguments["min_value"] = datetime.now(UTC) - timedelta(days=rule.max_age_days)
    return getattr(expectations, name)(**arguments, severity=rule.severity, meta={"rule_id": rule.rule_id})


def _result(rule: Rule, outcome: Any) -> RuleResult:
    values = outcome.result
    error = _error(outcome.exception_info)
    if error:
        return RuleResult(rule, False, f"could not be evaluated: {error}", error=error)
    if "observed_value" in values:
        return RuleResult(rule, bool(outcome.success), str(values["observed_value"]))
    rows = values.get("unexpected_index_list") or []
    count = int(values["unexpected_count"] or 0)  # None: there are no rows at all
    return RuleResult(
        rule,
        bool(outcome.success),
        f"{count} of {values['element_count']} rows",
        count,
        tuple(UUID(str(row["member_id"])) for row in rows[:MEMBERS_KEPT]),
    )


def _error(information: Any) -> str | None:
    """The message of an exception inside an evaluation, whose shape depends on where it was raised."""
    if not information or information.get("raised_exception") is False:
        return None
    nested = information if "exception_message" in information else next(iter(information.values()), {})
    return str(nested.get("exception_message") or "unknown error")[:500]


def _report(validation: Any) -> dict[str, Any]:
    """Statistics and results without the lists of rows, which have a table of their own."""
    kept = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "observed_value")
    return {
        "success": bool(validation.success),
        "great_expectations_version": validation.meta.get("great_expectations_version"),
        "statistics": validation.to_json_dict()["statistics"],
        "results": [
            {
                "rule_id": each.expectation_config.meta["rule_id"],
                "success": bool(each.success),
                **{name: each.result[name] for name in kept if name in each.result},
            }
            for each in validation.results
        ],
    }
