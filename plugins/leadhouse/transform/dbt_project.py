"""dbt inside this process: no subprocess, nothing sent anywhere, the password in a variable that dbt never logs.

dbt reads its profile from the environment, so the login's parts stand there for the time of one call.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from psycopg import conninfo

from leadhouse.database import DatabaseError
from leadhouse.settings import settings
from leadhouse.transform.flag_sources import name_flag_sources

Target = Literal["prod", "dev", "test"]
FAILED = frozenset({"error", "fail", "runtime error"})

# The log of a call goes to its file alone.
_QUIET = (
    *("--no-use-colors", "--log-level", "none", "--log-level-file", "info", "--no-send-anonymous-usage-stats"),
    "--no-write-json",  # nobody reads dbt's artifacts here; writing them is a third of a small build
    "--cache-selected-only",  # lists the schemas that the call builds in, no others
)


# A profile must be complete to be parsed, also where nothing is connected to.
_NOBODY = {
    "LEADHOUSE_DBT_HOST": "127.0.0.1", "LEADHOUSE_DBT_PORT": "5432", "LEADHOUSE_DBT_DATABASE": "leadhouse",
    "LEADHOUSE_DBT_USER": "leadhouse_dbt", "DBT_ENV_SECRET_LEADHOUSE_PASSWORD": "",
}  # fmt: skip


class DbtError(RuntimeError):
    """dbt could not parse, build or test; the message names the node, the reason and what to do next."""


@dataclass(frozen=True)
class NodeResult:
    """One node of one call (model, test, unit test); `status` in dbt's words: success, pass, error, fail, skipped."""

    node_id: str
    resource_type: str
    status: str
    seconds: float
    rows_affected: int | None
    message: str | None
    relation: str | None
    path: str

    @property
    def is_failed(self) -> bool:
        """Whether the node stops the build."""
        return self.status in FAILED


def invoke(
    command: Literal["run", "build", "test"],
    *,
    select: str | None = None,
    exclude: str | None = None,
    variables: Mapping[str, Any] | None = None,
    full_refresh: bool = False,
    target: Target = "prod",
    manifest: Any = None,
) -> list[NodeResult]:
    """Run one dbt command and return every node's result, failed ones included.

    The project is parsed without variables first (`manifest`, where the caller has it), from the last parse where files
    are the same (0.2 s), and the command runs on that: dbt would parse everything again for each value of a variable.

    Raises:
        DbtError: dbt stopped before the first node (a file that does not parse, no connection).
        DatabaseError: no login for dbt is configured.
    """
    from dbt.cli.main import dbtRunner

    from leadhouse.transform.kept_connections import keep_connections

    keep_connections()
    name_flag_sources()
    arguments = [command, *_common(target), "--vars", json.dumps(variables or {})]
    for flag, value in (("--select", select), ("--exclude", exclude)):
        arguments += [flag, *value.split()] if value else []
    arguments += ["--full-refresh"] if full_refresh and command != "test" else []
    manifest = manifest or parse(target)
    with _environment(target, _login()):
        outcome = dbtRunner(manifest=manifest).invoke(arguments)
    if outcome.result is None or not hasattr(outcome.result, "results"):
        raise DbtError(f"dbt {command} did not start: {_reason(outcome.exception)}. {_log_hint()}")
    found = [_node_result(result) for result in outcome.result.results]
    return [each for each in found if each.resource_type != "exposure"]  # named in the results, and nothing is done


def environment(target: Target = "dev") -> dict[str, str]:
    """What dbt needs to be run by hand: this process's environment with project, profile and login.

    Artifacts and logs go beside those of the builds, not over them.

    `target` is what a call without `--target` takes; a target that stands in the environment is kept.

    Raises:
        DatabaseError: no login for dbt is configured.
    """
    project, by_hand = str(settings().project / "dbt_project"), settings().home / "dbt" / "by_hand"
    return {
        "LEADHOUSE_DBT_TARGET": target, **os.environ, **_login(), "DO_NOT_TRACK": "1",
        "DBT_PROJECT_DIR": project, "DBT_PROFILES_DIR": project,
        "DBT_TARGET_PATH": str(by_hand / "target"), "DBT_LOG_PATH": str(by_hand / "logs"),
    }  # fmt: skip


