"""Ports: free ones, remembered ones, taken ones."""

from __future__ import annotations

import socket

import pytest

from leadhouse.local import ports


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_taken_port_is_seen(taken):
    assert not ports.is_free(taken)
    assert ports.listens(taken)
    free = ports.free_port()
    assert ports.is_free(free)
    assert not ports.listens(free)


def test_wanted_port_is_kept_while_free(taken):
    free = ports.free_port()
    assert ports.choose_port(free) == free
    assert ports.choose_port(taken, free) == free
    assert ports.choose_port(taken) != taken


def test_book_remembers(tmp_path, taken):
    book = ports.PortBook(tmp_path / "ports.json")
    assert book.remembered("airflow") is None
    port = book.choose("airflow", preferred=taken)
    assert port != taken
    again = ports.PortBook(tmp_path / "ports.json")
    assert again.remembered("airflow") == port == again.choose("airflow", preferred=ports.free_port())
    assert again.choose("mail", preferred=port) != port, "two services share a port"


def test_book_moves_from_a_port_that_was_taken(tmp_path):
    book = ports.PortBook(tmp_path / "ports.json")
    port = book.choose("airflow")
    with socket.socket() as other:
        other.bind((ports.HOST, port))
        other.listen()
        moved = book.choose("airflow")
    assert moved != port
    assert book.remembered("airflow") == moved
