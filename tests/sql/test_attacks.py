"""Attacks: callers with valid claims against the other organization, beyond their own role, and against everybody's work."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from leadhouse.database.analysts import ensure_analyst
from leadhouse.leads.adoption import SearchCriteria
from tests.sql.access_world import SCHEMAS
from tests.sql.attack_world import AttackWorld

CALLABLE = """
select fn.oid::regprocedure::text as signature, fn.oid::regproc::text as name,
       array(select coalesce(arg, '') from unnest(fn.proargnames[1:fn.pronargs]) as arg) as names,
       array(select type::regtype::text from unnest(fn.proargtypes) as type) as types
  from pg_proc as fn
 where fn.pronamespace::regnamespace::text = any (%s) and fn.prokind = 'f' and fn.prorettype <> 'trigger'::regtype
   and has_function_privilege('authenticated', fn.oid, 'execute') and fn.pronargs > 0 order by 1
"""
# Which row of a tenant an argument of this name asks for.
IDS = {
    "of_organization": "org", "of_lead": "lead", "lead_ids": "lead", "of_campaign": "campaign", "of_job": "job",
    "of_source": "source", "of_session": "session", "of_invitation": "invitation", "of_key": "key", "of_user": "rep",
    "by_user": "rep", "of_correction": "correction", "of_entity": "entity", "entity_ids": "entity", "subject": "job",
    "of_client": "client", "new_client": "client", "of_team": "team", "after_id": "lead", "wanted_id": "entity",
}  # fmt: skip
SAID = {
    "of_type": "note", "of_direction": "internal", "metric": "response_rate", "new_status": "contacted",
    "of_attribute": "name", "new_basis": "consent", "of_prefix": "lh_abcdefgh", "of_machine": "job",
    "from_state": "pending", "to_state": "running", "of_verb": "look", "of_resource": "leads", "of_action": "read",
    "what": "a note", "of_outcome": "succeeded", "of_key": "agency_overview", "of_email": "new@x.example",
}  # fmt: skip
OF_TYPE = {
    "text": "x", "integer": 3, "smallint": 3, "bigint": 3, "numeric": 3, "boolean": True, "date": "2026-11-20",
    "bytea": b"x" * 32, "text[]": ["leads:read"], "jsonb[]": [], "interval": "30 days", "identity.member_role": "read_only",
    "app.job_kind": "import", "app.lead_status": "new", "resolution.entity_kind": "company", "inet": "192.0.2.1",
}  # fmt: skip
DOCUMENTS = {"changes": {"status": "contacted"}, "weights": [], "proposed": [], "batch": [], "of_parameters": {}}
CALLERS = {
    "admin": {}, "manager": {}, "rep": {}, "reader": {}, "guest": {},
    "key": {"permissions": ["leads:write", "members:write", "jobs:write"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def world(module_database):
    with module_database.owner() as connection, connection.transaction(force_rollback=True):
        made = AttackWorld(connection)
        made.populate()
        yield made


def argument(function, name, kind, ids, organization):
    """A value that the function could work with, taken from the rows of `ids` where it names one."""
    if kind in ("uuid", "uuid[]"):
        value = organization if name == "of_organization" else ids[IDS.get(name, "lead")]
        value = None if name in ("of_client", "new_client") else value
        return [value] if kind == "uuid[]" else value
    if kind == "jsonb":
        return Jsonb(DOCUMENTS.get(name, {}))
    if kind.startswith("timestamp"):
        return "2027-01-01" if name == "valid_until" else "2026-11-20 10:00+00"
    if name == "address":
        return "rep@north.example" if ids["slug"] == "north" else "rep@south.example"
    return SAID.get(name, OF_TYPE.get(kind)) if kind == "text" else OF_TYPE.get(kind)


def call(world, function, ids, organization):
    values = [
        argument(function["name"], name, kind, ids, organization)
        for name, kind in zip(function["names"], function["types"], strict=True)
    ]
    casts = sql.SQL(", ").join(sql.SQL("%s::" + kind) for kind in function["types"])
    statement = sql.SQL("select * from {}({}) as found").format(sql.SQL(function["name"]), casts)
    return world.connection.execute(statement, values).fetchall(), values


def fingerprint(world, organization):
    """Table → the organization's rows in one hash; the queue of events is emptied by whoever reads."""
    tables = world.connection.execute(
        "select oid::regclass::text as name from pg_class where relkind in ('r', 'p') and not relispartition"
        " and relnamespace::regnamespace::text = any (%s) and oid::regclass::text not in ('app.event_queue', 'app.events')"
        " and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'organization_id') order by 1",
        [SCHEMAS],
    ).fetchall()
    parts = sql.SQL(" union all ").join(
        sql.SQL(
            "select {} as name, md5(string_agg(t::text, '' order by t::text)) as rows from {} as t where organization_id = {}"
        ).format(sql.Literal(row["name"]), sql.SQL(row["name"]), sql.Literal(organization))
        for row in tables
    )
    return {row["name"]: row["rows"] for row in world.connection.execute(parts)}


