"""Tasks of `maintain_database`: partitions, a backup and its proof, then what has had its time."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from airflow.sdk import TriggerRule
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.conventions import AS_LONG_AS_A_DUMP, current_run, stage_task
from leadhouse.settings import inherited_environment

LOG_DAYS = 30
RUN_DAYS = 90  # Airflow's own memory of runs, tasks, asset events and its audit log
METADATA_COMMAND = (sys.executable, "-m", "leadhouse.local.airflow_metadata")
KEPT_ELSEWHERE = 3  # the command's word that the metadata are another Airflow's


@stage_task()
def ensure_partitions() -> int:
    """Make the partitions of this month and the next of every partitioned table; the number that were missing."""
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.operations import partitions

    run = current_run()
    with recorded_step("maintenance", run.run_id, "maintain_database", "partitions") as step:
        made = partitions.ensure_partitions(run.run_on)
        step.counts |= {"made": sum(made.values()), **made}
    return sum(made.values())


@stage_task(trigger_rule=TriggerRule.NONE_FAILED)
def retire_partitions() -> dict[str, int]:
    """Drop the partitions that have had their time; partition → rows."""
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.operations import partitions

    run = current_run()
    with recorded_step("maintenance", run.run_id, "maintain_database", "retirement") as step:
        retired = partitions.retire_partitions(run.run_on)
        step.counts |= {"retired": len(retired), **retired}
    return retired


@stage_task(trigger_rule=TriggerRule.NONE_FAILED)
def purge_deleted() -> dict[str, int]:
    """Delete for good what was deleted more than thirty days ago, and empty such leads; table → rows."""
    from leadhouse.database import connect
    from leadhouse.leads.work import purge_deleted_leads
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.operations import purging

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "purge") as step:
        purged = purging.purge_deleted()
        with connect("leads") as connection:
            purged["app.leads"] = purge_deleted_leads(connection)
        step.counts |= {"purged": sum(purged.values()), **purged}
    return purged


@stage_task(trigger_rule=TriggerRule.NONE_FAILED)
def sweep_files() -> dict[str, int]:
    """Delete stored files that have expired, were deleted 30 days ago or were never finished; kind → how many."""
    from leadhouse.database import connect
    from leadhouse.files import sweep_expired
    from leadhouse.ledger.steps import recorded_step

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "files") as step:
        with connect("files", autocommit=True) as connection:
            swept = sweep_expired(connection)
        step.counts |= swept
    return swept


@stage_task()
def settle_accounts() -> dict[str, float]:
    """Grant the credits of periods that began, and forget spent and expired sign-in tokens; what → how much."""
    from leadhouse.billing import grant_due_credits
    from leadhouse.database import connect
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.operations.purging import purge_sign_ins

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "accounts") as step:
        with connect("billing") as billing:
            granted = float(grant_due_credits(billing))
        purged = purge_sign_ins()
        step.counts |= {"credits_granted": granted, "sign_ins_purged": purged}
    return {"credits_granted": granted, "sign_ins_purged": float(purged)}


@stage_task()
def reconcile_figures() -> dict[str, int]:
    """Count leads and campaigns anew and compare with the marts; number, then drop old events and answers."""
    from leadhouse.campaigns import metrics
    from leadhouse.database import connect
    from leadhouse.events import stream
    from leadhouse.leads.work_list import recount_leads
    from leadhouse.ledger.steps import recorded_step

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "figures") as step:
        found = metrics.reconcile()
        step.counts |= {"campaigns": found.campaigns, "repaired": found.repaired, "drift": len(found.drift)}
        with connect("maintenance") as connection:
            step.counts["lead_counters_repaired"] = recount_leads(connection)
        step.counts |= {"event_blocks": stream.drop_old_events(), "cached_answers": metrics.archive_cache()}
        if found.drift:
            step.outcome, step.message = "partial", f"differs from the marts: {found.drift[:5]}"[:2000]
    return {name: int(value) for name, value in step.counts.items()}


@stage_task()
def remove_old_logs() -> int:
    """Delete Airflow's log files that nobody wrote to for thirty days, and the folders this empties."""
    from airflow.configuration import conf

    from leadhouse.ledger.steps import recorded_step

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "logs") as step:
        removed = remove_files_older_than(Path(conf.get("logging", "base_log_folder")), LOG_DAYS)
        step.counts["removed"] = removed
    return removed


@stage_task()
def clean_metadata() -> dict[str, int]:
    """Delete what Airflow remembers of more than ninety days ago; table → rows. Each DAG's last scheduled run stays.

    Raises:
        AirflowSkipException: this Airflow's metadata are not this stack's; its operator runs `airflow db clean`.
        RuntimeError: the command failed; the message has its words.
    """
    from leadhouse.ledger.steps import recorded_step

    run = current_run()
    with recorded_step("maintenance", run.run_id, "maintain_database", "metadata") as step:
        # not the task's own: Airflow writes a false address of its database into it
        environment = inherited_environment()
        command = [*METADATA_COMMAND, "--days", str(RUN_DAYS), "--run-id", run.run_id]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in (0, KEPT_ELSEWHERE):
            raise RuntimeError(f"Airflow's metadata could not be cleaned: {done.stderr[-2000:]}")
        cleaned: dict[str, int] = {} if done.returncode else json.loads(done.stdout.splitlines()[-1])
        step.counts |= cleaned
    if done.returncode:
        raise AirflowSkipException(f"{done.stderr.strip()} Let its operator run `airflow db clean`.")
    return cleaned


def remove_files_older_than(folder: Path, days: int) -> int:
    """Delete the ``*.log*`` files below `folder` last written more than `days` ago; returns how many."""
    oldest, removed = time.time() - days * 86400, 0
    for path in sorted(folder.rglob("*"), reverse=True):  # a folder's files before the folder
        if path.is_symlink():
            continue
        if path.is_dir():
            with contextlib.suppress(OSError):  # not empty
                path.rmdir()
        elif ".log" in path.name and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


@stage_task(execution_timeout=AS_LONG_AS_A_DUMP)
def backup_database() -> dict[str, Any]:
    """Dump the application's database."""
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.operations.backups import backup_folder, make_backup

    with recorded_step("maintenance", current_run().run_id, "maintain_database", "backup") as step:
        backup = make_backup(_admin_url(), backup_folder())
        step.counts |= {"bytes": backup.size_bytes, "rows": sum((backup.rows or {}).values())}
    return {"path": str(backup.path), "rows": backup.rows}


@stage_task(execution_timeout=AS_LONG_AS_A_DUMP)
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
