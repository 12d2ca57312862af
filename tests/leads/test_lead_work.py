"""Rating, assigning, bulk changes, deleting and restoring, for every role, on the real server."""

from __future__ import annotations

import threading
from uuid import uuid4

import psycopg
import pytest
from pydantic import ValidationError

from leadhouse.leads import work
from leadhouse.leads.work import LeadChangeError, LeadChanges, LeadNotFoundError, LeadRefusedError

EVERYBODY = ("admin", "manager", "rep", "mate", "reader", "client", "stranger")


def status(team, lead):
    return team.row("select status::text as status from app.leads where lead_id = %s", lead)["status"]


@pytest.mark.parametrize(("rating", "expected"), [(1, "rejected"), (2, "rejected"), (3, "qualified"), (5, "qualified")])
def test_a_rating_decides_the_status(team, rating, expected):
    lead = team.lead(owner="rep")
    with team.acting("rep") as connection:
        rated = work.rate_lead(connection, lead, rating, {"budget": "known", "need": True})
    assert (rated.status, rated.rating) == (expected, rating)
    assert rated.qualification["criteria"] == {"budget": "known", "need": True}
    assert rated.qualification["rated_by"] == str(team.users["rep"])
    assert rated.qualification["threshold"] == 3
    with team.acting("rep") as connection:
        history = work.list_status_changes(connection, team.north, lead)
    assert [(each.from_status, each.to_status) for each in history] == [(None, "new"), ("new", expected)]
    assert history[1].changed_by == team.users["rep"]
    assert history[1].reason == f"rated {rating}, the threshold is 3"


def test_the_threshold_is_the_organizations(team):
    lead = team.lead()
    with team.acting("admin") as connection:
        assert work.get_settings(connection, team.north).qualification_threshold == 3
        work.save_settings(connection, team.north, work.Settings(qualification_threshold=5))
    try:
        with team.acting("manager") as connection:
            assert work.rate_lead(connection, lead, 4).status == "rejected"
            assert work.rate_lead(connection, lead, 5).status == "qualified"
            with pytest.raises(LeadRefusedError), connection.transaction():
                work.save_settings(connection, team.north, work.Settings(qualification_threshold=1))
        foreign = team.lead(team.south)
        with team.acting("stranger") as connection:
            assert work.rate_lead(connection, foreign, 3).status == "qualified"
    finally:
        with team.acting("admin") as connection:
            work.save_settings(connection, team.north, work.Settings())


def test_a_qualifying_rating_keeps_what_came_after(team):
    lead = team.lead()
    with team.acting("manager") as connection:
        work.update_statuses(connection, [lead], "converted")
        assert work.rate_lead(connection, lead, 4).status == "converted"
        assert work.rate_lead(connection, lead, 1).status == "rejected"


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_outside_one_to_five_is_refused(team, rating):
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match="1 to 5"):
        work.rate_lead(connection, team.lead(), rating)


def test_nobody_sets_a_rating_without_criteria(team):
    lead = team.lead()
    with team.acting("admin") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("update app.leads set rating_1_to_5 = 5 where lead_id = %s", [lead])


def test_who_may_rate(team):
    """own: the rep whose lead it is; all: admin and manager; nobody else."""
    told = {}
    for name in EVERYBODY:
        lead = team.lead(owner="rep", campaign=team.campaign)
        try:
            with team.acting(name) as connection:
                work.rate_lead(connection, lead, 5)
            told[name] = "rated"
        except (LeadNotFoundError, LeadRefusedError) as error:
            told[name] = type(error).__name__
    assert told == {
        "admin": "rated", "manager": "rated", "rep": "rated", "mate": "LeadNotFoundError",
        "reader": "LeadRefusedError", "client": "LeadRefusedError", "stranger": "LeadNotFoundError",
    }  # fmt: skip


def test_unknown_and_foreign_leads_are_told_alike(team):
    foreign, unknown = team.lead(), uuid4()
    told = []
    for lead in (foreign, unknown):
        with team.acting("stranger") as connection, pytest.raises(LeadNotFoundError) as caught:
            work.rate_lead(connection, lead, 5)
        told.append(str(caught.value).replace(str(lead), "X"))
    assert told[0] == told[1]


