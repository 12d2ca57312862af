"""Builds by the ledger: the rows of a full refresh, whatever happened in between, and never an error for a reader."""

from __future__ import annotations

import functools
import threading
import time
from types import SimpleNamespace

import psycopg
import pytest

from leadhouse.transform import DbtError, build_marts, dbt_project


@functools.cache
def entity_marts():
    """Every mart of which a build replaces the rows of some entities alone, as the project says."""
    models = [node for node in dbt_project.parse().nodes.values() if node.resource_type == "model"]
    found = sorted(f"{node.schema}.{node.name}" for node in models if node.config.meta.get("entity_kind"))
    assert {"mart_companies.dim_company_aliases", "mart_leads.fct_person_values"} < set(found)
    return found


def content(world):
    """Every row of every entity mart, and the ledger of overlays."""
    return {
        table: world.rows(f"select stored::text as said from {table} as stored order by 1")  # noqa: S608 - our own names
        for table in (*entity_marts(), "resolution.overlays")
    }


def assert_same_as_full_refresh(world):
    by_ledger = content(world)
    build_marts("cli__full", full_refresh=True)
    assert content(world) == by_ledger


def company(world, company_id, organization=None):
    return world.rows(
        "select * from mart_companies.dim_companies where company_id = %s and organization_id is not distinct from %s",
        company_id,
        organization,
    )


