"""What campaigns wait for, and what enrichment announces: by the ledger, whatever was killed on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration import assets, enriching, sending, stages
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


NOTHING = {"batches": 0, "leads_adopted": 0, "is_full_refresh": False}


@pytest.mark.parametrize(
    ("woken_by", "built", "is_told"),
    [
        ([assets.ENTITIES], NOTHING, True), ([], NOTHING, True), ([assets.MESSAGES], NOTHING, False),
        ([assets.MESSAGES], NOTHING | {"batches": 2}, True), ([assets.MESSAGES], NOTHING | {"leads_adopted": 1}, True),
    ],
    ids=["entities", "by_hand", "messages", "entities_of_a_run_that_failed", "adopted"],
)  # fmt: skip
def test_marts_of_entities_are_announced_whoever_woke_the_build(monkeypatch, woken_by, built, is_told):
    monkeypatch.setattr(stages, "get_current_context", lambda: {"triggering_asset_events": dict.fromkeys(woken_by)})
    announce = stages.announce_marts.function.__wrapped__  # without the way to the databases, which it does not go
    if is_told:
        announce(built)
    else:
        with pytest.raises(AirflowSkipException, match="Only messages"):
            announce(built)
