"""Lead searches from the question to the leads: asked → proposed → confirmed → running → finished.

A search becomes active when a person confirms it, never before. `start` makes a source of each way of discovery that is
configured (the map, a web search) and one import job of all; what they find is crawled, resolved and built like
everything else, and `adopt_from_searches` at the end of a build makes leads of what the criteria match. `report` says
how many were requested, how many met the criteria, and whether what was looked through is exhausted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from psycopg import Connection, errors
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from leadhouse.connectors import stored_sources
from leadhouse.connectors.source_errors import SourceError
from leadhouse.database import connect, queries
from leadhouse.database.beside import Beside, alone
from leadhouse.enrichment.language_model import LanguageModelError
from leadhouse.jobs import requests
from leadhouse.leads.adoption import SearchCriteria
from leadhouse.leads.search_questions import Discovery, SearchQuestionError, propose
from leadhouse.records import NAMESPACE
from leadhouse.settings import settings

State = Literal["asked", "proposed", "refused", "confirmed", "running", "finished"]
ENDED = frozenset({"completed", "failed", "cancelled"})
Row = dict[str, Any]


class SearchStateError(RuntimeError):
    """The search is not there, or is not in the state that this needs; the message says which it is in."""


@dataclass(frozen=True, slots=True)
class SearchReport:
    """`requested` None: any number; `is_exhausted`: everything that was looked through has ended and been built.

    `unread_sources` are those whose last run did not come to their end: their next one goes on.
    """

    lead_search_id: UUID
    name: str
    state: State
    requested: int | None
    met: int
    is_exhausted: bool
    jobs: dict[str, int]  # by status
    message: str
    unread_sources: int = 0


def ask(organization_id: UUID, name: str, question: str, *, beside: Beside = alone) -> Row:
    """Keep the question, ask the language model once, and keep what it proposes for a person to confirm.

    The row is written before the model is asked: a question whose answer is lost stands as ``asked``. `beside` is
    told of its id with the row.

    Raises:
        SearchQuestionError: the answer does not fit; the search is kept as ``refused`` with the reason.
        LanguageModelError: no model is configured, or it does not answer; likewise.
        SearchStateError: there is a search of that name.
    """
    row = _insert(organization_id, name, SearchCriteria(), "asked", question=question, beside=beside)
    try:
        found = propose(question, organization_id)
    except (SearchQuestionError, LanguageModelError) as error:
        _change(row["lead_search_id"], state="refused", message=str(error)[:1000])
        raise
    criteria = SearchCriteria.model_validate(found.criteria.model_dump())
    return _change(
        row["lead_search_id"], state="proposed", criteria=_stated(criteria), discovery=_stated(found.discovery)
    )


def create(organization_id: UUID, name: str, criteria: SearchCriteria, discovery: Discovery | None = None) -> Row:
    """A search of criteria that a person typed in: confirmed by that.

    Raises SearchStateError where there is a search of that name.
    """
    return _insert(organization_id, name, criteria, "confirmed", discovery=discovery or Discovery())


def confirm(
    lead_search_id: UUID, criteria: SearchCriteria | None = None, discovery: Discovery | None = None, *,
    beside: Beside = alone,
) -> Row:  # fmt: skip
    """A person says yes to a proposal, or to what is made of it here. Raises SearchStateError for any other state."""
    with connect("leads") as connection:
        row = _locked(connection, lead_search_id)
        if row["state"] != "proposed":
            raise SearchStateError(f"Search {row['name']!r} is {row['state']}: only a proposal is to be confirmed.")
        changed = _changed(
            connection, lead_search_id, state="confirmed", is_active=True,
            criteria=_stated(criteria) if criteria else None, discovery=_stated(discovery) if discovery else None,
        )  # fmt: skip
        beside(connection, None)
        return changed


def start(lead_search_id: UUID, run_on: date | None = None) -> Row:
    """Look for more: a source of each configured way of discovery, one job of all. Repeated, it finds the same ones.

    A search without discovery runs over what the marts hold, and will hold.

    Raises:
        SearchStateError: the search is not confirmed.
        SourceError: the parameters of a source are refused.
    """
    with connect("leads") as connection:
        row = connection.execute(_sql().find_search, {"lead_search_id": lead_search_id}).fetchone()
    if row is None or row["state"] not in {"confirmed", "running"}:
        raise SearchStateError(f"Search {lead_search_id} is {row['state'] if row else 'not there'}: confirm it first.")
    if row["state"] == "running":
        return dict(row)
    keys = [_source(row, kind, parameters) for kind, parameters in _ways(row)]
    job_ids = []
    if keys:
        job_id = uuid5(NAMESPACE, f"lead_search|{lead_search_id}|{row['confirmed_at']}")
        today = run_on or datetime.now(UTC).date()
        job_ids = [requests.request_job("import", {"source_keys": keys}, today, row["organization_id"], job_id)]
    return _change(lead_search_id, state="running", source_keys=keys, job_ids=job_ids)


def report(lead_search_id: UUID) -> SearchReport:
    """What came of it so far; a search that is met or exhausted is finished by being told so.

    Raises SearchStateError where there is none.
    """
    with connect("leads") as connection:
        row = connection.execute(_sql().find_search, {"lead_search_id": lead_search_id}).fetchone()
        if row is None:
            raise SearchStateError(f"There is no search {lead_search_id}.")
        scope = {"organization_id": row["organization_id"], "source": f"search:{lead_search_id}"}
        met = (connection.execute(_sql().count_adopted, scope).fetchone() or {})["leads"]
        adopted = (connection.execute(_sql().select_last_adoption).fetchone() or {})["started_at"]
    jobs, unread = _jobs(row)
    requested = SearchCriteria.model_validate(row["criteria"]).limit
    is_met = requested is not None and met >= requested
    over = max((each["finished_at"] for each in jobs if each["finished_at"]), default=row["updated_at"])
    all_ended = all(each["status"] in ENDED for each in jobs)
    all_ended &= not unread
    is_exhausted = row["state"] in {"running", "finished"} and all_ended and adopted is not None and adopted >= over
    by_status = {status: sum(each["status"] == status for each in jobs) for status in {each["status"] for each in jobs}}
    failed = by_status.get("failed", 0)
    message = _told(row["state"], requested, met, is_exhausted=is_exhausted, failed=failed, unread=unread)
    state: State = row["state"]
    if state == "running" and (is_met or is_exhausted):
        state = _change(lead_search_id, state="finished", message=message)["state"]
    return SearchReport(lead_search_id, row["name"], state, requested, met, is_exhausted, by_status, message, unread)


def list_searches(organization_id: UUID) -> list[Row]:
    """All searches of an organization, the newest first."""
    with connect("leads") as connection:
        found = connection.execute(_sql().list_searches, {"organization_id": organization_id})
        return [dict(row) for row in found]


def _told(state: str, requested: int | None, met: int, *, is_exhausted: bool, failed: int, unread: int) -> str:
    wanted = f"{requested} requested" if requested is not None else "any number requested"
    if state in {"asked", "proposed", "refused", "confirmed"}:
        return f"{wanted}, {met} met; nothing was looked for yet: the search is {state}."
    if requested is not None and met >= requested:
        return f"{wanted}, {met} met: done."
    lost = f" {failed} jobs failed: see their logs." if failed else ""
    if is_exhausted:
        return f"{wanted}, {met} met, exhausted: what was looked through holds no more that the criteria match.{lost}"
    if unread:
        return f"{wanted}, {met} met so far; {unread} of its sources unread in part: the next run goes on.{lost}"
    return f"{wanted}, {met} met so far; jobs, or the build after them, are not over.{lost}"


def _ways(row: Row) -> list[tuple[str, dict[str, Any]]]:
    """The kinds of sources that can look for this, with their parameters."""
    wanted, chosen = Discovery.model_validate(row["discovery"]), settings()
    ways: list[tuple[str, dict[str, Any]]] = []
    if wanted.has_map:
        place = {"place": wanted.place, "country_code": wanted.country_code}
        stated = {name: value for name, value in place.items() if value}
        own = {"base_url": chosen.overpass_url} if chosen.overpass_url else {}
        ways.append(("overpass", {"tags": list(wanted.tags), **stated, **own}))
    if wanted.queries and chosen.searxng_url:
        ways.append(("searxng", {"base_url": chosen.searxng_url, "queries": list(wanted.queries)}))
    return ways


def _source(row: Row, kind: str, parameters: dict[str, Any]) -> str:
    """The key of the search's source of this kind, made where it is not there yet."""
    name = f"search-{row['lead_search_id']}"
    try:
        made = stored_sources.add_source(row["organization_id"], row["slug"], kind, name, parameters)
        return str(made["source_key"])
    except SourceError as error:
        if "already" not in str(error):
            raise
        return f"{kind}/{row['slug']}/{name}"


