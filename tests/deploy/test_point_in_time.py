"""The runbook of point-in-time recovery, with its settings: archive, base backup, a dropped table, a second cluster."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from leadhouse.local import ports
from leadhouse.local.postgres_binaries import reachable_folder, server_account, usable_binaries
from leadhouse.local.postgres_cluster import Cluster
from leadhouse.operations.postgres_programs import run_program
from leadhouse.settings import PROJECT
from tests.deploy.compose_file import load_compose

pytestmark = pytest.mark.slow

PAGE = (PROJECT / "docs/runbooks/point_in_time_recovery.md").read_text()
PASSWORD = "only-for-this-test"


def server_settings():
    """What docker-compose.yaml starts the server with, as far as it is about archiving."""
    words = load_compose()["services"]["postgres"]["command"]
    given = dict(word.split("=", 1) for before, word in itertools.pairwise(words) if before == "-c")
    return {name: value for name, value in given.items() if name.startswith(("archive_", "wal_"))}


def recovery_settings(moment):
    """The block of the runbook, with another moment."""
    [block] = re.findall(r"^```ini\n(.*?)^```$", PAGE, re.M | re.S)
    return re.sub(r"(recovery_target_time = )'.*'", rf"\1'{moment}'", block)


def base_backup_options():
    [line] = re.findall(r"pg_basebackup (.*)$", PAGE, re.M)
    return [word for word in line.split() if not word.startswith(("--username", "--pgdata", "--no-password"))]


@pytest.fixture
def place():
    """A folder that the server's account reaches, with an archive in it."""
    account = server_account()
    folder = reachable_folder(Path(f"/point-in-time-{os.getpid()}"))
    for name in ("archive", "archive/wal", "archive/base"):
        (folder / name).mkdir(mode=0o755, exist_ok=True)
        if account:
            account.owns(folder / name)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clusters(place):
    """Makes a cluster of a data folder's name; all are stopped at the end."""
    made = []

    def cluster(name):
        account = server_account()
        made.append(
            Cluster(
                place / name, place / f"run_{name}", usable_binaries(account, place), place / f"{name}.log", account
            )
        )
        return made[-1]

    yield cluster
    for each in made:
        if each.running_pid():
            each.stop()


def configure(cluster, text):
    with (cluster.data / "postgresql.auto.conf").open("a") as file:
        file.write(text)


def started(cluster):
    port = ports.choose_port(None)
    cluster.start(port)
    return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"


def execute(url, statement):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def own(cluster):
    """Hand a copied data folder over to the server's account."""
    for path in (cluster.data, *cluster.data.rglob("*")):
        if cluster.account:
            cluster.account.owns(path)


def archived(url, place):
    """Finish the segment and wait until it stands in the archive."""
    [[segment]] = execute(url, "select pg_walfile_name(pg_switch_wal())")
    deadline = time.monotonic() + 60
    while not (place / "archive/wal" / segment).exists():
        assert time.monotonic() < deadline, execute(url, "select * from pg_stat_archiver")
        time.sleep(0.05)


def test_dropped_table_is_back_as_it_was_at_the_moment(place, clusters):
    first = clusters("first")
    first.create(PASSWORD)
    archive = str(place / "archive")
    settings = {name: value.replace("/archive", archive) for name, value in server_settings().items()}
    configure(first, "".join(f"{name} = '{value}'\n" for name, value in settings.items()))
    url = started(first)
    execute(url, "create table kept as select generate_series(1, 1000) as n")
    base = place / "base"
    run_program(url, "pg_basebackup", f"--pgdata={base}", *base_backup_options())
    execute(url, "insert into kept select generate_series(1001, 1500)")
    time.sleep(0.2)
    [[moment]] = execute(url, "select clock_timestamp()::text")
    time.sleep(0.2)
    execute(url, "delete from kept where n > 10")
    execute(url, "drop table kept")
    archived(url, place)
    first.stop()

    second = clusters("second")
    base.rename(second.data)
    second.data.chmod(0o700)
    configure(second, recovery_settings(moment).replace("/archive", archive))
    (second.data / "recovery.signal").touch()
    own(second)
    url = started(second)
    deadline = time.monotonic() + 60
    while execute(url, "select pg_is_in_recovery()") != [(False,)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert execute(url, "select count(*), max(n) from kept") == [(1500, 1500)]
    assert "recovery stopping before commit" in (place / "second.log").read_text()


def test_segment_is_never_written_over(place):
    command = server_settings()["archive_command"].replace("/archive", str(place / "archive"))
    segment = place / "segment"
    segment.write_text("first")
    shell = command.replace("%p", str(segment)).replace("%f", "000000010000000000000001")
    assert subprocess.run(["sh", "-c", shell], check=False).returncode == 0
    assert subprocess.run(["sh", "-c", shell], check=False).returncode == 0, "offered again after a crash"
    segment.write_text("second")
    assert subprocess.run(["sh", "-c", shell], check=False).returncode != 0
    assert (place / "archive/wal/000000010000000000000001").read_text() == "first"
