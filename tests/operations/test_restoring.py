"""Restores: on an empty server, over a database, beside it, of each kind; and what must follow them."""

from __future__ import annotations

import pytest

from leadhouse.database import admin_to, connect_to, provisioning
from leadhouse.local.postgres_server import PostgresServer
from leadhouse.operations import restoring
from leadhouse.operations.backups import make_backup, restore_into
from leadhouse.operations.contents import count_rows, hash_rows, list_tables
from leadhouse.operations.restoring import RestoreError, after_restore, restore
from leadhouse.operations.scratch import drop_database, scratch_database


@pytest.fixture(autouse=True)
def no_hooks(monkeypatch):
    monkeypatch.setattr(restoring, "HOOKS", [])


@pytest.fixture
def acme(database):
    with database.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('acme', 'Acme')")
        connection.execute("select raw.ensure_partitions('2026-11-01')")
    return database


def slugs(url):
    with admin_to(url) as connection:
        return {row["slug"] for row in connection.execute("select slug from identity.organizations")}


def contents(url):
    with admin_to(url) as connection:
        return hash_rows(connection, list_tables(connection))


def test_data_is_not_overwritten_unless_that_is_said(acme, tmp_path, scratch_databases):
    backup = make_backup(acme.admin_url, tmp_path)
    with acme.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('later', 'Later')")
    with pytest.raises(RestoreError, match=r"holds data, and .* would replace all of it\. Say --yes"):
        restore(acme.admin_url, backup.path)
    assert slugs(acme.admin_url) == {"acme", "later"}
    found = restore(acme.admin_url, backup.path, overwrite=True)
    assert slugs(acme.admin_url) == {"acme"}
    assert (found.database, found.pending_migrations) == (acme.name, 0)
    assert scratch_databases() == set()
    with acme.connect("landing") as connection:
        assert connection.execute("select count(*) as n from identity.organizations").fetchone()["n"] == 1
    with acme.connect("transform") as connection:  # a right on the database itself, which no dump holds
        assert connection.execute("select has_database_privilege(current_database(), 'create') as may").fetchone()[
            "may"
        ]


@pytest.mark.slow
def test_restore_into_another_database_leaves_the_first_alone(acme, tmp_path):
    backup = make_backup(acme.admin_url, tmp_path)
    other = f"{acme.name}_copy"
    try:
        restore(acme.admin_url, backup.path, into=other)
        assert contents(provisioning.url_with(acme.admin_url, database=other)) == contents(acme.admin_url)
        assert slugs(acme.admin_url) == {"acme"}
    finally:
        with acme.owner(autocommit=True) as server:
            drop_database(server, other)


@pytest.mark.slow
def test_empty_server_gets_roles_and_rows(acme, tmp_path, tmp_path_factory):
    backup = make_backup(acme.admin_url, tmp_path)
    server = PostgresServer(tmp_path_factory.mktemp("empty") / "postgres", durable=False).ensure()
    try:
        target = server.url_for("postgres", "leadhouse")
        restore(target, backup.path)
        with admin_to(target) as connection:
            assert count_rows(connection) == backup.rows
        lines = provisioning.provision(server.admin_url, "leadhouse")
        with connect_to(lines["LEADHOUSE_DATABASE_URL"], "landing") as connection:
            assert connection.execute("select slug from identity.organizations").fetchone() == {"slug": "acme"}
    finally:
        server.remove()


@pytest.mark.slow
def test_hooks_run_on_the_restored_database_and_one_that_fails_keeps_the_replaced(acme, tmp_path, scratch_databases):
    backup = make_backup(acme.admin_url, tmp_path)
    seen = []

    @after_restore
    def erase_again(url):
        seen.append(slugs(url))
        with admin_to(url) as connection:
            connection.execute("delete from identity.organizations")

    after_restore(erase_again)  # a second time counts once
    restore(acme.admin_url, backup.path, overwrite=True)
    assert seen == [{"acme"}]
    assert slugs(acme.admin_url) == set()

    @after_restore
    def fail(url):
        raise OSError("the key is missing")

    with pytest.raises(RestoreError, match=r"what must follow failed: the key is missing.*_replaced"):
        restore(acme.admin_url, backup.path, overwrite=True)
    [kept] = scratch_databases()
    assert kept.endswith("_replaced")
    with acme.owner(autocommit=True) as server:
        drop_database(server, kept)


def test_broken_dump_changes_nothing(acme, tmp_path):
    path = tmp_path / "broken.dump"
    path.write_bytes(b"PGDMP and nothing else")
    with pytest.raises(RuntimeError, match="cannot be read"):
        restore(acme.admin_url, path, overwrite=True)
    assert slugs(acme.admin_url) == {"acme"}


@pytest.mark.slow
def test_schema_and_data_together_are_the_whole(acme, tmp_path):
    schema, data = (make_backup(acme.admin_url, tmp_path, kind) for kind in ("schema", "data"))
    whole = contents(acme.admin_url)
    with scratch_database(acme.admin_url, "pair") as url:
        restore_into(url, schema.path)
        with admin_to(url) as connection:
            assert sum(count_rows(connection).values()) == 0
    with acme.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('later', 'Later')")
    restore(acme.admin_url, data.path, overwrite=True)
    assert contents(acme.admin_url) == whole


def test_data_of_another_schema_is_refused(acme, tmp_path):
    data = make_backup(acme.admin_url, tmp_path, "data")
    with acme.owner() as connection:
        connection.execute("delete from public._pogo_migration where migration_id = '0010_create_enrichment'")
    with pytest.raises(RestoreError, match=r"another schema.*0010_create_enrichment.*Restore the schema dump"):
        restore(acme.admin_url, data.path, overwrite=True)
    assert slugs(acme.admin_url) == {"acme"}


def test_database_keeps_its_place_when_the_restored_one_cannot_take_it(acme):
    """The restored database is gone before the second rename."""
    server_url = provisioning.url_with(acme.admin_url, database="postgres")
    with (
        admin_to(server_url, autocommit=True) as server,
        pytest.raises(RestoreError, match=f"{acme.name} is as it was.*does not exist"),
    ):
        restoring._take_place(server, f"{acme.name}_gone", acme.name, f"{acme.name}_replaced")
    assert slugs(acme.admin_url) == {"acme"}
