"""A priced data provider: HTTP and JSON, charges for hits, keeps its own ledger, honours idempotency keys."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from demo.servers.wire import DisconnectError, HttpRequest, json_answer
from demo.world.generator import World
from demo.world.model import Answer
from demo.world.provider_answers import STALLING_KEY, Found, Provider, company_facts, person_email, person_phone

SCHEMA = """
create table if not exists ledger (
    id integer primary key, at real not null, endpoint text not null, idempotency_key text, query text not null,
    outcome text not null, charged_eur text not null, answer text not null, answered integer not null default 1);
create unique index if not exists ledger_key on ledger (idempotency_key) where idempotency_key is not null;
"""
STALL_SECONDS = 30.0
EMAIL, PHONE, COMPANY = "/v1/person-email", "/v1/person-phone-e164", "/v1/company"
NEEDED = {EMAIL: ("full_name", "company_domain"), PHONE: ("full_name", "company_domain"), COMPANY: ("company_domain",)}


class ProviderServer:
    """`POST /v1/person-email`, `/v1/person-phone-e164`, `/v1/company`; `GET /v1/ledger`.

    The key stands in Authorization or X-API-Key.
    """

    def __init__(self, world: World, provider: Provider, folder: Path, *, stall_seconds: float = STALL_SECONDS) -> None:
        self.world = world
        self.provider = provider
        self.stall_seconds = stall_seconds
        self.key = f"demo-{provider.name}-{world.seed}"  # opens nothing but this loopback server
        self._has_failed = False
        self._ledger = sqlite3.connect(folder / f"provider-{provider.name}.sqlite", isolation_level=None)
        self._ledger.executescript(SCHEMA)

    async def handle(self, request: HttpRequest) -> Answer:
        """One request."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get("x-api-key")
        if given != self.key:
            return _error(401, "unknown API key")
        if request.method == "GET" and request.path == "/v1/ledger":
            return json_answer(self.ledger())
        if request.method == "POST" and request.path in NEEDED:
            return await self._asked(request)
        return _error(404, "no such endpoint")

    async def _asked(self, request: HttpRequest) -> Answer:
        try:
            query = request.json()
        except ValueError:
            return _error(400, "the body is not JSON")
        needed = NEEDED[request.path]
        if not isinstance(query, dict) or not all(isinstance(query.get(name), str) and query[name] for name in needed):
            return _error(422, f"required: {', '.join(needed)}")
        key = request.headers.get("idempotency-key")
        replayed = self._replayed(key, request.path, query)
        return replayed or await self._fresh(request.path, query, key)

    def _replayed(self, key: str | None, endpoint: str, query: dict[str, str]) -> Answer | None:
        """The former answer to the same key, not charged again; 422 where the question differs."""
        row = self._ledger.execute(
            "select endpoint, query, answer from ledger where idempotency_key = ?", (key,)
        ).fetchone()
        if key is None or row is None:
            return None
        if (row[0], row[1]) != (endpoint, _canonical(query)):
            return _error(422, "this Idempotency-Key was used for another question")
        self._ledger.execute("update ledger set answered = 1 where idempotency_key = ?", (key,))
        return json_answer(json.loads(row[2]), headers={"Idempotent-Replayed": "true", "X-Charged-EUR": "0"})

    async def _fresh(self, endpoint: str, query: dict[str, str], key: str | None) -> Answer:
        offer = self.provider
        price = {EMAIL: offer.price_eur, PHONE: offer.phone_price_eur, COMPANY: offer.company_price_eur}[endpoint]
        if self.total() + Decimal(str(price)) > Decimal(str(self.provider.limit_eur)):
            return _error(402, f"the limit of {self.provider.limit_eur:.2f} EUR is reached")
        stalls = False
        if endpoint == EMAIL:
            found = person_email(self.world, self.provider, query["full_name"], query["company_domain"])
            if self._fails(found):
                return _error(409, "this record is being refreshed; ask again tomorrow")
            answer, stalls = _person_answer(found, price), self._stalls(found, query)
        elif endpoint == PHONE:
            phone = person_phone(self.world, self.provider, query["full_name"], query["company_domain"])
            answer = _phone_answer(phone, price)
        else:
            answer = _company_answer(company_facts(self.world, self.provider, query["company_domain"]), price)
        answer["request_id"] = hashlib.sha256(f"{endpoint}{_canonical(query)}{key}".encode()).hexdigest()[:16]
        self._charge(endpoint, query, key, answer, answered=not stalls)
        if stalls:
            await asyncio.sleep(self.stall_seconds)
            raise DisconnectError
        return json_answer(answer, headers={"X-Charged-EUR": str(answer["charged_eur"])})

    def _fails(self, found: Found) -> bool:
        """Whether the provider gives up on one person, the first time of each of its processes."""
        is_first = bool(found.person_key) and found.person_key == self.provider.failing_key and not self._has_failed
        self._has_failed |= is_first
        return is_first

    def _stalls(self, found: Found, query: dict[str, str]) -> bool:
        """Times out after charging for one person, the first time only."""
        if found.person_key != STALLING_KEY:
            return False
        row = self._ledger.execute("select 1 from ledger where query = ?", (_canonical(query),)).fetchone()
        return row is None

    def _charge(
        self, endpoint: str, query: dict[str, str], key: str | None, answer: dict[str, Any], *, answered: bool
    ) -> None:
        self._ledger.execute(
            "insert into ledger (at, endpoint, idempotency_key, query, outcome, charged_eur, answer, answered)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                time.time(), endpoint, key, _canonical(query), answer["status"], str(answer["charged_eur"]),
                json.dumps(answer), answered,
            ),
        )  # fmt: skip

    def total(self) -> Decimal:
        """Everything charged so far, in euro."""
        rows = self._ledger.execute("select charged_eur from ledger")
        return sum((Decimal(row[0]) for row in rows), Decimal(0))

    def ledger(self) -> dict[str, Any]:
        """All charges: `answered` is false where the client never got the answer it paid for."""
        names = ("id", "at", "endpoint", "idempotency_key", "query", "outcome", "charged_eur", "answered")
        rows = self._ledger.execute(f"select {', '.join(names)} from ledger order by id")  # noqa: S608 - fixed names
        entries = [dict(zip(names, row, strict=True)) for row in rows]
        for entry in entries:
            entry["query"], entry["answered"] = json.loads(entry["query"]), bool(entry["answered"])
        return {"provider": self.provider.name, "total_eur": str(self.total()), "entries": entries}

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()


def _canonical(query: dict[str, str]) -> str:
    return json.dumps(query, sort_keys=True, ensure_ascii=False)


def _error(status: int, message: str) -> Answer:
    return json_answer({"error": message, "charged_eur": 0}, status)


def _person_answer(found: Found, price: float) -> dict[str, Any]:
    if not found.email:
        return {"status": "miss", "email": None, "charged_eur": 0}
    confidence = 0.7 + int(hashlib.sha256(found.email.encode()).hexdigest()[:2], 16) / 1000
    return {"status": "hit", "email": found.email, "confidence": round(confidence, 3), "charged_eur": price}


def _phone_answer(phone: str | None, price: float) -> dict[str, Any]:
    if phone is None:
        return {"status": "miss", "phone_e164": None, "charged_eur": 0}
    return {"status": "hit", "phone_e164": phone.replace(" ", ""), "confidence": 0.9, "charged_eur": price}


def _company_answer(facts: dict[str, object] | None, price: float) -> dict[str, Any]:
    if facts is None:
        return {"status": "miss", "company": None, "charged_eur": 0}
    return {"status": "hit", "company": facts, "charged_eur": price}
