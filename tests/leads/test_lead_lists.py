"""The work list, lists, segments: filters, sorts, pages, a closed vocabulary, and who sees what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from psycopg import sql

from leadhouse.leads import lists, segments, work, work_list
from leadhouse.leads.criteria import FIELDS, OPERATORS, CriteriaError, compile_criteria
from leadhouse.leads.work import LeadChangeError, LeadNotFoundError, LeadRefusedError
from leadhouse.leads.work_list import LeadFilter


@pytest.fixture(scope="module")
def listed(team):
    """Twelve leads of north with distinct facts, two without any; one of south."""
    made = []
    for number in range(12):
        lead = team.lead(
            owner="rep" if number % 3 == 0 else None,
            campaign=team.campaign if number % 4 == 0 else None,
            full_name=f"Person {11 - number:02}",
            lead_score=number % 5 * 10,
            company_name="100% Rabatt_GmbH" if number == 3 else "Firma",
            country_code="DE" if number % 2 else "FR",
        )
        made.append(lead)
    made += [team.lead(), team.lead()]
    team.lead(team.south, full_name="Foreign")
    with team.database.owner() as owner:
        for number, lead in enumerate(made):
            owner.execute(
                "update app.leads set created_at = %s, status = %s, priority = %s, tags = %s, custom_fields = %s"
                " where lead_id = %s",
                [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number), "qualified" if number < 4 else "new",
                 "urgent" if number == 5 else "medium", ["a", "b"] if number < 2 else ["b"] if number < 6 else [],
                 '{"size": "big"}' if number == 7 else "{}", lead],
            )  # fmt: skip
    return made


def ids(page):
    return [row["lead_id"] for row in page.leads]


@pytest.mark.parametrize("sort", ["created_at", "updated_at", "lead_score", "full_name"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_by_cursor_and_by_number_hold_every_lead_once(team, listed, sort, order):
    with team.acting("manager") as connection:
        everything = work_list.list_leads(connection, team.north, sort=sort, order=order)
        by_cursor, by_number, after = [], [], None
        for number in range(1, 20):
            page = work_list.list_leads(connection, team.north, sort=sort, order=order, after=after, page_size=3)
            by_cursor += ids(page)
            by_number += ids(
                work_list.list_leads(connection, team.north, sort=sort, order=order, page=number, page_size=3)
            )
            after = page.next
            if after is None:
                break
    assert set(ids(everything)) == set(listed)
    assert len(ids(everything)) == 14
    assert by_cursor == by_number == ids(everything)
    values = [row[sort] for row in everything.leads]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=order == "desc")
    assert values[len(known) :] == [None] * (len(values) - len(known))


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({"status": ("qualified",)}, {0, 1, 2, 3}),
        ({"status": ("qualified", "lost")}, {0, 1, 2, 3}),
        ({"priority": ("urgent", "high")}, {5}),
        ({"tags": ("a",)}, {0, 1}),
        ({"tags": ("a", "b")}, {0, 1}),
        ({"status": ("new",), "tags": ("b",)}, {4, 5}),
    ],
)
@pytest.mark.parametrize("sort", ["created_at", "lead_score"])
def test_filters(team, listed, wanted, places, sort):
    with team.acting("manager") as connection:
        found = work_list.list_leads(connection, team.north, LeadFilter(**wanted), sort=sort)
        assert set(ids(found)) == {listed[place] for place in places}
        assert work_list.count_leads(connection, team.north, LeadFilter(**wanted)) == len(places)


def test_filters_by_owner_and_campaign(team, listed):
    with team.acting("manager") as connection:
        mine = work_list.list_leads(connection, team.north, LeadFilter(owner_id=team.users["rep"]))
        theirs = work_list.list_leads(connection, team.north, LeadFilter(campaign_id=team.campaign))
    assert set(ids(mine)) == {listed[place] for place in (0, 3, 6, 9)}
    assert set(ids(theirs)) == {listed[place] for place in (0, 4, 8)}


def test_each_role_lists_what_it_reaches(team, listed):
    counted = {}
    for name in ("admin", "manager", "rep", "mate", "reader", "client", "stranger"):
        with team.acting(name) as connection:
            counted[name] = work_list.count_leads(connection, team.organization_of(name))
            assert work_list.count_leads(connection, team.south if name != "stranger" else team.north) == 0
    assert counted == {
        "admin": 14, "manager": 14, "rep": 4, "mate": 0, "reader": 14, "client": 3, "stranger": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("page", "page_size"), [(0, 10), (1, 0), (1, 201)])
def test_a_page_that_cannot_be(team, page, page_size):
    with team.acting("manager") as connection, pytest.raises(ValueError, match="1 to 200"):
        work_list.list_leads(connection, team.north, page=page, page_size=page_size)


RULES = [
    ({}, set(range(14))),
    ({"field": "status", "is": "qualified"}, {0, 1, 2, 3}),
    ({"field": "status", "is_none_of": ["new"]}, {0, 1, 2, 3}),
    ({"field": "country_code", "is": "DE"}, {1, 3, 5, 7, 9, 11}),
    ({"field": "country_code", "is_not": "DE"}, {0, 2, 4, 6, 8, 10, 12, 13}),
    ({"field": "lead_score", "at_least": 30}, {3, 4, 8, 9}),
    ({"not": {"field": "lead_score", "at_least": 30}}, {0, 1, 2, 5, 6, 7, 10, 11, 12, 13}),
    ({"field": "lead_score", "is_known": False}, {12, 13}),
    ({"field": "rating", "is_known": True}, set()),
    ({"field": "tags", "has_all": ["a", "b"]}, {0, 1}),
    ({"field": "tags", "has_none": ["b"]}, {6, 7, 8, 9, 10, 11, 12, 13}),
    ({"field": "tags", "is_known": True}, {0, 1, 2, 3, 4, 5}),
    ({"field": "company_name", "contains": "100%"}, {3}),
    ({"field": "company_name", "contains": "_g"}, {3}),
    ({"field": "full_name", "starts_with": "person 1"}, {0, 1}),
    ({"field": "custom_fields.size", "is": "big"}, {7}),
    ({"field": "created_at", "at_least": "2026-01-13T00:00:00+00:00"}, {12, 13}),
    ({"field": "created_at", "within_days": 1}, set()),
    ({"field": "created_at", "before_days": 1}, set(range(14))),
    (
        {"all": [{"field": "status", "is_one_of": ["new"]},
                 {"any": [{"field": "priority", "is": "urgent"}, {"field": "full_name", "is": "Person 00"}]}]},
        {5, 11},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("criteria", "places"), RULES)
def test_a_rule_finds_its_leads(team, listed, criteria, places):
    with team.acting("manager") as connection:
        found = work_list.list_leads(connection, team.north, LeadFilter(criteria=criteria))
    assert set(ids(found)) == {listed[place] for place in places}


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ([], "an object"),
        ({"field": "password", "is": "x"}, "no field 'password'"),
        ({"field": "status", "is": "won"}, "a status"),
        ({"field": "status", "like": "new"}, "no operator 'like'"),
        ({"field": "lead_score", "contains": "1"}, "no operator 'contains'"),
        ({"field": "lead_score", "at_least": "1 or true"}, "a number"),
        ({"field": "lead_score", "at_least": True}, "a number"),
        ({"field": "owner_id", "is": "me"}, "an id"),
        ({"field": "created_at", "at_least": "2026-01-01"}, "a time with its zone"),
        ({"field": "full_name", "is": ["x"]}, "a text"),
        ({"field": "full_name", "is_one_of": []}, "1 to 200"),
        ({"field": "full_name", "is": "a\0b"}, "a text"),
        ({"field": "tags", "is_known": 1}, "true or false"),
        ({"field": "created_at", "within_days": -1}, "whole number of days"),
        ({"all": []}, "at least one"),
        ({"all": [{"field": "status", "is": "new"}], "any": []}, "a condition is"),
        ({"field": "custom_fields.", "is": "x"}, "no field"),
        ({"not": {"not": {"not": {"not": {"not": {"field": "status", "is": "new"}}}}}}, "levels deep"),
        ({"any": [{"field": "status", "is": "new"}] * 51}, "more than 50"),
    ],
)
def test_a_rule_outside_the_vocabulary_is_refused(criteria, words):
    with pytest.raises(CriteriaError, match=words):
        compile_criteria(criteria)


def test_no_text_of_a_user_becomes_sql(team, listed):
    """Hostile texts at every place where a text may stand: they are values, or are refused."""
    hostile = "x'); drop table app.leads; --{}%(organization_id)s"
    with team.acting("manager") as connection:
        for name, field in FIELDS.items():
            for operator, (kinds, _, _) in OPERATORS.items():
                if field.kind not in kinds:
                    continue
                for value in (hostile, [hostile]):
                    try:
                        condition = compile_criteria({"field": name, operator: value})
                    except CriteriaError:
                        continue
                    assert "drop table" not in sql.Composed([condition.text]).as_string(connection)
                    with connection.transaction():
                        work_list.list_leads(
                            connection, team.north, LeadFilter(criteria={"field": name, operator: value})
                        )
        custom = {"field": f"custom_fields.{hostile}", "is": hostile}
        assert ids(work_list.list_leads(connection, team.north, LeadFilter(criteria=custom))) == []
        assert work_list.count_leads(connection, team.north) == 14


def test_every_operator_of_every_field_runs(team, listed):
    """Field × operator with a good value: the database takes what the compiler makes."""
    good = {"word": "x", "status": "new", "text": "x", "number": 1, "id": str(uuid4()), "tags": "x",
            "time": "2026-01-01T00:00:00Z", "list": str(uuid4())}  # fmt: skip
    run = 0
    with team.acting("rep") as connection:
        for name, field in FIELDS.items():
            for operator, (kinds, _, _) in OPERATORS.items():
                if field.kind in kinds:
                    value = good[field.kind]
                    if operator in {"is_one_of", "is_none_of", "has_any", "has_all", "has_none", "is_member_of"}:
                        value = [value]
                    value = {"within_days": 3, "before_days": 3, "is_known": True}.get(operator, value)
                    work_list.count_leads(connection, team.north, LeadFilter(criteria={"field": name, operator: value}))
                    run += 1
    assert run > 80


def test_lists_shared_and_personal(team, listed):
    with team.acting("rep") as connection:
        shared = lists.create_list(connection, team.north, "Fair")
        personal = lists.create_list(connection, team.north, "Mine", is_shared=False)
        assert set(lists.add_members(connection, team.north, shared, listed)) == {listed[p] for p in (0, 3, 6, 9)}
        assert lists.add_members(connection, team.north, shared, listed) == []
        assert lists.add_members(connection, team.north, personal, [listed[0]]) == [listed[0]]
        with pytest.raises(LeadChangeError), connection.transaction():
            lists.create_list(connection, team.north, "mine", is_shared=False)
    seen = {}
    for name in ("admin", "manager", "rep", "mate", "reader", "client", "stranger"):
        with team.acting(name) as connection:
            seen[name] = {
                each.list_id: each.members for each in lists.list_lists(connection, team.organization_of(name))
            }
            if name != "rep":
                with pytest.raises(LeadNotFoundError), connection.transaction():
                    lists.get_list(connection, team.north, personal)
    assert seen == {
        "admin": {shared: 4}, "manager": {shared: 4}, "rep": {shared: 4, personal: 1}, "mate": {},
        "reader": {shared: 4}, "client": {}, "stranger": {},
    }  # fmt: skip
    with team.acting("manager") as connection:
        found = work_list.list_leads(connection, team.north, LeadFilter(list_id=shared))
        assert set(ids(found)) == {listed[p] for p in (0, 3, 6, 9)}
        rule = {"field": "list_id", "is_member_of": [str(shared)]}
        assert work_list.count_leads(connection, team.north, LeadFilter(criteria=rule)) == 4
        assert lists.remove_members(connection, team.north, shared, [listed[0], uuid4()]) == [listed[0]]
        assert lists.change_list(connection, team.north, shared, name="Fair 2026")
        assert lists.get_list(connection, team.north, shared).name == "Fair 2026"
        assert not lists.change_list(connection, team.north, personal, name="taken over")
    with team.acting("reader") as connection:
        for refused in (
            lambda: lists.add_members(connection, team.north, shared, [listed[1]]),
            lambda: lists.create_list(connection, team.north, "read only"),
        ):
            with pytest.raises(LeadRefusedError), connection.transaction():
                refused()
        assert not lists.delete_list(connection, team.north, shared)
        assert lists.remove_members(connection, team.north, shared, [listed[3]]) == []
    with team.acting("stranger") as connection:
        with pytest.raises(LeadRefusedError), connection.transaction():
            lists.create_list(connection, team.north, "intruder")
        assert not lists.delete_list(connection, team.north, shared)


def test_a_deleted_list_comes_back_with_its_members(team, listed):
    with team.acting("manager") as connection:
        made = lists.create_list(connection, team.north, "Undo")
        lists.add_members(connection, team.north, made, listed[:3])
        assert lists.delete_list(connection, team.north, made)
        with pytest.raises(LeadNotFoundError):
            lists.get_list(connection, team.north, made)
        again = lists.create_list(connection, team.north, "UNDO")
        with pytest.raises(LeadChangeError), connection.transaction():
            lists.restore_list(connection, team.north, made)
        lists.delete_list(connection, team.north, again)
        assert lists.restore_list(connection, team.north, made)
        assert lists.get_list(connection, team.north, made).members == 3
        assert not lists.delete_list(connection, team.north, uuid4())


def test_segments_are_saved_rules(team, listed):
    rule = {"field": "status", "is": "qualified"}
    with team.acting("rep") as connection:
        made = segments.create_segment(connection, team.north, "Qualified", rule)
        with pytest.raises(CriteriaError):
            segments.create_segment(connection, team.north, "Bad", {"field": "x", "is": 1})
        with pytest.raises(LeadChangeError), connection.transaction():
            segments.create_segment(connection, team.north, "qualified", rule)
    seen = {}
    for name in ("manager", "mate", "reader", "client", "stranger"):
        with team.acting(name) as connection:
            seen[name] = len(segments.list_segments(connection, team.organization_of(name)))
            changes = segments.change_segment(connection, team.north, made, description=name)
            assert changes == (name == "manager")
    assert seen == {"manager": 1, "mate": 1, "reader": 1, "client": 0, "stranger": 0}
    with team.acting("rep") as connection:
        assert segments.get_segment(connection, team.north, made)["criteria"] == rule
        assert segments.change_segment(connection, team.north, made, criteria={"field": "status", "is": "new"})
        assert segments.delete_segment(connection, team.north, made)
        with pytest.raises(LeadNotFoundError):
            segments.get_segment(connection, team.north, made)
        assert segments.restore_segment(connection, team.north, made)
        assert segments.get_segment(connection, team.north, made)["criteria"]["is"] == "new"
    acts = team.rows("select verb from identity.audit_log where resource_id = %s order by occurred_at", str(made))
    assert [row["verb"] for row in acts] == ["create", "update", "update", "delete", "restore"]


def test_an_api_key_does_what_its_permissions_say(team, listed):
    with team.acting("manager", permissions=["lists:read"]) as connection:
        assert work_list.count_leads(connection, team.north) == 0
        with pytest.raises(LeadRefusedError), connection.transaction():
            work.update_leads(connection, [listed[0]], work.LeadChanges(notes="x"))
        with pytest.raises(LeadRefusedError), connection.transaction():
            lists.create_list(connection, team.north, "by key")
    with team.acting("manager", permissions=["leads:read", "leads:write"]) as connection:
        assert work.update_leads(connection, [listed[0]], work.LeadChanges(notes="x")) == {listed[0]: "updated"}
