"""Pages of docs/ that are written from the code: one place knows them all, so that a check can find the stale ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from leadhouse.settings import inherited_environment, settings


def _dags() -> str:
    from leadhouse.local.dag_pages import render

    return render(settings().project / "dags")


def _data_dictionary() -> str:
    from leadhouse.transform import data_dictionary

    return data_dictionary()


def _metrics() -> str:
    from leadhouse.transform.metrics import metrics_page

    return metrics_page()


def _schema_map() -> str:
    from leadhouse.local.schema_map_page import render

    return render(settings().project / "docs" / "schema_map.toml")


def _api_types() -> str:
    """In a process of its own: the API is a neighbour."""
    call = [sys.executable, "-m", "leadhouse.api.typescript"]
    paths = os.pathsep.join([str(settings().project / "plugins"), str(settings().project)])
    environment = {**inherited_environment(), "PYTHONPATH": paths}
    return subprocess.run(call, env=environment, capture_output=True, text=True, check=True).stdout


PAGES: dict[str, Callable[[], str]] = {
    "docs/api.d.ts": _api_types,
    "docs/dags.md": _dags,
    "docs/data_dictionary.md": _data_dictionary,
    "docs/metrics.md": _metrics,
    "docs/schema_map.md": _schema_map,
}


def out_of_date() -> list[Path]:
    """The pages whose file differs from what the code says now."""
    return [path for path, text in _rendered() if not path.exists() or path.read_text() != text]


def write_pages() -> list[Path]:
    """Write the pages that are out of date; returns them."""
    changed = [(path, text) for path, text in _rendered() if not path.exists() or path.read_text() != text]
    for path, text in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [path for path, _ in changed]


def _rendered() -> list[tuple[Path, str]]:
    return [(settings().project / name, render()) for name, render in PAGES.items()]
