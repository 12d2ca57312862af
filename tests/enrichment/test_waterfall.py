"""Several providers for one attribute: who is asked after whom, what it costs, and what another order would have."""

from __future__ import annotations

import contextlib
import json
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.database import connect
from leadhouse.enrichment import call_provider, request_wanted, waterfall_price
from leadhouse.enrichment.providers import Price, put_provider, put_waterfall
from leadhouse.enrichment.waterfall_price import price_waterfall
from leadhouse.enrichment.waterfall_replay import Logged, ReplayError, replay_order, replay_waterfall
from leadhouse.ledger.costs import BudgetExceededError, Cost, record_cost
from leadhouse.settings import settings
from tests.enrichment.conftest import DAY, serve_provider

EMAIL = "person.email"


@pytest.fixture
def two(monkeypatch, demand):
    """Providers `cheap` and `dear` as rows, asked for addresses in that order; what they do follows from the name."""
    with contextlib.ExitStack() as stack:
        cheap, dear = (stack.enter_context(serve_provider(Decimal(price))) for price in ("0.02", "0.10"))
        addresses = [each.url.removeprefix("http://") for each in (cheap, dear)]
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", ",".join(addresses))
        monkeypatch.delenv("LEADHOUSE_PROVIDER_URL", raising=False)
        settings.cache_clear()
        with connect("enrichment") as connection:
            put_provider(connection, None, "cheap", "person_email", cheap.url, {EMAIL: Price(Decimal("0.02"))})
            put_provider(connection, None, "dear", "person_email", dear.url, {EMAIL: Price(Decimal("0.10"))})
            put_waterfall(connection, None, EMAIL, ["cheap", "dear"])
        yield cheap, dear
        settings.cache_clear()


def calls(demand):
    rows = demand.query(
        "select full_name, provider, state from app.enrichment_requests as asked join app.leads using"
        " (organization_id, entity_id) join app.lead_facts using (lead_id) order by asked.created_at"
    )
    return [(row["full_name"], row["provider"], row["state"]) for row in rows]


def buy(day=DAY, job_id=None):
    request_wanted("run", day)
    return call_provider("run", day, job_id)


def change(demand, **settings_of_waterfall):
    with connect("enrichment") as connection:
        put_waterfall(connection, demand.organization_id, EMAIL, ["cheap", "dear"], **settings_of_waterfall)


def test_the_next_is_asked_after_a_miss_and_nobody_after_a_hit(two, demand):
    cheap, dear = two
    cheap.does = {"Ada Berg": "miss", "Udo Neu": "malformed", "Ida Gut": "hit"}
    for name in cheap.does:
        demand.add(name)
    assert buy() == 3 + 1, "two hits of dear, a hit and a miss of cheap; the malformed answer is none"
    assert sorted(calls(demand)) == [
        ("Ada Berg", "cheap", "miss"), ("Ada Berg", "dear", "hit"), ("Ida Gut", "cheap", "hit"),
        ("Udo Neu", "cheap", "error"), ("Udo Neu", "dear", "hit"),
    ]  # fmt: skip
    assert demand.spent() == demand.budget() == cheap.total + dear.total
    before = calls(demand)
    assert buy(DAY + timedelta(days=1)) == 0
    assert calls(demand) == before


def test_a_lost_answer_is_not_paid_a_second_time_unless_the_row_says_so(two, demand):
    cheap, _ = two
    cheap.does = {"Ada Berg": "lost"}
    demand.add("Ada Berg")
    buy()
    assert calls(demand) == [("Ada Berg", "cheap", "unknown")]
    change(demand, goes_on_after_unknown=True)
    assert buy() == 1
    assert calls(demand) == [("Ada Berg", "cheap", "unknown"), ("Ada Berg", "dear", "hit")]


def test_an_unsure_hit_goes_on_and_an_address_that_bounced_too(two, demand):
    demand.add("Ada Berg")
    change(demand, least_confidence=0.9)
    assert buy() == 2
    assert [state for *_, state in calls(demand)] == ["hit", "hit"]
    rows = demand.query("select is_good from app.enrichment_requests")
    assert [row["is_good"] for row in rows] == [False, False]
    change(demand)
    demand.add("Udo Neu")
    assert buy() == 1
    with demand.database.kept_transaction() as connection:
        connection.execute(
            "update app.lead_facts set email_normalized = 'udo@alpha.example', email_status = 'invalid'"
            " where full_name = 'Udo Neu'"
        )
    assert buy() == 1, "what was bought is invalid: the next is asked"
    assert calls(demand)[-1] == ("Udo Neu", "dear", "hit")


