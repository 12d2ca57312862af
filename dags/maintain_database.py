"""
# maintain_database

Keeps the database fit: next month's partitions, a backup that is proven by restoring it, and an end for what has had
its time.

**What.** Makes the partitions of this month and the next, of every table that has a function `ensure_…partitions`.
Dumps the application's database, restores the dump into a database of its own, compares the tables' row counts, drops
it. Then: drops partitions older than `operations.retention` says, deletes for good what was deleted more than 30 days
ago and to which nothing refers, sweeps stored files that expired, removes Airflow's logs of more than 30 days and
what its database remembers of runs of more than 90 days (`airflow db clean`; each DAG's last scheduled run stays).
Beside that it grants the credits of billing periods that began, forgets sign-in tokens that are spent or expired,
compares the figures of campaigns with the marts, overwrites archived pages of erased people and deletes organizations
whose time of grace is over. Dumps are kept for `LEADHOUSE_BACKUP_DAYS` (7); their expiry stands in their names.

**When.** Every night at 04:00 UTC. A run that has not ended nine hours after it was queued is told of and goes on.

**Inputs.** The application's database; `LEADHOUSE_DATABASE_ADMIN_URL` for backups.

**Outputs.** Partitions, files in the backup folder, counts in `quality.step_outcomes`.

**Triage.**

- *`ensure_partitions` is red.* Landing makes the month's partitions itself, so nothing is lost yet; the log says
  which table is in the way.
- *`backup_database` is red.* Is the disk full (`leadhouse doctor`)? Is `pg_dump` at least as new as the server? Six
  hours are the most that it may take: of a database that needs more, its server keeps base backups
  (docs/runbooks/point_in_time_recovery.md).
- *`verify_backup` is red.* The newest dump is not to be relied on; the one before is kept. Look at the first table
  whose count differs. "could not be restored" with a full disk: the copy needs as much room as the database, beside
  it. Nothing is retired or purged that night.
- *`retire_partitions` is red.* A long transaction held the table for 5 seconds, or a foreign key still points into the
  partition; what came before it is retired. The next night tries again.
- *`sweep_files` is red.* The store of `LEADHOUSE_FILES_URL` does not answer; no row is lost, the next night goes on.
- *`close_organizations` is red.* The log names each closing and what stopped it; the others are done, and the next
  night goes on where it was.
- *`clean_metadata` is red.* The log has the words of `airflow db clean`; nothing waits for it, the next night tries
  again. *Skipped:* this Airflow's database is another's than `LEADHOUSE_DATABASE_ADMIN_URL` names; clean it there.
- *`settle_accounts` is red.* A grant is made once a period, whenever it succeeds: run the task again.
- *`reconcile_figures` is `partial`.* Figures of closed days differ from the marts: build the marts, and look at the
  days named if they differ the next night, too.
- *`erase_noted_pages` or `close_organizations` is red.* See the triage of `erase_person`; what is open stays noted.
- *`purge_deleted` is red.* The log names the table. Batches before are purged, the rest waits for the next night.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag

from leadhouse.orchestration.conventions import DEFAULT_ARGS, NOT_AT_FIRST_START, DagTag, told_after
from leadhouse.orchestration.maintenance import (
    backup_database,
    clean_metadata,
    ensure_partitions,
    purge_deleted,
    reconcile_figures,
    remove_old_logs,
    retire_partitions,
    settle_accounts,
    sweep_files,
    verify_backup,
)
from leadhouse.orchestration.privacy import close_organizations, erase_noted_pages


@dag(
    schedule=CronTriggerTimetable("0 4 * * *", timezone="UTC", run_immediately=NOT_AT_FIRST_START),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=told_after(hours=9),
    doc_md=__doc__,
    tags=[DagTag.MAINTAIN, DagTag.NIGHTLY],
)
def maintain_database() -> None:
    """Partitions first: they are what tomorrow needs. Nothing is dropped that a proven backup does not hold."""
    backup = backup_database()
    ensure_partitions() >> backup
    verify_backup(backup) >> [retire_partitions(), purge_deleted(), sweep_files()]
    settle_accounts()
    reconcile_figures()
    erase_noted_pages()
    close_organizations()
    remove_old_logs()
    clean_metadata()


maintain_database()
