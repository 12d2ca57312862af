"""The embedded Postgres: killed, crowded out of its port, started twice at once, as root and as an ordinary user."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import psutil
import psycopg
import pytest

from leadhouse.local import ports, postgres_binaries
from leadhouse.local.locks import LockTimeoutError, exclusive
from leadhouse.local.postgres_binaries import PostgresSetupError
from leadhouse.local.postgres_server import PostgresServer
from leadhouse.settings import PROJECT

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become somebody else")
context = multiprocessing.get_context("fork")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A durable server, stopped and killed by the tests and always started again."""
    server = PostgresServer(tmp_path_factory.mktemp("embedded") / "postgres").ensure()
    yield server
    server.remove()


@pytest.fixture
def running(server):
    return server.ensure()


@pytest.fixture
def reachable(tmp_path_factory):
    """A folder that the server's account may pass through, unlike pytest's own."""
    folder = Path(f"/var/tmp/leadhouse-test-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def rows(server):
    with psycopg.connect(server.admin_url) as connection:
        return [row[0] for row in connection.execute("select id from kept order by id")]


def kill_server(server):
    pid = server.status().pid
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.status().running:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_cluster_is_what_the_schema_relies_on(running):
    with psycopg.connect(running.admin_url) as connection:
        shown = {
            name: connection.execute("select current_setting(%s)", [name]).fetchone()[0]
            for name in ("server_encoding", "timezone", "data_checksums", "fsync", "password_encryption",
                         "listen_addresses", "max_connections")
        }  # fmt: skip
        locale = connection.execute("select datlocprovider, datlocale from pg_database where datname = 'template1'")
        assert locale.fetchone() == ("b", "C.UTF-8")
    assert shown == {
        "server_encoding": "UTF8",
        "timezone": "UTC",
        "data_checksums": "on",
        "fsync": "on",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "127.0.0.1",
        "max_connections": "120",
    }


def test_password_is_asked_for_on_tcp_and_socket(running):
    socket_folder = psycopg.connect(running.admin_url).execute("show unix_socket_directories").fetchone()[0]
    for host in (ports.HOST, socket_folder):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=host, port=running.port, user="postgres", password="wrong", dbname="postgres")
    password = running.password_for("postgres")
    with psycopg.connect(
        host=socket_folder, port=running.port, user="postgres", password=password, dbname="postgres"
    ) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_state_file_is_private(running):
    assert (running.home / "server.json").stat().st_mode & 0o777 == 0o600
    assert running.status().data.stat().st_mode & 0o777 == 0o700


def test_ensure_finds_the_running_one(running):
    pid = running.status().pid
    assert PostgresServer(running.home).ensure().status().pid == pid


def test_databases_are_made_copied_and_dropped(running):
    assert running.create_database("house")
    assert not running.create_database("house")
    with psycopg.connect(running.url_for("postgres", "house")) as connection:
        connection.execute("create table kept (id int)")
    assert running.create_database("copy of it", template="house")
    with psycopg.connect(running.url_for("postgres", "copy of it")) as left_open:
        left_open.execute("table kept")
        running.drop_database("copy of it")
        with pytest.raises(psycopg.errors.AdminShutdown):
            left_open.execute("table kept")
    running.drop_database("copy of it")
    running.drop_database("house")
    assert running.create_database("house")
    running.drop_database("house")


def test_committed_rows_outlive_kill_9(running):
    with psycopg.connect(running.admin_url) as connection:
        connection.execute("drop table if exists kept")
        connection.execute("create table kept as select generate_series(1, 1000) as id")
    open_transaction = psycopg.connect(running.admin_url)
    open_transaction.execute("insert into kept values (0)")
    kill_server(running)
    running.ensure()
    assert rows(running) == list(range(1, 1001))


