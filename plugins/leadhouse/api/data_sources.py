"""Data sources: list, details, create, change, delete, restore, test, jobs. Credentials go in and never come out."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, JsonValue, SecretBytes, SecretStr

from leadhouse import credentials
from leadhouse.api.idempotency import once
from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names, version_of
from leadhouse.api.outside_calls import outside_call
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, hold
from leadhouse.connectors.source_types import TYPES, check_source
from leadhouse.connectors.stored_sources import open_secret
from leadhouse.database import connect
from leadhouse.database.beside import Beside
from leadhouse.jobs import own_sources, source_care

router = APIRouter(prefix="/data-sources", tags=["data sources"])

SourceKind = Literal["web_site", "csv", "api", "linkedin", "apollo", "zoominfo", "hunter", "overpass", "searxng"]
SourceStatus = Literal["active", "inactive", "error"]
JobStatus = Literal["pending", "running", "paused", "completed", "failed", "cancelled"]
SourceSort = sort_names(
    "SourceSort", "created_at", "updated_at", "name", "kind", "status", "last_run_at", "records_landed"
)
SourcePaging = Annotated[Paging, Depends(paging_by(SourceSort, SourceSort("createdAt")))]
SOURCES = Listing(
    "list_sources", "source_id",
    {"created_at": "timestamptz", "updated_at": "timestamptz", "name": "text", "kind": "text", "status": "text",
     "last_run_at": "timestamptz", "records_landed": "numeric"},
)  # fmt: skip
SourceJobSort = sort_names("SourceJobSort", "requested_at", "finished_at")
SourceJobPaging = Annotated[Paging, Depends(paging_by(SourceJobSort, SourceJobSort("requestedAt")))]
SOURCE_JOBS = Listing(
    "list_jobs_of_source", "job_id", {"requested_at": "timestamptz", "finished_at": "timestamptz"}
)  # fmt: skip
EVERYTHING: dict[str, Any] = {"source_id": None, "kind": (), "status": (), "is_shared": True, "search": None}

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]
Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s\x00]+$")]
Config = Annotated[dict[str, JsonValue], Field(max_length=100)]
Credentials = Annotated[
    dict[Annotated[str, Field(max_length=100)], SecretStr],
    Field(min_length=1, max_length=20, description="Fields of the type's sign-in; stored sealed, never answered."),
]


class SourceShape(Shape):
    """A source with what it has brought. `isShared`: the operator's, which every organization reads."""

    source_id: UUID
    source_key: str
    is_shared: bool
    kind: str
    name: str
    start_url: str | None
    config: dict[str, Any]
    has_credentials: bool
    is_active: bool
    status: SourceStatus
    last_tested_at: datetime | None
    last_test_result: Literal["passed", "failed"] | None
    last_test_message: str | None
    jobs_run: int
    jobs_completed: int
    records_landed: int
    records_quarantined: int
    last_run_at: datetime | None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class SourceToCreate(Shape):
    """A new source. What `config` and `credentials` hold depends on its kind."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "web_site", "name": "Nordlicht", "startUrl": "https://nordlicht.example/"}]
        }
    )

    kind: SourceKind
    name: Name
    start_url: Url | None = None
    config: Config = Field(default_factory=dict)
    credentials: Credentials | None = None
    secret_id: UUID | None = None
    is_active: bool = True


class SourceUpdate(Shape):
    """What changes; what is left out stays. New credentials take the place of the former."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"isActive": False}]})

    name: Name | None = None
    start_url: Url | None = None
    config: Config | None = None
    credentials: Credentials | None = None
    secret_id: UUID | None = None
    is_active: bool | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """What was given, but for credentials; a null takes the secret or the address away."""
        given = {name: getattr(self, name) for name in self.model_fields_set - {"credentials"}}
        return {name: value for name, value in given.items() if value is not None or name in ("secret_id", "start_url")}


class SourceTest(Shape):
    """What a test found. The message is a sentence for a person and holds no credentials."""

    has_passed: bool
    reason: str
    message: str
    status: SourceStatus


class SourceJob(Shape):
    """What a job did with the source."""

    job_id: UUID
    kind: str
    status: JobStatus
    outcome: str | None
    landed: int | None
    quarantined: int | None
    finished_at: datetime | None
    requested_at: datetime


@router.get("", operation_id="list_data_sources", summary="The organization's sources, in pages")
def list_data_sources(
    work: Work,
    organization_id: OrganizationId,
    paging: SourcePaging,
    kind: Annotated[list[SourceKind] | None, Query()] = None,
    status: Annotated[list[SourceStatus] | None, Query()] = None,
    is_shared: Annotated[bool, Query(alias="isShared", description="The operator's sources, too.")] = False,
) -> Page[SourceShape]:
    """`search` asks for words in name and address."""
    chosen = {"kind": kind or (), "status": status or (), "is_shared": is_shared, "search": paging.search}
    filters = {**EVERYTHING, **chosen, "organization_id": organization_id}
    return read_page(work, SOURCES, paging, SourceShape, **filters)


@router.post("/create", status_code=201, operation_id="create_data_source", summary="Create a source")
def create_data_source(
    work: Work, organization_id: OrganizationId, body: SourceToCreate, conditions: Conditions
) -> SourceShape:
    """Its kind says what it needs; credentials are stored sealed and named by the source."""
    secret_id = body.secret_id
    if secret_id is not None:
        _require_reach(work, organization_id)
    if body.credentials:
        secret_id = _store(work, organization_id, f"source {uuid4()}", body.credentials)
    kind: Any = body.kind  # of those that the database knows
    made = source_care.create_source(
        work.connection, organization_id, kind, body.name, start_url=body.start_url, config=body.config,
        secret_id=secret_id, is_active=body.is_active,
    )  # fmt: skip
    return _answer(work, organization_id, made["source_id"], conditions)


