"""
# maintain_database

Keeps the database fit: next month's partitions, and a backup that is proven by restoring it.

**What.** Makes the partitions of this month and the next. Dumps the application's database, restores the dump into
a database of its own, compares the tables' row counts, drops it, and keeps the last seven dumps.

**When.** Every night at 04:00 UTC.

**Inputs.** The application's database; `LEADHOUSE_DATABASE_ADMIN_URL` for backups.

**Outputs.** Partitions of `raw`, files in the backup folder.

**Triage.**

- *`ensure_partitions` is red.* Landing makes the month's partitions itself, so nothing is lost yet; the log says
  which table is in the way.
- *`backup_database` is red.* Is the disk full (`leadhouse doctor`)? Is `pg_dump` at least as new as the server?
- *`verify_backup` is red.* The newest dump is not to be relied on; the one before is kept. Look at the first table
  whose count differs.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag

from leadhouse.orchestration.conventions import DEFAULT_ARGS, DagTag
from leadhouse.orchestration.maintenance import backup_database, ensure_partitions, verify_backup


@dag(
    schedule=CronTriggerTimetable("0 4 * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=[DagTag.MAINTAIN, DagTag.NIGHTLY],
)
def maintain_database() -> None:
    """Partitions first: they are what tomorrow needs."""
    backup = backup_database()
    ensure_partitions() >> backup
    verify_backup(backup)


maintain_database()
