"""What Airflow remembers of its runs, and an end for it: `airflow db clean` on this stack's own metadata.

A task cannot do it: Airflow keeps its database from tasks. So a task starts this as a process of its own, which finds
the database as `leadhouse airflow …` does and proves first that it is the one which holds the run that asked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from leadhouse.database import DatabaseError, admin_to
from leadhouse.local import airflow_stack
from leadhouse.local.airflow_database import AirflowSetupError

CLEAN_SECONDS = 3600
ROWS_AT_ONCE = 10_000  # a transaction each: the scheduler goes on beside it
COUNTED = ("dag_run", "task_instance", "xcom", "log", "job", "asset_event")
KEPT_ELSEWHERE = 3  # exit code: this is another Airflow's run


class MetadataElsewhereError(LookupError):
    """The metadata that this stack would have is not there, or does not hold the run that asked."""


def clean_metadata(days: int, run_id: str) -> dict[str, int]:
    """Delete what began more than `days` ago; return the rows that went, by table. Each DAG's last scheduled run stays.

    Args:
        run_id: of the run that asks, which the metadata must hold.

    Raises:
        MetadataElsewhereError: another Airflow asked, whose operator cleans its metadata.
        AirflowSetupError: no administrator's database is configured, or `airflow db clean` failed.
    """
    before = _count_rows(run_id)
    oldest = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    command = [
        sys.executable, "-m", "airflow", "db", "clean", "--yes", "--skip-archive", "--error-on-cleanup-failure",
        "--clean-before-timestamp", oldest, "--batch-size", str(ROWS_AT_ONCE),
    ]  # fmt: skip
    done = subprocess.run(
        command, env=airflow_stack.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=CLEAN_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-15:])
        raise AirflowSetupError(f"`airflow db clean` ended with {done.returncode}. Its last lines:\n{end}")
    after = _count_rows(run_id)
    return {table: max(0, before[table] - after[table]) for table in COUNTED}


def _count_rows(run_id: str) -> dict[str, int]:
    counts = sql.SQL(", ").join(
        sql.SQL("(select count(*) from {0}) as {0}").format(sql.Identifier(table)) for table in COUNTED
    )
    asked = sql.SQL("select exists (select from dag_run where run_id = {}) as is_ours, {}").format(run_id, counts)
    try:
        with admin_to(airflow_stack.metadata_admin_url()) as metadata:
            [row] = metadata.execute(asked).fetchall()
    except (DatabaseError, psycopg.Error) as error:
        raise MetadataElsewhereError(f"The metadata of this stack are not there: {error}") from error
    if not row.pop("is_ours"):
        raise MetadataElsewhereError(f"The metadata of this stack hold no run {run_id}: another Airflow's asked.")
    return row


def main() -> None:
    """Clean, and write the counts as one line of JSON; exit code 3 where the metadata are another Airflow's."""
    parser = argparse.ArgumentParser(description=clean_metadata.__doc__)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--run-id", required=True)
    given = parser.parse_args()
    try:
        print(json.dumps(clean_metadata(given.days, given.run_id)))
    except MetadataElsewhereError as error:
        print(error, file=sys.stderr)
        raise SystemExit(KEPT_ELSEWHERE) from error


if __name__ == "__main__":
    main()
