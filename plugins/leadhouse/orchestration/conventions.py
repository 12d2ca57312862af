"""What every DAG shares: tags, default arguments, the way to the databases."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import BaseHook, get_current_context, task
from airflow.sdk.definitions.callback import SyncCallback  # airflow.sdk has these three, its stub does not (3.3.2)
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from leadhouse.orchestration.notifier import FailureNotifier, tell_missed_deadline
from leadhouse.settings import settings

P = ParamSpec("P")
R = TypeVar("R")

# Connection ids of Airflow's Postgres provider and the settings that the components read.
CONNECTIONS = {"leadhouse": "LEADHOUSE_DATABASE_URL", "leadhouse_dbt": "LEADHOUSE_DBT_URL"}


class DagTag(StrEnum):
    """The tags a DAG may have: where in the flow it stands, and what starts it."""

    INGEST = "ingest"
    RESOLVE = "resolve"
    MODEL = "model"
    ENRICH = "enrich"
    SEND = "send"
    MAINTAIN = "maintain"
    BY_JOB = "by_job"
    NIGHTLY = "nightly"
    BY_ASSET = "by_asset"


DEFAULT_ARGS: dict[str, Any] = {
    "owner": "leadhouse",
    "retries": 2,
    "retry_delay": timedelta(seconds=20),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": [FailureNotifier()],
}

# What takes as long as the database is large, and would begin anew after each retry: longer than the longest program of
# Postgres may run (`leadhouse.operations.postgres_programs.COMMAND_SECONDS`).
AS_LONG_AS_A_DUMP = timedelta(hours=7)

# `run_immediately` of a nightly timetable: a platform first started in the hours after one o'clock waits for the next
# night. Airflow 3.3 takes False for "within a tenth of the interval", which would start a crawl until 03:24.
NOT_AT_FIRST_START = timedelta(0)


def told_after(hours: int) -> DeadlineAlert:
    """The deadline of a DAG: a run that has not ended so many hours after it was queued is told of, once, and goes on.

    A limit of a task ends the task; a night that hangs between tasks (a full pool, a paused DAG, a dead scheduler that
    came back) has none. The callback runs in the executor: the one-machine stack has no triggerer.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=hours),
        callback=SyncCallback(tell_missed_deadline),
        name=f"ended after {hours} hours",
    )


@dataclass(frozen=True)
class Run:
    """The run a task belongs to. `run_on` is its logical date (UTC), the same on every retry."""

    run_id: str
    run_on: date


def current_run() -> Run:
    """The run of the task that is executing; a run that an asset woke has no logical date but the moment it was due."""
    dag_run = get_current_context()["dag_run"]
    moment = dag_run.logical_date or dag_run.run_after
    return Run(dag_run.run_id, moment.date())


def stage_task(**arguments: Any) -> Callable[[Callable[P, R]], Any]:
    """`@task` whose body reaches the databases through Airflow's connections."""

    def decorate(function: Callable[P, R]) -> Any:
        @functools.wraps(function)
        def with_databases(*args: P.args, **kwargs: P.kwargs) -> R:
            with databases():
                return function(*args, **kwargs)

        return task(**arguments)(with_databases)

    return decorate


@contextlib.contextmanager
def databases() -> Iterator[None]:
    """Point the settings of this process, and of the programs it starts, at Airflow's connections.

    Raises:
        AirflowNotFoundException: a connection is missing.
    """
    before = {variable: os.environ.get(variable) for variable in CONNECTIONS.values()}
    for connection_id, variable in CONNECTIONS.items():
        scheme, _, rest = BaseHook.get_connection(connection_id).get_uri().partition("://")
        if scheme not in ("postgres", "postgresql"):
            raise ValueError(f"The connection {connection_id!r} is of type {scheme!r}; it must be Postgres.")
        os.environ[variable] = f"postgresql://{rest}"
    settings.cache_clear()
    try:
        yield
    finally:
        for variable, value in before.items():
            os.environ.pop(variable, None)
            if value is not None:
                os.environ[variable] = value
        settings.cache_clear()
