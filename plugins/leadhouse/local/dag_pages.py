"""The page of the DAGs, made by a process of its own: importing DAGs takes an Airflow and a home for it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from leadhouse.settings import inherited_environment

SECONDS = 120


class DagPageError(RuntimeError):
    """A DAG file could not be read; the message has the reason."""


def render(folder: Path) -> str:
    """The Markdown of `docs/dags.md` for the DAG files of `folder` (``<project>/dags``).

    Raises:
        DagPageError: a DAG file could not be imported.
    """
    with tempfile.TemporaryDirectory(prefix="leadhouse-dags-") as home:
        environment = {
            **inherited_environment(),
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        }
        done = subprocess.run(
            [sys.executable, "-m", "leadhouse.orchestration.document_dags"], env=environment, cwd=folder.parent,
            capture_output=True, text=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    if done.returncode:
        raise DagPageError(f"The DAG files of {folder} cannot be documented:\n{done.stderr.strip()[-2000:]}")
    return done.stdout