def test_the_helper_functions_say_what_the_policies_do(team):
    """can_access_lead and can_modify_lead against a select and an update under the policies: member × lead."""
    member_of = team.lead()
    leads = [
        team.lead(), team.lead(owner="rep"), team.lead(owner="mate"), team.lead(campaign=team.campaign), member_of,
        team.lead(campaign=team.other_campaign, owner="rep"), team.lead(team.south), team.lead(owner="rep"),
    ]  # fmt: skip
    with team.database.owner() as owner:
        owner.execute(
            "insert into app.campaign_members (campaign_id, organization_id, lead_id) values (%s, %s, %s)",
            [team.campaign, team.north, member_of],
        )
        owner.execute("update app.leads set deleted_at = now() where lead_id = %s", [leads[-1]])
    seen_by = {}
    for name in EVERYBODY:
        with team.acting(name) as connection:
            for lead in leads:
                row = connection.execute(
                    "select app.can_access_lead(%(l)s) as reads, app.can_modify_lead(%(l)s) as writes,"
                    " exists (select from app.leads where lead_id = %(l)s) as is_read", {"l": lead},
                ).fetchone()  # fmt: skip
                changed = connection.execute(
                    "update app.leads set notes = 'x' where lead_id = %s returning lead_id", [lead]
                ).fetchone()
                assert (row["reads"], row["writes"]) == (row["is_read"], changed is not None), (name, lead)
                seen_by.setdefault(name, []).append(row["reads"])
            connection.rollback()
    assert sum(seen_by["rep"]) == 3
    assert sum(seen_by["client"]) == 2
    assert sum(seen_by["reader"]) == sum(seen_by["manager"]) == 7
    assert sum(seen_by["stranger"]) == 1


def test_can_access_campaign_says_what_the_policies_do(team):
    for name in EVERYBODY:
        with team.acting(name) as connection:
            for campaign in (team.campaign, team.other_campaign, uuid4()):
                row = connection.execute(
                    "select app.can_access_campaign(%(c)s) as reads,"
                    " exists (select from app.campaigns where campaign_id = %(c)s) as is_read", {"c": campaign},
                ).fetchone()  # fmt: skip
                assert row["reads"] == row["is_read"], (name, campaign)


def test_assigning_by_address_notifies_and_is_history(team):
    lead = team.lead(full_name="Anna Berg", company_name="Kunde")
    with team.acting("manager") as connection:
        assert work.assign_lead(connection, lead, " Rep@X.example ") == team.users["rep"]
        assert work.assign_lead(connection, lead, "mate@x.example") == team.users["mate"]
        [first, second] = work.list_owner_changes(connection, team.north, lead)
    assert (first["from_owner_id"], first["to_owner_id"]) == (None, team.users["rep"])
    assert (second["from_owner_id"], second["to_owner_id"]) == (team.users["rep"], team.users["mate"])
    assert second["changed_by"] == team.users["manager"]
    told = team.rows("select user_id, title, message, link from app.notifications where link ->> 'id' = %s", str(lead))
    assert {row["user_id"] for row in told} == {team.users["rep"], team.users["mate"]}
    assert {(row["title"], row["message"]) for row in told} == {("A lead was assigned to you", "Anna Berg, Kunde")}


@pytest.mark.parametrize("address", ["nobody@x.example", "stranger@x.example", "client@x.example", ""])
def test_only_live_members_who_read_leads_are_assigned(team, address):
    lead = team.lead()
    with team.acting("manager") as connection, pytest.raises(LeadNotFoundError, match="can be given leads"):
        work.assign_lead(connection, lead, address)


def test_who_left_is_not_assigned(team):
    with team.database.owner() as owner:
        owner.execute("update identity.members set deleted_at = now() where user_id = %s", [team.users["mate"]])
    try:
        with team.acting("manager") as connection, pytest.raises(LeadNotFoundError):
            work.assign_lead(connection, team.lead(), "mate@x.example")
    finally:
        with team.database.owner() as owner:
            owner.execute("update identity.members set deleted_at = null where user_id = %s", [team.users["mate"]])