def test_a_provider_that_is_down_keeps_its_requests_and_stops_no_other(two, demand):
    cheap, _ = two
    cheap.does = {"Ada Berg": "forbidden"}
    demand.add("Ada Berg")
    with pytest.raises(RuntimeError, match="cheap cannot be asked"):
        buy()
    assert calls(demand) == [("Ada Berg", "cheap", "refused"), ("Ada Berg", "dear", "hit")]


def test_who_is_taken_out_of_use_holds_nobody_up(two, demand):
    cheap, _ = two
    demand.add("Ada Berg")
    request_wanted("run", DAY)
    with connect("enrichment") as connection:
        put_provider(
            connection, None, "cheap", "person_email", cheap.url, {EMAIL: Price(Decimal("0.02"))}, is_active=False
        )
    assert call_provider("run", DAY) == 0, "withdrawn"
    assert buy() == 1
    assert (calls(demand)[-1], cheap.keys) == (("Ada Berg", "dear", "hit"), [])


def test_an_answer_of_the_former_window_is_free(two, demand):
    cheap, dear = two
    cheap.does, dear.does = {"Ada Berg": "miss"}, {"Ada Berg": "miss"}
    demand.add("Ada Berg")
    assert buy() == 2
    with demand.database.kept_transaction() as connection:
        connection.execute("update billing.budgets set ends_on = ends_on + 60")
    spent, asked = demand.spent(), len(cheap.keys) + len(dear.keys)
    assert buy(DAY + timedelta(days=20)) == 0
    assert (demand.spent(), len(cheap.keys) + len(dear.keys)) == (spent, asked)
    rows = demand.query("select outcome, price_eur from raw.provider_responses where from_cache")
    assert rows == [{"outcome": "miss", "price_eur": 0}] * 2
    change(demand, cached_days=0)
    assert buy(DAY + timedelta(days=50)) == 2


def merge(demand, loser, winner, organization_id=None):
    with demand.database.kept_transaction() as connection:
        made = connection.execute(
            "insert into resolution.redirects (organization_id, from_entity_id, to_entity_id, reason, batch_no)"
            " values (%s, %s, %s, 'test', 1) returning redirect_id", (organization_id, loser, winner),
        ).fetchone()  # fmt: skip
        connection.execute("update app.leads set deleted_at = now() where entity_id = %s", (loser,))
    return made["redirect_id"]


def test_who_has_become_one_with_another_is_not_asked_about_again(two, demand):
    cheap, dear = two
    cheap.does = dear.does = dict.fromkeys(("Ada Berg", "A. Berg", "Adda Berg"), "paidmiss")
    first = demand.add("Ada Berg")
    assert buy() == 2
    second = demand.add("A. Berg")
    joined = merge(demand, first, second)
    asked, spent = len(cheap.keys) + len(dear.keys), demand.spent()
    assert (buy(), demand.spent()) == (0, spent), "both have answered about her within the window"
    merge(demand, second, demand.add("Adda Berg"), demand.organization_id)
    with demand.database.kept_transaction() as connection:
        connection.execute("update billing.budgets set ends_on = ends_on + 60")
    assert buy(DAY + timedelta(days=20)) == 0
    assert (len(cheap.keys) + len(dear.keys), demand.spent()) == (asked, spent), "in a later window from the cache"
    rows = demand.query("select outcome from raw.provider_responses where from_cache")
    assert [row["outcome"] for row in rows] == ["miss"] * 2
    with demand.database.kept_transaction() as connection:
        connection.execute("update resolution.redirects set reverted_batch_no = 2 where redirect_id = %s", (joined,))
        connection.execute("update app.leads set deleted_at = null where entity_id = %s", (first,))
        one, other = (
            connection.execute("select app.entities_as_one(%s, %s) as ids", (demand.organization_id, each)).fetchone()
            for each in (first, second)
        )
    assert (one["ids"], len(other["ids"])) == ([first], 2), "taken apart again"


