"""Names are looked up beside the crawl: a silent name server keeps nobody waiting, what is remembered is bounded."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.task import Clock

from leadhouse.network import AddressRefusedError
from scrapers import resolver as module
from scrapers.resolver import CheckedResolver, checked_addresses, refusals

GLOBAL = ipaddress.ip_address("8.8.8.8")


class Reactor(Clock):
    """A clock that is moved by hand; what threads hand over is done at once."""

    def callFromThread(self, work: Callable[..., None], *arguments: Any) -> None:  # noqa: N802
        work(*arguments)


class Receiver:
    """What Twisted's endpoint is told."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.completed = 0
        self.done = threading.Event()

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self.name = resolution.name

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.completed += 1
        self.done.set()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Reactor, Callable[[str], Receiver], threading.Event]]:
    """(clock, ask for a name, the event that the silent name server waits for); no name server is asked."""
    answers = threading.Event()

    def look_up(host: str, port: int) -> list[Any]:
        if host == "silent.example":
            answers.wait(30)
        if host == "inner.example":
            raise AddressRefusedError("inside")
        return [GLOBAL]

    monkeypatch.setattr(module, "checked_addresses", look_up)
    clock = Reactor()
    resolver = CheckedResolver(clock)

    def ask(host: str, port: int = 80) -> Receiver:
        receiver = Receiver()
        resolver.resolveHostName(receiver, host, port)
        return receiver

    yield clock, ask, answers
    answers.set()
    resolver._threads.shutdown()
    refusals.pop(("inner.example", 80), None)


def test_a_silent_name_server_is_given_up_and_its_late_answer_dropped(asked: Any) -> None:
    clock, ask, answers = asked
    silent, other = ask("silent.example"), ask("other.example")
    assert other.done.wait(10)
    assert other.addresses == ["8.8.8.8"]
    assert silent.completed == 0
    clock.advance(module.LOOKUP_SECONDS + 1)
    assert (silent.completed, silent.addresses) == (1, [])
    answers.set()
    again = ask("silent.example")
    assert again.done.wait(10)
    assert silent.completed == 1


def test_a_refused_name_has_no_address_and_its_reason_is_kept(asked: Any) -> None:
    _, ask, _ = asked
    refused = ask("inner.example")
    assert refused.done.wait(10)
    assert refused.addresses == []
    assert refusals["inner.example", 80] == "inside"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KNOWN", 3)
    known: dict[int, int] = {}
    for number in range(10):
        module._remember(known, number, number)
    assert list(known) == [7, 8, 9]


@pytest.mark.parametrize("port", [22, 25, 6667])
def test_no_web_site_lives_at_another_services_port(port: int) -> None:
    with pytest.raises(AddressRefusedError, match="no web site"):
        checked_addresses("8.8.8.8", port)
    assert checked_addresses("8.8.8.8", 8080) == [GLOBAL]
