"""Names are looked up beside the crawl: a silent name server keeps nobody waiting, what is remembered is bounded."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from typing import Any

import pytest

from leadhouse.network import AddressRefusedError
from scrapers import resolver as module
from scrapers.resolver import CheckedNames, checked_addresses

GLOBAL = ipaddress.ip_address("8.8.8.8")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the name server of ``silent.example`` waits for; nobody is asked in truth."""
    answers = threading.Event()

    def look_up(host: str, port: int) -> list[Any]:
        if host == "silent.example":
            answers.wait(30)
        if host == "inner.example":
            raise AddressRefusedError("inside")
        return [GLOBAL]

    monkeypatch.setattr(module, "checked_addresses", look_up)
    yield answers
    answers.set()


def test_a_silent_name_server_is_given_up_and_keeps_nobody_waiting(
    asked: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKUP_SECONDS", 0.3)

    async def look_up() -> tuple[Any, ...]:
        names = CheckedNames()
        silent = [names.resolve("silent.example", 80) for _ in range(5)]
        found = await asyncio.gather(*silent, names.resolve("other.example", 80), return_exceptions=True)
        asked.set()
        await names.close()
        return tuple(found)

    *silent, other = asyncio.run(look_up())
    assert [each["host"] for each in other] == ["8.8.8.8"]
    assert {type(each) for each in silent} == {TimeoutError}


def test_a_refused_name_says_why(asked: threading.Event) -> None:
    with pytest.raises(AddressRefusedError, match="inside"):
        asyncio.run(CheckedNames().resolve("inner.example", 80))


def test_what_is_remembered_is_bounded(asked: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KNOWN", 3)

    async def look_up() -> list[tuple[str, int]]:
        names = CheckedNames()
        for port in range(2000, 2010):
            await names.resolve("other.example", port)
        return list(names.checked)

    assert asyncio.run(look_up()) == [("8.8.8.8", 2007), ("8.8.8.8", 2008), ("8.8.8.8", 2009)]


@pytest.mark.parametrize("port", [22, 25, 6667])
def test_no_web_site_lives_at_another_services_port(port: int) -> None:
    with pytest.raises(AddressRefusedError, match="no web site"):
        checked_addresses("8.8.8.8", port)
    assert checked_addresses("8.8.8.8", 8080) == [GLOBAL]
