"""What `leadhouse doctor` looks at: each check says what it found and, when that is wrong, what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leadhouse.settings import settings

LEAST_FREE_BYTES = 2 * 1024**3
State = Literal["right", "wrong", "off"]


@dataclass(frozen=True)
class Check:
    """One finding; `off` is something that does not run, which may be as intended."""

    name: str
    state: State
    finding: str
    remedy: str = ""


def all_checks() -> Iterator[Check]:
    """Every check in turn; one that fails itself is a finding too."""
    for check in CHECKS:
        try:
            yield check()
        except Exception as error:
            yield Check(check.__name__.strip("_").replace("_", " "), "wrong", f"{type(error).__name__}: {error}")


def _python() -> Check:
    """The version itself was checked by the Makefile; an older one could not run this."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", "right", version)


def _packages() -> Check:
    """The installed versions against the lock."""
    from importlib.metadata import PackageNotFoundError, version

    wrong = []
    for line in (settings().project / "requirements.in").read_text().splitlines():
        name = line.split("#")[0].strip().split("[")[0]
        pinned = name.split("==")[0].split("<")[0].split(">")[0].split("~")[0].strip()
        if not pinned:
            continue
        try:
            found = version(pinned)
        except PackageNotFoundError:
            wrong.append(f"{pinned} is missing")
            continue
        if "==" in name and found != name.split("==")[1].strip():
            wrong.append(f"{pinned} is {found}, wanted {name.split('==')[1].strip()}")
    if wrong:
        return Check("packages", "wrong", "; ".join(wrong), "Run `make environment`.")
    return Check("packages", "right", "as the lock has them")


def _disk() -> Check:
    home = settings().home
    free = shutil.disk_usage(home if home.exists() else home.parent).free
    text = f"{free / 1024**3:.1f} GB free at {home}"
    if free < LEAST_FREE_BYTES:
        return Check("disk", "wrong", text, "Free at least 2 GB, or point LEADHOUSE_HOME to another disk.")
    return Check("disk", "right", text)


def _private_settings() -> Check:
    path = settings().home / "settings.env"
    if not path.exists():
        return Check("settings", "off", f"{path} does not exist yet", "`leadhouse up` writes it.")
    if path.stat().st_mode & 0o077:
        return Check("settings", "wrong", f"{path} holds passwords and others may read it", f"Run `chmod 600 {path}`.")
    return Check("settings", "right", str(path))


def _server() -> Check:
    from leadhouse.local.stack import postgres

    if settings().server_url is not None:
        return Check("server", "right", "DATABASE_URL replaces the embedded Postgres")
    status = postgres().status()
    if not status.running:
        return Check("server", "off", "the embedded Postgres does not run", "Start it with `leadhouse up`.")
    return Check("server", "right", f"embedded Postgres, process {status.pid}, port {status.port}")


def _is_down() -> bool:
    """Whether the embedded server, which nothing replaces, does not run."""
    from leadhouse.local.stack import postgres

    return settings().server_url is None and not postgres().status().running


def _schema() -> Check:
    from leadhouse.database import migrations

    url = settings().database_admin_url
    if url is None:
        return Check("schema", "off", "no database yet", "Run `leadhouse up`.")
    if _is_down():
        return Check("schema", "off", "not looked at: Postgres is down", "Start it with `leadhouse up`.")
    found = migrations.status(url.get_secret_value())
    waiting = [f"{each.migration_id} ({each.state})" for each in found if each.state != "applied"]
    if waiting:
        return Check(
            "schema", "wrong", f"not as this checkout has them: {', '.join(waiting)}", "Run `leadhouse migrate`."
        )
    return Check("schema", "right", "all migrations are applied, unchanged since")


def _component_role() -> Check:
    from leadhouse.database import connect

    if settings().database_admin_url is None or _is_down():
        return Check("roles", "off", "not looked at: Postgres is down", "Start it with `leadhouse up`.")
    with connect("console") as connection:
        row = connection.execute("select current_user as acting, session_user as login").fetchone()
    if row is None or row["acting"] != "leadhouse_console":
        return Check("roles", "wrong", f"a component acts as {row and row['acting']}", "Run `leadhouse migrate`.")
    return Check("roles", "right", f"{row['login']} acts as {row['acting']}")


def _archive() -> Check:
    root = settings().archive_root
    if "://" in root:
        return Check("archive", "right", root)
    folder = Path(root)
    if not folder.exists():
        return Check("archive", "off", f"{folder} does not exist yet", "The first crawl makes it.")
    return Check("archive", "right", str(folder))


def _airflow() -> Check:
    from leadhouse.local import airflow_stack

    health = airflow_stack.health()
    components = health["components"]
    assert isinstance(components, dict)
    if not any(component["running"] for component in components.values()):
        return Check("airflow", "off", "does not run", "Start it with `leadhouse up`.")
    sick = [name for name, component in components.items() if not component["healthy"]]
    if sick:
        remedy = f"See the logs in {settings().home / 'run'}, then run `leadhouse up`."
        return Check("airflow", "wrong", f"not healthy: {', '.join(sick)}", remedy)
    return Check("airflow", "right", f"{', '.join(components)} at {health['url']}")


CHECKS: tuple[Callable[[], Check], ...] = (
    _python, _packages, _disk, _private_settings, _server, _schema, _component_role, _archive, _airflow,
)  # fmt: skip