@pytest.mark.parametrize(
    "caller",
    [pytest.param(name, marks=[] if name in ("admin", "rep", "key") else pytest.mark.slow) for name in CALLERS],
)
@pytest.mark.parametrize("names_itself", [False, True], ids=["their_organization", "own_organization"])
def test_no_function_reaches_the_other_organization(world, caller, names_itself):
    """Every function a member may call, with ids of the other organization's rows."""
    north, south = world.tenants["north"], world.tenants["south"]
    ids = {**south, "slug": "south"}
    before, theirs = fingerprint(world, south["org"]), world.ids_of("south")
    claims = world.claims("north", "admin" if caller == "key" else caller, **CALLERS[caller])
    broken = []
    for function in world.connection.execute(CALLABLE, [SCHEMAS]).fetchall():
        with world.connection.transaction(force_rollback=True):
            world.become(claims)
            try:
                with world.connection.transaction():
                    found, values = call(world, function, ids, north["org"] if names_itself else south["org"])
            except psycopg.Error as error:
                told = str(error) + str(error.diag.message_detail)
                if "secret correction" in told:
                    broken.append((function["signature"], told))
                continue
            world.rise()
            passed = {UUID(each) for each in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(values))}
            leaked = {each for each in theirs - passed if str(each) in str(found)}
            changed = {table for table, rows in fingerprint(world, south["org"]).items() if rows != before[table]}
            if leaked or changed:
                broken.append((function["signature"], leaked, changed))
    assert broken == []


def test_the_same_calls_work_on_own_rows(world):
    """Else the attacks above would prove nothing: with own ids, most of them do their work."""
    north = {**world.tenants["north"], "slug": "north"}
    failed, functions = {}, world.connection.execute(CALLABLE, [SCHEMAS]).fetchall()
    for function in functions:
        with world.connection.transaction(force_rollback=True):
            world.become(world.claims("north", "admin"))
            try:
                with world.connection.transaction():
                    call(world, function, north, north["org"])
            except psycopg.Error as error:
                failed[function["signature"]] = str(error).splitlines()[0]
    print(len(functions), failed)
    assert len(failed) <= len(functions) // 5, failed


def refused(connection, statement, parameters=(), error=errors.InsufficientPrivilege):
    with pytest.raises(error), connection.transaction():
        connection.execute(statement, parameters)


def values(connection, statement, parameters=()):
    return {next(iter(row.values())) for row in connection.execute(statement, parameters)}


def test_no_time_zone_stops_the_figures_of_everybody(world):
    """Weeks and days are cut by it in one query over all organizations."""
    change = (
        "update identity.organizations set time_zone = %s where organization_id = identity.current_organization_id()"
    )
    with world.acting(world.claims("north", "admin")) as connection:
        assert connection.execute(change, ["America/New_York"]).rowcount == 1
        refused(connection, change, ["Mars/Olympus"], errors.CheckViolation)


def test_no_saved_search_stops_those_of_everybody():
    """A number that Postgres does not take is a bad search, which is named and left out."""
    assert SearchCriteria(limit=1_000).limit == 1_000
    with pytest.raises(ValidationError):
        SearchCriteria.model_validate({"limit": 10**30})


