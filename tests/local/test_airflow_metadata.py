"""Airflow's memory of its runs ends, and only this stack's own is touched."""

from __future__ import annotations

import pytest
from psycopg import sql

from leadhouse.database import admin_to
from leadhouse.local import airflow_metadata, airflow_stack
from leadhouse.local.airflow_metadata import MetadataElsewhereError, clean_metadata
from tests.orchestration.airflow_in_process import metadata, metadata_template

__all__ = ["metadata", "metadata_template"]
# what a column has that must have something
FILL = {"boolean": False, "integer": 16, "character varying": "dags", "json": "{}", "jsonb": "{}"}
RUNS = (("scheduled__old", "scheduled", 100), ("scheduled__new", "scheduled", 1), ("job__old", "manual", 100),
        ("job__new", "manual", 1))  # fmt: skip


@pytest.fixture
def runs(metadata, database, monkeypatch):
    """The runs that Airflow remembers: two scheduled ones and two of jobs, of long ago and of yesterday."""
    name = metadata.admin_url.rpartition("/")[2].partition("?")[0]
    monkeypatch.setattr(airflow_stack, "_database_name", lambda admin_url: name)
    with admin_to(metadata.admin_url) as connection:
        connection.execute("insert into dag_bundle (name, active) values ('dags', true) on conflict do nothing")
        insert(connection, "dag", dag_id="crawl_sites", bundle_name="dags")
        connection.execute("update dag set last_parsed_time = now()")
        for run_id, run_type, age in RUNS:
            insert(connection, "dag_run", dag_id="crawl_sites", run_id=run_id, run_type=run_type, state="success")
            connection.execute(
                "update dag_run set start_date = now() - make_interval(days => %s) where run_id = %s", [age, run_id]
            )
    yield lambda: {row["run_id"] for row in metadata.rows("select run_id from dag_run")}
    with admin_to(metadata.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("alter database {} owner to current_user").format(sql.Identifier(name)))
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def insert(connection, table, **values):
    """A row; columns that must have something and are not given have anything."""
    needed = connection.execute(
        "select column_name, data_type from information_schema.columns where table_name = %s and column_default is null"
        " and is_nullable = 'NO' and column_name <> 'id' and data_type <> 'timestamp with time zone'",
        [table],
    ).fetchall()
    values = {row["column_name"]: FILL.get(row["data_type"]) for row in needed} | values
    dates = connection.execute(
        "select column_name from information_schema.columns where table_name = %s and column_default is null"
        " and is_nullable = 'NO' and data_type = 'timestamp with time zone'",
        [table],
    ).fetchall()
    values |= {row["column_name"]: "now" for row in dates}
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        ),
        list(values.values()),
    )  # fmt: skip


def test_what_is_old_goes_and_what_is_not_stays(runs):
    assert clean_metadata(90, "scheduled__new")["dag_run"] == 2
    assert runs() == {"scheduled__new", "job__new"}


def test_run_of_another_airflow_cleans_nothing(runs):
    with pytest.raises(MetadataElsewhereError, match="hold no run"):
        clean_metadata(1, "scheduled__of_another")
    assert len(runs()) == 4


def test_no_metadata_are_made_for_one_that_asks(database, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["airflow_metadata", "--days", "90", "--run-id", "manual__1"])
    with pytest.raises(SystemExit) as ended:
        airflow_metadata.main()
    assert ended.value.code == airflow_metadata.KEPT_ELSEWHERE
    assert "are not there" in capsys.readouterr().err
    with admin_to(database.admin_url) as server:
        found = server.execute("select from pg_database where datname = %s", [f"{database.name}_airflow"]).fetchall()
    assert found == []
