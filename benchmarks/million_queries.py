"""The queries of API and pages at a million leads: as a member asks them, and by hand without policies.

A query is asked through the code that the API calls, on a connection that notes the statements; these are timed.
By hand is the same question as the administrator, whom no policy stops: organization, and owner or campaign
where the member's role reaches no more, stand in its WHERE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from benchmarks.lead_platform import AT, ORGANIZATION, ROLES, identifier
from leadhouse.database import queries
from leadhouse.leads.work_list import LeadFilter, Reach, count_leads, list_leads

Ask = Callable[[Any, Reach], Any]
REP = identifier(f"user/1/{ROLES['rep']}")
CAMPAIGN = identifier("campaign/1/11")
CLIENT_CAMPAIGNS = [identifier("campaign/1/10"), identifier("campaign/1/20")]
HALF_WAY = (AT - timedelta(days=180), identifier("lead/1"))
EVERYTHING = Reach(reads_all=True, user_ids=[], is_client=False)
BY_HAND = {
    "admin": EVERYTHING,
    "manager": EVERYTHING,
    "rep": Reach(reads_all=False, user_ids=[REP], is_client=False),
    "client": Reach(reads_all=False, user_ids=[], is_client=True),
}
CLIENT_LEADS = (
    "select lead_id from app.leads where organization_id = %(organization_id)s and campaign_id = any (%(campaigns)s)"
    " union select lead_id from app.campaign_members"
    " where organization_id = %(organization_id)s and campaign_id = any (%(campaigns)s)"
)
Statement = tuple[str, dict[str, Any], bool]


@dataclass
class Notes:
    """Stands for a connection: runs what it is asked and keeps the statements."""

    connection: Any
    statements: list[Statement] = field(default_factory=list)

    def execute(self, statement: Any, parameters: Any = None, *, prepare: bool = True) -> Any:
        """As the connection's own, which prepares what is asked often unless it is told not to."""
        text = statement.as_string(None) if isinstance(statement, sql.Composable) else statement
        parameters = dict(parameters or {})
        self.statements.append((text, parameters, prepare))
        return self.connection.execute(text, parameters, prepare=prepare)


@dataclass(frozen=True)
class Query:
    """One question of a member with a role; `by_hand` where the same code cannot ask it without policies."""

    name: str
    role: str
    ask: Ask
    by_hand: Ask | None = None

    def noted(self, connection: Connection[Any], reach: Reach) -> list[Statement]:
        """The statements a member's question makes."""
        notes = Notes(connection)
        self.ask(notes, reach)
        return notes.statements

    def noted_by_hand(self, connection: Connection[Any]) -> list[Statement]:
        """The statements of the same question by hand."""
        notes = Notes(connection)
        (self.by_hand or self.ask)(notes, BY_HAND[self.role])
        return notes.statements


def _list(wanted: LeadFilter | None = None, **how: Any) -> Ask:
    return lambda connection, reach: list_leads(connection, ORGANIZATION, wanted, reach=reach, **how)


def _narrowed(ask: Ask, words: str, **more: Any) -> Ask:
    """The list that `ask` asks for, with a condition more."""

    def asked(connection: Any, reach: Reach) -> Any:
        notes = Notes(connection)
        ask(notes, reach)
        text, parameters, prepare = notes.statements[0]
        return connection.execute(
            text.replace("lead.deleted_at is null", f"lead.deleted_at is null and {words}"),
            {**parameters, **more},
            prepare=prepare,
        )

    return asked


def _count(wanted: LeadFilter, **how: Any) -> Ask:
    return lambda connection, reach: count_leads(connection, ORGANIZATION, wanted, reach=reach, **how)


def _load(component: str, name: str, **parameters: Any) -> Ask:
    statement = getattr(queries.load(component), name)
    parts = {"lead": sql.SQL(parameters.pop("lead", "true"))}
    given = {"organization_id": ORGANIZATION, **parameters}
    return lambda connection, _: connection.execute(statement.format(**parts), given).fetchall()


def _text(text: str, **parameters: Any) -> Ask:
    given = {"organization_id": ORGANIZATION, **parameters}
    is_kept = "like" not in text  # the search plans anew, too
    return lambda connection, _: connection.execute(text, given, prepare=is_kept).fetchall()


def _search(query: str) -> Ask:
    parameters = {"query": query, "filters": Jsonb({}), "limit": 50, "after_score": None, "after_id": None}
    return _load("lead_search", "search_leads", **parameters)


def _search_by_hand(query: str, owner: str = "true") -> Ask:
    patterns = [f"%{word}%" for word in sorted(query.split(), key=len, reverse=True)]
    return _text(_SEARCH.replace("true", owner), patterns=patterns, first=patterns[0], rep=REP)