def test_no_trigger_function_of_a_definer_hangs_on_a_table_of_the_callers(world):
    """Its rows would be the caller's invention and its rights the owner's: here another organization's budget."""
    budget = world.tenants["south"]["budget"]
    open_functions = values(
        world.connection,
        "select oid::regprocedure::text from pg_proc where prosecdef and prorettype = 'trigger'::regtype"
        " and pronamespace::regnamespace::text = any (%s) and has_function_privilege('anon', oid, 'execute')",
        [SCHEMAS],
    )
    assert open_functions == set()
    with world.acting(world.claims("north", "admin")) as connection:
        connection.execute("create temp table paid (budget_id uuid, amount_eur numeric)")
        attach = "create trigger t after insert on paid for each row execute function billing.charge_budget()"
        refused(connection, attach)
        connection.execute("insert into paid values (%s, 4)", [budget])
        world.rise()
        assert values(connection, "select spent_eur from billing.budgets where budget_id = %s", [budget]) == {0}


def test_no_component_gets_the_owners_rights_by_a_table_of_its_own(world):
    """What a definer function writes to a table that the caller made runs the caller's triggers as the definer."""
    campaign = world.tenants["north"]["campaign"]
    with world.connection.transaction(force_rollback=True):
        world.connection.execute("set local session authorization leadhouse_app; set local role leadhouse_campaigns")
        world.connection.execute(
            "create temp table true_days (like app.campaign_days);"
            "grant all on true_days to public; grant all on pg_temp.true_days to leadhouse_owner"
        )
        refused(world.connection, "select app.recount_campaign(%s)", [campaign])
        world.connection.execute("drop table true_days")
        assert values(world.connection, "select app.recount_campaign(%s)", [campaign]) == {0}
        assert values(world.connection, "select app.recount_campaign(%s)", [campaign]) == {0}


@pytest.mark.parametrize("month", ["1200-01-01", "9000-01-01", "infinity"])
def test_nobody_makes_partitions_without_end(world, month):
    north = world.tenants["north"]
    record = "select app.record_usage_events(%s, %s, %s)"
    event = {"event_type": "click", "event_name": "n", "occurred_at": month}
    with world.acting(world.claims("north", "rep")) as connection:
        refused(connection, record, [north["org"], north["rep"], Jsonb([event])], errors.InvalidParameterValue)
        now = connection.execute("select now()::text as now").fetchone()["now"]
        good = Jsonb([event | {"occurred_at": now}])
        assert values(connection, record, [north["org"], north["rep"], good]) == {1}


INVITE = "select identity.invite_member(%s, %s, %s, now() + interval '1 day')"


def test_an_api_key_makes_nobody_who_may_do_more_than_the_key(world):
    """It could invite an address of its holder's as an admin, and be rid of its bounds."""
    north = world.tenants["north"]
    with world.acting(world.claims("north", "admin", permissions=["members:write", "members:read"])) as connection:
        refused(connection, INVITE, ["mine@x.example", "organization_admin", b"i" * 32])
        refused(connection, INVITE, ["mine@x.example", "sales_rep", b"i" * 32])
        refused(connection, "select identity.change_member_role(%s, 'organization_admin')", [north["rep"]])
        assert values(connection, "select identity.remove_member(%s)", [north["rep"]]) == {True}
        refused(connection, "select identity.restore_member(%s)", [north["rep"]])
    with world.acting(world.claims("north", "admin")) as connection:
        assert len(values(connection, INVITE, ["mine@x.example", "organization_admin", b"i" * 32])) == 1
    client = [f"{name}:read" for name in values(world.connection, "select resource from identity.role_permissions")]
    with world.acting(world.claims("north", "admin", permissions=["members:write", *client])) as connection:
        assert len(values(connection, INVITE, ["look@x.example", "read_only", b"j" * 32])) == 1


@pytest.mark.parametrize("caller", ["manager", "rep", "reader", "guest"])
def test_nobody_rises_above_the_own_role(world, caller):
    north = world.tenants["north"]
    with world.acting(world.claims("north", caller)) as connection:
        for role in ("organization_admin", "super_admin", "sales_manager"):
            refused(connection, "select identity.change_member_role(%s, %s)", [north[caller], role])
            refused(connection, INVITE, ["mine@x.example", role, b"i" * 32])
        for statement in (
            "update identity.members set role = 'organization_admin'", "update identity.members set client_id = null",
            "insert into identity.role_permissions select 'client', resource, action, scope from identity.role_permissions",
            "update identity.role_permissions set scope = 'all'", "update identity.roles set rank = 1",
            "insert into identity.api_keys default values", "update identity.api_keys set permissions = '{leads:read}'",
            "insert into identity.sessions default values", "update identity.users set email_normalized = 'x'",
        ):  # fmt: skip
            refused(connection, statement)
        if caller != "guest":
            key = "select identity.create_api_key('k', 'lh_87654321', %s, %s, null)"
            refused(connection, key, [b"k" * 32, ["members:create"]])


