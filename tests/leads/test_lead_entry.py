"""Leads that people type in and put right: who is known is taken, what is typed in lands, nobody else sees it."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from leadhouse.leads.entry import LeadFacts, NewLead, correct_lead, enter_lead
from leadhouse.leads.work import LeadChangeError, LeadNotFoundError, LeadRefusedError
from leadhouse.leads.work_list import LeadFilter, count_leads, list_leads
from leadhouse.resolution import resolve_unread
from tests.leads.lead_team import LeadTeam


@pytest.fixture(scope="module")
def module_database(migrated_database):
    return migrated_database


@pytest.fixture(scope="module")
def team(module_database):
    return LeadTeam(module_database)


def enter(team, name, **facts):
    with team.acting(name) as connection:
        return enter_lead(connection, team.organization_of(name), NewLead(**facts))


def facts_of(team, lead):
    return team.row("select * from app.lead_facts where lead_id = %s", lead)


def entity_now(team, lead):
    return team.row(
        "select app.current_entity(entity_id, organization_id) as id from app.leads where lead_id = %s", lead
    )["id"]


def test_what_is_typed_in_shows_at_once_and_lands(team):
    lead = enter(
        team, "manager", full_name="Mara Petersen", title="CTO", email="Mara@Nordlicht.example",
        company_name="Nordlicht GmbH", domain="nordlicht.example", country_code="de", phone_e164="+4940123456",
    )  # fmt: skip
    shown = facts_of(team, lead)
    assert (shown["full_name"], shown["email_normalized"], shown["company_name"], shown["country_code"]) == (
        "Mara Petersen", "mara@nordlicht.example", "Nordlicht GmbH", "DE",
    )  # fmt: skip
    source = f"entered/{team.north}"
    [company] = team.rows("select * from raw.company_records where source_key = %s", source)
    [person] = team.rows("select * from raw.person_records where source_key = %s", source)
    assert person["organization_id"] == company["organization_id"] == team.north
    assert team.row("select first_source, created_by from app.leads where lead_id = %s", lead) == {
        "first_source": "entered", "created_by": team.users["manager"],
    }  # fmt: skip


def test_resolution_gives_the_record_to_the_leads_own_entity(team):
    lead = enter(team, "manager", full_name="Ada Lund", email="ada@lund.example")
    nameless = enter(team, "manager", full_name="Nobody")
    resolve_unread("cli__entered")
    for each in (lead, nameless):
        entity = team.entity_of(each)
        assigned = team.rows("select * from resolution.assignments where entity_id = %s", entity)
        assert [row["organization_id"] for row in assigned] == [team.north]
        assert team.row("select status from resolution.entities where entity_id = %s", entity)["status"] == "active"


def test_who_is_known_is_taken_and_a_second_lead_is_refused(team):
    first = enter(team, "manager", full_name="Ole Dahl", email="ole@dahl.example")
    with pytest.raises(LeadChangeError, match=f"lives already: {first}"):
        enter(team, "manager", full_name="Ole Dahl", email="ole@dahl.example")
    resolve_unread("cli__known")
    with pytest.raises(LeadChangeError, match="lives already"):
        enter(team, "admin", full_name="O. Dahl", email="ole@dahl.example")
    theirs = enter(team, "stranger", full_name="Ole Dahl", email="ole@dahl.example")
    assert team.entity_of(theirs) != team.entity_of(first)  # what north typed in is north's alone


def test_a_company_alone_is_a_lead(team):
    lead = enter(team, "manager", company_name="Werft AG", domain="www.werft-ag.example", email="info@werft-ag.example")
    assert team.row("select entity_kind::text as kind from app.leads where lead_id = %s", lead)["kind"] == "company"
    resolve_unread("cli__company")
    keys = team.rows(
        "select key.key_value from resolution.subject_keys as key join resolution.assignments using (subject_id)"
        " where entity_id = %s and key_kind = 'domain'",
        team.entity_of(lead),
    )
    assert [row["key_value"] for row in keys] == ["werft-ag.example"]


def test_a_reps_lead_is_the_reps_and_who_only_reads_makes_none(team):
    lead = enter(team, "rep", full_name="Rep's Own", email="own@rep.example")
    assert team.row("select owner_id from app.leads where lead_id = %s", lead)["owner_id"] == team.users["rep"]
    for name in ("reader", "client"):
        with pytest.raises(LeadRefusedError):
            enter(team, name, full_name="No One", email=f"{name}@refused.example")
    landed = team.rows("select 1 from raw.person_records where payload::text like '%refused.example%'")
    assert landed == []


@pytest.mark.parametrize(
    "facts",
    [{}, {"title": "CEO"}, {"email": "no address"}, {"full_name": "a\x00b"}, {"phone_e164": "040 123"},
     {"full_name": "x", "country_code": "DEU"}, {"full_name": "x", "domain": "https://a.example"}],
)  # fmt: skip
def test_what_names_nobody_or_is_malformed_is_refused(facts):
    with pytest.raises(ValueError):
        NewLead(**facts)


def test_an_erased_person_stays_away(team, monkeypatch):
    from leadhouse.leads import entry

    class Kept(entry.Landing):
        def commit(self):
            return super().commit().__class__(1, 0, 0, 1, None)

    monkeypatch.setattr(entry, "Landing", Kept)  # what a landing answers that keeps somebody out
    with pytest.raises(LeadChangeError, match="kept out"):
        enter(team, "manager", full_name="Gone Person", email="gone@erased.example")
    assert team.rows("select 1 from app.lead_facts where email_normalized = 'gone@erased.example'") == []


def test_a_fact_put_right_shows_at_once_and_is_a_correction(team):
    lead = enter(team, "manager", full_name="Jan Holm", email="jan@holm.example")
    with team.acting("manager") as connection:
        assert correct_lead(connection, lead, LeadFacts(title="CFO", email="j@holm.example"), "called him") == 2
    shown = facts_of(team, lead)
    assert (shown["title"], shown["email_normalized"], shown["full_name"]) == ("CFO", "j@holm.example", "Jan Holm")
    made = team.rows(
        "select attribute, value, reason, created_by from app.corrections where entity_id = %s order by 1",
        team.entity_of(lead),
    )
    assert [(row["attribute"], row["value"]) for row in made] == [("email", "j@holm.example"), ("title", "CFO")]
    assert {row["created_by"] for row in made} == {team.users["manager"]}


def test_a_fact_may_be_none_and_a_company_may_be_unknown(team):
    lead = enter(team, "manager", full_name="Per Ek", email="per@ek.example", phone_e164="+46812345")
    with team.acting("manager") as connection:
        correct_lead(connection, lead, LeadFacts(phone_e164=None))
    assert facts_of(team, lead)["phone_e164"] is None
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match="no company"):
        correct_lead(connection, lead, LeadFacts(company_name="Ek AB"))
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match="one of several"):
        correct_lead(connection, lead, LeadFacts(social_url="https://x.example/p"))


def test_a_companys_facts_are_the_companys(team):
    lead = enter(team, "manager", company_name="Tidy AB", domain="tidy-ab.example")
    with team.acting("manager") as connection:
        correct_lead(connection, lead, LeadFacts(company_name="Tidy Group AB"))
    assert facts_of(team, lead)["company_name"] == "Tidy Group AB"
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match="has no title"):
        correct_lead(connection, lead, LeadFacts(title="CEO"))


def test_who_works_on_a_lead_puts_right_whoever_its_person_has_become(team):
    lead, other = enter(team, "rep", full_name="Una Lind", email="una@lind.example"), team.lead()
    team.rows(
        "insert into resolution.redirects (from_entity_id, to_entity_id, reason, batch_no) values (%s, %s, 'test', 1)"
        " returning 1",
        team.entity_of(lead), team.entity_of(other),
    )  # fmt: skip
    with team.acting("rep") as connection:
        assert correct_lead(connection, lead, LeadFacts(title="CTO")) == 1
    [made] = team.rows("select entity_id, attribute from app.corrections where value = 'CTO'")
    assert made == {"entity_id": team.entity_of(other), "attribute": "title"}
    with team.acting("mate") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select app.correct_value(%s, %s, 'title', 'x', null)", [team.north, team.entity_of(other)])


def test_nobody_puts_right_what_is_not_theirs(team):
    lead = enter(team, "manager", full_name="Lone Lead", email="lone@lead.example")
    for name in ("stranger", "rep"):
        with team.acting(name) as connection, pytest.raises(LeadNotFoundError):
            correct_lead(connection, lead, LeadFacts(title="x"))
    with team.acting("reader") as connection, pytest.raises(LeadRefusedError):
        correct_lead(connection, lead, LeadFacts(title="x"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), team.acting("manager") as connection:
        connection.execute("select app.show_facts(%s, '{}')", [lead])


def test_the_work_list_finds_words(team):
    lead = enter(team, "manager", full_name="Zoë Zimmermann", email="zoe@zz.example", company_name="Quarz & Co")
    own = enter(team, "rep", full_name="Zoe Zander", email="zander@zz.example")
    wanted = LeadFilter(search="zoe")
    with team.acting("manager") as connection:
        found = {row["lead_id"] for row in list_leads(connection, team.north, wanted, sort="full_name").leads}
        assert found == {lead, own}
        assert count_leads(connection, team.north, wanted) == 2
        assert [row["lead_id"] for row in list_leads(connection, team.north, LeadFilter(search="quarz zoe")).leads] == [
            lead
        ]
        assert list_leads(connection, team.north, LeadFilter(search=uuid4().hex)).leads == []
    with team.acting("rep") as connection:
        assert [row["lead_id"] for row in list_leads(connection, team.north, wanted).leads] == [own]
    with team.acting("stranger") as connection:
        assert list_leads(connection, team.south, wanted).leads == []
