"""The plugin folder: Airflow imports every file in it by bare name, so one file is a plugin and the rest is hidden."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.utils.file import find_path_from_directory

from leadhouse.settings import PROJECT

FOLDER = PROJECT / "plugins"


def test_airflow_sees_the_plugin_file_alone():
    seen = {Path(path).relative_to(FOLDER) for path in find_path_from_directory(str(FOLDER), ".airflowignore", "glob")}
    assert {path for path in seen if path.suffix == ".py"} == {Path("leadhouse_plugin.py")}


def test_no_module_is_named_like_one_of_the_standard_library():
    modules = {path.stem for path in FOLDER.rglob("*.py")} - {"__init__"}
    assert not modules & (set(sys.stdlib_module_names) - {"connection"})


def test_plugin_registers_an_app_and_its_views():
    plugin = _load()
    [app] = plugin.fastapi_apps
    assert app["url_prefix"] == "/leadhouse"
    assert [(view["name"], view["href"]) for view in plugin.external_views] == [
        ("Run", "/leadhouse/run"), ("Figures", "/leadhouse/figures"), ("Gate", "/leadhouse/gate"),
        ("Value", "/leadhouse/value"), ("Matches", "/leadhouse/matches"),
    ]  # fmt: skip
    assert len({view["url_route"] for view in plugin.external_views}) == 5


@pytest.mark.slow
def test_loading_the_plugin_costs_next_to_nothing(tmp_path):
    """Scheduler, processor and every task load it; only the API server answers requests."""
    script = "import sys, leadhouse_plugin; print(*[m for m in sys.modules if m.startswith('leadhouse.')])"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(FOLDER), "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1:] in ([], [""])


def test_only_orchestration_and_the_plugin_import_airflow():
    offenders = [
        path.relative_to(FOLDER)
        for path in FOLDER.rglob("*.py")
        if "orchestration" not in path.parts and path.name != "leadhouse_plugin.py"
        and any(line.strip().startswith(("import airflow", "from airflow")) for line in path.read_text().splitlines())
    ]  # fmt: skip
    assert offenders == []


def _load():
    specification = importlib.util.spec_from_file_location(
        "leadhouse_plugin_under_test", FOLDER / "leadhouse_plugin.py"
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.LeadhousePlugin
