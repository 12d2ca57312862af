"""A real Airflow in the tests' process: its own home, and metadata on the run's Postgres, cloned for each test.

Airflow reads its configuration when it is imported, so a conftest imports this module before any test is.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from psycopg.rows import DictRow

from leadhouse.database import admin_to
from leadhouse.database.provisioning import url_with
from leadhouse.local.airflow_database import ensure_metadata, migrate_metadata
from leadhouse.settings import PROJECT
from tests.conftest import Database, Postgres

HOME = Path(tempfile.mkdtemp(prefix="leadhouse-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
CONFIGURATION = {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
}
os.environ.update(CONFIGURATION)
TEMPLATE = "leadhouse_airflow_template"
TEMPLATE_PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Metadata:
    """Airflow's metadata of one test."""

    admin_url: str

    def rows(self, query: str, *values: Any) -> list[DictRow]:
        """What a query finds."""
        with admin_to(self.admin_url) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[call-overload]

    def states(self, dag_id: str) -> dict[str, str]:
        """State by task, a mapped one with its label: ``crawl_shard[shard 0]``."""
        rows = self.rows(
            "select task_id, map_index, coalesce(rendered_map_index, map_index::text) as label, state"
            " from task_instance where dag_id = %s",
            dag_id,
        )
        return {row["task_id"] + (f"[{row['label']}]" if row["map_index"] >= 0 else ""): row["state"] for row in rows}

    def events(self) -> list[str]:
        """The URIs of the assets that were announced, oldest first."""
        rows = self.rows("select uri from asset_event join asset on asset.id = asset_id order by timestamp")
        return [row["uri"] for row in rows]


@pytest.fixture(scope="session")
def metadata_template(postgres: Postgres) -> str:
    """The name of a database with Airflow's migrated metadata, made once a server."""
    with admin_to(postgres.admin_url, autocommit=True) as server:
        server.execute("select pg_advisory_lock(hashtext('leadhouse_airflow_template'))")
        url = ensure_metadata(postgres.admin_url, TEMPLATE, TEMPLATE_PASSWORD)
        migrate_metadata(postgres.admin_url, TEMPLATE, {**os.environ, **_connections(url)})
        return TEMPLATE


def give_metadata(postgres: Postgres, template: str, name: str) -> None:
    """A database with a login of its name, as a first start would make it, without half a minute of migrations."""
    owner, made = sql.Identifier(name), sql.Identifier(template)
    with admin_to(postgres.admin_url, autocommit=True) as server:
        server.execute("select pg_advisory_lock(hashtext('leadhouse_airflow_template'))")
        server.execute(sql.SQL("create role {} login noinherit").format(owner))
        server.execute(sql.SQL("create database {} template {} strategy file_copy").format(owner, made))
        server.execute(sql.SQL("revoke connect on database {} from public").format(owner))
        [mark] = server.execute(
            "select shobj_description(oid, 'pg_database') as mark from pg_database where datname = %s", [template]
        ).fetchall()
        server.execute(sql.SQL("comment on database {} is {}").format(owner, sql.Literal(mark["mark"])))
        with admin_to(
            url_with(postgres.admin_url, database=name)
        ) as database:  # one transaction: the template is others'
            database.execute(sql.SQL("reassign owned by {} to {}").format(made, owner))
            database.execute(sql.SQL("alter database {} owner to {}").format(made, made))  # the role's other possession


@pytest.fixture
def metadata(
    postgres: Postgres, metadata_template: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Metadata]:
    """A fresh Airflow for one test; its tasks reach the test's database through Airflow's connections."""
    from airflow import settings as airflow_settings

    name = f"airflow_{secrets.token_hex(6)}"
    with admin_to(postgres.admin_url, autocommit=True) as server:
        statement = sql.SQL("create database {} template {}")
        server.execute(statement.format(sql.Identifier(name), sql.Identifier(metadata_template)))
    admin_url = url_with(postgres.admin_url, database=name)
    for variable, value in _connections(admin_url).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AIRFLOW_CONN_LEADHOUSE", database.url)
    monkeypatch.setenv("AIRFLOW_CONN_LEADHOUSE_DBT", database.dbt_url)
    airflow_settings.configure_vars()
    airflow_settings.dispose_orm()
    airflow_settings.configure_orm()
    try:
        yield Metadata(admin_url)
    finally:
        airflow_settings.dispose_orm()
        with admin_to(postgres.admin_url, autocommit=True) as server:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _connections(url: str) -> dict[str, str]:
    tail = url.removeprefix("postgresql://")
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{tail}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": f"postgresql+asyncpg://{tail}",
    }


def load_dag(dag_id: str) -> Any:
    """The DAG of a file of `dags/`, without retries and deadlines: what fails in a test fails at once."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=PROJECT / "dags" / f"{dag_id}.py")  # the one file: all of them take a second
    assert not bag.import_errors, bag.import_errors
    dag = bag.dags[dag_id]
    dag.deadline = None  # `test` looks for the rows that only a read file has (`test_deadlines`)
    for task in dag.tasks:
        if task.is_mapped:
            task.partial_kwargs["retries"] = 0
        else:
            task.retries = 0
    return dag
