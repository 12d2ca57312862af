"""What all simulated interfaces share: a key, a pace, credits, a ledger, and faults on demand."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from demo.servers.wire import DisconnectError, HttpRequest, json_answer
from demo.world.generator import World
from demo.world.model import Answer, Company, Person


class Fault(StrEnum):
    """What can go wrong with the next answer; each is used up by one request."""

    BUSY = "busy"  # 429 with Retry-After
    BROKEN = "broken"  # 500
    AWAY = "away"  # 503
    DROPPED = "dropped"  # the connection closes without an answer, nothing is done
    STALLED = "stalled"  # everything is done and charged, the answer never comes
    MALFORMED = "malformed"  # 200 that is no JSON
    CUT = "cut"  # 200 whose JSON lacks what it promises
    HUGE = "huge"  # a body without end


@dataclass
class Heard:
    """One request and what was answered, for tests that hold both against a specification."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any
    status: int = 0
    answer: Any = None
    credits: float = 0.0


@dataclass
class Asked:
    """A request in parts."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query field."""
        return (self.query.get(name) or [default])[-1]

    def number(self, name: str, default: int) -> int:
        """The same as a number; the default where it is none."""
        text = self.one(name)
        return int(text) if text.isdigit() else default


@dataclass
class Simulator(ABC):
    """One interface. `credits` are what the account has left, `per_minute` how many requests it may make."""

    world: World
    key: str = "demo-key-of-no-account"  # opens nothing but this loopback server
    credits: float = 1_000.0
    per_minute: int = 10_000
    stall_seconds: float = 30.0
    prefix: str = ""
    faults: list[Fault | None] = field(default_factory=list)  # None: nothing is wrong with that answer
    heard: list[Heard] = field(default_factory=list)

    async def handle(self, request: HttpRequest) -> Answer:
        """One request."""
        parts = urlsplit(request.target)
        asked = Asked(request.method, unquote(parts.path), parse_qs(parts.query), request.headers, _json(request.body))
        heard = Heard(asked.method, asked.path, asked.query, asked.headers, asked.body)
        self.heard.append(heard)
        fault = self.faults.pop(0) if self.faults else None
        before = self.credits
        answer = self._early(fault) or self._answer(asked, fault)
        if answer.stream is None:
            heard.status, heard.answer = answer.status, _json(answer.body)
        heard.credits = before - self.credits
        if fault is Fault.STALLED:
            await asyncio.sleep(self.stall_seconds)
        if fault in (Fault.STALLED, Fault.DROPPED):
            raise DisconnectError
        return answer

    def _early(self, fault: Fault | None) -> Answer | None:
        """What is answered before anything is done or charged."""
        if fault is Fault.BUSY or len(self.heard) > self.per_minute:
            return self.busy()
        if fault is Fault.BROKEN:
            return json_answer({"message": "internal error"}, 500)
        if fault is Fault.AWAY:
            return json_answer({"message": "in maintenance"}, 503)
        return Answer(204) if fault is Fault.DROPPED else None

    def _answer(self, asked: Asked, fault: Fault | None) -> Answer:
        answer = self.refusal(asked) or self.answer(asked)
        if answer.status != 200:
            return answer
        if fault is Fault.MALFORMED:
            return Answer(200, {}, b"<html>we are sorry</html>", "application/json")
        if fault is Fault.CUT:
            return json_answer({"unexpected": True}, headers=answer.headers)
        if fault is Fault.HUGE:
            return Answer(200, {}, content_type="application/json", stream=lambda: iter(lambda: b"9" * 65536, b""))
        return answer

    def busy(self) -> Answer:
        """The answer to too many requests."""
        return json_answer({"message": "too many requests"}, 429, {"Retry-After": "0"})

    @abstractmethod
    def refusal(self, asked: Asked) -> Answer | None:
        """An answer to a request without the right key; None lets it in."""

    @abstractmethod
    def answer(self, asked: Asked) -> Answer:
        """The answer to a request that was let in."""

    def charge(self, amount: float) -> bool:
        """Takes credits; False, and nothing taken, where fewer are left."""
        if amount > self.credits:
            return False
        self.credits -= amount
        return True

    def companies(self) -> list[Company]:
        """Every company of the world."""
        return list(self.world)

    def owner(self, domain: str) -> Company | None:
        """Whose domain it is."""
        return self.world.owner(domain.lower().removeprefix("www."))

    def person(self, key: str) -> tuple[Company, Person] | None:
        """The employee of that key."""
        for company in self.world:
            for person in company.people:
                if person.key == key:
                    return company, person
        return None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
