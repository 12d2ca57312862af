"""Migrations: applied once, in order, all or nothing; an edited one is an error; the schema rolls back step by step."""

from __future__ import annotations

import re
import shutil
import threading

import pytest
from psycopg import sql

from leadhouse.database import admin_to, migrations, provisioning
from leadhouse.database.queries import load

# A month of the audit log is made by the first change in it, by whichever migration that is: data, not schema.
AUDITED_MONTH = re.compile(r"\baudit_log_\d{4}_\d{2}")

FIRST = """-- Make a table
-- depends:
-- migrate: apply
create table public.things (id int primary key, label text default 'a;b');
do $$ begin perform 1; perform 2; end $$;
-- migrate: rollback
drop table public.things;
"""
SECOND = """-- Count the things
-- depends: 0001_create_things
-- migrate: apply
create function public.count_things() returns bigint language plpgsql as $body$
begin
  -- a comment; with a semicolon
  return (select count(*) from public.things);
end $body$;
-- migrate: rollback
drop function public.count_things();
"""
BROKEN = """-- Fail half-way
-- depends: 0002_create_count
-- migrate: apply
create table public.halves (id int);
insert into public.nowhere values (1);
-- migrate: rollback
drop table public.halves;
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "0001_create_things.sql").write_text(FIRST)
    (tmp_path / "0002_create_count.sql").write_text(SECOND)
    return tmp_path


@pytest.fixture
def empty(postgres, request):
    """The URL of an empty database."""
    name = f"test_empty_{abs(hash(request.node.nodeid)):x}"
    with admin_to(postgres.admin_url, autocommit=True) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        provisioning.create_database(server, name)
        yield provisioning.url_with(postgres.admin_url, database=name)
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def catalog(url):
    with admin_to(url) as connection:
        return [tuple(row.values()) for row in connection.execute(load("operations").list_catalog)]


def exists(url, name):
    with admin_to(url) as connection:
        return connection.execute("select to_regclass(%s) is not null as found", [name]).fetchone()["found"]


def states(url, folder):
    return [entry.state for entry in migrations.status(url, folder)]


def test_pending_ones_are_applied_once_and_in_order(empty, folder):
    assert states(empty, folder) == ["pending", "pending"]
    assert migrations.migrate(empty, folder) == ["0001_create_things", "0002_create_count"]
    assert migrations.migrate(empty, folder) == []
    assert states(empty, folder) == ["applied", "applied"]
    with admin_to(empty) as connection:
        assert connection.execute("select public.count_things() as things").fetchone() == {"things": 0}


def test_rollback_undoes_the_newest(empty, folder):
    migrations.migrate(empty, folder)
    assert migrations.rollback(empty, 1, folder) == ["0002_create_count"]
    assert states(empty, folder) == ["applied", "pending"]
    assert migrations.migrate(empty, folder) == ["0002_create_count"]
    assert migrations.rollback(empty, 5, folder) == ["0002_create_count", "0001_create_things"]
    assert not exists(empty, "public.things")


def test_edited_migration_is_an_error(empty, folder):
    migrations.migrate(empty, folder)
    with (folder / "0001_create_things.sql").open("a") as file:
        file.write("-- a word\n")
    assert states(empty, folder) == ["changed", "applied"]
    for act in (lambda: migrations.migrate(empty, folder), lambda: migrations.rollback(empty, 1, folder)):
        with pytest.raises(migrations.MigrationError, match=r"0001_create_things \(changed\).*restore the file"):
            act()


def test_deleted_migration_is_an_error(empty, folder):
    migrations.migrate(empty, folder)
    (folder / "0002_create_count.sql").unlink()
    with pytest.raises(migrations.MigrationError, match=r"0002_create_count \(missing\)"):
        migrations.migrate(empty, folder)


def test_failed_migration_keeps_what_was_before_and_nothing_of_itself(empty, folder):
    (folder / "0003_fail_halfway.sql").write_text(BROKEN)
    with pytest.raises(migrations.MigrationError, match=r"0003_fail_halfway\.sql could not apply: 42P01.*nowhere"):
        migrations.migrate(empty, folder)
    assert states(empty, folder) == ["applied", "applied", "pending"]
    assert not exists(empty, "public.halves")


def test_two_migrators_at_once_apply_each_once(empty, folder):
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrations.migrate(empty, folder))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, applied)) == [0, 0, 2]


def test_lock_that_is_held_fails_the_migration_and_names_the_holder(empty, folder, monkeypatch):
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 1)
    migrations.migrate(empty, folder)
    text = BROKEN.replace("insert into public.nowhere values (1);", "alter table public.things add column more int;")
    (folder / "0003_add_column.sql").write_text(text)
    with admin_to(empty) as holder:
        holder.execute("lock table public.things in share mode")
        with pytest.raises(migrations.MigrationError, match=r"lock timeout after 1 s.*leadhouse admin.*Try again"):
            migrations.migrate(empty, folder)
        assert not exists(empty, "public.halves")
    assert migrations.migrate(empty, folder) == ["0003_add_column"]


def test_migrating_stops_where_asked_and_says_what_is_pending(empty, folder):
    text = FIRST.replace("-- depends:", "-- depends:\n-- changes: app.leads, identity.members", 1)
    (folder / "0001_create_things.sql").write_text(text)
    first, second = migrations.list_pending(empty, folder)
    assert (first.migration_id, first.title) == ("0001_create_things", "Make a table")
    assert (first.changes, second.changes) == ({"app.leads", "identity.members"}, frozenset())
    assert migrations.migrate(empty, folder, until="0001_create_things") == ["0001_create_things"]
    assert migrations.list_pending(empty, folder) == [second]
    with pytest.raises(migrations.MigrationError, match="no migration '0009_lost'"):
        migrations.migrate(empty, folder, until="0009_lost")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("0003_no_sections.sql", "-- A word\n-- depends:\nselect 1;", "No '-- migrate: apply'"),
        ("0003_lost_parent.sql", FIRST.replace("depends:", "depends: 0000_nothing"), "Could not resolve dependencies"),
        ("3_short_number.sql", FIRST, "not of the form NNNN_verb_subject"),
    ],
)
def test_malformed_file_is_named(empty, folder, name, text, message):
    (folder / name).write_text(text)
    with pytest.raises(migrations.MigrationError, match=message):
        migrations.migrate(empty, folder)


def test_unreachable_database_says_what_to_run():
    with pytest.raises(migrations.MigrationError, match=r"cannot be reached.*leadhouse up") as caught:
        migrations.migrate("postgresql://postgres:s3cret@127.0.0.1:1/x")
    assert "s3cret" not in str(caught.value)


@pytest.mark.prove
def test_schema_rolls_back_step_by_step(empty, tmp_path):
    """Each migration's rollback restores the catalog as it stood, while another database uses the same roles.

    That all of them go down and up again is a test of every run (tests/sql); this one names the step at fault.
    """
    before = []
    in_order = [migrations.FOLDER / f"{each.migration_id}.sql" for each in migrations.list_pending(empty)]
    for file in in_order:
        shutil.copy(file, tmp_path)
        migrations.status(empty, tmp_path)  # makes the tables that record, which stay
        before.append(catalog(empty))
        assert migrations.migrate(empty, tmp_path) == [file.stem]
    for file, expected in zip(reversed(in_order), reversed(before), strict=True):
        assert migrations.rollback(empty, 1, tmp_path) == [file.stem]
        left = {each for each in set(catalog(empty)) ^ set(expected) if not AUDITED_MONTH.search(each[1])}
        assert not left, f"{file.name}: {sorted(left)[:5]}"
        (tmp_path / file.name).unlink()
    assert migrations.migrate(empty) == [file.stem for file in in_order]
