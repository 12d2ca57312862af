"""`python -m demo.run` as a process: ports, restart, clean end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from demo.servers.stack import read_ports


def start(folder: Path) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    ports_file = folder / "ports.json"
    before = ports_file.stat().st_mtime_ns if ports_file.exists() else 0
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.run", "--state-dir", str(folder), "--day", "1"], stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 20
    while not (ports_file.exists() and ports_file.stat().st_mtime_ns != before):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process, json.loads(ports_file.read_text())


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    return process.returncode


def test_it_starts_stops_cleanly_and_keeps_its_ports(tmp_path: Path) -> None:
    process, first = start(tmp_path)
    try:
        needed = {
            "proxy_url",
            "dns",
            "smtp_host",
            "smtp_port",
            "email_url",
            "provider_url",
            "provider_key",
            "control_url",
        }
        assert needed <= set(first)
        health = requests.get(f"{first['control_url']}/health", timeout=5).json()
        assert health == {"status": "ok", "seed": 7, "companies": 20, "day": 1}
    finally:
        assert stop(process) == 0
    process, second = start(tmp_path)
    assert stop(process) == 0
    assert {**first, "pid": 0} == {**second, "pid": 0}


def test_a_taken_port_is_replaced_and_a_damaged_file_ignored(tmp_path: Path) -> None:
    process, first = start(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "ports.json").write_text((tmp_path / "ports.json").read_text())
    try:
        neighbour, second = start(other)
        assert stop(neighbour) == 0
        assert first["proxy_url"] != second["proxy_url"]
    finally:
        assert stop(process) == 0
    (other / "ports.json").write_text("{half")
    assert read_ports(other / "ports.json") == {}