def test_a_rep_gives_leads_to_nobody_else(team):
    lead = team.lead(owner="rep")
    with team.acting("rep") as connection:
        with pytest.raises(LeadRefusedError, match="may give leads"), connection.transaction():
            work.assign_lead(connection, lead, "mate@x.example")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("update app.leads set owner_id = %s where lead_id = %s", [team.users["mate"], lead])
        assert work.assign_lead(connection, lead, "rep@x.example") == team.users["rep"]


def test_bulk_calls_answer_for_each_id(team):
    mine, theirs, foreign, unknown = team.lead(owner="rep"), team.lead(owner="mate"), team.lead(team.south), uuid4()
    campaigns = team.lead(owner="mate", campaign=team.campaign)
    ids = [mine, theirs, foreign, unknown, campaigns, mine]
    changes = LeadChanges(priority="high", add_tags=("hot",), custom_fields={"size": 5}, notes="called")
    with team.acting("rep") as connection:
        assert work.update_leads(connection, ids, changes) == {
            mine: "updated", theirs: "not_found", foreign: "not_found", unknown: "not_found", campaigns: "not_found",
        }  # fmt: skip
    with team.acting("manager") as connection:
        assert work.update_leads(connection, ids, LeadChanges(remove_tags=("hot",))) == {
            mine: "updated", theirs: "updated", foreign: "not_found", unknown: "not_found", campaigns: "updated",
        }  # fmt: skip
    row = team.row("select priority, tags, notes, custom_fields from app.leads where lead_id = %s", mine)
    assert row == {"priority": "high", "tags": [], "notes": "called", "custom_fields": {"size": 5}}
    assert team.row("select priority from app.leads where lead_id = %s", foreign)["priority"] == "medium"


def test_what_one_sees_and_may_not_change_is_forbidden(team):
    """An API key that reads all leads and whose owner's role changes its own only."""
    lead = team.lead(owner="rep")
    with team.database.owner() as owner:
        owner.execute(
            "update identity.role_permissions set scope = 'all'"
            " where role = 'sales_rep' and resource = 'leads' and action = 'read'"
        )
    try:
        with team.acting("mate") as connection:
            assert work.update_leads(connection, [lead], LeadChanges(notes="x")) == {lead: "forbidden"}
            assert work.update_statuses(connection, [lead], "lost") == {lead: "forbidden"}
            with pytest.raises(LeadRefusedError, match="look at"):
                work.rate_lead(connection, lead, 5)
    finally:
        with team.database.owner() as owner:
            owner.execute(
                "update identity.role_permissions set scope = 'own'"
                " where role = 'sales_rep' and resource = 'leads' and action = 'read'"
            )


def test_a_hundred_leads_a_call_and_no_more(team):
    with team.acting("manager") as connection:
        for call in (
            lambda ids: work.update_leads(connection, ids, LeadChanges(notes="x")),
            lambda ids: work.update_statuses(connection, ids, "lost"),
            lambda ids: work.assign_leads(connection, ids, None),
            lambda ids: work.delete_leads(connection, ids),
        ):
            assert len(call([uuid4() for _ in range(100)])) == 100
            with pytest.raises(LeadChangeError, match="at most 100"), connection.transaction():
                call([uuid4() for _ in range(101)])
            assert call([]) == {}


@pytest.mark.parametrize(
    "changes",
    ['{"rating_1_to_5": 5}', '{"organization_id": "x"}', "{}", "[]", '{"status": "won"}', '{"priority": "x"}'],
)
def test_a_change_that_cannot_be_changes_nothing(team, changes):
    lead = team.lead()
    with team.acting("manager") as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("select app.bulk_update_leads(%s, %s)", [[lead], changes])
    assert caught.value.sqlstate in {"22023", "22P02", "23514"}
    assert status(team, lead) == "new"


def test_a_foreign_campaign_is_not_taken(team):
    lead = team.lead(team.south)
    with team.acting("stranger") as connection, pytest.raises(LeadNotFoundError):
        work.update_leads(connection, [lead], LeadChanges(campaign_id=team.campaign))


def test_changes_are_checked_before_the_database():
    for stated in ({"status": "won"}, {"tags": [" "]}, {"rating": 3}, {"add_tags": ["x" * 61]}):
        with pytest.raises(ValidationError):
            LeadChanges(**stated)
    assert LeadChanges(tags=(" a  b ", "a b")).tags == ("a b",)


