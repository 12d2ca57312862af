"""The audit log: changes by triggers, acts by call, whose they are, who reads them, and its months."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from leadhouse.database import connect
from leadhouse.identity.audit import Origin, describe_request, list_acts, record_act
from leadhouse.identity.members import change_role
from leadhouse.identity.teams import create_team, delete_team, rename_team, restore_team


@pytest.fixture
def admin(world):
    return world.member("organization_admin")


def leads_of(world, organization, count):
    """Leads of an organization, inserted by the leads component as one statement."""
    batch = next(world.numbers) + 1_000_000
    world.rows("insert into resolution.batches (batch_no, run_id, reason) values (%s, 'test', 'landed')", batch)
    entities = [
        row["entity_id"]
        for row in world.rows(
            "insert into resolution.entities (entity_id, entity_kind, created_batch_no)"
            " select gen_random_uuid(), 'company', %s from generate_series(1, %s) returning entity_id", batch, count,
        )
    ]  # fmt: skip
    with connect("leads") as connection:
        rows = connection.execute("select lead_id from app.adopt_leads(%s, %s, 'test')", (organization, entities))
        return [row["lead_id"] for row in rows]


def told(world, **wanted):
    return [(act["verb"], act["change"]) for act in world.acts(**wanted)]


def test_a_member_s_change_says_old_and_new_of_what_changed(world, admin):
    with world.acting(admin, session_id="6b1d0a52-6b1c-4a57-9d3c-111111111111") as connection:
        describe_request(connection, Origin("203.0.113.5", "Safari"))
        team = create_team(connection, "North")
        rename_team(connection, team, "South")
        rename_team(connection, team, "South")
        delete_team(connection, team)
        restore_team(connection, team)
    acts = world.acts(resource="teams", resource_id=str(team))
    assert [act["verb"] for act in acts] == ["create", "update", "delete", "restore"]
    assert acts[0]["change"]["name"] == {"new": "North"}
    assert acts[1]["change"] == {"name": {"old": "North", "new": "South"}}
    assert set(acts[2]["change"]) == {"deleted_at"}
    assert {
        (act["actor_user_id"], act["organization_id"], act["component"], str(act["address"]), act["agent"])
        for act in acts
    } == {(admin.user, admin.organization, "api", "203.0.113.5", "Safari")}
    assert {str(act["session_id"]) for act in acts} == {"6b1d0a52-6b1c-4a57-9d3c-111111111111"}


def test_what_is_undone_is_not_on_record(world, admin):
    with world.acting(admin) as connection:
        team = create_team(connection, "Undone")
        connection.rollback()
    assert world.acts(resource="teams", resource_id=str(team)) == []


def test_personal_values_and_secrets_are_named_and_not_kept(world, admin):
    [lead] = leads_of(world, admin.organization, 1)
    with world.acting(admin) as connection:
        connection.execute(
            "update app.leads set notes = 'met Ada at ada@x.example', custom_fields = %s, priority = 'high'"
            " where lead_id = %s", (Jsonb({"mobile": "+49301"}), lead),
        )  # fmt: skip
        connection.execute(
            "insert into app.suppressions (organization_id, scope, value_normalized, reason, source)"
            " values (%s, 'email', 'ada@x.example', 'manual', 'test')", (admin.organization,),
        )  # fmt: skip
    [act] = world.acts(resource="leads", verb="update", resource_id=str(lead))
    assert act["change"] == {
        "notes": {"masked": True}, "custom_fields": {"masked": True}, "priority": {"old": "medium", "new": "high"},
    }  # fmt: skip
    [suppressed] = world.acts(resource="suppressions", organization_id=admin.organization)
    assert suppressed["change"]["value_normalized"] == {"masked": True}
    assert suppressed["change"]["reason"] == {"new": "manual"}
    stored = world.value("select string_agg(t::text, ' ') from identity.audit_log as t")
    assert "ada@x.example" not in stored
    assert "+49301" not in stored
    assert "@x.example" not in stored


def test_changes_of_many_rows_are_an_entry_each_by_one_statement(world, admin):
    leads = leads_of(world, admin.organization, 25)
    with world.acting(admin) as connection:
        connection.execute("update app.leads set status = 'contacted' where lead_id = any (%s)", (leads[:20],))
    acts = world.acts(resource="leads", verb="update", organization_id=admin.organization)
    assert {act["resource_id"] for act in acts} == {str(lead) for lead in leads[:20]}
    assert all(act["change"] == {"status": {"old": "new", "new": "contacted"}} for act in acts)
    assert len({act["occurred_at"] for act in acts}) == 1


def test_what_a_component_adds_by_itself_is_one_entry_an_organization(world, admin):
    leads_of(world, admin.organization, 12)
    [act] = world.acts(resource="leads", organization_id=admin.organization)
    assert (act["verb"], act["component"], act["details"], act["resource_id"], act["change"]) == (
        "create", "leads", {"rows": 12}, None, None,
    )  # fmt: skip


def test_rows_of_several_organizations_go_to_each(world):
    one, other = world.member("organization_admin"), world.member("organization_admin")
    with connect("leads") as connection:
        connection.execute(
            "insert into app.lead_searches (organization_id, name, criteria)"
            " select unnest(%s::uuid[]), 'all', '{}'", ([one.organization, one.organization, other.organization][1:],),
        )  # fmt: skip
    for person in (one, other):
        [act] = world.acts(resource="lead_searches", organization_id=person.organization)
        assert act["details"] == {"rows": 1}


def test_a_component_names_the_person_it_works_for(world, admin):
    [lead] = leads_of(world, admin.organization, 1)
    with connect("leads") as connection:
        describe_request(connection, Origin("198.51.100.4", "cli"), user_id=admin.user)
        connection.execute("update app.leads set status = 'lost' where lead_id = %s", (lead,))
    [act] = world.acts(resource="leads", verb="update", resource_id=str(lead))
    assert (act["actor_user_id"], act["component"], str(act["address"])) == (admin.user, "leads", "198.51.100.4")


def test_tables_of_people_s_doings_leave_the_platform_s_own_out(world, admin):
    insert = (
        "insert into app.suppressions (organization_id, scope, value_normalized, reason, source)"
        " values (%s, 'domain', 'own.example', 'manual', 'test')"
    )
    with connect("campaigns") as connection:
        connection.execute(insert, (admin.organization,))
    assert world.acts(resource="suppressions", organization_id=admin.organization) == []


def test_stamps_and_counters_are_no_change(world, admin):
    [lead] = leads_of(world, admin.organization, 1)
    world.rows("update app.leads set updated_at = now() where lead_id = %s", lead)
    assert world.acts(resource="leads", resource_id=str(lead)) == []


@pytest.mark.parametrize(
    ("column", "is_unaudited", "is_masked"),
    [
        ("status", False, False), ("discount", False, False),
        ("updated_at", True, False), ("last_used_at", True, False), ("lead_count", True, False),
        ("password_hash", False, True), ("secret_sealed", False, True), ("token_hash", False, True),
        ("email_normalized", False, True), ("phone_e164", False, True), ("notes", False, True),
    ],
)  # fmt: skip
def test_which_columns_are_noise_and_which_are_masked(world, column, is_unaudited, is_masked):
    [row] = world.rows(
        "select identity.is_unaudited(%s) as unaudited, identity.is_masked(%s) as masked", column, column
    )
    assert row == {"unaudited": is_unaudited, "masked": is_masked}


def test_a_new_table_is_put_under_audit_with_a_key_of_several_columns(world, admin):
    with world.database.owner() as owner:
        owner.execute(
            "create table app.trial"
            " (organization_id uuid, place text, amount int, primary key (organization_id, place))"
        )
        owner.execute("call identity.audit_changes('app.trial', '{amount}', resource => 'trials')")
        owner.execute("insert into app.trial values (%s, 'a', 1)", (admin.organization,))
        owner.execute("update app.trial set amount = 2")
        owner.execute("update app.trial set amount = 2")
        acts = owner.execute(
            "select verb, resource_id, change, component from identity.audit_log where resource = 'trials'"
            " and verb = 'update'"
        ).fetchall()
        assert acts == [
            {
                "verb": "update", "resource_id": f"{admin.organization}/a", "change": {"amount": {"masked": True}},
                "component": "administrator",
            }
        ]  # fmt: skip
        owner.execute("create table app.keyless (a int)")
        with pytest.raises(psycopg.errors.InvalidTableDefinition, match="no primary key"):
            owner.execute("call identity.audit_changes('app.keyless')")
        owner.rollback()


def test_nothing_of_the_log_is_changed_or_removed(world, admin):
    with world.acting(admin) as connection:
        create_team(connection, "Kept")
    for statement in ("update identity.audit_log set verb = 'x'", "delete from identity.audit_log"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changed"):
            world.rows(statement)
        for component in ("identity", "maintenance", "leads"):
            with connect(component) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        with world.acting(admin) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_an_act_is_the_caller_s_own_whatever_is_asked(world, admin):
    stranger = world.member("organization_admin")
    with world.acting(admin) as connection:
        describe_request(connection, Origin("192.0.2.1"), user_id=stranger.user)
        made = record_act(
            connection, "export", "leads", outcome="refused", details={"rows": 5},
            organization_id=stranger.organization, user_id=stranger.user,
        )  # fmt: skip
    [act] = world.acts(audit_id=made)
    assert (act["actor_user_id"], act["organization_id"], act["outcome"], str(act["address"])) == (
        admin.user, admin.organization, "refused", "192.0.2.1",
    )  # fmt: skip


def test_a_component_records_for_the_organization_and_person_it_names(world, admin):
    with connect("jobs") as connection:
        [row] = connection.execute(
            "select identity.record_act('pause', 'jobs', 'j', 'succeeded', '{}', %s, %s) as made",
            (admin.organization, admin.user),
        ).fetchall()
    [act] = world.acts(audit_id=row["made"])
    assert (act["component"], act["organization_id"], act["actor_user_id"]) == ("jobs", admin.organization, admin.user)


def test_a_login_of_an_analyst_records_nothing(world):
    role = "leadhouse_analyst"
    signature = "identity.record_act(text, text, text, text, jsonb, uuid, uuid)"
    assert world.value("select has_function_privilege(%s, %s, 'execute')", role, signature) is False
    assert world.value("select has_function_privilege('anon', %s, 'execute')", signature) is False


def test_admins_read_the_organization_s_acts_others_their_own(world):
    admin, rep, reader = world.team_of("organization_admin", "sales_rep", "read_only")
    stranger = world.member("organization_admin")
    for person in (admin, rep, reader, stranger):
        with world.acting(person) as connection:
            record_act(connection, "look", "things")

    def seen(person, **claims):
        with world.acting(person, **claims) as connection:
            return {act.actor_user_id for act in list_acts(connection, verb="look")}

    assert seen(admin) == {admin.user, rep.user, reader.user}
    assert seen(rep) == {rep.user}
    assert seen(reader) == {reader.user}
    assert seen(stranger) == {stranger.user}
    assert seen(admin, permissions=["leads:read"]) == set()
    assert seen(admin, permissions=["audit:read"]) == {admin.user, rep.user, reader.user}
    assert seen(rep, permissions=["audit:read"]) == set()


def test_a_person_without_organization_reads_the_own_sign_ins(world, origin, password):
    from leadhouse.identity.sign_in import sign_in

    user, email = world.user()
    entered = sign_in(email, password, origin)
    assert entered.organization_id is None
    with world.as_claims({"sub": str(user), "role": "authenticated"}) as connection:
        [act] = list_acts(connection)
    assert (act.verb, act.resource_id, act.organization_id if hasattr(act, "organization_id") else None) == (
        "sign_in", str(entered.session_id), None,
    )  # fmt: skip


def test_the_log_is_read_by_resource_person_verb_time_and_page(world):
    admin, rep = world.team_of("organization_admin", "sales_rep")
    with world.acting(admin) as connection:
        team = create_team(connection, "North")
        for name in ("A", "B", "C", "D"):
            rename_team(connection, team, name)
        change_role(connection, rep.user, "read_only")
    with world.acting(rep) as connection:
        record_act(connection, "look", "teams", team)
    with world.acting(admin) as connection:
        of_team = list_acts(connection, resource="teams", resource_id=team)
        assert [act.verb for act in of_team] == ["look", "update", "update", "update", "update", "create"]
        assert [act.verb for act in list_acts(connection, user_id=rep.user)] == ["look"]
        [changed] = list_acts(connection, resource="members", verb="update")
        assert changed.change == {"role": {"old": "sales_rep", "new": "read_only"}}
        pages, last = [], None
        while page := list_acts(connection, resource="teams", resource_id=team, before=last, limit=2):
            pages.append([act.audit_id for act in page])
            last = page[-1]
        assert pages == [[act.audit_id for act in of_team[at : at + 2]] for at in (0, 2, 4)]
        assert list_acts(connection, since=datetime.now(UTC)) == []


def test_a_month_gets_its_partition_once_also_for_many_at_once(world):
    day, made, barrier = date(2031, 3, 15), [], threading.Barrier(5)

    def ensure():
        with connect("maintenance") as connection:
            barrier.wait()
            row = connection.execute("select identity.ensure_audit_partitions(%s) as made", (day,)).fetchone()
            made.append(row["made"])

    threads = [threading.Thread(target=ensure) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 0, 0, 1]
    [bounds] = world.rows(
        "select pg_get_expr(relpartbound, oid) as bounds, relrowsecurity from pg_class"
        " where oid = 'identity.audit_log_2031_03'::regclass"
    )
    assert bounds == {
        "bounds": "FOR VALUES FROM ('2031-03-01 00:00:00+00') TO ('2031-04-01 00:00:00+00')", "relrowsecurity": True,
    }  # fmt: skip


def test_acts_of_a_month_without_partition_make_it(world, admin):
    now = datetime.now(UTC)
    with world.database.owner() as owner:
        owner.execute(f"drop table if exists identity.audit_log_{now:%Y_%m}")
        record_act(owner, "look", "things")
        month = sql.Identifier("identity", f"audit_log_{now:%Y_%m}")
        assert owner.execute(sql.SQL("select verb from {}").format(month)).fetchall() == [{"verb": "look"}]
        owner.rollback()


def test_an_origin_has_one_form_of_its_address():
    assert Origin("::ffff:203.0.113.7") == Origin("203.0.113.7")
    assert Origin("FE80:0::1%eth0").address == "fe80::1"
    assert Origin().address is None
    with pytest.raises(ValueError, match="testclient"):
        Origin("testclient")


def test_old_months_are_dropped_whole_and_others_stay(world):
    with connect("maintenance") as connection:
        for day in ("2020-01-31", "2020-02-01", "2020-03-01"):
            connection.execute("select identity.ensure_audit_partitions(%s)", (day,))
        rows = connection.execute("select * from identity.retire_audit_partitions('2020-03-01') as name").fetchall()
        assert [row["name"] for row in rows] == ["audit_log_2020_01", "audit_log_2020_02"]
        assert connection.execute("select to_regclass('identity.audit_log_2020_03') as left").fetchone()["left"]
        assert connection.execute("select * from identity.retire_audit_partitions('2020-03-31')").fetchall() == []
    with connect("leads") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select identity.retire_audit_partitions('2020-03-01')")


def test_reading_by_resource_and_person_goes_by_index(world, admin):
    world.rows(
        "insert into identity.audit_log (organization_id, verb, resource, resource_id, actor_user_id, component)"
        " select gen_random_uuid(), 'update', 'leads', gen_random_uuid()::text, gen_random_uuid(), 'api'"
        " from generate_series(1, 20000)"
    )
    world.rows("analyze identity.audit_log")
    with world.acting(admin) as connection:
        for condition in ("resource = 'leads' and resource_id = %s", "actor_user_id = %s::uuid"):
            query = "explain select * from identity.audit_log where {} order by occurred_at desc limit 50"
            plan = connection.execute(query.format(condition), (str(admin.user),)).fetchall()
            text = "\n".join(row["QUERY PLAN"] for row in plan)
            assert "Index" in text
            assert "Seq Scan on audit_log_" + f"{datetime.now(UTC):%Y_%m}" not in text