@router.get("/{source_id:uuid}", operation_id="get_data_source", summary="One source")
def get_data_source(
    work: Work, organization_id: OrganizationId, source_id: UUID, conditions: Conditions
) -> SourceShape:
    """With its figures and its last test."""
    return _answer(work, organization_id, source_id, conditions)


@router.put("/{source_id:uuid}", operation_id="update_data_source", summary="Change a source")
def update_data_source(
    work: Work, organization_id: OrganizationId, source_id: UUID, body: SourceUpdate, conditions: Conditions
) -> SourceShape:
    """What is left out stays. Stored credentials go to another address only by who may change them, or given anew."""
    hold(work.connection, "source", source_id)
    found = _read(work, organization_id, source_id)
    conditions.require(version_of(found))
    changes = body.changes
    if changes.get("secret_id") is not None or _is_led_elsewhere(found, body):
        _require_reach(work, organization_id)
    if body.credentials:
        changes["secret_id"] = _store(work, organization_id, f"source {source_id}", body.credentials)
    own_sources.change_source(work.connection, organization_id, source_id, changes)
    return _answer(work, organization_id, source_id, conditions)


@router.delete("/{source_id:uuid}", status_code=204, operation_id="delete_data_source", summary="Delete a source")
def delete_data_source(work: Work, organization_id: OrganizationId, source_id: UUID, conditions: Conditions) -> None:
    """It can be restored for 30 days, and is not read meanwhile."""
    hold(work.connection, "source", source_id)
    conditions.require(version_of(_read(work, organization_id, source_id)))
    own_sources.delete_source(work.connection, organization_id, source_id)


@router.post("/{source_id:uuid}/restore", operation_id="restore_data_source", summary="Bring a deleted source back")
def restore_data_source(
    work: Work, organization_id: OrganizationId, source_id: UUID, conditions: Conditions
) -> SourceShape:
    """Within 30 days of its deletion."""
    own_sources.restore_source(work.connection, organization_id, source_id)
    return _answer(work, organization_id, source_id, conditions)


@router.post("/{source_id:uuid}/test", operation_id="test_data_source", summary="Test a source")
def test_data_source(work: Work, organization_id: OrganizationId, source_id: UUID) -> SourceTest:
    """Parameters and credentials by the source's kind, then a real call that costs nothing; the result is kept."""
    _read(work, organization_id, source_id)
    row = own_sources.find_tested_source(work.connection, source_id)
    if row["kind"] not in TYPES:
        with outside_call():
            found = source_care.check_source(work.connection, source_id)
        reason = "works" if found["has_passed"] else "not_valid"
        return SourceTest(reason=reason, **found)
    own_sources.require_test(work.connection)  # who may not note the result may not cause the call
    parameters = {**row["config"], **({"start_url": row["start_url"]} if row["kind"] == "web_site" else {})}
    with outside_call():
        check = check_source(row["kind"], parameters, open_secret(row))
    status = own_sources.record_test(work.connection, source_id, has_passed=check.ok, message=check.detail)
    return SourceTest.model_validate(
        {"has_passed": check.ok, "reason": check.reason, "message": check.detail, "status": status}
    )


@router.get("/{source_id:uuid}/jobs", operation_id="list_data_source_jobs", summary="The jobs about a source")
def list_data_source_jobs(
    work: Work,
    organization_id: OrganizationId,
    source_id: UUID,
    paging: SourceJobPaging,
    status: Annotated[list[JobStatus] | None, Query()] = None,
) -> Page[SourceJob]:
    """Those that the caller may read, with what each did with the source."""
    _read(work, organization_id, source_id)
    filters = {"organization_id": organization_id, "source_id": source_id, "status": status or ()}
    return read_page(work, SOURCE_JOBS, paging, SourceJob, **filters)


def _read(work: Work, organization_id: UUID, source_id: UUID) -> SourceShape:
    filters = {**EVERYTHING, "organization_id": organization_id, "source_id": source_id}
    return read_one(work.connection, SOURCES, SourceShape, "data source", **filters)


def _answer(work: Work, organization_id: UUID, source_id: UUID, conditions: Conditions) -> SourceShape:
    found = _read(work, organization_id, source_id)
    return conditions.answer(found, version_of(found))


def _is_led_elsewhere(found: SourceShape, body: SourceUpdate) -> bool:
    """Whether credentials that stay would be sent to another address than before."""
    stays = found.has_credentials and body.credentials is None and "secret_id" not in body.model_fields_set
    return stays and body.config is not None and _addresses(body.config) != _addresses(found.config)


def _addresses(stated: Any) -> set[str]:
    """Every address that a configuration names, at whatever depth: credentials go to base_url, and to a grant_url."""
    if isinstance(stated, str):
        return {stated} if "://" in stated else set()
    parts = stated.values() if isinstance(stated, dict) else stated if isinstance(stated, list) else ()
    return {address for part in parts for address in _addresses(part)}


def _require_reach(work: Work, organization_id: UUID) -> None:
    """Who names an address for stored credentials could read them there, so it takes the right to change them."""
    credentials.require_reach(work.connection, organization_id, None, "update")


def _store(work: Work, organization_id: UUID, name: str, given: dict[str, SecretStr]) -> UUID:
    """Keep credentials sealed; where the source is refused afterwards, nothing names them."""
    credentials.require_reach(work.connection, organization_id, None, "create")
    plain = json.dumps({field: value.get_secret_value() for field, value in given.items()})

    def put(beside: Beside) -> UUID:
        with connect("credentials") as connection:
            made = credentials.put_secret(
                connection, organization_id, name, SecretBytes(plain.encode()), kind="provider"
            )
            beside(connection, made)
            return made

    return once(put, UUID)