def test_status_in_a_members_name(team):
    lead = team.lead()
    with team.database.connect("leads") as connection:
        assert work.update_statuses(connection, [lead], "contacted", team.users["rep"]) == {lead: "updated"}
    change = team.row("select changed_by from app.lead_status_changes where lead_id = %s and from_status = 'new'", lead)
    assert change["changed_by"] == team.users["rep"]
    with team.acting("manager") as connection, pytest.raises(LeadRefusedError, match="act as yourself"):
        work.update_statuses(connection, [lead], "lost", team.users["rep"])


def test_bulk_assignment_notifies_once(team):
    leads = [team.lead() for _ in range(3)]
    with team.acting("manager") as connection:
        assert set(work.assign_leads(connection, leads, "reader@x.example").values()) == {"updated"}
    told = team.rows("select title, link from app.notifications where user_id = %s", team.users["reader"])
    assert [row["title"] for row in told] == ["3 leads were assigned to you"]
    with team.acting("manager") as connection:
        work.assign_leads(connection, leads, None)
        with pytest.raises(LeadNotFoundError), connection.transaction():
            work.assign_leads(connection, leads, "stranger@x.example")
    owners = team.rows("select distinct owner_id from app.leads where lead_id = any (%s)", leads)
    assert owners == [{"owner_id": None}]


def test_deleting_and_undoing_it(team):
    lead = team.lead(owner="rep")
    with team.acting("rep") as connection:
        with pytest.raises(LeadRefusedError), connection.transaction():
            work.delete_leads(connection, [lead])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("update app.leads set deleted_at = now() where lead_id = %s", [lead])
    with team.acting("manager") as connection:
        assert work.delete_leads(connection, [lead]) == {lead: "deleted"}
        assert work.delete_leads(connection, [lead]) == {lead: "not_found"}
        with pytest.raises(LeadNotFoundError), connection.transaction():
            work.get_lead(connection, team.north, lead)
        with pytest.raises(LeadNotFoundError, match="no live lead"), connection.transaction():
            work.rate_lead(connection, lead, 5)
        assert lead in {row["lead_id"] for row in work.list_deleted_leads(connection, team.north)}
        work.restore_lead(connection, lead)
        assert work.get_lead(connection, team.north, lead)["owner_id"] == team.users["rep"]
        with pytest.raises(LeadNotFoundError, match="no deleted lead"), connection.transaction():
            work.restore_lead(connection, lead)


def test_one_live_lead_an_entity_also_after_a_restore(team):
    former = team.lead()
    entity = team.entity_of(former)
    with team.acting("manager") as connection:
        work.delete_leads(connection, [former])
    living = team.lead(entity=entity)
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match=f"lead {living} .* lives"):
        work.restore_lead(connection, former)
    with team.acting("manager") as connection:
        work.delete_leads(connection, [living])
        work.restore_lead(connection, former)
    assert team.lead(team.south, entity=entity)  # another organization's lead on the same person


def merged(team, loser, winner, organization=None):
    team.rows(
        "insert into resolution.redirects (organization_id, from_entity_id, to_entity_id, reason, batch_no)"
        " values (%s, %s, %s, 'test', 1) returning 1",
        organization, loser, winner,
    )  # fmt: skip


def test_no_lead_is_restored_beside_another_of_a_person_who_has_become_one_with_it(team):
    former, living = team.lead(), team.lead()
    with team.acting("manager") as connection:
        work.delete_leads(connection, [former])
    merged(team, team.entity_of(former), team.entity_of(living))
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match=f"lead {living} .* lives"):
        work.restore_lead(connection, former)
    elsewhere = team.lead(team.south)
    team.rows("update app.leads set deleted_at = now() where lead_id = %s returning 1", elsewhere)
    merged(team, team.entity_of(elsewhere), team.entity_of(living), team.north)
    with team.acting("stranger") as connection:
        work.restore_lead(connection, elsewhere)  # one with it for the other organization alone


