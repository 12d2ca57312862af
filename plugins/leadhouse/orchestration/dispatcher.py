"""From request rows to Airflow runs: ``app.jobs`` pending → one run named ``job__<id>``, exactly once.

The row is the truth. The run's name comes from the row, so that asking twice is refused (409) and a dispatcher that
dies between Airflow's answer and its own note asks again in vain. Airflow, the database or this process may be away at
any time: the rows wait.
"""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg
import structlog

from leadhouse.database import DatabaseError
from leadhouse.delivery.account_mails import send_until
from leadhouse.jobs import control
from leadhouse.jobs import requests as job_requests
from leadhouse.jobs.requests import Job, JobKind, JobStateError
from leadhouse.jobs.run_links import DAGS, job_url
from leadhouse.orchestration.airflow_api import AirflowApi, AirflowUnavailableError, DagMissingError, RunRefusedError
from leadhouse.orchestration.run_watch import RunWatch
from leadhouse.settings import settings
from leadhouse.webhooks import sending

POLL_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
BEAT = "dispatcher.beat"  # in the home: its time says when the loop last went round

log = structlog.get_logger("dispatcher")


def dispatch_pending(api: AirflowApi) -> int:
    """Start a run for every pending request; returns how many requests were noted as dispatched.

    Raises:
        AirflowUnavailableError: the requests that are left wait; where a DAG is missing, those of this DAG alone.
        DatabaseError, psycopg.Error: the database does not answer.
    """
    noted, missing = 0, dict[JobKind, DagMissingError]()
    for job in job_requests.pending():
        if job.kind in missing:
            continue
        try:
            noted += _dispatch(api, job)
        except DagMissingError as error:
            missing[job.kind] = error
        except JobStateError as error:  # purged with its organization meanwhile
            log.warning("request is gone", job_id=str(job.job_id), reason=str(error))
    for absent in missing.values():
        raise absent
    return noted


def _dispatch(api: AirflowApi, job: Job) -> int:
    """One run; 1 where it is noted, 0 where Airflow refuses it for good."""
    try:
        outcome = api.trigger(DAGS[job.kind], job.dag_run_id, f"Job: {job_url(job.job_id)}")
    except RunRefusedError as error:
        job_requests.refuse(job.job_id, str(error))
        log.error("run refused", job_id=str(job.job_id), error=str(error))
        return 0
    job_requests.mark_dispatched(job.job_id)
    log.info("run dispatched", job_id=str(job.job_id), dag_id=DAGS[job.kind], outcome=outcome.value)
    return 1


def run_until(stopped: threading.Event, make_api: Callable[[], AirflowApi]) -> None:
    """Poll until `stopped`; whatever does not answer is tried again with growing pauses, and logged once a change."""
    pause, trouble, api, watch = POLL_SECONDS, "", make_api(), RunWatch()
    while not stopped.wait(pause):
        _beat()
        try:
            for job_id, status in control.settle_abandoned():  # first: it needs no Airflow
                log.info("job stopped, nobody was working on it", job_id=str(job_id), status=status)
            dispatch_pending(api)
            _watch_runs(api, watch)
        except (AirflowUnavailableError, DatabaseError, psycopg.Error) as error:
            if str(error) != trouble:
                log.warning("waiting", reason=str(error))
            trouble = str(error)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2) * random.uniform(0.8, 1.0)
            settings.cache_clear()
            api = make_api()  # another port or password after a restart of the stack
        else:
            pause, trouble = POLL_SECONDS, ""


def _watch_runs(api: AirflowApi, watch: RunWatch) -> None:
    """Settle jobs whose run is gone; where Airflow does not say, nothing is dispatched later for that."""
    try:
        for job_id, status in watch.look(api):
            log.warning("job stopped, its run is gone", job_id=str(job_id), status=status)
    except AirflowUnavailableError as error:
        log.info("runs are not known now", reason=str(error))


def _beat() -> None:
    """Touch the file that a health check looks at; where it cannot be, the check says so and the work goes on."""
    with suppress(OSError):
        (settings().home / BEAT).touch()


def api_from_settings() -> AirflowApi:
    """The Airflow of the settings.

    Raises:
        SystemExit: none is configured.
    """
    chosen = settings()
    if chosen.airflow_url is None or chosen.airflow_password is None:
        raise SystemExit(
            "No Airflow is configured: set LEADHOUSE_AIRFLOW_URL, LEADHOUSE_AIRFLOW_USERNAME and "
            "LEADHOUSE_AIRFLOW_PASSWORD, or run `leadhouse up`."
        )
    return AirflowApi(chosen.airflow_url, chosen.airflow_username, chosen.airflow_password.get_secret_value())


def main() -> None:
    """Dispatch, and send webhooks and mails about accounts beside it, until SIGTERM or SIGINT."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    log.info("dispatcher started", airflow=settings().airflow_url)
    sender = threading.Thread(target=sending.run_until, args=(stopped,), name="webhooks")
    sender.start()
    threading.Thread(target=send_until, args=(stopped,), name="mails", daemon=True).start()
    try:
        run_until(stopped, api_from_settings)
    finally:
        stopped.set()
        sender.join(sending.LEASE_SECONDS)


if __name__ == "__main__":
    main()
