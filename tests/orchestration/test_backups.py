"""A backup counts once it was restored."""

from __future__ import annotations

import pytest

from leadhouse.orchestration.backups import KEPT, BackupError, make_backup, prove_backup


def test_backup_is_restored_and_compared(database, tmp_path):
    with database.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('acme', 'Acme')")
    backup = make_backup(database.admin_url, tmp_path)
    assert backup.rows["identity.organizations"] == 1
    assert prove_backup(database.admin_url, backup.path, backup.rows) == sum(backup.rows.values())


def test_missing_rows_are_named(database, tmp_path):
    backup = make_backup(database.admin_url, tmp_path)
    wrong = {**backup.rows, "app.leads": 7}
    with pytest.raises(BackupError, match=r"app\.leads had 7 rows"):
        prove_backup(database.admin_url, backup.path, wrong)
    with database.owner() as connection:
        left = connection.execute("select datname from pg_database where datname like 'leadhouse_restored%'").fetchall()
    assert left == []


def test_truncated_dump_is_refused(database, tmp_path):
    backup = make_backup(database.admin_url, tmp_path)
    backup.path.write_bytes(backup.path.read_bytes()[:-2000])
    with pytest.raises(BackupError, match="pg_restore ended with"):
        prove_backup(database.admin_url, backup.path, backup.rows)


def test_newest_dumps_are_kept_and_a_killed_attempt_is_removed(database, tmp_path):
    for day in range(KEPT + 2):
        (tmp_path / f"leadhouse-202001{day:02}T000000Z.dump").write_text("old")
    (tmp_path / "leadhouse-20200120T000000Z.partial").write_text("killed")
    backup = make_backup(database.admin_url, tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == KEPT
    assert left[-1] == backup.path.name
