"""A run that does not end in time is told of, by Airflow's own deadlines."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from leadhouse.settings import PROJECT, settings


@pytest.fixture
def posts(monkeypatch):
    """What the operator's webhook is sent."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address = f"127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", address)
    monkeypatch.setenv("LEADHOUSE_NOTIFICATION_WEBHOOK", f"http://{address}/told")
    settings.cache_clear()
    yield received
    server.shutdown()
    server.server_close()


def test_run_that_is_late_is_told_of_once_and_a_file_read_again_is_no_new_version(metadata, posts):
    from airflow.models.dag_version import DagVersion
    from airflow.models.deadline import Deadline
    from airflow.sdk.execution_time.callback_supervisor import execute_callback
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from sqlalchemy import select

    read_files()
    read_files()
    assert metadata.rows("select count(*) as n from dag_version where dag_id = 'crawl_sites'") == [{"n": 1}]
    dag = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(read_files()))
    now = datetime.now(UTC)
    with create_session() as session:
        assert DagVersion.get_version("crawl_sites", session=session) is not None
        dag.create_dagrun(
            run_id="job__late", logical_date=None, run_after=now, data_interval=None, run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST, state="queued", session=session,
        )  # fmt: skip
    [row] = metadata.rows(
        "select extract(epoch from deadline_time - queued_at) / 3600 as hours from deadline"
        " join dag_run on dag_run.id = dagrun_id"
    )
    assert float(row["hours"]) == pytest.approx(6)
    with create_session() as session:
        deadline = session.scalars(select(Deadline)).one()
        deadline.handle_miss(session)
        asked = dict(deadline.callback.data)
    done = execute_callback(asked["path"], asked["kwargs"], "", None, Log())
    assert done == (True, None)
    [told] = posts
    assert (told["dag_id"], told["run_id"], told["runbook"]) == ("crawl_sites", "job__late", "docs/dags.md#crawl_sites")
    assert told["text"].startswith("crawl_sites is late: queued and not ended by its deadline, ")


def read_files():
    """As the DAG processor reads and writes them; returns the crawl's."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from airflow.utils.session import create_session

    with create_session() as session:
        DagBundlesManager().sync_bundles_to_db(session=session)
    folder = PROJECT / "dags"
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    sync_bag_to_db(bag, "dags-folder", None)
    return bag.dags["crawl_sites"]


class Log:
    """A log that nobody reads."""

    def debug(self, *arguments, **values):
        return

    info = exception = debug
