"""The scheduler with the tasks' imports done beforehand: LocalExecutor forks its tasks, so they all share them.

Without it every task imports Airflow's task runner anew, and the marts and the gate import dbt and Great Expectations.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module

TASK_RUNNER = (
    "airflow.sdk.execution_time.task_runner",
    "airflow.sdk.execution_time.supervisor",
    "airflow.dag_processing.dagbag",
    "airflow.dag_processing.bundles.manager",
    "airflow.providers.standard.operators.python",
    "airflow.providers.standard.operators.empty",
    "airflow.providers_manager",
)
COMPONENTS = (
    "leadhouse.orchestration.crawling",
    "leadhouse.orchestration.importing",
    "leadhouse.orchestration.enriching",
    "leadhouse.orchestration.stages",
    "leadhouse.orchestration.sending",
    "leadhouse.orchestration.maintenance",
    "leadhouse.database",
    "leadhouse.ledger.steps",
)
HEAVY = ("dbt.cli.main", "dbt.adapters.postgres", "great_expectations")


def main() -> None:
    """Import, then be `airflow scheduler`."""
    began = time.monotonic()
    for name in (*TASK_RUNNER, *COMPONENTS, *HEAVY):
        import_module(name)
    sys.stdout.write(f"preloaded in {time.monotonic() - began:.1f} s\n")
    from airflow.__main__ import main as airflow

    sys.argv = ["airflow", "scheduler", "--skip-serve-logs"]
    airflow()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