def test_a_refused_restore_names_no_lead_out_of_reach(team):
    former = team.lead(owner="rep")
    with team.acting("manager") as connection:
        work.delete_leads(connection, [former])
    living = team.lead(owner="mate", entity=team.entity_of(former))
    team.rows(
        "insert into identity.role_permissions (role, resource, action, scope)"
        " values ('sales_rep', 'leads', 'delete', 'own') returning 1"
    )
    try:
        with team.acting("rep") as connection, pytest.raises(LeadChangeError, match="lives") as refused:
            work.restore_lead(connection, former)
    finally:
        team.rows(
            "delete from identity.role_permissions where (role, resource, action) = ('sales_rep', 'leads', 'delete')"
            " returning 1"
        )
    assert str(living) not in str(refused.value)


def test_a_merged_lead_is_not_restored_by_hand(team):
    former, kept = team.lead(), team.lead()
    with team.database.owner() as owner:
        owner.execute(
            "insert into app.lead_redirects (organization_id, from_lead_id, to_lead_id) values (%s, %s, %s)",
            [team.north, former, kept],
        )
        owner.execute("update app.leads set deleted_at = now() where lead_id = %s", [former])
    with team.acting("manager") as connection:
        with pytest.raises(LeadChangeError, match=f"merged into lead {kept}"), connection.transaction():
            work.restore_lead(connection, former)
        assert former not in {row["lead_id"] for row in work.list_deleted_leads(connection, team.north)}


def test_after_thirty_days_a_lead_is_purged_and_its_row_stays(team):
    old, young = team.lead(full_name="Old"), team.lead(full_name="Young")
    with team.database.owner() as owner:
        for lead, days in ((old, 31), (young, 29)):
            owner.execute(
                "update app.leads set deleted_at = now() - make_interval(days => %s), notes = 'private', tags = '{a}'"
                " where lead_id = %s",
                [days, lead],
            )
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match="after 30 days"):
        work.restore_lead(connection, old)
    with team.database.connect("leads") as connection:
        assert work.purge_deleted_leads(connection) == 1
        assert work.purge_deleted_leads(connection) == 0
    statement = "select lead_id, notes, tags, purged_at is not null as gone from app.leads where lead_id = any (%s)"
    rows = team.rows(statement, [old, young])
    assert {row["lead_id"]: (row["notes"], row["tags"], row["gone"]) for row in rows} == {
        old: (None, [], True), young: ("private", ["a"], False),
    }  # fmt: skip
    assert team.rows("select from app.lead_facts where lead_id = %s", old) == []
    with team.acting("manager") as connection:
        work.restore_lead(connection, young)


def test_the_legal_basis_has_a_history(team):
    lead = team.lead()
    with team.acting("manager") as connection:
        work.record_legal_basis(connection, lead, "consent", {"form": "fair 2026"})
        [newest, first] = work.list_legal_bases(connection, team.north, lead)
        with pytest.raises(LeadChangeError), connection.transaction():
            work.record_legal_basis(connection, lead, "because")  # type: ignore[arg-type]
    assert (newest["basis"], newest["recorded_by"]) == ("consent", team.users["manager"])
    assert (first["basis"], first["evidence"]) == ("legitimate_interest", {"source": "test"})
    with team.acting("stranger") as connection:
        assert work.list_legal_bases(connection, team.south, lead) == []
        assert work.list_legal_bases(connection, team.north, lead) == []


def test_history_is_never_changed(team):
    lead = team.lead(owner="rep")
    for table in ("lead_status_changes", "lead_owner_changes", "lead_legal_basis"):
        with team.database.owner() as owner, pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            owner.execute(f"delete from app.{table} where lead_id = %s", [lead])  # noqa: S608
        with team.acting("admin") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"delete from app.{table} where lead_id = %s", [lead])  # noqa: S608
        for name, expected in (("rep", 1), ("mate", 0), ("manager", 1), ("reader", 1), ("client", 0), ("stranger", 0)):
            with team.acting(name) as connection:
                seen = connection.execute(f"select from app.{table} where lead_id = %s", [lead]).fetchall()
            assert len(seen) == expected, (table, name)


