"""A real name server and a real provider on loopback, and leads that a campaign wants addresses for."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from dnslib import MX, QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSServer
from psycopg.types.json import Jsonb

from leadhouse.settings import settings

DAY = date(2026, 11, 20)
ZONE: dict[str, dict[int, list[Any]]] = {
    "good.example": {QTYPE.MX: [MX("mx.good.example", 10)]},
    "gmail.com": {QTYPE.MX: [MX("mx.gmail.com", 10)]},
    "mailinator.com": {QTYPE.MX: [MX("mx.mailinator.com", 10)]},
    "null.example": {QTYPE.MX: [MX(".", 0)], QTYPE.A: [A("127.0.0.1")]},
    "implicit.example": {QTYPE.A: [A("127.0.0.1")]},
    "nothing.example": {QTYPE.TXT: []},
}


class Zone(BaseResolver):
    """Answers from ZONE; fails for ``broken.*`` as an overloaded server does (SERVFAIL)."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def resolve(self, request: DNSRecord, handler: Any) -> DNSRecord:
        reply = request.reply()
        name = str(request.q.qname).rstrip(".").lower()
        self.asked.append(name)
        if name.startswith("broken."):
            reply.header.rcode = RCODE.SERVFAIL
        elif name not in ZONE:
            reply.header.rcode = RCODE.NXDOMAIN
        for data in ZONE.get(name, {}).get(request.q.qtype, []):
            reply.add_answer(RR(request.q.qname, request.q.qtype, rdata=data, ttl=60))
        return reply


@pytest.fixture
def name_server(monkeypatch):
    """The zone behind `settings().dns_server`."""
    zone = Zone()
    server = DNSServer(zone, port=0, address="127.0.0.1")
    server.start_thread()
    monkeypatch.setenv("LEADHOUSE_DNS_SERVER", f"127.0.0.1:{server.server.server_address[1]}")
    settings.cache_clear()
    yield zone
    server.stop()
    server.server.server_close()