@pytest.mark.parametrize("whose", ["zombie", "stranger", "nobody", "garbage"])
def test_lock_file_of_a_dead_server_does_not_stop_the_next(running, whose):
    file = running.status().data / "postmaster.pid"
    content = file.read_text()
    kill_server(running)
    ended = subprocess.Popen(["/bin/true"])
    while psutil.Process(ended.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    pid = {"zombie": str(ended.pid), "stranger": str(os.getpid()), "nobody": "4194000", "garbage": "x"}[whose]
    file.write_text("\n".join([pid, *content.splitlines()[1:]]) + "\n")
    assert not running.status().running
    running.ensure()
    assert running.status().running
    assert ended.wait() == 0


def test_taken_port_is_left_for_another(running):
    port = running.port
    running.stop()
    with socket.create_server((ports.HOST, port)):
        running.ensure()
        assert running.port != port
        assert f":{running.port}/" in running.admin_url
        with psycopg.connect(running.admin_url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_port_stays_when_free(running):
    port = running.port
    running.stop()
    assert not running.status().running
    assert running.ensure().port == port


def test_second_starter_waits_for_the_first(server):
    server.stop()
    done = threading.Event()
    with exclusive(server.home / "lock", "test"):
        second = threading.Thread(target=lambda: (server.ensure(), done.set()))
        second.start()
        assert not done.wait(0.3)
        assert not server.status().running
    assert done.wait(20)
    second.join()
    assert server.status().running


def test_lock_that_is_never_freed_is_named(tmp_path):
    with (
        exclusive(tmp_path / "lock", "making tea"),
        pytest.raises(LockTimeoutError, match=r"held .*/lock \(making tea\)"),
        exclusive(tmp_path / "lock", "making tea", seconds=0.1),
    ):
        pytest.fail("the lock was given twice")


@pytest.mark.slow
def test_many_first_starters_make_one_cluster(tmp_path):
    def start(results):  # in another process, so that the lock is the system's
        results.put(PostgresServer(tmp_path / "postgres", durable=False).ensure().status().pid)

    results = context.Queue()
    starters = [context.Process(target=start, args=(results,)) for _ in range(3)]
    try:
        for starter in starters:
            starter.start()
        assert len({results.get(timeout=30) for _ in starters}) == 1
        for starter in starters:
            starter.join(10)
    finally:
        PostgresServer(tmp_path / "postgres").remove()


def test_full_disk_is_said_before_anything_is_made(tmp_path):
    server = PostgresServer(tmp_path / "postgres", minimum_free_bytes=10**18)
    with pytest.raises(PostgresSetupError, match=r"is full: \d+ MB are free.*LEADHOUSE_HOME"):
        server.ensure()
    assert not (tmp_path / "postgres" / "server.json").exists()


def test_server_that_cannot_start_shows_its_log(running):
    data = running.status().data
    running.stop()
    broken = data / "postgresql.auto.conf"
    before = broken.read_text()
    broken.write_text("shared_buffers = 'plenty'\n")
    try:
        with pytest.raises(PostgresSetupError, match=r"did not start(?s:.*)shared_buffers"):
            running.ensure()
    finally:
        broken.write_text(before)
    running.ensure()


def test_never_started_server_says_so(tmp_path):
    with pytest.raises(PostgresSetupError, match="leadhouse up"):
        _ = PostgresServer(tmp_path / "postgres").admin_url
    assert PostgresServer(tmp_path / "postgres").status().running is False
    PostgresServer(tmp_path / "postgres").stop()


@pytest.mark.slow
def test_lost_passwords_do_not_cost_the_data(reachable):
    server = PostgresServer(reachable / "postgres", durable=False).ensure()
    server.stop()
    state = (server.home / "server.json").read_bytes()
    (server.home / "server.json").unlink()
    with pytest.raises(PostgresSetupError, match=r"server\.json with its passwords is gone"):
        server.ensure()
    (server.home / "server.json").write_bytes(state)
    assert server.ensure().status().running
    server.remove()
    assert not (reachable / "postgres").exists()


@as_root
def test_root_runs_it_as_somebody_else(running):
    process = psutil.Process(running.status().pid)
    assert process.uids().real != 0
    assert process.gids().real != 0


@as_root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs util-linux's setpriv")
def test_root_without_rights_over_other_users_finds_the_running_one(running):
    """As in a container: root there may not look into another user's processes."""
    code = (
        "import sys; from pathlib import Path\n"
        "from leadhouse.local.postgres_server import PostgresServer\n"
        "print(PostgresServer(Path(sys.argv[1])).ensure().status().pid)"
    )
    done = subprocess.run(
        ["setpriv", "--bounding-set=-sys_ptrace", sys.executable, "-c", code, str(running.home)],
        env={"PYTHONPATH": str(PROJECT / "plugins"), "PATH": os.defpath}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) == running.status().pid


@pytest.mark.slow
@as_root
def test_home_under_a_closed_folder_keeps_the_data_outside(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = PostgresServer(closed / "postgres", durable=False).ensure()
    data = server.status().data
    assert data.is_relative_to("/var/tmp")
    assert closed.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(closed)  # as a user clears a demo by hand, the server still running
    closed.mkdir(mode=0o700)
    again = PostgresServer(closed / "postgres", durable=False).ensure()
    assert again.status().data == data
    with psycopg.connect(again.admin_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    again.remove()
    assert not data.parent.exists()


@as_root
def test_foreign_folder_of_our_name_is_not_used(tmp_path):
    taken = postgres_binaries.reachable_folder(tmp_path)
    os.chown(taken, 65534, 65534)
    other = postgres_binaries.reachable_folder(tmp_path)
    try:
        assert other != taken
        assert other.stat().st_uid == 0
    finally:
        taken.rmdir()
        other.rmdir()


@pytest.mark.slow
@as_root
def test_environment_under_a_closed_folder_is_copied(tmp_path, reachable):
    package = postgres_binaries.installed_binaries().parents[1]
    closed = tmp_path / "environment"
    closed.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, closed / name)
    code = (
        "import sys; from pathlib import Path\n"
        "from leadhouse.local.postgres_server import PostgresServer\n"
        "print(PostgresServer(Path(sys.argv[1]), durable=False).ensure().status().pid)"
    )
    path = os.pathsep.join([str(closed), str(PROJECT / "plugins")])
    home = reachable / "postgres"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(home)],
            env={"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        program = Path(psutil.Process(int(done.stdout)).exe())
        assert program.is_relative_to(home)
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        PostgresServer(home).remove()


@as_root
def test_ordinary_user_runs_it_as_itself(reachable):
    os.chown(reachable, 65534, 65534)

    def run(results):
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            server = PostgresServer(reachable / "postgres", durable=False).ensure()
            owner = psutil.Process(server.status().pid).uids().real
            with psycopg.connect(server.admin_url) as connection:
                results.put((owner, connection.execute("select 1").fetchone()))
            server.remove()
        except BaseException:
            results.put(traceback.format_exc())

    results = context.Queue()
    user = context.Process(target=run, args=(results,))
    user.start()
    outcome = results.get(timeout=30)
    user.join(10)
    assert outcome == (65534, (1,))
    assert not (reachable / "postgres").exists()
