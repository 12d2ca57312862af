"""Airflow for the one-machine stack: three components and the dispatcher, as processes of their own.

`airflow standalone` hides which of its components died and goes on without it; separate processes are watched, logged
and restarted one by one. The triggerer is left out: no task defers, and it would cost 170 MB.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psutil

from leadhouse.database import admin_to
from leadhouse.database.provisioning import url_with
from leadhouse.local.airflow_database import AirflowSetupError, ensure_metadata, migrate_metadata
from leadhouse.local.airflow_environment import AirflowPlaces, airflow_environment
from leadhouse.local.airflow_secrets import ADMIN, AirflowSecrets, ensure_secrets
from leadhouse.local.home_settings import save_settings
from leadhouse.local.ports import HOST, PortBook, is_free
from leadhouse.local.processes import BackgroundProcess, ProcessError
from leadhouse.settings import airflow_overrides, inherited_environment, settings

Progress = Callable[[str], None]

DATABASE_SUFFIX = "_airflow"
PREFERRED_PORT = 8080
START_SECONDS = 180.0
START_ATTEMPTS = 3
STOP_SECONDS = 20.0
MOUNT = "leadhouse"

# The log server (`airflow scheduler` without --skip-serve-logs) would listen on all addresses; the API reads the files.
COMPONENTS: dict[str, tuple[str, ...]] = {
    "api_server": ("-m", "airflow", "api-server"),
    "scheduler": ("-m", "leadhouse.orchestration.preloaded_scheduler"),
    "dag_processor": ("-m", "airflow", "dag-processor"),
    "dispatcher": ("-m", "leadhouse.orchestration.dispatcher"),
}
HEARTBEATS = ("scheduler", "dag_processor")


@dataclass(frozen=True)
class AirflowLogin:
    """How a person signs in."""

    url: str
    username: str
    password: str


def start(on_progress: Progress) -> AirflowLogin:
    """Start what does not run yet and wait until all answer and every DAG file is read.

    Raises:
        AirflowSetupError: no database is configured, or Airflow's migrations failed.
        ProcessError: a component ended or is not healthy in time; the message has its log's end.
    """
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            return _start(on_progress)
        except ProcessError:
            # two stacks that start at once choose the same free port, and one of them cannot have it
            if attempt == START_ATTEMPTS or _owns_port() or is_free(_ports().remembered("airflow") or 0):
                raise
            stop()
    raise AssertionError("unreachable")


def _start(on_progress: Progress) -> AirflowLogin:
    secrets = ensure_secrets(settings().home / "airflow")
    began = datetime.now(UTC)
    running = {name for name in COMPONENTS if _process(name).status().running}
    port = _ports().remembered("airflow") if "api_server" in running else None
    port = port or _ports().choose("airflow", PREFERRED_PORT)
    places = _prepare(secrets, port, on_progress)
    on_progress("Airflow: components")
    environment = _environment(places, secrets)
    for name, command in COMPONENTS.items():
        _process(name).start([sys.executable, *command], environment, cwd=places.project)
    _wait(began, running, on_progress)
    return AirflowLogin(places.url, ADMIN, secrets.admin_password)


def environment() -> dict[str, str]:
    """The environment in which any Airflow command works on this stack; its metadata database is made if missing.

    Variables that this process has for Airflow's configuration (``AIRFLOW__…``) go before the stack's own.

    Raises:
        AirflowSetupError: no database is configured.
    """
    secrets, admin_url = ensure_secrets(settings().home / "airflow"), _admin_url()
    metadata_url = ensure_metadata(admin_url, _database_name(admin_url), secrets.database_password)
    save_settings({"LEADHOUSE_AIRFLOW_PASSWORD": secrets.dispatcher_password})
    port = _ports().remembered("airflow") or PREFERRED_PORT
    places = AirflowPlaces(settings().home / "airflow", settings().project, port, metadata_url)
    return {**_environment(places, secrets), **airflow_overrides()}


def stop() -> None:
    """Stop all components; a task that runs is ended with its scheduler and starts again at the next `start`."""
    others = [name for name in COMPONENTS if name != "api_server"]
    with ThreadPoolExecutor(len(others)) as pool:
        list(pool.map(lambda name: _process(name).stop(STOP_SECONDS), others))
    _process("api_server").stop(STOP_SECONDS)  # last: running tasks tell it how they ended


def health() -> dict[str, object]:
    """The state of each component: ``{"healthy", "url", "components": {name: {"running", "pid", …}}}``.

    Never raises for a part that is down.
    """
    answer = _monitor()
    components: dict[str, dict[str, object]] = {}
    for name in COMPONENTS:
        status = _process(name).status()
        heartbeat = answer.get(name, {})
        is_healthy = status.running
        if name == "api_server":
            is_healthy = bool(answer) and _owns_port()
        elif name in HEARTBEATS:
            is_healthy = status.running and heartbeat.get("status") == "healthy"
        components[name] = {
            "running": status.running,
            "pid": status.pid,
            "uptime_seconds": status.uptime_seconds,
            "healthy": is_healthy,
            "latest_heartbeat": heartbeat.get(f"latest_{name}_heartbeat"),
        }
    return {
        "healthy": all(component["healthy"] for component in components.values()),
        "url": address(),
        "components": components,
    }


def process_ids() -> list[int]:
    """The components that run."""
    pids = (_process(name).status().pid for name in COMPONENTS)
    return [pid for pid in pids if pid is not None]


def address() -> str | None:
    """Where UI and API are, or would be; None before the first start."""
    port = _ports().remembered("airflow")
    return f"http://{HOST}:{port}" if port else None


def login() -> AirflowLogin | None:
    """How a person signs in; None before the first start."""
    url = address()
    if url is None:
        return None
    return AirflowLogin(url, ADMIN, ensure_secrets(settings().home / "airflow").admin_password)


def _prepare(secrets: AirflowSecrets, port: int, on_progress: Progress) -> AirflowPlaces:
    admin_url = _admin_url()
    on_progress("Airflow: metadata")
    metadata_url = ensure_metadata(admin_url, _database_name(admin_url), secrets.database_password)
    places = AirflowPlaces(settings().home / "airflow", settings().project, port, metadata_url)
    save_settings(
        {
            "LEADHOUSE_AIRFLOW_URL": places.url,
            "LEADHOUSE_AIRFLOW_PASSWORD": secrets.dispatcher_password,
            "LEADHOUSE_UNSUBSCRIBE_BASE_URL": f"{places.url}/{MOUNT}",
        }
    )
    migrate_metadata(admin_url, _database_name(admin_url), _environment(places, secrets))
    return places


def _environment(places: AirflowPlaces, secrets: AirflowSecrets) -> dict[str, str]:
    chosen = settings()
    urls = {"leadhouse": chosen.database_url, "leadhouse_dbt": chosen.dbt_url}
    connections = {name: url.get_secret_value() for name, url in urls.items() if url is not None}
    return {
        **inherited_environment(),
        "LEADHOUSE_HOME": str(chosen.home),
        "PYTHONUNBUFFERED": "1",
        **airflow_environment(places, secrets, connections),
    }


def _admin_url() -> str:
    url = settings().database_admin_url
    if url is None:
        raise AirflowSetupError(
            "No database is configured: LEADHOUSE_DATABASE_ADMIN_URL is not set. "
            "Run `leadhouse up`, which starts and migrates the embedded Postgres first."
        )
    return url.get_secret_value()


def _database_name(admin_url: str) -> str:
    """Beside the application's database: ``leadhouse`` → ``leadhouse_airflow``."""
    return admin_url.rpartition("/")[2].partition("?")[0] + DATABASE_SUFFIX