def _jobs(row: Row) -> tuple[list[Row], int]:
    """The jobs of the search, and how many of its sources are not read to their end."""
    values = {
        "job_ids": row["job_ids"], "organization_id": row["organization_id"], "source_keys": row["source_keys"],
        "since": row["confirmed_at"] or row["created_at"],
    }  # fmt: skip
    with connect("jobs") as connection:
        jobs = [dict(each) for each in connection.execute(_sql().select_jobs_of_search, values)]
        unread = connection.execute(_sql().count_unread_sources, values).fetchone() or {}
    return jobs, int(unread["sources"])


def _insert(
    organization_id: UUID, name: str, criteria: SearchCriteria, state: State, *, question: str | None = None,
    discovery: Discovery | None = None, beside: Beside = alone,
) -> Row:  # fmt: skip
    values = {
        "organization_id": organization_id, "name": name, "criteria": _stated(criteria), "question": question,
        "state": state, "discovery": _stated(discovery or Discovery()), "is_active": state == "confirmed",
    }  # fmt: skip
    try:
        with connect("leads") as connection:
            row = dict(connection.execute(_sql().insert_search, values).fetchone() or {})
            beside(connection, row["lead_search_id"])
            return row
    except errors.UniqueViolation as error:
        raise SearchStateError(f"There is a search {name!r} already: give it another name.") from error