def test_an_admin_makes_no_super_admin(world):
    north = world.tenants["north"]
    with world.acting(world.claims("north", "admin")) as connection:
        refused(connection, INVITE, ["mine@x.example", "super_admin", b"i" * 32])
        for name in ("admin", "rep"):
            refused(connection, "select identity.change_member_role(%s, 'super_admin')", [north[name]])


def test_a_source_signs_in_by_no_persons_own_secret(world):
    north, south = world.tenants["north"], world.tenants["south"]
    change = "update app.sources set secret_id = %s where source_id = %s"
    with world.acting(world.claims("north", "manager")) as connection:
        refused(connection, change, [north["secret_of_admin"], north["source"]], errors.CheckViolation)
        refused(connection, change, [south["secret"], north["source"]], errors.CheckViolation)
        assert connection.execute(change, [north["secret"], north["source"]]).rowcount == 1
        made = (
            "insert into app.sources (organization_id, kind, name, config, secret_id) values (%s, 'api', 'x', %s, %s)"
        )
        config = Jsonb({"base_url": "https://away.example"})
        refused(connection, made, [north["org"], config, north["secret_of_admin"]], errors.CheckViolation)


def test_an_export_names_no_file_of_another_organization(world):
    south = world.tenants["south"]
    file = uuid4()
    with world.connection.transaction(force_rollback=True):
        world.connection.execute(
            "insert into files.objects (organization_id, object_id, bucket_id, key, original_name, content_type,"
            " size_bytes, sha256) select %s, %s, bucket_id, 'k', 'n', 'text/csv', 1, repeat('0', 64)"
            " from files.buckets where name = 'exports'",
            [south["org"], file],
        )
        world.become(world.claims("north", "rep"))
        world.connection.execute(
            "insert into app.exports (organization_id, name, columns) values (identity.current_organization_id(), 'x', '{a}')"
        )
        refused(
            world.connection,
            "update app.exports set state = 'completed', row_count = 1, size_bytes = 1, sha256 = repeat('0', 64),"
            " object_id = %s, finished_at = now()",
            [file],
            errors.ForeignKeyViolation,
        )


def test_activity_is_told_of_leads_in_reach_alone(world):
    north = world.tenants["north"]
    asked = [[north["lead"], north["lead_of_admin"]]]
    with world.connection.transaction(force_rollback=True):
        world.connection.execute("set local session_replication_role = replica")
        world.connection.execute(
            "insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id, email_normalized,"
            " gate_run_id, gate_verdict, email_account_id, attempted_at) select %s, %s, 1, lead_id, gen_random_uuid(),"
            " gen_random_uuid(), lead_id || '@b.example', gen_random_uuid(), 'passed', gen_random_uuid(), now() from unnest(%s::uuid[]) as lead_id",
            [north["org"], north["campaign"], *asked],
        )
        world.connection.execute("set local session_replication_role = origin")
        told = "select lead_id from app.last_activity(%s, %s::uuid[])"
        for caller, expected in (("manager", set(*asked)), ("rep", {north["lead"]}), ("guest", {north["lead"]})):
            with world.acting(world.claims("north", caller)) as connection:
                assert values(connection, told, [north["org"], *asked]) == expected, caller
        with world.acting(world.claims("north", "admin", permissions=["campaigns:read"])) as connection:
            assert values(connection, told, [north["org"], *asked]) == set()


def test_a_client_without_the_permission_reads_no_leads(world):
    lead = world.tenants["north"]["lead"]
    with world.acting(world.claims("north", "guest")) as connection:
        assert values(connection, "select lead_id from app.leads") == {lead}
    with world.acting(world.claims("north", "guest", permissions=["campaigns:read"])) as connection:
        assert values(connection, "select lead_id from app.leads") == set()
        assert values(connection, "select lead_id from app.lead_facts") == set()
        assert values(connection, "select app.can_access_lead(%s)", [lead]) == {False}
        assert len(values(connection, "select campaign_id from app.campaigns")) == 1


