"""From an empty server to settings that work, repeatedly."""

from __future__ import annotations

import os
import threading

import psutil
import psycopg
import pytest

from leadhouse.database import DatabaseError, admin_to, connect_to, provisioning
from leadhouse.local.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of this module's own: provisioning sets passwords, which all databases of a server share."""
    server = PostgresServer(tmp_path_factory.mktemp("provisioned") / "postgres", durable=False).ensure()
    yield server
    server.remove()


def test_settings_work_and_stay_the_same(server):
    passwords = {login: server.password_for(login) for login in provisioning.LOGINS}
    lines = provisioning.provision(server.admin_url, "house", passwords)
    assert lines == provisioning.provision(server.admin_url, "house", passwords)
    assert lines["LEADHOUSE_DATABASE_URL"] == server.url_for("leadhouse_app", "house")
    with connect_to(lines["LEADHOUSE_DATABASE_URL"], "landing") as connection:
        assert connection.execute("select to_regclass('raw.extractions') is not null as there").fetchone()["there"]
    with connect_to(lines["LEADHOUSE_DBT_URL"], "transform") as connection:
        assert connection.info.dbname == "house"
    with psycopg.connect(lines["LEADHOUSE_API_URL"]) as api:
        assert api.info.user == "leadhouse_api"


@pytest.mark.slow
def test_administrator_of_the_database_itself_can_provision_it(server):
    """As where a hosting provider gives one database and one URL."""
    server.create_database("given")
    lines = provisioning.provision(
        f"{server.url_for('postgres', 'given')}?connect_timeout=5&gssencmode=disable", "given"
    )
    with connect_to(lines["LEADHOUSE_DATABASE_URL"], "landing") as connection:
        assert connection.info.dbname == "given"


@pytest.mark.slow
def test_url_may_name_the_database_to_be_made(server):
    lines = provisioning.provision(server.url_for("postgres", "wanted"), "wanted")
    with connect_to(lines["LEADHOUSE_DATABASE_URL"], "landing") as connection:
        assert connection.info.dbname == "wanted"


def test_dead_server_is_named(server):
    with pytest.raises(DatabaseError, match=r"house at 127\.0\.0\.1:1 .*does not answer"):
        provisioning.provision("postgresql://postgres:x@127.0.0.1:1/house", "house")


@pytest.mark.slow
def test_two_provisioners_at_once(server):
    results: list[dict[str, str]] = []
    names = ["first", "house", "first"]
    passwords = {login: server.password_for(login) for login in provisioning.LOGINS}
    threads = [
        threading.Thread(target=lambda n=name: results.append(provisioning.provision(server.admin_url, n, passwords)))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3


def test_password_stands_in_no_log_and_no_process_list(server):
    password = "a-password-to-look-for"
    provisioning.provision(server.admin_url, "house", {"leadhouse_app": password})
    with admin_to(server.admin_url, autocommit=True) as connection:
        connection.execute("set log_statement = 'all'")
        provisioning.set_passwords(connection, {"leadhouse_app": password})
        stored = connection.execute("select rolpassword from pg_authid where rolname = 'leadhouse_app'").fetchone()
    assert stored["rolpassword"].startswith("SCRAM-SHA-256$")
    log = server.log_file.read_text()
    assert "alter role" in log
    secrets = [password, *(server.password_for(login) for login in ("postgres", "leadhouse_dbt"))]
    assert not [secret for secret in secrets if secret in log]
    assert not [secret for secret in secrets if secret in _process_list()]


def _process_list() -> str:
    return "\n".join(
        " ".join(process.info["cmdline"] or ())
        for process in psutil.process_iter(["cmdline"])
        if process.pid != os.getpid()
    )


@pytest.mark.parametrize(
    ("url", "change", "expected"),
    [
        ("postgresql://a:b@h:1/d?sslmode=require", {"database": "x/y"}, "postgresql://a:b@h:1/x%2Fy?sslmode=require"),
        ("postgresql://a:b@h:1/d", {"login": "c", "password": "p@:/"}, "postgresql://c:p%40%3A%2F@h:1/d"),
        ("postgresql://h/d", {"login": "c", "password": "p"}, "postgresql://c:p@h/d"),
        ("postgresql:///d?host=/run/pg", {"database": "e"}, "postgresql:///e?host=/run/pg"),
    ],
)
def test_url_with(url, change, expected):
    assert provisioning.url_with(url, **change) == expected
