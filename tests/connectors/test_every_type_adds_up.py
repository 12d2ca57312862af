"""Whatever a source of any type answers: what came in is landed, known or quarantined with its reason."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretBytes

from demo.providers.rest import RestSimulator
from demo.providers.simulator import Fault
from demo.servers.wire import json_answer
from leadhouse.credentials import new_master_key, put_secret
from leadhouse.settings import settings
from tests.connectors.test_odd_answers import sources
from tests.connectors.test_source_runs import Tenant

DAY = date(2026, 11, 3)
MASTER_KEY = new_master_key()
KINDS = ("apollo", "hunter", "zoominfo", "linkedin", "overpass", "searxng", "api")
LIST = {
    "path": "/contacts/page", "items": "data", "paging": {"kind": "page", "field": "page", "total": "pages"},
    "map": {"key": "id", "person": {"values": {"full_name": "name", "email": "mails[*].value"}}},
}  # fmt: skip


@pytest.fixture
def tenant_of(module_database, monkeypatch, world, served):
    """Makes a tenant with one source of a kind, and the simulator behind it."""
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", MASTER_KEY)

    def make(kind):
        known = sources(world) | {"api": (RestSimulator(world, sign_in="none"), None, LIST)}
        simulator, credentials, parameters = known[kind]
        tenant = Tenant(module_database, simulator, served(simulator), is_keyless=True)
        settings.cache_clear()
        if credentials:
            with module_database.connect("credentials") as connection:
                value = SecretBytes(json.dumps(credentials).encode())
                tenant.secret_id = put_secret(connection, tenant.organization_id, uuid4().hex, value, kind="provider")
        tenant.source_key = f"{kind}/{tenant.organization_id}"
        tenant.add(kind=kind, **parameters)
        return tenant

    return make


def check(tenant, summary):
    """A summary against itself and against the rows."""
    assert summary.received == summary.landed + summary.known + summary.quarantined
    (batches,) = tenant.rows(
        "select coalesce(sum(received), 0) as received, coalesce(sum(landed), 0) as landed,"
        " coalesce(sum(known), 0) as known, coalesce(sum(quarantined), 0) as quarantined"
        "  from raw.batches where source_key = %s", tenant.source_key,
    )  # fmt: skip
    assert batches["received"] == batches["landed"] + batches["known"] + batches["quarantined"]
    rows = tenant.rows("select reason, detail from quality.quarantine where source_key = %s", tenant.source_key)
    assert len(rows) == batches["quarantined"]
    assert all(row["reason"] and row["detail"] for row in rows)
    return [row["reason"] for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_twice_is_known(kind, tenant_of):
    tenant = tenant_of(kind)
    first = tenant.run(DAY)
    assert (first.reason, check(tenant, first)) == ("works", [])
    assert first.landed == first.received > 0
    again = tenant.run(DAY + timedelta(days=1))
    check(tenant, again)
    assert (again.reason, again.landed, again.known) == ("works", 0, first.received)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [*((kind, fault) for kind in KINDS for fault in (Fault.MALFORMED, Fault.CUT)), ("api", Fault.HUGE)],
)
def test_an_answer_of_another_form_is_quarantined_with_its_reason(kind, fault, tenant_of):
    tenant = tenant_of(kind)
    sign_in = [None] if kind == "zoominfo" else []
    tenant.simulator.faults = [*sign_in, fault]
    broken = tenant.run(DAY)
    expected = {Fault.HUGE: []}.get(fault, ["malformed_answer"])  # a body without end is not kept
    if (kind, fault) == ("linkedin", Fault.CUT):  # one profile, which says nothing
        assert (broken.reason, check(tenant, broken)) == ("works", ["no_identity"])
        return
    assert (broken.reason, check(tenant, broken)) == ("malformed", expected)
    (source,) = tenant.rows(
        "select status, last_test_message from app.sources where source_key = %s", tenant.source_key
    )
    assert (source["status"], bool(source["last_test_message"])) == ("error", True)
    rest = tenant.run(DAY + timedelta(days=1))
    check(tenant, rest)
    assert (rest.reason, rest.landed > 0) == ("works", True)


@pytest.mark.parametrize("path", ["mixed_people/api_search", "people/bulk_match", "organizations/bulk_enrich"])
def test_an_answer_of_apollo_without_its_list_is_no_empty_list(path, tenant_of, world, monkeypatch):
    tenant = tenant_of("apollo")
    company = next(each for each in world if each.people)
    stated = {"search": "people", "domains": [company.domain], "criteria": {}}
    tenant.rows("update app.sources set config = config || %s where source_key = %s", Jsonb(stated), tenant.source_key)
    right = tenant.simulator.answer
    monkeypatch.setattr(
        tenant.simulator, "answer",
        lambda asked: json_answer({"status": "ok"}) if asked.path.endswith(path) else right(asked),
    )  # fmt: skip
    broken = tenant.run(DAY)
    assert broken.reason == "malformed"
    assert check(tenant, broken)[-1] == "malformed_answer"
    assert path in broken.detail
