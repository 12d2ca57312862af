"""Rules of the DAG files. A new file is listed here, with what it must say and have."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from leadhouse.operations.postgres_programs import COMMAND_SECONDS
from leadhouse.orchestration import assets
from leadhouse.orchestration.conventions import AS_LONG_AS_A_DUMP, DEFAULT_ARGS, DagTag
from leadhouse.orchestration.document_dags import consumed_assets, load_dags, produced_assets
from leadhouse.orchestration.notifier import FailureNotifier
from leadhouse.settings import PROJECT
from tests.orchestration.airflow_in_process import CONFIGURATION

FOLDER = PROJECT / "dags"
# dag_id -> (assets that wake it, task -> assets that it announces)
DAGS = {
    "crawl_sites": ([], {"finish_crawl": ["raw_web"]}),
    "import_records": ([], {"finish_import": ["raw_imports"]}),
    "resolve_entities": (["raw_imports", "raw_provider", "raw_web"], {"resolve_unread": ["entities"]}),
    "build_marts": (["entities", "messages"], {"announce_marts": ["marts"]}),
    "enrich_leads": (["marts"], {"announce_facts": ["raw_provider"], "announce_enriched": ["marts_enriched"]}),
    "send_campaigns": (["marts_enriched"], {"announce_messages": ["messages"]}),
    "maintain_database": ([], {}),
    "erase_person": ([], {}),
    "replay_archive": ([], {"apply_changes": ["raw_web"]}),
}
SECTIONS = ("**What.**", "**When.**", "**Inputs.**", "**Outputs.**", "**Triage.**")
VERBS = {"crawl", "import", "resolve", "build", "enrich", "send", "maintain", "erase", "replay"}
HEAVY = ("psycopg", "requests", "dbt", "great_expectations", "pandas", "scrapy", "leadhouse.database", "fastapi")
IMPORT_SECONDS = 1.0  # all files together, beyond `airflow.sdk` itself; 0.1 s on a quiet machine

# hours after which a run that has not ended is told of, as its page says; who runs by hand is watched by who started it
DEADLINES = {
    "crawl_sites": (6, "six"), "import_records": (4, "four"), "resolve_entities": (4, "four"),
    "build_marts": (4, "four"), "enrich_leads": (4, "four"), "send_campaigns": (4, "four"),
    "maintain_database": (9, "nine"),
}  # fmt: skip
DUMPS = {"backup_database", "verify_backup"}  # tasks that take as long as the database is large

every_dag = pytest.mark.parametrize("dag_id", DAGS)


@cache
def dags():
    return load_dags(FOLDER)


def source(dag_id):
    return (FOLDER / f"{dag_id}.py").read_text()


def test_every_file_is_listed():
    assert {path.stem for path in FOLDER.glob("*.py")} == DAGS.keys() == dags().keys()


@every_dag
def test_docstring_is_the_documentation_and_has_every_section(dag_id):
    dag = dags()[dag_id]
    assert dag.doc_md == ast.get_docstring(ast.parse(source(dag_id)), clean=False)
    assert dag.doc_md.startswith(f"\n# {dag_id}\n")
    positions = [dag.doc_md.find(section) for section in SECTIONS]
    assert -1 not in positions
    assert positions == sorted(positions)
    assert dag.doc_md.partition("**Triage.**")[2].count("\n- *") >= 3


@every_dag
def test_tasks_have_the_default_arguments(dag_id):
    dag = dags()[dag_id]
    assert dag.default_args == DEFAULT_ARGS
    for task in dag.tasks:
        assert task.retries == DEFAULT_ARGS["retries"], task.task_id
        longest = AS_LONG_AS_A_DUMP if task.task_id in DUMPS else DEFAULT_ARGS["execution_timeout"]
        assert task.execution_timeout == longest, task.task_id
        callbacks = task.partial_kwargs["on_failure_callback"] if task.is_mapped else task.on_failure_callback
        assert any(isinstance(callback, FailureNotifier) for callback in callbacks), task.task_id


@every_dag
def test_names_and_tags_follow_the_conventions(dag_id):
    dag = dags()[dag_id]
    for name in (dag_id, *(task.task_id for task in dag.tasks)):
        assert re.fullmatch(r"[a-z]+_[a-z_]+", name)
    assert dag_id.partition("_")[0] in VERBS
    assert dag.tags
    assert set(dag.tags) <= {tag.value for tag in DagTag}
    assert not dag.catchup
    assert 1 <= dag.max_active_runs <= 4


@every_dag
def test_only_the_listed_tasks_announce_only_the_listed_assets(dag_id):
    dag = dags()[dag_id]
    assert (consumed_assets(dag), produced_assets(dag)) == DAGS[dag_id]
    announced = {name for names in produced_assets(dag).values() for name in names}
    assert not announced & set(consumed_assets(dag)), "a DAG that wakes itself never ends"
    for task in dag.tasks:
        assert not (task.is_mapped and task.outlets), "one event a stage, not one a shard"
        assert not task.is_mapped or task.map_index_template, "a mapped task says what it works on"


@every_dag
def test_file_wires_and_does_nothing_else(dag_id):
    text = source(dag_id)
    assert text.count("\n") < 150
    tree = ast.parse(text)
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    allowed = ("__future__", "airflow.", "leadhouse.orchestration.")
    assert all(module.startswith(allowed) for module in modules), modules
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While | ast.Try | ast.Lambda)]


@every_dag
def test_what_runs_by_itself_has_a_deadline_beyond_its_longest_task(dag_id):
    dag = dags()[dag_id]
    deadlines = list(dag.deadline or [])
    if dag_id not in DEADLINES:
        assert (deadlines, dag.timetable.can_be_scheduled) == ([], False)
        return
    hours, in_words = DEADLINES[dag_id]
    assert [deadline.interval for deadline in deadlines] == [timedelta(hours=hours)]
    assert all(task.execution_timeout < timedelta(hours=hours) for task in dag.tasks)
    assert f"not ended {in_words} hours after it was queued" in " ".join(dag.doc_md.split())


def test_a_dump_ends_by_its_own_limit_and_not_by_its_tasks():
    assert AS_LONG_AS_A_DUMP.total_seconds() > COMMAND_SECONDS


def test_one_name_is_one_uri():
    names, uris = {asset.name for asset in assets.ALL}, {asset.uri for asset in assets.ALL}
    assert len(names) == len(uris) == len(assets.ALL)
    assert all(uri.startswith("x-leadhouse://") for uri in uris)
    used = {name for dag in dags().values() for names in produced_assets(dag).values() for name in names}
    used |= {name for dag in dags().values() for name in consumed_assets(dag)}
    assert used == names, "an asset without a writer or a reader"


@pytest.mark.slow
def test_reading_the_files_is_cheap():
    script = f"""
