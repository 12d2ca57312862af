"""Builds take turns, and the one that waits is not ended for waiting."""

from __future__ import annotations

import threading
import time

from leadhouse.database import connect
from leadhouse.settings import settings
from leadhouse.transform.build import _wait_for_turn

WAITING = """
select count(*) as found from pg_stat_activity
 where pid = %s and wait_event_type = 'Lock' and query_start < clock_timestamp() - interval '1200 ms'
"""


def test_a_build_waits_longer_than_a_statement_may_take(module_database, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_STATEMENT_TIMEOUT_SECONDS", "1")
    settings.cache_clear()
    with connect("transform", autocommit=True) as first, connect("transform", autocommit=True) as second:
        settings.cache_clear()
        _wait_for_turn(first)
        waiter = threading.Thread(target=_wait_for_turn, args=(second,))
        waiter.start()
        deadline = time.monotonic() + 60
        with module_database.owner() as owner:
            while not owner.execute(WAITING, [second.info.backend_pid]).fetchone()["found"]:
                assert waiter.is_alive()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        first.execute("select pg_advisory_unlock_all()")
        waiter.join(60)
        held = second.execute(
            "select count(*) as n from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
        )
        assert held.fetchone()["n"] == 1