def test_an_own_join_takes_the_place_of_the_shared_one(two, demand):
    ada, bea, cleo = (demand.add(name) for name in ("Ada Berg", "Bea Berg", "Cleo Berg"))
    merge(demand, ada, bea)
    merge(demand, ada, cleo, demand.organization_id)
    with demand.database.kept_transaction() as connection:
        found = {
            each: set(
                connection.execute("select app.entities_as_one(%s, %s) as ids", (owner, each)).fetchone()["ids"]
            )
            for each in (ada, bea, cleo) for owner in [demand.organization_id]
        }  # fmt: skip
    assert found == {ada: {ada, cleo}, bea: {bea}, cleo: {ada, cleo}}


def test_a_request_whose_lead_is_gone_waits_for_nobody(two, demand):
    entity = demand.add("Ada Berg")
    request_wanted("run", DAY)
    with demand.database.kept_transaction() as connection:
        connection.execute("update app.leads set deleted_at = now() where entity_id = %s", (entity,))
    assert call_provider("run", DAY) == 0
    assert [state for *_, state in calls(demand)] == ["refused"]
    with demand.database.kept_transaction() as connection:
        connection.execute("update app.leads set deleted_at = null where entity_id = %s", (entity,))
    assert buy() == 1, "it is wanted again"


def test_one_request_is_open_at_a_time(two, demand):
    entity = demand.add("Ada Berg")
    request_wanted("run", DAY)
    with connect("enrichment") as connection:
        put_waterfall(connection, None, EMAIL, ["dear", "cheap"])
    assert request_wanted("run", DAY) == 0
    with (
        pytest.raises(Exception, match="enrichment_requests_one_open"),
        demand.database.kept_transaction() as connection,
    ):
        connection.execute(
            "insert into app.enrichment_requests (organization_id, entity_id, entity_kind, attribute, provider,"
            " window_on, wanted_by, max_price_eur) values (%s, %s, 'person', 'email', 'dear', %s, 'x', 1)",
            (demand.organization_id, entity, DAY),
        )


def test_ceilings_of_a_day_and_of_a_job(two, demand):
    for number in range(4):
        demand.add(f"Hit Nummer{number}")
    with demand.database.kept_transaction() as connection:
        connection.execute("update billing.budgets set ceiling_eur_a_day = 0.06, ceiling_eur_a_job = 0.04")
        job = connection.execute(
            "insert into app.jobs (kind, parameters) values ('enrich', '{\"ceiling_eur\": 0.02}') returning job_id"
        ).fetchone()["job_id"]
        other = connection.execute("insert into app.jobs (kind) values ('enrich') returning job_id").fetchone()[
            "job_id"
        ]
    assert buy(job_id=job) == 1, "the job's own ceiling"
    assert call_provider("run", DAY, other) == 2, "the day's: one call was made before"
    assert call_provider("run", DAY) == 0
    assert demand.spent() == demand.budget() == Decimal("0.06")
    shares = {row["share"].split()[0]: row["spent_eur"] for row in demand.query("select * from billing.budget_shares")}
    assert shares["day"] == Decimal("0.06")
    rows = demand.query("select count(*) as n from billing.costs where job_id is not null")
    assert rows[0]["n"] == 3


def spend_at_once(demand, workers, questions, ceilings, jobs):
    """So many workers buy at once, each for one of the jobs; what each share of the budget has spent."""
    for number in range(questions):
        demand.add(f"Hit Nummer{number}")
    request_wanted("run", DAY)
    organization, day, job = ceilings
    with demand.database.owner() as connection:
        connection.execute(
            "update billing.budgets set ceiling_eur = %s, ceiling_eur_a_day = %s, ceiling_eur_a_job = %s",
            (organization, day, job),
        )
        own = "insert into app.jobs (kind, parameters) values ('enrich', '{\"ceiling_eur\": 0.04}') returning job_id"
        plain = "insert into app.jobs (kind) values ('enrich') returning job_id"
        ids = [connection.execute(own if n == 0 else plain).fetchone()["job_id"] for n in range(jobs)]
    barrier = threading.Barrier(workers)

    def work(number):
        barrier.wait()
        call_provider(f"run {number}", DAY, ids[number % jobs])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shares = demand.query("select share, spent_eur from billing.budget_shares")
    by_job = {row["share"]: row["spent_eur"] for row in shares if row["share"].startswith("job ")}
    [of_day] = [row["spent_eur"] for row in shares if row["share"].startswith("day ")]
    by_rows = demand.query(
        "select 'job ' || job_id as share, sum(amount_eur) as eur from billing.costs group by job_id having"
        " sum(amount_eur) > 0"
    )
    assert {row["share"]: row["eur"] for row in by_rows} == {name: eur for name, eur in by_job.items() if eur}
    assert by_job.get(f"job {ids[0]}", Decimal(0)) <= Decimal("0.04"), "the job's own ceiling"
    assert all(eur <= Decimal(job) for eur in by_job.values())
    assert demand.spent() == demand.budget() == of_day == sum(by_job.values())
    return demand.spent()


