"""One Postgres cluster on disk: made, configured, started and stopped through the server's own programs.

Nothing here takes a lock; `postgres_server` does. No password is ever an argument of a program.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from leadhouse.local import ports
from leadhouse.local.postgres_binaries import Account, PostgresSetupError

SUPERUSER = "postgres"
START_SECONDS = 60
ORPHAN_SECONDS = 15.0
LOG_BYTES = 20 * 1024**2  # a longer log is set aside at the next start

# Two cores and 4 GB shared with Airflow and a crawl.
SETTINGS = {
    "listen_addresses": ports.HOST,
    "max_connections": "120",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "max_locks_per_transaction": "256",  # one statement may touch every partition of raw
    "max_parallel_workers_per_gather": "1",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "replica",  # enough for pg_basebackup; logical is one line and a restart away
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d/%a ",
    "log_lock_waits": "on",
    "track_io_timing": "on",
    "shared_preload_libraries": "pg_stat_statements",  # what `leadhouse report slow-queries` reads
    "pg_stat_statements.track_utility": "off",  # their literals are kept, a password's verifier included
}
# For tests alone: a crash of the machine may lose everything, which is what they want.
VOLATILE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",  # perhaps in memory
    "autovacuum": "off",
}


class PostgresStartError(PostgresSetupError):
    """The server was started and did not come up; the message ends with the last lines of its log."""

    @property
    def still_ending(self) -> bool:
        """Processes of a killed server still hold its shared memory: Postgres itself sees those that we may not."""
        return "pre-existing shared memory block" in str(self)


@dataclass(frozen=True)
class Cluster:
    """A data folder, the programs that serve it and the account they run as."""

    data: Path
    socket_folder: Path
    binaries: Path
    log_file: Path
    account: Account | None
    durable: bool = True

    def create(self, password: str) -> None:
        """initdb, in a folder that takes its name when complete: a killed attempt leaves no half cluster.

        UTF-8 with the builtin C.UTF-8 locale (the same order on every machine), scram-sha-256, page checksums.
        """
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=self.data.parent))
        secret = partial / "password"
        try:
            secret.touch(mode=0o600)
            secret.write_text(password)
            (partial / "data").mkdir(mode=0o700)
            self._hand_over(partial, secret, partial / "data")
            self._run(
                "initdb", f"--pgdata={partial / 'data'}", f"--username={SUPERUSER}", f"--pwfile={secret}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--locale=C", "--data-checksums", "--no-instructions", *(() if self.durable else ("--no-sync",)),
            )  # fmt: skip
            with (partial / "data" / "postgresql.conf").open("a") as file:
                file.write("\ninclude = 'leadhouse.conf'\n")
            (partial / "data").rename(self.data)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def start(self, port: int) -> None:
        """Configure and start; returns when connections are accepted, crash recovery included. It must not run already.

        Raises:
            PostgresStartError: it did not come up.
        """
        self._configure(port)
        self._clear_leftovers()
        self._open_log()
        self.socket_folder.mkdir(mode=0o711, exist_ok=True)
        self._hand_over(self.socket_folder)
        try:
            self._run("pg_ctl", "start", "-D", str(self.data), "-s", "-w", "-t", str(START_SECONDS), log=self.log_file)
        except PostgresSetupError as error:
            raise PostgresStartError(
                f"Postgres in {self.data} did not start on port {port}. The end of {self.log_file}:\n{self._log_tail()}"
            ) from error

    def stop(self) -> None:
        """Cut clients off and stop; everything committed is on disk."""
        mode = "fast" if self.durable else "immediate"
        self._run("pg_ctl", "stop", "-D", str(self.data), "-s", "-w", "-m", mode, "-t", str(START_SECONDS))

    def running_pid(self) -> int | None:
        """The postmaster's process id, or None: a zombie and a recycled id do not count.

        Read from its command line, which every user may see; its working directory needs rights that root in a
        container lacks.
        """
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            if process.status() == psutil.STATUS_ZOMBIE or str(self.data) not in process.cmdline():
                return None
            return int(process.pid)
        except (FileNotFoundError, PermissionError, ValueError, psutil.NoSuchProcess):
            return None

    def _is_ours(self, process: psutil.Process) -> bool:
        """Whether a process works in these data, as every process of their server does, as far as we may know."""
        try:
            return process.name().startswith("postgres") and Path(process.cwd()) == self.data.resolve()
        except (psutil.Error, OSError):
            return False

    def _clear_leftovers(self) -> None:
        """Remove the lock files of a killed server, once the backends it left behind are gone.

        They would keep the next one from starting while the killed process is an unreaped zombie, or after its id went
        to somebody else. Nothing else uses these two folders, and the caller knows that no server of them runs.
        """
        files = [self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")]
        if not any(file.exists() for file in files):
            return
        deadline = time.monotonic() + ORPHAN_SECONDS
        while any(self._is_ours(process) for process in psutil.process_iter()):
            if time.monotonic() > deadline:
                raise PostgresStartError(
                    f"The Postgres of {self.data} was killed and some of its processes still run. "
                    "End them (`ps -ef | grep postgres`) and try again."
                )
            time.sleep(0.05)
        for file in files:
            file.unlink(missing_ok=True)

    def _open_log(self) -> None:
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        self.log_file.touch(mode=0o600)

    def _configure(self, port: int) -> None:
        chosen = SETTINGS | ({} if self.durable else VOLATILE_SETTINGS)
        chosen |= {"port": str(port), "unix_socket_directories": str(self.socket_folder)}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in chosen.items()]
        file = self.data / "leadhouse.conf"
        file.write_text(
            "# Written at every start; settings of your own belong into postgresql.auto.conf.\n" + "".join(lines)
        )
        self._hand_over(file)

    def _hand_over(self, *paths: Path) -> None:
        if self.account is not None:
            for path in paths:
                self.account.owns(path)

    def _run(self, program: str, *arguments: str, log: Path | None = None) -> None:
        """Run one of the server's programs as the account. Output goes to a file: a server that outlives pg_ctl
        would keep a pipe open for ever."""
        account = self.account
        identity = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
        environment = {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/", "TZ": "UTC"}
        with tempfile.TemporaryFile() if log is None else log.open("ab") as output:
            try:
                done = subprocess.run(
                    [str(self.binaries / program), *arguments],
                    stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=environment,
                    start_new_session=True, check=False, **identity,  # type: ignore[call-overload]
                )  # fmt: skip
            except OSError as error:
                raise PostgresSetupError(
                    f"{self.binaries / program} cannot be run: {error}. Install the environment again, or name a "
                    "server of your own (15 or newer) in DATABASE_URL and LEADHOUSE_DATABASE_ADMIN_URL."
                ) from error
            if done.returncode != 0:
                output.seek(0)
                text = "" if log is not None else output.read().decode(errors="replace").strip()
                raise PostgresSetupError(f"{program} for {self.data} failed with status {done.returncode}. {text}")

    def _log_tail(self, lines: int = 12) -> str:
        try:
            return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return "(no log)"
