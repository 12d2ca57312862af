"""Background programs: started once, found again, stopped with all they started, and never somebody else's."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import psutil
import pytest

from leadhouse.local import ports
from leadhouse.local.processes import BackgroundProcess, ProcessError, start_mark

SLEEPER = [sys.executable, "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
# A parent with a child in a session of its own, which no signal to a process group reaches.
FAMILY = [
    sys.executable, "-S", "-c",
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)",
]  # fmt: skip
DEAF = [
    sys.executable, "-S", "-c",
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)",
]  # fmt: skip


@pytest.fixture
def service(tmp_path):
    service = BackgroundProcess("service", tmp_path)
    yield service
    service.stop(grace_seconds=0.2)


def lines(service):
    def written():
        return "\n" in service.log_file.read_text()

    service.wait_healthy(written, 10)
    return service.log_file.read_text().splitlines()


def test_started_once_and_found_by_another_command(service, tmp_path):
    pid = service.start(SLEEPER, {})
    assert service.start(SLEEPER, {}) == pid
    status = BackgroundProcess("service", tmp_path).status()
    assert (status.running, status.pid) == (True, pid)
    assert psutil.Process(pid).terminal() is None
    assert lines(service) == ["up"]


def test_stop_ends_it_once(service):
    pid = service.start(SLEEPER, {})
    assert service.stop()
    assert start_mark(pid) is None
    assert not service.status().running
    assert not service.stop()


def test_stop_ends_descendants_in_other_sessions(service):
    service.start(FAMILY, {})
    child = int(lines(service)[0])
    service.stop()
    assert start_mark(child) is None


def test_orphans_of_a_killed_program_are_ended_by_the_next_start(service):
    first = service.start(FAMILY, {})
    child = int(lines(service)[0])
    psutil.Process(first).kill()
    psutil.Process(first).wait(5)
    assert start_mark(child) is not None
    assert service.start(SLEEPER, {}) != first
    assert start_mark(child) is None


def test_deaf_program_is_killed(service):
    service.start(DEAF, {})
    lines(service)
    began = time.monotonic()
    assert service.stop(grace_seconds=0.3)
    assert not service.status().running
    assert time.monotonic() - began < 5


def test_recycled_process_id_is_left_alone(service, tmp_path):
    with subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL) as stranger:
        record = {"token": "0" * 32, "pid": stranger.pid, "start": "another boot:1"}
        (tmp_path / "service.json").write_text(json.dumps(record))
        assert not service.status().running
        assert not service.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_health_reports_progress(service):
    port = ports.free_port()
    server = f"import socket, time; time.sleep(.5); s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"
    service.start([sys.executable, "-S", "-c", server], {})
    seen: list[float] = []
    waited = service.wait_healthy(lambda: ports.listens(port), 10, seen.append)
    assert 0.3 < waited < 10
    assert seen == sorted(seen)
    assert len(seen) >= 2


def test_early_end_shows_the_log(service):
    service.start([sys.executable, "-S", "-c", "raise SystemExit('port 80 is taken')"], {})
    with pytest.raises(ProcessError, match=r"service ended while starting(?s:.*)port 80 is taken"):
        service.wait_healthy(lambda: False, 10)


def test_late_health_shows_the_log(service):
    service.start(SLEEPER, {})
    lines(service)
    with pytest.raises(ProcessError, match=r"not healthy after 0 s(?s:.*)service\.log:\nup"):
        service.wait_healthy(lambda: False, 0.2)


def test_missing_program_is_named(service):
    with pytest.raises(ProcessError, match=r"service could not be started.*no-such-program"):
        service.start(["/no-such-program"], {})


def test_log_of_the_run_before_is_kept(service):
    service.start(SLEEPER, {})
    lines(service)
    service.stop()
    service.start([*SLEEPER[:-1], SLEEPER[-1].replace("up", "again")], {})
    assert lines(service) == ["again"]
    assert service.log_file.with_suffix(".log.1").read_text() == "up\n"