@pytest.mark.parametrize(
    ("ceilings", "spent"),
    [
        (("0.10", "0.20", "0.06"), "0.10"),  # the organization's is the least, then the day's, then the jobs' together
        (("0.20", "0.08", "0.06"), "0.08"),
        (("0.90", "0.80", "0.06"), "0.10"),
    ],
)
def test_overlapping_ceilings_hold_among_workers(two, demand, ceilings, spent):
    cheap, _ = two
    assert spend_at_once(demand, 6, 12, ceilings, jobs=2) == cheap.total == Decimal(spent)


@pytest.mark.prove
@pytest.mark.parametrize(
    "ceilings", [("0.50", "9", "9"), ("9", "0.40", "9"), ("2", "1", "0.06"), ("0.60", "0.58", "0.10")]
)
def test_a_hundred_sessions_never_pass_a_ceiling(demand, ceilings):
    """Each charges ten prices of its own to one budget, for one of seven jobs, all at the same moment."""
    organization, day, job = map(Decimal, ceilings)
    with demand.database.owner() as connection:
        connection.execute(
            "update billing.budgets set ceiling_eur = %s, ceiling_eur_a_day = %s, ceiling_eur_a_job = %s", ceilings
        )
        made = "insert into app.jobs (kind) values ('enrich') returning job_id"
        jobs = [connection.execute(made).fetchone()["job_id"] for _ in range(7)]
        (today,) = connection.execute("select (now() at time zone 'UTC')::date as day").fetchone().values()
        connection.execute("update billing.budgets set starts_on = %s, ends_on = %s", (today, today))
    barrier, charged = threading.Barrier(100), []

    def work(number):
        with connect("enrichment") as connection:
            barrier.wait()
            for each in range(10):
                price = Decimal(1 + (number * 7 + each * 3) % 5) / 100
                cost = Cost(
                    kind="provider", amount_eur=price, organization_id=demand.organization_id, provider="cheap",
                    budget_id=demand.budget_id, job_id=jobs[number % 7],
                )  # fmt: skip
                with contextlib.suppress(BudgetExceededError):
                    record_cost(connection, cost)
                    charged.append((jobs[number % 7], price))
                connection.commit()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = sum(price for _, price in charged)
    by_job = [sum(price for each, price in charged if each == job_id) for job_id in jobs]
    assert demand.spent() == demand.budget() == total <= min(organization, day)
    assert max(by_job) <= job
    room = min(organization - total, day - total, *(job - each for each in by_job))
    assert room < Decimal("0.01"), "what fitted was not refused: the least price did not fit any more"


def test_a_dear_call_that_does_not_fit_stops_no_cheap_one(two, demand):
    _, dear = two
    dear.values = {"/v1/person-phone-e164": ("phone_e164", "+4930901820")}
    phone = "person.phone_e164"
    with connect("enrichment") as connection:
        prices = {EMAIL: Price(Decimal("0.10")), phone: Price(Decimal("0.10"))}
        put_provider(connection, None, "dear", "person_email", dear.url, prices)
        put_waterfall(connection, None, phone, ["dear"])
    with demand.database.owner() as connection:
        connection.execute('update app.campaigns set config = \'{"wanted_attributes": ["phone_e164", "email"]}\'')
        connection.execute("update billing.budgets set ceiling_eur_a_day = 0.05")
    for name in ("Ada Berg", "Udo Neu", "Ida Gut"):
        demand.add(name)
    request_wanted("run", DAY)
    with demand.database.owner() as connection:  # the dear ones are first in the queue
        connection.execute("update app.enrichment_requests set created_at = '2026-01-01' where provider = 'dear'")
    assert call_provider("run", DAY) == 2
    assert demand.spent() == demand.budget() == Decimal("0.04")
    states = demand.query("select provider, state, count(*) from app.enrichment_requests group by 1, 2 order by 1, 2")
    assert [tuple(row.values()) for row in states] == [
        ("cheap", "hit", 2),
        ("cheap", "pending", 1),
        ("dear", "pending", 3),
    ]