@dataclass
class Provider:
    """A priced provider with a ledger of its own. What it does follows from the first word of the name asked for."""

    price: Decimal = Decimal("0.02")
    ledger: list[tuple[str, Decimal]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    hold_seconds: float = 0.0
    does: dict[str, str] = field(default_factory=dict)  # full name → what to do; left out: the name's first word
    values: dict[str, tuple[str, str]] = field(default_factory=dict)  # path → attribute and value of every answer
    pauses: list[str] = field(default_factory=list)  # Retry-After of the next answers, all 429
    asked: threading.Event = field(default_factory=threading.Event)

    @property
    def total(self) -> Decimal:
        """Everything charged."""
        return sum((amount for _, amount in self.ledger), Decimal(0))

    def answer(self, question: dict[str, Any], key: str, path: str) -> tuple[int, bytes] | None:
        """Status and body; None drops the connection."""
        name = question.get("full_name", "hit")
        kind = self.does.get(name, name.split()[0].lower())
        self.questions.append(question)
        self.keys.append(key)
        self.asked.set()
        time.sleep(self.hold_seconds)
        charge = {"dear": Decimal("0.50"), "miss": Decimal(0), "paidmiss": Decimal("0.01")}.get(kind, self.price)
        plain = {
            "forbidden": (401, {"error": "key"}),
            "busy": (429, {"error": "slow down"}),
            "broken": (500, {"error": "x"}),
        }.get(kind)
        if plain:
            return plain[0], json.dumps(plain[1]).encode()
        self.ledger.append((key, charge))
        if kind == "lost":
            return None
        if kind == "malformed":
            return 200, b"<html>oops</html>"
        given = name.split()[0].lower()
        if path in self.values:
            attribute, value = self.values[path]
            return 200, json.dumps({"status": "hit", attribute: value, "charged_eur": str(charge)}).encode()
        found = {"status": "hit", "email": f"{given}@{question['company_domain']}", "confidence": 0.8}
        if kind in {"miss", "paidmiss"}:
            found = {"status": "miss", "email": None}
        if kind == "nonsense":
            found["email"] = "no address"
        return 200, json.dumps(found | {"charged_eur": str(charge)}).encode()


@contextlib.contextmanager
def serve_provider(price: Decimal = Decimal("0.02")) -> Iterator[Provider]:
    """A provider on a port of its own."""
    state = Provider(price)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            pause = state.pauses.pop(0) if state.pauses else None
            busy = 429, b'{"error": "slow down"}'
            answered = busy if pause else state.answer(question, self.headers["Idempotency-Key"], self.path)
            if answered is None:
                self.connection.close()
                return
            self.send_response(answered[0])
            if pause:
                self.send_header("Retry-After", pause)
            self.send_header("Content-Length", str(len(answered[1])))
            self.end_headers()
            self.wfile.write(answered[1])

        def log_message(self, *arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def provider(monkeypatch):
    """The provider behind `settings().provider_url`."""
    with serve_provider() as state:
        monkeypatch.setenv("LEADHOUSE_PROVIDER_URL", state.url)
        monkeypatch.setenv("LEADHOUSE_PROVIDER_KEY", "secret")
        monkeypatch.setenv("LEADHOUSE_PROVIDER_NAME", "findwell")
        monkeypatch.setenv("LEADHOUSE_PROVIDER_PRICE_EUR", "0.05")
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", state.url.removeprefix("http://"))
        monkeypatch.setenv("LEADHOUSE_PROVIDER_TIMEOUT_SECONDS", "2")
        settings.cache_clear()
        yield state


@dataclass
class Demand:
    """An organization with a budget and an active campaign whose members are people without an address."""

    database: Any
    organization_id: uuid.UUID
    campaign_id: uuid.UUID
    budget_id: uuid.UUID | None

    def query(self, statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Rows, as the administrator sees them."""
        with self.database.kept_owner() as connection:
            return connection.execute(statement, parameters).fetchall()

    def add(
        self, full_name: str, email: str | None = None, status: str | None = None, domain: str | None = "alpha.example"
    ) -> uuid.UUID:
        """A member of the campaign, as the marts and the projection show it; returns the entity."""
        with self.database.kept_transaction() as connection:
            ids = {"organization_id": self.organization_id, "campaign_id": self.campaign_id}
            entity = connection.execute(
                "insert into resolution.entities (entity_kind, created_batch_no) values ('person', 1)"
                " returning entity_id"
            ).fetchone()["entity_id"]
            lead = connection.execute(
                "insert into app.leads (organization_id, entity_id, entity_kind, first_source)"
                " values (%(organization_id)s, %(entity)s, 'person', 'test') returning lead_id",
                ids | {"entity": entity},
            ).fetchone()["lead_id"]
            connection.execute(
                "insert into app.lead_facts"
                " (lead_id, organization_id, full_name, email_normalized, email_status, domain)"
                " values (%s, %s, %s, %s, %s, %s) on conflict (lead_id) do update set full_name = excluded.full_name,"
                " email_normalized = excluded.email_normalized, email_status = excluded.email_status,"
                " domain = excluded.domain",
                (lead, self.organization_id, full_name, email, status, domain),
            )
            connection.execute(
                "insert into app.campaign_members (campaign_id, organization_id, lead_id)"
                " values (%(campaign_id)s, %(organization_id)s, %(lead)s)",
                ids | {"lead": lead},
            )
        return entity

    def states(self) -> dict[str, str]:
        """State of each request by the lead's name."""
        rows = self.query(
            "select full_name, state from app.enrichment_requests join app.leads using (organization_id, entity_id)"
            " join app.lead_facts using (lead_id)"
        )
        return {row["full_name"]: row["state"] for row in rows}

    def spent(self) -> Decimal:
        """The sum of the cost ledger."""
        return self.query("select coalesce(sum(amount_eur), 0) as total from billing.costs")[0]["total"]

    def budget(self) -> Decimal:
        """What the budget says was spent."""
        return self.query("select spent_eur from billing.budgets where budget_id = %s", (self.budget_id,))[0][
            "spent_eur"
        ]


def make_demand(database: Any, slug: str, ceiling: str | None, wanted: list[str] | None = None) -> Demand:
    """An organization of this name; no budget when `ceiling` is None."""
    with database.kept_transaction() as connection:
        organization = connection.execute(
            "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id", (slug, slug)
        ).fetchone()["organization_id"]
        account = connection.execute(
            "insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port)"
            " values (%s, 'a@b.example', 'A', '127.0.0.1', 25) returning email_account_id",
            (organization,),
        ).fetchone()["email_account_id"]
        campaign = connection.execute(
            "insert into app.campaigns (organization_id, name, status, email_account_id, config)"
            " values (%s, 'c', 'active', %s, %s) returning campaign_id",
            (organization, account, Jsonb({"wanted_attributes": ["email"] if wanted is None else wanted})),
        ).fetchone()["campaign_id"]
        connection.execute(
            "insert into app.campaign_steps (organization_id, campaign_id, step_no, subject_template, body_template)"
            " values (%s, %s, 1, 's', 'b')",
            (organization, campaign),
        )
        budget = None
        if ceiling is not None:
            budget = connection.execute(
                "insert into billing.budgets (organization_id, kind, starts_on, ends_on, ceiling_eur)"
                " values (%s, 'provider', %s, %s, %s) returning budget_id",
                (organization, DAY.replace(day=1), DAY.replace(day=30), ceiling),
            ).fetchone()["budget_id"]
    return Demand(database, organization, campaign, budget)


@pytest.fixture
def make_organization(database):
    """Makes further organizations: slug, ceiling, wanted attributes."""
    return lambda slug, ceiling, wanted=None: make_demand(database, slug, ceiling, wanted)


@pytest.fixture
def demand(database):
    """One organization with one euro to spend."""
    return make_demand(database, "north", "1.00")
