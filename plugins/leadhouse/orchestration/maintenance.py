"""Tasks of `maintain_database`: partitions, a backup, its proof."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.conventions import current_run, stage_task

A_MONTH_AHEAD = timedelta(days=31)


@stage_task()
def ensure_partitions() -> int:
    """Make the partitions of this month and the next; the number that were missing."""
    from leadhouse.database import connect
    from leadhouse.database.queries import load
    from leadhouse.ledger.steps import recorded_step

    run = current_run()
    with recorded_step("maintenance", run.run_id, "maintain_database", "partitions") as step:
        with connect("maintenance") as connection:
            for day in (run.run_on, run.run_on + A_MONTH_AHEAD):
                row = connection.execute(load("orchestration").ensure_partitions, {"day": day}).fetchone()
                step.counts["made"] = int(step.counts.get("made", 0)) + (row["made"] if row else 0)
        return int(step.counts["made"])


@stage_task()
def backup_database() -> dict[str, Any]:
    """Dump the application's database."""
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.operations.backups import backup_folder, make_backup

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "backup") as step:
        backup = make_backup(_admin_url(), backup_folder())
        step.counts |= {"bytes": backup.size_bytes, "rows": sum((backup.rows or {}).values())}
    return {"path": str(backup.path), "rows": backup.rows}


@stage_task()
def verify_backup(backup: dict[str, Any]) -> int:
    """Restore the dump beside the database and compare; the number of rows compared."""
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.operations.backups import prove_backup

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "restore") as step:
        step.counts["rows"] = prove_backup(_admin_url(), Path(backup["path"]), backup["rows"])
        return int(step.counts["rows"])


def _admin_url() -> str:
    from leadhouse.settings import settings

    url = settings().database_admin_url
    if url is None:
        raise AirflowSkipException(
            "LEADHOUSE_DATABASE_ADMIN_URL is not set here: the database is backed up by whoever runs its server."
        )
    return url.get_secret_value()