def parse(target: Target = "prod") -> Any:
    """The manifest of the project, parsed partially where an earlier parse is at hand. Needs no database.

    A process parses the same files for the same login once: a call compiles anew what it runs, whatever the manifest
    was used for before.

    Raises:
        DbtError: a file does not parse; the message says which and why.
    """
    login = _login() if settings().dbt_url else _NOBODY
    known = (_state_of_files(), target, str(target_path()), *sorted(login.items()))
    if known not in _PARSED:
        parsed = _parse(target, login)
        _PARSED.clear()
        _PARSED[known] = parsed
    return _PARSED[known]


_PARSED: dict[tuple[object, ...], Any] = {}  # the last manifest, and what it was made of


def _parse(target: Target, login: Mapping[str, str]) -> Any:
    from dbt.cli.main import dbtRunner

    name_flag_sources()
    with _environment(target, login):
        outcome = dbtRunner().invoke(["parse", *_common(target)])
    if not outcome.success:
        raise DbtError(f"The dbt project does not parse: {_reason(outcome.exception)}. {_log_hint()}")
    return outcome.result


def _state_of_files() -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of change (ns) of each file of the project."""
    files = (path for path in (settings().project / "dbt_project").rglob("*") if path.is_file())
    return tuple(sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files))


def raise_failures(results: list[NodeResult], command: str) -> None:
    """Raise DbtError for the failed nodes: each with its reason and file, and the command to run again."""
    failed = [result for result in results if result.is_failed]
    if not failed:
        return
    lines = [f"- {each.resource_type} {each.node_id} ({each.path}): {each.message or each.status}" for each in failed]
    skipped = sum(result.status == "skipped" for result in results)
    raise DbtError(
        f"{len(failed)} dbt nodes failed, {skipped} were skipped after them; the ledger's position was not moved:\n"
        + "\n".join(lines)
        + f"\nCorrect the file named (or the rows that a test found, see its compiled SQL in {target_path()}),"
        f" then run `{command}` again: the same changes are built again."
    )


def target_path() -> Path:
    """Where dbt keeps what it parsed and compiled."""
    return settings().home / "dbt" / "target"


def _common(target: Target) -> list[str]:
    project = str(settings().project / "dbt_project")
    return [
        *("--project-dir", project, "--profiles-dir", project, "--target", target),
        *("--target-path", str(target_path()), "--log-path", str(settings().home / "dbt" / "logs")),
        *_QUIET,
    ]


@contextmanager
def _environment(target: Target, login: Mapping[str, str]) -> Iterator[None]:
    """The profile's variables for the time of one call; what stood there before comes back."""
    changed = {**login, "LEADHOUSE_DBT_TARGET": target, "DO_NOT_TRACK": "1", "DBT_PARTIAL_PARSE": "true"}
    before = {name: os.environ.get(name) for name in changed}  # dbt has no other way in
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _login() -> dict[str, str]:
    url = settings().dbt_url
    if url is None:
        raise DatabaseError(
            "No login for dbt is configured: LEADHOUSE_DBT_URL stands neither in the environment nor in "
            f"{settings().home / 'settings.env'}. Run `leadhouse up`, or set it to the login leadhouse_dbt."
        )
    parts = conninfo.conninfo_to_dict(url.get_secret_value())
    return {
        "LEADHOUSE_DBT_HOST": str(parts.get("host") or "127.0.0.1"),
        "LEADHOUSE_DBT_PORT": str(parts.get("port") or 5432),
        "LEADHOUSE_DBT_DATABASE": str(parts.get("dbname") or "leadhouse"),
        "LEADHOUSE_DBT_USER": str(parts.get("user") or "leadhouse_dbt"),
        "DBT_ENV_SECRET_LEADHOUSE_PASSWORD": str(parts.get("password") or ""),
    }


def _node_result(result: Any) -> NodeResult:
    rows = (result.adapter_response or {}).get("rows_affected")
    return NodeResult(
        node_id=result.node.unique_id,
        resource_type=str(result.node.resource_type),
        status=str(result.status),
        seconds=float(result.execution_time or 0),
        rows_affected=int(rows) if isinstance(rows, int) and rows >= 0 else None,
        message=" ".join(str(result.message).split())[:2000] if result.message else None,
        relation=getattr(result.node, "relation_name", None),
        path=result.node.original_file_path,
    )


def _reason(error: BaseException | None) -> str:
    return " ".join(str(error or "no reason given").split())[:2000]


def _log_hint() -> str:
    return f"dbt's log: {settings().home / 'dbt' / 'logs' / 'dbt.log'}"
