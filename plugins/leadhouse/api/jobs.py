"""Jobs: list, details, create, logs, start, pause, resume, cancel. The row is the request; the dispatcher starts it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field

from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.shapes import (
    Page,
    Paging,
    Shape,
    make_cursor,
    not_a_cursor,
    paging_by,
    paging_without_order,
    read_cursor,
)
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions
from leadhouse.jobs import control, logs
from leadhouse.jobs.logs import Level
from leadhouse.jobs.requests import JobKind

router = APIRouter(prefix="/jobs", tags=["jobs"])

JobStatus = Literal["pending", "running", "paused", "completed", "failed", "cancelled"]
JobSort = sort_names("JobSort", "requested_at", "started_at", "finished_at", "status", "kind")
JobPaging = Annotated[Paging, Depends(paging_by(JobSort, JobSort("requestedAt")))]
FARTHEST_LINE = 10_000  # that a page's number leads to: the lines before it are counted off each time
LogPaging = Annotated[Paging, Depends(paging_without_order())]
JOBS = Listing(
    "list_jobs", "job_id",
    {"requested_at": "timestamptz", "started_at": "timestamptz", "finished_at": "timestamptz", "status": "text",
     "kind": "text"},
)  # fmt: skip
EVERYTHING: dict[str, Any] = {"job_id": None, "status": (), "kind": ()}
SourceKeys = Annotated[list[Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]], Field(max_length=1000)]
Urls = Annotated[list[Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s\x00]+$")]], Field(max_length=1000)]


class JobShape(Shape):
    """A job. `wantedStatus` is what it will be at its next safe point; `dagRunId` names its run in Airflow."""

    job_id: UUID
    kind: JobKind
    status: JobStatus
    wanted_status: JobStatus | None
    parameters: dict[str, Any]
    run_on: date
    run_no: int
    dag_run_id: str | None
    is_released: bool
    requested_by: UUID | None
    requested_at: datetime
    dispatched_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    progress_total: int
    progress_done: int
    progress_failed: int
    counts: dict[str, Any]
    error: str | None
    created_at: datetime
    updated_at: datetime


class JobToCreate(Shape):
    """What is asked for. A crawl takes source keys or addresses of the open web; the other kinds take source keys."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "crawl", "urls": ["https://nordlicht.example/"], "pages": 20}]}
    )

    kind: JobKind = "crawl"
    source_keys: SourceKeys | None = None
    urls: Urls | None = None
    pages: Annotated[int, Field(ge=1, le=10_000, description="Pages of each site at most.")] | None = None
    shards: Annotated[int, Field(ge=1, le=64)] | None = None
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] | None = None
    is_released: Annotated[bool, Field(description="False: it waits for `start`.")] = True

    @property
    def parameters(self) -> dict[str, Any]:
        """What was given, as the job keeps it."""
        names = ("source_keys", "urls", "pages", "shards", "reason")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


class LogShape(Shape):
    """One line of a job's log; `logNo` grows."""

    log_no: int
    log_id: UUID
    level: Level
    message: str
    details: dict[str, Any]
    logged_at: datetime


@router.get("", operation_id="list_jobs", summary="The jobs that the caller reaches, in pages")
def list_jobs(
    work: Work,
    organization_id: OrganizationId,
    paging: JobPaging,
    status: Annotated[list[JobStatus] | None, Query()] = None,
    kind: Annotated[list[JobKind] | None, Query()] = None,
) -> Page[JobShape]:
    """The newest request first, unless asked otherwise."""
    filters = {**EVERYTHING, "status": status or (), "kind": kind or (), "organization_id": organization_id}
    return read_page(work, JOBS, paging, JobShape, **filters)


@router.post("/create", status_code=201, operation_id="create_job", summary="Ask for a job")
def create_job(work: Work, organization_id: OrganizationId, body: JobToCreate) -> JobShape:
    """It is begun within seconds, or waits for `start`."""
    made = control.request_job(
        work.connection, body.kind, body.parameters, organization_id=organization_id, released=body.is_released
    )
    return _read(work, organization_id, made["job_id"])


@router.get("/{job_id:uuid}", operation_id="get_job", summary="One job")
def get_job(work: Work, organization_id: OrganizationId, job_id: UUID, conditions: Conditions) -> JobShape:
    """With its state and progress."""
    found = _read(work, organization_id, job_id)
    return conditions.answer(found, found.model_dump_json())


@router.get("/{job_id:uuid}/logs", operation_id="list_job_logs", summary="What a job has said")
def list_job_logs(
    work: Work,
    organization_id: OrganizationId,
    job_id: UUID,
    paging: LogPaging,
    level: Annotated[list[Level] | None, Query(description="One or several of the four levels.")] = None,
) -> Page[LogShape]:
    """In their order; `nextCursor` goes on behind the last line, also where page numbers end (10,000 lines)."""
    after = _last_line(paging) if paging.cursor else 0
    skipped = 0 if paging.cursor else paging.offset
    if skipped > FARTHEST_LINE:
        detail = f"Lines behind the {FARTHEST_LINE:,}th are read by cursor: go on with `nextCursor` of a former page."
        raise ProblemError(Problem.INVALID, detail, errors=[{"pointer": "/query/page", "detail": detail}])
    _read(work, organization_id, job_id)
    lines = logs.read_logs(
        work.connection, job_id, after=after, levels=level, limit=paging.page_size + 1, skipped=skipped
    )
    shown = [LogShape.model_validate(each) for each in lines[: paging.page_size]]
    cursor = make_cursor(shown[-1].log_no) if shown else None
    return paging.answer(shown, has_more=len(lines) > paging.page_size, cursor=cursor)


@router.post("/{job_id:uuid}/start", operation_id="start_job", summary="Start a job, or try a failed one again")
def start_job(work: Work, organization_id: OrganizationId, job_id: UUID) -> JobShape:
    """What is under way is left as it is."""
    return _steer(work, organization_id, job_id, control.start_job)


@router.post("/{job_id:uuid}/pause", operation_id="pause_job", summary="Pause a job at its next safe point")
def pause_job(work: Work, organization_id: OrganizationId, job_id: UUID) -> JobShape:
    """`wantedStatus` says so until it has stopped."""
    return _steer(work, organization_id, job_id, control.pause_job)


@router.post("/{job_id:uuid}/resume", operation_id="resume_job", summary="Resume a paused job")
def resume_job(work: Work, organization_id: OrganizationId, job_id: UUID) -> JobShape:
    """By a further run: what is done stays done."""
    return _steer(work, organization_id, job_id, control.resume_job)


@router.post("/{job_id:uuid}/cancel", operation_id="cancel_job", summary="Cancel a job")
def cancel_job(work: Work, organization_id: OrganizationId, job_id: UUID) -> JobShape:
    """At once where nothing runs, else at the next safe point; what has landed stays."""
    return _steer(work, organization_id, job_id, control.cancel_job)


def _steer(work: Work, organization_id: UUID, job_id: UUID, act: Callable[[Any, UUID], Any]) -> JobShape:
    _read(work, organization_id, job_id)  # another's job looks like none
    act(work.connection, job_id)
    return _read(work, organization_id, job_id)


def _read(work: Work, organization_id: UUID, job_id: UUID) -> JobShape:
    return read_one(
        work.connection, JOBS, JobShape, "job", **{**EVERYTHING, "organization_id": organization_id, "job_id": job_id}
    )


def _last_line(paging: Paging) -> int:
    [number] = read_cursor(paging.cursor or "", 1)
    if not isinstance(number, int) or not 0 <= number < 2**63:
        raise not_a_cursor()
    return number