_SEARCH = """
select facts.lead_id, facts.full_name, facts.title, facts.email_normalized, facts.company_name, facts.domain,
       facts.country_code, facts.lead_score, lead.status::text as status, lead.priority, lead.owner_id,
       lead.campaign_id, lead.tags, lead.created_at
  from app.lead_facts as facts join app.leads as lead using (lead_id)
 where facts.organization_id = %(organization_id)s and lead.organization_id = %(organization_id)s
   and lead.deleted_at is null and facts.document like %(first)s and facts.document like all (%(patterns)s) and true
 order by -coalesce(facts.lead_score::integer, -1), facts.lead_id limit 50
"""
_OWN = "(lead.owner_id = %(rep)s or lead.created_by = %(rep)s)"
_CACHED = (
    "select payload from app.analytics_cache as cache where organization_id = %(organization_id)s"
    " and cache_key = 'agency_overview' and expires_at > clock_timestamp() and not exists ("
    "select from app.analytics_changes as change where change.organization_id = cache.organization_id"
    " and not pg_visible_in_snapshot(change.changed_in, cache.computed_in))"
)
_CAMPAIGNS = (
    "select * from app.campaign_summary where organization_id = %(organization_id)s order by created_at desc limit 50"
)
_JOBS = (
    "select job_id, kind::text as kind, status::text as status, requested_at, finished_at, counts, error from app.jobs"
    " where organization_id = %(organization_id)s order by requested_at desc limit 50"
)
_PERFORMANCE = (
    "select * from app.campaign_performance"
    " where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s"
)
_MEMBERS = str(queries.load("identity").list_members.as_string()).replace(
    "(select identity.current_organization_id())", "%(organization_id)s"
)
_LOGS = {"job_id": identifier("job/1/1"), "after": 0, "levels": None, "limit": 200, "skipped": 0}
_NOTIFICATIONS = {"only_unread": False, "after_at": None, "after_id": None, "limit": 50}
_INTERACTIONS: dict[str, Any] = {"types": None, "after_at": None, "after_id": None, "limit": 50}
_ONE_LEAD = {**_INTERACTIONS, "lead": "lead_id = %(lead_id)s", "lead_id": identifier("lead/1")}

QUERIES = (
    Query("leads, newest", "manager", _list()),
    Query("leads, page 40 by number", "admin", _list(page=40)),
    Query("leads, behind a cursor half way", "admin", _list(after=HALF_WAY)),
    Query("leads of a status", "admin", _list(LeadFilter(status=("qualified",)))),
    Query("leads of a campaign, by priority", "manager", _list(LeadFilter(campaign_id=CAMPAIGN, priority=("urgent",)))),
    Query("leads with a tag", "admin", _list(LeadFilter(tags=("tag7",)))),
    Query("leads of an owner", "manager", _list(LeadFilter(owner_id=REP))),
    Query("leads by score", "admin", _list(sort="lead_score")),
    Query("leads of a status by score", "admin", _list(LeadFilter(status=("qualified",)), sort="lead_score")),
    Query("leads by name", "admin", _list(sort="full_name", order="asc")),
    Query("leads, newest", "rep", _list()),
    Query("leads by score", "rep", _list(sort="lead_score")),
    Query(
        "leads, newest",
        "client",
        _list(),
        _narrowed(_list(), f"lead.lead_id in ({CLIENT_LEADS})", campaigns=CLIENT_CAMPAIGNS),
    ),
    Query("one lead", "manager", _load("lead_work", "get_lead", lead_id=identifier("lead/777"))),
    Query("search of a name", "manager", _search("anna rosenbach"), _search_by_hand("anna rosenbach")),
    Query("search of a common word", "manager", _search("gmbh"), _search_by_hand("gmbh")),
    Query("search of a first name", "rep", _search("anna"), _search_by_hand("anna", _OWN)),
    Query(
        "number of leads of a status",
        "manager",
        _count(LeadFilter(status=("new",))),
        _text(
            "select coalesce(sum(leads), 0) as leads from app.lead_counters"
            " where organization_id = %(organization_id)s and status = 'new'"
        ),
    ),
    Query("pipeline", "manager", _load("lead_work", "get_pipeline")),
    Query("overview", "admin", _text("select app.get_agency_overview(%(organization_id)s)"), _text(_CACHED)),
    Query("campaigns", "manager", _text(_CAMPAIGNS)),
    Query(
        "performance of a campaign",
        "manager",
        _text("select * from app.get_campaign_performance(%(campaign_id)s)", campaign_id=CAMPAIGN),
        _text(_PERFORMANCE, campaign_id=CAMPAIGN),
    ),
    Query("jobs, newest", "admin", _text(_JOBS)),
    Query(
        "log of a job",
        "admin",
        _load("jobs", "select_logs", **_LOGS),
        _text(
            "select log_no, log_id, level, message, details, logged_at from app.job_logs"
            " where organization_id = %(organization_id)s and job_id = %(job_id)s and log_no > 0"
            " order by log_no limit 200",
            **_LOGS,
        ),
    ),
    Query(
        "notifications",
        "rep",
        _load("events", "select_notifications", **_NOTIFICATIONS),
        _text(
            "select notification_id, kind, title, message, link, read_at, created_at from app.notifications"
            " where user_id = %(rep)s and organization_id = %(organization_id)s"
            " order by created_at desc, notification_id limit 50",
            rep=REP,
        ),
    ),
    Query("interactions with a lead", "manager", _load("interactions", "list_interactions", **_ONE_LEAD)),
    Query("interactions, newest", "manager", _load("interactions", "list_interactions", **_INTERACTIONS)),
    Query("exports", "admin", _load("lead_exports", "list_exports", limit=50)),
    Query(
        "members",
        "manager",
        _load("identity", "list_members", with_removed=False),
        _text(_MEMBERS, with_removed=False),
    ),
    Query("history of a lead", "manager", _load("lead_work", "list_status_changes", lead_id=identifier("lead/777"))),
)
