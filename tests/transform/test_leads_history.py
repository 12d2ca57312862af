"""The history of leads: asked for any past build, it says what dim_leads said then; no build loses a row."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from leadhouse.transform import build_marts

KNOWN = (
    "organization_id, lead_id, person_id, company_id, status, owner_id, lead_score, fit_score, engagement_score,"
    " data_confidence, rule_version, email_status, legal_basis, is_contactable"
)
AS_OF = (
    f"select {KNOWN} from mart_leads.dim_leads_history"  # noqa: S608
    " where valid_from <= %s and (valid_to is null or valid_to > %s) order by lead_id"
)
NIGHTS = 3
CHANGES = 12  # a night


class Frozen:
    """Copies of dim_leads, each with an instant at which it was the newest."""

    def __init__(self, world):
        self.world = world
        self.copies = []

    def build(self, name, full_refresh=False):
        build_marts(f"cli__history_{name}", full_refresh=full_refresh)
        self.keep()

    def keep(self):
        [row] = self.world.rows("select clock_timestamp() as now")
        self.copies.append((row["now"], self.world.rows(f"select {KNOWN} from mart_leads.dim_leads order by lead_id")))  # noqa: S608

    def assert_told(self):
        for moment, rows in self.copies:
            assert self.world.rows(AS_OF, moment, moment) == rows


@pytest.fixture(scope="module")
def leads(world, built):
    """Six people of two firms, three of them leads of north, all of them of south."""
    people = []
    for firm in ("kappa", "lambda"):
        subjects = world.state(
            f"https://{firm}.example/",
            {"c": {"name": firm, "country_code": "DE"}},
            {f"p{n}": ({"full_name": f"{firm} {n}", "email": f"p{n}@{firm}.example"}, "c") for n in range(3)},
            source=f"web/{firm}.example",
        )
        world.entity("company", subjects["c"])
        people += [world.entity("person", subjects[f"p{n}"]) for n in range(3)]
    with world.database.connect("leads") as connection:
        for organization, wanted in ((built.north, people[:3]), (built.south, people)):
            connection.execute("select count(*) from app.adopt_leads(%s, %s, 'api')", [organization, wanted])
    build_marts("cli__history_leads")
    return people


def change_something(world, built, people, merged, dice):
    """One thing that people, pages or servers do to leads."""
    lead = "(select lead_id from app.leads order by md5(lead_id::text || %s) limit 1)"
    what = dice.choice(["status", "rating", "delete", "restore", "merge", "unmerge", "check", "weights", "correct"])
    seed = str(dice.random())
    with world.database.owner() as connection:
        if what == "status":
            status = dice.choice(["qualified", "contacted", "converted", "lost"])
            connection.execute(
                f"update app.leads set status = %s where lead_id = {lead}",  # noqa: S608
                [status, seed],
            )
        elif what == "rating":
            connection.execute(
                f"update app.leads set rating_1_to_5 = %s where lead_id = {lead}",  # noqa: S608
                [dice.randint(1, 5), seed],
            )
        elif what in {"delete", "restore"}:
            gone = "now()" if what == "delete" else "null"
            connection.execute(
                f"update app.leads set deleted_at = {gone} where lead_id = {lead}",  # noqa: S608
                [seed],
            )
        elif what == "weights":
            connection.execute(
                "insert into app.score_weights (organization_id, factor, input_value, points)"
                " values (%s, 'priority', 'medium', %s)"
                " on conflict (organization_id, factor, input_value) do update set points = excluded.points",
                [built.south, dice.randint(0, 15)],
            )
    if what == "merge":
        free = [each for each in people if each not in merged and each not in merged.values()]
        if len(free) >= 2:
            loser, winner = dice.sample(free, 2)
            world.merge(loser, winner)
            merged[loser] = winner
    elif what == "unmerge" and merged:
        loser = dice.choice(sorted(merged))
        world.unmerge(loser, merged.pop(loser))
    elif what == "check":
        firm, number = dice.choice(["kappa", "lambda"]), dice.randint(0, 2)
        email = f"p{number}@{firm}.example"
        if not world.rows("select 1 from raw.email_checks where email_normalized = %s", email):
            world.check_email(email, dice.choice(["valid", "invalid", "risky"]))
            for person in people:
                world.touch(person)
    elif what == "correct":
        world.correct(
            dice.choice([built.north, built.south]), dice.choice(people), "email", f"x{dice.random()}@y.example"
        )
    return what


@pytest.mark.slow
def test_any_past_build_is_told_as_it_was(world, built, leads):
    dice = random.Random(20261121)
    frozen, merged, done = Frozen(world), {}, []
    frozen.keep()
    for night in range(NIGHTS):
        done += [change_something(world, built, leads, merged, dice) for _ in range(CHANGES)]
        frozen.build(str(night), full_refresh=night == NIGHTS // 2)
    assert {"status", "merge", "unmerge", "delete", "weights", "correct"} <= set(done)
    assert len({repr(rows) for _, rows in frozen.copies}) == NIGHTS + 1
    frozen.assert_told()


def test_validities_of_a_lead_follow_one_another(world, built, leads):
    wrong = world.rows(
        "select lead_id from (select *, lag(valid_to) over (partition by lead_id order by valid_from) as former_to,"
        " lag(lead_id) over (partition by lead_id order by valid_from) as former from mart_leads.dim_leads_history)"
        " as told"
        " where valid_to <= valid_from or (former is not null and (former_to is null or former_to > valid_from))"
    )
    assert wrong == []


def test_a_deleted_lead_is_closed_and_reopened_when_it_comes_back(world, built, leads):
    [lead] = world.rows("select lead_id from mart_leads.dim_leads where organization_id = %s limit 1", built.south)
    told = (
        "select valid_to is null as is_open, change_reason from mart_leads.dim_leads_history"
        " where lead_id = %s order by valid_from"
    )
    before = len(world.rows(told, lead["lead_id"]))
    for gone, name in (("now()", "deleted"), ("null", "restored")):
        with world.database.owner() as connection:
            connection.execute(f"update app.leads set deleted_at = {gone} where lead_id = %s", [lead["lead_id"]])  # noqa: S608
        build_marts(f"cli__history_{name}")
    rows = world.rows(told, lead["lead_id"])
    assert len(rows) == before + 1
    assert rows[-1] == {"is_open": True, "change_reason": "reopened"}
    assert not any(row["is_open"] for row in rows[:-1])


@pytest.mark.slow
def test_an_unchanged_lead_gets_no_row(world, built, leads):
    count = "select count(*) as rows from mart_leads.dim_leads_history"
    before = world.rows(count)
    build_marts("cli__history_idle")
    build_marts("cli__history_idle_full", full_refresh=True)
    assert world.rows(count) == before


@pytest.mark.slow
def test_a_clock_that_went_back_turns_no_validity_around(world, built, leads):
    """The open rows begin in the future; the next change closes them after their beginning."""
    with world.database.owner() as connection:
        connection.execute(
            "update mart_leads.dim_leads_history set valid_from = clock_timestamp() + %s where valid_to is null",
            [timedelta(hours=1)],
        )
        connection.execute("update app.leads set priority = 'urgent'")
    build_marts("cli__history_clock")
    assert world.rows("select 1 from mart_leads.dim_leads_history where valid_to <= valid_from") == []
