"""Two stacks that start at once choose the same free port: the one that loses it takes another."""

from __future__ import annotations

import socket

import pytest

from leadhouse.local import airflow_stack
from leadhouse.local.ports import PortBook, free_port
from leadhouse.local.processes import ProcessError
from leadhouse.settings import settings


@pytest.fixture
def attempts(database, monkeypatch):
    """Starts that fail as a component's end does, each after somebody took the port that was chosen."""
    ports: list[int] = []
    taken: list[socket.socket] = []

    def start(on_progress):
        port = PortBook(settings().home / "ports.json").choose("airflow", free_port())
        ports.append(port)
        if len(ports) < airflow_stack.START_ATTEMPTS:
            taken.append(socket.create_server(("127.0.0.1", port)))
            raise ProcessError("airflow-api-server ended while starting.")
        return port

    monkeypatch.setattr(airflow_stack, "_start", start)
    yield ports
    for listener in taken:
        listener.close()


def test_lost_port_is_not_asked_for_again(attempts):
    assert airflow_stack.start(lambda step: None) == attempts[-1]
    assert len(set(attempts)) == airflow_stack.START_ATTEMPTS


def test_component_that_ends_for_another_reason_is_told_at_once(database, monkeypatch):
    calls = []

    def start(on_progress):
        calls.append(PortBook(settings().home / "ports.json").choose("airflow"))
        raise ProcessError("airflow-scheduler ended while starting.")

    monkeypatch.setattr(airflow_stack, "_start", start)
    with pytest.raises(ProcessError, match="airflow-scheduler ended"):
        airflow_stack.start(lambda step: None)
    assert len(calls) == 1