import sys, time
import airflow.sdk, airflow.providers.standard.operators.empty
sys.path.insert(0, {str(FOLDER)!r})
began = time.process_time()
for name in {list(DAGS)!r}: __import__(name)
print(time.process_time() - began, *[name for name in {HEAVY!r} if name in sys.modules])
"""
    environment = {**CONFIGURATION, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT / "plugins")}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    seconds, *heavy = done.stdout.splitlines()[-1].split()
    assert heavy == []
    assert float(seconds) < IMPORT_SECONDS


def test_form_of_the_crawl_checks_what_is_typed_in():
    params = dags()["crawl_sites"].params
    assert list(params) == ["source_keys", "urls", "pages", "shards", "reason"]
    form = {name: params.get_param(name) for name in params}
    assert all(param.schema["title"] and param.description for param in form.values())
    form["urls"].resolve(["https://kunde.example/"])
    with pytest.raises(Exception, match="not-a-list"):
        form["urls"].resolve("not-a-list")
    with pytest.raises(Exception, match="0 is less than the minimum"):
        form["shards"].resolve(0)


def test_page_of_the_dags_is_up_to_date():
    from leadhouse.local.dag_pages import render

    assert (PROJECT / "docs" / "dags.md").read_text() == render(FOLDER), "run `make docs` and commit docs/dags.md"


@pytest.mark.parametrize("dag_id", ["crawl_sites", "import_records", "maintain_database"])
def test_a_platform_first_started_by_night_waits_for_the_next(dag_id, monkeypatch):
    """A minute after the hour that the file names; the scheduler's own timetable is asked."""
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables import trigger
    from airflow.timetables.base import TimeRestriction

    timetable = decode_timetable(encode_timetable(dags()[dag_id].timetable))
    started = timetable._align_to_prev(datetime(2026, 11, 22, 12, tzinfo=UTC)) + timedelta(minutes=1)
    monkeypatch.setattr(trigger, "utcnow", lambda: started)
    restriction = TimeRestriction(earliest=None, latest=None, catchup=False)
    first = timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=restriction)
    assert first.run_after > started
