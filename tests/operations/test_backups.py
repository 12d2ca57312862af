"""A backup counts once it was read through and restored; its name says kind, purpose and expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadhouse.operations import scratch
from leadhouse.operations.backups import (
    BackupError,
    list_backups,
    make_backup,
    newest_full_backup,
    prove_backup,
    read_dump,
)
from leadhouse.settings import settings


def databases(database, like):
    with database.owner() as connection:
        return connection.execute("select datname from pg_database where datname like %s", [like]).fetchall()


def test_backup_is_restored_and_compared(database, tmp_path):
    with database.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('acme', 'Acme')")
    backup = make_backup(database.admin_url, tmp_path)
    assert backup.rows["identity.organizations"] == 1
    assert prove_backup(database.admin_url, backup.path, backup.rows) == sum(backup.rows.values())


def test_missing_rows_are_named(database, tmp_path, scratch_databases):
    backup = make_backup(database.admin_url, tmp_path)
    wrong = {**backup.rows, "app.leads": 7}
    with pytest.raises(BackupError, match=r"app\.leads had 7 rows"):
        prove_backup(database.admin_url, backup.path, wrong)
    assert scratch_databases() == set()


@pytest.mark.parametrize("lost", [2000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_truncated_dump_is_refused(database, tmp_path, lost):
    backup = make_backup(database.admin_url, tmp_path)
    backup.path.write_bytes(backup.path.read_bytes()[:-lost])
    for read in (read_dump, lambda url, path: prove_backup(url, path, backup.rows)):
        with pytest.raises(BackupError, match="pg_restore ended with"):
            read(database.admin_url, backup.path)


def test_only_the_owner_can_read_a_dump_while_it_is_made_and_after(database, tmp_path):
    folder = tmp_path / "new"
    backup = make_backup(database.admin_url, folder)
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_name_says_what_a_backup_is(database, tmp_path):
    made = [
        make_backup(database.admin_url, tmp_path, "schema"),
        make_backup(database.admin_url, tmp_path, "data"),
        make_backup(database.admin_url, tmp_path, precedes="0012_extend_identity"),
    ]
    (tmp_path / "leadhouse-notes.dump").write_text("of somebody else")
    listed = list_backups(tmp_path)
    assert {(each.kind, each.precedes) for each in listed} == {
        ("schema", None), ("data", None), ("full", "0012_extend_identity"),
    }  # fmt: skip
    assert {each.path: each.expires_at - each.made_at for each in listed} == {
        each.path: timedelta(days=settings().backup_days) for each in made
    }
    assert newest_full_backup(tmp_path).path == made[-1].path
    assert read_dump(database.admin_url, made[0].path) > 1000


def test_expired_dumps_go_with_the_next_backup_and_a_killed_attempt_is_removed(database, tmp_path):
    now = datetime.now(UTC)
    kept = f"leadhouse-{now - timedelta(days=6):%Y%m%dT%H%M%SZ}.dump"
    gone = f"leadhouse-{now - timedelta(days=8):%Y%m%dT%H%M%SZ}.dump"
    promised = f"leadhouse-20200101T000000Z-full-until-{now + timedelta(days=1):%Y%m%dT%H%M%SZ}.dump"
    for name in (kept, gone, promised, "leadhouse-20200120T000000Z.partial"):
        (tmp_path / name).write_text("old")
    assert [each.path.name for each in list_backups(tmp_path)] == [promised, gone, kept]
    backup = make_backup(database.admin_url, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {kept, promised, backup.path.name, "lock"}


def test_nothing_is_deleted_when_no_backup_could_be_made(database, tmp_path, monkeypatch):
    old = tmp_path / "leadhouse-20200101T000000Z.dump"
    old.write_text("old")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("leadhouse.operations.postgres_programs.find_spec", lambda name: None)
    with pytest.raises(BackupError, match=r"pg_dump of version \d+ or newer is not installed"):
        make_backup(database.admin_url, tmp_path)
    assert old.exists()


def test_scratch_of_a_killed_process_is_dropped_a_day_later(database):
    old, young = (
        "leadhouse_scratch_proof_20200101000000_abcdef",
        f"leadhouse_scratch_proof_{datetime.now(UTC):%Y%m%d%H%M%S}_abcdef",
    )
    with database.owner(autocommit=True) as server:
        for name in (old, young):
            server.execute(f"create database {name}")
        with scratch.scratch_database(database.admin_url, "proof"):
            pass
        assert databases(database, old) == []
        assert databases(database, young) != []
        scratch.drop_database(server, young)
