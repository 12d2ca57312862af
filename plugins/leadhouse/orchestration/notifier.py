"""One notifier for everything that goes wrong: what, where, and the page that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from airflow.sdk import BaseNotifier

from leadhouse.settings import settings

if TYPE_CHECKING:
    from airflow.sdk import Context

WEBHOOK_SECONDS = 5.0


def runbook_of(dag_id: str) -> str:
    """Where a person reads what to do about a failed DAG."""
    return f"docs/dags.md#{dag_id}"


class FailureNotifier(BaseNotifier):
    """Writes one error line and, where `LEADHOUSE_NOTIFICATION_WEBHOOK` is set, posts the same as JSON."""

    def notify(self, context: Context) -> None:
        """Tell about the failed task or run of `context`."""
        message = describe_failure(context)
        _tell("stage failed", f"{message['dag_id']}.{message['task_id']} failed", message)


def tell_missed_deadline(context: dict[str, Any]) -> None:
    """Tell about a run that has not ended by its deadline; it goes on. Airflow calls it in an executor, once a run.

    Args:
        context: what Airflow knows outside a task: ``dag_run`` as its API shows it, ``deadline`` with its time (UTC).
    """
    message = describe_missed_deadline(context)
    _tell("deadline missed", f"{message['dag_id']} is late", message)


def describe_missed_deadline(context: dict[str, Any]) -> dict[str, str]:
    """What happened, where, and the runbook; with the keys of a failure."""
    run = context["dag_run"]
    return {
        "dag_id": str(run["dag_id"]),
        "run_id": str(run["dag_run_id"]),
        "task_id": "the run",
        "map_index": "-1",
        "error": f"{run['state']} and not ended by its deadline, {context['deadline']['deadline_time']}",
        "log": "",
        "runbook": runbook_of(str(run["dag_id"])),
    }


def describe_failure(context: Context) -> dict[str, str]:
    """What happened, where (a mapped task by its label), and the runbook."""
    instance: Any = context.get("task_instance")
    dag_id = str(instance.dag_id if instance else context["dag"].dag_id)
    run: Any = context.get("dag_run")
    return {
        "dag_id": dag_id,
        "run_id": str(run.run_id if run else "unknown"),
        "task_id": str(instance.task_id if instance else "the run"),
        "map_index": str(getattr(instance, "map_index", -1)),
        "error": str(context.get("exception") or context.get("reason") or "no reason given")[:2000],
        "log": str(getattr(instance, "log_url", "")),
        "runbook": runbook_of(dag_id),
    }


def _tell(event: str, what: str, message: dict[str, str]) -> None:
    structlog.get_logger("leadhouse.notifier").error(event, **message)
    webhook = settings().notification_webhook
    if webhook is not None:
        from leadhouse.network import checked_session

        text = f"{what}: {message['error']} ({message['runbook']})"
        with checked_session("operator") as session:
            session.post(
                webhook.get_secret_value(), json={"text": text, **message}, timeout=WEBHOOK_SECONDS
            ).raise_for_status()