def test_an_api_key_knows_of_no_other_organization_of_its_owner(world):
    north, south = world.tenants["north"], world.tenants["south"]
    organizations = "select organization_id from identity.organizations"
    memberships = "select organization_id from identity.members where user_id = identity.current_user_id()"
    with world.connection.transaction(force_rollback=True):
        world.connection.execute(
            "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'sales_rep')",
            [south["org"], north["admin"]],
        )
        with world.acting(world.claims("north", "admin")) as connection:
            assert values(connection, organizations) == {north["org"], south["org"]}
            assert values(connection, memberships) == {north["org"], south["org"]}
        with world.acting(world.claims("north", "admin", permissions=["leads:read", "members:read"])) as connection:
            assert values(connection, organizations) == {north["org"]}
            assert values(connection, memberships) == {north["org"]}


PERSONAL = ("identity.sessions", "identity.user_preferences", "app.notifications", "identity.external_identities")


def test_a_deleted_person_reads_nothing_with_claims_that_still_hold(world):
    rep = world.tenants["north"]["rep"]
    with world.connection.transaction(force_rollback=True):
        with world.acting(world.claims("north", "rep")) as connection:
            assert len(values(connection, "select session_id from identity.sessions")) == 1
        world.connection.execute("update identity.users set deleted_at = now() where user_id = %s", [rep])
        with world.acting(world.claims("north", "rep")) as connection:
            for table in (*PERSONAL, "app.leads", "app.lists", "identity.organizations"):
                assert connection.execute(sql.SQL("select from {}").format(sql.SQL(table))).fetchall() == [], table


def test_claims_of_a_member_who_left_or_of_a_closed_organization_reach_nothing(world):
    north = world.tenants["north"]
    endings = (
        ("update identity.members set deleted_at = now() where user_id = %s", north["rep"]),
        ("update identity.organizations set deleted_at = now() where organization_id = %s", north["org"]),
    )
    for statement, subject in endings:
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(statement, [subject])
            with world.acting(world.claims("north", "rep")) as connection:
                assert values(connection, "select identity.current_organization_id()") == {None}
                for table in ("app.leads", "app.lists", "app.segments", "app.campaigns", "app.jobs", "app.events"):
                    assert connection.execute(sql.SQL("select from {}").format(sql.SQL(table))).fetchall() == [], table
                refused(connection, "select app.request_job('import')")


def test_a_job_or_source_of_others_is_not_even_locked(world):
    """A caller who may not act on a row does not make those wait who may."""
    south = world.tenants["south"]
    for table, key, statement in (
        ("app.jobs", "job", "select app.cancel_job(%s)"),
        ("app.sources", "source", "select app.record_source_test(%s, true, 'x')"),
        ("app.leads", "lead", "select app.rate_lead(%s, 3)"),
    ):
        locker = f"select xmax::text from {table} where {key}_id = %s"
        before = values(world.connection, locker, [south[key]])
        with world.connection.transaction(force_rollback=True):
            world.become(world.claims("north", "admin"))
            refused(world.connection, statement, [south[key]], errors.NoDataFound)
            world.rise()
            assert values(world.connection, locker, [south[key]]) == before, table


def test_an_analyst_of_a_closed_organization_is_nobodys(module_database):
    organization = uuid4()
    slug = f"closed-{organization.hex[:8]}"
    with module_database.owner() as owner:
        owner.execute(
            "insert into identity.organizations (organization_id, slug, name) values (%s, %s, 'x')",
            [organization, slug],
        )
        url = ensure_analyst(owner, module_database.admin_url, slug)
    asked = "select identity.current_organization_id() as organization, identity.may('leads', 'read') as may"
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as connection:
        assert connection.execute(asked).fetchone() == {"organization": organization, "may": True}
        with module_database.owner() as owner:
            owner.execute("update identity.organizations set deleted_at = now() where slug = %s", [slug])
        assert connection.execute(asked).fetchone() == {"organization": None, "may": False}
