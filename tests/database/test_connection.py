"""Connections act as their component, and say what is wrong when they cannot be made."""

from __future__ import annotations

import contextlib

import pytest

from leadhouse.database import COMPONENTS, DatabaseError, admin, connect, connect_to, free_and_close, provisioning
from leadhouse.settings import settings


def test_session_acts_as_the_component(database):
    with connect("landing") as connection:
        row = connection.execute(
            "select current_user, session_user, current_setting('TimeZone') as zone,"
            " current_setting('application_name') as application, current_setting('statement_timeout') as timeout"
        ).fetchone()
    assert row == {
        "current_user": "leadhouse_landing",
        "session_user": "leadhouse_app",
        "zone": "UTC",
        "application": "leadhouse landing",
        "timeout": "15min",
    }


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_every_component_can_be_entered(module_database, component):
    with module_database.connect(component) as connection:
        assert connection.execute("select current_user").fetchone() == {"current_user": f"leadhouse_{component}"}


def test_transformer_may_make_its_test_schemas(module_database):
    with module_database.connect("transform") as connection:
        connection.execute("create schema dbt_test_mart_leads")
        connection.rollback()
    assert module_database.dbt.user == "leadhouse_dbt"
    assert module_database.dbt.dbname == module_database.name


def test_application_cannot_become_the_transformer(module_database):
    with pytest.raises(DatabaseError, match=r"leadhouse_transform.*leadhouse migrate"):
        connect_to(module_database.url, "transform")


def test_with_commits_or_rolls_back(database):
    with admin() as connection:
        connection.execute("create table public.kept (id int)")
    with contextlib.suppress(ZeroDivisionError), admin() as connection:
        connection.execute("insert into public.kept values (1)")
        raise ZeroDivisionError
    with admin() as connection:
        assert connection.execute("select count(*) as rows from public.kept").fetchone() == {"rows": 0}


def test_unknown_component_is_named_with_the_known_ones(database):
    with pytest.raises(ValueError, match=r"no component 'kitchen'.*landing"):
        connect("kitchen")


@pytest.fixture
def no_settings(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "LEADHOUSE_DATABASE_URL", "LEADHOUSE_DATABASE_ADMIN_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.mark.parametrize(
    ("opening", "setting"), [(lambda: connect("landing"), "DATABASE_URL"), (admin, "DATABASE_ADMIN_URL")]
)
def test_missing_setting_says_what_to_run(no_settings, opening, setting):
    with pytest.raises(DatabaseError, match=rf"LEADHOUSE_{setting} stands neither .*settings\.env.*leadhouse up"):
        opening()


def test_dead_server_says_where_and_what_to_run():
    with pytest.raises(DatabaseError, match=r"nowhere at 127\.0\.0\.1:1 .*does not answer.*leadhouse up") as caught:
        connect_to("postgresql://leadhouse_app:s3cret@127.0.0.1:1/nowhere", "landing")
    assert "s3cret" not in str(caught.value)


def test_malformed_url_does_not_show_its_password():
    with pytest.raises(DatabaseError, match="not a connection URL") as caught:
        connect_to("postgresql://app:s3cret@[host/x", "landing")
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_missing_database_says_migrate(database):
    with pytest.raises(DatabaseError, match=r"absent at .*not migrated.*leadhouse migrate"):
        connect_to(provisioning.url_with(database.url, database="absent"), "landing")


def test_wrong_password_is_told_from_a_dead_server(database):
    with pytest.raises(DatabaseError, match=r"refuses the login.*leadhouse migrate") as caught:
        connect_to(provisioning.url_with(database.url, "leadhouse_app", "wr0ng"), "landing")
    assert "wr0ng" not in str(caught.value)


def test_locks_of_a_session_that_was_closed_are_free_at_once(database):
    lock = "select pg_try_advisory_lock(4711) as is_mine"
    for _ in range(50):
        connection = connect("jobs", autocommit=True)
        assert connection.execute(lock).fetchone() == {"is_mine": True}
        free_and_close(connection)


def test_a_session_that_was_lost_is_closed_without_a_word(database):
    connection = connect("jobs", autocommit=True)
    with database.owner() as owner:
        owner.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
    free_and_close(connection)
    assert connection.closed
