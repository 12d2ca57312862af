"""The configuration of the one-machine Airflow, as environment variables.

Measured on two cores: a hop from one task to the next costs 1.2 to 1.4 s with Airflow's defaults and 0.2 to 0.5 s with
these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leadhouse.local.airflow_secrets import ADMIN, DISPATCHER, AirflowSecrets, password_file
from leadhouse.local.ports import HOST

TUNING = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": "4",  # the default forks 32 workers at once
    "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG": "4",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
    "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    # after kill -9 of the scheduler its tasks start again within seconds, not after five minutes
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "10",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    # A task's supervisor that misses the exit of its process notices at its next heartbeat: up to 5 s by default, in
    # which the worker is taken. As many failures as before the run is given up must then be borne.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "50",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",  # a changed file is read within this
    # An unchanged one. A reading that coincides with the end of a run leaves the DAG marked as full
    # (`exceeds_max_non_backfill`, 3.3.2) until the next reading, and no asset wakes it meanwhile: not the default 300.
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "60",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__API__WORKER_TIMEOUT": "4",  # stopping waits this long for idle connections, e.g. of an open browser
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
}

BEHAVIOUR = {
    "SPT_NOENV": "1",  # process titles must not overwrite the environment: its token finds what a kill left behind
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__TEST_CONNECTION": "Disabled",
    "AIRFLOW__API__EXPOSE_CONFIG": "False",
    "AIRFLOW__API__INSTANCE_NAME": "Leadhouse",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
}


@dataclass(frozen=True)
class AirflowPlaces:
    """Where the Airflow of one home lives."""

    folder: Path  # AIRFLOW_HOME
    project: Path
    port: int
    metadata_url: str  # postgresql:// of the login that owns the metadata

    @property
    def url(self) -> str:
        """The address of UI and API."""
        return f"http://{HOST}:{self.port}"


def airflow_environment(
    places: AirflowPlaces, secrets: AirflowSecrets, connections: Mapping[str, str]
) -> dict[str, str]:
    """All of Airflow's variables.

    Args:
        connections: Airflow's connection id → URL; tasks reach the databases through these alone.
    """
    tail = places.metadata_url.removeprefix("postgresql://")
    return {
        **TUNING,
        **BEHAVIOUR,
        "AIRFLOW_HOME": str(places.folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(places.project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(places.project / "plugins"),
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{places.url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin,{DISPATCHER}:user",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(places.folder)),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{tail}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": f"postgresql+asyncpg://{tail}",
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(places.port),
        "AIRFLOW__API__BASE_URL": places.url,
        "AIRFLOW__API__SECRET_KEY": secrets.session_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(places.folder / "logs"),
        **{f"AIRFLOW_CONN_{name.upper()}": url for name, url in connections.items()},
    }
