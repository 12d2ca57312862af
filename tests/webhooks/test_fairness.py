"""One organization's slow receiver and long queue hold no other back, whoever sends and however many do."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from leadhouse import webhooks
from leadhouse.database import queries
from leadhouse.webhooks import sending
from tests.jobs.conftest import Tenant

CEILING = 4


@pytest.fixture
def crowd(module_database, master_key, receiver):
    """Three organizations."""
    return [Tenant(module_database) for _ in range(3)]


def subscribe(tenant, url):
    with tenant.acting("organization_admin") as admin:
        return webhooks.create_webhook(admin, "Hook", url, ["campaign.created"]).webhook.webhook_id


def change(tenant, count=1):
    tenant.rows(
        "insert into app.campaigns (organization_id, name) select %s, %s || n from generate_series(1, %s) as n"
        " returning 1", tenant.organization_id, uuid4().hex, count,
    )  # fmt: skip


def spread(connection):
    """Events as deliveries."""
    sql = queries.load("webhooks")
    while connection.execute(sql.number_events).fetchone()["numbered"]:
        pass
    connection.execute(sql.fan_out)


def claim(connection, at_most):
    wanted = {"at_most": at_most, "seconds": 60.0}
    return connection.execute(queries.load("webhooks").claim_deliveries, wanted).fetchall()


def by_organization(claimed):
    return Counter(each["organization_id"] for each in claimed)


def hold(receiver):
    return f"http://127.0.0.1:{receiver.port}/hold"


def delivered_to(tenant, webhook_id):
    with tenant.acting("organization_admin") as admin:
        _, delivered = webhooks.list_deliveries(admin, webhook_id, status="delivered")
    return delivered


def test_a_slow_receiver_with_a_long_queue_holds_nobody_back(module_database, receiver, crowd):
    slow, quick, _ = crowd
    for _ in range(3):
        subscribe(slow, hold(receiver))
    change(slow, 20)
    hook = subscribe(quick, receiver.url)
    with ThreadPoolExecutor(8) as pool, module_database.connect("events", autocommit=True) as connection:
        sender = sending.Sender(connection, pool)
        deadline = time.monotonic() + 60
        while receiver.paths().count("/hold") < CEILING and time.monotonic() < deadline:
            sender.round(0.01)
        change(quick, 10)  # while the slow one has all that it may
        held, settled = [], 0
        while settled < 10 and time.monotonic() < deadline:
            sender.round(0.01)
            held.append(by_organization(sender.in_flight.values())[slow.organization_id])
            settled = delivered_to(quick, hook)
        assert max(held) == CEILING
        receiver.held.set()
    assert settled == 10


def test_places_are_given_in_turns(module_database, receiver, crowd):
    for tenant in crowd:
        for _ in range(2):
            subscribe(tenant, hold(receiver))
    for tenant, count in zip(crowd, (30, 5, 1), strict=True):
        change(tenant, count)
    with module_database.connect("events", autocommit=True) as connection:
        spread(connection)
        ids = [tenant.organization_id for tenant in crowd]
        assert by_organization(claim(connection, 3)) == dict.fromkeys(ids, 1)
        assert by_organization(claim(connection, 3)) == dict.fromkeys(ids, 1)  # two webhooks, one event
        assert by_organization(claim(connection, 2)) == {ids[0]: 1, ids[1]: 1}
        assert by_organization(claim(connection, 50)) == {ids[0]: 1, ids[1]: 1}
        assert claim(connection, 50) == []
        crowd[0].rows(
            "update app.webhook_deliveries set leased_until = now() - interval '1 second'"
            " where organization_id = %s and leased_until is not null returning 1", ids[0],
        )  # fmt: skip
        assert by_organization(claim(connection, 50)) == {ids[0]: CEILING}  # whoever died left them


def test_senders_share_one_ceiling(module_database, receiver, crowd):
    busy = crowd[0]
    for _ in range(4):
        subscribe(busy, hold(receiver))
    change(busy, 10)
    with module_database.connect("events", autocommit=True) as connection:
        spread(connection)

    def one_sender(_):
        with module_database.connect("events", autocommit=True) as own:
            return len(claim(own, 16))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one_sender, range(6))) == CEILING


def test_a_webhook_that_fails_is_tried_one_at_a_time(module_database, receiver, crowd):
    failing = crowd[1]
    bad, good = subscribe(failing, hold(receiver)), subscribe(failing, receiver.url)
    change(failing, 10)
    failing.rows("update app.webhooks set failing_since = now() where webhook_id = %s returning 1", bad)
    with module_database.connect("events", autocommit=True) as connection:
        spread(connection)
        claimed = Counter(each["webhook_id"] for each in claim(connection, 50))
    assert claimed == {bad: 1, good: CEILING - 1}