def _change(lead_search_id: UUID, **values: Any) -> Row:
    with connect("leads") as connection:
        return _changed(connection, lead_search_id, **values)


def _changed(connection: Connection[Any], lead_search_id: UUID, **values: Any) -> Row:
    names = ("state", "criteria", "discovery", "message", "is_active", "source_keys", "job_ids")
    parameters = {"lead_search_id": lead_search_id, **{name: values.get(name) for name in names}}
    return dict(connection.execute(_sql().change_search, parameters).fetchone() or {})


def _locked(connection: Connection[Any], lead_search_id: UUID) -> Row:
    row = connection.execute(_sql().lock_search, {"lead_search_id": lead_search_id}).fetchone()
    if row is None:
        raise SearchStateError(f"There is no search {lead_search_id}.")
    return dict(row)


def read_criteria(stated: Any) -> SearchCriteria:
    """Criteria as JSON values. Raises SearchQuestionError that names what is wrong."""
    try:
        return SearchCriteria.model_validate(stated)
    except ValidationError as error:
        raise SearchQuestionError(f"These are no criteria of a search: {_wrong(error)}.") from error


def read_discovery(stated: Any) -> Discovery:
    """Where to look, as JSON values. Raises SearchQuestionError that names what is wrong."""
    try:
        return Discovery.model_validate(stated)
    except ValidationError as error:
        raise SearchQuestionError(f"This says not where to look: {_wrong(error)}.") from error


def _wrong(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())


def _stated(value: SearchCriteria | Discovery) -> Jsonb:
    return Jsonb(value.model_dump(mode="json", exclude_none=True))


def _sql() -> queries.Queries:
    return queries.load("lead_searches")