def pair(world, name, person, vat_id):
    """Two companies that turn out to be one, with a person at the second."""
    first = world.state(
        f"https://{name}.example/",
        {"c": {"name": name.title(), "vat_id": vat_id}},
        source=f"web/{name}.example",
    )
    second = world.state(
        f"https://{name}.test/",
        {"c": {"name": f"{name.title()} Test", "country_code": "DE"}},
        {"p": ({"full_name": f"{person} Lee", "email": f"{person.lower()}@{name}.test"}, "c")},
        source=f"web/{name}.test",
    )
    winner, loser = world.entity("company", first["c"]), world.entity("company", second["c"])
    return SimpleNamespace(
        winner=winner, loser=loser, person=world.entity("person", second["p"]), subject=second["p"],
        vat_id=vat_id,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pairs(world, built):
    """One pair that everybody joins, and one that an organization joins for itself."""
    made = SimpleNamespace(everybodys=pair(world, "gamma", "Ann", "DE1"), norths=pair(world, "theta", "Bo", "DE2"))
    build_marts("cli__pairs")
    return made


@pytest.fixture(scope="module")
def changed(world, built, pairs):
    """One night of all kinds of change: both merges, a correction, a page that says less, a check of an address."""
    world.merge(pairs.everybodys.loser, pairs.everybodys.winner)
    world.merge(pairs.norths.loser, pairs.norths.winner, organization=built.north)
    world.correct(built.south, built.acme, "name", "Acme Holding")
    world.state("https://acme.example/", {"acme": {"name": "Acme", "domain": "acme.example"}})
    world.touch(built.acme)
    world.touch(built.jose)
    world.know_email(pairs.everybodys.subject, "ann@gamma.test")
    world.check_email("ann@gamma.test", "risky")
    return build_marts("cli__changed")


def test_build_without_changes_leaves_entities_alone(world, built):
    before = content(world)
    summary = build_marts("cli__again")
    assert not summary.is_full_refresh
    assert summary.entities == 0
    nodes = {row["node_id"] for row in world.rows("select node_id from quality.dbt_nodes where run_id = 'cli__again'")}
    assert not {name for name in nodes if "dim_companies" in name}
    assert content(world) == before


def employer_of(world, person):
    return world.rows("select company_id from mart_leads.dim_people where person_id = %s", person)


def test_merge_moves_people_and_leaves_no_ghost(world, pairs, changed):
    merged = pairs.everybodys
    assert not changed.is_full_refresh
    assert company(world, merged.loser) == []
    [row] = company(world, merged.winner)
    assert (row["vat_id"], row["country_code"], row["source_count"]) == (merged.vat_id, "DE", 2)
    assert employer_of(world, merged.person) == [{"company_id": merged.winner}]


NAMES = "select name from mart_companies.dim_companies where company_id = any(%s) order by 1"
EMPLOYER = "select company_id from mart_leads.dim_people where person_id = %s"


def test_tenants_own_merge_shows_to_that_tenant_alone(world, built, pairs, changed):
    merged, south, north = pairs.norths, built.logins["south"], built.logins["north"]
    both = [merged.winner, merged.loser]
    assert world.seen_by(south, NAMES, both) == [{"name": "Theta"}, {"name": "Theta Test"}]
    [mine] = world.seen_by(north, "select * from mart_companies.dim_companies where company_id = any(%s)", both)
    assert (mine["company_id"], mine["vat_id"], mine["country_code"]) == (merged.winner, merged.vat_id, "DE")
    assert world.seen_by(north, EMPLOYER, merged.person) == [{"company_id": merged.winner}]
    assert world.seen_by(south, EMPLOYER, merged.person) == [{"company_id": merged.loser}]


def test_correction_ranks_first_for_its_organization_alone(world, built, changed):
    assert company(world, built.acme, built.south)[0]["name"] == "Acme Holding"
    assert company(world, built.acme, built.north)[0]["name"] != "Acme Holding"
    [winner] = world.rows(
        "select value, rule_id, source_key from mart_companies.fct_company_values"
        " where organization_id = %s and attribute = 'name' and is_primary and company_id = %s",
        built.south,
        built.acme,
    )
    assert winner == {"value": "Acme Holding", "rule_id": "correction", "source_key": "correction"}


def test_absence_retracts(world, built, changed):
    assert company(world, built.acme)[0]["phone_e164"] is None
    assert (
        world.rows("select * from mart_leads.dim_people where person_id = %s and organization_id is null", built.jose)
        == []
    )


def test_address_check_reaches_the_person(world, pairs, changed):
    statement = "select email_status, is_role_email from mart_leads.dim_people where person_id = %s"
    assert world.rows(statement, pairs.everybodys.person) == [{"email_status": "risky", "is_role_email": False}]


@pytest.mark.slow
def test_all_that_changed_is_the_same_after_a_full_refresh(world, changed):
    assert_same_as_full_refresh(world)


@pytest.mark.slow
def test_check_of_a_corrected_address_reaches_whom_the_person_was_joined_to(world, built, changed):
    """The address is known by a correction alone, of an entity that stands for another one by now."""
    stated = {
        name: world.state(f"https://{name}.example/", people={name: ({"full_name": f"{name} Lee"}, None)})[name]
        for name in ("ann", "anna")
    }
    ann, anna = (world.entity("person", subject) for subject in stated.values())
    world.correct(built.south, ann, "email", "lee@gamma.test")
    world.merge(ann, anna)
    build_marts("cli__joined")
    world.check_email("lee@gamma.test", "valid")
    build_marts("cli__checked_after")
    seen = (
        "select email_normalized as email, email_status from mart_leads.dim_people"
        " where person_id = %s and organization_id = %s"
    )
    assert world.rows(seen, anna, built.south) == [{"email": "lee@gamma.test", "email_status": "valid"}]
    world.unmerge(ann, anna)
    build_marts("cli__parted")
    assert world.rows(seen, ann, built.south) == [{"email": "lee@gamma.test", "email_status": "valid"}]
    assert_same_as_full_refresh(world)


@pytest.mark.slow
def test_undone_merges_bring_both_back(world, built, pairs, changed):
    world.unmerge(pairs.everybodys.loser, pairs.everybodys.winner)
    world.unmerge(pairs.norths.loser, pairs.norths.winner, organization=built.north)
    build_marts("cli__undone")
    both = [pairs.everybodys.winner, pairs.everybodys.loser]
    assert [company(world, each)[0]["name"] for each in both] == ["Gamma", "Gamma Test"]
    assert employer_of(world, pairs.everybodys.person) == [{"company_id": pairs.everybodys.loser}]
    north = built.logins["north"]
    assert len(world.seen_by(north, NAMES, [pairs.norths.winner, pairs.norths.loser])) == 2
    assert world.seen_by(north, EMPLOYER, pairs.norths.person) == [{"company_id": pairs.norths.loser}]
    assert_same_as_full_refresh(world)


@pytest.mark.prove
def test_correction_to_none_leaves_no_winner(world, built):
    world.correct(built.south, built.acme, "employee_band", None)
    build_marts("cli__denied")
    assert company(world, built.acme, built.south)[0]["employee_band"] is None
    assert world.rows(
        "select is_winner, rule_id from mart_companies.fct_company_values"
        " where organization_id = %s and attribute = 'employee_band'",
        built.south,
    ) == [{"is_winner": False, "rule_id": "corrected_to_none"}]


@pytest.mark.prove
def test_changes_of_winners_are_told_once(world, built, changed):
    told = (
        "select attribute, old_value, new_value, change_kind, is_signal from mart_companies.fct_company_changes"
        " where company_id = %s and organization_id is null order by detected_at, attribute, old_value"
    )
    assert [(row["attribute"], row["old_value"], row["change_kind"]) for row in world.rows(told, built.acme)] == [
        ("phone_e164", "+4930111", "vanished"), ("phone_e164", "+4930222", "vanished"),
    ]  # fmt: skip
    for band in ("11-50", "51-200", "11-50", "51-200"):
        world.state("https://acme.example/", {"acme": {"name": "Acme", "employee_band": band}})
        world.touch(built.acme)
        build_marts(f"cli__band_{band}")
    bands = [
        (row["old_value"], row["new_value"], row["is_signal"])
        for row in world.rows(told, built.acme)
        if row["attribute"] == "employee_band"
    ]
    assert bands == [
        (None, "11-50", True), ("11-50", "51-200", True), ("51-200", "11-50", True), ("11-50", "51-200", True),
    ]  # fmt: skip


def positions(world):
    return world.rows(
        "select stream, last_batch_no from app.consumer_positions where consumer = 'build_marts' order by 1"
    )


@pytest.mark.slow
def test_failing_test_names_itself_and_keeps_the_position(world, built):
    before = positions(world)
    with world.database.owner() as connection:
        connection.execute(
            "insert into mart_companies.fct_company_values select (jsonb_populate_record(stray,"
            " jsonb_build_object('company_id',"
            " gen_random_uuid()))).* from mart_companies.fct_company_values as stray limit 1"
        )
    world.touch(built.acme)
    with pytest.raises(
        DbtError, match=r"(?s)1 dbt nodes failed.*relationships_fct_company_values.*dags trigger build_marts"
    ):
        build_marts("cli__broken")
    assert positions(world) == before
    [row] = world.rows(
        "select node_id, message from quality.dbt_nodes where run_id = 'cli__broken' and status = 'fail'"
    )
    assert "relationships_fct_company_values" in row["node_id"]
    build_marts("cli__mended", full_refresh=True)
    assert positions(world) != before


@pytest.mark.prove
def test_changed_columns_are_built_in_full_unless_something_hangs_on_the_mart(world, built):
    with world.database.owner() as connection:
        connection.execute("alter table mart_companies.dim_companies drop column language")
        connection.execute("create view mart_companies.hanger as select company_id from mart_companies.dim_companies")
    world.touch(built.acme)
    with pytest.raises(DbtError, match="only a full refresh"):
        build_marts("cli__other_columns")
    with pytest.raises(DbtError, match="hanger depends on"):
        build_marts("cli__hanger", full_refresh=True)
    with world.database.owner() as connection:
        connection.execute("drop view mart_companies.hanger")
    build_marts("cli__columns", full_refresh=True)
    assert company(world, built.acme)[0]["language"] is None


@pytest.mark.prove
def test_reader_during_builds_sees_every_entity_at_every_moment(world, built):
    """Two builds by the ledger and a full refresh, under a reader that looks all the time, with old snapshots too."""
    expected = {
        row["company_id"]
        for row in world.seen_by(built.logins["north"], "select company_id from mart_companies.dim_companies")
    }
    seen, errors, stop = [], [], threading.Event()

    def read(isolation):
        with psycopg.connect(built.logins["north"]) as connection:
            connection.isolation_level = isolation
            while not stop.is_set():
                try:
                    with connection.transaction():
                        connection.execute("select now()")  # takes the snapshot, and no lock
                        time.sleep(0.005)
                        rows = connection.execute("select company_id from mart_companies.dim_companies").fetchall()
                        seen.append(sorted(row[0] for row in rows))
                except psycopg.Error as error:
                    errors.append(error)
                    return

    readers = [
        threading.Thread(target=read, args=[level])
        for level in (psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.REPEATABLE_READ)
    ]
    for reader in readers:
        reader.start()
    try:
        for run, full_refresh in [("one", False), ("two", False), ("full", True)]:
            world.touch(built.acme)
            build_marts(f"cli__reader_{run}", full_refresh=full_refresh)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert errors == []
    assert len(seen) > 50
    assert all(rows == sorted(expected) for rows in seen)


def test_policies_stand_after_builds_and_full_refresh(world, built):
    loose = world.rows(
        "select relname from pg_class join pg_namespace as n on n.oid = relnamespace"
        " where nspname like 'mart_%%' and relkind = 'r' and (not relrowsecurity or relforcerowsecurity"
        " or (select count(*) from pg_policy where polrelid = pg_class.oid) <> 7)".replace("%%", "%")
    )
    assert loose == []
    assert world.seen_by(built.logins["north"], "select count(*) as rows from mart_analytics.fct_messages") == [
        {"rows": 0}
    ]


def skipped(world, run):
    rows = world.rows("select node_id from quality.dbt_nodes where run_id = %s and message = 'complete'", run)
    return {row["node_id"] for row in rows}


@pytest.mark.slow
def test_days_are_made_again_only_where_one_is_missing(world, built):
    count = "select count(*) as days from mart_analytics.dim_dates"
    before = world.rows(count)
    build_marts("cli__days_stand")
    with world.database.owner() as connection:
        connection.execute("delete from mart_analytics.dim_dates where date_on = '2026-02-03'")
    build_marts("cli__day_missing")
    assert world.rows(count) == before
    assert "model.leadhouse.dim_dates" in skipped(world, "cli__days_stand") - skipped(world, "cli__day_missing")


@pytest.mark.prove
def test_what_was_changed_by_hand_on_a_mart_is_set_up_again(world, built):
    """A policy, row security and a null: the look into the catalog finds each."""
    state = (
        "select relrowsecurity, (select count(*) from pg_policy where polrelid = pg_class.oid) as policies,"
        " (select bool_and(attnotnull) from pg_attribute"
        " where attrelid = pg_class.oid and attname = 'cost_id') as is_required"
        " from pg_class where oid = 'mart_analytics.fct_costs'::regclass"
    )
    before = world.rows(state)
    for number, change in enumerate([
        'drop policy "members read what their role reaches" on mart_analytics.fct_costs',
        "alter table mart_analytics.fct_costs disable row level security",
        "alter table mart_analytics.fct_costs alter column cost_id drop not null",
    ]):  # fmt: skip
        with world.database.owner() as connection:
            connection.execute(change)
        assert world.rows(state) != before
        build_marts(f"cli__by_hand_{number}")
        assert world.rows(state) == before
