"""dbt as its users know it: every command of docs/dbt.md from the project's folder, on a platform with a night."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leadhouse.database import DatabaseError
from leadhouse.settings import PROJECT, settings
from leadhouse.transform import dbt_project

PAGE = PROJECT / "docs" / "dbt.md"
EDITED = "models/marts/analytics/dim_campaigns.sql"


def call(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``leadhouse dbt WORDS``; `folder` is another copy of the project."""
    command, environment = [sys.executable, "-m", "leadhouse.cli", "dbt", *words], dict(os.environ)
    if folder:
        command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *words, "--project-dir", str(folder)]
        environment = dbt_project.environment()
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=PROJECT / "dbt_project"
    )  # fmt: skip


def done(*words: str, folder: Path | None = None) -> str:
    told = call(*words, "--no-use-colors", folder=folder)
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-2000:]
    return told.stdout


def test_a_person_gets_the_login_and_folders_of_its_own(module_database):
    found = dbt_project.environment()
    assert found["LEADHOUSE_DBT_TARGET"] == "dev"
    assert found["DBT_PROJECT_DIR"] == str(PROJECT / "dbt_project")
    assert Path(found["DBT_TARGET_PATH"]) != dbt_project.target_path()
    assert found["LEADHOUSE_DBT_PORT"].isdigit()


def test_without_a_login_it_says_what_to_do(module_database, monkeypatch, tmp_path):
    monkeypatch.delenv("LEADHOUSE_DBT_URL", raising=False)
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        with pytest.raises(DatabaseError, match="leadhouse up"):
            dbt_project.environment()
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.slow
def test_the_project_parses_without_any_environment(tmp_path):
    """A reader of the checkout, who has no stack."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("LEADHOUSE", "DBT"))}
    told = subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "parse", "--target-path", str(tmp_path),
         "--log-path", str(tmp_path), "--no-use-colors"],
        capture_output=True, text=True, check=False, env=bare, cwd=PROJECT / "dbt_project",
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-3000:]
    assert "deprecat" not in told.stdout.lower()


@pytest.mark.slow
def test_every_command_of_the_page_runs(built, world, tmp_path):
    """A night's marts stay as they are; what is built by hand stands beside them, protected alike."""
    before = world.rows("select * from mart_leads.dim_people order by 1, 2")
    done("debug")
    assert "dev_mart_leads.dim_people" in done("build")
    assert world.rows("select * from dev_mart_leads.dim_people order by 1, 2") == before
    assert world.rows("select * from mart_leads.dim_people order by 1, 2") == before
    assert world.rows("select relrowsecurity from pg_class where oid = 'dev_mart_leads.dim_people'::regclass") == [
        {"relrowsecurity": True}
    ]
    assert "PASS" in done("test", "--select", "dim_people")
    assert "PASS" in done("source", "freshness", "--select", "source:raw.batches")
    done("docs", "generate")
    target = settings().home / "dbt" / "by_hand" / "target"
    catalog = json.loads((target / "catalog.json").read_text())
    assert "model.leadhouse.dim_people" in catalog["nodes"]
    assert "exposure:leadhouse.campaign_gate" in done("ls", "--resource-type", "exposure")
    assert "leadhouse.marts.leads.dim_people" in done("ls", "--select", "+exposure:campaign_gate")
    state = tmp_path / "state"
    state.mkdir()
    (state / "manifest.json").write_bytes((target / "manifest.json").read_bytes())
    modified = ("ls", "--select", "state:modified", "--state", str(state), "--quiet")
    assert done(*modified).strip() == ""
    edited = tmp_path / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project", edited, ignore=shutil.ignore_patterns("target", "logs"))
    (edited / EDITED).write_text((edited / EDITED).read_text() + "-- edited\n")
    touched = done(*modified, folder=edited).split()
    assert "leadhouse.marts.analytics.dim_campaigns" in touched
    assert all("dim_campaigns" in each for each in touched)


def test_the_page_names_calls_that_are_tested():
    calls = set(re.findall(r"^\$ leadhouse dbt (.+?)(?: *#.*)?$", PAGE.read_text(), re.M))
    tested = Path(__file__).read_text()
    assert len(calls) >= 8
    for each in calls:
        assert f'"{each.split()[0]}"' in tested, each
