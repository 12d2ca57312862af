"""An embedded Postgres for one home folder: the demo's and the tests' server, never production's.

    server = PostgresServer(Path(".leadhouse/postgres")).ensure()
    server.create_database("leadhouse")
    server.url_for("leadhouse_app", "leadhouse")

The folder keeps ``server.json`` (port, passwords, where the data lie; mode 0600), ``server.log`` and a lock that every
starter and stopper takes. Connections are TCP on 127.0.0.1 with scram-sha-256, and a Unix socket beside the data.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from leadhouse.local import ports
from leadhouse.local.locks import exclusive
from leadhouse.local.postgres_binaries import (
    PostgresSetupError,
    can_reach,
    reachable_folder,
    server_account,
    usable_binaries,
)
from leadhouse.local.postgres_cluster import SUPERUSER, Cluster, PostgresStartError
from leadhouse.local.private_files import write_private

MINIMUM_FREE_BYTES = 512 * 1024**2
START_ATTEMPTS = 3
SOCKET_FOLDER_LIMIT = 80  # sun_path is 104 bytes on macOS, 108 on Linux, and the socket's name takes 18


@dataclass
class _State:
    """What must outlive this process; the content of ``server.json``."""

    port: int | None = None
    data: str | None = None
    socket_folder: str | None = None
    passwords: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PostgresStatus:
    """Whether the server runs, and where."""

    running: bool
    pid: int | None
    port: int | None
    data: Path | None


class PostgresServer:
    """One cluster under `home`. `durable=False` trades crash safety for speed (tests)."""

    def __init__(self, home: Path, *, durable: bool = True, minimum_free_bytes: int = MINIMUM_FREE_BYTES) -> None:
        self.home = home.absolute()
        self.durable = durable
        self.minimum_free_bytes = minimum_free_bytes
        self.log_file = self.home / "server.log"

    def ensure(self) -> PostgresServer:
        """Create the cluster if there is none, start it if it does not run; a second starter waits for the first.

        Raises:
            PostgresSetupError: disk full, no account, no binaries, or the server did not come up.
        """
        with self._locked():
            cluster = self._cluster()
            if cluster is None or not cluster.running_pid():
                self._require_space()
                self._start(cluster or self._create())
        return self

    def stop(self) -> None:
        """Stop the server if it runs: clients are cut off, everything committed is on disk."""
        if self.home.exists():
            with self._locked():
                self._stop()

    def remove(self) -> None:
        """Stop the server and delete the cluster with everything in it."""
        if not self.home.exists():
            return
        with self._locked():
            self._stop()
            state = self._state()
            for folder in (state.data, state.socket_folder):
                if folder:
                    shutil.rmtree(folder, ignore_errors=True)
            if state.data and Path(state.data).parent != self.home:
                shutil.rmtree(Path(state.data).parent, ignore_errors=True)
            shutil.rmtree(self.home, ignore_errors=True)

    def status(self) -> PostgresStatus:
        """The state now; takes no lock."""
        cluster = self._cluster()
        pid = cluster.running_pid() if cluster else None
        return PostgresStatus(pid is not None, pid, self._state().port, cluster.data if cluster else None)

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1.

        Raises:
            PostgresSetupError: the server was never started.
        """
        port = self._state().port
        if port is None:
            raise PostgresSetupError(f"No Postgres was started in {self.home} yet. Start it with `leadhouse up`.")
        return port

    @property
    def admin_url(self) -> str:
        """The cluster's superuser, in the maintenance database."""
        return self.url_for(SUPERUSER, "postgres")

    def url_for(self, login: str, database: str) -> str:
        """A connection URL, password included: hand it on in memory or in a file of mode 0600, never in arguments."""
        return f"postgresql://{quote(login)}:{self.password_for(login)}@{ports.HOST}:{self.port}/{quote(database)}"

    def password_for(self, login: str) -> str:
        """The saved password of a login, made at random when first asked for (the login itself is not touched)."""
        password = self._state().passwords.get(login)
        if password is not None:
            return password
        with self._locked():
            state = self._state()
            password = state.passwords.setdefault(login, secrets.token_urlsafe(24))
            self._save(state)
        return password

    def create_database(self, name: str, template: str | None = None) -> bool:
        """Create a database, as a copy of `template` if given. False when it was there already."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            try:
                connection.execute(statement)
            except psycopg.errors.DuplicateDatabase:
                return False
        return True

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, ending its sessions."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _cluster(self) -> Cluster | None:
        """The cluster that was created here, if it is still on disk."""
        state = self._state()
        if state.data is None or state.socket_folder is None or not Path(state.data).exists():
            return None
        data, account = Path(state.data), server_account()
        binaries = usable_binaries(account, data.parent)
        return Cluster(data, Path(state.socket_folder), binaries, self.log_file, account, self.durable)

    def _create(self) -> Cluster:
        account = server_account()
        folder = self.home if can_reach(self.home, account) else reachable_folder(self.home)
        data, socket_folder = folder / "data", self._socket_folder(folder)
        binaries = usable_binaries(account, folder)
        cluster = Cluster(data, socket_folder, binaries, self.log_file, account, self.durable)
        if data.exists():
            self._discard_orphan(cluster)
        state = self._state()
        state.data, state.socket_folder = str(data), str(socket_folder)
        password = state.passwords.setdefault(SUPERUSER, secrets.token_urlsafe(24))
        self._save(state)
        cluster.create(password)
        return cluster

    def _discard_orphan(self, cluster: Cluster) -> None:
        """Data outside the home whose home was deleted are nobody's; data inside it still belong to somebody."""
        if cluster.data.parent == self.home:
            raise PostgresSetupError(
                f"{cluster.data} holds a database, but {self.home / 'server.json'} with its passwords is gone. "
                f"Put that file back, or delete {self.home} to start empty."
            )
        if cluster.running_pid():
            cluster.stop()
        shutil.rmtree(cluster.data)

    def _start(self, cluster: Cluster) -> None:
        """Start on the saved port, or on another when a program took it meanwhile; the port is saved first."""
        for attempt in range(1, START_ATTEMPTS + 1):
            state = self._state()
            state.port = ports.choose_port(state.port)
            self._save(state)
            try:
                cluster.start(state.port)
                return
            except PostgresStartError as error:
                if attempt == START_ATTEMPTS or (ports.is_free(state.port) and not error.still_ending):
                    raise
                time.sleep(1)

    def _stop(self) -> None:
        cluster = self._cluster()
        if cluster is not None and cluster.running_pid():
            cluster.stop()

    def _socket_folder(self, folder: Path) -> Path:
        if len(os.fsencode(folder)) < SOCKET_FOLDER_LIMIT:
            return folder / "run"
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.mkdtemp(prefix=f"leadhouse-{digest}-"))

    def _state(self) -> _State:
        try:
            return _State(**json.loads((self.home / "server.json").read_text()))
        except FileNotFoundError:
            return _State()

    def _save(self, state: _State) -> None:
        write_private(self.home / "server.json", json.dumps(asdict(state), indent=1))

    def _locked(self) -> contextlib.AbstractContextManager[None]:
        return exclusive(self.home / "lock", "starting or stopping the embedded Postgres")

    def _require_space(self) -> None:
        free = shutil.disk_usage(self.home).free
        if free < self.minimum_free_bytes:
            raise PostgresSetupError(
                f"The disk of {self.home} is full: {free / 1024**2:.0f} MB are free, Postgres wants "
                f"{self.minimum_free_bytes / 1024**2:.0f} MB. Make room, or point LEADHOUSE_HOME to another disk."
            )