def test_every_change_of_status_is_logged_whoever_makes_it(team):
    leads = [team.lead() for _ in range(3)]
    with team.database.owner() as owner:
        owner.execute("update app.leads set status = 'lost' where lead_id = any (%s)", [leads])
        owner.execute("update app.leads set status = 'lost', notes = 'again' where lead_id = any (%s)", [leads])
        owner.execute("update app.leads set status = 'new' where lead_id = %s", [leads[0]])
    counted = team.rows(
        "select lead_id, count(*) as n from app.lead_status_changes where lead_id = any (%s) group by lead_id", leads
    )
    assert {row["lead_id"]: row["n"] for row in counted} == {leads[0]: 3, leads[1]: 2, leads[2]: 2}


def both(*calls):
    """Run calls at once, return what each returned or raised."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        gate.wait()
        try:
            results[place] = call()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_two_adopters_make_one_lead(team):
    with team.database.owner() as owner:
        entity = owner.execute(
            "insert into resolution.entities (entity_kind, created_batch_no) values ('person', 0) returning entity_id"
        ).fetchone()["entity_id"]

    def adopt(name):
        with team.acting(name) as connection:
            return connection.execute(
                "select lead_id from app.adopt_leads(%s, %s, 'api')", [team.north, [entity]]
            ).fetchall()

    made = both(*[lambda name=name: adopt(name) for name in ("manager", "admin", "rep", "mate")])
    assert sorted(len(rows) for rows in made) == [0, 0, 0, 1]
    assert len(team.rows("select from app.leads where entity_id = %s", entity)) == 1


def test_two_assigners_of_many_leads_in_opposite_order(team):
    leads = [team.lead() for _ in range(40)]

    def assign(order, address):
        with team.acting("manager") as connection:
            return work.assign_leads(connection, order, address)

    for _ in range(5):
        outcomes = both(lambda: assign(leads, "rep@x.example"), lambda: assign(leads[::-1], "mate@x.example"))
        assert all(set(each.values()) == {"updated"} for each in outcomes)
        owners = {
            row["owner_id"] for row in team.rows("select owner_id from app.leads where lead_id = any (%s)", leads)
        }
        assert len(owners) == 1
    chain = team.rows("select from_owner_id, to_owner_id from app.lead_owner_changes where lead_id = %s"
                      " order by changed_at", leads[0])  # fmt: skip
    assert [row["to_owner_id"] for row in chain[:-1]] == [row["from_owner_id"] for row in chain[1:]]


def test_two_restorers_bring_back_one_lead(team):
    first = team.lead()
    entity = team.entity_of(first)
    with team.acting("manager") as connection:
        work.delete_leads(connection, [first])
    second = team.lead(entity=entity)
    with team.acting("manager") as connection:
        work.delete_leads(connection, [second])

    def restore(lead):
        with team.acting("manager") as connection:
            return work.restore_lead(connection, lead)

    told = both(lambda: restore(first), lambda: restore(second))
    assert sorted(str(type(each).__name__) for each in told) == ["LeadChangeError", "NoneType"]


def test_views_show_what_the_reader_may_see(team):
    lead = team.lead(owner="rep", campaign=team.campaign, full_name="Vera View", lead_score=70)
    with team.acting("rep") as connection:
        shown = work.get_lead(connection, team.north, lead)
        assert (shown["full_name"], shown["owner_name"], shown["campaign_name"]) == ("Vera View", "Rep", "theirs")
        own = sum(row["leads"] for row in work.get_pipeline(connection, team.north))
    with team.acting("manager") as connection:
        pipeline = work.get_pipeline(connection, team.north)
    live = team.row("select count(*) as n, count(*) filter (where owner_id = %s) as own from app.leads"
                    " where organization_id = %s and deleted_at is null", team.users["rep"], team.north)  # fmt: skip
    assert sum(row["leads"] for row in pipeline) == live["n"]
    made_by_rep = team.row("select count(*) as n from app.leads where created_by = %s and owner_id <> %s"
                           " and deleted_at is null", team.users["rep"], team.users["rep"])["n"]  # fmt: skip
    assert own == live["own"] + made_by_rep
    with team.acting("stranger") as connection, pytest.raises(LeadNotFoundError):
        work.get_lead(connection, team.north, lead)
    with team.acting("client") as connection:
        assert work.get_lead(connection, team.north, lead)["full_name"] == "Vera View"
