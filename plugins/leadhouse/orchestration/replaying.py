"""Tasks of `replay_archive`: what archived pages and answers say today, shown first, applied on demand."""

from __future__ import annotations

import logging
from itertools import islice
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.assets import RAW_WEB
from leadhouse.orchestration.conventions import current_run, stage_task

SHOWN = 10  # sources and pages in the task's result; the log names every source and attribute
log = logging.getLogger(__name__)


@stage_task()
def show_changes() -> dict[str, Any]:
    """Read the period's pages and answers again, keep the statements unapplied; values gained and lost by attribute."""
    return _replay(applies=False)


@stage_task(outlets=[RAW_WEB])
def apply_changes() -> dict[str, Any]:
    """Let the statements stand, where the run was asked to."""
    if not get_current_context()["params"]["apply"]:
        raise AirflowSkipException("Only shown. Look at show_changes, then start a run with `apply` if it is right.")
    return _replay(applies=True)


def _replay(*, applies: bool) -> dict[str, Any]:
    from datetime import date

    from leadhouse.connectors.archive_replay import replay_archive
    from leadhouse.ledger.steps import recorded_step

    run, params = current_run(), get_current_context()["params"]
    first, last = date.fromisoformat(params["first"]), date.fromisoformat(params["last"])
    keys = params["source_keys"] or None
    with recorded_step("landing", run.run_id, "replay_archive", "apply" if applies else "show") as step:
        found = replay_archive(first, last, keys, run.run_id, applies=applies, run_on=run.run_on)
        step.counts |= found.as_counts()
    for source_key, attribute, gained, lost, altered in found.as_table():
        log.info("%s %s: %d gained, %d lost, %d changed", source_key, attribute, gained, lost, altered)
    for example in found.examples[:SHOWN]:
        log.info("%s", example)
    for source_key, reason in found.unread.items():
        log.warning("%s was not read: %s", source_key, reason)
    sources = dict(islice(found.as_json()["sources"].items(), SHOWN))
    return {**found.as_counts(), "sources": sources, "examples": found.examples[:SHOWN], "unread": found.unread}
