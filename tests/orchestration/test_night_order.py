"""What campaigns wait for, and what enrichment announces: by the ledger, whatever was killed on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from leadhouse.orchestration import enriching, sending
from leadhouse.orchestration.conventions import Run


@pytest.fixture
def ledger(database):
    """`ledger(source_key, run_id, landed)`: a batch of raw, as a landing writes it."""

    def land(source_key, run_id="scheduled__2026-03-01", landed=1):
        with database.owner() as connection:
            connection.execute(
                "insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, received, landed, known,"
                " quarantined) values (app.take_batch_number('raw'), %s, %s, %s, %s, %s, %s, 0, 0)",
                [uuid4(), datetime.now(UTC).date(), run_id, source_key, landed, landed],
            )

    return land


@pytest.mark.parametrize("source_key", ["csv/customers", "provider/harbour", None])
def test_campaigns_wait_for_what_landed_without_a_job(ledger, source_key):
    assert sending._unfinished_work() == []
    ledger(source_key)
    assert sending._unfinished_work() == ["landed, not resolved 1"]


def test_campaigns_do_not_wait_for_events_of_their_own_messages(ledger):
    ledger("email_delivery")
    ledger("csv/customers", landed=0)
    assert sending._unfinished_work() == []


@pytest.mark.parametrize(("said", "landed", "found"), [([0, 0], 3, 3), ([None, 2], 0, 2), ([0, None], 0, 0)])
def test_what_a_killed_try_had_landed_is_announced(ledger, monkeypatch, said, landed, found):
    class Instance:
        @staticmethod
        def xcom_pull(task_ids):
            assert len(task_ids) == len(said)
            return said

    monkeypatch.setattr(enriching, "get_current_context", lambda: {"ti": Instance})
    monkeypatch.setattr(enriching, "current_run", lambda: Run("asset__7", date(2026, 3, 1)))
    ledger("email_checks", run_id="asset__6", landed=5)
    if landed:
        ledger("email_checks", run_id="asset__7", landed=landed)
    assert enriching._landed() == found
