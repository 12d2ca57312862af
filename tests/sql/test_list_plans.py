"""Plans of the work lists under policies, on a generated platform: none reads a large table row by row.

Every plan is looked at, those of statements inside functions too (auto_explain tells them as messages).
"""

from __future__ import annotations

import json
import re

import pytest

from benchmarks.lead_platform import ORGANIZATION, generate, identifier, organization_claims
from benchmarks.million_queries import BY_HAND, QUERIES, Notes
from leadhouse.leads.work_list import LeadFilter, page_question, recount_leads, standing_question

LEADS, ORGANIZATIONS = 60_000, 60
LARGE = 10_000
POLICY_CALL = re.compile(r"\b(identity|app|billing|files)\.[a-z_]+\(")
CONDITIONS = ("Filter", "Index Cond", "Recheck Cond", "Join Filter", "Hash Cond", "Merge Cond", "One-Time Filter")
ONCE_A_LOOP = ("Index Cond", "One-Time Filter")
TELL_PLANS = (
    "load 'auto_explain'",
    "set auto_explain.log_min_duration = 0",
    "set auto_explain.log_analyze = on",
    "set auto_explain.log_timing = off",
    "set auto_explain.log_nested_statements = on",
    "set auto_explain.log_format = json",
    "set client_min_messages = log",
)


VERSION = (
    "select sum(changes) as version from (select changes from app.owner_counters where organization_id = %(organization)s"
    " union all select changes from app.owner_counter_changes where organization_id = %(organization)s) as cell"
)


@pytest.fixture(scope="module")
def owner(module_database):
    """The administrator, who may take every role and drop what he likes, in the generated platform."""
    generate(module_database.admin_url, LEADS, ORGANIZATIONS)
    with module_database.owner() as connection:
        connection.plans = []
        connection.add_notice_handler(
            lambda told: connection.plans.append(told.message_primary) if "plan:" in told.message_primary else None
        )
        for statement in TELL_PLANS:
            connection.execute(statement)
        connection.commit()
        large = connection.execute("select oid::regclass::text as name from pg_class where reltuples > %s", [LARGE])
        connection.large = {row["name"].split(".")[-1] for row in large}
        connection.commit()
        yield connection


def complaints(owner, query, *changes):
    """What is wrong with the plans of a query after some changes to the schema, all of it undone."""
    owner.plans.clear()
    try:
        for change in changes:
            owner.execute(change)
        owner.plans.clear()
        owner.execute("select set_config('request.jwt.claims', %s, true)", [organization_claims(query.role)])
        owner.execute("set local role authenticated")
        query.ask(Notes(owner), BY_HAND[query.role])
    finally:
        owner.rollback()
    assert owner.plans, "auto_explain told nothing"
    told = [json.loads(plan[plan.index("{") :]) for plan in owner.plans]
    return sorted({complaint for plan in told for complaint in judge(plan["Plan"], owner.large)})


def judge(node, large):
    """Complaints about a node of a plan and those below it."""
    relation = node.get("Relation Name")
    if node["Node Type"] == "Seq Scan" and relation in large:
        yield f"{relation} is read sequentially"
    removed = sum(node.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Join Filter"))
    rows = (node["Actual Rows"] + removed) * node["Actual Loops"]
    for part in CONDITIONS:
        call = POLICY_CALL.search(str(node.get(part, "")))
        if call and (node["Actual Loops"] if part in ONCE_A_LOOP else rows) > 1:
            yield f"{call[0]}) is called again and again in the {part} of {node['Node Type']} {relation}"
    if rows > LARGE:
        yield f"{node['Node Type']} {relation} reads {rows:.0f} rows"
    for below in node.get("Plans", ()):
        yield from judge(below, large)


def named(name, role):
    return next(query for query in QUERIES if (query.name, query.role) == (name, role))


@pytest.mark.parametrize("query", [pytest.param(query, id=f"{query.name} ({query.role})") for query in QUERIES])
def test_a_query_reads_what_it_shows(owner, query):
    assert complaints(owner, query) == []


@pytest.mark.parametrize("role", ["manager", "rep"])
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("created_at", "desc"),
        ("created_at", "asc"),
        ("lead_score", "desc"),
        ("full_name", "asc"),
        ("full_name", "desc"),
    ],
)
def test_a_page_reads_what_it_shows_with_the_plan_that_the_api_keeps(owner, sort, order, role):
    reach = BY_HAND[role]
    asked = [standing_question(sort, LeadFilter())]
    page = page_question(ORGANIZATION, LeadFilter(), reach=reach, sort=sort, order=order)
    asked += [page] * 7  # Postgres may keep a plan from the sixth on
    try:
        owner.execute("select set_config('request.jwt.claims', %s, true)", [organization_claims(role)])
        owner.execute("set local role authenticated")
        for question in asked:
            owner.plans.clear()
            owner.execute(question.text, question.values, prepare=question.is_kept)
    finally:
        owner.rollback()
    told = [json.loads(plan[plan.index("{") :]) for plan in owner.plans]
    assert told
    assert [complaint for plan in told for complaint in judge(plan["Plan"], owner.large)] == []