def test_what_is_given_back_is_given_back_to_day_and_job(two, demand):
    cheap, dear = two
    cheap.does, dear.does = {"Ada Berg": "miss"}, {"Ada Berg": "miss"}
    demand.add("Ada Berg")
    buy()
    assert [row["spent_eur"] for row in demand.query("select spent_eur from billing.budget_shares")] == [0]


def test_other_attributes_of_people_and_companies(two, demand):
    cheap, _ = two
    cheap.values = {
        "/v1/person-phone-e164": ("phone_e164", "+4930901820"),
        "/v1/company-domain": ("domain", "Found.Example"),
    }
    prices = {"person.phone_e164": Price(Decimal("0.02")), "company.domain": Price(Decimal("0.02"))}
    with connect("enrichment") as connection:
        put_provider(connection, None, "cheap", "person_email", cheap.url, prices)
        for wanted in prices:
            put_waterfall(connection, None, wanted, ["cheap"])
    demand.add("Ada Berg", "ada@alpha.example", "valid")
    company = demand.add("", domain=None)
    with demand.database.kept_transaction() as connection:
        connection.execute(
            'update app.campaigns set config = \'{"wanted_attributes": ["phone_e164", "domain", "nonsense"]}\''
        )
        connection.execute("update resolution.entities set entity_kind = 'company' where entity_id = %s", (company,))
        connection.execute("update app.leads set entity_kind = 'company' where entity_id = %s", (company,))
        connection.execute(
            "update app.lead_facts set full_name = null, company_name = 'Alpha Bau' where domain is null"
        )
    assert buy() == 2
    said = {
        row["payload"] for row in demand.query(
            "select payload #>> '{phone_e164,0,value}' as payload from raw.person_records"
            " union all select payload #>> '{domain,0,value}' from raw.company_records"
        )
    }  # fmt: skip
    assert said == {"+4930901820", "found.example"}
    assert {"company_name": "Alpha Bau"} in cheap.questions


def test_price_is_shown_before_anybody_is_asked(two, demand):
    cheap, dear = two
    for name in ("Ada Berg", "Udo Neu"):
        demand.add(name)
    priced = price_waterfall(demand.organization_id, DAY)
    [email] = priced.attributes
    assert (email.wanted, email.entities, [each.provider for each in email.steps]) == (EMAIL, 2, ["cheap", "dear"])
    assert (priced.most_eur, priced.expected_eur) == (Decimal("0.20"), None)
    assert priced.room_eur == Decimal("1.00")
    assert demand.query("select * from app.enrichment_requests") == []
    with connect("enrichment") as connection:
        put_provider(connection, None, "cheap", "person_email", cheap.url, {EMAIL: Price(Decimal("0.02"), "call")})
    assert price_waterfall(demand.organization_id, DAY).most_eur == Decimal("0.24"), "misses cost, too"
    assert (cheap.keys, dear.keys) == ([], [])


def test_expected_price_follows_from_the_hit_rates(two, demand, monkeypatch):
    monkeypatch.setattr(waterfall_price, "LEAST_CALLS", 4)  # so that eight questions are enough
    cheap, dear = two
    names = [f"{'Hit' if number % 2 else 'Miss'} Nummer{number}" for number in range(8)]
    cheap.does = {name: name.split()[0].lower() for name in names}
    dear.does = dict.fromkeys(names, "hit")
    with demand.database.kept_transaction() as connection:
        connection.execute("update billing.budgets set ceiling_eur = 100")
    for name in names:
        demand.add(name)
    assert buy() == 12
    demand.add("Ada Berg")
    priced = price_waterfall(demand.organization_id, DAY)
    assert priced.expected_eur == Decimal("0.5") * Decimal("0.02") + Decimal("0.5") * Decimal("0.10")


