"""What a job says while it works: its log and its progress as server-sent events; and where its run is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import APIRouter, Header, Query
from psycopg_pool import PoolTimeout
from sse_starlette import EventSourceResponse, ServerSentEvent

from leadhouse.api import event_feed
from leadhouse.api.caller import Caller
from leadhouse.api.caller_work import caller_transaction
from leadhouse.api.callers import SignedIn
from leadhouse.api.live import LARGEST_NUMBER, require_room, respond
from leadhouse.api.problems import ProblemError
from leadhouse.api.shapes import Shape
from leadhouse.api.transactions import Work
from leadhouse.api.wake_ups import wait_for, wake_ups
from leadhouse.database import DatabaseError, queries
from leadhouse.jobs import logs
from leadhouse.jobs.control import JobNotFoundError
from leadhouse.jobs.logs import Level, LogLine
from leadhouse.jobs.run_links import DAGS, run_url

BATCH = 200
ENDED = ("completed", "failed", "cancelled")

router = APIRouter(prefix="/jobs", tags=["jobs"])
_STREAM = {
    "description": "A stream of server-sent events: `log` (ids are numbers of lines), `progress`, `end`.",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "required": ["data"],
                "properties": {
                    "id": {"type": "string"},
                    "event": {"type": "string", "enum": ["log", "progress", "end"]},
                    "data": {"type": "string", "contentMediaType": "application/json"},
                },
            },
            "example": 'id: 311\r\nevent: log\r\ndata: {"logNo":311,"logId":"0b6f7a58-9d4a-4a43-9d1c-1f5d0c8c4d11",'
            '"level":"info","message":"Shard 0 is done","details":{},"loggedAt":"2026-11-21T20:15:00.123456Z"}\r\n\r\n',
        }
    },
}


@router.get(
    "/{job_id}/logs/stream", operation_id="stream_job_logs", summary="A job's log and progress, as they come",
    response_class=EventSourceResponse, responses={200: _STREAM},
)  # fmt: skip
async def stream_job_logs(
    job_id: UUID,
    caller: SignedIn,
    level: Annotated[list[Level] | None, Query(description="Of these levels alone.")] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER, description="Go on after the line of this number.")] = 0,
    follow: Annotated[bool, Query(description="Wait for what comes; else end with what is there.")] = True,
    last_event_id: Annotated[
        str | None, Header(pattern=r"^[0-9]{0,18}$", description="As `after`, of a break.")
    ] = None,
) -> EventSourceResponse:
    """The lines that are there, then those that come, until the job has ended; `progress` at each change of it."""
    require_room(caller)
    key, _ = await wake_ups().read(event_feed.begin, caller, 0)
    await wake_ups().read(_read, caller, job_id, 0, ["error"])  # 404 as a problem, not in a stream
    began = int(last_event_id) if last_event_id else after
    return respond(caller, _follow(caller, key, job_id, began, level, follow))


class JobRunShape(Shape):
    """The run in Airflow that does a job's work; `runUrl` is null where no Airflow is configured."""

    job_id: UUID
    dag_id: str
    dag_run_id: str
    run_no: int
    run_url: str | None
    dispatched_at: datetime | None


@router.get("/{job_id}/run", operation_id="get_job_run", summary="A job's run in Airflow")
def get_job_run(job_id: UUID, work: Work) -> JobRunShape:
    """The run exists once `dispatchedAt` is there; its note in Airflow leads back to the job."""
    row = work.connection.execute(queries.load("live").find_job_run, {"job_id": job_id}).fetchone()
    if row is None:
        raise JobNotFoundError("There is no such job, or not for you.")
    return JobRunShape(
        job_id=job_id, dag_id=DAGS[row["kind"]], dag_run_id=row["dag_run_id"], run_no=row["run_no"],
        run_url=run_url(row["kind"], row["dag_run_id"]) if row["dispatched_at"] else None,
        dispatched_at=row["dispatched_at"],
    )  # fmt: skip


async def _follow(
    caller: Caller, key: str, job_id: UUID, after: int, levels: list[Level] | None, stays: bool
) -> AsyncIterator[ServerSentEvent]:
    hub, known, is_fresh = wake_ups(), None, True
    with hub.subscribed(key) as woken:
        while True:
            try:
                progress, lines = await hub.read(_read, caller, job_id, after, levels)
            except (ProblemError, JobNotFoundError) as error:
                yield _event("end", {"reason": "gone", "detail": str(error)})
                return
            except (psycopg.Error, PoolTimeout, DatabaseError):
                yield _event("end", {"reason": "unavailable", "detail": "Connect again in a few seconds."})
                return
            for line in lines:
                after = line.log_no
                yield _event("log", _line(line), after)
            if progress != known:
                known = progress
                yield _event("progress", progress)
            if len(lines) == BATCH:
                continue
            if progress["status"] in ENDED or not stays:
                reason = progress["status"] if progress["status"] in ENDED else "read"
                yield _event("end", {"reason": reason, "detail": "That is all there is."})
                return
            if await wait_for(woken, event_feed.AGAIN_SECONDS if is_fresh else event_feed.HEARTBEAT_SECONDS):
                is_fresh = True
            elif is_fresh:
                is_fresh = False
            else:
                yield ServerSentEvent(comment="heartbeat")


def _read(caller: Caller, job_id: UUID, after: int, levels: list[Level] | None) -> tuple[dict[str, Any], list[LogLine]]:
    """The job first: what it wrote before it ended is there then."""
    with caller_transaction(caller) as connection:
        row = connection.execute(queries.load("live").find_job_progress, {"job_id": job_id}).fetchone()
        if row is None:
            raise JobNotFoundError("There is no such job, or not for you.")
        lines = logs.read_logs(connection, job_id, after=after, levels=levels, limit=BATCH)
    progress = {
        "jobId": str(job_id), "status": row["status"], "progressTotal": row["progress_total"],
        "progressDone": row["progress_done"], "progressFailed": row["progress_failed"], "error": row["error"],
    }  # fmt: skip
    return progress, lines


def _line(line: LogLine) -> dict[str, Any]:
    return {
        "logNo": line.log_no, "logId": str(line.log_id), "level": line.level, "message": line.message,
        "details": line.details, "loggedAt": line.logged_at.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip


def _event(kind: str, data: dict[str, Any], number: int | None = None) -> ServerSentEvent:
    text = json.dumps(data, separators=(",", ":"), default=str)
    return ServerSentEvent(text, event=kind, id=str(number) if number is not None else None)