@pytest.mark.parametrize("role", ["admin", "manager", "rep", "client", "reader"])
def test_every_role_sees_its_leads_and_no_others(owner, role):
    query = named("leads, newest", "manager")
    owner.execute("select set_config('request.jwt.claims', %s, true)", [organization_claims(role)])
    owner.execute("set local role authenticated")
    page = query.ask(owner, BY_HAND.get(role, BY_HAND["admin"]))
    owner.rollback()
    seen = [row["lead_id"] for row in page.leads]
    condition = {
        "rep": "owner_id = %(user)s",
        "client": "(campaign_id = any (%(campaigns)s) or exists (select from app.campaign_members as member"
        " where member.lead_id = lead.lead_id and member.campaign_id = any (%(campaigns)s)))",
    }.get(role, "true")
    wanted = owner.execute(
        f"select lead_id from app.leads as lead where organization_id = %(organization)s and deleted_at is null and {condition}"
        " order by created_at desc, lead_id limit 50",
        {
            "organization": identifier("organization/1"),
            "user": identifier("user/1/3"),
            "campaigns": [identifier("campaign/1/10"), identifier("campaign/1/20")],
        },
    ).fetchall()
    owner.rollback()
    assert len(seen) == 50
    assert seen == [row["lead_id"] for row in wanted]


@pytest.mark.parametrize(
    ("index", "name", "role"),
    [
        ("app.leads_by_creation", "leads, newest", "manager"),
        ("app.lead_facts_by_score", "leads by score", "admin"),
        ("app.leads_by_owner_in_organization, app.leads_by_owner", "leads, newest", "rep"),
        ("app.lead_facts_by_name", "leads by name", "admin"),
        ("app.lead_facts_by_document", "search of a name", "manager"),
        ("app.lead_status_changes_by_lead", "history of a lead", "manager"),
    ],
)
def test_a_missing_index_is_noticed(owner, index, name, role):
    assert complaints(owner, named(name, role), f"drop index {index}") != []


def test_a_policy_that_asks_for_every_row_is_noticed(owner):
    found = complaints(
        owner,
        named("leads, newest", "manager"),
        'alter policy "members read leads in their scope" on app.leads using '
        "(organization_id = (select identity.claimed_organization_id()) and identity.reaches_all('leads', 'read'))",
    )
    assert any(complaint.startswith("identity.reaches_all()") for complaint in found)


def test_maintenance_finds_and_mends_a_wrong_counter(owner, module_database):
    with module_database.connect("maintenance") as connection:
        assert recount_leads(connection) == 0
    owner.execute("update app.lead_counters set leads = leads + 1 where organization_id = %s", [ORGANIZATION])
    owner.execute("update app.owner_counters set leads = 0 where organization_id = %s and owner_id = %s",
                  [ORGANIZATION, identifier("user/1/3")])  # fmt: skip
    touched = owner.execute(
        "select count(*) + 1 as cells from app.lead_counters where organization_id = %s", [ORGANIZATION]
    )
    owner.commit()
    with module_database.connect("maintenance") as connection:
        assert recount_leads(connection) == touched.fetchone()["cells"]
        assert recount_leads(connection) == 0


