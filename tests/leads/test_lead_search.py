"""Search: what is found, by whom, in which order, and that the trigram index does it."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from leadhouse.leads.search import search_leads
from leadhouse.leads.work import LeadChangeError, LeadRefusedError, update_statuses
from leadhouse.leads.work_list import LeadFilter

ROWS = 100_000


@pytest.fixture(scope="module")
def found(team):
    people = [
        ("José Ångström", "Kunde GmbH & Co. KG", "jose@kunde.example", 80, "rep"),
        ("Jose Maria", "Acme", "jm@acme.example", 90, None),
        ("Li Wu", "100% Rabatt_Shop", "li@shop.example", None, None),
        ("Straße Müller", "Backslash \\ Co", "m@b.example", 10, "rep"),
        ("Otto", "Nachname (O'Neill)", "o@n.example", 10, None),
    ]
    made = [
        team.lead(owner=owner, full_name=name, company_name=company, email_normalized=email, lead_score=score)
        for name, company, email, score, owner in people
    ]
    made.append(team.lead(campaign=team.campaign, full_name="Jose of the client", lead_score=5))
    team.lead(team.south, full_name="Jose Foreign")
    deleted = team.lead(full_name="Jose Deleted")
    with team.database.owner() as owner:
        owner.execute("update app.leads set deleted_at = now() where lead_id = %s", [deleted])
        owner.execute("update app.leads set tags = '{hot}', priority = 'high' where lead_id = %s", [made[0]])
    return made


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("jose", [1, 0, 5]),
        ("JOSÉ", [1, 0, 5]),
        ("angstrom", [0]),
        ("kunde jose", [0]),
        ("jose gmbh", [0]),
        ("acme.example", [1]),
        ("strasse muller", [3]),
        ("li", [2]),
        ("wu", [2]),
        ("100%", [2]),
        ("%", []),
        ("_shop", [2]),
        ("\\", [3]),
        ("o'neill", [4]),
        ("'; drop table app.leads; --", []),
        ("foreign", []),
        ("deleted", []),
        ("", []),
        ("   ", []),
        ("ose", [1, 0, 5]),
    ],
)
def test_words_are_found_and_nothing_is_a_pattern(team, found, query, places):
    with team.acting("manager") as connection:
        assert [row.lead_id for row in search_leads(connection, query)] == [found[place] for place in places]


def test_each_role_finds_what_it_reaches(team, found):
    seen = {}
    for name in ("admin", "manager", "rep", "mate", "reader", "client", "stranger"):
        with team.acting(name) as connection:
            seen[name] = [row.full_name for row in search_leads(connection, "jose")]
    everything = ["Jose Maria", "José Ångström", "Jose of the client"]
    assert seen == {
        "admin": everything, "manager": everything, "rep": ["José Ångström"], "mate": [], "reader": everything,
        "client": ["Jose of the client"], "stranger": ["Jose Foreign"],
    }  # fmt: skip


def test_a_client_finds_members_of_its_campaigns(team, found):
    with team.database.owner() as owner:
        owner.execute(
            "insert into app.campaign_members (campaign_id, organization_id, lead_id) values (%s, %s, %s)",
            [team.campaign, team.north, found[4]],
        )
    with team.acting("client") as connection:
        assert [row.lead_id for row in search_leads(connection, "otto")] == [found[4]]


def test_who_may_not_read_leads_finds_none(team, found):
    with team.acting("manager", permissions=["campaigns:read"]) as connection, pytest.raises(LeadRefusedError):
        search_leads(connection, "jose")


def test_pages_and_filters(team, found):
    with team.acting("manager") as connection:
        pages, after = [], None
        while page := search_leads(connection, "jose", after=after, limit=1):
            pages += [row.lead_id for row in page]
            after = page[-1].cursor
        assert pages == [found[1], found[0], found[5]]
        for wanted, places in (
            (LeadFilter(tags=("hot",)), [0]), (LeadFilter(priority=("high", "urgent")), [0]),
            (LeadFilter(owner_id=team.users["rep"]), [0]), (LeadFilter(campaign_id=team.campaign), [5]),
            (LeadFilter(status=("lost",)), []), (LeadFilter(status=("new",), tags=("hot",)), [0]),
        ):  # fmt: skip
            assert [row.lead_id for row in search_leads(connection, "jose", wanted)] == [found[p] for p in places]
        for limit in (0, 201):
            with pytest.raises(LeadChangeError, match="1 to 200"), connection.transaction():
                search_leads(connection, "jose", limit=limit)
        with pytest.raises(Exception, match="not searched by x"), connection.transaction():
            connection.execute("select * from app.search_leads('jose', %s)", [Jsonb({"x": 1})])


def test_the_facts_follow_the_lead(team, found):
    """A lead has its row of facts from its first moment, with its status, and again after a restore."""
    lead = team.lead()
    assert team.row("select status::text as status, full_name from app.lead_facts where lead_id = %s", lead) == {
        "status": "new", "full_name": None,
    }  # fmt: skip
    with team.acting("manager") as connection:
        update_statuses(connection, [lead], "contacted")
    assert (
        team.row("select status::text as status from app.lead_facts where lead_id = %s", lead)["status"] == "contacted"
    )
    with team.database.owner() as owner:
        owner.execute("update app.leads set deleted_at = now() where lead_id = %s", [lead])
        owner.execute("delete from app.lead_facts where lead_id = %s", [lead])
        owner.execute("update app.leads set deleted_at = null, status = 'lost' where lead_id = %s", [lead])
    assert team.row("select status::text as status from app.lead_facts where lead_id = %s", lead)["status"] == "lost"


@pytest.fixture(scope="module")
def crowd(team):
    """A hundred thousand leads of north, named from a few thousand syllables."""
    with team.database.owner() as owner:
        owner.execute("set session_replication_role = 'replica'")
        owner.execute(
            "insert into resolution.entities (entity_id, entity_kind, created_batch_no)"
            " select md5('crowd' || i)::uuid, 'person', 0 from generate_series(1, %s) as i", [ROWS],
        )  # fmt: skip
        owner.execute(
            "insert into app.leads (lead_id, organization_id, entity_id, entity_kind, first_source, owner_id,"
            " created_at)"
            " select md5('crowd-lead' || i)::uuid, %s, md5('crowd' || i)::uuid, 'person', 'crowd',"
            " case when i %% 100 = 0 then %s::uuid end, now() - make_interval(secs => i)"
            " from generate_series(1, %s) as i",
            [team.north, team.users["mate"], ROWS],
        )
        owner.execute(
            "insert into app.lead_facts (lead_id, organization_id, status, full_name, company_name, lead_score)"
            " select md5('crowd-lead' || i)::uuid, %s, 'new', 'Person ' || left(md5('first' || i %% 5000), 8),"
            " left(md5('company' || i %% 20000), 10) || ' GmbH', i %% 100 from generate_series(1, %s) as i",
            [team.north, ROWS],
        )
        owner.execute("analyze app.leads")
        owner.execute("analyze app.lead_facts")
    return ROWS


def plans(connection, query):
    """What ran inside the search, by auto_explain's words in the notices."""
    notices = []
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    connection.execute(query)
    return "\n".join(notices)


