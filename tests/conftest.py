"""A real Postgres for the tests: one server a run, one migrated template, one clone for each test that asks.

The server is the embedded one, or the one of LEADHOUSE_TEST_POSTGRES_URL (an administrator's URL, 15 or newer).
All workers of pytest-xdist share it.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import hmac
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow

from leadhouse.database import DatabaseError, admin_to, connect_to, migrations, provisioning
from leadhouse.local.postgres_binaries import PostgresSetupError, can_reach, installed_binaries, server_account
from leadhouse.local.postgres_server import PostgresServer
from leadhouse.settings import PROJECT, settings
from tests import shared_parse
from tests.function_calls import FOLDER, read_calls, record_calls

MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4 * 1024**3
EXTERNAL = "LEADHOUSE_TEST_POSTGRES_URL"
GARBAGE_THRESHOLDS = 50_000, 10, 10  # objects, and rounds of the younger generation
USUAL_DAY = date(2026, 11, 20)  # of most tests that land something
BEFORE_THE_HOUR, BEFORE_MIDNIGHT = 8.0, 40.0  # seconds, of universal time
# One name for a worker's modules, one after the other: dbt parses the project anew for a database of another name.
MODULE_DATABASE = f"test_module_{secrets.token_hex(6)}"
FUNCTIONS_CALLED = pytest.StashKey[tuple[set[str], set[str]]]()  # all, and the called ones


@dataclass(frozen=True)
class DatabaseLogin:
    """A connection in parts, as dbt's profile wants them."""

    host: str
    port: int
    user: str
    password: str
    dbname: str


@dataclass(frozen=True)
class Database:
    """A migrated database of a test's own."""

    name: str
    environment: dict[str, str]

    @property
    def url(self) -> str:
        """The login `leadhouse_app`."""
        return self.environment["LEADHOUSE_DATABASE_URL"]

    @property
    def admin_url(self) -> str:
        """The administrator, in this database."""
        return self.environment["LEADHOUSE_DATABASE_ADMIN_URL"]

    @property
    def dbt_url(self) -> str:
        """The login `leadhouse_dbt`."""
        return self.environment["LEADHOUSE_DBT_URL"]

    @property
    def api_url(self) -> str:
        """The login `leadhouse_api`."""
        return self.environment["LEADHOUSE_API_URL"]

    @property
    def dbt(self) -> DatabaseLogin:
        """The login `leadhouse_dbt` in parts."""
        parts = urlsplit(self.dbt_url)
        host, port = parts.hostname or "127.0.0.1", parts.port or 5432
        return DatabaseLogin(host, port, unquote(parts.username or ""), unquote(parts.password or ""), self.name)

    def connect(self, component: str, *, autocommit: bool = False) -> psycopg.Connection[DictRow]:
        """A connection as the role of a component."""
        return connect_to(self.dbt_url if component == "transform" else self.url, component, autocommit=autocommit)

    def owner(self, *, autocommit: bool = False) -> psycopg.Connection[DictRow]:
        """A connection as the administrator, whom no policy stops."""
        return admin_to(self.admin_url, autocommit=autocommit)

    @contextlib.contextmanager
    def kept_owner(self) -> Iterator[psycopg.Connection[DictRow]]:
        """The same for one statement, committed at once: a thread's own, kept until the database goes.

        Tests ask ten thousands of questions, and a new connection takes 9 ms of CPU.
        """
        key = self.name, threading.get_ident()
        connection = _KEPT.get(key)
        if connection is None or connection.closed:
            connection = _KEPT[key] = self.owner(autocommit=True)
            connection.prepare_threshold = None  # a test may change a table between two questions
        if connection.info.transaction_status == TransactionStatus.IDLE:
            yield connection
        else:  # asked amid a transaction of `kept_transaction`: not for its eyes
            with self.owner(autocommit=True) as other:
                yield other

    @contextlib.contextmanager
    def kept_transaction(self) -> Iterator[psycopg.Connection[DictRow]]:
        """The same for several statements that are committed together; for rows alone, what is set would stay."""
        with self.kept_owner() as connection, connection.transaction():
            yield connection


_KEPT: dict[tuple[str, int], psycopg.Connection[DictRow]] = {}  # by database and thread