def test_tags_follow_every_change(owner):
    mine = {"organization": ORGANIZATION, "campaign": identifier("campaign/1/1")}
    some = "organization_id = %(organization)s and campaign_id = %(campaign)s"
    changes = [
        f"update app.leads set tags = '{{}}' where {some} and status = 'qualified'",
        f"update app.leads set tags = tags || '{{tag7,new,new}}'::text[] where {some} and status <> 'lost'",
        f"update app.leads set created_at = created_at - interval '1 hour' where {some} and status = 'lost'",
        f"update app.leads set tags = array['only', null] where {some} and status = 'lost'",
        f"update app.leads set notes = 'x' where {some}",
        "insert into app.leads (organization_id, entity_id, entity_kind, first_source, tags)"
        " select organization_id, entity_id, 'person', 'test', '{one,two}' from app.leads as lead where deleted_at is not null"
        " and not exists (select from app.leads as live where live.entity_id = lead.entity_id and live.deleted_at is null) limit 9",
    ]
    astray = (
        "(select lead_id, created_at, tag from app.leads, unnest(tags) as tag where tag is not null"
        " except select lead_id, created_at, tag from app.lead_tags)"
        " union all (select lead_id, created_at, tag from app.lead_tags"
        " except select lead_id, created_at, tag from app.leads, unnest(tags) as tag)"
    )
    for change in changes:
        assert owner.execute(change, mine).rowcount > 0, change
        assert owner.execute(astray).fetchall() == [], change
    owner.rollback()


def test_the_counters_follow_every_change(owner):
    campaign, other = identifier("campaign/1/1"), identifier("campaign/1/2")
    organization = identifier("organization/1")
    mine = {"organization": organization, "campaign": campaign, "other": other}
    changes = [
        "update app.leads set status = 'converted', rating_1_to_5 = 5 where organization_id = %(organization)s and campaign_id = %(campaign)s"
        " and status = 'qualified'",
        "update app.leads set campaign_id = %(other)s, owner_id = null where organization_id = %(organization)s"
        " and campaign_id = %(campaign)s and priority = 'high'",
        "update app.leads set deleted_at = now() where organization_id = %(organization)s and campaign_id = %(other)s and status = 'lost'",
        "update app.leads set deleted_at = null, purged_at = null where organization_id = %(organization)s and campaign_id = %(other)s"
        " and deleted_at is not null",
        "update app.lead_facts set lead_score = case when lead_score > 50 then null else 7 end where organization_id = %(organization)s"
        " and lead_id in (select lead_id from app.leads where campaign_id = %(other)s)",
        "delete from app.lead_facts where lead_id in (select lead_id from app.leads where campaign_id = %(other)s limit 40)",
        "insert into resolution.entities (entity_id, entity_kind, created_batch_no) select gen_random_uuid(), 'person', 1 from generate_series(1, 9)",
        "insert into app.leads (organization_id, entity_id, entity_kind, first_source, campaign_id) select %(organization)s, entity_id, 'person',"
        " 'test', %(campaign)s from resolution.entities as entity"
        " where not exists (select from app.leads as lead where lead.entity_id = entity.entity_id)",
    ]
    version = owner.execute(VERSION, mine).fetchone()["version"]
    for change in changes:
        assert owner.execute(change, mine).rowcount > 0, change
        assert owner.execute("select app.recount_leads() as wrong").fetchone()["wrong"] == 0, change
        assert owner.execute("select app.recount_owners() as wrong").fetchone()["wrong"] == 0, change
        before, version = version, owner.execute(VERSION, mine).fetchone()["version"]
        assert version > before or "app.lead" not in change, change
        astray = "select from app.lead_facts as facts join app.leads using (lead_id) where facts.owner_id is distinct from leads.owner_id"
        assert owner.execute(astray).fetchall() == [], change
    owner.rollback()