def _process(name: str) -> BackgroundProcess:
    return BackgroundProcess(f"airflow-{name.replace('_', '-')}", settings().home / "run")


def _ports() -> PortBook:
    return PortBook(settings().home / "ports.json")


def _wait(began: datetime, running: set[str], on_progress: Progress) -> None:
    """Wait for the API, then for heartbeats newer than `began` of what was started, then for the DAGs."""
    deadline = time.monotonic() + START_SECONDS

    def wait_for(name: str, what: str, done: Callable[[], bool]) -> None:
        on_progress(f"Airflow: {what}")
        _process(name).wait_healthy(done, max(1.0, deadline - time.monotonic()))

    wait_for("api_server", "API server", lambda: _owns_port() and bool(_monitor()))
    _answer("/execution/health", 60.0)  # builds the tasks' API, for which the first task would wait 2 to 4 s
    for name in HEARTBEATS:
        if name not in running:
            wait_for(name, name.replace("_", " "), partial(_beats_since, name, began))
    wait_for("dag_processor", "DAG files", lambda: not missing_dags())
    if not _process("dispatcher").status().running:
        raise ProcessError(f"The dispatcher ended while starting. {_process('dispatcher').log_tail()}")


def metadata_admin_url() -> str:
    """The administrator's URL of Airflow's metadata.

    Raises:
        AirflowSetupError: no database is configured.
    """
    url = _admin_url()
    return url_with(url, database=_database_name(url))


def missing_dags() -> set[str]:
    """DAG files (file = dag_id) that Airflow has not read yet, or could not."""
    wanted = {path.stem for path in (settings().project / "dags").glob("[!_]*.py")}
    with admin_to(metadata_admin_url()) as metadata:
        known = metadata.execute("select dag_id from dag where not is_stale").fetchall()
    return wanted - {row["dag_id"] for row in known}


def _beats_since(name: str, began: datetime) -> bool:
    beat = _monitor().get(name, {}).get(f"latest_{name}_heartbeat")
    return bool(beat) and datetime.fromisoformat(str(beat)) > began


def _monitor() -> Mapping[str, dict[str, Any]]:
    """Airflow's own health answer; empty when it does not answer."""
    return _answer("/api/v2/monitor/health")


def _owns_port() -> bool:
    """Whether it is our API server that listens: another stack's would answer as well."""
    pid, port = _process("api_server").status().pid, _ports().remembered("airflow")
    if pid is None:
        return False
    try:
        listening = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in listening)


def _answer(path: str, seconds: float = 5.0) -> dict[str, Any]:
    url = address()
    try:
        with urllib.request.urlopen(f"{url}{path}", timeout=seconds) as response:  # noqa: S310  our own URL
            answer: dict[str, Any] = json.load(response) if url else {}
            return answer
    except (OSError, ValueError, urllib.error.URLError):
        return {}