@pytest.mark.slow
@pytest.mark.parametrize("member", ["manager", "mate", "client"])
def test_the_index_does_the_search_at_a_hundred_thousand(team, crowd, member):
    word = team.row("select left(md5('company' || 7), 10) as word")["word"]
    with team.database.owner() as owner:
        owner.execute("load 'auto_explain'")
        for name, value in {
            "auto_explain.log_min_duration": "0", "auto_explain.log_nested_statements": "on",
            "auto_explain.log_analyze": "on", "client_min_messages": "log",
        }.items():  # fmt: skip
            owner.execute("select set_config(%s, %s, false)", [name, value])
        claims = f'{{"sub": "{team.users[member]}", "organization_id": "{team.north}"}}'
        owner.execute("set session authorization leadhouse_api")
        owner.execute("select set_config('request.jwt.claims', %s, false)", [claims])
        owner.execute("set role authenticated")
        plan = plans(owner, f"select * from app.search_leads('{word} gmbh')")  # noqa: S608 - our own
    assert ("lead_facts_by_document" in plan) == (member != "client")  # a client's leads are few, and known
    assert "Seq Scan on lead_facts" not in plan
    assert "Seq Scan on leads" not in plan


def test_under_policies_alone_the_index_is_not_searched(team, crowd):
    """Why the function is there. When this fails, Postgres has learned it, and the function may go."""
    with team.acting("manager") as connection:
        rows = connection.execute(
            "explain select from app.lead_facts where organization_id = %s and document like '%%abcdef%%'",
            [team.north],
        ).fetchall()
    conditions = [line for row in rows for line in row.values() if "Index Cond" in line]
    assert not any("document" in line for line in conditions)


def test_the_pages_of_the_work_list_come_from_indexes(team, crowd):
    statement = (
        "explain select lead.lead_id from app.leads as lead join app.lead_facts as facts"
        " on facts.lead_id = lead.lead_id and facts.organization_id = %(org)s"
        " where lead.organization_id = %(org)s and lead.deleted_at is null and {} order by {} limit 50"
    )
    with team.acting("manager") as connection:
        for condition, order in (
            ("true", "lead.created_at desc, lead.lead_id"),
            ("lead.status = 'new'", "lead.created_at desc, lead.lead_id"),
            ("facts.status = 'new'", "facts.lead_score desc nulls last, facts.lead_id"),
            ("true", "facts.lead_score desc nulls last, facts.lead_id"),
            ("true", "facts.full_name asc nulls last, facts.lead_id"),
        ):
            rows = connection.execute(statement.format(condition, order), {"org": team.north}).fetchall()
            plan = "\n".join(line for row in rows for line in row.values())
            assert "Seq Scan on leads lead" not in plan, plan  # of the policy's `parent`: never run
            assert "Seq Scan on lead_facts" not in plan, plan
            assert "  Sort  (" not in plan, plan