@dataclass(frozen=True)
class Postgres:
    """The server of this run: its administrator's URL and the template with the schema of this checkout."""

    admin_url: str
    template: str

    @contextlib.contextmanager
    def clone(self, name: str | None = None) -> Iterator[Database]:
        """A copy of the template, dropped at the end with whatever is still connected."""
        name = name or f"test_{secrets.token_hex(6)}"
        _close_kept(self.template)  # a database with sessions cannot be copied
        _clone(_kept_administrator(self.admin_url), self.template, name)
        try:
            yield Database(name, _environment(self.admin_url, name))
        finally:
            _close_kept(name)
            if FOLDER in os.environ:
                with (
                    contextlib.suppress(DatabaseError),
                    admin_to(provisioning.url_with(self.admin_url, database=name)) as made,
                ):
                    record_calls(made)
            server = _kept_administrator(self.admin_url)
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            logins = server.execute("select rolname from pg_roles where starts_with(rolname, %s)", [f"{name}_"])
            for login in logins.fetchall():  # an analyst's belongs to the server and is named after the database
                server.execute(sql.SQL("drop role {}").format(sql.Identifier(login["rolname"])))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--function-calls`: fail when a function of the database was never called by any test of the run."""
    parser.addoption("--function-calls", action="store_true", help="fail where a database function was never called")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The workers of a whole run begin with the files that take longest: none stands alone at the end."""
    if hasattr(config, "workerinput"):
        ranks = longest_first()
        items.sort(key=lambda item: ranks.get(item.path, len(ranks)))  # stable: a file's own order stays


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported and collected lives to the end, and so does most of what dbt and the API make of it.

    Looking for garbage in all of it again and again was a sixth of a worker's CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test begins right before the clock goes to another hour or day: what it planned for today is found today."""
    now = datetime.now(UTC)
    ends = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    left = (ends - now).total_seconds()
    if left < (BEFORE_MIDNIGHT if ends.hour == 0 else BEFORE_THE_HOUR):
        time.sleep(left + 0.01)


def longest_first() -> dict[Path, int]:
    """The place in the order of each file that is named in `longest_first.txt`."""
    folder = Path(__file__).parent
    lines = (folder / "longest_first.txt").read_text().splitlines()
    return {folder / line: rank for rank, line in enumerate(lines) if not line.startswith("#")}


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that was started by hand adds up what the workers' databases counted."""
    if session.config.getoption("--function-calls") and not hasattr(session.config, "workerinput"):
        known, called = read_calls()
        session.config.stash[FUNCTIONS_CALLED] = known, called
        if known - called and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end, where failures are read, which functions of the database no test called."""
    if FUNCTIONS_CALLED in config.stash:
        known, called = config.stash[FUNCTIONS_CALLED]
        terminalreporter.write_line(f"{len(called)} of {len(known)} database functions were called")
        for name in sorted(known - called):
            terminalreporter.write_line(f"FAILED: no test called {name}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """The process that was started by hand names the cluster's folder; workers are told it."""
    if not hasattr(config, "workerinput"):
        started = int(psutil.Process().create_time())
        folder = _clusters() / f"leadhouse-tests-{os.getuid()}" / f"{os.getpid()}-{started}"
        config.leadhouse_cluster = str(folder)  # type: ignore[attr-defined]
        if config.getoption("--function-calls"):
            os.environ[FOLDER] = tempfile.mkdtemp(prefix="function-calls-")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist which cluster is the run's."""
    node.workerinput["leadhouse_cluster"] = node.config.leadhouse_cluster


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that was started by hand removes the cluster, if any test asked for one."""
    folder = getattr(config, "leadhouse_cluster", None)
    if folder and Path(folder).exists():
        PostgresServer(Path(folder) / "postgres", durable=False).remove()
        shutil.rmtree(folder, ignore_errors=True)
    if folder and FOLDER in os.environ:
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Postgres:
    """The run's server with its migrated template."""
    external = os.environ.get(EXTERNAL)
    if external:
        return Postgres(external, _ensure_template(external))
    config: Any = request.config
    folder = Path(getattr(config, "workerinput", {}).get("leadhouse_cluster") or config.leadhouse_cluster)
    folder.parent.mkdir(mode=0o711, exist_ok=True)
    folder.mkdir(mode=0o711, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_abandoned_clusters(folder.parent)
        server = PostgresServer(folder / "postgres", durable=False).ensure()
        _let_in_quickly(server.admin_url)
        return Postgres(server.admin_url, _ensure_template(server.admin_url))


@pytest.fixture(scope="session")
def postgres_with_marts(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """The run's server with a template in which dbt has built the marts of an empty platform."""
    return Postgres(postgres.admin_url, _ensure_marts(postgres, tmp_path_factory))


@pytest.fixture
def database(postgres: Postgres, tmp_path: Path) -> Iterator[Database]:
    """A fresh database for one test; the settings point at it and at a home of the test's own."""
    with postgres.clone() as clone, _settings_of(clone, tmp_path):
        yield clone


@pytest.fixture
def database_with_marts(postgres_with_marts: Postgres, tmp_path: Path) -> Iterator[Database]:
    """The same with the marts and the views below them: dbt takes 9 s of CPU to parse for a database of a new name."""
    with postgres_with_marts.clone() as clone, _settings_of(clone, tmp_path):
        yield clone


@pytest.fixture
def counted_statements(database: Database) -> Database:
    """The test's database, in which the server's statistics count the statements of sessions that begin now."""
    with database.owner(autocommit=True) as owner:
        name = sql.Identifier(database.name)
        owner.execute(sql.SQL("alter database {} set pg_stat_statements.track = 'top'").format(name))
    return database


@pytest.fixture(scope="module")
def module_database(migrated_database: Database) -> Database:
    """One database for all tests of a module that mostly read. Folders whose tests read marts take `marts_database`."""
    return migrated_database


@pytest.fixture(scope="module")
def migrated_database(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests of a module, as the migrations make it: dbt has built nothing."""
    with postgres.clone(MODULE_DATABASE) as clone, _home(tmp_path_factory) as home, _settings_of(clone, home):
        yield clone


@pytest.fixture(scope="module")
def marts_database(postgres_with_marts: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests of a module, with the marts built: its first build is one by the ledger."""
    with postgres_with_marts.clone(MODULE_DATABASE) as clone:
        if not _parsed(tmp_path_factory).exists():
            with _home(tmp_path_factory) as home, _settings_of(clone, home):
                shared_parse.take(_shared(tmp_path_factory), _parsed(tmp_path_factory), clone.name)
        with _home(tmp_path_factory) as home, _settings_of(clone, home):
            yield clone


def _close_kept(name: str) -> None:
    for key in [each for each in _KEPT if each[0] == name]:
        _KEPT.pop(key).close()


def _kept_administrator(admin_url: str) -> psycopg.Connection[DictRow]:
    """The worker's one connection that makes and drops databases: a new one for each would take 7 ms twice."""
    kept = _ADMINISTRATORS.get(admin_url)
    if kept is None or not _answers(kept):
        kept = _ADMINISTRATORS[admin_url] = admin_to(admin_url, autocommit=True)
    return kept


_ADMINISTRATORS: dict[str, psycopg.Connection[DictRow]] = {}  # by URL


def _answers(connection: psycopg.Connection[DictRow]) -> bool:
    """Whether the server behind a connection is the one that it was made to: some tests kill theirs."""
    try:
        connection.execute("")
    except psycopg.OperationalError:
        connection.close()
        return False
    return True


@contextlib.contextmanager
def _home(factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of a module's own that begins with what dbt parsed for the module before: 9 s of CPU saved each time."""
    home, parsed = factory.mktemp("home"), _parsed(factory)
    target = home / "dbt" / "target" / parsed.name
    if parsed.exists():
        target.parent.mkdir(parents=True)
        shutil.copy(parsed, target)
    yield home
    if target.exists():
        shutil.copy(target, parsed)


def _parsed(factory: pytest.TempPathFactory) -> Path:
    """Where a worker keeps what dbt parsed last."""
    return factory.getbasetemp() / "partial_parse.msgpack"


def _shared(factory: pytest.TempPathFactory) -> Path:
    """Where the workers of a run find what another one parsed."""
    worker = factory.getbasetemp()
    return (worker.parent if "PYTEST_XDIST_WORKER" in os.environ else worker) / "parsed"


@contextlib.contextmanager
def _settings_of(clone: Database, home: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.setenv("LEADHOUSE_HOME", str(home))
        for name, value in clone.environment.items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield
    settings.cache_clear()


def _let_in_quickly(admin_url: str) -> None:
    """Passwords of one round: the usual 4096 take a client 4 ms of CPU, and the tests sign in many thousand times.

    Statements are counted only where a test says so (`counted_statements`): each database has all of them anew, so that
    the counters of a run would always be full, and one test's would go while another's come.
    """
    parts = urlsplit(admin_url)
    with admin_to(admin_url, autocommit=True) as server:
        is_done = server.execute("select setting = '1' as is_done from pg_settings where name = 'scram_iterations'")
        if is_done.fetchone() != {"is_done": False}:
            return  # another worker was first, or a server before 16
        server.execute("alter system set pg_stat_statements.track = 'none'")
        server.execute("alter system set track_io_timing = off")
        server.execute("alter system set scram_iterations = 1")
        server.execute("select pg_reload_conf()")
        server.execute("set scram_iterations = 1")
        provisioning.set_passwords(server, {unquote(parts.username or ""): unquote(parts.password or "")})


def _environment(admin_url: str, database: str) -> dict[str, str]:
    passwords = _passwords(admin_url)
    urls = {
        variable: provisioning.url_with(admin_url, login, passwords[login], database)
        for login, variable in provisioning.LOGINS.items()
    }
    return {**urls, "LEADHOUSE_DATABASE_ADMIN_URL": provisioning.url_with(admin_url, database=database)}


def _passwords(admin_url: str) -> dict[str, str]:
    """Logins belong to the server, so every run on one server must choose the same passwords."""
    key = admin_url.encode()
    return {login: hmac.new(key, login.encode(), hashlib.sha256).hexdigest()[:32] for login in provisioning.LOGINS}


def ensure_usual_partitions(connection: psycopg.Connection[Any]) -> None:
    """What every test's database holds besides the migrations' result."""
    days = [datetime.now(UTC).date(), USUAL_DAY]
    connection.execute("select raw.ensure_partitions(day) from unnest(%s) as day", [days])


def _ensure_template(admin_url: str) -> str:
    """The migrated template of this checkout's migrations, made once a server and content."""
    name = f"leadhouse_template_{migrations.content_hash()[:16]}"
    with admin_to(admin_url, autocommit=True) as server:
        server.execute("select pg_advisory_lock(hashtext('leadhouse_template'))")
        if FOLDER in os.environ:
            server.execute("alter system set track_functions = 'all'")
            server.execute("select pg_reload_conf()")
        if server.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
            partial = f"{name}_partial"
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(partial)))
            provisioning.provision(admin_url, partial, _passwords(admin_url))
            with admin_to(provisioning.url_with(admin_url, database=partial)) as made:  # each test would make its own
                ensure_usual_partitions(made)
            # no sessions, autovacuum's included: a template in use cannot be cloned
            server.execute(sql.SQL("alter database {} allow_connections false").format(sql.Identifier(partial)))
            server.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(partial), sql.Identifier(name))
            )
        return name


def _ensure_marts(postgres: Postgres, factory: pytest.TempPathFactory) -> str:
    """The template with the marts of this checkout's models, made once a server and content from the migrated one."""
    from leadhouse.transform import build_marts

    name = f"{postgres.template}_marts_{_models_hash()[:12]}"
    with admin_to(postgres.admin_url, autocommit=True) as server:
        server.execute("select pg_advisory_lock(hashtext('leadhouse_marts'))")
        if server.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(MODULE_DATABASE)))
            _clone(server, postgres.template, MODULE_DATABASE)
            made = Database(MODULE_DATABASE, _environment(postgres.admin_url, MODULE_DATABASE))
            with _home(factory) as home, _settings_of(made, home):
                build_marts("cli__empty")
            shared_parse.offer(_parsed(factory), _shared(factory), MODULE_DATABASE)
            with made.owner() as owner:
                record_calls(owner)
            server.execute(sql.SQL("alter database {} allow_connections false").format(sql.Identifier(MODULE_DATABASE)))
            server.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [MODULE_DATABASE]
            )
            server.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(MODULE_DATABASE), sql.Identifier(name))
            )
    return name


def _models_hash() -> str:
    """Of the dbt project's files: a copy of the checkout with another model may run its tests on the same server."""
    files = sorted(path for path in (PROJECT / "dbt_project").rglob("*") if path.suffix in {".sql", ".yml"})
    content = hashlib.sha256()
    for path in files:
        content.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return content.hexdigest()


def _clone(server: psycopg.Connection[DictRow], template: str, name: str) -> None:
    server.execute(
        sql.SQL("create database {} template {} strategy file_copy").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    _copy_grants(server, template, name)


def _copy_grants(server: psycopg.Connection[DictRow], template: str, name: str) -> None:
    """CREATE DATABASE copies what is in a template, but not the grants on the template itself."""
    grants = server.execute(
        "select privilege_type, grantee::regrole::text as grantee from pg_database, aclexplode(datacl)"
        " where datname = %s and grantee <> 0 and grantee <> datdba",
        [template],
    ).fetchall()
    for grant in grants:
        server.execute(
            sql.SQL("grant {} on database {} to {}").format(
                sql.SQL(grant["privilege_type"]), sql.Identifier(name), sql.Identifier(grant["grantee"])
            )
        )


def _clusters() -> Path:
    """Memory where there is plenty (a clone takes 15 ms there, 400 ms on a slow disk), else the temporary folder.

    Not where the binaries would have to be copied: memory is often mounted so that nothing in it can be run.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        with contextlib.suppress(PostgresSetupError):
            if can_reach(installed_binaries(), server_account()):
                return MEMORY
    return Path(tempfile.gettempdir())


def _remove_abandoned_clusters(clusters: Path) -> None:
    """Remove the clusters of runs that were killed: their folders name process and start."""
    for folder in clusters.iterdir():
        pid, _, started = folder.name.partition("-")
        try:
            alive = int(psutil.Process(int(pid)).create_time()) == int(started)
        except (psutil.NoSuchProcess, ValueError):
            alive = False
        if not alive:
            with contextlib.suppress(Exception):
                PostgresServer(folder / "postgres", durable=False).remove()
            shutil.rmtree(folder, ignore_errors=True)
