"""Long-running programs of the one-machine stack: detached, logged, found again and stopped by a later command.

A program is known by its process id and its start, so that a recycled id is never taken for it, and its descendants by
a token in their environment, so that what a killed parent left behind is found too. The token is saved before the
start: a starter that dies in between leaves nothing that cannot be found.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from leadhouse.local.locks import exclusive
from leadhouse.local.private_files import write_private

TOKEN_VARIABLE = "LEADHOUSE_PROCESS_TOKEN"  # noqa: S105  the name of a variable
POLL_SECONDS = 0.1
KILL_SECONDS = 5.0


class ProcessError(RuntimeError):
    """A program did not start, ended early, is not healthy in time, or does not end; the message has its log's end."""


@dataclass(frozen=True)
class ProcessStatus:
    """Whether a program runs; `uptime_seconds` is None when it does not."""

    running: bool
    pid: int | None
    uptime_seconds: float | None


@dataclass(frozen=True)
class _Record:
    token: str
    pid: int | None = None
    start: str | None = None


@dataclass(frozen=True)
class BackgroundProcess:
    """One program: ``<folder>/<name>.json`` says which process it is, ``<folder>/<name>.log`` what it printed."""

    name: str
    folder: Path

    @property
    def log_file(self) -> Path:
        """Standard output and error of the present or last run; the run before is beside it (``.log.1``)."""
        return self.folder / f"{self.name}.log"

    def start(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path | None = None) -> int:
        """Start the program in a session of its own and return its process id; the running one's if it runs already.

        What an earlier run left behind is stopped first. `environment` is the whole environment of the program.

        Raises:
            ProcessError: the program does not exist or may not be run.
        """
        with self._locked():
            leader = self._leader()
            if leader is not None:
                return int(leader.pid)
            self._end(list(self._descendants()), KILL_SECONDS)
            record = _Record(secrets.token_hex(16))
            self._save(record)
            if self.log_file.exists():
                self.log_file.replace(self.log_file.with_suffix(".log.1"))
            pid = self._spawn(command, {**environment, TOKEN_VARIABLE: record.token}, cwd)
            self._save(_Record(record.token, pid, start_mark(pid)))
            return pid

    def status(self) -> ProcessStatus:
        """The state now; takes no lock."""
        leader = self._leader()
        if leader is None:
            return ProcessStatus(False, None, None)
        return ProcessStatus(True, leader.pid, max(0.0, time.time() - leader.create_time()))

    def stop(self, grace_seconds: float = 15.0) -> bool:
        """Ask the program to end (SIGTERM), then its descendants, then kill what is left. False if nothing ran.

        Raises:
            ProcessError: something survived SIGKILL (a process in uninterruptible sleep).
        """
        with self._locked():
            leader = self._leader()
            rest = _children(leader) | set(self._descendants()) - {leader}
            if leader is None and not rest:
                return False
            if leader is not None:
                _terminate([leader])
                _wait_gone([leader], grace_seconds)
                rest |= {leader, *self._descendants()}
            self._end(rest, min(grace_seconds, 5.0))
            return True

    def wait_healthy(
        self, healthy: Callable[[], bool], seconds: float, progress: Callable[[float], None] | None = None
    ) -> float:
        """Wait until `healthy()` is true and return the seconds it took; an OSError of it counts as "not yet".

        Args:
            progress: called about every 0.1 s with the seconds waited so far.

        Raises:
            ProcessError: the program ended, or is not healthy after `seconds`.
        """
        began = time.monotonic()
        while True:
            waited = time.monotonic() - began
            if _answers(healthy):
                return waited
            if self._leader() is None:
                raise ProcessError(f"{self.name} ended while starting. {self.log_tail()}")
            if waited > seconds:
                raise ProcessError(f"{self.name} is not healthy after {seconds:.0f} s. {self.log_tail()}")
            if progress is not None:
                progress(waited)
            time.sleep(POLL_SECONDS)

    def log_tail(self, lines: int = 15) -> str:
        """Where the log is and its last lines, for a message."""
        try:
            end = self.log_file.read_text(errors="replace").splitlines()[-lines:]
        except OSError:
            end = []
        return f"The end of {self.log_file}:\n" + ("\n".join(end) or "(empty)")

    def _locked(self) -> contextlib.AbstractContextManager[None]:
        return exclusive(self.folder / f"{self.name}.lock", f"starting or stopping {self.name}")

    def _spawn(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path | None) -> int:
        with self.log_file.open("ab") as log:
            try:
                child = subprocess.Popen(
                    list(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=cwd, env=dict(environment),
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise ProcessError(f"{self.name} could not be started: {error}.") from error
        child.returncode = 0  # it outlives us by design: no warning when the object goes
        return child.pid

    def _leader(self) -> psutil.Process | None:
        record = self._read()
        if record is None or record.pid is None or start_mark(record.pid) != record.start:
            return None
        return psutil.Process(record.pid)

    def _descendants(self) -> Iterator[psutil.Process]:
        """Living processes that carry the token, the program itself included."""
        record = self._read()
        if record is None:
            return
        for process in psutil.process_iter():
            try:
                if process.environ().get(TOKEN_VARIABLE) == record.token:
                    yield process
            except (psutil.Error, OSError):
                continue  # ended meanwhile, or another user's: not ours

    def _end(self, processes: Iterable[psutil.Process], grace_seconds: float) -> None:
        _terminate(processes)
        alive = _wait_gone(processes, grace_seconds)
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        alive = _wait_gone(alive, KILL_SECONDS)
        if alive:
            numbers = ", ".join(str(process.pid) for process in alive)
            raise ProcessError(f"{self.name} (process {numbers}) does not end, not even by SIGKILL.")

    def _read(self) -> _Record | None:
        try:
            return _Record(**json.loads((self.folder / f"{self.name}.json").read_text()))
        except FileNotFoundError:
            return None

    def _save(self, record: _Record) -> None:
        write_private(self.folder / f"{self.name}.json", json.dumps(asdict(record)))


def start_mark(pid: int) -> str | None:
    """What tells this process from a later one of the same id; None when there is none, or only a zombie.

    On Linux boot and clock ticks since boot, which no change of the clock moves; elsewhere the start time.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        boot = Path("/proc/sys/kernel/random/boot_id")
        if boot.exists():
            ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
            return f"{boot.read_text().strip()}:{ticks}"
        return f"{process.create_time():.2f}"
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return None


def _children(leader: psutil.Process | None) -> set[psutil.Process]:
    try:
        return set(leader.children(recursive=True)) if leader else set()
    except psutil.NoSuchProcess:
        return set()


def _terminate(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()


def _wait_gone(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those still alive after `seconds`. A zombie is gone: in a container there may be nobody to reap it."""
    deadline = time.monotonic() + seconds
    while alive := [process for process in processes if _lives(process)]:
        if time.monotonic() > deadline:
            return alive
        time.sleep(0.02)
    return []


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _answers(healthy: Callable[[], bool]) -> bool:
    try:
        return healthy()
    except OSError:
        return False