def test_another_order_is_replayed_from_the_log(two, demand, tmp_path):
    cheap, dear = two
    cheap.does = {"Ada Berg": "miss", "Ida Gut": "hit", "Udo Neu": "miss"}
    dear.does = {"Udo Neu": "miss"}
    for name in cheap.does:
        demand.add(name)
    buy()
    found = replay_waterfall(demand.organization_id, ["dear", "cheap"])
    assert (found.questions, found.logged_cost_eur, found.logged_found) == (3, Decimal("0.12"), 2)
    assert found.never_asked == {"dear": 1}, "cheap had the answer for Ida Gut, so dear was never asked"
    assert (found.cost_eur.least, found.cost_eur.most) == (Decimal("0.12"), Decimal("0.20"))
    assert (found.found.least, found.found.most) == (2, 2)
    same = replay_waterfall(demand.organization_id, ["cheap", "dear"])
    assert same.is_exact
    assert (same.cost_eur.least, same.cost_eur.most, same.found.least) == (Decimal("0.12"), Decimal("0.12"), 2)
    alone = replay_waterfall(None, ["cheap"], last=DAY - timedelta(days=400))
    assert alone.questions == 0
    with pytest.raises(ReplayError, match="nobody"):
        replay_waterfall(demand.organization_id, ["cheap", "nobody"])
    target = tmp_path / "replay.json"
    told = CliRunner().invoke(app, ["waterfall", "replay", "--order", "dear,cheap", "--json", str(target)])
    assert told.exit_code == 0, told.output
    assert "never asked 1 of these" in told.output
    assert json.loads(target.read_text())["cost_eur"] == {"least": "0.120000", "most": "0.200000"}


def test_who_has_become_one_was_one_question(two, demand):
    cheap, _ = two
    first = demand.add("Ada Berg")
    assert buy() == 1
    second = demand.add("A. Berg")
    cheap.does = {"A. Berg": "paidmiss"}
    assert buy() == 2
    apart = replay_waterfall(demand.organization_id, ["cheap"])
    assert (apart.questions, apart.logged_found) == (2, 2)
    merge(demand, first, second)
    as_one = replay_waterfall(demand.organization_id, ["cheap"])
    assert (as_one.questions, as_one.logged_found, as_one.found.most) == (1, 1, 1)
    assert as_one.logged_cost_eur == apart.logged_cost_eur, "what was paid was paid"
    assert as_one.cost_eur.most == Decimal("0.03"), "the first answer was good, and both calls were made"


def test_a_provider_that_is_busy_stops_no_other(two, demand):
    cheap, dear = two
    cheap.does = {"Ida Gut": "miss"}
    demand.add("Ida Gut")
    assert buy() == 2
    demand.add("Ada Berg")
    dear.values = {"/v1/person-phone-e164": ("phone_e164", "+4930901820")}
    with connect("enrichment") as connection:
        put_provider(connection, None, "dear", "person_email", dear.url, {"person.phone_e164": Price(Decimal("0.10"))})
        put_waterfall(connection, None, "person.phone_e164", ["dear"])
    with demand.database.owner() as connection:
        connection.execute('update app.campaigns set config = \'{"wanted_attributes": ["email", "phone_e164"]}\'')
    cheap.pauses = ["600"]
    with pytest.raises(RuntimeError, match="cheap is busy"):
        buy()
    waiting = [each for each in calls(demand) if each[2] == "pending"]
    assert waiting == [("Ada Berg", "cheap", "pending")]
    assert calls(demand).count(("Ada Berg", "dear", "hit")) == 1, "asked for her number meanwhile"


def test_what_was_never_asked_has_bounds():
    prices = {"a": Price(Decimal(1)), "b": Price(Decimal(2), "call")}
    told = replay_order([{"a": Logged("miss", False, Decimal(0))}], ["b", "a"], EMAIL, prices, goes_on=False)
    assert (told.cost_eur.least, told.cost_eur.most) == (2, 2), "a call of b costs, whatever it answers"
    assert (told.found.least, told.found.most) == (0, 1)
    lost = [{"a": Logged("unknown", False, Decimal(1))}]
    assert replay_order(lost, ["a", "b"], EMAIL, prices, goes_on=False).is_exact
    assert replay_order(lost, ["a", "b"], EMAIL, prices, goes_on=True).never_asked == {"b": 1}


def test_the_command_writes_providers_and_orders(demand, monkeypatch):
    def run(*arguments):
        done = CliRunner().invoke(app, ["waterfall", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    run("provider", "mailscout", "--url", "https://api.mailscout.example", "--price", "person.email=0.08/call")
    shown = run("order", "person.email", "mailscout", "--organization", "north", "--good-from", "0.5")
    assert "mailscout" in shown
    assert "0.08" in shown
    assert "0 credits" in run("price", "--organization", "north")
    assert demand.query("select provider_names, least_confidence from app.waterfalls") == [
        {"provider_names": ["mailscout"], "least_confidence": 0.5}
    ]
    refused = CliRunner().invoke(
        app, ["waterfall", "provider", "x", "--url", "https://x.example", "--price", "nothing"]
    )
    assert refused.exit_code == 2
